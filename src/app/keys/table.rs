//! The table itself: every key of the program, in the order of hints and help.

use super::{Bar, Row};
use crate::app::action::Action;
use crate::app::key::{Code, Key};
use crate::app::place::Place;
use crate::walk::Stage;

const fn key(code: Code) -> Key {
    Key::plain(code)
}

const fn c(c: char) -> Key {
    Key::char(c)
}

const fn row(
    action: Action,
    keys: &'static [Key],
    places: &'static [Place],
    stem: &'static str,
    bar: Bar,
) -> Row {
    Row { action, keys, places, stages: &[], stem, bar }
}

const fn at(row: Row, stages: &'static [Stage]) -> Row {
    Row { stages, ..row }
}

const WALK: &[Place] = &[Place::Walk];
const COMPARE: &[Place] = &[Place::Compare];
const TRAINING: &[Place] = &[Place::Training];
const MOVING: &[Place] = &[Place::Walk, Place::Compare];
const READ: &[Place] =
    &[Place::Walk, Place::Doors, Place::Compare, Place::Training, Place::Drawings, Place::Learned];
const DRAWINGS: &[Place] = &[Place::Drawings];
const LISTS: &[Place] = &[Place::Help, Place::Glossary, Place::Lessons];
const CLOSED: &[Place] = &[Place::Help, Place::Glossary];
const PICKER: &[Place] = &[Place::Taught];
const BOXES: &[Place] = &[Place::PromptBox, Place::Box];
const FORMS: &[Place] = &[
    Place::Settings,
    Place::SettingsBox,
    Place::Form,
    Place::FormBox,
    Place::TeachForm,
    Place::TeachBox,
];
const TURNED_ROWS: &[Place] = &[Place::Settings, Place::Form, Place::TeachForm];
const TEACH: &[Place] = &[Place::TeachForm, Place::TeachBox];
const LEARNED: &[Place] = &[Place::Learned];
const QUESTIONS: &[Place] = &[Place::Question, Place::QuestionBox];
const OVERLAYS: &[Place] = &[
    Place::Help,
    Place::Glossary,
    Place::Lessons,
    Place::Taught,
    Place::Layers,
    Place::Settings,
    Place::SettingsBox,
    Place::Form,
    Place::FormBox,
    Place::TeachForm,
    Place::TeachBox,
    Place::PromptBox,
    Place::Box,
    Place::CommandLine,
    Place::DoorsBox,
];
const DOORS: &[Place] = &[Place::Doors, Place::DoorsBox];
const LATENT: &[Stage] = &[Stage::Encode, Stage::Noise, Stage::Step];
const PIECES: &[Stage] = &[Stage::Tokens, Stage::Embeddings, Stage::Step];
const TURNED: &[Stage] =
    &[Stage::Tokens, Stage::Embeddings, Stage::Schedule, Stage::Step, Stage::Decode];
const PICTURES: &[Stage] = &[Stage::Encode, Stage::Noise, Stage::Step, Stage::Decode];
const GRIDS: &[Stage] = &[Stage::Encode, Stage::Noise, Stage::Step, Stage::Decode, Stage::Image];
const FLIPPED: &[Stage] = &[Stage::Noise, Stage::Step, Stage::Image];
const LENS: &[Stage] = &[Stage::Noise, Stage::Step, Stage::Image];

/// Every key of the program, in the order of hints and help.
pub const TABLE: &[Row] = &[
    // Runs side by side.
    row(Action::Next, &[key(Code::Right), c('l')], COMPARE, "compare-next", Bar::As("←→")),
    row(Action::Back, &[key(Code::Left), c('h')], COMPARE, "compare-back", Bar::HelpOnly),
    row(Action::NextPart, &[key(Code::Tab)], COMPARE, "run-next", Bar::Own),
    row(Action::PreviousPart, &[key(Code::BackTab)], COMPARE, "run-back", Bar::HelpOnly),
    row(Action::TurnDown, &[key(Code::Down)], COMPARE, "run-down", Bar::HelpOnly),
    row(Action::TurnUp, &[key(Code::Up)], COMPARE, "run-up", Bar::HelpOnly),
    at(row(Action::Difference, &[c('x')], COMPARE, "difference", Bar::Own), FLIPPED),
    row(Action::Align, &[c('a')], COMPARE, "align", Bar::Own),
    row(Action::Export, &[c('e')], COMPARE, "export-sheet", Bar::HelpOnly),
    row(Action::Plane, &[c('p')], COMPARE, "plane", Bar::Own),
    row(Action::OpenRun, &[key(Code::Enter)], COMPARE, "open-run", Bar::Own),
    row(Action::Compare, &[c('c')], COMPARE, "add-run", Bar::Own),
    at(row(Action::Fork, &[c('f')], COMPARE, "fork-run", Bar::Own), &[Stage::Step]),
    at(row(Action::Flip, &[c('v')], COMPARE, "flip", Bar::Own), FLIPPED),
    row(Action::Reference, &[c('r')], COMPARE, "reference", Bar::Own),
    row(Action::RunOn, &[c(' ')], COMPARE, "compare-run", Bar::HelpOnly),
    at(row(Action::Channel, &[c('k')], COMPARE, "compare-channel", Bar::HelpOnly), LATENT),
    row(Action::NextPage, &[key(Code::PageDown)], COMPARE, "page", Bar::HelpOnly),
    row(Action::PreviousPage, &[key(Code::PageUp)], COMPARE, "page-back", Bar::HelpOnly),
    row(Action::First, &[key(Code::Home)], COMPARE, "compare-first", Bar::HelpOnly),
    row(Action::Last, &[key(Code::End)], COMPARE, "compare-last", Bar::HelpOnly),
    // The training of the model.
    row(Action::Next, &[key(Code::Right), c('l')], TRAINING, "noisier", Bar::As("←→")),
    row(Action::Back, &[key(Code::Left), c('h')], TRAINING, "cleaner", Bar::HelpOnly),
    row(Action::TurnDown, &[key(Code::Down)], TRAINING, "older", Bar::As("↑↓")),
    row(Action::TurnUp, &[key(Code::Up)], TRAINING, "younger", Bar::HelpOnly),
    row(Action::NextPart, &[key(Code::Tab)], TRAINING, "training-set", Bar::Own),
    row(Action::PreviousPart, &[key(Code::BackTab)], TRAINING, "training-set", Bar::HelpOnly),
    row(Action::Accept, &[key(Code::Enter)], TRAINING, "training-walk", Bar::Own),
    row(Action::NextPicture, &[c('p')], TRAINING, "training-picture", Bar::Own),
    row(Action::PreviousPicture, &[c('P')], TRAINING, "training-picture-back", Bar::HelpOnly),
    row(Action::AnotherSeed, &[c('r')], TRAINING, "training-noise", Bar::Own),
    row(Action::Target, &[c('v')], TRAINING, "training-target", Bar::Own),
    row(Action::WholeTraining, &[c('c')], TRAINING, "training-curve", Bar::Own),
    row(Action::Channel, &[c('k')], TRAINING, "training-channel", Bar::HelpOnly),
    row(Action::NextPage, &[key(Code::PageDown)], TRAINING, "much-noisier", Bar::HelpOnly),
    row(Action::PreviousPage, &[key(Code::PageUp)], TRAINING, "much-cleaner", Bar::HelpOnly),
    row(Action::First, &[key(Code::Home)], TRAINING, "cleanest", Bar::HelpOnly),
    row(Action::Last, &[key(Code::End)], TRAINING, "noisiest", Bar::HelpOnly),
    // Training pictures.
    row(Action::Next, &[key(Code::Right), c('l')], DRAWINGS, "picture-next", Bar::As("←→")),
    row(Action::Back, &[key(Code::Left), c('h')], DRAWINGS, "picture-earlier", Bar::HelpOnly),
    row(Action::TurnDown, &[key(Code::Down), c('j')], DRAWINGS, "thing", Bar::As("↑↓")),
    row(Action::TurnUp, &[key(Code::Up), c('k')], DRAWINGS, "thing-back", Bar::HelpOnly),
    row(Action::NeverShown, &[c('x')], DRAWINGS, "never-shown", Bar::Own),
    row(Action::NextPage, &[key(Code::PageDown)], DRAWINGS, "pictures-on", Bar::HelpOnly),
    row(Action::PreviousPage, &[key(Code::PageUp)], DRAWINGS, "pictures-back", Bar::HelpOnly),
    row(Action::First, &[key(Code::Home)], DRAWINGS, "pictures-first", Bar::HelpOnly),
    row(Action::Last, &[key(Code::End)], DRAWINGS, "pictures-last", Bar::HelpOnly),
    // A word that is taught.
    row(Action::Accept, &[key(Code::Enter)], TEACH, "teach-begin", Bar::Own),
    row(Action::Leave, &[key(Code::Esc)], &[Place::Learning], "teach-stop", Bar::Own),
    row(Action::Accept, &[key(Code::Enter)], LEARNED, "teach-walk", Bar::Own),
    row(Action::WriteTaught, &[c('w')], LEARNED, "teach-write", Bar::Own),
    row(Action::NextPart, &[key(Code::Tab)], LEARNED, "teach-changes", Bar::Own),
    row(Action::PreviousPart, &[key(Code::BackTab)], LEARNED, "teach-changes", Bar::HelpOnly),
    row(Action::TeachAgain, &[c('r')], LEARNED, "teach-again", Bar::Own),
    // A lesson.
    row(
        Action::NextBeat,
        &[key(Code::Right), c('l'), key(Code::PageDown), key(Code::Enter)],
        &[Place::Lesson],
        "beat-next",
        Bar::As("←→"),
    ),
    row(
        Action::NextBeat,
        &[key(Code::PageDown)],
        &[Place::LessonBeside],
        "beat-next-page",
        Bar::Own,
    ),
    row(
        Action::PreviousBeat,
        &[key(Code::Left), c('h'), key(Code::PageUp)],
        &[Place::Lesson],
        "beat-back",
        Bar::HelpOnly,
    ),
    row(
        Action::PreviousBeat,
        &[key(Code::PageUp)],
        &[Place::LessonBeside],
        "beat-back-page",
        Bar::HelpOnly,
    ),
    row(
        Action::Accept,
        &[key(Code::Enter), key(Code::PageDown), key(Code::Right)],
        QUESTIONS,
        "answer",
        Bar::Own,
    ),
    row(
        Action::PreviousBeat,
        &[key(Code::PageUp), key(Code::Left)],
        QUESTIONS,
        "question-back",
        Bar::HelpOnly,
    ),
    row(Action::TurnDown, &[key(Code::Down)], &[Place::Question], "choice", Bar::As("↑↓")),
    row(Action::TurnUp, &[key(Code::Up)], &[Place::Question], "choice-back", Bar::HelpOnly),
    row(
        Action::LeaveLesson,
        &[key(Code::Esc)],
        &[Place::Lesson, Place::LessonBeside, Place::Question, Place::QuestionBox],
        "lesson-leave",
        Bar::Own,
    ),
    row(
        Action::Lesson,
        &[c('J')],
        &[Place::Walk, Place::Doors, Place::Compare, Place::Training, Place::Drawings],
        "lesson",
        Bar::HelpOnly,
    ),
    // A walk: where one is.
    row(
        Action::Next,
        &[key(Code::Right), c('l'), key(Code::PageDown)],
        WALK,
        "next",
        Bar::As("←→"),
    ),
    row(Action::Back, &[key(Code::Left), c('h'), key(Code::PageUp)], WALK, "back", Bar::HelpOnly),
    at(row(Action::TurnDown, &[key(Code::Down)], WALK, "turn", Bar::As("↑↓")), TURNED),
    at(row(Action::TurnUp, &[key(Code::Up)], WALK, "turn-back", Bar::HelpOnly), TURNED),
    row(Action::RunOn, &[c(' ')], WALK, "run", Bar::Own),
    at(row(Action::NextPiece, &[c('t')], WALK, "piece", Bar::Own), PIECES),
    at(row(Action::TaughtWords, &[c('v')], WALK, "taught", Bar::Own), PIECES),
    row(Action::InEnglish, &[c('E')], WALK, "in-english", Bar::Own),
    at(row(Action::Attention, &[c('a')], WALK, "attention", Bar::Own), &[Stage::Step]),
    at(row(Action::Fork, &[c('f')], WALK, "fork", Bar::Own), &[Stage::Step]),
    row(Action::Compare, &[c('c')], WALK, "compare", Bar::Own),
    at(row(Action::DecodeX0, &[c('d')], WALK, "decode", Bar::Own), &[Stage::Step]),
    at(row(Action::Channel, &[c('k')], WALK, "channel", Bar::Own), LATENT),
    at(row(Action::NextPart, &[key(Code::Tab)], WALK, "picture", Bar::Own), PICTURES),
    at(row(Action::Enlarge, &[key(Code::Enter)], WALK, "enlarge", Bar::Own), GRIDS),
    at(
        row(
            Action::Lens(1, 0),
            &[Key::shift(Code::Right), c(']')],
            WALK,
            "lens",
            Bar::As("shift-←↑↓→"),
        ),
        LENS,
    ),
    at(row(Action::ByHand, &[c('b')], WALK, "by-hand", Bar::Own), LENS),
    at(row(Action::GuidanceUp, &[c('>')], WALK, "guidance-up", Bar::As("< >")), &[Stage::Step]),
    at(row(Action::GuidanceDown, &[c('<')], WALK, "guidance-down", Bar::HelpOnly), &[Stage::Step]),
    at(row(Action::NearPictures, &[c('x')], WALK, "near", Bar::Own), &[Stage::Image]),
    row(Action::AnotherSeed, &[c('r')], WALK, "seed", Bar::Own),
    row(Action::Settings, &[c('s')], WALK, "settings", Bar::Own),
    row(Action::Prompt, &[c('/')], WALK, "prompt", Bar::Own),
    row(Action::GoTo(Stage::Tokens), &[c('1')], MOVING, "stage", Bar::As("1–7")),
    row(Action::GoTo(Stage::Embeddings), &[c('2')], MOVING, "stage", Bar::HelpOnly),
    row(Action::GoTo(Stage::Schedule), &[c('3')], MOVING, "stage", Bar::HelpOnly),
    row(Action::GoTo(Stage::Noise), &[c('4')], MOVING, "stage", Bar::HelpOnly),
    row(Action::GoTo(Stage::Step), &[c('5')], MOVING, "stage", Bar::HelpOnly),
    row(Action::GoTo(Stage::Decode), &[c('6')], MOVING, "stage", Bar::HelpOnly),
    row(Action::GoTo(Stage::Image), &[c('7')], MOVING, "stage", Bar::HelpOnly),
    row(Action::GoTo(Stage::Encode), &[c('0')], MOVING, "stage-encode", Bar::HelpOnly),
    row(Action::First, &[key(Code::Home)], WALK, "first", Bar::HelpOnly),
    row(Action::Last, &[key(Code::End)], WALK, "last", Bar::HelpOnly),
    row(Action::Faster, &[c('+'), c('=')], WALK, "faster", Bar::HelpOnly),
    row(Action::Slower, &[c('-'), c('_')], WALK, "slower", Bar::HelpOnly),
    at(row(Action::PreviousPiece, &[c('T')], WALK, "piece-back", Bar::HelpOnly), PIECES),
    at(
        row(Action::PreviousPart, &[key(Code::BackTab)], WALK, "picture-back", Bar::HelpOnly),
        PICTURES,
    ),
    at(
        row(Action::Lens(-1, 0), &[Key::shift(Code::Left), c('[')], WALK, "lens", Bar::HelpOnly),
        LENS,
    ),
    at(
        row(Action::Lens(0, -1), &[Key::shift(Code::Up), c('{')], WALK, "lens", Bar::HelpOnly),
        LENS,
    ),
    at(
        row(Action::Lens(0, 1), &[Key::shift(Code::Down), c('}')], WALK, "lens", Bar::HelpOnly),
        LENS,
    ),
    at(row(Action::Raw, &[c('u')], WALK, "raw", Bar::HelpOnly), LATENT),
    row(Action::WriteRecording, &[c('w')], WALK, "write", Bar::Own),
    row(Action::Export, &[c('e')], WALK, "export", Bar::Own),
    row(Action::Training, &[c('i')], &[Place::Walk, Place::Doors], "training", Bar::HelpOnly),
    row(
        Action::Teach,
        &[c('W')],
        &[Place::Walk, Place::Doors, Place::Training, Place::Drawings, Place::Learned],
        "teach",
        Bar::HelpOnly,
    ),
    row(
        Action::Layers,
        &[c('A')],
        &[Place::Walk, Place::Compare, Place::Layers],
        "layers",
        Bar::HelpOnly,
    ),
    row(Action::OpenRecording, &[c('o')], WALK, "open", Bar::HelpOnly),
    row(Action::CommandLine, &[c('y')], WALK, "command-line", Bar::HelpOnly),
    row(
        Action::TrainingPictures,
        &[c('p')],
        &[Place::Walk, Place::Doors, Place::Drawings],
        "training-pictures",
        Bar::Own,
    ),
    // The first screen and its boxes.
    row(Action::Accept, &[key(Code::Enter)], DOORS, "door", Bar::Own),
    row(Action::NextPart, &[key(Code::Down), key(Code::Tab)], DOORS, "next-door", Bar::As("↑↓")),
    row(
        Action::PreviousPart,
        &[key(Code::Up), key(Code::BackTab)],
        DOORS,
        "previous-door",
        Bar::HelpOnly,
    ),
    row(Action::Door(0), &[c('1')], &[Place::Doors], "door-number", Bar::HelpAs("1–7")),
    row(Action::Door(1), &[c('2')], &[Place::Doors], "door-number", Bar::HelpOnly),
    row(Action::Door(2), &[c('3')], &[Place::Doors], "door-number", Bar::HelpOnly),
    row(Action::Door(3), &[c('4')], &[Place::Doors], "door-number", Bar::HelpOnly),
    row(Action::Door(4), &[c('5')], &[Place::Doors], "door-number", Bar::HelpOnly),
    row(Action::Door(5), &[c('6')], &[Place::Doors], "door-number", Bar::HelpOnly),
    row(Action::Door(6), &[c('7')], &[Place::Doors], "door-number", Bar::HelpOnly),
    row(Action::Settings, &[c('s')], &[Place::Doors], "settings-first", Bar::Own),
    // Taught words, and a prompt built of them.
    row(Action::Accept, &[key(Code::Enter), c(' ')], PICKER, "word-pick", Bar::Own),
    row(Action::WalkPicked, &[c('w')], PICKER, "word-walk", Bar::Own),
    row(Action::TakeBack, &[key(Code::Backspace)], PICKER, "word-unpick", Bar::Own),
    row(Action::Next, &[key(Code::Right), c('l')], PICKER, "word-right", Bar::As("←↑↓→")),
    row(Action::Back, &[key(Code::Left), c('h')], PICKER, "word-left", Bar::HelpOnly),
    row(Action::TurnDown, &[key(Code::Down), c('j')], PICKER, "word-down", Bar::HelpOnly),
    row(Action::TurnUp, &[key(Code::Up), c('k')], PICKER, "word-up", Bar::HelpOnly),
    row(Action::NextPart, &[key(Code::Tab), key(Code::PageDown)], PICKER, "word-list", Bar::Own),
    row(
        Action::PreviousPart,
        &[key(Code::BackTab), key(Code::PageUp)],
        PICKER,
        "word-list-back",
        Bar::HelpOnly,
    ),
    row(Action::Prompt, &[c('/')], PICKER, "word-edit", Bar::Own),
    row(Action::TaughtWords, &[c('v')], PICKER, "taught", Bar::HelpOnly),
    row(Action::First, &[key(Code::Home)], PICKER, "word-first", Bar::HelpOnly),
    row(Action::Last, &[key(Code::End)], PICKER, "word-last", Bar::HelpOnly),
    row(Action::TaughtWords, &[key(Code::Tab)], &[Place::PromptBox], "taught-pick", Bar::Own),
    // What lies over the view.
    row(
        Action::TurnDown,
        &[key(Code::Down), key(Code::PageDown), c('j')],
        LISTS,
        "down",
        Bar::As("↑↓"),
    ),
    row(Action::TurnUp, &[key(Code::Up), key(Code::PageUp), c('k')], LISTS, "up", Bar::HelpOnly),
    row(Action::First, &[key(Code::Home)], LISTS, "top", Bar::HelpOnly),
    row(Action::Last, &[key(Code::End)], LISTS, "bottom", Bar::HelpOnly),
    row(Action::TurnDown, &[key(Code::Down), key(Code::Tab)], FORMS, "next-setting", Bar::As("↑↓")),
    row(
        Action::TurnUp,
        &[key(Code::Up), key(Code::BackTab)],
        FORMS,
        "previous-setting",
        Bar::HelpOnly,
    ),
    row(Action::Raise, &[key(Code::Right)], TURNED_ROWS, "raise", Bar::As("←→")),
    row(Action::Lower, &[key(Code::Left)], TURNED_ROWS, "lower", Bar::HelpOnly),
    row(Action::Accept, &[key(Code::Enter)], &[Place::Form], "lay-beside", Bar::Own),
    row(Action::Accept, &[key(Code::Enter)], &[Place::FormBox], "keep-row", Bar::Own),
    row(Action::Accept, &[key(Code::Enter)], &[Place::Settings], "walk-again", Bar::Own),
    row(Action::Accept, &[key(Code::Enter)], &[Place::SettingsBox], "keep", Bar::Own),
    row(Action::Accept, &[key(Code::Enter)], &[Place::Layers], "layers-without", Bar::Own),
    row(Action::Accept, &[key(Code::Enter)], BOXES, "accept", Bar::Own),
    row(Action::Accept, &[key(Code::Enter)], &[Place::CommandLine], "close", Bar::HelpOnly),
    row(Action::Accept, &[key(Code::Enter)], CLOSED, "close-list", Bar::HelpOnly),
    row(Action::Accept, &[key(Code::Enter)], &[Place::Lessons], "lesson-open", Bar::Own),
    row(Action::Leave, &[key(Code::Esc)], OVERLAYS, "leave", Bar::Own),
    // Everywhere that no text is typed.
    row(Action::Leave, &[key(Code::Esc)], READ, "cancel", Bar::HelpOnly),
    row(
        Action::Notes,
        &[c('n')],
        &[
            Place::Walk,
            Place::Compare,
            Place::Training,
            Place::Drawings,
            Place::TeachForm,
            Place::Learning,
            Place::Learned,
        ],
        "notes",
        Bar::Own,
    ),
    row(
        Action::Glossary,
        &[c('g')],
        &[
            Place::Walk,
            Place::Question,
            Place::Compare,
            Place::Training,
            Place::Drawings,
            Place::TeachForm,
            Place::Learning,
            Place::Learned,
            Place::Doors,
            Place::Glossary,
        ],
        "glossary",
        Bar::Own,
    ),
    row(
        Action::Language,
        &[c('L')],
        &[
            Place::Walk,
            Place::Question,
            Place::Compare,
            Place::Training,
            Place::Drawings,
            Place::TeachForm,
            Place::Learning,
            Place::Learned,
            Place::Doors,
            Place::Help,
            Place::Glossary,
            Place::Lessons,
            Place::Taught,
            Place::Layers,
        ],
        "language",
        Bar::Own,
    ),
    row(Action::Mouse, &[c('m')], READ, "mouse", Bar::HelpOnly),
    row(Action::Interrupt, &[Key::control('c')], &Place::ALL, "interrupt", Bar::HelpOnly),
    row(Action::Suspend, &[Key::control('z')], &Place::ALL, "suspend", Bar::HelpOnly),
    row(
        Action::Quit,
        &[c('q')],
        &[
            Place::Walk,
            Place::Question,
            Place::Compare,
            Place::Training,
            Place::Doors,
            Place::Drawings,
            Place::TeachForm,
            Place::Learning,
            Place::Learned,
            Place::Help,
            Place::Glossary,
            Place::Lessons,
            Place::Taught,
            Place::Layers,
            Place::CommandLine,
        ],
        "quit",
        Bar::Own,
    ),
    row(
        Action::Help,
        &[c('?'), key(Code::Function(1))],
        &[
            Place::Walk,
            Place::Question,
            Place::Compare,
            Place::Training,
            Place::Drawings,
            Place::TeachForm,
            Place::Learning,
            Place::Learned,
            Place::Doors,
            Place::Help,
            Place::Glossary,
            Place::Lessons,
            Place::Taught,
        ],
        "help",
        Bar::Own,
    ),
];

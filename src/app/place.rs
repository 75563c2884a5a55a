//! The places that keys go to: each has its own rows in the table of keys.

/// Where keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The first screen, no text box chosen.
    Doors,
    /// A text box of the first screen.
    DoorsBox,
    /// A walk.
    Walk,
    /// A beat of a lesson: a walk, and the lesson's own keys before those of the walk.
    Lesson,
    /// A beat of a lesson over runs side by side, the training or its pictures: the screen's own
    /// keys, and a page key that goes on.
    LessonBeside,
    /// A question of a lesson that letters answer.
    Question,
    /// A question of a lesson that is answered in a box.
    QuestionBox,
    /// The list of keys.
    Help,
    /// The glossary.
    Glossary,
    /// The lessons inside the program.
    Lessons,
    /// The words that the model was taught.
    Taught,
    /// What was laid over the model, layer by layer.
    Layers,
    /// The settings.
    Settings,
    /// A setting that is being typed.
    SettingsBox,
    /// The text box for a prompt over the view.
    PromptBox,
    /// A text box over the view: a path.
    Box,
    /// The command line.
    CommandLine,
    /// Runs side by side.
    Compare,
    /// The training of the model.
    Training,
    /// The pictures that the model inside was shown.
    Drawings,
    /// The form of a teaching, at a row that is turned.
    TeachForm,
    /// The form of a teaching, at a row that is typed.
    TeachBox,
    /// A word that is being learned.
    Learning,
    /// A word that was learned.
    Learned,
    /// The form for another run, or for a branch.
    Form,
    /// A row of that form that is being typed.
    FormBox,
}

impl Place {
    /// All places, in the order of the help.
    pub const ALL: [Self; 26] = [
        Self::Walk,
        Self::Lesson,
        Self::LessonBeside,
        Self::Question,
        Self::QuestionBox,
        Self::Compare,
        Self::Training,
        Self::Drawings,
        Self::TeachForm,
        Self::TeachBox,
        Self::Learning,
        Self::Learned,
        Self::Doors,
        Self::DoorsBox,
        Self::Settings,
        Self::SettingsBox,
        Self::Form,
        Self::FormBox,
        Self::PromptBox,
        Self::Box,
        Self::Glossary,
        Self::Lessons,
        Self::Taught,
        Self::Layers,
        Self::Help,
        Self::CommandLine,
    ];

    /// Whether characters are typed here.
    pub const fn types(self) -> bool {
        matches!(
            self,
            Self::DoorsBox
                | Self::SettingsBox
                | Self::FormBox
                | Self::TeachBox
                | Self::PromptBox
                | Self::Box
                | Self::QuestionBox
        )
    }

    /// The stem of its name in the catalogue, under `place`.
    pub const fn stem(self) -> &'static str {
        match self {
            Self::Doors => "doors",
            Self::DoorsBox => "doors-box",
            Self::Walk => "walk",
            Self::Lesson => "lesson",
            Self::LessonBeside => "lesson-beside",
            Self::Question => "question",
            Self::QuestionBox => "question-box",
            Self::Help => "help",
            Self::Glossary => "glossary",
            Self::Lessons => "lessons",
            Self::Taught => "taught",
            Self::Layers => "layers",
            Self::Settings => "settings",
            Self::SettingsBox => "settings-box",
            Self::PromptBox => "prompt-box",
            Self::Box => "box",
            Self::CommandLine => "command-line",
            Self::Compare => "compare",
            Self::Training => "training",
            Self::Drawings => "drawings",
            Self::TeachForm => "teach-form",
            Self::TeachBox => "teach-box",
            Self::Learning => "learning",
            Self::Learned => "learned",
            Self::Form => "form",
            Self::FormBox => "form-box",
        }
    }
}

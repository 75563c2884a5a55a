//! What a person can do, what can happen, and what then has to be done outside.

use super::key::Key;
use crate::lesson::{Record, Told};
use crate::walk::{
    Asked, Frame, LessonAsked, ModelCard, ModelsApart, NearPictures, NoisingAsked, Picture,
    PicturesAsked, PicturesFound, Problem, RunAsked, Settings, Stage,
};

pub use crate::walk::News;

/// Everything that a key can set off; `keys` says which key, where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The next frame, computed if it is not there yet.
    Next,
    /// The frame before, never computed.
    Back,
    /// The first frame.
    First,
    /// The last frame that is there.
    Last,
    /// A stage; what is missing before it is computed.
    GoTo(Stage),
    /// On by itself, or stop.
    RunOn,
    /// Faster.
    Faster,
    /// Slower.
    Slower,
    /// Turn the view back: pictures, layers, levels, merges.
    TurnUp,
    /// Turn the view on.
    TurnDown,
    /// The next picture, box or door.
    NextPart,
    /// The one before.
    PreviousPart,
    /// A door of the first screen, from 0.
    Door(usize),
    /// The chosen picture as large as fits.
    Enlarge,
    /// Accept what is chosen or typed.
    Accept,
    /// Leave what lies over the view, or cancel what is being computed.
    Leave,
    /// Preview in colour, or one channel after the other.
    Channel,
    /// Latents in the sampler's own scale, or in the common one.
    Raw,
    /// One number worked out by hand.
    ByHand,
    /// The next piece of the prompt.
    NextPiece,
    /// The piece before.
    PreviousPiece,
    /// The words that the model was taught.
    TaughtWords,
    /// Take the word picked last out of the prompt that is being built.
    TakeBack,
    /// Walk the prompt that was built.
    WalkPicked,
    /// Walk the English form of a prompt in another language.
    InEnglish,
    /// What was laid over the model, or how two models differ, layer by layer.
    Layers,
    /// The pictures that the model inside was shown.
    TrainingPictures,
    /// What training never shows, in place of what it shows.
    NeverShown,
    /// The training pictures nearest to the finished one.
    NearPictures,
    /// The chosen piece's attention over the pictures.
    Attention,
    /// x0 through the VAE.
    DecodeX0,
    /// Move the lens by so many pixels, right and down.
    Lens(i8, i8),
    /// The settings.
    Settings,
    /// The chosen setting to its next value.
    Raise,
    /// The chosen setting to its value before.
    Lower,
    /// The prompt.
    Prompt,
    /// The same walk with the next seed.
    AnotherSeed,
    /// The next beat of a lesson.
    NextBeat,
    /// The beat before, or from an answer back to its question.
    PreviousBeat,
    /// Out of a lesson, for free play.
    LeaveLesson,
    /// Take up the lesson that was left.
    Lesson,
    /// Write a recording.
    WriteRecording,
    /// Export the picture of this view.
    Export,
    /// Open a recording.
    OpenRecording,
    /// Show and copy the command line that gives this walk again.
    CommandLine,
    /// Lay runs side by side; in a comparison: another run.
    Compare,
    /// Branch from this step.
    Fork,
    /// Mix the two answers of this step again with a higher guidance scale.
    GuidanceUp,
    /// The same with a lower one.
    GuidanceDown,
    /// The chosen run as the walk on screen.
    OpenRun,
    /// The chosen run is the one that the others are held against.
    Reference,
    /// Differences from the reference in place of the pictures.
    Difference,
    /// By step, or by noise level.
    Align,
    /// The reference's picture in the place of the chosen one, and back.
    Flip,
    /// The paths of all runs in one plane.
    Plane,
    /// The training of the model.
    Training,
    /// Teach the model a word.
    Teach,
    /// Write what was learned to a file.
    WriteTaught,
    /// Back to the form of the teaching.
    TeachAgain,
    /// The next training picture.
    NextPicture,
    /// The training picture before.
    PreviousPicture,
    /// What the network says (v), or the noise that follows from it (ε).
    Target,
    /// The curve of the whole training, or the errors of this picture.
    WholeTraining,
    /// The next page of runs.
    NextPage,
    /// The page before.
    PreviousPage,
    /// Notes: plain words, with formulas, off.
    Notes,
    /// The glossary.
    Glossary,
    /// The next language.
    Language,
    /// The keys.
    Help,
    /// Take the mouse, or leave it to the terminal.
    Mouse,
    /// Cancel; twice: quit.
    Interrupt,
    /// Into the background of the shell.
    Suspend,
    /// The end.
    Quit,
}

/// What a place on the screen stands for when it is clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A stage of the rail.
    Stage(Stage),
    /// A frame, by its place in the walk (the strip of steps).
    Frame(usize),
    /// A piece: a row of the text tensors.
    Piece(usize),
    /// A picture of the view, in the order of `tab`.
    Picture(usize),
    /// A pixel or latent cell: the lens goes there.
    Pixel(usize, usize),
    /// A door of the first screen.
    Door(usize),
    /// A row of the overlay that lies on top (a setting, a word of the glossary).
    Row(usize),
    /// A hint of the bottom bar.
    Do(Action),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// The mouse was pressed on something.
    Click(Target),
    /// The wheel was turned over the view: down is positive.
    Wheel(i8),
    /// Text was pasted.
    Paste(String),
    /// The source of frames told something.
    News(News),
    /// An effect was carried out: the message's key in the catalogue and its facts.
    Done(String, Vec<(String, String)>),
    /// An effect could not be carried out.
    Failed(Problem),
    /// A recording was opened under this name; its frames will come as news.
    RecordingOpened(String),
    /// A recording was read to be laid beside the runs on screen.
    RunOpened {
        /// The file's name.
        name: String,
        /// The model.
        card: Box<ModelCard>,
        /// What was settled.
        settings: Box<Settings>,
        /// How many calls of the network the whole walk has.
        calls: usize,
        /// The frames that the file holds.
        frames: Vec<Frame>,
    },
    /// Training pictures that were asked for.
    TrainingPictures(PicturesFound),
    /// The training pictures nearest to this picture.
    NearPictures(Picture, NearPictures),
    /// Two models were held against each other.
    ModelsApart(Box<ModelsApart>),
    /// What was learned was written to this file.
    TaughtWritten(String),
    /// Seconds went by.
    Tick(f32),
}

/// What has to be done outside the state. Nothing here waits: answers come back as events.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Begin a walk.
    Begin(Box<Asked>),
    /// Begin the recording that was opened last.
    Replay,
    /// Order the next frame.
    Next,
    /// Order whole runs to be laid beside others; each tells its news under its number.
    Runs(Vec<RunAsked>),
    /// Order one moment of the training that is looked at.
    Training(NoisingAsked),
    /// Read or draw the pictures that a word is to be taught from.
    LessonPictures(Box<LessonAsked>),
    /// Teach a word.
    Teach(Box<LessonAsked>),
    /// Write what was learned.
    WriteTaught {
        /// Where.
        path: String,
        /// The whole file.
        file: Vec<u8>,
    },
    /// Read a recording to be laid beside the runs on screen.
    OpenRun(String),
    /// Order the x0 of a call through the VAE.
    DecodeX0(usize),
    /// Give up what is under way.
    Cancel,
    /// Write the walk as a recording.
    WriteRecording(String),
    /// Write a picture (a path that ends in `.png`) or the plots (any other path: a folder).
    Export {
        /// Where.
        path: String,
        /// The picture of the current view, where it has one.
        picture: Option<Picture>,
    },
    /// Write the labelled sheet of the comparison.
    ExportSheet(String),
    /// Open a recording and make it the source.
    OpenRecording(String),
    /// Keep what was answered in a lesson, where that was asked for.
    KeepAnswers(Box<Record>),
    /// Draw training pictures.
    TrainingPictures(PicturesAsked),
    /// Look for the training pictures nearest to this one.
    NearPictures(Picture),
    /// Hold two models against each other, by their names.
    ModelsApart([String; 2]),
    /// Tell a second terminal where the lesson is; of two, the one with the higher number counts.
    Tell {
        /// The how manieth it is.
        number: u64,
        /// Where the lesson is.
        told: Box<Told>,
    },
    /// Put text on the clipboard.
    Copy(String),
    /// Take the mouse, or leave it.
    Mouse(bool),
    /// Suspend the program.
    Suspend,
    /// End the program.
    Quit,
}

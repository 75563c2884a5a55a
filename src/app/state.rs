//! Everything the screen program knows at one moment. Views read it; only `update` changes it.

use std::collections::BTreeMap;

use super::adding::Adding;
use super::comparison::Comparison;
use super::drawings::Drawings;
use super::forking::Forking;
use super::lessons::OpenLesson;
use super::picker::Picker;
use super::teaching::Teaching;
use super::telling::Telling;
use super::training::Training;
use crate::walk::{
    Asked, Course, Frame, ModelCard, NearPictures, Picture, Problem, Progress, Settings, Stage,
};
use crate::words::{Language, Words};

/// The example in the prompt's box; the models of this edition read English.
pub const EXAMPLE: &str = "a red cat on a blue background";

/// The whole state.
#[derive(Clone, Debug)]
pub struct App {
    /// Language of every word.
    pub language: Language,
    /// Whether words are spelled without signs that some terminals draw two cells wide.
    pub ascii: bool,
    /// A second language, for notes, questions and answers.
    pub second: Option<Language>,
    /// Whether it is shown to a room: large, one thing a screen.
    pub present: bool,
    /// What fills the screen.
    pub scene: Scene,
    /// What lies over it, if anything.
    pub overlay: Option<Overlay>,
    /// The first screen's state.
    pub doors: Doors,
    /// The walk on screen.
    pub walk: WalkState,
    /// The runs laid beside each other, once there are any; kept while a walk is on screen.
    pub comparison: Option<Comparison>,
    /// The training that is looked at.
    pub training: Training,
    /// A word that is taught.
    pub teaching: Teaching,
    /// The pictures that the model inside was shown.
    pub drawings: Drawings,
    /// The lesson that is open, also while it is left for free play.
    pub lesson: Option<OpenLesson>,
    /// Where the recordings are that lessons name, by their names.
    pub recordings: BTreeMap<String, String>,
    /// What a second terminal was told of it, where one wants to know.
    pub telling: Option<Telling>,
    /// How the frames are looked at.
    pub look: Look,
    /// The notes pane.
    pub notes: NotesDepth,
    /// What went wrong last; shown in the third band until the next key.
    pub problem: Option<Problem>,
    /// A short message that an action had an effect: its key in the catalogue, and facts.
    pub toast: Option<(String, Vec<(String, String)>)>,
    /// Whether the mouse is captured.
    pub mouse: bool,
    /// Set when the program should end.
    pub quitting: bool,
    /// Whether ctrl-c was the last key and nothing was left to cancel: once more ends the program.
    pub interrupted: bool,
    /// Whether it was ctrl-c that ended the program.
    pub ended_by_interrupt: bool,
}

impl App {
    /// The state before the first frame: the doors where nothing was asked for, else a walk that
    /// [`super::update::begin`] will order.
    pub fn new(language: Language, asked: Asked) -> Self {
        let scene = if asked.prompt.is_some() { Scene::Walk } else { Scene::Doors };
        Self {
            language,
            ascii: false,
            second: None,
            present: false,
            scene,
            overlay: None,
            doors: Doors {
                prompt: EXAMPLE.to_owned(),
                cursor: EXAMPLE.chars().count(),
                ..Doors::default()
            },
            walk: WalkState { asked, speed: 2, ..WalkState::default() },
            comparison: None,
            training: Training::default(),
            teaching: Teaching::default(),
            drawings: Drawings::default(),
            lesson: None,
            recordings: BTreeMap::new(),
            telling: None,
            look: Look::default(),
            notes: NotesDepth::default(),
            problem: None,
            toast: None,
            mouse: false,
            quitting: false,
            interrupted: false,
            ended_by_interrupt: false,
        }
    }

    /// The state of a program that was started on a comparison; what it waits for is ordered by
    /// [`super::update::begin_comparison`].
    pub fn comparing(language: Language, comparison: Comparison) -> Self {
        let scene = Scene::Compare;
        Self { scene, comparison: Some(comparison), ..Self::new(language, Asked::default()) }
    }

    /// Says in a few words what a key did.
    pub(super) fn say(&mut self, key: &str, facts: &[(&str, &str)]) {
        let facts = facts.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.toast = Some((key.to_owned(), facts));
    }

    /// The catalogue of a language, as this terminal can show it.
    pub fn words_of(&self, language: Language) -> Words {
        let words = Words::of(language);
        if self.ascii { words.in_ascii() } else { words }
    }

    /// The catalogue of the current language.
    pub fn words(&self) -> Words {
        self.words_of(self.language)
    }
}

/// What fills the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// The first screen.
    Doors,
    /// A walk.
    Walk,
    /// Runs side by side.
    Compare,
    /// The training of the model.
    Training,
    /// The pictures that the model inside was shown.
    Drawings,
    /// A word that is taught.
    Teaching,
}

/// What lies over the scene and takes the keys.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// All keys, from the key table; scrolled by so many lines.
    Help {
        /// First line shown.
        scroll: usize,
    },
    /// The glossary; the chosen entry.
    Glossary {
        /// Place of the chosen word.
        chosen: usize,
    },
    /// The lessons inside the program; the chosen one.
    Lessons {
        /// Place of the chosen lesson.
        chosen: usize,
    },
    /// The words that the model was taught, and a prompt built of them.
    Taught(Box<Picker>),
    /// The settings, changed before walking again.
    Settings {
        /// The chosen row.
        chosen: usize,
        /// The settings being changed.
        draft: Box<Asked>,
        /// The text being typed for the chosen row, if it is being edited.
        editing: Option<String>,
    },
    /// What was laid over the model, or how two models differ.
    Layers,
    /// Another run beside those on screen.
    Adding(Box<Adding>),
    /// A branch from a step.
    Forking(Box<Forking>),
    /// The prompt being typed.
    Prompt {
        /// The text.
        text: String,
        /// Place of the cursor, in characters.
        cursor: usize,
    },
    /// The path of a file being typed.
    Path {
        /// What the path is for.
        purpose: PathPurpose,
        /// The text.
        text: String,
        /// Place of the cursor, in characters.
        cursor: usize,
    },
    /// The command line that gives this walk again.
    CommandLine {
        /// The line.
        line: String,
    },
}

/// What a typed path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathPurpose {
    /// Open a recording.
    OpenRecording,
    /// Write the walk as a recording.
    WriteRecording,
    /// Write the picture of the current view.
    ExportPicture,
    /// Write the sheet of a comparison.
    ExportSheet,
    /// Write what was learned.
    WriteTaught,
    /// Write what was learned, then walk with it.
    WalkTaught,
}

/// The first screen: show me, a prompt, a recording, lessons, the training, its pictures, a word to
/// teach.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Doors {
    /// Which door is chosen, from 0.
    pub chosen: usize,
    /// The text in the prompt's box.
    pub prompt: String,
    /// Place of its cursor, in characters.
    pub cursor: usize,
    /// The text in the box for a recording's path.
    pub path: String,
    /// Place of its cursor, in characters.
    pub path_cursor: usize,
}

impl Doors {
    /// Whether the chosen door has a box to type into.
    pub const fn types(&self) -> bool {
        matches!(self.chosen, 1 | 2)
    }
}

/// Where a walk comes from; only the title bar tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Computed now.
    #[default]
    Live,
    /// Read from a file of this name.
    Recording(String),
    /// A run of a comparison with this name, whose frames are at hand.
    Run(String),
}

/// The walk on screen.
#[derive(Clone, Debug, Default)]
pub struct WalkState {
    /// What was asked for.
    pub asked: Asked,
    /// Where its frames come from.
    pub origin: Origin,
    /// The model, once it is open.
    pub card: Option<ModelCard>,
    /// What was settled, once it is.
    pub settings: Option<Settings>,
    /// How many times the network will be called; 0 while unknown.
    pub calls: usize,
    /// The frames so far, in order.
    pub frames: Vec<Frame>,
    /// Which frame is on screen; `frames.len()` is the one in the making.
    pub at: usize,
    /// Whether a frame is being computed.
    pub computing: bool,
    /// How far it is.
    pub progress: Option<Progress>,
    /// Whether the walk goes on by itself.
    pub running: bool,
    /// Speed of running on: 0 slow to 4 as fast as frames come.
    pub speed: usize,
    /// x0 pictures through the VAE that were asked for, by call.
    pub x0_pictures: BTreeMap<usize, Picture>,
    /// The training pictures nearest to the finished one, once they were found.
    pub near_pictures: Option<NearPictures>,
    /// The call whose x0 is being decoded.
    pub x0_pending: Option<usize>,
    /// A sentence about how the walk is computed (a device that was not there, …).
    pub note: Option<Problem>,
    /// Whether the source said that no frame comes any more (a recording may hold fewer than the
    /// whole walk).
    pub finished: bool,
    /// Where the walk goes on to without further keys, if anywhere.
    pub goal: Option<Goal>,
    /// Whether the person wanted to go on while the model was still opening: one frame on, as
    /// soon as the first is there.
    pub ahead: bool,
    /// Seconds for which the frame on screen has been there, while the walk runs on by itself.
    pub shown: f32,
    /// Seconds since the frame in the making was ordered.
    pub waited: f32,
}

/// How far to walk without further keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// To the first frame of a stage, with the screen following.
    Stage(Stage),
    /// To a call of the network, from 0, with the screen following; to the last one where the
    /// walk has fewer.
    Call(usize),
    /// To the last frame, with the screen staying where it is (frames of a recording are at hand).
    Gather,
}

impl WalkState {
    /// The frames that the walk has; before it is settled, as it was asked for.
    pub fn course(&self) -> Course {
        let settled = self.settings.as_ref().map(|settings| settings.image.is_some());
        Course { calls: self.calls, encodes: settled.unwrap_or_else(|| self.asked.image.is_some()) }
    }

    /// How many frames the whole walk has; 0 while unknown.
    pub fn total(&self) -> usize {
        if self.calls == 0 { 0 } else { self.course().frames() }
    }

    /// The frame on screen, if it is there.
    pub fn frame(&self) -> Option<&Frame> {
        self.frames.get(self.at)
    }

    /// The stage on screen, also while its frame is in the making.
    pub fn stage(&self) -> Stage {
        self.stage_of(self.at)
    }

    /// The stage of the frame at this place.
    pub fn stage_of(&self, at: usize) -> Stage {
        self.course().stage_of(at)
    }

    /// The place of a stage's first frame.
    pub fn place_of(&self, stage: Stage) -> usize {
        self.course().place_of(stage)
    }

    /// The steps so far.
    pub fn steps(&self) -> impl Iterator<Item = &crate::walk::Step> {
        self.frames.iter().filter_map(Frame::as_step)
    }

    /// Whether every frame is there.
    pub fn complete(&self) -> bool {
        self.calls > 0 && self.frames.len() >= self.total()
    }
}

/// How latents are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LatentLook {
    /// The linear preview in colour (for signed data: the norm over the channels).
    #[default]
    Preview,
    /// One channel, signed.
    Channel(usize),
}

/// How the frames are looked at: shared by all stages, kept from step to step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// The chosen piece: a row of the text tensors (0 is the start mark).
    pub piece: usize,
    /// The picture that `tab` chose, from 0.
    pub picture: usize,
    /// What `↑` `↓` turn, for each stage by its index: pictures, layers, levels, merges.
    pub turn: [usize; Stage::COUNT],
    /// Preview or a channel.
    pub latent: LatentLook,
    /// The guidance scale with which the answers of the step on screen are mixed again, where it
    /// is another than the walk's.
    pub guidance: Option<f32>,
    /// Whether the chosen picture fills the view.
    pub enlarged: bool,
    /// Whether the nearest training pictures stand beside the finished one.
    pub near: bool,
    /// Whether one number is worked out by hand.
    pub by_hand: bool,
    /// Whether attention is laid over the step's pictures.
    pub attention: bool,
    /// Whether latents are shown in the sampler's own scale and not in the common one.
    pub raw: bool,
    /// The lens on latents: column and row of a cell.
    pub lens: (usize, usize),
    /// The lens on the picture: column and row of a pixel.
    pub pixel: (usize, usize),
}

/// How much the notes pane tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NotesDepth {
    /// Plain words.
    #[default]
    Plain,
    /// With formulas.
    Formulas,
    /// Folded away.
    Off,
}

//! What a key sets off outside the screen, carried out on threads of their own.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;

use super::Message;
use crate::app::{Comparison, WalkState};
use crate::lesson::{Record, Told};
use crate::source::Recorded;
use crate::walk::{
    Eyes, ModelsApart, NearPictures, Picture, PicturesAsked, PicturesFound, Problem,
};

/// Files, as the commands know them. Each call runs on a thread of its own, so it may take its
/// time.
pub trait Outside: Send + Sync {
    /// Writes the walk so far as a recording to a new file; an existing one is refused.
    ///
    /// # Errors
    /// Whatever keeps the file from being written.
    fn write_recording(&self, path: &str, walk: &WalkState) -> Result<(), Problem>;

    /// Writes `picture` where the path ends in `.png`, the walk as a page where it ends in `.html`,
    /// else all plots of the walk into the folder `path`.
    ///
    /// # Errors
    /// Whatever keeps the files from being written, and a view without a picture.
    fn export(
        &self,
        path: &str,
        picture: Option<&Picture>,
        walk: &WalkState,
    ) -> Result<(), Problem>;

    /// Writes the runs of a comparison as one labelled sheet (PNG).
    ///
    /// # Errors
    /// Whatever keeps the file from being written.
    fn export_sheet(&self, path: &str, comparison: &Comparison) -> Result<(), Problem>;

    /// Writes what was learned to a new file; an existing one is refused.
    ///
    /// # Errors
    /// Whatever keeps the file from being written.
    fn write_taught(&self, path: &str, file: &[u8]) -> Result<(), Problem>;

    /// Reads a recording.
    ///
    /// # Errors
    /// A file that is not there or no recording.
    fn open_recording(&self, path: &str) -> Result<Recorded, Problem>;

    /// Takes what was answered in a lesson so far, and returns at once; whether it is to be
    /// written.
    fn take_answers(&self, answers: &Record) -> bool;

    /// Writes the answers that were taken last.
    ///
    /// # Errors
    /// Whatever keeps the file from being written.
    fn write_answers(&self) -> Result<(), Problem>;

    /// Draws a stretch of the pictures that the model inside was shown, or never shown.
    ///
    /// # Errors
    /// A drawing that cannot be drawn.
    fn training_pictures(&self, asked: &PicturesAsked) -> Result<PicturesFound, Problem>;

    /// The training pictures nearest to a picture, nearest first.
    ///
    /// # Errors
    /// A drawing that cannot be drawn.
    fn near_pictures(&self, picture: &Picture) -> Result<NearPictures, Problem>;

    /// Whoever tells what a picture of the model inside shows.
    fn eyes(&self) -> Eyes;

    /// Tells a second terminal where a lesson is.
    ///
    /// # Errors
    /// Whatever keeps the file from being written.
    fn tell(&self, number: u64, told: &Told) -> Result<(), Problem>;

    /// Two models, by the names that their cards bear, held against each other layer by layer.
    ///
    /// # Errors
    /// A model that is not among those that the program was started with, or cannot be read.
    fn models_apart(&self, names: &[String; 2]) -> Result<ModelsApart, Problem>;
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Answer {
    /// A file was written.
    Written(String),
    /// A recording was read; its name and its frames.
    Opened(String, Box<Recorded>),
    /// A recording was read to be laid beside others; its name and its frames.
    RunOpened(String, Box<Recorded>),
    /// What was learned was written to this file.
    TaughtWritten(String),
    /// Answers were written.
    AnswersWritten,
    /// Training pictures.
    Pictures(Box<PicturesFound>),
    /// The training pictures nearest to this picture.
    Near(Box<Picture>, NearPictures),
    /// Two models were held against each other.
    Apart(Box<ModelsApart>),
    /// It was done, and there is nothing to say of it.
    Silent,
    /// It was not possible.
    Failed(Problem),
}

/// Carries out `work` on a thread and sends its answer.
pub(super) fn carry_out(
    outside: &Arc<dyn Outside>,
    messages: &Sender<Message>,
    work: impl FnOnce(&dyn Outside) -> Result<Answer, Problem> + Send + 'static,
) {
    let (outside, theirs) = (Arc::clone(outside), messages.clone());
    let spawned = thread::Builder::new().name("outside".to_owned()).spawn(move || {
        let answer = work(outside.as_ref()).unwrap_or_else(Answer::Failed);
        drop(theirs.send(Message::Outside(answer)));
    });
    if let Err(error) = spawned {
        let problem = Problem::new("worker-not-started").with("reason", error);
        drop(messages.send(Message::Outside(Answer::Failed(problem))));
    }
}

//! The files of the screen program: what its keys write and open, and the recording of `--record`.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::drawings;
use super::export::page;
use super::keeping::can_be_written;
use super::lesson::Kept;
use super::telling::Teller;
use crate::app::{Comparison, WalkState};
use crate::cli::Flags;
use crate::engine::{ModelFolder, models_apart};
use crate::export::{contact_sheet, csv, gif, plots, png, runs_sheet, walk_sheet, whole_file};
use crate::lesson::{Record, Told};
use crate::recording::{Destination, Precision, Writer, read, write};
use crate::source::{News, Recorded};
use crate::terminal::Outside;
use crate::walk::{
    Asked, Eyes, Frame, ModelsApart, NearPictures, Picture, PicturesAsked, PicturesFound, Problem,
    Unwatched,
};
use crate::words::{Language, Words};

/// Exported pictures are enlarged by whole numbers to about this many pixels across.
const WIDE: usize = 512;

/// What keys set off.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) precision: Precision,
    /// In which a page opens.
    pub(super) language: Language,
    /// The models that the program was started with.
    pub(super) models: Vec<Asked>,
    /// Where the answers of a lesson go, if anywhere.
    pub(super) answers: Option<Arc<Kept>>,
    /// Where a second terminal is told where a lesson is.
    pub(super) teller: Option<Teller>,
}

/// The frames with those x0 pictures that were asked for on screen.
fn frames_with_x0(walk: &WalkState) -> Vec<Frame> {
    let mut frames = walk.frames.clone();
    for frame in &mut frames {
        if let Frame::Step(step) = frame
            && let Some(picture) = walk.x0_pictures.get(&step.call)
        {
            step.x0_image = Some(picture.clone());
        }
    }
    frames
}

impl Outside for Files {
    fn training_pictures(&self, asked: &PicturesAsked) -> Result<PicturesFound, Problem> {
        drawings::found(asked)
    }

    fn near_pictures(&self, picture: &Picture) -> Result<NearPictures, Problem> {
        drawings::near(picture)
    }

    fn eyes(&self) -> Eyes {
        drawings::seen
    }

    fn models_apart(&self, names: &[String; 2]) -> Result<ModelsApart, Problem> {
        let of = |name: &String| {
            let missing = || Problem::new("models-not-at-hand").with("model", name);
            let mut folders = self.models.iter().filter_map(|asked| ModelFolder::of(asked).ok());
            folders.find(|folder| folder.name() == *name).ok_or_else(missing)
        };
        models_apart(&of(&names[0])?, &of(&names[1])?, &Unwatched)
    }

    fn tell(&self, number: u64, told: &Told) -> Result<(), Problem> {
        self.teller.as_ref().map_or(Ok(()), |teller| teller.tell(number, told))
    }

    fn write_recording(&self, path: &str, walk: &WalkState) -> Result<(), Problem> {
        let (Some(settings), Some(card)) = (&walk.settings, &walk.card) else {
            return Err(Problem::new("nothing-to-write"));
        };
        let frames = frames_with_x0(walk);
        write(Path::new(path), false, self.precision, (settings, card, walk.calls), &frames)
    }

    fn export(
        &self,
        path: &str,
        picture: Option<&Picture>,
        walk: &WalkState,
    ) -> Result<(), Problem> {
        let Some(settings) = &walk.settings else { return Err(Problem::new("nothing-to-write")) };
        let path = Path::new(path);
        let ends = |with: &str| path.extension().is_some_and(|end| end.eq_ignore_ascii_case(with));
        if ends("html") {
            let card = walk.card.as_ref().ok_or_else(|| Problem::new("nothing-to-write"))?;
            let words = Words::of(self.language);
            return page(path, (settings, card, &frames_with_x0(walk)), words);
        }
        if ends("png") {
            let picture = picture.ok_or_else(|| Problem::new("nothing-to-write"))?;
            let scale = (WIDE / picture.width().max(1)).max(1);
            return png::write(picture, scale, Some(settings), path);
        }
        if ends("csv") {
            return csv::write(path, &walk.frames);
        }
        if ends("gif") {
            let card = walk.card.as_ref().ok_or_else(|| Problem::new("nothing-to-write"))?;
            let frames = frames_with_x0(walk);
            return gif::write(path, &frames, card, Words::of(self.language), &Unwatched);
        }
        plots::write(path, &walk.frames, settings, Words::of(Language::En)).map(drop)?;
        let Some(card) = &walk.card else { return Ok(()) };
        let sheet = walk_sheet(&frames_with_x0(walk), settings, card, Words::of(self.language));
        contact_sheet::write(&path.join("sheet.png"), &sheet, Some(settings))
    }

    fn export_sheet(&self, path: &str, comparison: &Comparison) -> Result<(), Problem> {
        let words = Words::of(self.language);
        let sheet = runs_sheet(&comparison.runs, comparison.reference, words);
        contact_sheet::write(Path::new(path), &sheet, None)
    }

    fn take_answers(&self, answers: &Record) -> bool {
        self.answers.as_ref().is_some_and(|kept| kept.take(answers))
    }

    fn write_answers(&self) -> Result<(), Problem> {
        self.answers.as_ref().map_or(Ok(()), |kept| kept.write())
    }

    fn write_taught(&self, path: &str, file: &[u8]) -> Result<(), Problem> {
        let path = Path::new(path);
        can_be_written(path)?;
        if path.exists() {
            return Err(Problem::new("taught-exists").with("file", path.display()));
        }
        whole_file::write(path, |out| out.write_all(file))
    }

    fn open_recording(&self, path: &str) -> Result<Recorded, Problem> {
        let recording = read(Path::new(path))?;
        Ok(Recorded {
            card: recording.card,
            settings: recording.settings,
            calls: recording.calls,
            frames: recording.frames,
        })
    }
}

/// Records the walk on screen as it goes; where another one is begun, that one.
#[derive(Debug)]
pub(super) struct Recorder {
    path: Option<PathBuf>,
    precision: Precision,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    destination: Option<Destination>,
    writer: Option<Writer>,
    generation: u64,
}

impl Recorder {
    /// Takes the place that `--record` names, if it does.
    pub(super) fn open(flags: &Flags) -> Result<Self, Problem> {
        let destination =
            flags.record.as_deref().map(|path| Destination::open(path, flags.force)).transpose()?;
        Ok(Self {
            path: flags.record.clone(),
            precision: flags.precision(),
            state: Mutex::new(State { destination, ..State::default() }),
        })
    }

    /// Hears what the source tells; gives what went wrong with the file.
    pub(super) fn hear(&self, generation: u64, news: &News) -> Option<Problem> {
        let path = self.path.as_deref()?;
        let mut state = self.state.lock().ok()?;
        match news {
            News::Opened { card, settings, calls, .. } => {
                if let Some(writer) = state.writer.take() {
                    writer.abandon();
                    match Destination::open(path, true) {
                        Ok(destination) => state.destination = Some(destination),
                        Err(problem) => return Some(problem),
                    }
                }
                state.generation = generation;
                let destination = state.destination.take()?;
                match Writer::begin(destination, self.precision, settings, card, *calls) {
                    Ok(writer) => state.writer = Some(writer),
                    Err(problem) => return Some(problem),
                }
            }
            News::Frame(frame) if generation == state.generation => {
                if let Err(problem) = state.writer.as_mut()?.push(frame) {
                    if let Some(writer) = state.writer.take() {
                        writer.abandon();
                    }
                    return Some(problem);
                }
            }
            _ => {}
        }
        None
    }

    /// Gives the file its name, with as many frames as were walked.
    pub(super) fn finish(&self) -> Result<(), Problem> {
        let Ok(mut state) = self.state.lock() else { return Ok(()) };
        state.destination = None;
        match state.writer.take() {
            Some(writer) if writer.frames() > 0 => writer.finish(),
            Some(writer) => {
                writer.abandon();
                Ok(())
            }
            None => Ok(()),
        }
    }
}

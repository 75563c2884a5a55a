//! Where the frames of a printed walk go: to stdout, into a recording, into a picture and plots.

use std::io::{self, stdout};
use std::path::Path;

use super::printing::{Shown, form};
use super::{drawings, not_printed, remark};
use crate::cli::Flags;
use crate::engine::ModelFolder;
use crate::export::{plots, png};
use crate::print::Printer;
use crate::recording::{Destination, Writer};
use crate::walk::{Frame, ModelCard, Problem, Settings, Stage};
use crate::words::Words;

/// What is printed and kept of one walk.
pub(super) struct Keeping<'a> {
    flags: &'a Flags,
    words: Words,
    settings: Settings,
    printer: Printer,
    shown: Shown,
    writer: Option<Writer>,
    frames: Vec<Frame>,
}

/// Takes the place of the recording and looks whether picture and plots can be written, before minutes
/// of work are spent.
pub(super) fn places(flags: &Flags) -> Result<Option<Destination>, Problem> {
    flags.out.as_deref().map(can_be_written).transpose()?;
    if let Some(folder) = flags.plots.as_ref().filter(|path| path.exists() && !path.is_dir()) {
        return Err(Problem::new("plots-not-a-folder").with("file", folder.display()));
    }
    flags.record.as_deref().map(|path| Destination::open(path, flags.force)).transpose()
}

/// Looks whether a file of this name can be written, an older one replaced.
pub(super) fn can_be_written(path: &Path) -> Result<(), Problem> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if !folder.unwrap_or(Path::new(".")).is_dir() {
        return Err(Problem::new("out-no-folder").with("file", path.display()));
    }
    let names_folder = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    if (path.exists() && !path.is_file()) || names_folder {
        return Err(Problem::new("export-not-a-file").with("file", path.display()));
    }
    Ok(())
}

/// A file's name for the terminal: without control characters.
pub(super) fn shown_name(path: &Path) -> String {
    let name = path.to_string_lossy();
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

impl<'a> Keeping<'a> {
    /// Begins: the title is printed and the recording laid out.
    pub(super) fn begin(
        flags: &'a Flags,
        words: Words,
        destination: Option<Destination>,
        (settings, card, calls): (&Settings, &ModelCard, usize),
    ) -> Result<Self, Problem> {
        let writer = destination
            .map(|place| Writer::begin(place, flags.precision(), settings, card, calls))
            .transpose()?;
        let keeping = Self {
            flags,
            words,
            settings: settings.clone(),
            printer: Printer::new(form(flags), words, settings, card, calls)
                .with_eyes(drawings::seen),
            shown: Shown::of(flags),
            writer,
            frames: Vec::new(),
        };
        match keeping.printer.title(&mut stdout().lock()) {
            Ok(()) => Ok(keeping),
            Err(error) => Err(keeping.end_early(not_printed(&error))),
        }
    }

    /// How many frames are wanted of a walk with so many calls.
    pub(super) fn wanted(&self, calls: usize) -> usize {
        let course = self.settings.course(calls);
        match self.flags.until {
            None | Some(Stage::Image) => course.frames(),
            Some(Stage::Step) => course.place_of(Stage::Decode),
            Some(stage) => course.place_of(stage) + 1,
        }
    }

    /// Records and prints a frame.
    pub(super) fn frame(&mut self, frame: Frame) -> Result<(), Failure> {
        if let Some(writer) = &mut self.writer
            && let Err(problem) = writer.push(&frame)
        {
            return Err(Failure::Recording(problem));
        }
        self.printer
            .frame(&frame, &mut self.shown, &mut stdout().lock())
            .map_err(Failure::Printing)?;
        self.frames.push(frame);
        Ok(())
    }

    /// Everything is there: names the recording and writes picture and plots.
    pub(super) fn finish(mut self) -> Result<(), Problem> {
        if let Some(writer) = self.writer.take() {
            writer.finish()?;
            self.say("cli.recorded", self.flags.record.as_deref());
        }
        if let Some(path) = &self.flags.out {
            let picture = self.frames.iter().find_map(|frame| match frame {
                Frame::Image(image) => image.picture(),
                _ => None,
            });
            let Some(picture) = picture else {
                return Err(Problem::new("out-no-image").with("file", path.display()));
            };
            png::write(&picture, 1, Some(&self.settings), path)?;
            self.say("cli.written", Some(path));
        }
        if let Some(folder) = &self.flags.plots {
            plots::write(folder, &self.frames, &self.settings, self.words)?;
            if let Some(training) = self.training() {
                plots::write_training(&training, &folder.join("training.png"), self.words)?;
            }
            self.say("cli.written", Some(folder));
        }
        Ok(())
    }

    /// How the model was trained, where its folder keeps that.
    fn training(&self) -> Option<plots::Training> {
        let folder = match self.flags.model.as_deref() {
            None if self.settings.model != "pocket" => return None,
            path => ModelFolder::open(path).ok()?,
        };
        let recipe = folder.read("recipe.json").ok()??;
        plots::Training::from_recipe(std::str::from_utf8(&recipe).ok()?)
    }

    /// The walk broke off with this problem. A recording that was cancelled gets its name with the
    /// frames so far; one that failed stays as it is and is named.
    pub(super) fn end_early(mut self, problem: Problem) -> Problem {
        let Some(writer) = self.writer.take() else { return problem };
        if writer.frames() == 0 {
            writer.abandon();
        } else if problem.is_cancelled() || problem.key() == super::PIPE_CLOSED {
            match writer.finish() {
                Ok(()) => self.say("cli.recorded-so-far", self.flags.record.as_deref()),
                Err(problem) => return problem,
            }
        } else {
            self.say("cli.left-behind", Some(writer.left_behind()));
        }
        problem
    }

    /// What a frame that could not be kept means, after tidying up.
    pub(super) fn failed(mut self, failure: Failure) -> Problem {
        match failure {
            Failure::Recording(problem) => {
                if let Some(writer) = self.writer.take() {
                    writer.abandon();
                }
                problem
            }
            Failure::Printing(error) => self.end_early(not_printed(&error)),
        }
    }

    /// One line on stderr, unless it is to be quiet.
    pub(super) fn remark(&self, key: &str, facts: &[(&str, &str)]) {
        if !self.flags.quiet {
            remark(&self.words.fill(key, facts));
        }
    }

    fn say(&self, key: &str, file: Option<&Path>) {
        if let Some(file) = file.filter(|_| !self.flags.quiet) {
            remark(&self.words.fill(key, &[("file", &shown_name(file))]));
        }
    }
}

/// Why a frame could not be kept.
pub(super) enum Failure {
    /// The recording takes no more.
    Recording(Problem),
    /// Stdout takes no more.
    Printing(io::Error),
}

//! `safelight [PROMPT]`: the screen.

use std::path::Path;
use std::sync::Arc;

use super::files::{Files, Recorder};
use super::lesson::{Kept, recordings_inside};
use super::telling::Teller;
use crate::cli::{Flags, only_in_run};
use crate::lesson::Lesson;
use crate::recording::read;
use crate::source::live;
use crate::terminal::{self, Options};
use crate::walk::{Asked, Problem};
use crate::words::{Language, Words};

/// Opens the screen: on a recording where the argument names one, on a walk where there is a
/// prompt, else on the doors.
pub(super) fn walk(flags: &Flags, language: Language) -> Result<u8, Problem> {
    only_in_run(flags)?;
    match flags.recording() {
        Some(file) => recorded(file, flags, language),
        None => screen(flags, language, None),
    }
}

/// Opens the screen on a recording. What is wrong with the file is said before the screen opens.
pub(super) fn recorded(file: &str, flags: &Flags, language: Language) -> Result<u8, Problem> {
    read(Path::new(file))?;
    screen(flags, language, Some(file))
}

/// A lesson to open.
pub(super) struct Taught {
    /// Its text.
    pub(super) lesson: Lesson,
    /// The same in other languages.
    pub(super) translations: Vec<(Language, Lesson)>,
    /// Who tells a second terminal where it is.
    pub(super) teller: Option<Teller>,
    /// Where its answers go.
    pub(super) answers: Option<Arc<Kept>>,
}

/// Opens the screen on a lesson.
pub(super) fn lesson(taught: Taught, flags: &Flags, language: Language) -> Result<u8, Problem> {
    only_in_run(flags)?;
    let mut asked = flags.asked();
    asked.prompt = None;
    open(Opening { asked, recording: None, lesson: Some(taught) }, flags, language)
}

fn screen(flags: &Flags, language: Language, recording: Option<&str>) -> Result<u8, Problem> {
    let mut asked = flags.asked();
    if recording.is_some() {
        asked.prompt = None;
    }
    let recording = recording.map(str::to_owned);
    open(Opening { asked, recording, lesson: None }, flags, language)
}

/// What the screen opens on.
struct Opening {
    asked: Asked,
    recording: Option<String>,
    lesson: Option<Taught>,
}

fn open(opening: Opening, flags: &Flags, language: Language) -> Result<u8, Problem> {
    let (lesson, translations, teller, answers) = match opening.lesson {
        Some(taught) => (Some(taught.lesson), taught.translations, taught.teller, taught.answers),
        None => (None, Vec::new(), None, None),
    };
    let options = Options {
        asked: opening.asked,
        recording: opening.recording,
        lesson,
        translations,
        tells: teller.is_some(),
        recordings: recordings_inside(Words::of(language)),
        comparison: None,
        language,
        second: flags.lang.and_then(|lang| lang.second),
        present: flags.present,
        colours: flags.color.unwrap_or_default().0,
        light: None,
        protocol: flags.protocol.unwrap_or_default(),
        marks: flags.marks(),
        log: flags.log.clone(),
    };
    let recorder = Arc::new(Recorder::open(flags)?);
    let hearing = Arc::clone(&recorder);
    let source = |listener: terminal::Listener| {
        live(move |generation, news| {
            let problem = hearing.hear(generation, &news);
            listener(generation, news);
            if let Some(problem) = problem {
                listener(generation, crate::source::News::Failed(problem));
            }
        })
    };
    let models = vec![flags.asked()];
    let files = Files { precision: flags.precision(), language, models, answers, teller };
    let files = Arc::new(files);
    let ending = if flags.plain {
        terminal::talk(&options, source, files)
    } else {
        terminal::run(&options, source, files)
    };
    recorder.finish()?;
    Ok(ending?.code())
}

//! The screen program on a real terminal: enter and leave, wait for keys and news, draw.
//!
//! [`run`] is the one door. The only place with escape codes, signals and event threads; what a
//! key sets off outside the screen (files) is carried out by an [`Outside`].

mod answers;
mod capability;
mod clipboard;
mod dialogue;
mod errands;
mod following;
pub mod guard;
pub mod inline;
mod input;
mod late_answer;
mod log;
mod opening;
mod outside;
mod pictures;
mod session;
mod signals;
mod survey;

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write, stdin, stdout};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::Comparison;
use crate::lesson::Lesson;
use crate::source::{News, Source};
use crate::walk::{Asked, Problem};
use crate::words::{Language, Words};

pub use crate::views::{Colours, Marks};
pub use following::follow;
pub use outside::Outside;
pub use survey::{Surveyed, survey};

/// How true pictures reach the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// The best that the terminal surely knows.
    #[default]
    Auto,
    /// kitty's.
    Kitty,
    /// Sixels.
    Sixel,
    /// iTerm2's.
    Iterm2,
    /// Half-blocks.
    Blocks,
    /// No pixels, and the terminal is not asked what it can do with them.
    None,
}

/// How to show what.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What was asked for; with a prompt the walk begins at once, else there are doors.
    pub asked: Asked,
    /// A recording to open instead.
    pub recording: Option<String>,
    /// A lesson to open instead.
    pub lesson: Option<Lesson>,
    /// Where the recordings are that the lessons inside the program name.
    pub recordings: BTreeMap<String, String>,
    /// The same lesson in other languages.
    pub translations: Vec<(Language, Lesson)>,
    /// Whether a second terminal is told where it is.
    pub tells: bool,
    /// Runs to lay side by side instead.
    pub comparison: Option<Comparison>,
    /// The language of every word.
    pub language: Language,
    /// A second one, for notes, questions and answers.
    pub second: Option<Language>,
    /// Whether it is shown to a room: large, one thing a screen.
    pub present: bool,
    /// How many colours; none: as the terminal says.
    pub colours: Option<Colours>,
    /// Whether the background is light; none: as the terminal says.
    pub light: Option<bool>,
    /// How pictures are sent.
    pub protocol: Protocol,
    /// Which characters are used.
    pub marks: Marks,
    /// Where the log goes, if anywhere.
    pub log: Option<PathBuf>,
}

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By a key.
    Done,
    /// By ctrl-c, twice.
    Interrupted,
    /// By a signal of this number.
    Signal(i32),
}

impl Ending {
    /// The exit code: 0, 130, or 128 and the signal's number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Interrupted => 130,
            Self::Signal(number) => u8::try_from(128 + number).unwrap_or(1),
        }
    }
}

/// Where a source tells its news: the walk's generation and the news.
pub type Listener = Box<dyn Fn(u64, News) + Send + Sync>;

/// Something for the loop.
#[derive(Debug)]
enum Message {
    /// A person did something.
    Input(input::Input),
    /// A line was typed.
    Line(String),
    /// No key will come any more: the terminal is gone.
    InputEnded,
    /// The source of this number told something.
    News { source: usize, generation: u64, news: News },
    /// A picture is encoded.
    Encoded(Box<pictures::Encoded>),
    /// Something outside was carried out.
    Outside(outside::Answer),
    /// Stop until continued.
    Suspend,
    /// End.
    Signal(i32),
}

/// Runs the program as a dialogue of lines until `q`, the end of the input or a signal ends it.
///
/// # Errors
/// Where the system refuses threads or signals, and where nobody reads what is written.
pub fn talk(
    options: &Options,
    live: impl FnOnce(Listener) -> Source,
    outside: Arc<dyn Outside>,
) -> Result<Ending, Problem> {
    dialogue::run(options, live, outside)
}

/// Runs the screen program until a person or a signal ends it. `live` starts the source of live
/// walks (`source::live`).
///
/// # Errors
/// Where stdin or stdout is no terminal, where the terminal refuses, where a part of the program
/// panicked; the terminal is as it was before in each case.
pub fn run(
    options: &Options,
    live: impl FnOnce(Listener) -> Source,
    outside: Arc<dyn Outside>,
) -> Result<Ending, Problem> {
    if !stdin().is_terminal() {
        return Err(Problem::usage("no-terminal").with("stream", "stdin"));
    }
    if !stdout().is_terminal() {
        return Err(Problem::usage("no-terminal").with("stream", "stdout"));
    }
    if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        return Err(Problem::usage("no-terminal").with("stream", "TERM=dumb"));
    }
    if let Some(path) = &options.log {
        log::open(path)?;
    }
    // Said before the screen is taken: a screen reader reads nothing that comes after.
    drop(writeln!(stdout(), "{}", Words::of(options.language).text("dialogue.offer")));
    let run = AssertUnwindSafe(|| session::run(options, live, outside));
    catch_unwind(run).unwrap_or_else(|panic| {
        guard::leave();
        let reason = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        Err(Problem::new("screen-panicked").with("reason", reason))
    })
}

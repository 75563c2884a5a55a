//! One file a subcommand: wiring only. The place where problems become sentences and exit codes.

mod bench;
mod compare;
mod completions;
mod doctor;
mod drawings;
mod export;
mod fetching;
mod files;
mod following;
mod interrupt;
mod keeping;
mod lesson;
mod like;
mod log;
mod man;
mod models;
mod printing;
mod progress_bar;
mod receipt;
mod replay;
mod run;
mod teach;
mod telling;
mod tokens;
mod train;
mod verify;
mod walk;

use std::any::Any;
use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

use crate::cli::{Cli, Command, Refused, language_of_words};
use crate::engine::use_threads;
use crate::walk::Problem;
use crate::words::{Language, Words};

/// Done.
pub const DONE: u8 = 0;
/// Failed.
pub const FAILED: u8 = 1;
/// Wrong use of flags or settings.
pub const USAGE: u8 = 2;
/// Interrupted by the user.
pub const INTERRUPTED: u8 = 130;

/// Carries out a command line, program name first, and gives the exit code. To be called first
/// thing in `main`: it sets how many threads compute.
pub fn carry_out(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::read(args.iter().cloned()) {
        Ok(cli) => cli.with_environment(),
        Err(Refused::Asked(text)) => return ended(print(&text), language_of_words(&args)),
        Err(Refused::Problem(problem)) => return refuse(&problem, language_of_words(&args)),
    };
    use_threads(cli.threads());
    let language = cli.language();
    let fetched = fetching::bring(&cli.models(), cli.quiet(), Words::of(language));
    if let Err(problem) = fetched {
        return refuse(&problem, language);
    }
    let result = match &cli.command {
        None => walk::walk(&cli.flags, language),
        Some(Command::Walk(flags)) => walk::walk(flags, language),
        Some(Command::Run(flags)) => caught(|| run::run(flags, language)),
        Some(Command::Replay { file, flags }) => replay::replay(file, flags, language),
        Some(Command::Export(flags)) => caught(|| export::export(flags, language)),
        Some(Command::Compare(flags)) => compare::compare(flags, language),
        Some(Command::Teach(flags)) => caught(|| teach::teach(flags, language)),
        Some(Command::Tokens(flags)) => caught(|| tokens::tokens(flags, language)),
        Some(Command::Verify(flags)) => caught(|| verify::verify(flags, language)),
        Some(Command::Train(asked)) => caught(|| train::train(asked, language)),
        Some(Command::Lesson(flags)) => lesson::lesson(flags, language),
        Some(Command::Lessons(flags)) => caught(|| lesson::lessons(flags, language)),
        Some(Command::Bench(flags)) => caught(|| bench::bench(flags, language)),
        Some(Command::Models(asked)) => caught(|| models::models(asked, language)),
        Some(Command::Doctor(flags)) => caught(|| doctor::doctor(flags, language)),
        Some(Command::Completions { shell }) => completions::completions(*shell),
        Some(Command::Man) => man::man(),
    };
    ended(result, language)
}

fn ended(result: Result<u8, Problem>, language: Language) -> u8 {
    match result {
        Ok(code) => code,
        Err(problem) => refuse(&problem, language),
    }
}

/// Says what went wrong, in one sentence, and gives the exit code for it.
fn refuse(problem: &Problem, language: Language) -> u8 {
    if problem.key() == PIPE_CLOSED {
        return DONE;
    }
    remark(&Words::of(language).problem(problem));
    match () {
        () if problem.is_cancelled() || problem.key() == "interrupted" => INTERRUPTED,
        () if problem.is_usage() => USAGE,
        () => FAILED,
    }
}

/// One line on stderr. Where stderr is gone there is nobody to tell.
fn remark(sentence: &str) {
    drop(writeln!(io::stderr().lock(), "safelight: {sentence}"));
}

/// Nobody reads our output any more: the end, but no failure.
const PIPE_CLOSED: &str = "pipe-closed";

/// What it means that stdout did not take what was written.
fn not_printed(error: &io::Error) -> Problem {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Problem::new("pipe-closed");
    }
    Problem::new("stdout-failed").with("reason", error)
}

/// Writes a text to stdout.
fn print(text: &str) -> Result<u8, Problem> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| not_printed(&e))?;
    Ok(DONE)
}

/// A mistake of the program becomes a sentence as well, and no trace of the stack.
fn caught(command: impl FnOnce() -> Result<u8, Problem>) -> Result<u8, Problem> {
    set_hook(Box::new(|_| {}));
    catch_unwind(AssertUnwindSafe(command)).unwrap_or_else(|panic| {
        Err(Problem::new("program-panicked").with("reason", reason(panic.as_ref())))
    })
}

fn reason(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}

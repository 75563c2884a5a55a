//! Models that are named by an id and are not here yet: fetched before anything else begins, with
//! a bar on stderr where that is a terminal.

use std::io::{IsTerminal, stderr};
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt::Interrupt;
use super::remark;
use crate::library::{self, Fetched, ModelId, Onlooker};
use crate::print::models::size;
use crate::walk::Problem;
use crate::words::Words;

/// Fetches those of the models that are ids and not in the cache.
pub(super) fn bring(models: &[&str], quiet: bool, words: Words) -> Result<(), Problem> {
    for model in models {
        let Some(id) = library::named(model) else { continue };
        if library::cached(model).is_none() {
            fetch(&id, quiet, words)?;
        }
    }
    Ok(())
}

/// Fetches one model.
pub(super) fn fetch(id: &ModelId, quiet: bool, words: Words) -> Result<Fetched, Problem> {
    let interrupt = Interrupt::listen();
    let bar = Bar::new(id, quiet, words, interrupt.clone());
    let fetched = library::fetch(id, &bar);
    bar.drawn.finish_and_clear();
    fetched.map_err(|problem| interrupt.problem(problem))
}

/// The bar over all files of a fetch.
struct Bar {
    drawn: ProgressBar,
    words: Words,
    id: String,
    quiet: bool,
    interrupt: Interrupt,
    /// Bytes of the files before, the file under way, and how much of it is here.
    file: Mutex<Under>,
}

#[derive(Default)]
struct Under {
    before: u64,
    name: String,
    now: u64,
}

impl Bar {
    fn new(id: &ModelId, quiet: bool, words: Words, interrupt: Interrupt) -> Self {
        let drawn = if !quiet && stderr().is_terminal() {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        let id = id.as_str().to_owned();
        Self { drawn, words, id, quiet, interrupt, file: Mutex::default() }
    }
}

impl Onlooker for Bar {
    fn begins(&self, files: usize, bytes: Option<u64>) {
        if files == 0 {
            return;
        }
        if !self.quiet {
            let all = bytes.map_or_else(|| "–".to_owned(), size);
            let facts = [("id", &*self.id), ("files", &*files.to_string()), ("size", &*all)];
            remark(&self.words.fill("models.fetching", &facts));
        }
        let style = match bytes {
            Some(bytes) => {
                self.drawn.set_length(bytes);
                "{bar:24} {percent:>3} %  {bytes}/{total_bytes}  {bytes_per_sec}  {eta}  {msg}"
            }
            None => "{spinner} {bytes}  {bytes_per_sec}  {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.drawn.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
        }
    }

    fn arrived(&self, file: &str, bytes: u64, _size: Option<u64>) {
        let Ok(mut under) = self.file.lock() else { return };
        if under.name != file {
            under.before += under.now;
            file.clone_into(&mut under.name);
            self.drawn.set_message(file.to_owned());
        }
        under.now = bytes;
        self.drawn.set_position(under.before + bytes);
    }

    fn cancelled(&self) -> bool {
        self.interrupt.wanted()
    }
}

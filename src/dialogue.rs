//! The program as a dialogue of lines: what is to be said now, and what a typed line means.
//!
//! For screen readers, slow links and pipes. The same state and the same events as on the screen,
//! so that nothing exists twice; every plot is a sentence, every picture a description made from
//! its pixels, every symbol a word. Nothing here knows a terminal: `terminal/dialogue.rs` reads
//! and writes the lines.

mod abreast;
mod beat;
mod beside;
mod forms;
mod heard;
mod keys;
mod lists;
mod moment;
mod piece;
mod plane;
mod screens;
mod waiting;

use crate::app::App;
use crate::walk::Eyes;
use crate::words::Language;

pub use heard::{Heard, hear};
pub use keys::help;
pub use waiting::busy;

use moment::Moment;
use waiting::Wait;

/// A toast that says what only a screen does.
const OF_THE_SCREEN: &str = "toast.copied";

/// What was said so far.
#[derive(Debug, Default)]
pub struct Dialogue {
    /// What was said last, part by part.
    said: Vec<Option<Moment>>,
    /// In which languages.
    tongues: Vec<Language>,
    /// The wait that is on.
    wait: Wait,
}

impl Dialogue {
    /// Everything that is to be said now and was not yet, as lines; empty where nothing is new.
    /// `at_work` says that something outside the state (a file) has to be there first.
    pub fn say(&mut self, app: &App, eyes: Eyes, at_work: bool) -> String {
        let mut text = String::new();
        if let Some(problem) = &app.problem {
            line(&mut text, &app.words().problem(problem));
        }
        if let Some((key, facts)) = app.toast.as_ref().filter(|(key, _)| key != OF_THE_SCREEN) {
            let facts: Vec<(&str, &str)> =
                facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            line(&mut text, &app.words().fill(key, &facts));
        }
        if busy(app) || at_work {
            self.wait.say(app, &mut text);
        } else {
            self.wait.over();
            self.tell(app, eyes, &mut text);
        }
        app.words().spoken(&text)
    }

    /// Time went by while something is computed.
    pub fn tick(&mut self, seconds: f32) {
        self.wait.tick(seconds);
    }

    /// Forgets what was said: what is on screen, or what lies over it, is said again.
    pub fn again(&mut self, app: &App) {
        let over = if app.overlay.is_some() { 1 } else { usize::MAX };
        self.said.iter_mut().take(over).for_each(|said| *said = None);
    }

    fn tell(&mut self, app: &App, eyes: Eyes, text: &mut String) {
        let (parts, tongues) = (Moment::all(app), app.tongues());
        if self.tongues != tongues {
            self.said.clear();
            self.tongues = tongues;
        }
        self.said.resize(parts.len(), None);
        // What lies under a list or a form stays said: it is there again once that is closed.
        let parts = parts.into_iter().take(if app.overlay.is_some() { 1 } else { usize::MAX });
        for (said, now) in self.said.iter_mut().zip(parts) {
            if let Some(moment) = now.as_ref().filter(|_| *said != now)
                && !moment.follows(said.as_ref())
            {
                moment.say(app, eyes, text);
            }
            *said = now;
        }
    }
}

/// Adds a line.
fn line(text: &mut String, sentence: &str) {
    let sentence = sentence.trim_end();
    if !sentence.is_empty() {
        text.push_str(sentence);
        text.push('\n');
    }
}

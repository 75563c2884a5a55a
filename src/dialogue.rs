//! The program as a dialogue of lines: what is to be said now, and what a typed line means.
//!
//! For screen readers, slow links and pipes. The same state and the same events as on the screen,
//! so that nothing exists twice; every plot is a sentence, every picture a description made from
//! its pixels, every symbol a word. Nothing here knows a terminal: `terminal/dialogue.rs` reads
//! and writes the lines.

mod beat;
mod forms;
mod heard;
mod lists;
mod moment;
mod screens;
mod spoken;
mod step;

use crate::app::App;
use crate::walk::{Picture, Seen};

pub use heard::{Heard, hear};
pub use moment::busy;
pub use spoken::spoken;

use moment::Moment;

/// Who looks at a picture of the model inside: the measuring judge.
pub type Judge<'a> = &'a dyn Fn(&Picture) -> Option<Seen>;

/// What was said so far.
#[derive(Debug, Default)]
pub struct Dialogue {
    /// Beat, view and explanation that were said last.
    said: [Option<Moment>; 3],
    /// Whether someone was told to wait.
    waiting: bool,
    /// Seconds since then.
    waited: f32,
}

/// Seconds after which a wait is told again.
const AGAIN: f32 = 15.0;

impl Dialogue {
    /// Everything that is to be said now and was not yet, as lines; empty where nothing is new.
    pub fn say(&mut self, app: &App, judge: Judge<'_>) -> String {
        let mut text = String::new();
        if let Some(problem) = &app.problem {
            line(&mut text, &app.words().problem(problem));
        }
        if let Some((key, facts)) = &app.toast {
            let facts: Vec<(&str, &str)> =
                facts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            line(&mut text, &app.words().fill(key, &facts));
        }
        if busy(app) {
            self.wait(app, &mut text);
        } else {
            self.waiting = false;
            self.tell(app, judge, &mut text);
        }
        spoken(&text, app.words())
    }

    /// Time went by while something is computed.
    pub fn tick(&mut self, seconds: f32) {
        self.waited += seconds;
    }

    fn tell(&mut self, app: &App, judge: Judge<'_>, text: &mut String) {
        let parts = [Moment::beat(app), Moment::view(app), Moment::explanation(app)];
        for (said, now) in self.said.iter_mut().zip(parts) {
            if now.is_none() || *said == now {
                said.clone_from(&now);
                continue;
            }
            if let Some(moment) = &now {
                if !text.is_empty() {
                    text.push('\n');
                }
                moment.say(app, judge, text);
            }
            *said = now;
        }
    }

    /// One line when a wait begins, and one more after a while.
    fn wait(&mut self, app: &App, text: &mut String) {
        let made = (app.walk.stage_of(app.walk.frames.len()), app.walk.steps().count());
        let again = self.waited >= AGAIN;
        if self.waiting && !again {
            return;
        }
        let words = app.words();
        if self.waiting {
            let rail = words.text(&format!("rail.{}", made.0.stem())).to_owned();
            let facts = [("stage", rail.as_str()), ("step", &made.1.to_string())];
            line(text, &words.fill("dialogue.still", &facts));
        } else {
            line(text, words.text("dialogue.computing"));
        }
        (self.waiting, self.waited) = (true, 0.0);
    }
}

/// Adds a line.
fn line(text: &mut String, sentence: &str) {
    text.push_str(sentence.trim_end());
    text.push('\n');
}

//! One sitting in lines: reads a line, changes the state, writes what is new. No escape code
//! leaves this place, nothing is written twice in one place.

use std::collections::VecDeque;
use std::io::{BufRead, ErrorKind, Read, Write, stdin, stdout};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::errands::Errands;
use super::{Ending, Listener, Message, Options, Outside, log, opening, signals};
use crate::app::{self, App, Effect, Event, Key};
use crate::dialogue::{Dialogue, Heard, busy, hear, help};
use crate::source::Source;
use crate::walk::Problem;
use crate::words::{Words, visible};

/// Between two looks at how long something takes.
const TICK: Duration = Duration::from_secs(1);
/// The longest line that is read, in bytes.
const LONGEST: u64 = 8 << 10;

/// What a signal from the keyboard is called.
#[cfg(unix)]
const INTERRUPT: i32 = signal_hook::consts::SIGINT;
#[cfg(not(unix))]
const INTERRUPT: i32 = 2;

struct Sitting {
    app: App,
    dialogue: Dialogue,
    errands: Errands,
    /// Lines that were typed ahead.
    lines: VecDeque<String>,
    /// Whether no line will come any more.
    over: bool,
    /// Since when something is computed.
    ticked: Instant,
    ending: Option<Ending>,
}

/// Runs the dialogue until `q`, the end of the input or a signal ends it.
///
/// # Errors
/// Where threads or signals are refused, and where the output is closed.
pub(super) fn run(
    options: &Options,
    live: impl FnOnce(Listener) -> Source,
    outside: Arc<dyn Outside>,
) -> Result<Ending, Problem> {
    let failed = |error: std::io::Error| Problem::new("terminal-failed").with("reason", error);
    if let Some(path) = &options.log {
        log::open(path)?;
    }
    let (messages, received) = channel();
    signals::start(messages.clone()).map_err(failed)?;
    read_lines(messages.clone()).map_err(failed)?;
    let mut sitting = Sitting {
        // No cells to spare, and no room to show it to: symbols are words here.
        app: App { ascii: false, present: false, ..opening::app(options) },
        dialogue: Dialogue::default(),
        errands: Errands::new(messages, outside, live),
        lines: VecDeque::new(),
        over: false,
        ticked: Instant::now(),
        ending: None,
    };
    let talked = say(Words::of(options.language).text("dialogue.greeting")).and_then(|()| {
        let effects = opening::begin(&mut sitting.app, options);
        sitting.carry_out(effects);
        sitting.repeat(&received)
    });
    match talked {
        // Nobody hears it any more.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Ending::Done),
        other => other.map_err(failed),
    }
}

/// Reads lines on a thread of its own; one that is too long is cut.
fn read_lines(messages: Sender<Message>) -> std::io::Result<()> {
    thread::Builder::new().name("lines".to_owned()).spawn(move || {
        let mut input = stdin().lock();
        loop {
            let message = match read_line(&mut input) {
                Ok(Some(line)) => Message::Line(line),
                Ok(None) | Err(_) => Message::InputEnded,
            };
            let ended = matches!(message, Message::InputEnded);
            if messages.send(message).is_err() || ended {
                break;
            }
        }
    })?;
    Ok(())
}

/// The next line; what is too long of it is dropped. `None` at the end of the input.
fn read_line(input: &mut impl BufRead) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let read = input.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
    let mut rest = Vec::new();
    while read as u64 == LONGEST && !line.ends_with(b"\n") && !rest.ends_with(b"\n") {
        rest.clear();
        if input.by_ref().take(LONGEST).read_until(b'\n', &mut rest)? == 0 {
            break;
        }
    }
    Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
}

fn say(text: &str) -> std::io::Result<()> {
    let mut out = stdout().lock();
    for line in text.trim_end_matches('\n').split('\n') {
        writeln!(out, "{}", visible(line))?;
    }
    out.flush()
}

impl Sitting {
    fn repeat(&mut self, received: &Receiver<Message>) -> std::io::Result<Ending> {
        loop {
            self.tell()?;
            if let Some(ending) = self.ending {
                return Ok(ending);
            }
            if !busy(&self.app) && !self.errands.at_work() {
                if let Some(line) = self.lines.pop_front() {
                    self.take_line(&line)?;
                    continue;
                }
                if self.over {
                    return Ok(Ending::Done);
                }
            }
            match received.recv_timeout(TICK) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(Ending::Done),
            }
            let seconds = self.ticked.elapsed().as_secs_f32();
            self.ticked = Instant::now();
            self.dialogue.tick(seconds);
        }
    }

    /// Writes what is new.
    fn tell(&mut self) -> std::io::Result<()> {
        let (eyes, at_work) = (self.errands.outside().eyes(), self.errands.at_work());
        let text = self.dialogue.say(&self.app, eyes, at_work);
        self.app.problem = None;
        self.app.toast = None;
        if text.is_empty() { Ok(()) } else { say(&text) }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Line(line) => self.lines.push_back(line),
            Message::InputEnded => self.over = true,
            Message::News { source, generation, news } => {
                if let Some(event) = self.errands.news(source, generation, news) {
                    self.change(event);
                }
            }
            Message::Outside(answer) => {
                if let Some(event) = self.errands.answered(answer) {
                    self.change(event);
                }
            }
            Message::Signal(INTERRUPT) => {
                self.lines.clear();
                self.change(Event::Key(Key::control('c')));
            }
            Message::Signal(signal) => self.ending = Some(Ending::Signal(signal)),
            Message::Suspend => {
                signals::suspend();
            }
            Message::Input(_) | Message::Encoded(_) => {}
        }
    }

    fn take_line(&mut self, line: &str) -> std::io::Result<()> {
        match hear(&mut self.app, line) {
            Heard::Events(events) => events.into_iter().for_each(|event| self.change(event)),
            Heard::Say(key) => {
                let words = self.app.words();
                say(&words.spoken(words.text(key)))?;
            }
            Heard::Help => say(&help(&self.app))?,
            Heard::Again => self.dialogue.again(&self.app),
            Heard::Quit => self.ending = Some(Ending::Done),
        }
        Ok(())
    }

    fn change(&mut self, event: Event) {
        let effects = app::update(&mut self.app, event);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match self.errands.carry_out(&self.app, effect) {
                Some(Effect::Quit) => {
                    self.ending = Some(if self.app.ended_by_interrupt {
                        Ending::Interrupted
                    } else {
                        Ending::Done
                    });
                }
                Some(Effect::Suspend) => {
                    signals::suspend();
                }
                // The clipboard and the mouse are no part of a dialogue.
                _ => {}
            }
        }
    }
}

//! One sitting at the terminal: the loop that waits, changes the state, and draws once.

use std::collections::VecDeque;
use std::io::{BufWriter, Stdout, Write, stdout};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate, SetTitle};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;

use super::errands::Errands;
use super::guard::{self, Guard};
use super::input::{self, Input};
use super::outside::Outside;
use super::pictures::Pictures;
use super::{Ending, Listener, Message, Options, capability, clipboard, log, opening, signals};
use crate::app::keys::{self, Meaning};
use crate::app::{self, Action, App, Effect, Event, Key, Scene};
use crate::source::Source;
use crate::views::{self, Colours, Ground};
use crate::walk::Problem;

/// Between two draws that no key asked for.
const PACE: Duration = Duration::from_millis(60);
/// Between two ticks while something goes on by itself.
const TICK: Duration = Duration::from_millis(100);

type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

struct Session {
    app: App,
    ground: Ground,
    screen: Screen,
    pictures: Pictures,
    messages: Sender<Message>,
    errands: Errands,
    /// Whether the screen shows less than the state knows.
    stale: bool,
    drawn: Instant,
    ticked: Instant,
    title: String,
    ending: Option<Ending>,
}

/// Runs until the end; see [`super::run`].
pub(super) fn run(
    options: &Options,
    live: impl FnOnce(Listener) -> Source,
    outside: Arc<dyn Outside>,
) -> Result<Ending, Problem> {
    let failed = |error: std::io::Error| Problem::new("terminal-failed").with("reason", error);
    let (messages, received) = channel();
    signals::start(messages.clone()).map_err(failed)?;
    let guard = Guard::enter().map_err(failed)?;
    let errands = Errands::new(messages.clone(), outside, live);
    let mut session = Session::new(options, errands, messages).map_err(failed)?;
    session.draw().map_err(failed)?;
    log::line("first frame");
    let effects = opening::begin(&mut session.app, options);
    session.carry_out(effects);
    // A question of a lesson waits for no news.
    session.draw().map_err(failed)?;
    session.ask_terminal(options);
    input::start(session.messages.clone()).map_err(failed)?;
    let ended = session.repeat(&received);
    drop(guard);
    ended.map_err(failed)
}

impl Session {
    fn new(
        options: &Options,
        errands: Errands,
        messages: Sender<Message>,
    ) -> std::io::Result<Self> {
        let colours = options.colours.unwrap_or_else(|| capability::colours(options));
        crossterm::style::force_color_output(colours != Colours::None);
        let light = options.light.or_else(capability::light_from_environment).unwrap_or(false);
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout()));
        let now = Instant::now();
        Ok(Self {
            app: opening::app(options),
            ground: Ground { light, colours, marks: options.marks, bold: false },
            screen: Terminal::new(backend)?,
            pictures: Pictures::none(),
            messages,
            errands,
            stale: true,
            drawn: now,
            ticked: now,
            title: String::new(),
            ending: None,
        })
    }

    /// Asks the terminal what it can show, and types what was typed meanwhile.
    fn ask_terminal(&mut self, options: &Options) {
        let found = capability::ask(options, self.ground.colours);
        log::line(&format!("{found:?}, {:?}", self.ground));
        if let Some(light) = options.light.or(found.light) {
            self.stale |= light != self.ground.light;
            self.ground.light = light;
        }
        if let Some((kind, cell)) = found.pictures {
            self.pictures = Pictures::start(kind, cell, self.messages.clone());
            self.stale = true;
        }
        for key in found.typed {
            self.input(Input::Key(key));
        }
    }

    /// Waits, takes everything that has come, draws once: until the end.
    fn repeat(&mut self, received: &Receiver<Message>) -> std::io::Result<Ending> {
        let mut waiting: VecDeque<Message> = VecDeque::new();
        loop {
            // A key typed while the terminal was asked may have ended it already.
            if let Some(ending) = self.ending {
                return Ok(ending);
            }
            if let Some(message) = self.wait(received) {
                waiting.push_back(message);
            }
            waiting.extend(received.try_iter());
            let mut urgent = false;
            while let Some(message) = waiting.pop_front() {
                urgent |= matches!(message, Message::Input(_));
                self.take(message)?;
                if let Some(ending) = self.ending {
                    return Ok(ending);
                }
            }
            self.tick();
            if self.stale && (urgent || self.drawn.elapsed() >= PACE) {
                self.draw()?;
            }
        }
    }

    /// The next message; `None` when it is time to tick or to draw.
    fn wait(&self, received: &Receiver<Message>) -> Option<Message> {
        let until_drawn = self.stale.then(|| PACE.saturating_sub(self.drawn.elapsed()));
        let until_tick = self.moves().then(|| TICK.saturating_sub(self.ticked.elapsed()));
        let waited = match [until_drawn, until_tick].into_iter().flatten().min() {
            Some(time) => received.recv_timeout(time),
            None => received.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        waited.ok()
    }

    /// Whether something changes without keys or news.
    fn moves(&self) -> bool {
        self.app.walk.running || self.app.walk.computing || self.app.walk.x0_pending.is_some()
    }

    fn tick(&mut self) {
        let elapsed = self.ticked.elapsed();
        if !self.moves() {
            self.ticked = Instant::now();
        } else if elapsed >= TICK {
            self.ticked = Instant::now();
            self.change(Event::Tick(elapsed.as_secs_f32()));
        }
    }

    fn take(&mut self, message: Message) -> std::io::Result<()> {
        match message {
            Message::Input(input) => self.input(input),
            Message::InputEnded => self.ending = Some(Ending::Done),
            Message::Line(_) => {}
            Message::News { source, generation, news } => {
                if let Some(event) = self.errands.news(source, generation, news) {
                    self.change(event);
                }
            }
            Message::Encoded(encoded) => {
                self.pictures.take(*encoded);
                self.stale = true;
            }
            Message::Outside(answer) => {
                if let Some(event) = self.errands.answered(answer) {
                    self.change(event);
                }
            }
            Message::Suspend => self.suspend()?,
            Message::Signal(signal) => {
                log::line(&format!("signal {signal}"));
                self.ending = Some(Ending::Signal(signal));
            }
        }
        Ok(())
    }

    fn input(&mut self, input: Input) {
        match input {
            Input::Key(key) if self.too_small() && !leads_out(&self.app, key) => {}
            Input::Key(key) => self.change(Event::Key(key)),
            Input::Paste(text) => self.change(Event::Paste(text)),
            Input::Wheel(by) => self.change(Event::Wheel(by)),
            Input::Click(column, row) => {
                let area = self.screen.get_frame().area();
                if let Some(target) = views::target(&self.app, area, column, row) {
                    self.change(Event::Click(target));
                }
            }
            Input::Redraw => {
                self.pictures.forget();
                self.stale = true;
            }
        }
    }

    /// Whether the screen shows no more than that it is too small: keys do nothing unseen then.
    fn too_small(&mut self) -> bool {
        let (width, height) = views::LEAST;
        let area = self.screen.get_frame().area();
        area.width < width || area.height < height
    }

    fn change(&mut self, event: Event) {
        self.stale = true;
        let effects = app::update(&mut self.app, event);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Some(ours) = self.errands.carry_out(&self.app, effect) {
                self.effect(ours);
            }
        }
    }

    /// What concerns the terminal alone.
    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Copy(text) => drop(clipboard::copy(&mut stdout(), &text)),
            Effect::Mouse(on) => drop(guard::mouse(on)),
            Effect::Suspend => drop(self.messages.send(Message::Suspend)),
            Effect::Quit => {
                let interrupted = self.app.ended_by_interrupt;
                self.ending = Some(if interrupted { Ending::Interrupted } else { Ending::Done });
            }
            _ => {}
        }
    }

    /// Leaves the terminal, stops until the shell continues, and enters again.
    fn suspend(&mut self) -> std::io::Result<()> {
        guard::leave();
        let possible = signals::suspend();
        guard::enter()?;
        if self.app.mouse {
            guard::mouse(true)?;
        }
        if !possible {
            self.change(Event::Done("toast.no-suspend".to_owned(), Vec::new()));
        }
        self.pictures.forget();
        self.title.clear();
        // Not `clear`: it asks where the cursor is, and the answer would go to the input thread.
        let size = self.screen.size()?;
        self.screen.resize(Rect::new(0, 0, size.width, size.height))?;
        self.stale = true;
        Ok(())
    }

    fn draw(&mut self) -> std::io::Result<()> {
        let (app, ground, pictures) = (&self.app, &self.ground, &mut self.pictures);
        queue!(self.screen.backend_mut(), BeginSynchronizedUpdate)?;
        self.screen.draw(|frame| {
            let area = frame.area();
            let slots = views::draw(app, ground, area, frame.buffer_mut());
            if app.overlay.is_none() {
                pictures.paint(&slots, ground.base(), area, frame.buffer_mut());
            }
        })?;
        execute!(self.screen.backend_mut(), EndSynchronizedUpdate)?;
        self.screen.backend_mut().flush()?;
        self.set_title()?;
        self.stale = false;
        self.drawn = Instant::now();
        Ok(())
    }

    /// The window's title: the program and the prompt, without control characters.
    fn set_title(&mut self) -> std::io::Result<()> {
        let walk = &self.app.walk;
        let prompt =
            walk.settings.as_ref().map(|s| s.prompt.as_str()).or(walk.asked.prompt.as_deref());
        let title = match prompt {
            Some(prompt) if self.app.scene == Scene::Walk => {
                format!("safelight: {}", printable(prompt))
            }
            _ => "safelight".to_owned(),
        };
        if title != self.title {
            execute!(self.screen.backend_mut(), SetTitle(&title))?;
            self.title = title;
        }
        Ok(())
    }
}

/// Whether a key leaves the program, or the screen for a while.
fn leads_out(app: &App, key: Key) -> bool {
    matches!(
        keys::meaning(app, key),
        Meaning::Do(Action::Quit | Action::Interrupt | Action::Suspend)
    )
}

/// Text from outside without what could steer a terminal, and not too long.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(200).collect()
}

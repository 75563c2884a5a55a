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

use super::guard::{self, Guard};
use super::input::{self, Input};
use super::outside::{Answer, Outside, carry_out};
use super::pictures::Pictures;
use super::{Ending, Listener, Message, Options, capability, clipboard, log, signals};
use crate::app::keys::{self, Meaning};
use crate::app::{self, Action, App, Effect, Event, Key, Scene};
use crate::lesson::Record;
use crate::source::{self, Order, Recorded, Source};
use crate::views::{self, Colours, Ground, Marks};
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
    sources: Vec<Source>,
    /// Which source the walk on screen comes from: 0 is the live one.
    current: usize,
    outside: Arc<dyn Outside>,
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
    let mut session = Session::new(options, outside, messages).map_err(failed)?;
    session.draw().map_err(failed)?;
    log::line("first frame");
    let listener = session.listener(0);
    session.sources.push(live(listener));
    session.begin(options);
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
        outside: Arc<dyn Outside>,
        messages: Sender<Message>,
    ) -> std::io::Result<Self> {
        let colours = options.colours.unwrap_or_else(|| capability::colours(options));
        crossterm::style::force_color_output(colours != Colours::None);
        let light = options.light.or_else(capability::light_from_environment).unwrap_or(false);
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout()));
        let now = Instant::now();
        let mut app = match &options.comparison {
            Some(comparison) => App::comparing(options.language, comparison.clone()),
            None => App::new(options.language, options.asked.clone()),
        };
        app.ascii = options.marks == Marks::Ascii;
        app.recordings.clone_from(&options.recordings);
        app.second = options.second;
        app.present = options.present;
        app.telling = options.tells.then(app::Telling::default);
        if options.recording.is_some() || options.lesson.is_some() {
            app.scene = Scene::Walk;
        }
        Ok(Self {
            app,
            ground: Ground { light, colours, marks: options.marks, bold: false },
            screen: Terminal::new(backend)?,
            pictures: Pictures::none(),
            messages,
            sources: Vec::new(),
            current: 0,
            outside,
            stale: true,
            drawn: now,
            ticked: now,
            title: String::new(),
            ending: None,
        })
    }

    /// Where the source of this number tells its news.
    fn listener(&self, source: usize) -> Listener {
        // A sender is not to be shared between threads; the lock is held for one send.
        let messages = std::sync::Mutex::new(self.messages.clone());
        Box::new(move |generation, news| {
            if let Ok(messages) = messages.lock() {
                drop(messages.send(Message::News { source, generation, news }));
            }
        })
    }

    /// What the command line asked for begins at once.
    fn begin(&mut self, options: &Options) {
        let effects = if let Some(path) = &options.recording {
            vec![Effect::OpenRecording(path.clone())]
        } else if let Some(lesson) = &options.lesson {
            let mut effects = app::begin_lesson(&mut self.app, lesson.clone());
            self.app.hold_translations(options.translations.clone());
            effects.extend(app::tell(&mut self.app));
            effects
        } else if self.app.scene == Scene::Walk {
            app::begin(&mut self.app)
        } else if self.app.scene == Scene::Compare {
            app::begin_comparison(&mut self.app)
        } else {
            Vec::new()
        };
        self.carry_out(effects);
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
                let now = self.sources.get(source).map(Source::generation);
                let beside = matches!(
                    news,
                    source::News::Run { .. }
                        | source::News::Training(_)
                        | source::News::Teaching(_)
                );
                if beside || (source == self.current && now == Some(generation)) {
                    self.change(Event::News(news));
                }
            }
            Message::Encoded(encoded) => {
                self.pictures.take(*encoded);
                self.stale = true;
            }
            Message::Outside(answer) => self.answered(answer),
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
            self.effect(effect);
        }
    }

    fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Begin(asked) => {
                self.cancel();
                self.current = 0;
                self.order(Order::Begin(asked));
            }
            Effect::Replay => {
                self.cancel();
                self.current = self.sources.len() - 1;
                self.order(Order::Begin(Box::default()));
            }
            Effect::Next => self.order(Order::Next),
            // Whatever is on screen, these are computed by the live source.
            Effect::Runs(asked) => self.order_live(Order::Runs(asked)),
            Effect::Training(asked) => self.order_live(Order::Training(asked)),
            Effect::LessonPictures(asked) => self.order_live(Order::LessonPictures(asked)),
            Effect::Teach(asked) => self.order_live(Order::Teach(asked)),
            Effect::DecodeX0(call) => self.order(Order::DecodeX0 { call }),
            Effect::Cancel => self.cancel(),
            writes @ (Effect::WriteTaught { .. }
            | Effect::WriteRecording(_)
            | Effect::Export { .. }
            | Effect::ExportSheet(_)
            | Effect::Tell { .. }) => self.write(writes),
            Effect::KeepAnswers(record) => self.keep_answers(&record),
            Effect::OpenRecording(path) => {
                carry_out(&self.outside, &self.messages, move |outside| {
                    let recorded = outside.open_recording(&path)?;
                    Ok(Answer::Opened(path, Box::new(recorded)))
                });
            }
            Effect::OpenRun(path) => {
                carry_out(&self.outside, &self.messages, move |outside| {
                    let recorded = outside.open_recording(&path)?;
                    Ok(Answer::RunOpened(path, Box::new(recorded)))
                });
            }
            Effect::TrainingPictures(asked) => {
                carry_out(&self.outside, &self.messages, move |outside| {
                    outside.training_pictures(&asked).map(|found| Answer::Pictures(found.into()))
                });
            }
            Effect::NearPictures(picture) => {
                carry_out(&self.outside, &self.messages, move |outside| {
                    let near = outside.near_pictures(&picture)?;
                    Ok(Answer::Near(Box::new(picture), near))
                });
            }
            Effect::ModelsApart(names) => {
                carry_out(&self.outside, &self.messages, move |outside| {
                    outside.models_apart(&names).map(|apart| Answer::Apart(apart.into()))
                });
            }
            Effect::Copy(text) => drop(clipboard::copy(&mut stdout(), &text)),
            Effect::Mouse(on) => drop(guard::mouse(on)),
            Effect::Suspend => drop(self.messages.send(Message::Suspend)),
            Effect::Quit => {
                let interrupted = self.app.ended_by_interrupt;
                self.ending = Some(if interrupted { Ending::Interrupted } else { Ending::Done });
            }
        }
    }

    /// Hands out what was answered; a slow disk keeps nobody waiting.
    fn keep_answers(&self, record: &Record) {
        if self.outside.take_answers(record) {
            carry_out(&self.outside, &self.messages, |outside| {
                outside.write_answers().map(|()| Answer::AnswersWritten)
            });
        }
    }

    /// What ends in a file.
    fn write(&self, effect: Effect) {
        match effect {
            Effect::WriteTaught { path, file } => {
                carry_out(&self.outside, &self.messages, move |outside| {
                    outside.write_taught(&path, &file).map(|()| Answer::TaughtWritten(path))
                });
            }
            Effect::WriteRecording(path) => {
                let walk = self.app.walk.clone();
                carry_out(&self.outside, &self.messages, move |outside| {
                    outside.write_recording(&path, &walk).map(|()| Answer::Written(path))
                });
            }
            Effect::Export { path, picture } => {
                let walk = self.app.walk.clone();
                carry_out(&self.outside, &self.messages, move |outside| {
                    outside.export(&path, picture.as_ref(), &walk).map(|()| Answer::Written(path))
                });
            }
            Effect::ExportSheet(path) => {
                let comparison = self.app.comparison.clone().unwrap_or_default();
                carry_out(&self.outside, &self.messages, move |outside| {
                    outside.export_sheet(&path, &comparison).map(|()| Answer::Written(path))
                });
            }
            Effect::Tell { number, told } => {
                carry_out(&self.outside, &self.messages, move |outside| {
                    outside.tell(number, &told).map(|()| Answer::Silent)
                });
            }
            _ => {}
        }
    }

    fn order(&self, order: Order) {
        if let Some(source) = self.sources.get(self.current) {
            source.order(order);
        }
    }

    fn order_live(&self, order: Order) {
        if let Some(live) = self.sources.first() {
            live.order(order);
        }
    }

    /// What the walk on screen comes from, and the live source, which computes the runs beside it.
    fn cancel(&self) {
        let live = if self.current == 0 { None } else { self.sources.first() };
        for source in self.sources.get(self.current).into_iter().chain(live) {
            source.cancel();
        }
    }

    fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Written(file) => {
                let facts = vec![("file".to_owned(), printable(&file))];
                self.change(Event::Done("toast.written".to_owned(), facts));
            }
            Answer::Opened(path, recorded) => {
                let number = self.sources.len();
                let listener = self.listener(number);
                self.sources.push(source::replay(*recorded, listener));
                self.change(Event::RecordingOpened(name_of(&path)));
            }
            Answer::RunOpened(path, recorded) => {
                let Recorded { card, settings, calls, frames } = *recorded;
                let (card, settings) = (Box::new(card), Box::new(settings));
                let name = name_of(&path);
                self.change(Event::RunOpened { name, card, settings, calls, frames });
            }
            Answer::TaughtWritten(file) => self.change(Event::TaughtWritten(file)),
            Answer::AnswersWritten | Answer::Silent => {}
            Answer::Pictures(found) => self.change(Event::TrainingPictures(*found)),
            Answer::Near(picture, near) => self.change(Event::NearPictures(*picture, near)),
            Answer::Apart(apart) => self.change(Event::ModelsApart(apart)),
            Answer::Failed(problem) => self.change(Event::Failed(problem)),
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

/// The file's name of a path, fit to be shown.
fn name_of(path: &str) -> String {
    let name = std::path::Path::new(path).file_name();
    printable(&name.map_or_else(|| path.into(), |name| name.to_string_lossy()))
}

/// Text from outside without what could steer a terminal, and not too long.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(200).collect()
}

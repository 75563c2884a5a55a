//! A lesson acted out without a screen: the same state as on the screen goes from beat to beat on
//! a live source, and what each beat shows is drawn for a page.

use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crate::app::{self, App, Effect, Event, update};
use crate::commands::drawings;
use crate::export::lesson_page::{Caption, Figure, Leaf, Looked, figures};
use crate::lesson::{Lesson, Show};
use crate::recording::read;
use crate::source::{self, News, Order, Recorded, Source};
use crate::walk::{Asked, Problem, Stage, TeachingNews, TrainingNews};
use crate::words::Language;

/// How long nothing may be heard of the source before it is given up.
const PATIENCE: Duration = Duration::from_mins(10);

/// Plays a lesson from its first beat to its last; what each beat shows, in their order.
///
/// # Errors
/// What keeps a walk, a run or the training from being computed.
pub(super) fn act(lesson: Lesson, language: Language) -> Result<Vec<Leaf>, Problem> {
    let mut actor = Actor::new(language);
    let beats = lesson.beats.len();
    let effects = app::begin_lesson(&mut actor.app, lesson);
    actor.settle(effects)?;
    (0..beats).map(|at| actor.beat(at)).collect()
}

/// News of the source of a number, for the walk of a generation.
type Told = (usize, u64, News);

struct Actor {
    app: App,
    sources: Vec<Source>,
    /// Which source the walk comes from: 0 is the live one.
    current: usize,
    sender: Sender<Told>,
    told: Receiver<Told>,
}

impl Actor {
    fn new(language: Language) -> Self {
        let (sender, told) = channel();
        let app = App::new(language, Asked::default());
        let mut actor = Self { app, sources: Vec::new(), current: 0, sender, told };
        let live = source::live(actor.listener(0));
        actor.sources.push(live);
        actor
    }

    /// Where the source of a number tells its news.
    fn listener(&self, number: usize) -> impl Fn(u64, News) + Send + Sync + 'static {
        let sender = Mutex::new(self.sender.clone());
        move |generation, news| {
            if let Ok(sender) = sender.lock() {
                drop(sender.send((number, generation, news)));
            }
        }
    }

    /// One beat, shown to its end.
    fn beat(&mut self, at: usize) -> Result<Leaf, Problem> {
        let before = self.app.facts();
        let effects = app::show_beat(&mut self.app, at);
        self.settle(effects)?;
        Ok(Leaf { figures: self.figures(), before, after: self.app.facts() })
    }

    /// Carries effects out, and hears what comes of them until nothing more is to come.
    fn settle(&mut self, effects: Vec<Effect>) -> Result<(), Problem> {
        self.carry_out(effects)?;
        while self.busy() {
            let told = self.told.recv_timeout(PATIENCE);
            let told = told.map_err(|_| Problem::new("worker-panicked"))?;
            self.hear(told)?;
        }
        Ok(())
    }

    /// Whether what the beat shows is still being computed.
    fn busy(&self) -> bool {
        let runs = self.app.comparison.as_ref().is_some_and(|comparison| {
            !comparison.pending.is_empty() || !comparison.under_way.is_empty()
        });
        let waits = self.app.lesson.as_ref().is_some_and(app::OpenLesson::waits);
        let (training, drawings) = (self.app.training.pending, self.app.drawings.pending);
        self.app.walk.computing || runs || waits || training || drawings
    }

    fn hear(&mut self, (number, generation, news): Told) -> Result<(), Problem> {
        let beside = matches!(news, News::Run { .. } | News::Training(_) | News::Teaching(_));
        let now = self.sources.get(number).map(Source::generation);
        if !beside && (number != self.current || now != Some(generation)) {
            return Ok(());
        }
        if let Some(problem) = failure(&news) {
            return Err(problem);
        }
        let effects = update(&mut self.app, Event::News(news));
        self.carry_out(effects)
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), Problem> {
        for effect in effects {
            let event = self.effect(effect)?;
            if let Some(event) = event {
                let effects = update(&mut self.app, event);
                self.carry_out(effects)?;
            }
        }
        Ok(())
    }

    /// Carries one effect out; what answers it at once. Keys set off nothing here, and what a beat
    /// cannot set off is left undone.
    fn effect(&mut self, effect: Effect) -> Result<Option<Event>, Problem> {
        match effect {
            Effect::Begin(asked) => {
                self.current = 0;
                self.order(0, Order::Begin(asked));
            }
            Effect::Replay => {
                self.current = self.sources.len() - 1;
                self.order(self.current, Order::Begin(Box::default()));
            }
            Effect::Next => self.order(self.current, Order::Next),
            Effect::Runs(asked) => self.order(0, Order::Runs(asked)),
            Effect::Training(asked) => self.order(0, Order::Training(asked)),
            Effect::OpenRecording(path) => {
                let recording = read(Path::new(&path))?;
                let recorded = Recorded {
                    card: recording.card,
                    settings: recording.settings,
                    calls: recording.calls,
                    frames: recording.frames,
                };
                let listener = self.listener(self.sources.len());
                self.sources.push(source::replay(recorded, listener));
                return Ok(Some(Event::RecordingOpened(path)));
            }
            Effect::TrainingPictures(asked) => {
                return drawings::found(&asked).map(|found| Some(Event::TrainingPictures(found)));
            }
            Effect::NearPictures(picture) => {
                let near = drawings::near(&picture)?;
                return Ok(Some(Event::NearPictures(picture, near)));
            }
            _ => {}
        }
        Ok(None)
    }

    fn order(&self, number: usize, order: Order) {
        if let Some(source) = self.sources.get(number) {
            source.order(order);
        }
    }

    /// What is to be seen now.
    fn figures(&self) -> Vec<Figure> {
        let Some(open) = &self.app.lesson else { return Vec::new() };
        let Some(show) = open.beat().and_then(|beat| beat.show.as_ref()) else { return Vec::new() };
        let mut figures = self.shown(show);
        let missing =
            show.recording.as_ref().filter(|name| !open.lesson.recordings.contains_key(*name));
        if let Some(name) = missing {
            let facts = vec![("file", name.clone())];
            figures.push(Figure::Note(Caption::Key("lesson.no-recording", facts)));
        }
        figures
    }

    fn shown(&self, show: &Show) -> Vec<Figure> {
        if let Some(shown) = &show.training {
            let training = &self.app.training;
            let (moment, recipe) = (training.shown.as_ref(), training.recipe.as_ref());
            return figures::of_training(moment, recipe, shown.whole);
        }
        if show.drawings.is_some() {
            let found = self.app.drawings.found.as_ref();
            return found.map_or_else(Vec::new, |found| figures::of_drawings(&found.pictures));
        }
        if let Some(word) = &show.teach {
            let facts = vec![("word", word.clone())];
            return vec![Figure::Note(Caption::Key("lesson-page.teach", facts))];
        }
        let looked = Looked {
            stage: show.stage().unwrap_or(Stage::Tokens),
            call: show.call.map_or(0, |call| call.saturating_sub(1)),
            piece: show.piece.as_deref(),
        };
        if let Some(comparison) = self.app.comparison.as_ref().filter(|_| show.compares()) {
            let looked = Looked { call: comparison.call(), ..looked };
            return figures::of_runs(&comparison.runs, comparison.alignment, looked);
        }
        let walk = &self.app.walk;
        let mut figures = figures::of_walk(&walk.frames, walk.card.as_ref(), looked);
        if let Some(near) = walk.near_pictures.as_ref().filter(|_| show.near) {
            figures.extend(figures::of_near(near));
        }
        figures
    }
}

/// What the source could not do.
fn failure(news: &News) -> Option<Problem> {
    match news {
        News::Failed(problem) => Some(problem.clone()),
        News::Run { news, .. } => failure(news),
        News::Training(news) => match news.as_ref() {
            TrainingNews::Failed(problem) => Some(problem.clone()),
            _ => None,
        },
        News::Teaching(news) => match news.as_ref() {
            TeachingNews::Failed(problem) => Some(problem.clone()),
            _ => None,
        },
        _ => None,
    }
}

//! Effects carried out: orders to the sources of frames, and work outside on threads of its own.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use super::outside::{Answer, Outside, carry_out};
use super::{Listener, Message};
use crate::app::{App, Effect, Event};
use crate::source::{self, Order, Recorded, Source};
use crate::words::visible;

/// Who orders frames and has work done.
pub(super) struct Errands {
    messages: Sender<Message>,
    /// The live source first, then those of recordings.
    sources: Vec<Source>,
    /// Which of them the walk on screen comes from.
    current: usize,
    outside: Arc<dyn Outside>,
    /// How much of the work outside has not been answered yet.
    at_work: usize,
}

impl Errands {
    pub(super) fn new(
        messages: Sender<Message>,
        outside: Arc<dyn Outside>,
        live: impl FnOnce(Listener) -> Source,
    ) -> Self {
        let mut errands = Self { messages, sources: Vec::new(), current: 0, outside, at_work: 0 };
        let listener = errands.listener(0);
        errands.sources.push(live(listener));
        errands
    }

    /// Work that is done outside.
    pub(super) fn outside(&self) -> &dyn Outside {
        self.outside.as_ref()
    }

    /// Whether some of it is not done yet.
    pub(super) const fn at_work(&self) -> bool {
        self.at_work > 0
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

    /// The event that news are, unless they belong to a walk that is no longer on screen.
    pub(super) fn news(&self, source: usize, generation: u64, news: source::News) -> Option<Event> {
        let now = self.sources.get(source).map(Source::generation);
        let beside = matches!(
            news,
            source::News::Run { .. } | source::News::Training(_) | source::News::Teaching(_)
        );
        let ours = beside || (source == self.current && now == Some(generation));
        ours.then_some(Event::News(news))
    }

    /// Carries an effect out; those that concern the terminal alone come back.
    pub(super) fn carry_out(&mut self, app: &App, effect: Effect) -> Option<Effect> {
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
            Effect::DecodeX0(call) => self.order(Order::DecodeX0 { call }),
            // Whatever is on screen, these are computed by the live source.
            Effect::Runs(asked) => self.order_live(Order::Runs(asked)),
            Effect::Training(asked) => self.order_live(Order::Training(asked)),
            Effect::LessonPictures(asked) => self.order_live(Order::LessonPictures(asked)),
            Effect::Teach(asked) => self.order_live(Order::Teach(asked)),
            Effect::Cancel => self.cancel(),
            other => return self.work(app, other),
        }
        None
    }

    /// Files, and what is looked up outside.
    fn work(&mut self, app: &App, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::WriteTaught { path, file } => self.have_done(move |outside| {
                outside.write_taught(&path, &file).map(|()| Answer::TaughtWritten(path))
            }),
            Effect::WriteRecording(path) => {
                let walk = app.walk.clone();
                self.have_done(move |outside| {
                    outside.write_recording(&path, &walk).map(|()| Answer::Written(path))
                });
            }
            Effect::Export { path, picture } => {
                let walk = app.walk.clone();
                self.have_done(move |outside| {
                    outside.export(&path, picture.as_ref(), &walk).map(|()| Answer::Written(path))
                });
            }
            Effect::ExportSheet(path) => {
                let comparison = app.comparison.clone().unwrap_or_default();
                self.have_done(move |outside| {
                    outside.export_sheet(&path, &comparison).map(|()| Answer::Written(path))
                });
            }
            Effect::KeepAnswers(record) => {
                if self.outside.take_answers(&record) {
                    self.have_done(|outside| {
                        outside.write_answers().map(|()| Answer::AnswersWritten)
                    });
                }
            }
            Effect::OpenRecording(path) => self.have_done(move |outside| {
                let recorded = outside.open_recording(&path)?;
                Ok(Answer::Opened(path, Box::new(recorded)))
            }),
            Effect::OpenRun(path) => self.have_done(move |outside| {
                let recorded = outside.open_recording(&path)?;
                Ok(Answer::RunOpened(path, Box::new(recorded)))
            }),
            Effect::TrainingPictures(asked) => self.have_done(move |outside| {
                outside.training_pictures(&asked).map(|found| Answer::Pictures(found.into()))
            }),
            Effect::NearPictures(picture) => self.have_done(move |outside| {
                let near = outside.near_pictures(&picture)?;
                Ok(Answer::Near(Box::new(picture), near))
            }),
            Effect::ModelsApart(names) => self.have_done(move |outside| {
                outside.models_apart(&names).map(|apart| Answer::Apart(apart.into()))
            }),
            Effect::Tell { number, told } => {
                self.have_done(move |outside| outside.tell(number, &told).map(|()| Answer::Silent));
            }
            other => return Some(other),
        }
        None
    }

    fn have_done(
        &mut self,
        work: impl FnOnce(&dyn Outside) -> Result<Answer, crate::walk::Problem> + Send + 'static,
    ) {
        self.at_work += 1;
        carry_out(&self.outside, &self.messages, work);
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

    /// The event that an answer from outside is, if it is one.
    pub(super) fn answered(&mut self, answer: Answer) -> Option<Event> {
        self.at_work = self.at_work.saturating_sub(1);
        Some(match answer {
            Answer::AnswersWritten | Answer::Silent => return None,
            Answer::Written(file) => {
                let facts = vec![("file".to_owned(), visible(&file))];
                Event::Done("toast.written".to_owned(), facts)
            }
            Answer::Opened(path, recorded) => {
                let listener = self.listener(self.sources.len());
                self.sources.push(source::replay(*recorded, listener));
                Event::RecordingOpened(name_of(&path))
            }
            Answer::RunOpened(path, recorded) => {
                let Recorded { card, settings, calls, frames } = *recorded;
                let (card, settings) = (Box::new(card), Box::new(settings));
                Event::RunOpened { name: name_of(&path), card, settings, calls, frames }
            }
            Answer::TaughtWritten(file) => Event::TaughtWritten(file),
            Answer::Pictures(found) => Event::TrainingPictures(*found),
            Answer::Near(picture, near) => Event::NearPictures(*picture, near),
            Answer::Apart(apart) => Event::ModelsApart(apart),
            Answer::Failed(problem) => Event::Failed(problem),
        })
    }
}

/// The longest name that is shown, in characters.
const LONGEST: usize = 200;

/// The last part of a path, safe to show.
fn name_of(path: &str) -> String {
    let name = std::path::Path::new(path).file_name();
    let name = name.map_or_else(|| path.into(), |name| name.to_string_lossy());
    visible(&name).chars().take(LONGEST).collect()
}

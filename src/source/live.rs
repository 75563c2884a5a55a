//! The live source: the engine on a thread of its own.
//!
//! The model stays open while only settings change. A panic inside the engine is caught, told as
//! a failure, and the model is opened anew at the next [`Order::Begin`]. While no order waits and a
//! walk is finished, a preview is fitted for a model that has none, a crop at a time;
//! and the curves of a training that is looked at grow point by point.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, TryRecvError};

use super::classroom::Visit;
use super::runs::{self, Listens, Trunk};
use super::teaching;
use super::{Message, News, Order, RunAsked, Shared, Source, start};
use crate::engine::{Engine, Fitting, Look, Walk};
use crate::walk::{Asked, NoisingAsked, Problem, Progress, TeachingNews, TrainingNews, Watch};

/// Starts the engine's thread. `news` is called on that thread, with the generation of the walk
/// that each news belongs to; it must return soon.
pub fn live(news: impl Fn(u64, News) + Send + Sync + 'static) -> Source {
    start(news, |orders, shared, news| {
        let mut worker = Worker::default();
        let mut last = None;
        while let Some(message) = next_order(&orders, &mut worker, last.as_ref()) {
            let waiting = Waiting {
                epoch: message.epoch,
                generation: message.generation,
                shared: Arc::clone(&shared),
                news: Arc::clone(&news),
            };
            let waiting = last.insert(waiting);
            if waiting.cancelled() {
                waiting.tell_all(&message.order, &News::Cancelled);
                continue;
            }
            let carried = catch_unwind(AssertUnwindSafe(|| worker.carry_out(&message, waiting)));
            match carried {
                Ok(Ok(())) => {}
                Ok(Err(problem)) if problem.is_cancelled() => waiting.tell(News::Cancelled),
                Ok(Err(problem)) => waiting.tell(News::Failed(problem)),
                Err(_) => {
                    worker = Worker::default();
                    let news = News::Failed(Problem::new("worker-panicked"));
                    waiting.tell_all(&message.order, &news);
                }
            }
        }
    })
}

/// The next order; until it comes, what is still to be fitted goes on. `None` at the end.
fn next_order(
    orders: &Receiver<Message>,
    worker: &mut Worker,
    last: Option<&Waiting>,
) -> Option<Message> {
    loop {
        match orders.try_recv() {
            Ok(message) => return Some(message),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        let Some(waiting) = last.filter(|_| worker.idles()) else {
            return orders.recv().ok();
        };
        let done = catch_unwind(AssertUnwindSafe(|| worker.idle(waiting)));
        if !matches!(done, Ok(Ok(()))) {
            // Nobody asked for it: whoever cancels, or a decoder that fails, ends it in silence.
            (worker.fitting, worker.visit) = (None, None);
        }
    }
}

/// Why an order is not carried out.
fn reason(news: &News) -> Problem {
    match news {
        News::Failed(problem) => problem.clone(),
        _ => Problem::cancelled(),
    }
}

/// Who waits for the order under way: the screen's end of the channel.
struct Waiting {
    epoch: u64,
    generation: u64,
    shared: Arc<Shared>,
    news: Arc<dyn Fn(u64, News) + Send + Sync>,
}

impl Waiting {
    fn tell(&self, news: News) {
        (self.news)(self.generation, news);
    }

    /// Answers an order that is not carried out: for each of its runs, where it has some.
    fn tell_all(&self, order: &Order, news: &News) {
        match order {
            Order::Runs(asked) => {
                for run in asked {
                    self.tell_of(run.id, news.clone());
                }
            }
            Order::Training(_) => self.tell_training(TrainingNews::Failed(reason(news))),
            Order::LessonPictures(_) | Order::Teach(_) => {
                self.tell_teaching(TeachingNews::Failed(reason(news)));
            }
            _ => self.tell(news.clone()),
        }
    }

    fn tell_training(&self, news: TrainingNews) {
        self.tell(News::Training(Box::new(news)));
    }

    fn tell_teaching(&self, news: TeachingNews) {
        self.tell(News::Teaching(Box::new(news)));
    }
}

impl Watch for Waiting {
    fn progress(&self, progress: Progress) {
        self.tell(News::Progress(progress));
    }

    fn cancelled(&self) -> bool {
        self.shared.epoch.load(Ordering::SeqCst) != self.epoch
    }
}

impl Waiting {
    fn tell_of(&self, id: usize, news: News) {
        self.tell(News::Run { id, news: Box::new(news) });
    }
}

/// Work of which no progress is shown: runs, told by whole frames, and a preview that nobody waits
/// for.
struct Quiet<'a>(&'a Waiting);

impl Watch for Quiet<'_> {
    fn progress(&self, _: Progress) {}

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

impl Listens for Quiet<'_> {
    fn tell_of(&self, id: usize, news: News) {
        self.0.tell_of(id, news);
    }
}

/// Whether one open model serves both.
fn same_engine(a: &Asked, b: &Asked) -> bool {
    (&a.model, &a.model_config, a.device, a.dtype, a.engine, &a.attachments)
        == (&b.model, &b.model_config, b.device, b.dtype, b.engine, &b.attachments)
}

/// The open model and the walk under way.
#[derive(Default)]
struct Worker {
    engine: Option<Engine>,
    walk: Option<Walk>,
    /// A preview that is being fitted.
    fitting: Option<Fitting>,
    /// A training that is looked at.
    visit: Option<Visit>,
    /// The walk that runs branched off from last.
    trunk: Option<Trunk>,
}

impl Worker {
    fn carry_out(&mut self, message: &Message, waiting: &Waiting) -> Result<(), Problem> {
        match &message.order {
            Order::Begin(asked) => self.begin(asked, waiting),
            Order::Next => self.next(waiting),
            Order::Runs(asked) => {
                self.runs(asked, waiting);
                Ok(())
            }
            Order::Training(asked) => {
                if let Err(problem) = self.training(*asked, waiting) {
                    waiting.tell_training(TrainingNews::Failed(problem));
                }
                Ok(())
            }
            Order::LessonPictures(asked) => {
                let told = teaching::pictures(asked).unwrap_or_else(TeachingNews::Failed);
                waiting.tell_teaching(told);
                Ok(())
            }
            Order::Teach(asked) => {
                let tell = |news| waiting.tell_teaching(news);
                if let Err(problem) = teaching::teach(asked, &tell, &Quiet(waiting)) {
                    waiting.tell_teaching(TeachingNews::Failed(problem));
                }
                Ok(())
            }
            Order::DecodeX0 { call } => {
                let picture = self.walk()?.decode_x0(*call, waiting)?;
                waiting.tell(News::X0 { call: *call, picture });
                Ok(())
            }
        }
    }

    fn begin(&mut self, asked: &Asked, waiting: &Waiting) -> Result<(), Problem> {
        (self.walk, self.fitting) = (None, None);
        let engine = self.engine(asked, waiting)?;
        let settings = engine.settle(asked)?;
        let walk = engine.walk(&settings, Look::screen(asked))?;
        waiting.tell(News::Opened {
            card: Box::new(engine.card().clone()),
            settings: Box::new(settings),
            calls: walk.calls(),
            note: engine.note().cloned(),
        });
        self.walk = Some(walk);
        Ok(())
    }

    fn next(&mut self, waiting: &Waiting) -> Result<(), Problem> {
        let walk = self.walk()?;
        if let Some(frame) = walk.next(waiting) {
            waiting.tell(News::Frame(Box::new(frame?)));
        }
        if walk.finished() {
            waiting.tell(News::Finished);
            if self.engine.as_ref().is_some_and(|engine| engine.card().preview.is_none()) {
                self.fitting = self.walk.as_ref().and_then(Walk::fitting);
            }
        }
        Ok(())
    }

    /// One crop more for the preview.
    /// One moment of a training; all ages are opened when it is first asked for.
    fn training(&mut self, asked: NoisingAsked, waiting: &Waiting) -> Result<(), Problem> {
        let mut visit = if let Some(visit) = self.visit.take() {
            visit
        } else {
            let visit = Visit::open()?;
            waiting.tell_training(TrainingNews::Opened(visit.recipe()));
            visit
        };
        let news = visit.look(asked, &Quiet(waiting));
        self.visit = Some(visit);
        waiting.tell_training(news?);
        Ok(())
    }

    /// Whether there is something to do while no order waits.
    fn idles(&self) -> bool {
        self.fitting.is_some() || self.visit.as_ref().is_some_and(Visit::unfinished)
    }

    /// A little of what is to be done while no order waits.
    fn idle(&mut self, waiting: &Waiting) -> Result<(), Problem> {
        if self.fitting.is_some() {
            return self.fit(waiting);
        }
        let Some(visit) = &mut self.visit else { return Ok(()) };
        if let Some(news) = visit.step(&Quiet(waiting))? {
            waiting.tell_training(news);
        }
        Ok(())
    }

    fn fit(&mut self, waiting: &Waiting) -> Result<(), Problem> {
        let Some(fitting) = &mut self.fitting else { return Ok(()) };
        let Some(fitted) = fitting.step(&Quiet(waiting))? else { return Ok(()) };
        self.fitting = None;
        if let (Some(preview), Some(engine)) = (fitted, &mut self.engine) {
            let kept = engine.keep_preview(&preview);
            waiting.tell(News::Preview { preview: Box::new(preview), kept });
        }
        Ok(())
    }

    /// Runs beside others: those that one model serves go in step.
    fn runs(&mut self, asked: &[RunAsked], waiting: &Waiting) {
        for group in asked.chunk_by(|a, b| same_engine(&a.asked, &b.asked)) {
            match self.engine(&group[0].asked, waiting) {
                Ok(engine) => {
                    let engine = engine.clone();
                    runs::compute(&engine, group, &mut self.trunk, &Quiet(waiting));
                }
                Err(problem) => {
                    for run in group {
                        waiting.tell_of(run.id, News::Failed(problem.clone()));
                    }
                }
            }
        }
    }

    /// The engine for what is asked: the one that is open, if it serves.
    fn engine(&mut self, asked: &Asked, waiting: &Waiting) -> Result<&Engine, Problem> {
        if self.engine.as_ref().is_none_or(|engine| engine.reopen_needed(asked)) {
            // Before the new one is read: two models at once may not fit into memory.
            (self.engine, self.trunk) = (None, None);
        }
        let engine = match self.engine.take() {
            Some(engine) => engine,
            None => Engine::open(asked, waiting)?,
        };
        Ok(self.engine.insert(engine))
    }

    fn walk(&mut self) -> Result<&mut Walk, Problem> {
        self.walk.as_mut().ok_or_else(|| Problem::new("walk-not-begun"))
    }
}

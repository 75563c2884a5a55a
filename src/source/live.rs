//! The live source: the engine on a thread of its own.
//!
//! The model stays open while only settings change. A panic inside the engine is caught, told as
//! a failure, and the model is opened anew at the next [`Order::Begin`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Message, News, Order, RunAsked, Shared, Source, start};
use crate::engine::{Engine, Look, Walk};
use crate::walk::{Asked, Problem, Progress, Watch};

/// Starts the engine's thread. `news` is called on that thread, with the generation of the walk
/// that each news belongs to; it must return soon.
pub fn live(news: impl Fn(u64, News) + Send + Sync + 'static) -> Source {
    start(news, |orders, shared, news| {
        let mut worker = Worker::default();
        for message in orders {
            let waiting = Waiting {
                epoch: message.epoch,
                generation: message.generation,
                shared: Arc::clone(&shared),
                news: Arc::clone(&news),
            };
            if waiting.cancelled() {
                waiting.tell(News::Cancelled);
                continue;
            }
            let carried = catch_unwind(AssertUnwindSafe(|| worker.carry_out(&message, &waiting)));
            match carried {
                Ok(Ok(())) => {}
                Ok(Err(problem)) if problem.is_cancelled() => waiting.tell(News::Cancelled),
                Ok(Err(problem)) => waiting.tell(News::Failed(problem)),
                Err(_) => {
                    worker = Worker::default();
                    waiting.tell(News::Failed(Problem::new("worker-panicked")));
                }
            }
        }
    })
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
}

impl Watch for Waiting {
    fn progress(&self, progress: Progress) {
        self.tell(News::Progress(progress));
    }

    fn cancelled(&self) -> bool {
        self.shared.epoch.load(Ordering::SeqCst) != self.epoch
    }
}

/// The open model and the walk under way.
#[derive(Default)]
struct Worker {
    engine: Option<Engine>,
    walk: Option<Walk>,
}

impl Worker {
    fn carry_out(&mut self, message: &Message, waiting: &Waiting) -> Result<(), Problem> {
        match &message.order {
            Order::Begin(asked) => self.begin(asked, waiting),
            Order::Next => self.next(waiting),
            Order::Runs(asked) => self.runs(asked, waiting),
            Order::DecodeX0 { call } => {
                let picture = self.walk()?.decode_x0(*call, waiting)?;
                waiting.tell(News::X0 { call: *call, picture });
                Ok(())
            }
        }
    }

    fn begin(&mut self, asked: &Asked, waiting: &Waiting) -> Result<(), Problem> {
        self.walk = None;
        if self.engine.as_ref().is_none_or(|engine| engine.reopen_needed(asked)) {
            // Before the new one is read: two models at once may not fit into memory.
            self.engine = None;
        }
        let engine = match self.engine.take() {
            Some(engine) => engine,
            None => Engine::open(asked, waiting)?,
        };
        let engine = self.engine.insert(engine);
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
        }
        Ok(())
    }

    fn runs(&mut self, asked: &[RunAsked], waiting: &Waiting) -> Result<(), Problem> {
        for run in asked {
            let told = |news| waiting.tell(News::Run { id: run.id, news: Box::new(news) });
            told(News::Failed(Problem::new("walk-not-begun")));
        }
        Ok(())
    }

    fn walk(&mut self) -> Result<&mut Walk, Problem> {
        self.walk.as_mut().ok_or_else(|| Problem::new("walk-not-begun"))
    }
}

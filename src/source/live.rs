//! The live source: the engine on a thread of its own.
//!
//! The model stays open while only settings change. A panic inside the engine is caught, told as
//! a failure, and the model is opened anew at the next [`Order::Begin`]. While no order waits and a
//! walk is finished, a preview is fitted for a model that has none, a crop at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, TryRecvError};

use super::{Message, News, Order, RunAsked, Shared, Source, start};
use crate::engine::{Engine, Fitting, Look, Walk};
use crate::walk::{Asked, Problem, Progress, Watch};

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
                waiting.tell(News::Cancelled);
                continue;
            }
            let carried = catch_unwind(AssertUnwindSafe(|| worker.carry_out(&message, waiting)));
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
        let Some(waiting) = last.filter(|_| worker.fitting.is_some()) else {
            return orders.recv().ok();
        };
        let fitted = catch_unwind(AssertUnwindSafe(|| worker.fit(waiting)));
        if !matches!(fitted, Ok(Ok(()))) {
            // Nobody asked for it: whoever cancels, or a decoder that fails, ends it in silence.
            worker.fitting = None;
        }
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
}

impl Watch for Waiting {
    fn progress(&self, progress: Progress) {
        self.tell(News::Progress(progress));
    }

    fn cancelled(&self) -> bool {
        self.shared.epoch.load(Ordering::SeqCst) != self.epoch
    }
}

/// Work that nobody waits for: it can be given up, and shows no progress.
struct Quiet<'a>(&'a Waiting);

impl Watch for Quiet<'_> {
    fn progress(&self, _: Progress) {}

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

/// The open model and the walk under way.
#[derive(Default)]
struct Worker {
    engine: Option<Engine>,
    walk: Option<Walk>,
    /// A preview that is being fitted.
    fitting: Option<Fitting>,
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
        (self.walk, self.fitting) = (None, None);
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
            if self.engine.as_ref().is_some_and(|engine| engine.card().preview.is_none()) {
                self.fitting = self.walk.as_ref().and_then(Walk::fitting);
            }
        }
        Ok(())
    }

    /// One crop more for the preview.
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

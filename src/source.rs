//! Where the next frame comes from: a live engine on its thread, or frames already at hand.
//!
//! The screen speaks to a [`Source`] in [`Order`]s and hears [`News`]; it never waits. Each news
//! carries the *generation* of the walk that it belongs to: [`Order::Begin`] starts a new one, and
//! what still arrives with an old number is to be dropped.

mod classroom;
pub mod live;
pub mod replay;
mod runs;
mod teaching;
pub mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};

use crate::walk::{Asked, LessonAsked, NoisingAsked, Problem};

pub use crate::walk::{ForkAsked, News, RunAsked};
pub use classroom::look;
pub use live::live;
pub use replay::{Recorded, replay};
pub use watch::watch;

/// What a source can be asked for. Orders are carried out one after the other.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Begin a walk; whatever is under way is cancelled first. Answered by [`News::Opened`].
    Begin(Box<Asked>),
    /// The next frame. Answered by [`News::Frame`], and after the last frame by
    /// [`News::Finished`] as well.
    Next,
    /// Whole runs to be laid beside others, computed together where that is possible. What is
    /// told of each comes as [`News::Run`]; the walk that was begun stays where it is.
    Runs(Vec<RunAsked>),
    /// One moment of the training that is looked at. Answered by [`News::Training`]; curves of its
    /// picture follow while nothing else is asked for.
    Training(NoisingAsked),
    /// The pictures of a lesson. Answered by [`News::Teaching`], as [`Self::Teach`] is.
    LessonPictures(Box<LessonAsked>),
    /// A word, taught from its pictures to the report; nothing else is computed meanwhile.
    Teach(Box<LessonAsked>),
    /// The x0 of a call that was already made, through the VAE. Answered by [`News::X0`].
    DecodeX0 {
        /// The call of the network, from 0.
        call: usize,
    },
}

/// An order as it travels: with the walk that it is for, and the count of cancellings before it.
struct Message {
    order: Order,
    generation: u64,
    epoch: u64,
}

/// What both ends of the channel look at.
#[derive(Debug, Default)]
struct Shared {
    /// The walk that orders belong to.
    generation: AtomicU64,
    /// How often there was a cancelling: an order with a smaller count is void.
    epoch: AtomicU64,
}

/// The asking end. Dropping it cancels what is under way and ends the worker.
#[derive(Debug)]
pub struct Source {
    orders: Sender<Message>,
    shared: Arc<Shared>,
}

impl Source {
    /// Sends an order and returns at once. An order to a worker that is no longer there is lost:
    /// the worker has said so in its last news.
    pub fn order(&self, order: Order) {
        if matches!(order, Order::Begin(_)) {
            self.cancel();
            self.shared.generation.fetch_add(1, Ordering::SeqCst);
        }
        let generation = self.generation();
        let epoch = self.shared.epoch.load(Ordering::SeqCst);
        drop(self.orders.send(Message { order, generation, epoch }));
    }

    /// Gives up what is under way and what was ordered but not begun; each such order is answered
    /// by [`News::Cancelled`]. Returns at once: the worker stops within one block of the network.
    pub fn cancel(&self) {
        self.shared.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// The number of the walk that was begun last; 0 before the first.
    pub fn generation(&self) -> u64 {
        self.shared.generation.load(Ordering::SeqCst)
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// Starts a worker thread with a channel to it. Where the system has no thread to give, the news
/// says so and every order is lost.
fn start(
    news: impl Fn(u64, News) + Send + Sync + 'static,
    work: impl FnOnce(
        std::sync::mpsc::Receiver<Message>,
        Arc<Shared>,
        Arc<dyn Fn(u64, News) + Send + Sync>,
    ) + Send
    + 'static,
) -> Source {
    let (orders, received) = channel();
    let shared = Arc::new(Shared::default());
    let news: Arc<dyn Fn(u64, News) + Send + Sync> = Arc::new(news);
    let (theirs, told) = (Arc::clone(&shared), Arc::clone(&news));
    let spawned = std::thread::Builder::new()
        .name("source".to_owned())
        .spawn(move || work(received, theirs, told));
    if let Err(error) = spawned {
        news(0, News::Failed(Problem::new("worker-not-started").with("reason", error)));
    }
    Source { orders, shared }
}

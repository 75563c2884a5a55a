//! The live source: the engine on a thread of its own.

use super::{News, Source, start};
use crate::walk::Problem;

/// Starts the engine's thread. `news` is called on that thread, with the generation of the walk
/// that each news belongs to; it must return soon.
pub fn live(news: impl Fn(u64, News) + Send + Sync + 'static) -> Source {
    start(news, |orders, _, news| {
        for message in orders {
            news(message.generation, News::Failed(Problem::new("worker-panicked")));
        }
    })
}

//! Frames already at hand, from a recording or from a test, through the same contract as a live
//! engine: no view can tell the two apart.

use super::{Message, News, Order, Source, start};
use crate::walk::{Frame, ModelCard, Problem, Settings};

/// A walk that was read whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The model's card as it was recorded.
    pub card: ModelCard,
    /// The settings.
    pub settings: Settings,
    /// How many calls of the network the whole walk has (the frames may be fewer).
    pub calls: usize,
    /// The frames in order.
    pub frames: Vec<Frame>,
}

/// Plays `recorded`. `Begin` starts over whatever it asks for: the frames are what they are.
/// `DecodeX0` answers with the stored picture, or fails for want of a VAE.
pub fn replay(recorded: Recorded, news: impl Fn(u64, News) + Send + Sync + 'static) -> Source {
    start(news, move |orders, _, news| {
        let mut place = 0;
        for message in orders {
            play(&recorded, &mut place, &message, &mut |told| news(message.generation, told));
        }
    })
}

fn play(recorded: &Recorded, place: &mut usize, message: &Message, news: &mut dyn FnMut(News)) {
    match message.order {
        Order::Begin(_) => {
            *place = 0;
            news(News::Opened {
                card: Box::new(recorded.card.clone()),
                settings: Box::new(recorded.settings.clone()),
                calls: recorded.calls,
                note: None,
            });
        }
        Order::Next => {
            if let Some(frame) = recorded.frames.get(*place) {
                *place += 1;
                news(News::Frame(Box::new(frame.clone())));
            }
            if *place >= recorded.frames.len() {
                news(News::Finished);
            }
        }
        // Nothing is computed here: runs are ordered from a live source.
        Order::Runs(_) | Order::Training(_) | Order::LessonPictures(_) | Order::Teach(_) => {}
        Order::DecodeX0 { call } => {
            let stored = recorded
                .frames
                .iter()
                .filter_map(Frame::as_step)
                .find(|step| step.call == call)
                .and_then(|step| step.x0_image.clone());
            news(stored.map_or_else(
                || News::Failed(Problem::new("replay-no-vae")),
                |picture| News::X0 { call, picture },
            ));
        }
    }
}

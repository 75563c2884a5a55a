//! The live source keeps its contract with the screen: it answers every order, a cancelled frame
//! can be asked for again, and a model stays open while only settings change.

#![expect(clippy::unwrap_used, reason = "the model is the project's own")]

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use safelight::source::{News, Order, Source, live};
use safelight::walk::{Asked, DeviceChoice, Frame, Stage};

use crate::reference_files::{Copied, own_root};

/// No answer within this time is a failure.
const PATIENCE: Duration = Duration::from_mins(2);

struct Screen {
    source: Source,
    news: Receiver<(u64, News)>,
}

impl Screen {
    fn new() -> Self {
        let (told, news) = channel();
        let source = live(move |generation, news| drop(told.send((generation, news))));
        Self { source, news }
    }

    fn order(&self, order: Order) {
        self.source.order(order);
    }

    /// The next news that is no progress.
    fn hear(&self) -> News {
        loop {
            match self.news.recv_timeout(PATIENCE).unwrap().1 {
                News::Progress(_) => {}
                news => return news,
            }
        }
    }

    fn next(&self) -> Frame {
        self.order(Order::Next);
        match self.hear() {
            News::Frame(frame) => *frame,
            other => unreachable!("{other:?}"),
        }
    }
}

fn tiny() -> Copied {
    Copied::of(&own_root().join("models/sd1"))
}

fn asked(model: &Copied, seed: u64) -> Asked {
    Asked {
        model: Some(model.path()),
        prompt: Some("a cat".into()),
        seed: Some(seed),
        steps: Some(2),
        width: Some(16),
        height: Some(8),
        device: DeviceChoice::Cpu,
        ..Asked::default()
    }
}

#[test]
fn a_walk_is_opened_stepped_through_and_finished() {
    let (screen, model) = (Screen::new(), tiny());
    screen.order(Order::Begin(Box::new(asked(&model, 1))));
    let News::Opened { settings, calls, note, .. } = screen.hear() else { unreachable!() };
    // PNDM calls once more than it has steps.
    assert_eq!((settings.steps, calls, note), (2, 3, None));
    let stages: Vec<Stage> = (0..calls + 6).map(|_| screen.next().stage()).collect();
    let first = [Stage::Tokens, Stage::Embeddings, Stage::Schedule, Stage::Noise];
    assert_eq!(stages[..4], first);
    assert_eq!(stages[4 + calls..], [Stage::Decode, Stage::Image]);
    assert_eq!(screen.hear(), News::Finished);
    screen.order(Order::Next);
    assert_eq!(screen.hear(), News::Finished, "there is no frame after the last");
}

#[test]
fn a_cancelled_frame_can_be_asked_for_again_and_is_the_same() {
    let (screen, model) = (Screen::new(), tiny());
    let walk = || {
        screen.order(Order::Begin(Box::new(asked(&model, 3))));
        assert!(matches!(screen.hear(), News::Opened { .. }));
        (0..4).for_each(|_| drop(screen.next()));
    };
    walk();
    let Frame::Step(straight) = screen.next() else { unreachable!() };
    walk();
    screen.order(Order::Next);
    // The first part of the network is done: give up.
    loop {
        match screen.news.recv_timeout(PATIENCE).unwrap().1 {
            News::Progress(progress) if progress.stage == Stage::Step => break,
            News::Frame(_) => unreachable!("the frame was whole before any part was told"),
            _ => {}
        }
    }
    screen.source.cancel();
    match screen.hear() {
        News::Cancelled => {
            let Frame::Step(again) = screen.next() else { unreachable!() };
            assert_eq!((again.call, again.next), (0, straight.next));
        }
        // The network was faster than the cancelling: nothing was lost either.
        News::Frame(frame) => {
            assert_eq!(frame.as_step().map(|step| &step.next), Some(&straight.next));
        }
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn the_model_stays_open_while_only_settings_change() {
    let (screen, model) = (Screen::new(), tiny());
    screen.order(Order::Begin(Box::new(asked(&model, 1))));
    assert!(matches!(screen.hear(), News::Opened { .. }));
    model.remove("unet/diffusion_pytorch_model.safetensors");
    model.remove("tokenizer/tokenizer.json");
    screen.order(Order::Begin(Box::new(asked(&model, 2))));
    assert!(matches!(screen.hear(), News::Opened { .. }));
    assert_eq!(screen.source.generation(), 2);
    for _ in 0..5 {
        screen.next();
    }
}

#[test]
fn what_cannot_be_done_is_told_and_the_worker_goes_on() {
    let (screen, model) = (Screen::new(), tiny());
    let failed = |order: Order| {
        screen.order(order);
        match screen.hear() {
            News::Failed(problem) => problem,
            other => unreachable!("{other:?}"),
        }
    };
    assert_eq!(failed(Order::Next).key(), "walk-not-begun");
    let nowhere = Asked { model: Some("no such folder".into()), ..Asked::default() };
    assert_eq!(failed(Order::Begin(Box::new(nowhere))).key(), "model-missing");
    let wrong = Asked { steps: Some(0), ..asked(&model, 1) };
    assert!(failed(Order::Begin(Box::new(wrong))).is_usage());
    screen.order(Order::Begin(Box::new(asked(&model, 1))));
    assert!(matches!(screen.hear(), News::Opened { .. }));
    assert_eq!(failed(Order::DecodeX0 { call: 0 }).key(), "x0-not-yet");
    (0..5).for_each(|_| drop(screen.next()));
    screen.order(Order::DecodeX0 { call: 0 });
    let News::X0 { call: 0, picture } = screen.hear() else { unreachable!() };
    assert_eq!((picture.width(), picture.height()), (16, 8));
}

#[test]
fn a_new_walk_gives_up_the_one_under_way() {
    let (screen, model) = (Screen::new(), tiny());
    screen.order(Order::Begin(Box::new(asked(&model, 1))));
    assert!(matches!(screen.hear(), News::Opened { .. }));
    for _ in 0..20 {
        screen.order(Order::Next);
    }
    screen.order(Order::Begin(Box::new(asked(&model, 2))));
    // Frames and cancellings of the first walk carry its number; the second begins at tokens.
    loop {
        match screen.news.recv_timeout(PATIENCE).unwrap() {
            (1, _) | (2, News::Progress(_)) => {}
            (2, News::Opened { settings, .. }) => {
                assert_eq!(settings.seed, 2);
                break;
            }
            other => unreachable!("{other:?}"),
        }
    }
    assert_eq!(screen.next().stage(), Stage::Tokens);
}

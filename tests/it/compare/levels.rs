//! Schedules on one axis, and guidance mixed again.

use safelight::compare::{Levels, Reason, Run, remix};
use safelight::walk::{Formula, Frame, Quantity, Term};

use super::{changed, run, scheduled};

#[test]
fn schedules_of_all_runs_stand_on_one_axis() {
    let runs = [scheduled(&[10.0, 1.0, 0.0]), run(1), Run::waiting(3, String::new())];
    let levels = Levels::of(&runs);
    assert_eq!((levels.runs.len(), levels.calls()), (2, 20));
    assert_eq!(levels.runs[0].sigma, [(0.0, 10.0), (1.0, 1.0), (2.0, 0.0)]);
    let alpha: Vec<f32> = levels.runs[0].alpha.iter().map(|p| p.1).collect();
    assert!((alpha[0] - 1.0 / 101.0).abs() < 1e-6 && (alpha[1] - 0.5).abs() < 1e-6);
    assert_eq!((alpha[2], levels.runs[1].steps), (1.0, 20));
    assert!(levels.largest() >= 10.0 && levels.smallest().is_some_and(|s| s > 0.0 && s <= 1.0));
}

#[test]
fn the_recorded_scale_gives_the_recorded_step() {
    let run = run(1);
    let step = run.step_at(7).expect("there");
    let same = remix(&run, 7, 4.0, false).expect("a pair");
    assert_eq!((&same.pred, same.call), (&step.pred, 7));
    for (mixed, recorded) in [(&same.x0, &step.x0), (&same.next, &step.next)] {
        let pairs = mixed.data().iter().zip(recorded.data());
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4));
    }
    let off = remix(&run, 7, 1.0, true).expect("a pair");
    assert_eq!((&off.pred, off.from_16_bit), (&step.pred_text, true));
    let more = remix(&run, 7, 8.0, false).expect("a pair");
    assert_ne!((more.pred, more.next), (same.pred, same.next));
}

#[test]
fn what_cannot_be_mixed_again_is_said() {
    let without = changed(1, |step| step.pred_uncond = None);
    assert_eq!(remix(&without, 3, 5.0, false), Err(Reason::NoGuidance));
    assert!(matches!(remix(&run(1), 20, 5.0, false), Err(Reason::Missing(_))));
    let mut multistep = changed(1, |step| {
        let of = Quantity::X0OfCall(step.call.saturating_sub(1));
        step.formula = Formula { next: vec![Term { factor: 2.0, of }], ..step.formula.clone() };
    });
    let before = multistep.step_at(4).expect("there").x0.clone();
    let mixed = remix(&multistep, 5, 9.0, false).expect("a pair");
    assert_eq!(mixed.next, before.map(|x| x * 2.0), "the earlier call stays as it was");
    multistep.frames.retain(|frame| !matches!(frame, Frame::Step(step) if step.call < 5));
    assert_eq!(remix(&multistep, 5, 9.0, false), Err(Reason::EarlierCall));
}

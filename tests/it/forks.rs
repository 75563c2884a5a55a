//! Forks: the past is shared as it is, what changes is what was asked for, and what can be known of
//! the result by another way comes out.

#![expect(clippy::unwrap_used, reason = "the model is the project's own")]

use std::sync::LazyLock;

use safelight::engine::{Engine, Look, next_together};
use safelight::walk::statistics::relative_error;
use safelight::walk::{
    Asked, Blend, Change, DeviceChoice, ForkAsked, Frame, FreshNoise, Off, OffWay, Sampler,
    Settings, Step, Unwatched,
};

const PROMPT: &str = "a red cat on a blue background";
/// A divisor of the 1,000 training steps: else DDIM's next level is not quite the next of the list.
const STEPS: usize = 8;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::open(&asked(), &Unwatched).unwrap());

fn asked() -> Asked {
    Asked {
        prompt: Some(PROMPT.into()),
        seed: Some(3),
        steps: Some(STEPS),
        device: DeviceChoice::Cpu,
        ..Asked::default()
    }
}

fn walk(asked: &Asked) -> (Settings, Vec<Frame>) {
    let settings = ENGINE.settle(asked).unwrap();
    let mut walk = ENGINE.walk(&settings, Look::SCREEN).unwrap();
    let frames = std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).collect();
    (settings, frames)
}

fn fork((settings, past): &(Settings, Vec<Frame>), call: usize, change: Change) -> Vec<Frame> {
    let asked = ForkAsked { settings: settings.clone(), past: past.clone(), call, change };
    let mut walk = ENGINE.fork(&asked, Look::SCREEN).unwrap();
    std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).collect()
}

fn steps(frames: &[Frame]) -> Vec<&Step> {
    frames.iter().filter_map(Frame::as_step).collect()
}

fn picture(frames: &[Frame]) -> &[f32] {
    let Some(Frame::Image(image)) = frames.last() else { unreachable!() };
    image.image.data()
}

/// Frames without the times that they took.
fn timeless(frames: &[Frame]) -> Vec<Frame> {
    let without = |frame: &Frame| match frame.clone() {
        Frame::Step(mut step) => {
            (step.seconds, step.peak_mb) = (0.0, None);
            Frame::Step(step)
        }
        Frame::Decode(mut decode) => {
            decode.seconds = 0.0;
            Frame::Decode(decode)
        }
        other => other,
    };
    frames.iter().map(without).collect()
}

#[test]
fn a_fork_that_changes_nothing_is_the_same_walk_to_the_last_bit() {
    for sampler in Sampler::ALL {
        let eta = (sampler == Sampler::Ddim).then_some(0.7);
        let parent = walk(&Asked { sampler: Some(sampler), eta, ..asked() });
        for call in [0, 1, 3] {
            let same = fork(&parent, call, Change::default());
            assert!(timeless(&same) == timeless(&parent.1), "{} at {call}", sampler.name());
        }
    }
}

#[test]
fn the_past_is_shared_and_the_rest_is_not() {
    let parent = walk(&asked());
    let other = fork(&parent, 3, Change { guidance: Some(1.0), ..Change::default() });
    let (ours, theirs) = (steps(&parent.1), steps(&other));
    assert_eq!(ours[2], theirs[2]);
    assert_eq!(ours[3].latent, theirs[3].latent);
    assert!(theirs[3].pred_uncond.is_none(), "guidance is off");
    assert_ne!(ours[4].latent, theirs[4].latent);
}

#[test]
fn another_prompt_from_the_first_call_on_is_a_walk_with_that_prompt() {
    let other = "a green fish on a white background";
    let parent = walk(&asked());
    let swapped = fork(&parent, 0, Change { prompt: Some(other.into()), ..Change::default() });
    let (_, whole) = walk(&Asked { prompt: Some(other.into()), ..asked() });
    assert!(timeless(&swapped) == timeless(&whole));
}

/// DDIM without fresh noise and Euler solve the same equation by the same rule, each in its own
/// scale (Song et al. 2020, section 4.3): changing between them in the middle changes nothing.
#[test]
fn another_sampler_starts_at_the_same_noise_level_in_its_own_scale() {
    let parent = walk(&asked());
    let call = 3;
    let forked = fork(&parent, call, Change { sampler: Some(Sampler::Euler), ..Change::default() });
    let (ours, theirs) = (steps(&parent.1), steps(&forked));
    assert_eq!(theirs.len(), ours.len());
    for (a, b) in ours.iter().zip(&theirs) {
        assert!((a.sigma / b.sigma - 1.0).abs() < 1e-5, "{} {}", a.sigma, b.sigma);
        let (a, b) = (a.common_latent(), b.common_latent());
        assert!(relative_error(b.data(), a.data()) < 1e-4);
    }
    assert!(theirs[call].formula.input_scale < 1.0, "Euler's scale");
    assert!(relative_error(picture(&forked), picture(&parent.1)) < 1e-3);
}

/// A multistep sampler that takes over has no past: its first step is DDIM's (Lu et al. 2022).
#[test]
fn a_multistep_sampler_begins_anew() {
    let parent = walk(&asked());
    for sampler in [Sampler::DpmPp2m, Sampler::UniPc, Sampler::Pndm] {
        let change = Change { sampler: Some(sampler), ..Change::default() };
        let asked = ForkAsked {
            settings: parent.0.clone(),
            past: parent.1.clone(),
            call: 3,
            change: change.clone(),
        };
        assert_eq!(asked.restart().unwrap().key(), "fork-restarts");
        let forked = fork(&parent, 3, change);
        let first = steps(&forked)[3].common_next();
        let ddim = steps(&parent.1)[3].common_next();
        assert!(relative_error(first.data(), ddim.data()) < 1e-4, "{}", sampler.name());
        assert!(picture(&forked).iter().all(|x| x.is_finite()));
    }
    let pndm = fork(&parent, 3, Change { sampler: Some(Sampler::Pndm), ..Change::default() });
    let levels: Vec<f32> = steps(&pndm).iter().map(|step| step.sigma_next).collect();
    assert_eq!(levels.len(), STEPS + 1, "one call more");
}

/// Whatever walked before and whatever takes over: the latent at the branching point is the same in
/// the common scale, the levels only fall, and the walk comes to its end.
#[test]
fn every_sampler_takes_over_from_every_other_at_the_level_that_was_reached() {
    for before in [Sampler::Ddim, Sampler::Heun, Sampler::UniPc, Sampler::Lcm] {
        let parent = walk(&Asked { sampler: Some(before), steps: Some(4), ..asked() });
        let call = 2;
        for sampler in Sampler::ALL.into_iter().filter(|sampler| *sampler != before) {
            let change = Change { sampler: Some(sampler), ..Change::default() };
            let asked = ForkAsked {
                settings: parent.0.clone(),
                past: parent.1.clone(),
                call,
                change: change.clone(),
            };
            let again = ENGINE.fork(&asked, Look::default()).unwrap().settings().asked_again();
            assert_eq!(ENGINE.settle(&again).unwrap().sampler, sampler, "asked for again");
            let forked = fork(&parent, call, change);
            let (ours, theirs) = (steps(&parent.1), steps(&forked));
            let name = format!("{} after {}", sampler.name(), before.name());
            assert!((ours[call].sigma / theirs[call].sigma - 1.0).abs() < 1e-5, "{name}");
            let (a, b) = (ours[call].common_latent(), theirs[call].common_latent());
            assert!(relative_error(b.data(), a.data()) < 1e-5, "{name}");
            assert!(theirs.windows(2).all(|pair| pair[1].sigma <= pair[0].sigma), "{name}");
            assert!(theirs.last().unwrap().sigma_next < 0.1, "{name}");
            assert!(picture(&forked).iter().all(|x| x.is_finite()), "{name}");
        }
    }
}

#[test]
fn fresh_noise_keeps_the_noise_level() {
    let parent = walk(&asked());
    let with = |share| {
        let fresh_noise = Some(FreshNoise { share, seed: 5 });
        fork(&parent, 2, Change { fresh_noise, ..Change::default() })
    };
    let latent = |frames: &[Frame]| steps(frames)[2].latent.clone();
    let old = latent(&parent.1);
    assert!(relative_error(latent(&with(0.0)).data(), old.data()) < 1e-5);
    let fresh = latent(&with(1.0));
    let norm = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>().sqrt();
    let ratio = norm(fresh.data()) / norm(old.data());
    assert!((0.85..1.15).contains(&ratio), "{ratio}");
    assert!(relative_error(fresh.data(), old.data()) > 0.2);
}

#[test]
fn a_blend_lies_between_its_texts() {
    let other = "a green fish on a white background";
    let parent = walk(&asked());
    let with = |weight| {
        let blend = Some(Blend { prompt: other.into(), weight });
        fork(&parent, 0, Change { blend, ..Change::default() })
    };
    assert!(relative_error(picture(&with(0.0)), picture(&parent.1)) < 1e-4);
    let (_, whole) = walk(&Asked { prompt: Some(other.into()), ..asked() });
    assert!(relative_error(picture(&with(1.0)), picture(&whole)) < 1e-4);
}

#[test]
fn a_piece_is_turned_off_in_three_ways_that_are_not_the_same() {
    let parent = walk(&asked());
    let place = 2;
    let with =
        |way| fork(&parent, 0, Change { off: Some(Off { place, way }), ..Change::default() });
    let ids = |frames: &[Frame]| match &frames[0] {
        Frame::Tokens(tokens) => tokens.encoders[0].prompt.ids.clone(),
        _ => unreachable!(),
    };
    let (deleted, padded, masked) =
        (with(OffWay::Deleted), with(OffWay::Padded), with(OffWay::Masked));
    let (_, without_word) =
        walk(&Asked { prompt: Some("a cat on a blue background".into()), ..asked() });
    assert_eq!(ids(&deleted), ids(&without_word));
    assert_eq!(picture(&deleted), picture(&without_word));
    let (old, new) = (ids(&parent.1), ids(&padded));
    assert_eq!((new[1], new[3]), (old[1], old[3]));
    assert_eq!(new[place], *old.last().unwrap(), "padding stands in its place");
    assert_eq!(ids(&masked), old);
    let rows = &steps(&masked)[0].attention.as_ref().unwrap().rows;
    assert!(rows.plane(place).iter().all(|x| *x == 0.0), "nothing draws on it");
    let cells = rows.width() * rows.height();
    for cell in 0..cells {
        let sum: f32 = (0..rows.planes()).map(|row| rows.plane(row)[cell]).sum();
        assert!((sum - 1.0).abs() < 1e-4);
    }
    assert_ne!(picture(&masked), picture(&deleted));
    assert_ne!(picture(&masked), picture(&padded));
}

#[test]
fn what_cannot_be_forked_is_refused_by_name() {
    let parent = walk(&asked());
    let problem = |call: usize, change: Change| {
        let asked = ForkAsked { settings: parent.0.clone(), past: parent.1.clone(), call, change };
        let begun = ENGINE.fork(&asked, Look::SCREEN);
        begun
            .and_then(|mut walk| walk.next(&Unwatched).unwrap().map(|_| ()))
            .unwrap_err()
            .key()
            .to_owned()
    };
    assert_eq!(problem(STEPS, Change::default()), "fork-no-past");
    let guidance = Some(-1.0);
    assert_eq!(problem(1, Change { guidance, ..Change::default() }), "guidance-range");
    let off = Some(Off { place: 9, way: OffWay::Masked });
    assert_eq!(problem(1, Change { off, ..Change::default() }), "off-place");
    let blend = Some(Blend { prompt: "x".into(), weight: 2.0 });
    assert_eq!(problem(1, Change { blend, ..Change::default() }), "blend-range");
}

#[test]
fn walks_in_step_are_the_walks_alone() {
    let seeds = [3u64, 4, 5];
    let settings = |seed| ENGINE.settle(&Asked { seed: Some(seed), ..asked() }).unwrap();
    let mut walks: Vec<_> =
        seeds.map(|seed| ENGINE.walk(&settings(seed), Look::SCREEN).unwrap()).into();
    let mut frames: Vec<Vec<Frame>> = vec![Vec::new(); seeds.len()];
    while !walks[0].finished() {
        let mut together: Vec<_> = walks.iter_mut().collect();
        for (frames, frame) in frames.iter_mut().zip(next_together(&mut together, &Unwatched)) {
            frames.push(frame.unwrap().unwrap());
        }
    }
    for (seed, frames) in seeds.into_iter().zip(frames) {
        let (_, alone) = walk(&Asked { seed: Some(seed), ..asked() });
        assert_eq!(frames.len(), alone.len());
        for (a, b) in steps(&frames).into_iter().zip(steps(&alone)) {
            assert!(relative_error(a.pred.data(), b.pred.data()) < 1e-5);
            let rows = |step: &Step| step.attention.clone().unwrap().rows;
            let error = relative_error(rows(a).data(), rows(b).data());
            assert!(error < 1e-4, "{error}");
        }
        assert!(relative_error(picture(&frames), picture(&alone)) < 1e-5);
    }
}

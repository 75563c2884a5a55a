//! The views from schedule to picture: whole screens against snapshots, and what they print
//! against the numbers that it is printed from.

#![expect(clippy::unwrap_used, reason = "what is not on the screen fails the test")]

use std::sync::LazyLock;

use ratatui::layout::Rect;

use safelight::app::{App, LatentLook, NotesDepth, Scene, Target};
use safelight::views::{self, Colours, Ground, Marks, Shown};
use safelight::walk::{Asked, Frame, Picture, Stage};
use safelight::words::Language;

use super::frames;
use crate::drawn::{buffer, text, text_on};

const SCHEDULE: usize = 2;
pub(crate) const NOISE: usize = 3;
pub(crate) const STEP: usize = 10;
pub(crate) const DECODE: usize = 4 + frames::CALLS;
pub(crate) const IMAGE: usize = 5 + frames::CALLS;

/// The walk made by hand with the frame at `place` on screen.
pub(crate) fn app(place: usize) -> App {
    static WHOLE: LazyLock<App> = LazyLock::new(|| {
        let walk = frames::walk();
        let mut app = App::new(Language::En, Asked::default());
        app.scene = Scene::Walk;
        app.walk.card = Some(walk.card);
        app.walk.settings = Some(walk.settings);
        app.walk.calls = walk.calls;
        app.walk.frames = walk.frames;
        app.look.piece = 3;
        app
    });
    let mut app = WHOLE.clone();
    app.walk.at = place;
    app
}

pub(crate) fn plain(app: &App, width: u16, height: u16) -> String {
    text(app, (width, height))
}

/// Everything between `before` and `after`, wherever it occurs.
fn all_between<'a>(text: &'a str, before: &'a str, after: &'a str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

fn number(text: &str) -> f32 {
    text.trim().replace('−', "-").parse().unwrap()
}

#[test]
fn every_stage_at_three_sizes() {
    for (place, name) in [
        (SCHEDULE, "schedule"),
        (NOISE, "noise"),
        (STEP, "step"),
        (DECODE, "decode"),
        (IMAGE, "image"),
    ] {
        for (width, height) in [(80, 24), (120, 40), (160, 50)] {
            let screen = plain(&app(place), width, height);
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), screen);
        }
    }
}

#[test]
fn every_stage_in_chinese() {
    for (place, name) in [
        (SCHEDULE, "schedule"),
        (NOISE, "noise"),
        (STEP, "step"),
        (DECODE, "decode"),
        (IMAGE, "image"),
    ] {
        let mut app = app(place);
        app.language = Language::Zh;
        insta::assert_snapshot!(format!("{name}-zh-80x24"), plain(&app, 80, 24));
    }
}

#[test]
fn a_decoding_in_tiles_says_so_where_it_stands() {
    let mut app = app(DECODE);
    if let Some(Frame::Decode(decode)) = app.walk.frames.get_mut(DECODE) {
        decode.tiles = 9;
    }
    for (language, words) in
        [(Language::En, "9 blended tiles: approximate"), (Language::Zh, "分 9 块")]
    {
        app.language = language;
        assert!(plain(&app, 80, 24).contains(words), "{}", plain(&app, 80, 24));
    }
}

#[test]
fn a_step_turned_and_enlarged() {
    let mut guidance = app(STEP);
    guidance.look.turn[Stage::Step.index()] = 1;
    guidance.look.latent = LatentLook::Channel(1);
    insta::assert_snapshot!("step-guidance-80x24", plain(&guidance, 80, 24));
    let mut attention = app(STEP);
    attention.look.turn[Stage::Step.index()] = 2;
    attention.look.attention = true;
    insta::assert_snapshot!("step-attention-80x24", plain(&attention, 80, 24));
    let mut by_hand = app(STEP);
    by_hand.look.by_hand = true;
    by_hand.look.lens = (5, 6);
    insta::assert_snapshot!("step-by-hand-80x24", plain(&by_hand, 80, 24));
    insta::assert_snapshot!("step-by-hand-120x40", plain(&by_hand, 120, 40));
    let mut enlarged = app(STEP);
    enlarged.look.enlarged = true;
    enlarged.look.picture = 6;
    insta::assert_snapshot!("step-enlarged-120x40", plain(&enlarged, 120, 40));
}

#[test]
fn without_colours_the_pictures_are_shades_and_signs() {
    let ground = Ground { colours: Colours::None, ..Ground::default() };
    let mut step = app(STEP);
    step.look.latent = LatentLook::Channel(0);
    insta::assert_snapshot!("step-no-colour-80x24", text_on(&step, ground, (80, 24)));
    let ascii = Ground { marks: Marks::Ascii, ..ground };
    insta::assert_snapshot!("noise-ascii-80x24", text_on(&app(NOISE), ascii, (80, 24)));
}

#[test]
fn no_size_and_no_look_breaks_a_view() {
    for place in [SCHEDULE, NOISE, 4, STEP, DECODE - 1, DECODE, IMAGE] {
        for variant in 0..6 {
            let mut app = app(place);
            app.notes = NotesDepth::Off;
            app.look.enlarged = variant & 1 > 0;
            app.look.by_hand = variant & 2 > 0;
            app.look.attention = variant & 4 > 0;
            app.look.raw = variant & 1 > 0;
            app.look.turn = [variant * 5; Stage::COUNT];
            app.look.picture = variant * 7;
            app.look.lens = (variant * 30, variant * 11);
            app.look.pixel = app.look.lens;
            app.look.latent =
                if variant % 2 > 0 { LatentLook::Channel(9) } else { LatentLook::Preview };
            for width in [1, 39, 40, 41, 48, 60, 79, 80, 111, 118, 150, 200] {
                for height in [1, 11, 12, 13, 17, 18, 21, 24, 31, 40, 50, 90] {
                    buffer(&app, Ground::default(), (width, height));
                }
            }
        }
    }
}

#[test]
fn a_walk_without_guidance_attention_or_preview_says_so() {
    let mut app = app(STEP);
    app.walk.card = None;
    for frame in &mut app.walk.frames {
        if let Frame::Step(step) = frame {
            step.pred_uncond = None;
            step.attention = None;
        }
    }
    let screen = plain(&app, 160, 40);
    assert!(screen.contains("Guidance is off"), "{screen}");
    assert!(screen.contains("No attention was kept"), "{screen}");
    assert!(screen.contains("channel 1, ±3"), "{screen}");
    buffer(&app, Ground::default(), (80, 24));
}

#[test]
fn the_printed_factor_times_the_printed_limit_is_the_limit_of_the_others() {
    for place in 4..DECODE {
        let mut app = app(place);
        app.look.latent = LatentLook::Channel(0);
        let screen = plain(&app, 140, 40);
        let look = screen.split("channel 1, ±").find(|part| part.contains(", ×")).unwrap();
        let (limit, rest) = look.split_once(", ×").unwrap();
        let factor = number(rest.split_whitespace().next().unwrap());
        let product = number(limit) * factor;
        assert!((product - 3.0).abs() < 0.1, "{limit} × {factor}");
        let Some(step) = app.walk.frame().and_then(Frame::as_step) else { continue };
        let largest =
            step.difference().unwrap().plane(0).iter().fold(0.0f32, |most, x| most.max(x.abs()));
        assert!(largest <= 3.0 / factor * 1.001, "nothing is cut: {largest} × {factor}");
    }
}

#[test]
fn limits_are_the_same_at_every_step() {
    let limits = |place: usize, look: LatentLook, raw: bool| {
        let mut app = app(place);
        app.look.latent = look;
        app.look.raw = raw;
        let screen = plain(&app, 140, 40);
        let mut found: Vec<String> = all_between(&screen, "±", " ")
            .into_iter()
            .chain(all_between(&screen, "0…", " "))
            .filter(|limit| !limit.ends_with(','))
            .map(str::to_owned)
            .collect();
        found.sort();
        found
    };
    for look in [LatentLook::Preview, LatentLook::Channel(2)] {
        for raw in [false, true] {
            let first = limits(4, look, raw);
            assert!(!first.is_empty());
            for place in 5..DECODE {
                assert_eq!(limits(place, look, raw), first, "step {place}");
            }
        }
    }
}

#[test]
fn one_number_by_hand_comes_out_as_the_engine_stored_it() {
    for place in [4, STEP, DECODE - 1] {
        for (lens, channel) in [((0, 0), 0), ((5, 6), 1), ((15, 15), 3)] {
            let mut app = app(place);
            app.look.by_hand = true;
            app.look.lens = lens;
            app.look.pixel = lens;
            app.look.latent = LatentLook::Channel(channel);
            let screen = plain(&app, 150, 40);
            let line = screen.lines().find(|line| line.trim().starts_with("next = ")).unwrap();
            let result = line.rsplit("= ").next().unwrap().split_whitespace().next();
            let result = number(result.unwrap());
            let stored = screen.split("stored: ").nth(1).unwrap();
            let stored = stored.split_whitespace().next().unwrap();
            assert!((result - number(stored)).abs() < 2e-4, "{line}");
            let step = app.walk.frame().and_then(Frame::as_step).unwrap();
            let there = step.next.plane(channel)[lens.1 * frames::EDGE + lens.0];
            assert!((number(stored) - there).abs() < 1e-4, "{line}");
        }
    }
}

#[test]
fn noise_is_told_by_two_factors_and_never_by_a_per_cent() {
    for level in 0..frames::CALLS {
        let mut app = app(SCHEDULE);
        app.look.turn[Stage::Schedule.index()] = level;
        let screen = plain(&app, 120, 40);
        assert!(!screen.contains('%'), "{screen}");
        let line = screen.lines().find(|line| line.contains("× picture + ")).unwrap();
        let signal = number(line.split(" × picture").next().unwrap());
        let noise = number(all_between(line, "× picture + ", " × noise")[0]);
        assert!((signal * signal + noise * noise - 1.0).abs() < 5e-3, "{line}");
    }
}

#[test]
fn true_pictures_leave_slots_and_previews_leave_none() {
    let pictures = |app: &App, width, height| -> Vec<Picture> {
        let slots = buffer(app, Ground::default(), (width, height)).1;
        slots
            .into_iter()
            .filter_map(|slot| match slot.shown {
                Shown::Picture(picture) => Some(picture),
                Shown::Curves(_) => None,
            })
            .collect()
    };
    assert_eq!(pictures(&app(IMAGE), 120, 40).len(), 1);
    assert!(pictures(&app(SCHEDULE), 80, 24).len() >= 2);
    let mut step = app(STEP);
    assert!(pictures(&step, 120, 40).is_empty());
    let Some(Frame::Image(image)) = step.walk.frames.get(IMAGE) else { unreachable!() };
    let picture = image.picture().unwrap();
    step.walk.x0_pictures.insert(STEP - 4, picture.clone());
    assert_eq!(pictures(&step, 120, 40), [picture]);
}

#[test]
fn curves_leave_slots_where_the_program_chooses_the_colours() {
    let curves = |colours| {
        let ground = Ground { colours, ..Ground::default() };
        let slots = buffer(&app(STEP), ground, (120, 40)).1;
        slots.iter().filter(|slot| matches!(slot.shown, Shown::Curves(_))).count()
    };
    assert_eq!(curves(Colours::True), 3);
    assert_eq!(curves(Colours::Ansi256), 3);
    assert_eq!(curves(Colours::Ansi16), 0);
}

#[test]
fn a_click_on_a_picture_chooses_that_picture() {
    for turn in 0..3 {
        let mut app = app(STEP);
        app.look.turn[Stage::Step.index()] = turn;
        let area = Rect::new(0, 0, 120, 40);
        let screen = plain(&app, 120, 40);
        let (row, line) =
            screen.lines().enumerate().find(|(_, line)| line.contains("ε with prompt")).unwrap();
        let column = line.split("ε with prompt").next().unwrap().chars().count();
        let target = views::target(&app, area, column as u16, row as u16);
        let Some(Target::Picture(place)) = target else { panic!("{target:?}") };
        app.look.picture = place;
        assert!(plain(&app, 120, 40).contains("▸ ε with prompt"), "turned {turn}");
    }
}

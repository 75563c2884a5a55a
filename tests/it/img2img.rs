//! A walk that begins from a picture: its stage on screen, its frames through a recording, its
//! branches, and what flags and files that cannot be meet.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use safelight::app::{App, Code, Event, Key, LatentLook, Scene, update};
use safelight::engine::{Engine, Look};
use safelight::export::{html, png};
use safelight::recording::{Precision, read, write};
use safelight::source::Recorded;
use safelight::walk::statistics::relative_error;
use safelight::walk::{
    Asked, Change, DeviceChoice, ForkAsked, Frame, ImageAsked, Picture, Sampler, Settings, Stage,
    Unwatched,
};
use safelight::words::{Language, Words};

use crate::frames;
use crate::stages::plain;

pub(crate) fn app(place: usize, language: Language) -> App {
    let walk = frames::from_picture();
    let mut app = App::new(language, Asked::default());
    app.scene = Scene::Walk;
    (app.walk.card, app.walk.settings) = (Some(walk.card), Some(walk.settings));
    (app.walk.calls, app.walk.frames) = (walk.calls, walk.frames);
    app.walk.at = place;
    app
}

const ENCODE: usize = 3;

#[test]
fn the_stage_on_screen() {
    for (width, height) in [(80, 24), (120, 40)] {
        for language in Language::ALL {
            let screen = plain(&app(ENCODE, language), width, height);
            insta::assert_snapshot!(format!("encode-{width}x{height}-{}", language.code()), screen);
        }
    }
    let mut channel = app(ENCODE, Language::En);
    channel.look.latent = LatentLook::Channel(1);
    channel.look.picture = 4;
    insta::assert_snapshot!("encode-channel-80x24", plain(&channel, 80, 24));
    insta::assert_snapshot!("encode-schedule-80x24", plain(&app(2, Language::En), 80, 24));
    insta::assert_snapshot!("encode-schedule-120x40", plain(&app(2, Language::En), 120, 40));
}

#[test]
fn its_key_goes_there_and_says_so_where_there_is_none() {
    let press = |app: &mut App| drop(update(app, Event::Key(Key::plain(Code::Char('0')))));
    let mut here = app(9, Language::En);
    press(&mut here);
    assert_eq!((here.walk.at, here.walk.stage()), (ENCODE, Stage::Encode));
    let mut none = App::new(Language::En, Asked::default());
    none.scene = Scene::Walk;
    let walk = frames::walk();
    (none.walk.settings, none.walk.calls, none.walk.frames) =
        (Some(walk.settings), walk.calls, walk.frames);
    press(&mut none);
    assert_eq!(none.walk.at, 0);
    assert_eq!(none.toast.as_ref().unwrap().0, "toast.no-encode");
}

#[test]
fn the_rail_counts_the_steps_that_are_made() {
    let screen = plain(&app(5, Language::En), 120, 40);
    assert!(screen.contains("0 encode") && screen.contains("steps 1/16"), "{screen}");
}

#[test]
fn a_recording_gives_it_back_with_its_picture() {
    let walk = frames::from_picture();
    let folder = tempfile::tempdir().unwrap();
    for precision in [Precision::Full, Precision::Compact] {
        let path = folder.path().join(precision.name());
        write(&path, false, precision, (&walk.settings, &walk.card, walk.calls), &walk.frames)
            .unwrap();
        let back = read(&path).unwrap();
        assert_eq!(back.settings, walk.settings, "the picture's pixels too");
        assert_eq!(back.frames.len(), walk.frames.len());
        assert!(back.frames[2] == walk.frames[2]);
        if precision == Precision::Full {
            assert!(back.frames == walk.frames);
        }
        let (Frame::Encode(came), Frame::Encode(went)) = (&back.frames[3], &walk.frames[3]) else {
            unreachable!()
        };
        assert_eq!((came.picture(), &came.back), (went.picture(), &went.back));
        assert!(relative_error(came.latent().data(), went.latent().data()) < 1e-3);
    }
}

#[test]
fn a_page_has_the_picture() {
    let Recorded { settings, card, frames, .. } = frames::from_picture();
    let describe = |_: &Picture, _: Words| String::new();
    let page = html::Page {
        settings: &settings,
        card: &card,
        frames: &frames,
        language: Language::En,
        describe: &describe,
    };
    let text = html::text(&page);
    assert!(text.contains("\"encode\":{\"back\":{") && text.contains("function encodeStage"));
}

fn start(folder: &Path) -> PathBuf {
    let picture = Picture::from_fn(64, 64, |x, y| {
        if (20..44).contains(&x) && (24..52).contains(&y) { [220, 40, 40] } else { [40, 90, 200] }
    });
    let path = folder.join("start.png");
    png::write(&picture, 1, None, &path).unwrap();
    path
}

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::open(&Asked::default(), &Unwatched).unwrap());

fn asked(file: &Path) -> Asked {
    Asked {
        prompt: Some("a red cat on a blue background".into()),
        seed: Some(3),
        steps: Some(8),
        image: Some(ImageAsked::file(file.to_str().unwrap())),
        strength: Some(0.5),
        device: DeviceChoice::Cpu,
        ..Asked::default()
    }
}

fn walked(asked: &Asked) -> (Settings, Vec<Frame>) {
    let settings = ENGINE.settle(asked).unwrap();
    let mut walk = ENGINE.walk(&settings, Look::SCREEN).unwrap();
    let frames = std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).collect();
    (settings, frames)
}

fn picture(frames: &[Frame]) -> Picture {
    let Some(Frame::Image(image)) = frames.last() else { unreachable!() };
    image.picture().unwrap()
}

fn apart(a: &Picture, b: &Picture) -> f64 {
    let bytes = |p: &Picture| p.rgb().iter().map(|v| f32::from(*v)).collect::<Vec<f32>>();
    relative_error(&bytes(a), &bytes(b))
}

/// The model inside has an encoder of its own: what it keeps of a picture comes back through its
/// decoder, and the less strength, the nearer the result is to the picture.
#[test]
fn the_model_inside_begins_from_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let file = start(folder.path());
    let (_, frames) = walked(&asked(&file));
    let Frame::Encode(encode) = &frames[3] else { unreachable!() };
    assert!(encode.lost().unwrap() < 12.0, "{:?}", encode.lost());
    assert_eq!(frames.iter().filter_map(Frame::as_step).count(), 4);
    let from = encode.picture().unwrap();
    let at = |strength| {
        let asked = Asked { strength: Some(strength), ..asked(&file) };
        apart(&picture(&walked(&asked).1), &from)
    };
    let (little, much) = (at(0.125), at(1.0));
    assert!(little < much, "{little} {much}");
    // The same picture in another size is brought to the walk's.
    let large = Picture::from_fn(200, 128, |x, y| from.pixel((x.max(36) - 36) / 2, y / 2));
    let other = folder.path().join("large.png");
    png::write(&large, 1, None, &other).unwrap();
    let Frame::Encode(brought) = &walked(&asked(&other)).1[3] else { unreachable!() };
    assert!(apart(&brought.picture().unwrap(), &from) < 0.1);
}

#[test]
fn a_branch_that_changes_nothing_is_the_same_walk() {
    let folder = tempfile::tempdir().unwrap();
    let file = start(folder.path());
    for sampler in [Sampler::Ddim, Sampler::EulerA, Sampler::DpmPp2m, Sampler::Heun] {
        let eta = (sampler == Sampler::Ddim).then_some(0.6);
        let (settings, past) = walked(&Asked { sampler: Some(sampler), eta, ..asked(&file) });
        for call in [0, 2] {
            let (settings, past) = (settings.clone(), past.clone());
            let asked = ForkAsked { settings, past: past.clone(), call, change: Change::default() };
            let mut walk = ENGINE.fork(&asked, Look::SCREEN).unwrap();
            let frames: Vec<Frame> =
                std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).collect();
            assert_eq!(frames.len(), past.len());
            assert!(frames[3] == past[3], "the picture is not encoded again");
            assert_eq!(picture(&frames), picture(&past), "{} at {call}", sampler.name());
        }
    }
}

#[test]
fn a_walk_made_again_takes_the_pixels_at_hand_and_knows_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = start(folder.path());
    let (settings, frames) = walked(&asked(&file));
    fs::remove_file(&file).unwrap();
    let again = Asked { device: DeviceChoice::Cpu, ..settings.asked_again() };
    assert_eq!(picture(&walked(&again).1), picture(&frames));
    let mut named = again.clone();
    named.image.as_mut().unwrap().picture = None;
    named.image.as_mut().unwrap().file = file.to_str().unwrap().to_owned();
    assert_eq!(ENGINE.settle(&named).unwrap_err().key(), "file-missing");
    let other = Picture::from_fn(64, 64, |_, _| [9, 9, 9]);
    png::write(&other, 1, None, &file).unwrap();
    assert_eq!(ENGINE.settle(&named).unwrap_err().key(), "image-other");
}

#[test]
fn what_cannot_be_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = start(folder.path());
    let problem = |asked: Asked| {
        let settled = ENGINE.settle(&asked);
        settled.and_then(|s| ENGINE.walk(&s, Look::default())).unwrap_err()
    };
    let none = Asked { image: None, ..asked(&file) };
    assert_eq!(problem(none).key(), "strength-needs-image");
    for wrong in [-0.1, 1.1, f64::NAN] {
        let asked = Asked { strength: Some(wrong), ..asked(&file) };
        assert_eq!(problem(asked).key(), "strength-range");
    }
    for little in [0.0, 0.12] {
        let asked = Asked { strength: Some(little), ..asked(&file) };
        assert_eq!(problem(asked).key(), "strength-no-steps");
    }
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    // A header of 65,536 × 65,536 pixels with its checksum, and no pixels.
    let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\0\0\0\x01\0\0\x08\x02\0\0\0".to_vec();
    huge.extend(b"\xe3\xe6\xa7\xb4\0\0\0\0IDAT\x35\xaf\x06\x1e");
    let whole = fs::read(&file).unwrap();
    for (path, key) in [
        (folder.path().join("none.png"), "file-missing"),
        (folder.path().to_owned(), "file-not-regular"),
        (write("text.png", b"no picture at all"), "picture-format"),
        (write("cut.png", &whole[..whole.len() / 2]), "picture-broken"),
        (write("huge.png", &huge), "picture-too-large"),
    ] {
        assert_eq!(problem(asked(&path)).key(), key, "{}", path.display());
    }
}

//! Recordings: what goes in comes out, and nothing that a file says can do harm.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use safelight::engine::{Engine, Look};
use safelight::recording::{Destination, Precision, Recording, VERSION, Writer, read, write};
use safelight::source::Recorded;
use safelight::walk::statistics::relative_error;
use safelight::walk::{Asked, Attention, Frame, Grid, Picture, Quantity, Step, Term, Unwatched};
use safelight::words::{Language, Words};
use tempfile::TempDir;

use crate::frames;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn record(path: &Path, precision: Precision, walk: &Recorded) {
    write(path, false, precision, (&walk.settings, &walk.card, walk.calls), &walk.frames).unwrap();
}

/// Writes a walk and reads it back.
fn through(precision: Precision, walk: &Recorded) -> Recording {
    let folder = folder();
    let path = folder.path().join("walk.safetensors");
    record(&path, precision, walk);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only the recording is there");
    read(&path).unwrap()
}

/// A finished recording as bytes.
fn bytes(precision: Precision, walk: &Recorded) -> Vec<u8> {
    let folder = folder();
    let path = folder.path().join("walk.safetensors");
    record(&path, precision, walk);
    fs::read(path).unwrap()
}

/// Reads bytes as a file.
fn read_bytes(bytes: &[u8]) -> Result<Recording, safelight::walk::Problem> {
    let folder = folder();
    let path = folder.path().join("walk.safetensors");
    fs::write(&path, bytes).unwrap();
    read(&path)
}

/// The text of the header.
fn header(bytes: &[u8]) -> &str {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    std::str::from_utf8(&bytes[8..8 + length]).unwrap()
}

/// The same file with its header's text changed; the length of the header stays true.
fn with_header(bytes: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let old = header(bytes);
    let new = change(old);
    assert_ne!(old, new, "the change changes something");
    let mut out = (new.len() as u64).to_le_bytes().to_vec();
    out.extend(new.as_bytes());
    out.extend(&bytes[8 + old.len()..]);
    out
}

/// A walk in which everything that may be there is there.
fn full_house() -> Recorded {
    let mut walk = frames::walk();
    let picture = Picture::from_fn(8, 4, |x, y| [x as u8, y as u8, 9]);
    for frame in &mut walk.frames {
        match frame {
            Frame::Schedule(schedule) => {
                schedule.sigmas = Some(schedule.levels.clone());
                schedule.sample = Some(picture.clone());
            }
            Frame::Step(step) => {
                step.extra_noise = Some(frames::normal(step.latent.shape(), 900));
                step.formula.next.push(Term { factor: 0.0, of: Quantity::ExtraNoise });
                step.x0_image = Some(picture.clone());
                if step.call == 3 {
                    step.probes = vec![
                        ("unet.mid".into(), frames::normal(&[2, 8, 2, 2], 901)),
                        ("attn.down.0.0".into(), frames::normal(&[2, 2, 16, 77], 902)),
                    ];
                }
            }
            Frame::Decode(decode) => {
                decode.whole = vec![("decode.mid".into(), frames::normal(&[1, 8, 4, 4], 903))];
                decode.tiles = 9;
            }
            _ => {}
        }
    }
    walk
}

#[test]
fn full_gives_back_every_frame_bit_for_bit() {
    for walk in [frames::walk(), full_house()] {
        let back = through(Precision::Full, &walk);
        assert_eq!(back.settings, walk.settings);
        assert_eq!(back.card, walk.card);
        assert_eq!((back.calls, back.precision), (walk.calls, Precision::Full));
        assert_eq!(back.frames.len(), walk.frames.len());
        for (came, went) in back.frames.iter().zip(&walk.frames) {
            assert_eq!(came, went, "{:?}", went.stage());
        }
    }
}

fn close(name: &str, came: &Grid, went: &Grid, bound: f64) {
    assert_eq!(came.shape(), went.shape(), "{name}");
    let error = relative_error(came.data(), went.data());
    assert!(error <= bound, "{name}: {error}");
}

fn steps_are_close(came: &Step, went: &Step) {
    close("latent", &came.latent, &went.latent, 1e-3);
    close("input", &came.input, &went.input, 1e-3);
    close("pred_text", &came.pred_text, &went.pred_text, 1e-3);
    close("pred", &came.pred, &went.pred, 4e-3);
    close("x0", &came.x0, &went.x0, 4e-3);
    close("next", &came.next, &went.next, 1e-3);
    assert_eq!(came.formula, went.formula);
    assert_eq!(
        (came.step, came.timestep, came.sigma, came.seconds, came.peak_mb),
        (went.step, went.timestep, went.sigma, went.seconds, went.peak_mb)
    );
    let (a, b) = (came.attention.as_ref().unwrap(), went.attention.as_ref().unwrap());
    for (i, (x, y)) in a.rows.data().iter().zip(b.rows.data()).enumerate() {
        assert!((x - y).abs() < 0.004, "attention {i}: {x} {y}");
    }
    for cell in 0..a.rows.width() * a.rows.height() {
        let sum: f32 = (0..a.rows.planes()).map(|r| a.rows.plane(r)[cell]).sum();
        assert!((sum - 1.0).abs() < 1e-5, "a cell divides all of its attention");
    }
}

#[test]
fn compact_gives_every_frame_back_within_its_bounds() {
    let walk = frames::walk();
    let back = through(Precision::Compact, &walk);
    assert_eq!(back.frames.len(), walk.frames.len());
    for (came, went) in back.frames.iter().zip(&walk.frames) {
        match (came, went) {
            (Frame::Tokens(a), Frame::Tokens(b)) => assert_eq!(a, b),
            (Frame::Embeddings(a), Frame::Embeddings(b)) => {
                close("context", &a.context, &b.context, 1e-3);
                assert_eq!(a.nearest, b.nearest);
                let (a, b) = (&a.encoders[0], &b.encoders[0]);
                close("layer 0", &a.layers[0], &b.layers[0], 1e-3);
                assert_eq!(a.layers[2].shape(), b.layers[2].shape());
                // Start mark, seven pieces, end mark are kept; what follows is padding.
                for row in 0..9 {
                    assert!(relative_error(a.layers[2].row(row), b.layers[2].row(row)) < 1e-3);
                }
                assert!(a.layers[2].row(9).iter().all(|x| *x == 0.0));
            }
            (Frame::Schedule(a), Frame::Schedule(b)) => assert_eq!(a, b),
            (Frame::Noise(a), Frame::Noise(b)) => close("noise", &a.noise, &b.noise, 1e-3),
            (Frame::Step(a), Frame::Step(b)) => steps_are_close(a, b),
            (Frame::Decode(a), Frame::Decode(b)) => {
                for (a, b) in a.levels.iter().zip(&b.levels) {
                    close(&b.name, &a.planes, &b.planes, 0.02);
                    assert_eq!((a.shape, &a.statistics), (b.shape, &b.statistics));
                }
            }
            (Frame::Image(a), Frame::Image(b)) => assert_eq!(a.picture(), b.picture()),
            _ => panic!("another stage"),
        }
    }
}

#[test]
fn a_compact_pocket_walk_takes_at_most_400_kb() {
    let size = bytes(Precision::Compact, &frames::walk()).len();
    assert!(size <= 400_000, "{size}");
}

/// Words of a prompt, each one piece.
const LONG: &str = "a small red cat on a blue background and a big green fish on a white background \
    and a yellow house on a black background with a small orange boat on it";

/// Walks with the model inside.
fn pocket(prompt: &str) -> Recorded {
    let asked = Asked { prompt: Some(prompt.into()), ..Asked::default() };
    let engine = Engine::open(&asked, &Unwatched).unwrap();
    let settings = engine.settle(&asked).unwrap();
    let mut walk = engine.walk(&settings, Look::SCREEN).unwrap();
    let frames = std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).collect();
    Recorded { card: engine.card().clone(), calls: walk.calls(), settings, frames }
}

#[test]
fn the_model_inside_keeps_within_400_kb_for_more_than_30_words() {
    let walk = pocket(LONG);
    let Frame::Tokens(tokens) = &walk.frames[0] else { panic!("tokens first") };
    assert!(tokens.encoders[0].prompt.kept > 30 && walk.calls == 20);
    let bytes = bytes(Precision::Compact, &walk);
    assert!(bytes.len() <= 400_000, "{}", bytes.len());
    let back = read_bytes(&bytes).unwrap();
    let steps = back.frames.iter().filter_map(Frame::as_step);
    for (came, went) in steps.zip(walk.frames.iter().filter_map(Frame::as_step)) {
        let (came, went) = (came.attention.as_ref().unwrap(), went.attention.as_ref().unwrap());
        let means = went.block_means(2).unwrap();
        assert_eq!(came.rows.shape(), means.rows.shape(), "means of 2 × 2 cells");
        let pairs = came.rows.data().iter().zip(means.rows.data());
        assert!(pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) < 0.004);
    }
}

#[test]
fn a_prompt_that_fills_all_its_places_comes_back_with_its_attention() {
    let mut walk = pocket(&"red ".repeat(90));
    let Frame::Tokens(tokens) = &walk.frames[0] else { panic!("tokens first") };
    assert_eq!(tokens.encoders[0].prompt.kept, 75);
    walk.frames.truncate(6);
    for precision in [Precision::Compact, Precision::Full] {
        let back = through(precision, &walk);
        let rows = &back.frames[5].as_step().unwrap().attention.as_ref().unwrap().rows;
        assert_eq!(rows.planes(), 78, "two marks, 75 pieces, and padding that is not there");
    }
}

/// Numbers of some spread, quickly.
fn some(shape: &[usize]) -> Grid {
    Grid::from_fn(shape, |i| ((i * 7919) % 1009) as f32 / 250.0 - 2.0)
}

/// Frames of the shapes that Stable Diffusion 1.5 has at 512 × 512, with a prompt of so many
/// pieces.
fn large(pieces: usize) -> Recorded {
    let mut walk = frames::walk();
    let latent = some(&[1, 4, 64, 64]);
    for frame in &mut walk.frames {
        match frame {
            Frame::Tokens(tokens) => {
                let prompt = &mut tokens.encoders[0].prompt;
                prompt.pieces = vec![prompt.pieces[0].clone(); pieces];
                prompt.words = vec![prompt.words[0].clone(); pieces];
                prompt.kept = pieces;
            }
            Frame::Embeddings(embeddings) => {
                let layer = some(&[2, 77, 768]);
                embeddings.encoders[0].layers = vec![layer.clone(); 13];
                embeddings.encoders[0].last = layer.clone();
                embeddings.context = layer;
                embeddings.nearest = vec![embeddings.nearest[0].clone(); pieces];
            }
            Frame::Noise(noise) => noise.noise = latent.clone(),
            Frame::Step(step) => {
                let grids = [
                    &mut step.latent,
                    &mut step.input,
                    &mut step.pred,
                    &mut step.pred_text,
                    &mut step.x0,
                    &mut step.next,
                ];
                for grid in grids {
                    *grid = latent.clone();
                }
                step.pred_uncond = Some(latent.clone());
                let rows = Grid::filled(&[pieces + 3, 64, 64], 1.0 / (pieces + 3) as f32);
                step.attention = Some(Attention { rows });
            }
            Frame::Decode(decode) => {
                decode.input = latent.clone();
                for level in &mut decode.levels {
                    level.planes = some(&[9, 64, 64]);
                    level.channels = (0..8).collect();
                }
            }
            Frame::Image(image) => image.image = some(&[1, 3, 512, 512]),
            Frame::Schedule(_) | Frame::Encode(_) => {}
        }
    }
    (walk.settings.width, walk.settings.height, walk.card.vae_factor) = (512, 512, 8);
    walk
}

#[test]
fn twenty_steps_of_stable_diffusion_at_512_take_at_most_5_mb() {
    for (pieces, cells) in [(7, 64), (16, 32), (30, 16)] {
        let bytes = bytes(Precision::Compact, &large(pieces));
        assert!(bytes.len() <= 5_000_000, "{pieces} pieces: {}", bytes.len());
        let back = read_bytes(&bytes).unwrap();
        assert_eq!((back.frames.len(), back.calls), (26, 20));
        let attention = back.frames[4].as_step().unwrap().attention.clone().unwrap();
        assert_eq!(attention.rows.shape(), &[pieces + 3, cells, cells]);
    }
}

#[test]
fn compact_keeps_the_first_planes_of_a_large_level_and_full_keeps_all() {
    let mut walk = frames::walk();
    let level = |frame: &Frame| match frame {
        Frame::Decode(decode) => decode.levels[5].clone(),
        _ => panic!("another stage"),
    };
    if let Frame::Decode(decode) = &mut walk.frames[24] {
        decode.levels[5].planes = frames::normal(&[9, 64, 64], 1);
        decode.levels[5].channels = (0..8).collect();
    }
    let went = level(&walk.frames[24]);
    assert_eq!(level(&through(Precision::Full, &walk).frames[24]), went);
    let came = level(&through(Precision::Compact, &walk).frames[24]);
    assert_eq!((came.planes.shape(), &came.channels[..]), (&[5, 64, 64][..], &[0, 1, 2, 3][..]));
    assert!(relative_error(came.planes.plane(4), went.planes.plane(4)) < 0.02);
    assert_eq!((came.shape, came.statistics), (went.shape, went.statistics));
}

#[test]
fn other_programs_can_open_it_and_find_the_names_of_the_format() {
    for precision in [Precision::Compact, Precision::Full] {
        let bytes = bytes(precision, &full_house());
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        for (name, shape) in [
            ("text.0.ids", &[2, 77][..]),
            ("text.0.layer.00", &[2, 77, 64]),
            ("text.context", &[2, 77, 64]),
            ("schedule.timesteps", &[20]),
            ("schedule.sigmas", &[21]),
            ("noise", &[1, 4, 16, 16]),
            ("step.000.latent", &[1, 4, 16, 16]),
            ("step.019.pred_uncond", &[1, 4, 16, 16]),
            ("step.019.pred_text", &[1, 4, 16, 16]),
            ("step.019.extra_noise", &[1, 4, 16, 16]),
            ("step.019.next", &[1, 4, 16, 16]),
            ("step.019.attn", &[10, 256]),
            ("step.019.x0_image", &[3, 4, 8]),
            ("decode.input", &[1, 4, 16, 16]),
            ("image", &[1, 3, 64, 64]),
        ] {
            assert_eq!(tensors.tensor(name).unwrap().shape(), shape, "{name}");
        }
        let more = ["step.000.input", "step.000.pred", "step.000.x0", "step.000.next"];
        let probes = ["attn.down.0.0", "unet.mid", "decode.mid", "text.0.final"];
        for name in more.into_iter().chain(probes) {
            let there = tensors.tensor(name).is_ok();
            assert_eq!(
                there,
                precision == Precision::Full || name == "text.0.final" && there,
                "{name}"
            );
        }
    }
}

#[test]
fn an_unfinished_recording_opens_up_to_its_last_whole_frame() {
    let walk = frames::walk();
    let folder = folder();
    let path = folder.path().join("walk.safetensors");
    for (count, precision) in [
        (1, Precision::Full),
        (4, Precision::Compact),
        (9, Precision::Full),
        (25, Precision::Compact),
    ] {
        let destination = Destination::open(&path, true).unwrap();
        let mut writer =
            Writer::begin(destination, precision, &walk.settings, &walk.card, walk.calls).unwrap();
        for (i, frame) in walk.frames[..count].iter().enumerate() {
            writer.push(frame).unwrap();
            let so_far = read(writer.left_behind()).unwrap();
            assert_eq!(so_far.frames.len(), i + 1, "readable while it grows");
            safetensors::SafeTensors::deserialize(&fs::read(writer.left_behind()).unwrap())
                .unwrap();
        }
        let left = writer.left_behind().to_path_buf();
        drop(writer);
        assert!(!path.exists());
        let back = read(&left).unwrap();
        assert_eq!((back.frames.len(), back.calls), (count, walk.calls));
        if precision == Precision::Full {
            assert_eq!(back.frames, walk.frames[..count]);
        }
    }
}

#[test]
fn a_cancelled_recording_gets_its_name_with_fewer_frames() {
    let walk = frames::walk_of(7);
    let back = through(Precision::Compact, &walk);
    assert_eq!((back.frames.len(), back.calls), (7, 20));
    // The last step's next latent was left out; the formula gives it.
    let (came, went) = (back.frames[6].as_step().unwrap(), walk.frames[6].as_step().unwrap());
    close("next", &came.next, &went.next, 4e-3);
}

#[test]
fn text_behind_the_closing_brace_is_not_looked_at() {
    let whole = bytes(Precision::Full, &frames::walk_of(6));
    let torn = with_header(&whole, |text| {
        let end = text.trim_end().len();
        let mut torn = text.to_owned();
        torn.replace_range(end..end + 9, "\"step.002");
        torn
    });
    assert_eq!(read_bytes(&torn).unwrap().frames.len(), 6);
}

#[test]
fn cut_at_any_place_it_opens_as_far_as_it_goes_or_says_so() {
    let walk = frames::walk_of(9);
    let whole = bytes(Precision::Full, &walk);
    let mut counts = Vec::new();
    for length in (0..whole.len()).step_by(whole.len() / 400 + 1).chain([whole.len() - 1]) {
        match read_bytes(&whole[..length]) {
            Ok(back) => {
                assert_eq!(back.frames, walk.frames[..back.frames.len()], "{length}");
                counts.push(back.frames.len());
            }
            Err(problem) => {
                assert!(
                    ["recording-foreign", "recording-cut", "recording-no-frames"]
                        .contains(&problem.key()),
                    "{length}: {problem}"
                );
                assert!(counts.is_empty(), "a longer piece is never worse: {length}");
            }
        }
    }
    assert!(counts.is_sorted() && counts.first() == Some(&1) && counts.last() == Some(&8));
}

fn says(problem: &safelight::walk::Problem, key: &str) {
    assert_eq!(problem.key(), key, "{problem}");
    for language in Language::ALL {
        let sentence = Words::of(language).problem(problem);
        assert!(
            !sentence.contains(['{', '}', '\n']) && sentence.chars().count() > 10,
            "{sentence}"
        );
        assert!(!sentence.chars().any(char::is_control));
    }
}

#[test]
fn a_newer_version_and_a_foreign_file_are_refused_by_name() {
    let whole = bytes(Precision::Compact, &frames::walk_of(5));
    let newer = with_header(&whole, |t| t.replace("\"version\":\"1\"", "\"version\":\"2\""));
    let problem = read_bytes(&newer).unwrap_err();
    says(&problem, "recording-newer");
    let told = Words::of(Language::En).problem(&problem);
    let wrote = concat!("safelight ", env!("CARGO_PKG_VERSION"));
    assert!(told.contains("version 2") && told.contains(wrote), "{told}");
    let foreign = with_header(&whole, |t| t.replace("safelight-walk", "somebody-else!"));
    says(&read_bytes(&foreign).unwrap_err(), "recording-foreign");
    says(&read_bytes(b"").unwrap_err(), "recording-foreign");
    says(&read_bytes(b"\x89PNG\r\n\x1a\n0000 0000 0000 0000").unwrap_err(), "recording-foreign");
    says(&read(Path::new("/dev/null")).unwrap_err(), "recording-foreign");
    says(&read(Path::new("not-there.safetensors")).unwrap_err(), "file-missing");
}

#[test]
fn unknown_keys_and_tensors_are_ignored() {
    let walk = frames::walk_of(6);
    let whole = bytes(Precision::Full, &walk);
    let data = whole.len() - 8 - header(&whole).len();
    let more = with_header(&whole, |text| {
        let text = text.trim_end().strip_suffix('}').unwrap().to_owned();
        text.replace("\"program\"", "\"mood\":\"fair\",\"program\"")
            + &format!(
                ",\"step.000.mystery\":{{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[{data},{}]}}}}",
                data + 2
            )
    });
    assert_eq!(read_bytes(&[&more[..], &[1, 2]].concat()).unwrap().frames, walk.frames);
}

#[test]
fn a_file_that_lies_about_its_sizes_is_refused_before_memory_is_taken() {
    let whole = bytes(Precision::Full, &frames::walk_of(6));
    let huge_header = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
    says(&read_bytes(&huge_header).unwrap_err(), "recording-foreign");
    let lies = [
        ("\"shape\":[1,4,16,16]", "\"shape\":[1,4,9999999999,9999999999]"),
        ("\"shape\":[1,4,16,16]", "\"shape\":[1,4,16,17]"),
        ("\"dtype\":\"F32\",\"shape\":[1,4,16,16]", "\"dtype\":\"F16\",\"shape\":[1,4,16,16]"),
        ("\"dtype\":\"F32\",\"shape\":[1,4,16,16]", "\"dtype\":\"BOOL\",\"shape\":[1,4,16,16]"),
    ];
    for (truth, lie) in lies {
        let lying = with_header(&whole, |t| t.replace(truth, lie));
        says(&read_bytes(&lying).unwrap_err(), "recording-damaged");
    }
    // Every tensor at the same place: a small file must not become a large walk.
    let stacked =
        with_header(&whole, |t| t.replace("\"data_offsets\":[0,", "\"data_offsets\":[8,"));
    says(&read_bytes(&stacked).unwrap_err(), "recording-damaged");
    let calls = with_header(&whole, |t| t.replace("\"calls\":\"20\"", "\"calls\":\"99999999\""));
    says(&read_bytes(&calls).unwrap_err(), "recording-damaged");
    let frames = with_header(&whole, |t| t.replace("\"00000006\"", "\"99999999\""));
    says(&read_bytes(&frames).unwrap_err(), "recording-damaged");
}

#[test]
fn names_from_a_file_lose_their_control_characters() {
    let mut walk = frames::walk_of(6);
    walk.card.name = "evil\u{1b}[31m".into();
    walk.settings.device = "cpu\u{7}".into();
    if let Frame::Tokens(tokens) = &mut walk.frames[0] {
        tokens.encoders[0].prompt.pieces[0].text = "a\u{1b}]0;x\u{7}".into();
    }
    let back = through(Precision::Full, &walk);
    let Frame::Tokens(tokens) = &back.frames[0] else { panic!("tokens first") };
    for text in [&back.card.name, &back.settings.device, &tokens.encoders[0].prompt.pieces[0].text]
    {
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}

#[test]
fn a_place_that_is_taken_is_refused_and_left_as_it_is() {
    let folder = folder();
    let path = folder.path().join("walk.safetensors");
    fs::write(&path, "mine").unwrap();
    says(&Destination::open(&path, false).unwrap_err(), "recording-exists");
    says(&Destination::open(folder.path(), true).unwrap_err(), "recording-is-folder");
    says(&Destination::open(Path::new("/dev/null"), true).unwrap_err(), "recording-is-device");
    let nowhere = folder.path().join("no/such/walk.safetensors");
    says(&Destination::open(&nowhere, true).unwrap_err(), "recording-no-folder");
    assert_eq!(fs::read(&path).unwrap(), b"mine");

    let free = folder.path().join("free.safetensors");
    let held = Destination::open(&free, false).unwrap();
    says(&Destination::open(&free, false).unwrap_err(), "recording-left-over");
    drop(held);
    let names: Vec<PathBuf> =
        fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(names, std::slice::from_ref(&path), "an unused destination leaves nothing behind");

    let walk = frames::walk_of(5);
    let parts = (&walk.settings, &walk.card, walk.calls);
    write(&path, true, Precision::Compact, parts, &walk.frames).unwrap();
    assert_eq!(read(&path).unwrap().frames.len(), 5);
}

#[test]
fn a_prompt_of_100_kb_fits_into_the_header() {
    let mut walk = frames::walk_of(5);
    if let Frame::Tokens(tokens) = &mut walk.frames[0] {
        let prompt = &mut tokens.encoders[0].prompt;
        prompt.text = "\u{1}!".repeat(50_000);
        prompt.pieces = vec![prompt.pieces[0].clone(); 100_000];
        prompt.words = vec![prompt.words[0].clone(); 100_000];
    }
    assert_eq!(through(Precision::Full, &walk).frames, walk.frames);
}

/// Files that the program once wrote, one a version, so that no later edition forgets how to read
/// them.
#[test]
fn a_recording_of_every_version_that_was_ever_written_opens() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recordings");
    for version in 1..=VERSION {
        let path = folder.join(format!("v{version}.safetensors"));
        let bytes = fs::read(&path).unwrap();
        assert!(header(&bytes).contains(&format!("\"version\":\"{version}\"")), "{version}");
        opens(&path);
    }
}

fn opens(path: &Path) {
    let recording = read(path).unwrap();
    assert_eq!((recording.frames.len(), recording.calls), (26, 20));
    assert_eq!(recording.settings.prompt, "a red cat on a blue background");
    assert_eq!((recording.settings.seed, recording.settings.model.as_str()), (7, "pocket"));
    let picture = recording.frames.last().and_then(|frame| match frame {
        Frame::Image(image) => image.picture(),
        _ => None,
    });
    let picture = picture.unwrap();
    let [middle, corner] = [picture.pixel(32, 32), picture.pixel(2, 2)];
    assert!(middle[0] > middle[2] && corner[2] > corner[0], "red on blue: {middle:?} {corner:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in the header, reading gives a walk or one sentence.
    #[test]
    fn a_header_of_any_bytes_gives_a_walk_or_one_sentence(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        compact in any::<bool>(),
    ) {
        let precision = if compact { Precision::Compact } else { Precision::Full };
        let mut torn = fuzzed(precision).to_vec();
        let used = 8 + header(&torn).trim_end().len();
        for (at, value) in changes {
            torn[at.index(used)] = value;
        }
        if let Err(problem) = read_bytes(&torn) {
            let key = format!("problem.{}", problem.key());
            prop_assert!(Words::of(Language::En).find(&key).is_some());
        }
    }

    /// The same with digits changed to digits: headers that parse and lie.
    #[test]
    fn a_header_with_other_numbers_gives_a_walk_or_one_sentence(
        changes in prop::collection::vec((any::<prop::sample::Index>(), b'0'..=b'9'), 1..4),
    ) {
        let mut torn = fuzzed(Precision::Compact).to_vec();
        let used = 8 + header(&torn).trim_end().len();
        let places: Vec<usize> = (8..used).filter(|&i| torn[i].is_ascii_digit()).collect();
        for (at, value) in changes {
            torn[*at.get(&places)] = value;
        }
        drop(read_bytes(&torn));
    }
}

fn fuzzed(precision: Precision) -> &'static [u8] {
    use std::sync::OnceLock;
    static FULL: OnceLock<Vec<u8>> = OnceLock::new();
    static COMPACT: OnceLock<Vec<u8>> = OnceLock::new();
    let cell = if precision == Precision::Full { &FULL } else { &COMPACT };
    cell.get_or_init(|| bytes(precision, &full_house()))
}

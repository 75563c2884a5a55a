//! The HTML page of a walk: one file, nothing from outside, and nothing that a recording says can
//! become markup or run.

#![expect(clippy::unwrap_used, reason = "what is written is known here")]

use std::fs;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use safelight::export::html::{self, Page};
use safelight::print::describe::Description;
use safelight::recording::{Precision, write};
use safelight::walk::{Attention, Frame, Grid, ModelCard, Picture, Settings, Step};
use safelight::words::{Language, Words};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::frames;

/// What someone could hide in a prompt, a piece or a name.
const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&<!-- {{walk}} \u{202e}\u{1b}[31m\0";

fn describe(picture: &Picture, words: Words) -> String {
    Description::of(picture).sentence(words)
}

fn page_of(settings: &Settings, card: &ModelCard, frames: &[Frame], language: Language) -> String {
    html::text(&Page { settings, card, frames, language, describe: &describe })
}

fn page() -> String {
    page_of(&frames::settings(), &frames::card(), &frames::frames(), Language::En)
}

/// What stands between two texts, each of which occurs once.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    assert_eq!(text.matches(start).count(), 1, "{start}");
    text.split_once(start).unwrap().1.split_once(end).unwrap().0
}

fn data(page: &str) -> Value {
    let json = between(page, "<script type=\"application/json\" id=\"walk\">", "</script>");
    serde_json::from_str(json).unwrap()
}

/// Packed 16-bit numbers, unpacked.
fn numbers(packed: &Value) -> Vec<f32> {
    let bytes = STANDARD.decode(packed["data"].as_str().unwrap()).unwrap();
    bytes.chunks_exact(2).map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
}

#[test]
fn the_page_names_nothing_outside_itself() {
    let page = page();
    // No address has a scheme: neither in the template nor in the script, nor in the words.
    assert!(!page.contains("://"));
    assert!(!page.contains("url("), "a style loads something");
    let markup = page.split("<style>").next().unwrap().to_owned()
        + page.split_once("</style>").unwrap().1.split("<script").next().unwrap();
    for attribute in ["src=", "href=", "onclick=", "onerror=", "style=\"", "<link", "<iframe"] {
        assert!(!markup.contains(attribute), "{attribute}");
    }
}

#[test]
fn the_policy_allows_exactly_the_pages_own_script_and_style() {
    let page = page();
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; img-src data:;"));
    assert!(!policy.contains("unsafe"));
    for (start, end, directive) in
        [("<style>", "</style>", "style-src"), ("<script>", "</script>", "script-src")]
    {
        let inside = between(&page, start, end);
        let hash = STANDARD.encode(Sha256::digest(inside.as_bytes()));
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}'")), "{directive}");
    }
}

#[test]
fn what_a_recording_says_is_never_markup() {
    let mut settings = frames::settings();
    settings.prompt = HOSTILE.to_owned();
    settings.negative = Some(HOSTILE.to_owned());
    settings.model = HOSTILE.to_owned();
    let mut all = frames::frames();
    for frame in &mut all {
        match frame {
            Frame::Tokens(tokens) => {
                let prompt = &mut tokens.encoders[0].prompt;
                prompt.text = HOSTILE.into();
                prompt.cut = HOSTILE.into();
                prompt.pieces[2].text = HOSTILE.into();
                prompt.words[2].text = HOSTILE.into();
                prompt.words[2].symbols[0] = HOSTILE.into();
            }
            Frame::Embeddings(embeddings) => embeddings.nearest[0][0].text = HOSTILE.into(),
            Frame::Decode(decode) => decode.levels[0].name = HOSTILE.into(),
            _ => {}
        }
    }
    let page = page_of(&settings, &frames::card(), &all, Language::En);
    let clean = self::page();
    for mark in ["</script", "<img", "<!--", "<script"] {
        assert_eq!(page.matches(mark).count(), clean.matches(mark).count(), "{mark}");
    }
    assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}') && !page.contains('\0'));
    // It is all there nevertheless, as text.
    let data = data(&page);
    let shown = data["settings"]["prompt"].as_str().unwrap();
    assert!(shown.starts_with("</script><img src=x onerror=alert(1)>\"'&<!-- {{walk}} "));
    assert!(shown.ends_with("\\u{202E}\\x1B[31m\\x00"));
    assert!(
        page.contains("<title>&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;")
    );
}

#[test]
fn the_numbers_of_the_page_are_those_of_the_walk() {
    let all = frames::frames();
    let data = data(&page());
    let close = |packed: &Value, grid: &safelight::walk::Grid| {
        let numbers = numbers(packed);
        assert_eq!(numbers.len(), grid.len());
        assert!(
            numbers.iter().zip(grid.data()).all(|(a, b)| (a - b).abs() <= b.abs() / 1024.0 + 1e-4)
        );
    };
    let steps: Vec<_> = all.iter().filter_map(Frame::as_step).collect();
    let packed = data["steps"]["frames"].as_array().unwrap();
    assert_eq!(packed.len(), steps.len());
    for (packed, step) in packed.iter().zip(&steps) {
        close(&packed["latent"], &step.latent);
        close(&packed["uncond"], step.pred_uncond.as_ref().unwrap());
        close(&packed["text"], &step.pred_text);
        let shares = STANDARD.decode(packed["shares"].as_str().unwrap()).unwrap();
        let rows = &step.attention.as_ref().unwrap().rows;
        for (row, limit) in
            data["steps"]["attention"]["limits"].as_array().unwrap().iter().enumerate()
        {
            let limit = limit.as_f64().unwrap() as f32;
            let cells = rows.plane(row).len();
            for (byte, share) in shares[row * cells..].iter().zip(rows.plane(row)) {
                assert!((f32::from(*byte) / 255.0 * limit - share).abs() < 0.005);
            }
        }
    }
    assert_eq!(data["tokens"]["ids"].as_array().unwrap().len(), 77);
    assert_eq!(data["settings"]["seed"], "7");
    assert_eq!(
        data["image"]["said"]["en"],
        Description::of(&image(&all)).sentence(Words::of(Language::En))
    );
}

fn image(all: &[Frame]) -> Picture {
    all.iter()
        .find_map(|frame| if let Frame::Image(image) = frame { image.picture() } else { None })
        .unwrap()
}

#[test]
fn the_page_opens_in_its_language_and_has_the_words_of_both() {
    for language in Language::ALL {
        let page = page_of(&frames::settings(), &frames::card(), &frames::frames(), language);
        assert!(page.contains(&format!("<html lang=\"{}\">", language.code())));
        let words = Words::of(language);
        let shipped = &data(&page)["words"];
        let script = between(&page, "<script>", "</script>");
        for quote in ["t(\"", "data-word=\""] {
            for (at, _) in page.match_indices(quote) {
                let key = page[at + quote.len()..].split('"').next().unwrap();
                // Other calls end in t(" as well: getContext("2d"), closest("input, select").
                let is_key = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
                if !key.contains('.') || !key.chars().all(is_key) {
                    continue;
                }
                assert!(words.find(key).is_some(), "{key} is not in the catalogue");
                assert_eq!(shipped[language.code()][key], words.text(key), "{key}");
            }
        }
        assert!(script.matches("t(\"").count() > 60);
    }
}

#[test]
fn a_walk_that_was_cut_short_becomes_a_page_of_what_is_there() {
    for count in [1, 4, 5, 25] {
        let walk = frames::walk_of(count);
        let page = page_of(&walk.settings, &walk.card, &walk.frames, Language::Zh);
        let data = data(&page);
        assert!(data["tokens"].is_object() && data["image"].is_null());
        assert_eq!(data["steps"].is_object(), count > 4);
    }
    let (settings, card) = (frames::settings(), frames::card());
    let nothing = Page {
        settings: &settings,
        card: &card,
        frames: &[],
        language: Language::En,
        describe: &describe,
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    assert_eq!(html::write(&nothing, &path).unwrap_err().key(), "nothing-to-write");
    let whole = frames::frames();
    html::write(&Page { frames: &whole, ..nothing }, &path).unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 1_500_000);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// A walk of the shapes of SD 1.5 at 512²: noise everywhere, which nothing packs well, every x0
/// decoded, and a prompt that fills all its places.
fn large_walk(calls: usize) -> Vec<Frame> {
    let shape = [1, 4, 64, 64];
    let (numbers, rows) = (frames::normal(&shape, 1), 78);
    let shares = Grid::from_fn(&[rows, 64, 64], |i| (i % 97) as f32 / 97.0 / 38.0);
    let image = Grid::from_fn(&[1, 3, 512, 512], |i| numbers.data()[i % 16_381] / 3.0);
    let picture = Picture::from_decoder(&image).unwrap();
    let mut all = frames::frames();
    let one = all.iter().find_map(Frame::as_step).unwrap().clone();
    all.retain(|frame| frame.as_step().is_none());
    for frame in &mut all {
        match frame {
            Frame::Tokens(tokens) => {
                let prompt = &mut tokens.encoders[0].prompt;
                prompt.kept = 75;
                prompt.pieces = vec![prompt.pieces[2].clone(); 75];
            }
            Frame::Embeddings(embeddings) => {
                let layers = vec![frames::normal(&[2, 77, 768], 3); 13];
                embeddings.encoders[0].last = layers[0].clone();
                embeddings.encoders[0].layers = layers;
            }
            Frame::Noise(noise) => noise.noise = numbers.clone(),
            Frame::Decode(decode) => {
                for level in &mut decode.levels {
                    level.planes = frames::normal(&[5, 64, 64], 4);
                }
            }
            Frame::Image(whole) => whole.image = image.clone(),
            _ => {}
        }
    }
    let steps = (0..calls).map(|call| {
        let mut step = Step { call, step: call, calls, steps: calls, ..one.clone() };
        for grid in [&mut step.latent, &mut step.pred, &mut step.pred_text, &mut step.x0] {
            *grid = numbers.clone();
        }
        step.pred_uncond = Some(numbers.clone());
        step.attention = Some(Attention { rows: shares.clone() });
        step.x0_image = Some(picture.clone());
        Frame::Step(Box::new(step))
    });
    let steps: Vec<Frame> = steps.collect();
    all.splice(4..4, steps);
    all
}

#[test]
fn a_walk_of_sd_size_stays_under_ten_megabytes_and_says_what_it_leaves_out() {
    let mut settings = frames::settings();
    (settings.width, settings.height) = (512, 512);
    for (calls, every) in [(20, 1), (50, 1), (150, 3)] {
        let page = page_of(&settings, &frames::card(), &large_walk(calls), Language::En);
        assert!(page.len() < 10_000_000, "{calls} calls: {} bytes", page.len());
        let steps = &data(&page)["steps"];
        assert_eq!(steps["every"], every, "{calls} calls");
        assert_eq!(steps["there"], calls);
        let kept = steps["frames"].as_array().unwrap();
        assert_eq!(kept.last().unwrap()["call"], calls - 1, "the last is always there");
        assert_eq!(steps["curve"].as_array().unwrap().len(), calls, "the curves have them all");
    }
}

#[test]
fn the_command_export_makes_the_page_of_a_recording_in_the_language_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (file, page) = (folder.path().join("w.safetensors"), folder.path().join("w.html"));
    let walk = frames::walk();
    let facts = (&walk.settings, &walk.card, walk.calls);
    write(&file, false, Precision::Compact, facts, &walk.frames).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_safelight"))
        .args(["export", "--lang", "zh", "--html"])
        .args([&page, &file])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let page = fs::read_to_string(&page).unwrap();
    assert!(page.contains("<html lang=\"zh\">"));
    let data = data(&page);
    assert_eq!(data["steps"]["frames"].as_array().unwrap().len(), frames::CALLS);
    assert_eq!(
        data["noise"]["hash"],
        Value::Null,
        "16 bits do not have the hash of what was drawn"
    );
    assert!(self::data(&self::page())["noise"]["hash"].is_string());
}

//! Pictures and plots as files.

#![expect(clippy::unwrap_used, reason = "what is written is known here")]

mod like;
mod walks;

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use safelight::export::{plots, png};
use safelight::walk::{Frame, Picture};
use safelight::words::{Language, Words};

use super::frames;

fn reader(path: &Path) -> ::png::Reader<BufReader<File>> {
    ::png::Decoder::new(BufReader::new(File::open(path).unwrap())).read_info().unwrap()
}

fn pixels(path: &Path) -> (u32, u32, Vec<u8>) {
    let mut reader = reader(path);
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    (info.width, info.height, bytes)
}

fn picture() -> Picture {
    frames::frames()
        .into_iter()
        .find_map(|frame| if let Frame::Image(image) = frame { image.picture() } else { None })
        .unwrap()
}

#[test]
fn a_png_holds_the_pixels_at_a_whole_scale_and_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.png");
    let mut settings = frames::settings();
    settings.prompt = "红猫 a cat\0\u{1b}[31m".to_owned();
    png::write(&picture(), 3, Some(&settings), &path).unwrap();
    let (w, h, bytes) = pixels(&path);
    assert_eq!((w, h), (192, 192));
    assert_eq!(bytes, picture().enlarged(3).rgb());
    let mut read = reader(&path);
    let mut frame = vec![0; read.output_buffer_size().unwrap()];
    read.next_frame(&mut frame).unwrap();
    let chunk = read
        .info()
        .utf8_text
        .iter()
        .find(|chunk| chunk.keyword == png::SETTINGS_KEY)
        .unwrap()
        .get_text()
        .unwrap();
    let back: safelight::walk::Settings = serde_json::from_str(&chunk).unwrap();
    assert_eq!(back, settings);
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.png");
    fs::write(&path, "older").unwrap();
    let empty = Picture::from_fn(0, 0, |_, _| [0; 3]);
    assert_eq!(png::write(&empty, 1, None, &path).unwrap_err().key(), "export-empty");
    assert_eq!(fs::read(&path).unwrap(), b"older");
    let nowhere = folder.path().join("none").join("cat.png");
    let problem = png::write(&picture(), 1, None, &nowhere).unwrap_err();
    assert_eq!(problem.key(), "export-not-written");
    assert!(Words::of(Language::En).problem(&problem).contains("none"));
    let onto_a_folder = png::write(&picture(), 1, None, folder.path()).unwrap_err();
    assert_eq!(onto_a_folder.key(), "export-not-a-file");
    png::write(&picture(), 1, None, &path).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[cfg(unix)]
#[test]
fn a_device_is_never_replaced() {
    let problem = png::write(&picture(), 1, None, Path::new("/dev/null")).unwrap_err();
    assert_eq!(problem.key(), "export-not-a-file");
}

/// How many different colours a picture has, and the share of its most frequent one.
fn ink(bytes: &[u8]) -> (usize, f32) {
    let mut counts = std::collections::HashMap::new();
    for pixel in bytes.chunks_exact(3) {
        *counts.entry(pixel).or_insert(0usize) += 1;
    }
    let most = counts.values().copied().max().unwrap_or(0);
    (counts.len(), most as f32 / (bytes.len() / 3) as f32)
}

#[test]
fn every_plot_is_drawn_in_both_languages() {
    for language in Language::ALL {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("plots");
        let words = Words::of(language);
        let written = plots::write(&inside, &frames::frames(), &frames::settings(), words).unwrap();
        let names: Vec<String> = written
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["schedule.png", "noise.png", "norms.png", "latents.png", "guess.png"]);
        for path in &written {
            let (w, h, bytes) = pixels(path);
            assert_eq!((w as usize, h as usize), (plots::WIDTH, plots::HEIGHT));
            let (colours, ground) = ink(&bytes);
            assert!(colours > 50 && (0.6..0.99).contains(&ground), "{path:?} {colours} {ground}");
        }
    }
}

#[test]
fn a_walk_that_was_cut_short_gives_the_plots_that_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let words = Words::of(Language::En);
    let early = plots::write(folder.path(), &frames::walk_of(3).frames, &frames::settings(), words);
    assert_eq!(early.unwrap().len(), 1);
    let one = plots::write(folder.path(), &frames::walk_of(5).frames, &frames::settings(), words);
    assert_eq!(one.unwrap().len(), 4);
}

#[test]
fn the_training_curve_is_read_from_a_recipe_and_drawn() {
    let recipe = r#"{"other": 1, "curve": [
        {"samples": 5000, "loss": 0.2, "thing": 8.0, "colour": 20.0, "background": 90.0, "all": 1},
        {"samples": 60000, "loss": 0.1, "thing": 81.0, "colour": 95.0, "background": 100.0}]}"#;
    let training = plots::Training::from_recipe(recipe).unwrap();
    assert_eq!(training.curve.len(), 2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training.png");
    plots::write_training(&training, &path, Words::of(Language::Zh)).unwrap();
    assert!(ink(&pixels(&path).2).0 > 50);
    assert_eq!(plots::Training::from_recipe("{}"), None);
    assert_eq!(plots::Training::from_recipe(r#"{"curve": []}"#), None);
}

#[test]
fn the_fonts_have_every_character_of_the_plots() {
    let font = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fonts").join(name);
        fs::read(path).unwrap()
    };
    for (language, name) in
        [(Language::En, "DejaVuSans-plots.ttf"), (Language::Zh, "NotoSansSC-plots.otf")]
    {
        let words = Words::of(language);
        let bytes = font(name);
        for key in words.keys("export.").chain(words.keys("compare.axis.")) {
            for c in words.text(key).chars() {
                assert!(has_character(&bytes, c), "{name} lacks {c}: run fixtures/fonts/make.py");
            }
        }
    }
}

/// Whether the font's `cmap` (formats 4 and 12) has a character.
fn has_character(font: &[u8], c: char) -> bool {
    let u16_at = |at: usize| u32::from(u16::from_be_bytes([font[at], font[at + 1]]));
    let u32_at = |at: usize| (u16_at(at) << 16) | u16_at(at + 2);
    let tables = u16_at(4) as usize;
    let cmap = (0..tables)
        .map(|i| 12 + i * 16)
        .find(|&at| &font[at..at + 4] == b"cmap")
        .map(|at| u32_at(at + 8) as usize)
        .unwrap();
    let c = u32::from(c);
    (0..u16_at(cmap + 2) as usize).any(|i| {
        let table = cmap + u32_at(cmap + 4 + i * 8 + 4) as usize;
        match u16_at(table) {
            4 => {
                let segments = u16_at(table + 6) as usize / 2;
                let end = table + 14;
                let start = end + segments * 2 + 2;
                (0..segments).any(|s| u16_at(start + s * 2) <= c && c <= u16_at(end + s * 2))
            }
            12 => (0..u32_at(table + 12) as usize).any(|g| {
                let group = table + 16 + g * 12;
                u32_at(group) <= c && c <= u32_at(group + 4)
            }),
            _ => false,
        }
    })
}

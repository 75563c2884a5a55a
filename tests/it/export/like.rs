//! A picture's text tells again how it was made, whoever wrote it and whatever it is.

use std::fs::{self, File};
use std::path::Path;

use proptest::prelude::*;
use safelight::export::like::{Like, read};
use safelight::export::parameters::{Parameters, parameters};
use safelight::export::png;
use safelight::walk::{Sampler, Settings, Spacing};

use super::{frames, picture};

fn settings() -> impl Strategy<Value = Settings> {
    // What the text can tell: no prompt that looks like its own second part.
    let text = "[^\0]{0,60}".prop_filter("a line of its own", |text| {
        let marks = ["Negative prompt:", "Steps:"];
        !text.split('\n').any(|line| marks.iter().any(|m| line.trim_start().starts_with(m)))
    });
    let sampler = prop::sample::select(Sampler::ALL.to_vec());
    let spacing = [Spacing::Leading, Spacing::Linspace, Spacing::Trailing];
    let numbers = (any::<u64>(), 1usize..1000, 0.0..30.0f64, 0.0..1.0f64);
    let model = "[a-z,: \"\\\\]{1,12}[a-z]";
    (
        text.clone(),
        prop::option::of(text),
        numbers,
        sampler,
        prop::sample::select(spacing.to_vec()),
        model,
    )
        .prop_map(
            |(prompt, negative, (seed, steps, guidance, eta), sampler, spacing, model)| Settings {
                prompt: prompt.clone(),
                negative: negative.filter(|text| !text.is_empty()),
                seed,
                steps,
                guidance,
                sampler,
                spacing,
                karras: sampler.has_karras() && seed % 2 == 0,
                original_steps: (sampler == Sampler::Lcm).then_some(50),
                guidance_rescale: if steps % 3 == 0 { eta } else { 0.0 },
                clip_skip: steps % 4,
                prompt_2: (seed % 3 == 0).then(|| format!(" {prompt},")),
                original_size: (seed % 5 == 0).then_some([steps, 64]),
                crop: (seed % 5 < 2).then_some([0, steps]),
                target_size: (seed % 7 == 0).then_some([768, 1024]),
                eta: if sampler == Sampler::Ddim { eta } else { 0.0 },
                model: model.trim().to_owned(),
                ..frames::settings()
            },
        )
}

proptest! {
    #[test]
    fn parameters_written_by_us_are_read_back_to_the_same_settings(settings in settings()) {
        let like = Like::of_parameters(&Parameters::parse(&parameters(&settings)).unwrap());
        let mut expected = Like::of_settings(&settings);
        expected.asked.eta = expected.asked.eta.filter(|eta| *eta > 0.0);
        prop_assert_eq!(like, expected);
    }

    #[test]
    fn no_text_whatever_breaks_the_reader(text in any::<String>(), values in any::<String>()) {
        for text in [text.clone(), format!("{text}\nSteps: 1, {values}")] {
            if let Some(parameters) = Parameters::parse(&text) {
                let like = Like::of_parameters(&parameters);
                prop_assert!(like.remarks.len() <= 24);
            }
        }
    }
}

/// A small PNG with these text chunks.
fn with_texts(path: &Path, texts: &[(&str, &str)]) {
    let mut encoder = ::png::Encoder::new(File::create(path).unwrap(), 1, 1);
    encoder.set_color(::png::ColorType::Rgb);
    for (key, text) in texts {
        encoder.add_itxt_chunk((*key).to_owned(), (*text).to_owned()).unwrap();
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[0; 3]).unwrap();
}

#[test]
fn a_picture_of_ours_tells_everything_and_its_own_chunk_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.png");
    let mut settings = frames::settings();
    settings.prompt = "红猫 a cat\nSteps: 9, Sampler: Euler".to_owned();
    settings.negative = Some(String::new());
    png::write(&picture(), 1, Some(&settings), &path).unwrap();
    assert_eq!(read(&path).unwrap(), Like::of_settings(&settings));
}

#[test]
fn the_web_ui_reads_our_text_where_it_looks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cat.png");
    png::write(&picture(), 1, Some(&frames::settings()), &path).unwrap();
    let reader = super::reader(&path);
    let chunks = &reader.info().uncompressed_latin1_text;
    let text = chunks.iter().find(|chunk| chunk.keyword == "parameters").unwrap();
    let expected = format!(
        "{}\nSteps: 20, Sampler: DDIM, CFG scale: 4, Seed: 7, Size: 64x64, Model: pocket, \
         RNG: CPU, Timestep spacing: trailing, Version: safelight {}",
        frames::PROMPT,
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(text.text, expected);
}

#[test]
fn the_graph_of_comfyui_is_read_where_there_is_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("comfy.png");
    let graph = r#"{"1": {"class_type": "KSampler", "inputs": {"seed": 5, "steps": 12, "cfg": 3.5,
        "sampler_name": "euler", "scheduler": "normal", "positive": ["2", 0]}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "a boat"}}}"#;
    with_texts(&path, &[("workflow", "{}"), ("prompt", graph)]);
    let asked = read(&path).unwrap().asked;
    assert_eq!((asked.prompt.as_deref(), asked.seed), (Some("a boat"), Some(5)));
    assert_eq!((asked.sampler, asked.steps), (Some(Sampler::Euler), Some(12)));
}

#[test]
fn what_is_no_picture_or_says_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.png");
    let key = |path: &Path| read(path).unwrap_err().key();
    assert_eq!(key(&path), "file-missing");
    assert_eq!(key(folder.path()), "like-not-png");
    with_texts(&path, &[("Title", "a cat"), ("prompt", "a cat"), ("safelight", "{\"newer\": 1}")]);
    assert_eq!(key(&path), "like-nothing");
    let whole = fs::read(&path).unwrap();
    for length in 0..40 {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(read(&path).is_err());
    }
    fs::write(&path, "GIF89a and more").unwrap();
    assert_eq!(key(&path), "like-not-png");
}

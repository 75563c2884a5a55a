//! The contact sheet of one walk: x0 at every call of the network, and the finished picture.

use super::contact_sheet::{Cell, EDGE, Sheet};
use super::x0_picture::{finished, place, sigma, x0};
use crate::walk::{Frame, ModelCard, Settings, Step};
use crate::words::Words;

/// How much wider than high a sheet is, about.
const WIDER: f32 = 2.2;

/// The sheet of the frames so far. A step without any picture (no VAE picture, no preview) keeps
/// its place, empty.
pub fn walk_sheet(frames: &[Frame], settings: &Settings, card: &ModelCard, words: Words) -> Sheet {
    let steps: Vec<&Step> = frames.iter().filter_map(Frame::as_step).collect();
    let mut cells: Vec<Cell> = steps.iter().map(|step| cell(step, card, words)).collect();
    if let Some(picture) = finished(frames) {
        let label = words.text("export.x0.finished").to_owned();
        cells.push(Cell { picture: Some(picture), label });
    }
    // The more, the smaller; 1000 steps still fit on a screen that can be scrolled.
    let edge = match cells.len() {
        0..=60 => EDGE,
        61..=240 => EDGE / 2,
        _ => EDGE / 3,
    };
    let columns = (((cells.len() as f32) * WIDER).sqrt().ceil() as usize).max(1);
    // As many rows as that takes, evenly filled: 21 cells are three rows of seven.
    let rows = cells.len().div_ceil(columns).max(1);
    let columns = cells.len().div_ceil(rows).max(1);
    Sheet {
        title: settings.prompt.clone(),
        notes: vec![facts(settings, words), words.text("export.sheet.what").to_owned()],
        columns: Vec::new(),
        rows: cells.chunks(columns).map(|row| (String::new(), row.to_vec())).collect(),
        edge,
    }
}

fn cell(step: &Step, card: &ModelCard, words: Words) -> Cell {
    let at = format!("{}   {}", place(step, words), sigma(step.sigma));
    match x0(step, card.preview.as_ref(), words) {
        Some((picture, what)) => Cell { picture: Some(picture), label: format!("{at}\n{what}") },
        None => {
            Cell { picture: None, label: format!("{at}\n{}", words.text("export.x0.no-picture")) }
        }
    }
}

/// What decides a walk, in one line.
pub(super) fn facts(settings: &Settings, words: Words) -> String {
    let karras = if settings.karras { " karras" } else { "" };
    let sampler = format!("{}{karras}", settings.sampler.name());
    let guidance = if settings.guided() || settings.guidance_embedded {
        words.fill("export.sheet.guidance", &[("guidance", &settings.guidance.to_string())])
    } else {
        words.text("export.sheet.unguided").to_owned()
    };
    let mut line = words.fill(
        "export.sheet.settings",
        &[
            ("model", &settings.model),
            ("seed", &settings.seed.to_string()),
            ("steps", &settings.steps.to_string()),
            ("sampler", &sampler),
            ("guidance", &guidance),
            ("width", &settings.width.to_string()),
            ("height", &settings.height.to_string()),
        ],
    );
    if let (Some(image), Some(strength)) = (&settings.image, settings.strength) {
        let facts = [("name", &*image.name), ("strength", &strength.to_string())];
        line.push_str(&words.fill("export.sheet.image", &facts));
    }
    if let Some(negative) = settings.negative.as_deref().filter(|text| !text.is_empty()) {
        line.push_str(&words.fill("export.sheet.negative", &[("negative", negative)]));
    }
    line
}

//! The curves of a walk as PNG files, drawn by plotters in a font of our own.
//!
//! Light ground, few lines, labelled axes with units. plotters draws without anti-aliasing:
//! everything is drawn at three times the size and averaged down.

mod curves;
mod field;
mod histograms;
mod losses;
mod sheet;
mod training;

use std::fs;
use std::path::{Path, PathBuf};

use crate::walk::{Frame, Problem, Schedule, Settings, Step};
use crate::words::Words;

use super::png;

pub use field::field;
pub use training::Training;

/// Pixels across a plot.
pub const WIDTH: usize = 960;
/// Pixels down a plot.
pub const HEIGHT: usize = 600;

/// Draws what the frames allow into `folder` (made if need be) and gives the files' paths:
/// `schedule.png`, `noise.png`, `norms.png`, `guess.png`, `latents.png`.
///
/// # Errors
///
/// `export-no-folder` where the folder cannot be made, `export-not-drawn` where a plot cannot be
/// drawn, else what writing a file can meet.
pub fn write(
    folder: &Path,
    frames: &[Frame],
    settings: &Settings,
    words: Words,
) -> Result<Vec<PathBuf>, Problem> {
    fs::create_dir_all(folder).map_err(|reason| {
        Problem::new("export-no-folder").with("file", folder.display()).with("reason", reason)
    })?;
    let steps: Vec<&Step> = frames.iter().filter_map(Frame::as_step).collect();
    let mut plots = Vec::new();
    if let Some(schedule) = frames.iter().find_map(schedule_of) {
        plots.push(("schedule.png", curves::schedule(schedule, settings, words)));
    }
    if let Some(noise) = frames.iter().find_map(noise_of) {
        plots.push(("noise.png", histograms::noise(noise.noise.data(), words)));
    }
    if !steps.is_empty() {
        plots.push(("norms.png", curves::norms(&steps, words)));
        plots.push(("latents.png", histograms::latents(&steps, words)));
    }
    if steps.len() > 1 {
        plots.push(("guess.png", curves::guess(&steps, words)));
    }
    let mut written = Vec::new();
    for (name, plot) in plots {
        let path = folder.join(name);
        let drawn =
            plot.ok_or_else(|| Problem::new("export-not-drawn").with("file", path.display()))?;
        png::write(&drawn, 1, Some(settings), &path)?;
        written.push(path);
    }
    Ok(written)
}

/// Draws the training curve of a model to `path`.
///
/// # Errors
///
/// `export-not-drawn` for a curve without points, else what writing a file can meet.
pub fn write_training(training: &Training, path: &Path, words: Words) -> Result<(), Problem> {
    let drawn = training
        .draw(words)
        .ok_or_else(|| Problem::new("export-not-drawn").with("file", path.display()))?;
    png::write(&drawn, 1, None, path)
}

/// Draws the loss of every step of a training to `path`.
///
/// # Errors
///
/// `export-not-drawn` where there is nothing to draw, else what writing a file can meet.
pub fn write_losses(losses: &[f32], path: &Path, words: Words) -> Result<(), Problem> {
    let drawn = losses::draw(losses, words)
        .ok_or_else(|| Problem::new("export-not-drawn").with("file", path.display()))?;
    png::write(&drawn, 1, None, path)
}

fn schedule_of(frame: &Frame) -> Option<&Schedule> {
    if let Frame::Schedule(schedule) = frame { Some(schedule) } else { None }
}

fn noise_of(frame: &Frame) -> Option<&crate::walk::Noise> {
    if let Frame::Noise(noise) = frame { Some(noise) } else { None }
}

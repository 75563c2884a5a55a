//! The picture of a step's x0: through the VAE where that was kept, else the linear preview.

use crate::walk::{Frame, Picture, Preview, Step};
use crate::words::Words;

/// The picture, and in a few words what it is: the true one of the VAE, or an approximation with
/// its R². `None` where the model has no preview either.
pub(super) fn x0(
    step: &Step,
    preview: Option<&Preview>,
    words: Words,
) -> Option<(Picture, String)> {
    if let Some(picture) = &step.x0_image {
        return Some((picture.clone(), words.text("export.x0.vae").to_owned()));
    }
    let preview = preview?;
    let r2 = format!("{:.2}", preview.r2);
    Some((preview.apply(&step.x0)?, words.fill("export.x0.preview", &[("r2", &r2)])))
}

/// The finished picture of a walk, where it came so far.
pub(super) fn finished(frames: &[Frame]) -> Option<Picture> {
    frames.iter().find_map(|frame| match frame {
        Frame::Image(image) => image.picture(),
        _ => None,
    })
}

/// `step 3`, and where a step calls the network more than once the call as well.
pub(super) fn place(step: &Step, words: Words) -> String {
    let (at, call) = ((step.step + 1).to_string(), (step.call + 1).to_string());
    let key = if step.calls == step.steps { "export.x0.step" } else { "export.x0.step-call" };
    words.fill(key, &[("step", &at), ("call", &call)])
}

/// A noise level in three digits.
pub(super) fn sigma(sigma: f32) -> String {
    let digits = match sigma.abs() {
        0.0 => return "σ 0".to_owned(),
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 0.1 => 2,
        _ => 3,
    };
    format!("σ {sigma:.digits$}")
}

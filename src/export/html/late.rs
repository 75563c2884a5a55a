//! What the page holds of the stages after the steps: the decoder's levels and the picture.

use serde_json::{Value, json};

use super::{Page, described, pack};
use crate::walk::Frame;
use crate::words::visible;

/// Level by level: statistics of the level itself and its small maps.
pub(super) fn decode(page: &Page) -> Value {
    let found = page.frames.iter().find_map(|frame| match frame {
        Frame::Decode(decode) => Some(decode),
        _ => None,
    });
    let Some(decode) = found else { return Value::Null };
    let levels: Vec<Value> = decode
        .levels
        .iter()
        .map(|level| {
            let s = &level.statistics;
            json!({
                "name": visible(&level.name),
                "shape": level.shape,
                "mean": s.mean,
                "std": s.std,
                "min": s.min,
                "max": s.max,
                "channels": level.channels,
                "maps": pack::grid(&level.planes),
            })
        })
        .collect();
    json!({ "levels": levels, "count": decode.input.len(), "seconds": decode.seconds })
}

/// The picture, its description, and how many numbers were clamped.
pub(super) fn image(page: &Page) -> Value {
    let found = page.frames.iter().find_map(|frame| match frame {
        Frame::Image(image) => Some(image),
        _ => None,
    });
    let Some(image) = found else { return Value::Null };
    let Some(picture) = image.picture() else { return Value::Null };
    json!({
        "picture": pack::picture(&picture),
        "said": described(page, &picture),
        "clipped": image.clipped(),
        "count": image.image.len(),
    })
}

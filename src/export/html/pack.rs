//! Numbers and pictures as text inside the page: base64 of 16-bit floats, of bytes, of PNG files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use half::f16;
use serde_json::{Value, json};

use crate::export::png;
use crate::walk::{Grid, Picture};

/// Bytes as they are.
pub(super) fn bytes(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Numbers as little-endian 16-bit floats.
pub(super) fn numbers(data: &[f32]) -> String {
    let packed: Vec<u8> = data.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect();
    bytes(&packed)
}

/// All planes of a grid with their size: `{w, h, planes, data}`.
pub(super) fn grid(grid: &Grid) -> Value {
    json!({
        "w": grid.width(),
        "h": grid.height(),
        "planes": grid.planes(),
        "data": numbers(grid.data()),
    })
}

/// A picture as `{w, h, png}`; nothing for one without pixels.
pub(super) fn picture(picture: &Picture) -> Value {
    match png::data_address(picture) {
        Some(address) => json!({
            "w": picture.width(),
            "h": picture.height(),
            "png": address,
        }),
        None => Value::Null,
    }
}

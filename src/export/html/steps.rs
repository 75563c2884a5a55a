//! What the page holds of the steps: for each call the latent and the two answers, from which the
//! script computes the rest; what the cells took from the pieces; the curves of all calls.
//!
//! A page has a size that a website can bear. A walk of very many steps is thinned, maps and
//! pictures are averaged over whole blocks, and the page says so where it happens.

use serde_json::{Value, json};

use super::{Page, described, pack};
use crate::walk::{Frame, Grid, Picture, Step, Trajectory};

/// Bytes of latents and answers that are kept.
const MOST_NUMBERS: usize = 5_000_000;
/// Bytes of x0 pictures and attention together that are kept, before they are packed.
const MOST_BESIDE: usize = 1_550_000;
/// Bytes of x0 pictures among them.
const MOST_PIXELS: usize = 1_200_000;
/// Edges of the blocks over which what is too large is averaged: they divide most latents.
const BLOCKS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// All that the page holds of them; null where there is no step.
pub(super) fn steps(page: &Page) -> Value {
    let all: Vec<&Step> = page.frames.iter().filter_map(Frame::as_step).collect();
    let Some(first) = all.first() else { return Value::Null };
    let each = first.latent.len() * if first.pred_uncond.is_some() { 6 } else { 4 };
    let every = (all.len() * each).div_ceil(MOST_NUMBERS).max(1);
    let kept: Vec<&Step> = all
        .iter()
        .enumerate()
        .filter(|(i, _)| i % every == 0 || i + 1 == all.len())
        .map(|(_, step)| *step)
        .collect();
    let (block, pixels) = pixel_block(&kept);
    let attention = Shares::of(&kept, MOST_BESIDE.saturating_sub(pixels));
    let frames: Vec<Value> =
        kept.iter().map(|step| one(page, step, attention.as_ref(), block)).collect();
    json!({
        "calls": first.calls,
        "steps": first.steps,
        "there": all.len(),
        "every": every,
        "block": block,
        "attention": attention.as_ref().map(Shares::facts),
        "frames": frames,
        "curve": curve(page),
    })
}

fn one(page: &Page, step: &Step, attention: Option<&Shares>, block: usize) -> Value {
    let preview = page.card.preview.as_ref().and_then(|preview| preview.apply(&step.x0));
    let picture = step.x0_image.as_ref().map(|picture| smaller(picture, block));
    json!({
        "call": step.call,
        "step": step.step,
        "timestep": step.timestep,
        "sigma": step.sigma,
        "next": step.sigma_next,
        "latent": pack::grid(&step.latent),
        "uncond": step.pred_uncond.as_ref().map(pack::grid),
        "text": pack::grid(&step.pred_text),
        "guidance": step.formula.guidance,
        "rescaling": rescaling(step),
        "epsilon": step.formula.epsilon,
        "x0": step.formula.x0,
        "common": step.formula.common_scale,
        "picture": picture.as_ref().map(pack::picture),
        "said": picture.or(preview).map(|picture| described(page, &picture)),
        "shares": attention.and_then(|shares| shares.packed(step)),
    })
}

/// By how much the mixture of the answers is multiplied, where it is.
fn rescaling(step: &Step) -> Option<f32> {
    let uncond = step.pred_uncond.as_ref().filter(|_| step.formula.guidance_rescale > 0.0)?;
    step.formula.rescaling(uncond, &step.pred_text)
}

/// The curves' points, one a call, of all calls.
fn curve(page: &Page) -> Vec<Value> {
    Trajectory::of(page.frames)
        .points
        .iter()
        .map(|p| {
            json!({
                "call": p.call,
                "sigma": p.sigma,
                "moved": p.x0_moved,
                "left": p.x0_from_final,
                "angle": p.angle,
                "cosine": p.cosine_with_seed,
            })
        })
        .collect()
}

/// The block over which x0 pictures are averaged so that all of them fit, and their bytes then.
fn pixel_block(kept: &[&Step]) -> (usize, usize) {
    let bytes: usize = kept.iter().filter_map(|s| s.x0_image.as_ref()).map(|p| p.rgb().len()).sum();
    let block = block_for(bytes, MOST_PIXELS);
    (block, bytes / (block * block))
}

/// The smallest block over which so many bytes become few enough.
fn block_for(bytes: usize, most: usize) -> usize {
    BLOCKS.into_iter().find(|block| bytes / (block * block) <= most).unwrap_or(64)
}

fn smaller(picture: &Picture, block: usize) -> Picture {
    let (w, h) = (picture.width().div_ceil(block), picture.height().div_ceil(block));
    picture.block_means(w.max(1), h.max(1)).0
}

/// What each cell took from each piece, as bytes: 255 is the largest share that the row takes
/// anywhere in the walk, so that a row that takes little still has fine steps.
struct Shares {
    shape: [usize; 3],
    block: usize,
    limits: Vec<f32>,
}

impl Shares {
    fn of(kept: &[&Step], most: usize) -> Option<Self> {
        let rows: Vec<&Grid> =
            kept.iter().filter_map(|step| step.attention.as_ref()).map(|a| &a.rows).collect();
        let first = rows.first()?;
        let bytes: usize = rows.iter().map(|grid| grid.len()).sum();
        let block = block_for(bytes, most);
        let small = made_small(first, block);
        let shape = [small.planes(), small.height(), small.width()];
        let limits = (0..shape[0])
            .map(|row| {
                rows.iter()
                    .flat_map(|grid| grid.plane(row))
                    .copied()
                    .filter(|x| x.is_finite())
                    .fold(0.0, f32::max)
            })
            .collect();
        Some(Self { shape, block, limits })
    }

    fn facts(&self) -> Value {
        let [rows, h, w] = self.shape;
        json!({ "rows": rows, "h": h, "w": w, "limits": self.limits })
    }

    /// The bytes of a step; nothing where it has none or they have another shape.
    fn packed(&self, step: &Step) -> Option<String> {
        let small = made_small(&step.attention.as_ref()?.rows, self.block);
        if [small.planes(), small.height(), small.width()] != self.shape {
            return None;
        }
        let bytes: Vec<u8> = self
            .limits
            .iter()
            .enumerate()
            .flat_map(|(row, &limit)| small.plane(row).iter().map(move |&x| byte(x, limit)))
            .collect();
        Some(pack::bytes(&bytes))
    }
}

/// Averaged over blocks of this edge.
fn made_small(grid: &Grid, block: usize) -> Grid {
    let (w, h) = (grid.width().div_ceil(block), grid.height().div_ceil(block));
    grid.block_means(w.max(1), h.max(1)).0
}

fn byte(x: f32, limit: f32) -> u8 {
    if limit > 0.0 { (x / limit * 255.0).round().clamp(0.0, 255.0) as u8 } else { 0 }
}

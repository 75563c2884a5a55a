//! Named tensors become a frame again; what was left out is computed from the rest.

use super::Precision;
use super::about::{AboutDecode, AboutEncode, AboutLevel, AboutSchedule, AboutStep};
use super::stored::{Fault, Stored};
use super::tensor::from_eighths;
use super::token_json::clean;
use crate::walk::{
    Attention, Beside, Decode, Embeddings, Encode, Formula, Grid, Image, LeftOut, Level, Neighbour,
    Quantity, Schedule, Settings, Step, TextLayers,
};

/// More of anything than a walk can have.
const MANY: usize = 4096;
/// Numbers a token that no model has.
const WIDE: usize = 8192;

/// The embeddings stage.
pub(super) fn embeddings(stored: &mut Stored) -> Result<Embeddings, Fault> {
    let context =
        text_rows(stored, "text.context")?.ok_or_else(|| Fault::damaged("text.context"))?;
    let mut encoders = Vec::new();
    for e in 0..2 {
        let mut layers = Vec::new();
        while let Some(layer) = text_rows(stored, &format!("text.{e}.layer.{:02}", layers.len()))? {
            layers.push(layer);
            if layers.len() > 64 {
                return Err(Fault::damaged("text.layer"));
            }
        }
        if layers.is_empty() {
            break;
        }
        let name = format!("text.{e}.final");
        let last = text_rows(stored, &name)?.unwrap_or_else(|| context.clone());
        if layers.iter().any(|layer| layer.shape() != last.shape()) {
            return Err(Fault::Damaged(name));
        }
        encoders.push(TextLayers { layers, last });
    }
    if encoders.is_empty() {
        return Err(Fault::damaged("text.0.layer.00"));
    }
    let mut nearest: Vec<Vec<Neighbour>> =
        if stored.has("text.0.nearest") { stored.json("text.0.nearest")? } else { Vec::new() };
    if nearest.len() > 77 || nearest.iter().any(|list| list.len() > MANY) {
        return Err(Fault::damaged("text.0.nearest"));
    }
    for neighbour in nearest.iter_mut().flatten() {
        neighbour.text = clean(&neighbour.text);
    }
    let beside = beside(stored, context.shape().first().copied().unwrap_or(0))?;
    Ok(Embeddings { encoders, context, beside, nearest })
}

/// What the network was told beside the text, for so many rows.
fn beside(stored: &mut Stored, rows: usize) -> Result<Beside, Fault> {
    let mut table = |name: &str, rows: usize, widths: std::ops::RangeInclusive<usize>| {
        let Some(grid) = stored.find(name)? else { return Ok(None) };
        match *grid.shape() {
            [found, width] if found == rows && widths.contains(&width) => Ok(Some(grid)),
            _ => Err(Fault::damaged(name)),
        }
    };
    Ok(Beside {
        pooled: table("text.pooled", rows, 1..=WIDE)?,
        time_ids: table("text.time_ids", rows, 6..=6)?,
        guidance: table("guidance.embedding", 1, 1..=WIDE)?,
    })
}

/// `[B,77,D]`; rows that were left out (padding) are zeros.
fn text_rows(stored: &mut Stored, name: &str) -> Result<Option<Grid>, Fault> {
    let Some(grid) = stored.find(name)? else { return Ok(None) };
    let [batch @ 1..=2, rows @ 1..=77, width @ 1..=WIDE] = *grid.shape() else {
        return Err(Fault::damaged(name));
    };
    if rows == 77 {
        return Ok(Some(grid));
    }
    Ok(Some(Grid::from_fn(&[batch, 77, width], |i| {
        let (b, row, d) = (i / (77 * width), i / width % 77, i % width);
        if row < rows { grid.data()[(b * rows + row) * width + d] } else { 0.0 }
    })))
}

/// The schedule stage of a walk of `calls` calls.
pub(super) fn schedule(
    stored: &mut Stored,
    settings: &Settings,
    calls: usize,
) -> Result<Schedule, Fault> {
    let about: AboutSchedule = stored.json("schedule.about")?;
    let sigmas =
        if stored.has("schedule.sigmas") { Some(stored.line("schedule.sigmas")?) } else { None };
    let (mut timesteps, mut levels) =
        (stored.line("schedule.timesteps")?, stored.line("schedule.levels")?);
    let gone = about.left_out;
    if gone > timesteps.len() || gone > levels.len() || gone >= settings.steps.max(1) * 2 {
        return Err(Fault::damaged("schedule.about"));
    }
    let left_out = timesteps.drain(..gone).zip(levels.drain(..gone));
    let left_out: Vec<LeftOut> =
        left_out.map(|(timestep, level)| LeftOut { timestep, level }).collect();
    let schedule = Schedule {
        timesteps,
        sigmas,
        levels,
        left_out,
        alphas_cumprod: stored.line("schedule.alphas_cumprod")?,
        init_noise_sigma: about.init_noise_sigma,
        steps: about.steps,
        sample: stored.picture("schedule.sample")?,
    };
    let training = schedule.alphas_cumprod.len();
    let inside = |t: &f32| *t >= 0.0 && *t < training.max(1) as f32;
    let fits = schedule.timesteps.len() == calls
        && schedule.levels.len() == calls + 1
        && schedule.steps.len() == calls
        && schedule.steps.iter().all(|&s| s < settings.steps.max(calls))
        && (1..=100_000).contains(&training)
        && schedule.timesteps.iter().all(inside)
        && schedule.sigmas.as_ref().is_none_or(|s| s.len() <= gone + calls + 1 && !s.is_empty());
    if fits { Ok(schedule) } else { Err(Fault::damaged("schedule")) }
}

/// The encode stage of a walk of this size in pixels, each latent cell `factor` of them wide.
pub(super) fn encode(
    stored: &mut Stored,
    precision: Precision,
    (width, height): (usize, usize),
    factor: usize,
) -> Result<Encode, Fault> {
    let about: AboutEncode = stored.json("encode.about")?;
    let image = picture_grid(stored, "init.image", precision)?;
    if *image.shape() != [1, 3, height, width] {
        return Err(Fault::damaged("init.image"));
    }
    let (h, w) = (height / factor.max(1), width / factor.max(1));
    let moments = latent(stored, "encode.moments", &[1, 8, h, w])?;
    let noise = latent(stored, "encode.noise", &[1, 4, h, w])?;
    let back = stored.picture("encode.back")?;
    if back.as_ref().is_some_and(|back| (back.width(), back.height()) != (width, height)) {
        return Err(Fault::damaged("encode.back"));
    }
    let whole = named(stored, &about.whole, &["encode."])?;
    let (scaling, seconds) = (about.scaling, about.seconds);
    Ok(Encode { image, moments, noise, scaling, back, whole, seconds })
}

/// One latent of the shape that all latents of the walk have.
pub(super) fn latent(stored: &mut Stored, name: &str, shape: &[usize]) -> Result<Grid, Fault> {
    let grid = stored.grid(name)?;
    if grid.shape() == shape { Ok(grid) } else { Err(Fault::damaged(name)) }
}

fn maybe_latent(stored: &mut Stored, name: &str, shape: &[usize]) -> Result<Option<Grid>, Fault> {
    if stored.has(name) { latent(stored, name, shape).map(Some) } else { Ok(None) }
}

/// What all steps of a walk share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common<'a> {
    pub(super) precision: Precision,
    pub(super) settings: &'a Settings,
    pub(super) calls: usize,
    /// Shape of every latent.
    pub(super) shape: &'a [usize],
}

/// The call after those in `earlier`. Where `next` was left out it is computed by the formula;
/// the latent of the following call, once that is read, is better.
pub(super) fn step(
    stored: &mut Stored,
    common: Common<'_>,
    earlier: &[Step],
) -> Result<Step, Fault> {
    let call = earlier.len();
    let name = |part: &str| format!("step.{call:03}.{part}");
    let about: AboutStep = stored.json(&name("about"))?;
    let shape = common.shape;
    if !sound(&about.formula, call) || about.step >= common.settings.steps.max(common.calls) {
        return Err(Fault::Damaged(name("about")));
    }
    let formula = about.formula.clone();
    let grid = latent(stored, &name("latent"), shape)?;
    let pred_uncond = maybe_latent(stored, &name("pred_uncond"), shape)?;
    let pred_text = latent(stored, &name("pred_text"), shape)?;
    let wrong = || Fault::Damaged(name("pred_text"));
    let input = match maybe_latent(stored, &name("input"), shape)? {
        Some(input) => input,
        None => formula.input(&grid),
    };
    let pred = match maybe_latent(stored, &name("pred"), shape)? {
        Some(pred) => pred,
        None => formula.guided(pred_uncond.as_ref(), &pred_text).ok_or_else(wrong)?,
    };
    let x0 = match maybe_latent(stored, &name("x0"), shape)? {
        Some(x0) => x0,
        None => formula.x0_of(&grid, &pred).ok_or_else(wrong)?,
    };
    let mut step = Step {
        call,
        step: about.step,
        calls: common.calls,
        steps: common.settings.steps_made(),
        timestep: about.timestep,
        sigma: about.sigma,
        sigma_next: about.sigma_next,
        next: grid.clone(),
        latent: grid,
        input,
        pred_uncond,
        pred_text,
        pred,
        x0,
        extra_noise: maybe_latent(stored, &name("extra_noise"), shape)?,
        formula,
        attention: attention(stored, &name("attn"), &about)?,
        x0_image: stored.picture(&name("x0_image"))?,
        seconds: about.seconds,
        peak_mb: about.peak_mb,
        probes: Vec::new(),
    };
    step.next = match maybe_latent(stored, &name("next"), shape)? {
        Some(next) => next,
        None => next_by_formula(&step, earlier).ok_or_else(|| Fault::Damaged(name("next")))?,
    };
    if common.precision == Precision::Full {
        step.probes = named(stored, &about.probes, &["unet.", "attn."])?;
    }
    Ok(step)
}

/// Whether a formula speaks only of calls that were made.
fn sound(formula: &Formula, call: usize) -> bool {
    formula.next.len() <= 64
        && formula.next.iter().all(|term| match term.of {
            Quantity::LatentOfCall(k) | Quantity::PredOfCall(k) | Quantity::X0OfCall(k) => {
                k <= call
            }
            Quantity::Latent
            | Quantity::Pred
            | Quantity::X0
            | Quantity::Epsilon
            | Quantity::ExtraNoise => true,
        })
}

/// The latent after a step, from its formula.
fn next_by_formula(step: &Step, earlier: &[Step]) -> Option<Grid> {
    let of_call = |k: usize| if k == step.call { Some(step) } else { earlier.get(k) };
    step.formula.next_of(&step.latent, &step.pred, step.extra_noise.as_ref(), &|quantity| {
        Some(match quantity {
            Quantity::LatentOfCall(k) => of_call(k)?.latent.clone(),
            Quantity::PredOfCall(k) => of_call(k)?.pred.clone(),
            Quantity::X0OfCall(k) => of_call(k)?.x0.clone(),
            Quantity::Latent
            | Quantity::Pred
            | Quantity::X0
            | Quantity::Epsilon
            | Quantity::ExtraNoise => return None,
        })
    })
}

fn attention(
    stored: &mut Stored,
    name: &str,
    about: &AboutStep,
) -> Result<Option<Attention>, Fault> {
    let Some([height, width]) = about.attention else { return Ok(None) };
    let wrong = || Fault::damaged(name);
    // Two marks, at most 75 pieces, and the sum of the padding, of which there may be none.
    let fits = |shape: &[usize]| match *shape {
        [rows @ 1..=78, cells @ 1..=usize::MAX] if height.checked_mul(width) == Some(cells) => {
            Some(rows)
        }
        _ => None,
    };
    let Some(limits) = &about.limits else {
        let grid = stored.grid(name)?;
        let rows = fits(grid.shape()).ok_or_else(wrong)?;
        let rows = grid.reshaped(&[rows, height, width]).ok_or_else(wrong)?;
        return Ok(Some(Attention { rows }));
    };
    let (shape, bytes) = stored.bytes(name)?.ok_or_else(wrong)?;
    let rows = fits(&shape).ok_or_else(wrong)?;
    let grid = from_eighths(limits, &[rows, height, width], &bytes).ok_or_else(wrong)?;
    let cells = height * width;
    let sums: Vec<f32> =
        (0..cells).map(|c| (0..rows).map(|r| grid.data()[r * cells + c]).sum()).collect();
    let share = |i: usize| {
        let sum: f32 = sums[i % cells];
        if sum > 0.0 { grid.data()[i] / sum } else { 1.0 / rows as f32 }
    };
    Ok(Some(Attention { rows: Grid::from_fn(grid.shape(), share) }))
}

/// Tensors listed by name, each under one of the prefixes.
fn named(
    stored: &mut Stored,
    names: &[String],
    prefixes: &[&str],
) -> Result<Vec<(String, Grid)>, Fault> {
    if names.len() > MANY {
        return Err(Fault::damaged("about"));
    }
    let mut seen = std::collections::BTreeSet::new();
    let mut out = Vec::new();
    for name in names {
        if !prefixes.iter().any(|p| name.starts_with(p)) || !seen.insert(name) {
            return Err(Fault::damaged(name));
        }
        out.push((clean(name), stored.grid(name)?));
    }
    Ok(out)
}

/// The decoder's stage.
pub(super) fn decode(stored: &mut Stored, shape: &[usize]) -> Result<Decode, Fault> {
    let about: AboutDecode = stored.json("decode.about")?;
    if about.levels.len() > 64 {
        return Err(Fault::damaged("decode.about"));
    }
    let whole = named(stored, &about.whole, &["decode."])?;
    let input = latent(stored, "decode.input", shape)?;
    let levels =
        about.levels.into_iter().map(|about| level(stored, about)).collect::<Result<_, _>>()?;
    Ok(Decode {
        input,
        levels,
        whole,
        tiles: about.tiles.clamp(1, 1 << 16),
        seconds: about.seconds,
    })
}

fn level(stored: &mut Stored, about: AboutLevel) -> Result<Level, Fault> {
    let name = format!("decode.{}.planes", about.name);
    let planes = match &about.limits {
        None => stored.grid(&name)?,
        Some(limits) => {
            let (shape, bytes) = stored.bytes(&name)?.ok_or_else(|| Fault::damaged(&name))?;
            from_eighths(limits, &shape, &bytes).ok_or_else(|| Fault::damaged(&name))?
        }
    };
    let [1..=MANY, 1..=MANY, 1..=MANY] = *planes.shape() else {
        return Err(Fault::Damaged(name));
    };
    let fits = about.shape.iter().all(|&d| (1..=1 << 20).contains(&d))
        && about.channels.len() <= planes.planes()
        && about.statistics.shape.len() <= 8;
    if !fits {
        return Err(Fault::Damaged(name));
    }
    Ok(Level {
        name: clean(&about.name),
        shape: about.shape,
        statistics: about.statistics,
        planes,
        channels: about.channels,
    })
}

/// The picture.
pub(super) fn image(stored: &mut Stored, precision: Precision) -> Result<Image, Fault> {
    picture_grid(stored, "image", precision).map(|image| Image { image })
}

/// `[1,3,H,W]`, kept whole or in 8 bits.
fn picture_grid(stored: &mut Stored, name: &str, precision: Precision) -> Result<Grid, Fault> {
    let image = if precision == Precision::Full {
        stored.grid(name)?
    } else {
        match stored.bytes(name) {
            Ok(Some((shape, bytes))) => {
                let data = bytes.iter().map(|&b| f32::from(b) / 127.5 - 1.0).collect();
                Grid::new(&shape, data).ok_or_else(|| Fault::damaged(name))?
            }
            Ok(None) => return Err(Fault::damaged(name)),
            Err(Fault::Damaged(_)) => stored.grid(name)?,
            Err(fault) => return Err(fault),
        }
    };
    match *image.shape() {
        [1, 3, 1..=usize::MAX, 1..=usize::MAX] => Ok(image),
        _ => Err(Fault::damaged(name)),
    }
}

//! A frame becomes named tensors: all of it in `full`, what cannot be computed in `compact`.

use super::Precision;
use super::about::{AboutDecode, AboutEncode, AboutLevel, AboutSchedule, AboutStep, finite};
use super::tensor::{Tensor, eighths};
use crate::walk::{
    Attention, Beside, Decode, Embeddings, Encode, Encoding, Frame, Grid, Image, Level, Schedule,
    Step, Tokens,
};

/// What the tensors of a frame depend on besides the frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) precision: Precision,
    /// Rows of the text tensors that hold a mark or a piece; what follows is padding.
    pub(super) rows: usize,
    /// Bytes that the layers between of the text encoders took.
    pub(super) layers: usize,
}

impl Manner {
    fn compact(self) -> bool {
        self.precision == Precision::Compact
    }

    fn grid(self, name: impl Into<String>, grid: &Grid) -> Tensor {
        match self.precision {
            Precision::Full => Tensor::f32(name, grid.shape(), grid.data()),
            Precision::Compact => Tensor::f16(name, grid.shape(), grid.data()),
        }
    }
}

/// Bytes of the layers between, of the tensors of the embeddings.
pub(super) fn layers_between(tensors: &[Tensor]) -> usize {
    let between = |t: &&Tensor| t.name.contains(".layer.") && !t.name.ends_with(".00");
    tensors.iter().filter(between).map(|t| t.bytes.len()).sum()
}

/// How many rows of the text tensors these texts fill.
pub(super) fn rows_filled(tokens: &Tokens) -> usize {
    let both = tokens.encoders.iter().flat_map(|e| [Some(&e.prompt), e.negative.as_ref()]);
    both.flatten().map(|text| (text.kept + 2).min(77)).max().unwrap_or(77)
}

/// The tensors of a frame, under the names of the format.
pub(super) fn tensors(frame: &Frame, manner: Manner) -> Vec<Tensor> {
    match frame {
        Frame::Tokens(tokens) => ids(tokens),
        Frame::Embeddings(embeddings) => text(embeddings, manner),
        Frame::Schedule(schedule) => of_schedule(schedule),
        Frame::Encode(encode) => of_encode(encode, manner),
        Frame::Noise(noise) => vec![manner.grid("noise", &noise.noise)],
        Frame::Step(step) => of_step(step, manner),
        Frame::Decode(decode) => of_decode(decode, manner),
        Frame::Image(image) => vec![of_image(image, "image", manner)],
    }
}

fn ids(tokens: &Tokens) -> Vec<Tensor> {
    let named = tokens.encoders.iter().enumerate();
    named
        .map(|(e, texts)| {
            let rows: Vec<&Encoding> = texts.negative.iter().chain([&texts.prompt]).collect();
            let ids: Vec<u32> = rows.iter().flat_map(|text| text.ids.iter().copied()).collect();
            Tensor::i64(format!("text.{e}.ids"), &[rows.len(), ids.len() / rows.len()], &ids)
        })
        .collect()
}

fn text(embeddings: &Embeddings, manner: Manner) -> Vec<Tensor> {
    let mut out = Vec::new();
    for (e, encoder) in embeddings.encoders.iter().enumerate() {
        for (i, layer) in encoder.layers.iter().enumerate() {
            let name = format!("text.{e}.layer.{i:02}");
            if manner.compact() && i > 0 {
                out.push(manner.grid(name, &first_rows(layer, manner.rows)));
            } else {
                out.push(manner.grid(name, layer));
            }
        }
        let name = format!("text.{e}.final");
        if !manner.compact() {
            out.push(manner.grid(name, &encoder.last));
        } else if encoder.last != embeddings.context {
            out.push(manner.grid(name, &first_rows(&encoder.last, manner.rows)));
        }
    }
    out.push(manner.grid("text.context", &embeddings.context));
    let Beside { pooled, time_ids, guidance } = &embeddings.beside;
    out.extend(pooled.as_ref().map(|grid| manner.grid("text.pooled", grid)));
    // Sizes of pictures are more than 16 bits count.
    let whole = |grid: &Grid| Tensor::f32("text.time_ids", grid.shape(), grid.data());
    out.extend(time_ids.as_ref().map(whole));
    out.extend(guidance.as_ref().map(|grid| manner.grid("guidance.embedding", grid)));
    out.push(Tensor::json("text.0.nearest", &embeddings.nearest));
    out
}

/// `[B,77,D]` cut to its first rows: `[B,rows,D]`.
fn first_rows(grid: &Grid, rows: usize) -> Grid {
    let [batch, all, width] = *grid.shape() else { return grid.clone() };
    let rows = rows.min(all);
    Grid::from_fn(&[batch, rows, width], |i| {
        let (b, inside) = (i / (rows * width), i % (rows * width));
        grid.data()[b * all * width + inside]
    })
}

fn of_schedule(schedule: &Schedule) -> Vec<Tensor> {
    let line = |name: &str, data: &[f32]| Tensor::f32(name, &[data.len()], data);
    let gone = &schedule.left_out;
    let timesteps: Vec<f32> =
        gone.iter().map(|c| c.timestep).chain(schedule.timesteps.clone()).collect();
    let levels: Vec<f32> = gone.iter().map(|c| c.level).chain(schedule.levels.clone()).collect();
    let mut out = vec![
        line("schedule.timesteps", &timesteps),
        line("schedule.levels", &levels),
        line("schedule.alphas_cumprod", &schedule.alphas_cumprod),
    ];
    out.extend(schedule.sigmas.as_ref().map(|sigmas| line("schedule.sigmas", sigmas)));
    out.extend(schedule.sample.as_ref().map(|p| Tensor::picture("schedule.sample", p)));
    let about = AboutSchedule {
        steps: schedule.steps.clone(),
        init_noise_sigma: schedule.init_noise_sigma,
        left_out: gone.len(),
    };
    out.push(Tensor::json("schedule.about", &about));
    out
}

fn of_encode(encode: &Encode, manner: Manner) -> Vec<Tensor> {
    let image = Image { image: encode.image.clone() };
    let mut out = vec![of_image(&image, "init.image", manner)];
    out.push(manner.grid("encode.moments", &encode.moments));
    out.push(manner.grid("encode.noise", &encode.noise));
    let mut about =
        AboutEncode { seconds: encode.seconds, scaling: encode.scaling, whole: Vec::new() };
    if !manner.compact() {
        out.push(manner.grid("encode.latent", &encode.latent()));
        out.extend(encode.whole.iter().map(|(name, grid)| manner.grid(name, grid)));
        about.whole = encode.whole.iter().map(|(name, _)| name.clone()).collect();
    }
    out.extend(encode.back.as_ref().map(|picture| Tensor::picture("encode.back", picture)));
    out.push(Tensor::json("encode.about", &about));
    out
}

fn of_step(step: &Step, manner: Manner) -> Vec<Tensor> {
    let name = |part: &str| format!("step.{:03}.{part}", step.call);
    let mut out = vec![manner.grid(name("latent"), &step.latent)];
    if !manner.compact() {
        out.push(manner.grid(name("input"), &step.input));
    }
    out.extend(step.pred_uncond.as_ref().map(|g| manner.grid(name("pred_uncond"), g)));
    out.push(manner.grid(name("pred_text"), &step.pred_text));
    if !manner.compact() {
        out.push(manner.grid(name("pred"), &step.pred));
        out.push(manner.grid(name("x0"), &step.x0));
    }
    if !manner.compact() || step.call + 1 == step.calls {
        out.push(manner.grid(name("next"), &step.next));
    }
    out.extend(step.extra_noise.as_ref().map(|g| manner.grid(name("extra_noise"), g)));
    let mut about = AboutStep {
        step: step.step,
        timestep: step.timestep,
        sigma: step.sigma,
        sigma_next: step.sigma_next,
        seconds: step.seconds,
        peak_mb: step.peak_mb,
        formula: step.formula.clone(),
        attention: None,
        limits: None,
        probes: Vec::new(),
    };
    if !manner.compact() {
        out.extend(step.probes.iter().map(|(name, grid)| manner.grid(name, grid)));
        about.probes = step.probes.iter().map(|(name, _)| name.clone()).collect();
    }
    if let Some(attention) = &step.attention {
        let means = attention_block(step, attention, manner);
        let means = (means > 1).then(|| attention.block_means(means)).flatten();
        let kept = means.as_ref().unwrap_or(attention);
        out.push(of_attention(name("attn"), kept, manner, &mut about));
    }
    out.extend(step.x0_image.as_ref().map(|p| Tensor::picture(name("x0_image"), p)));
    out.push(Tensor::json(name("about"), &about));
    out
}

/// Over how many cells each way compact attention is averaged. Every word of a prompt adds a row
/// of it to every call, and a row to every layer of text: both together get three fifths of what
/// the latents and answers take. What is more is kept in means of 2 × 2 or 4 × 4 cells, never with
/// fewer than 8 cells a side.
fn attention_block(step: &Step, attention: &Attention, manner: Manner) -> usize {
    let rows = &attention.rows;
    let grids = 2 + usize::from(step.pred_uncond.is_some());
    let room = (step.calls * step.latent.len() * 2 * grids * 3 / 5).saturating_sub(manner.layers);
    let sides = [rows.height(), rows.width()];
    let mut block = 1;
    while manner.compact()
        && block < 4
        && step.calls * rows.len() / (block * block) > room
        && sides.iter().all(|side| side.is_multiple_of(2 * block) && side / (2 * block) >= 8)
    {
        block *= 2;
    }
    block
}

fn of_attention(
    name: String,
    attention: &Attention,
    manner: Manner,
    about: &mut AboutStep,
) -> Tensor {
    let rows = &attention.rows;
    let shape = [rows.planes(), rows.height() * rows.width()];
    about.attention = Some([rows.height(), rows.width()]);
    if manner.compact() {
        let (limits, bytes) = eighths(rows, true);
        about.limits = Some(limits);
        Tensor::u8(name, &shape, bytes)
    } else {
        Tensor::f32(name, &shape, rows.data())
    }
}

fn of_decode(decode: &Decode, manner: Manner) -> Vec<Tensor> {
    let mut out = vec![manner.grid("decode.input", &decode.input)];
    let mut about = AboutDecode {
        seconds: decode.seconds,
        levels: Vec::new(),
        tiles: decode.tiles,
        whole: Vec::new(),
    };
    if !manner.compact() {
        for (name, grid) in decode.whole.iter().filter(|(name, _)| name != "decode.input") {
            out.push(manner.grid(name, grid));
            about.whole.push(name.clone());
        }
    }
    for level in &decode.levels {
        let (tensor, level) = of_level(level, manner);
        out.push(tensor);
        about.levels.push(level);
    }
    out.push(Tensor::json("decode.about", &about));
    out
}

fn of_level(level: &Level, manner: Manner) -> (Tensor, AboutLevel) {
    let name = format!("decode.{}.planes", level.name);
    let mut about = AboutLevel {
        name: level.name.clone(),
        shape: level.shape,
        statistics: finite(&level.statistics),
        channels: level.channels.clone(),
        limits: None,
    };
    let tensor = if manner.compact() {
        let planes = first_planes(&level.planes);
        let (limits, bytes) = eighths(&planes, false);
        about.channels.truncate(planes.planes().saturating_sub(1));
        about.limits = Some(limits);
        Tensor::u8(name, planes.shape(), bytes)
    } else {
        Tensor::f32(name, level.planes.shape(), level.planes.data())
    };
    (tensor, about)
}

/// Of a level's thumbnails, as many of the first (the most telling) as fit into 24 kB.
fn first_planes(planes: &Grid) -> Grid {
    const ROOM: usize = 24_000;
    let (width, height) = (planes.width(), planes.height());
    let kept = (ROOM / (width * height).max(1)).clamp(1, planes.planes().max(1));
    let data = planes.data().iter().take(kept * width * height).copied().collect();
    Grid::new(&[kept, height, width], data).unwrap_or_else(|| planes.clone())
}

fn of_image(image: &Image, name: &str, manner: Manner) -> Tensor {
    match image.picture() {
        Some(picture) if manner.compact() => {
            let planes = Tensor::picture(name, &picture);
            Tensor { shape: image.image.shape().to_vec(), ..planes }
        }
        _ => manner.grid(name, &image.image),
    }
}

//! Frames: what each stage produced, as plain data.
//!
//! One frame for each call of the noise predictor, and one for each other stage. A frame does not
//! say whether it was computed just now or read from a recording.

use serde::{Deserialize, Serialize};

use super::{Encode, Formula, Grid, Picture, Stage, Statistics, Tokens};

/// What one stage produced.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// Pieces and ids.
    Tokens(Tokens),
    /// Vectors.
    Embeddings(Embeddings),
    /// Timesteps and noise levels.
    Schedule(Schedule),
    /// The picture that the walk begins from, as a latent.
    Encode(Box<Encode>),
    /// The initial noise.
    Noise(Noise),
    /// One call of the noise predictor and what the sampler made of it.
    Step(Box<Step>),
    /// The decoder, level by level.
    Decode(Decode),
    /// The picture.
    Image(Image),
}

impl Frame {
    /// The stage that produced it.
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Tokens(_) => Stage::Tokens,
            Self::Embeddings(_) => Stage::Embeddings,
            Self::Schedule(_) => Stage::Schedule,
            Self::Encode(_) => Stage::Encode,
            Self::Noise(_) => Stage::Noise,
            Self::Step(_) => Stage::Step,
            Self::Decode(_) => Stage::Decode,
            Self::Image(_) => Stage::Image,
        }
    }

    /// The step inside, where it is one.
    pub fn as_step(&self) -> Option<&Step> {
        if let Self::Step(step) = self { Some(step) } else { None }
    }
}

/// The text encoders' work. B is 2 with guidance (row 0 the negative prompt), else 1. Where zeros
/// stand for a negative prompt that was not given (XL), the encoders have one row and the context
/// has two.
#[derive(Clone, Debug, PartialEq)]
pub struct Embeddings {
    /// One for each text encoder.
    pub encoders: Vec<TextLayers>,
    /// `[B,77,C]`: what cross-attention gets.
    pub context: Grid,
    /// What the network is told beside it.
    pub beside: Beside,
    /// For each kept piece of the prompt (first encoder), the words whose table rows lie nearest
    /// by cosine, best first; empty lists where none are known.
    pub nearest: Vec<Vec<Neighbour>>,
}

/// What the noise predictor is told of a walk beside the text's vectors; nothing of it in SD 1.x
/// and 2.x.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beside {
    /// `[B,P]`: each text as one vector, of XL.
    pub pooled: Option<Grid>,
    /// `[B,6]`: original height and width, crop from top and left, target height and width, of XL.
    pub time_ids: Option<Grid>,
    /// `[1,G]`: the guidance scale as sinusoids, for a network that is told it.
    pub guidance: Option<Grid>,
}

/// One encoder's hidden states.
#[derive(Clone, Debug, PartialEq)]
pub struct TextLayers {
    /// `[B,77,D]` each: 0 = token + position embedding, then after each layer.
    pub layers: Vec<Grid>,
    /// `[B,77,D]` after the final layer norm.
    pub last: Grid,
}

/// A word of the vocabulary near another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Its id.
    pub id: u32,
    /// Its text.
    pub text: String,
    /// Cosine of the two table rows.
    pub cosine: f32,
}

/// What steps and sampler make. Guidance and size are no part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// One for each call of the network, falling; some samplers ask at fractions.
    pub timesteps: Vec<f32>,
    /// Where the sampler works in sigmas, one for each call, those that strength left out among
    /// them, and one more; as diffusers keeps them.
    pub sigmas: Option<Vec<f32>>,
    /// Noise level σ before each call, and the one after the last: `[calls + 1]` for every
    /// sampler, `σ = √((1−ᾱ)/ᾱ)`.
    pub levels: Vec<f32>,
    /// ᾱ for each of the training steps: the running product of 1 − β.
    pub alphas_cumprod: Vec<f32>,
    /// By how much the unit noise is multiplied before the first step.
    pub init_noise_sigma: f32,
    /// For each call, the step (from 0) that it belongs to.
    pub steps: Vec<usize>,
    /// The calls at the beginning that strength left out, where the walk begins from a picture.
    pub left_out: Vec<LeftOut>,
    /// A picture from the model's training, to be shown at a noise level.
    pub sample: Option<Picture>,
}

/// A call that is not made: the walk begins from a picture, with less noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeftOut {
    /// The timestep that the network would have been told.
    pub timestep: f32,
    /// Noise level σ before it.
    pub level: f32,
}

impl Schedule {
    /// The factors `(√ᾱ, √(1−ᾱ))` of picture and noise at noise level σ.
    pub fn factors(sigma: f32) -> (f32, f32) {
        let scale = sigma.mul_add(sigma, 1.0).sqrt();
        (1.0 / scale, sigma / scale)
    }
}

/// The seeded noise.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// `[1,4,h,w]`, unit normal, as drawn.
    pub noise: Grid,
    /// The seed whose low 32 bits drew it.
    pub seed: u64,
}

impl Noise {
    /// FNV-1a over the numbers rounded to 1e-4: equal on every system although the last bits of
    /// its mathematics library may differ.
    pub fn hash(&self) -> u64 {
        self.noise.data().iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, x| {
            let rounded = (f64::from(*x) * 1e4).round() as i32;
            rounded
                .to_le_bytes()
                .into_iter()
                .fold(hash, |h, byte| (h ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
        })
    }
}

/// One call of the noise predictor. All latents `[1,4,h,w]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Which call, from 0.
    pub call: usize,
    /// Which step it belongs to, from 0 (PNDM calls once more than it has steps,
    /// Heun nearly twice as often).
    pub step: usize,
    /// How many calls the walk has.
    pub calls: usize,
    /// How many steps were asked for.
    pub steps: usize,
    /// The timestep that the network was told.
    pub timestep: f32,
    /// Noise level σ before.
    pub sigma: f32,
    /// Noise level σ after.
    pub sigma_next: f32,
    /// `x_t` in the sampler's own scale.
    pub latent: Grid,
    /// What the UNet saw: the latent, scaled.
    pub input: Grid,
    /// The answer without the prompt (or with the negative one); only with guidance on.
    pub pred_uncond: Option<Grid>,
    /// The answer with the prompt.
    pub pred_text: Grid,
    /// The guided answer that the sampler works with.
    pub pred: Grid,
    /// The clean latent that this answer implies: an estimate.
    pub x0: Grid,
    /// The latent after the step.
    pub next: Grid,
    /// Unit normal, where the sampler drew some.
    pub extra_noise: Option<Grid>,
    /// The sampler's arithmetic as data.
    pub formula: Formula,
    /// Which piece each cell drew on, averaged over layers and heads.
    pub attention: Option<Attention>,
    /// x0 through the VAE, if asked for.
    pub x0_image: Option<Picture>,
    /// Wall time of this step in seconds.
    pub seconds: f32,
    /// Peak memory of the step phase in MB, where it is known.
    pub peak_mb: Option<f32>,
    /// `unet.…` and `attn.…` tensors by name, if this call was probed.
    pub probes: Vec<(String, Grid)>,
}

impl Step {
    /// The noise that an answer claims: ε itself, or computed from v.
    pub fn epsilon_of(&self, answer: &Grid) -> Grid {
        let [a, b] = self.formula.epsilon;
        self.latent.zip(answer, |x, p| a * x + b * p).unwrap_or_else(|| answer.clone())
    }

    /// The latent in the common scale.
    pub fn common_latent(&self) -> Grid {
        self.latent.map(|x| x * self.formula.common_scale)
    }

    /// `next` in the common scale.
    pub fn common_next(&self) -> Grid {
        self.next.map(|x| x * self.formula.next_common_scale)
    }

    /// With the prompt minus without it, as noise; `None` where guidance is off.
    pub fn difference(&self) -> Option<Grid> {
        let b = self.formula.epsilon[1];
        self.pred_text.zip(self.pred_uncond.as_ref()?, |t, u| b * (t - u))
    }
}

/// How much each cell of the picture took from each piece.
#[derive(Clone, Debug, PartialEq)]
pub struct Attention {
    /// `[rows,h,w]`: start mark, kept pieces, end mark, all padding as one sum; over the rows they
    /// add up to 1 in every cell.
    pub rows: Grid,
}

impl Attention {
    /// The same as means over `n` × `n` cells, as recordings keep it where a prompt is long; shares
    /// of a block still add up to 1. `None` where the cells are no multiple of `n`.
    pub fn block_means(&self, n: usize) -> Option<Self> {
        let (width, height) = (self.rows.width(), self.rows.height());
        if n == 0 || !width.is_multiple_of(n) || !height.is_multiple_of(n) {
            return None;
        }
        let (across, down) = (width / n, height / n);
        let rows = Grid::from_fn(&[self.rows.planes(), down, across], |i| {
            let (x, y) = (i % across * n, i / across % down * n);
            let plane = self.rows.plane(i / (across * down));
            let block = (0..n * n).map(|k| plane[(y + k / n) * width + x + k % n]);
            block.sum::<f32>() / (n * n) as f32
        });
        Some(Self { rows })
    }
}

/// The decoder's work.
#[derive(Clone, Debug, PartialEq)]
pub struct Decode {
    /// `[1,4,h,w]`: the last latent divided by the scaling factor.
    pub input: Grid,
    /// From `post_quant_conv` over `conv_in`, `mid`, `up.0` … to `conv_out`.
    pub levels: Vec<Level>,
    /// Whole levels by name (`decode.…`), if asked for.
    pub whole: Vec<(String, Grid)>,
    /// In how many tiles the latent was decoded: 1 is whole; more are approximate at their seams.
    pub tiles: usize,
    /// Wall time in seconds.
    pub seconds: f32,
}

/// One level of the decoder, small enough to keep.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Name as in the recording, without `decode.`.
    pub name: String,
    /// `[channels,h,w]` of the level itself.
    pub shape: [usize; 3],
    /// Statistics of the level itself.
    pub statistics: Statistics,
    /// `[p,h,w]`, at most 64 × 64: plane 0 is the root mean square over all channels (for
    /// `conv_out` and the 4-channel levels too), the others are the channels of greatest variance.
    pub planes: Grid,
    /// Which channel each plane after the first shows.
    pub channels: Vec<usize>,
}

/// The picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// `[1,3,H,W]`, the decoder's output before clamping.
    pub image: Grid,
}

impl Image {
    /// As 8-bit pixels; `None` only for a malformed grid.
    pub fn picture(&self) -> Option<Picture> {
        Picture::from_decoder(&self.image)
    }

    /// Share of the numbers that lie outside −1..1 and are clamped.
    pub fn clipped(&self) -> f32 {
        let outside = self.image.data().iter().filter(|x| x.abs() > 1.0).count();
        outside as f32 / self.image.len().max(1) as f32
    }
}

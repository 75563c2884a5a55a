//! Settings: all that decides a walk.
//!
//! [`Asked`] is what the user said; whatever is unset comes from the model's own files.
//! [`Settings`] is what was settled: complete, checked, and written into every recording.

use serde::{Deserialize, Serialize};

use super::{Attachment, AttachmentAsked, Course, Fork, ImageAsked, StartImage};

/// The samplers that this edition has, under the names of `--sampler`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sampler {
    /// Song et al. 2020, with eta.
    #[serde(rename = "ddim")]
    Ddim,
    /// Ho et al. 2020, with fresh noise at every step.
    #[serde(rename = "ddpm")]
    Ddpm,
    /// Liu et al. 2022, without Runge-Kutta warm-up (`skip_prk_steps`).
    #[serde(rename = "pndm")]
    Pndm,
    /// Karras et al. 2022, algorithm 2 without churn.
    #[serde(rename = "euler")]
    Euler,
    /// Euler with ancestral noise (k-diffusion).
    #[serde(rename = "euler-a")]
    EulerA,
    /// Karras et al. 2022, algorithm 1 without churn: two calls a step.
    #[serde(rename = "heun")]
    Heun,
    /// Lu et al. 2022, DPM-Solver++ of second order, multistep.
    #[serde(rename = "dpm++2m")]
    DpmPp2m,
    /// The same with fresh noise at every step (SDE-DPM-Solver++).
    #[serde(rename = "dpm++2m-sde")]
    DpmPp2mSde,
    /// Zhao et al. 2023, predictor and corrector, multistep.
    #[serde(rename = "unipc")]
    UniPc,
    /// Luo et al. 2023, for latent consistency models.
    #[serde(rename = "lcm")]
    Lcm,
}

impl Sampler {
    /// All of them, in the order of menus.
    pub const ALL: [Self; 10] = [
        Self::Ddim,
        Self::Ddpm,
        Self::Pndm,
        Self::Euler,
        Self::EulerA,
        Self::Heun,
        Self::DpmPp2m,
        Self::DpmPp2mSde,
        Self::UniPc,
        Self::Lcm,
    ];

    /// The name on flags, screens and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ddim => "ddim",
            Self::Ddpm => "ddpm",
            Self::Pndm => "pndm",
            Self::Euler => "euler",
            Self::EulerA => "euler-a",
            Self::Heun => "heun",
            Self::DpmPp2m => "dpm++2m",
            Self::DpmPp2mSde => "dpm++2m-sde",
            Self::UniPc => "unipc",
            Self::Lcm => "lcm",
        }
    }

    /// Whether it can take Karras' spacing of σ.
    pub const fn has_karras(self) -> bool {
        matches!(self, Self::Euler | Self::Heun | Self::DpmPp2m | Self::DpmPp2mSde | Self::UniPc)
    }

    /// Whether its timesteps can be spread in several ways: those of [`Self::Lcm`] are chosen among
    /// the ones that the model was distilled on.
    pub const fn has_spacing(self) -> bool {
        !matches!(self, Self::Lcm)
    }

    /// Whether a step draws on earlier ones.
    pub const fn remembers(self) -> bool {
        matches!(self, Self::Pndm | Self::DpmPp2m | Self::DpmPp2mSde | Self::UniPc)
    }

    /// How often it asks the network in so many steps.
    pub const fn calls(self, steps: usize) -> usize {
        match self {
            Self::Pndm if steps > 1 => steps.saturating_add(1),
            Self::Heun => steps.saturating_mul(2).saturating_sub(1),
            _ => steps,
        }
    }

    /// The sampler with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// What the network answers: how its output is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prediction {
    /// The noise.
    Epsilon,
    /// `√ᾱ·ε − √(1−ᾱ)·x0` (Salimans & Ho 2022).
    V,
    /// x0, the clean latent itself.
    Sample,
}

impl Prediction {
    /// All of them, in the order of menus.
    pub const ALL: [Self; 3] = [Self::Epsilon, Self::V, Self::Sample];

    /// The name on flags and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Epsilon => "epsilon",
            Self::V => "v",
            Self::Sample => "sample",
        }
    }
}

/// How timesteps are spread over the training steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spacing {
    /// Whole strides from the start, plus `steps_offset`.
    Leading,
    /// From the first to the last training step, evenly.
    Linspace,
    /// Whole strides from the end.
    Trailing,
}

impl Spacing {
    /// The name on flags and in `scheduler_config.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Leading => "leading",
            Self::Linspace => "linspace",
            Self::Trailing => "trailing",
        }
    }

    /// The spacing with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Leading, Self::Linspace, Self::Trailing].into_iter().find(|s| s.name() == name)
    }
}

/// Where to compute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// A GPU where there is one, else the CPU, with a sentence that says so.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
    /// An Apple GPU.
    Metal,
}

/// In which numbers to compute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DtypeChoice {
    /// f32 on the CPU, f16 on a GPU.
    #[default]
    Auto,
    /// 32 bits.
    F32,
    /// 16 bits, five of them exponent.
    F16,
    /// 16 bits, eight of them exponent.
    Bf16,
}

/// Which networks walk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineChoice {
    /// The networks of this program, with probes.
    #[default]
    Own,
    /// candle-transformers' networks, a second opinion without probes.
    Stock,
}

/// What the user asked for; `None` means: as the model's own files say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Asked {
    /// Path of a model's folder; none: the pocket model inside the binary.
    pub model: Option<String>,
    /// A folder in the layout of diffusers whose configs and tokenizer a model in one file takes.
    pub model_config: Option<String>,
    /// How the network's answer is read, where the model's files do not say it or say it wrongly.
    pub prediction: Option<Prediction>,
    /// The words to draw; none: the model's own example.
    pub prompt: Option<String>,
    /// Other words for XL's second text encoder.
    pub prompt_2: Option<String>,
    /// What to steer away from. `Some("")` differs from none for some models.
    pub negative: Option<String>,
    /// Seed of the noise; its low 32 bits count, as in torch.
    pub seed: Option<u64>,
    /// Denoising steps, 1 to 1000.
    pub steps: Option<usize>,
    /// The sampler.
    pub sampler: Option<Sampler>,
    /// Karras' spacing of sigmas.
    pub karras: Option<bool>,
    /// DDIM's share of fresh noise, 0 to 1.
    pub eta: Option<f64>,
    /// Spacing of timesteps.
    pub spacing: Option<Spacing>,
    /// How many timesteps a latent consistency model was distilled on.
    pub original_steps: Option<usize>,
    /// Guidance scale; at 1 and below guidance is off.
    pub guidance: Option<f64>,
    /// How far the guided answer is brought back to the deviation of the prompt's answer, 0 to 1.
    pub guidance_rescale: Option<f64>,
    /// How many of the text encoder's last layers the prompt leaves out.
    pub clip_skip: Option<usize>,
    /// Pixels across.
    pub width: Option<usize>,
    /// Pixels down.
    pub height: Option<usize>,
    /// Height and width of the picture that XL is told it was trained on; none: the picture's own.
    pub original_size: Option<[usize; 2]>,
    /// From where XL is told that picture was cut: from the top and from the left; none: 0, 0.
    pub crop: Option<[usize; 2]>,
    /// Height and width that XL is told are aimed at; none: the picture's own.
    pub target_size: Option<[usize; 2]>,
    /// Where to compute.
    pub device: DeviceChoice,
    /// In which numbers.
    pub dtype: DtypeChoice,
    /// Which networks.
    pub engine: EngineChoice,
    /// Also probe the UNet's blocks and every cross-attention of this call (counted from 0).
    pub probe_step: Option<usize>,
    /// Decode the x0 of every step through the VAE.
    pub x0_images: bool,
    /// What is laid over the model's weights.
    pub attachments: Vec<AttachmentAsked>,
    /// The picture to begin from.
    pub image: Option<ImageAsked>,
    /// How far from that picture, 0 to 1: the share of the schedule that is walked.
    pub strength: Option<f64>,
}

impl Asked {
    /// Reads two numbers with this sign between them, as `1024x768` or `0,64`.
    pub fn pair(text: &str, between: char) -> Option<[usize; 2]> {
        let same = |c: char| c == between || (between == 'x' && matches!(c, 'X' | '×'));
        let (first, second) = text.split_once(same)?;
        Some([first.trim().parse().ok()?, second.trim().parse().ok()?])
    }

    /// The same where this sampler is chosen instead of another: without a spacing or original
    /// steps that it has no use for.
    #[must_use]
    pub fn for_sampler(self, sampler: Sampler) -> Self {
        Self {
            spacing: self.spacing.filter(|_| sampler.has_spacing()),
            original_steps: self.original_steps.filter(|_| sampler == Sampler::Lcm),
            ..self
        }
    }
}

/// What was settled; keys are the long flags' names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Settings {
    /// Name of the model.
    pub model: String,
    /// The words to draw.
    pub prompt: String,
    /// Other words for XL's second text encoder; none, or empty: the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_2: Option<String>,
    /// What to steer away from; none: the empty text where guidance needs one.
    pub negative: Option<String>,
    /// Seed of the noise.
    pub seed: u64,
    /// Denoising steps as asked for.
    pub steps: usize,
    /// The sampler.
    pub sampler: Sampler,
    /// Karras' spacing of sigmas.
    pub karras: bool,
    /// DDIM's share of fresh noise.
    pub eta: f64,
    /// Spacing of timesteps.
    pub spacing: Spacing,
    /// How the network's output is read.
    pub prediction: Prediction,
    /// How many timesteps a latent consistency model was distilled on, for its sampler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_steps: Option<usize>,
    /// Guidance scale; at 1 and below guidance is off.
    pub guidance: f64,
    /// Whether the noise predictor is told the scale: it then answers once, and nothing is mixed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guidance_embedded: bool,
    /// How far the guided answer is brought back to the deviation of the prompt's answer, 0 to 1
    /// (Lin et al. 2023, section 3.4).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub guidance_rescale: f64,
    /// How many of the text encoder's last layers the prompt leaves out; the negative prompt leaves
    /// out none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub clip_skip: usize,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Height and width that XL is told of as the original's; none: the picture's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_size: Option<[usize; 2]>,
    /// From where XL is told the picture was cut: from the top and from the left; none: 0, 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<[usize; 2]>,
    /// Height and width that XL is told are aimed at; none: the picture's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_size: Option<[usize; 2]>,
    /// `cpu`, `cuda:0` or `metal:0`.
    pub device: String,
    /// `f32`, `f16` or `bf16`.
    pub dtype: String,
    /// Which networks.
    pub engine: EngineChoice,
    /// Names (as the long flags) of those settings that neither the user nor the model's files
    /// gave: guessed from a table by family.
    #[serde(default)]
    pub guessed: Vec<String>,
    /// What was laid over the model's weights.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The picture that it began from, if it did not begin from noise alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<StartImage>,
    /// How far from that picture: the share of the schedule that is walked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
    /// Where it branched from another walk, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fork: Option<Fork>,
}

fn is_zero(x: &f64) -> bool {
    *x == 0.0
}

fn is_none(n: &usize) -> bool {
    *n == 0
}

impl Settings {
    /// What to ask for to get these settings again; device and numbers are left to this machine,
    /// and of a model only the name is known: `pocket` is inside the binary.
    pub fn asked_again(&self) -> Asked {
        Asked {
            model: (self.model != "pocket").then(|| self.model.clone()),
            prediction: Some(self.prediction),
            prompt: Some(self.prompt.clone()),
            prompt_2: self.prompt_2.clone(),
            negative: self.negative.clone(),
            seed: Some(self.seed),
            steps: Some(self.steps),
            sampler: Some(self.sampler),
            karras: Some(self.karras),
            eta: Some(self.eta),
            spacing: self.sampler.has_spacing().then_some(self.spacing),
            original_steps: self.original_steps,
            guidance: Some(self.guidance),
            guidance_rescale: Some(self.guidance_rescale),
            clip_skip: Some(self.clip_skip),
            width: Some(self.width),
            height: Some(self.height),
            original_size: self.original_size,
            crop: self.crop,
            target_size: self.target_size,
            engine: self.engine,
            attachments: self.attachments.iter().map(Attachment::asked_again).collect(),
            image: self.image.as_ref().map(StartImage::asked_again),
            strength: self.strength,
            ..Asked::default()
        }
    }

    /// The frames of a walk of these settings with so many calls of the network.
    pub const fn course(&self, calls: usize) -> Course {
        Course { calls, encodes: self.image.is_some() }
    }

    /// How many of the steps strength leaves out at the beginning: `steps · strength` are made,
    /// rounded down.
    pub fn steps_left_out(&self) -> usize {
        let strength = self.strength.filter(|_| self.image.is_some()).unwrap_or(1.0);
        self.steps - ((self.steps as f64 * strength) as usize).min(self.steps)
    }

    /// How many steps are made.
    pub fn steps_made(&self) -> usize {
        self.steps - self.steps_left_out()
    }

    /// Whether two predictions are mixed: only for a guidance scale above 1, and not where the
    /// network is told the scale.
    pub fn guided(&self) -> bool {
        self.guidance > 1.0 && !self.guidance_embedded
    }

    /// What XL is told of sizes: height and width of the original, crop from top and left, height
    /// and width aimed at (Podell et al. 2023, section 2.2).
    pub fn time_ids(&self) -> [f32; 6] {
        let own = [self.height, self.width];
        let pairs = [self.original_size, self.crop.or(Some([0, 0])), self.target_size];
        let [original, crop, target] = pairs.map(|pair| pair.unwrap_or(own));
        [original[0], original[1], crop[0], crop[1], target[0], target[1]].map(|n| n as f32)
    }
}

//! What a beat shows: a stage of a walk with its settings, runs beside it, a branch of it, the
//! training of the model, its training pictures, or the form that teaches a word.

use serde::Deserialize;

use crate::walk::{
    Age, Asked, AttachmentAsked, Blend, Change, Encoding, FreshNoise, NoisingAsked, Off, OffWay,
    Sampler, Spacing, Stage, TIMESTEPS,
};

/// Settings that differ from the model's own.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Changes {
    /// The words to draw.
    pub prompt: Option<String>,
    /// What to steer away from.
    pub negative: Option<String>,
    /// Seed of the noise.
    pub seed: Option<u64>,
    /// Denoising steps.
    pub steps: Option<usize>,
    /// Guidance scale.
    pub guidance: Option<f64>,
    /// The sampler's name.
    pub sampler: Option<String>,
    /// Karras' spacing of noise levels.
    pub karras: Option<bool>,
    /// Share of fresh noise in every step, 0 to 1.
    pub eta: Option<f64>,
    /// The name of the spacing of timesteps.
    pub spacing: Option<String>,
    /// Pixels across.
    pub width: Option<usize>,
    /// Pixels down.
    pub height: Option<usize>,
    /// Layers of the text encoder that the prompt leaves out.
    pub clip_skip: Option<usize>,
    /// The model: `pocket@early`, a path, an id.
    pub model: Option<String>,
    /// Files of LoRA laid over it, each as on the flag.
    pub lora: Option<Vec<String>>,
    /// Learned words, each as on the flag.
    pub embedding: Option<Vec<String>>,
}

impl Changes {
    /// These laid over others.
    #[must_use]
    pub fn over(&self, under: &Self) -> Self {
        let under = under.clone();
        Self {
            prompt: self.prompt.clone().or(under.prompt),
            negative: self.negative.clone().or(under.negative),
            seed: self.seed.or(under.seed),
            steps: self.steps.or(under.steps),
            guidance: self.guidance.or(under.guidance),
            sampler: self.sampler.clone().or(under.sampler),
            karras: self.karras.or(under.karras),
            eta: self.eta.or(under.eta),
            spacing: self.spacing.clone().or(under.spacing),
            width: self.width.or(under.width),
            height: self.height.or(under.height),
            clip_skip: self.clip_skip.or(under.clip_skip),
            model: self.model.clone().or(under.model),
            lora: self.lora.clone().or(under.lora),
            embedding: self.embedding.clone().or(under.embedding),
        }
    }

    /// What a walk with them asks for, on the device of `base`, and on its model where they name
    /// none.
    pub fn asked(&self, base: &Asked) -> Asked {
        let laid = |files: &Option<Vec<String>>, read: fn(&str) -> AttachmentAsked| {
            files.iter().flatten().map(|file| read(file)).collect::<Vec<_>>()
        };
        let mut attachments = laid(&self.embedding, AttachmentAsked::embedding);
        attachments.extend(laid(&self.lora, AttachmentAsked::lora));
        Asked {
            prompt: self.prompt.clone(),
            negative: self.negative.clone(),
            seed: self.seed,
            steps: self.steps,
            guidance: self.guidance,
            sampler: self.sampler(),
            karras: self.karras,
            eta: self.eta,
            spacing: self.spacing.as_deref().and_then(Spacing::from_name),
            width: self.width,
            height: self.height,
            clip_skip: self.clip_skip,
            model: self.model.clone().or_else(|| base.model.clone()),
            attachments: if attachments.is_empty() {
                base.attachments.clone()
            } else {
                attachments
            },
            ..base.clone()
        }
    }

    /// The sampler, where one is named that there is.
    pub fn sampler(&self) -> Option<Sampler> {
        self.sampler.as_deref().and_then(Sampler::from_name)
    }
}

/// A branch of the walk.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Branch {
    /// The first call that is its own, from 1.
    pub call: usize,
    /// Other words.
    pub prompt: Option<String>,
    /// Something else to steer away from.
    pub negative: Option<String>,
    /// Another guidance scale.
    pub guidance: Option<f64>,
    /// Another sampler over the noise levels that remain.
    pub sampler: Option<String>,
    /// A piece of the prompt that is turned off, by its text.
    pub off: Option<String>,
    /// In which way: `deleted`, `padded` or `masked`.
    pub way: Option<String>,
    /// The share of the noise that is drawn anew, 0 to 1.
    pub fresh: Option<f32>,
    /// From which seed.
    pub fresh_seed: Option<u64>,
    /// A second text whose vectors are mixed in.
    pub blend: Option<String>,
    /// How much of it, 0 to 1.
    pub weight: Option<f32>,
}

impl Branch {
    /// What is different from there on; `None` where the prompt lacks the piece or a name is
    /// unknown.
    pub fn change(&self, prompt: &Encoding) -> Option<Change> {
        let way = self.way.as_deref().map_or(Some(OffWay::default()), OffWay::from_name)?;
        let off = match &self.off {
            Some(piece) => Some(Off { place: place_of(prompt, piece)?, way }),
            None => None,
        };
        let sampler = match self.sampler.as_deref() {
            Some(name) => Some(Sampler::from_name(name)?),
            None => None,
        };
        let seed = self.fresh_seed.unwrap_or(0);
        let weight = self.weight.unwrap_or(0.5);
        Some(Change {
            prompt: self.prompt.clone(),
            negative: self.negative.clone(),
            guidance: self.guidance,
            sampler,
            fresh_noise: self.fresh.map(|share| FreshNoise { share, seed }),
            blend: self.blend.clone().map(|prompt| Blend { prompt, weight }),
            off,
            attachments: None,
        })
    }

    /// Whether anything is different at all.
    pub const fn changes(&self) -> bool {
        self.prompt.is_some()
            || self.negative.is_some()
            || self.guidance.is_some()
            || self.sampler.is_some()
            || self.off.is_some()
            || self.fresh.is_some()
            || self.blend.is_some()
    }
}

/// The place of a piece among those of a prompt that fit, from 1 (0 is the start mark).
pub fn place_of(prompt: &Encoding, piece: &str) -> Option<usize> {
    let mut kept = prompt.pieces.iter().take(prompt.kept);
    kept.position(|found| found.text == piece).map(|at| at + 1)
}

/// A moment of the training.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainingShown {
    /// The number of the training picture, from 0.
    pub picture: u64,
    /// The timestep, 0 (hardly any noise) to 999 (hardly anything else).
    pub noise: Option<usize>,
    /// Whose answer is shown in full: `untrained`, `early`, `half`, `final`.
    pub age: Option<String>,
    /// Whether the curve of the whole training is shown.
    pub whole: bool,
}

impl TrainingShown {
    /// The moment that is asked for.
    pub fn asked(&self) -> NoisingAsked {
        let moment = NoisingAsked::default();
        NoisingAsked {
            number: self.picture,
            timestep: self.noise.unwrap_or(moment.timestep).min(TIMESTEPS - 1),
            ..moment
        }
    }

    /// The age, the last one where none is named.
    pub fn age(&self) -> Option<Age> {
        self.age.as_deref().map_or(Some(Age::Final), Age::named)
    }
}

/// Pictures that the model was shown in its training, or never.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DrawingsShown {
    /// Only this thing.
    pub thing: Option<String>,
    /// What training never shows.
    pub never_shown: bool,
}

/// What the program shows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Show {
    /// A stage by its stem.
    pub stage: Option<String>,
    /// Which call of the noise predictor, from 1; at the stage `step`.
    pub call: Option<usize>,
    /// A piece of the prompt that is chosen, by its text.
    pub piece: Option<String>,
    /// Whether the map of that piece is shown; at the stage `step`.
    pub attention: bool,
    /// Whether one number is followed by hand.
    pub by_hand: bool,
    /// What `↑` `↓` turn: the layer of the text encoder, the set of pictures, the decoder's level.
    pub turn: Option<usize>,
    /// The picture that `tab` chooses, from 0.
    pub picture: Option<usize>,
    /// Whether it fills the view.
    pub enlarged: bool,
    /// A channel of the latents instead of the preview, from 1.
    pub channel: Option<usize>,
    /// Whether the nearest training pictures stand beside the finished one; at the stage `image`.
    pub near: bool,
    /// A recording that is shown instead of a walk.
    pub recording: Option<String>,
    /// Settings of the walk, over those of the head and of the beats before.
    pub walk: Changes,
    /// Runs laid beside the walk, each by what is different.
    pub beside: Vec<Changes>,
    /// A branch laid beside it.
    pub fork: Option<Branch>,
    /// Whether differences stand in place of the pictures, beside others.
    pub difference: bool,
    /// How runs are laid beside each other: `step` or `noise`.
    pub align: Option<String>,
    /// Whether the plane of all paths is shown.
    pub plane: bool,
    /// A moment of the training.
    pub training: Option<TrainingShown>,
    /// Training pictures.
    pub drawings: Option<DrawingsShown>,
    /// The form that teaches this word.
    pub teach: Option<String>,
}

impl Show {
    /// The stage, where one is named that there is.
    pub fn stage(&self) -> Option<Stage> {
        self.stage.as_deref().and_then(Stage::from_stem)
    }

    /// Whether runs are laid side by side.
    pub const fn compares(&self) -> bool {
        !self.beside.is_empty() || self.fork.is_some()
    }
}

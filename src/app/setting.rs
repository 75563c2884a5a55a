//! The rows of the settings: what each holds, its next value, and what may be typed into it.

use crate::walk::{
    Asked, Attachment, AttachmentAsked, AttachmentKind, DeviceChoice, DtypeChoice, EngineChoice,
    Family, ImageAsked, ModelCard, Problem, Sampler, Settings, Spacing,
};

/// One row. `setting.STEM` of the catalogue is its label, `setting.STEM-note` what it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The words to draw.
    Prompt,
    /// Other words for XL's second text encoder.
    Prompt2,
    /// What to steer away from.
    Negative,
    /// Seed of the noise.
    Seed,
    /// Denoising steps.
    Steps,
    /// The sampler.
    Sampler,
    /// Guidance scale.
    Guidance,
    /// How far the guided answer is brought back.
    GuidanceRescale,
    /// Karras' spacing of sigmas.
    Karras,
    /// DDIM's share of fresh noise.
    Eta,
    /// Spacing of timesteps.
    Spacing,
    /// Layers of the text encoder that the prompt leaves out.
    ClipSkip,
    /// The picture to begin from.
    Image,
    /// How far from that picture.
    Strength,
    /// Pixels across.
    Width,
    /// Pixels down.
    Height,
    /// The original's height and width, as XL is told them.
    OriginalSize,
    /// From where the picture was cut, as XL is told it.
    Crop,
    /// The height and width aimed at, as XL is told them.
    TargetSize,
    /// The model's folder.
    Model,
    /// Files of LoRA laid over the model.
    Lora,
    /// The learned words added to it.
    Embedding,
    /// Where to compute.
    Device,
    /// In which numbers.
    Dtype,
    /// Which networks.
    Engine,
    /// The call that is probed inside.
    ProbeStep,
    /// Whether the x0 of every step goes through the VAE.
    X0Images,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The value as text; empty where nothing is known yet.
    pub text: String,
    /// Whether nobody asked for it: the model's own files (or the program) say it.
    pub unset: bool,
}

impl Setting {
    /// All rows, in the order of the screen.
    pub const ALL: [Self; 27] = [
        Self::Prompt,
        Self::Prompt2,
        Self::Negative,
        Self::Seed,
        Self::Steps,
        Self::Sampler,
        Self::Guidance,
        Self::GuidanceRescale,
        Self::Karras,
        Self::Eta,
        Self::Spacing,
        Self::ClipSkip,
        Self::Image,
        Self::Strength,
        Self::Width,
        Self::Height,
        Self::OriginalSize,
        Self::Crop,
        Self::TargetSize,
        Self::Model,
        Self::Lora,
        Self::Embedding,
        Self::Device,
        Self::Dtype,
        Self::Engine,
        Self::ProbeStep,
        Self::X0Images,
    ];

    /// The rows for a model: what only XL is told is no row of other families.
    pub fn rows(card: Option<&ModelCard>) -> Vec<Self> {
        let xl = card.is_some_and(|card| card.family == Family::Sdxl);
        Self::ALL.into_iter().filter(|setting| xl || !setting.is_told()).collect()
    }

    /// Whether it is something that only XL is told.
    const fn is_told(self) -> bool {
        matches!(self, Self::Prompt2 | Self::OriginalSize | Self::Crop | Self::TargetSize)
    }

    /// The name of its long flag.
    pub const fn stem(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Prompt2 => "prompt-2",
            Self::Negative => "negative",
            Self::Seed => "seed",
            Self::Steps => "steps",
            Self::Sampler => "sampler",
            Self::Guidance => "guidance",
            Self::GuidanceRescale => "guidance-rescale",
            Self::Karras => "karras",
            Self::Eta => "eta",
            Self::Spacing => "spacing",
            Self::ClipSkip => "clip-skip",
            Self::Image => "image",
            Self::Strength => "strength",
            Self::Width => "width",
            Self::Height => "height",
            Self::OriginalSize => "original-size",
            Self::Crop => "crop",
            Self::TargetSize => "target-size",
            Self::Model => "model",
            Self::Lora => "lora",
            Self::Embedding => "embedding",
            Self::Device => "device",
            Self::Dtype => "dtype",
            Self::Engine => "engine",
            Self::ProbeStep => "probe-step",
            Self::X0Images => "x0-images",
        }
    }

    /// Whether text can be typed into it.
    pub const fn types(self) -> bool {
        !matches!(
            self,
            Self::Sampler
                | Self::Karras
                | Self::Spacing
                | Self::Device
                | Self::Dtype
                | Self::Engine
                | Self::X0Images
        )
    }

    /// What it shows: the draft's value, else what was settled for the walk on screen.
    pub fn value(self, draft: &Asked, settled: Option<&Settings>) -> Value {
        let asked = self.asked(draft);
        let unset = asked.is_none();
        let text = asked.or_else(|| settled.and_then(|s| self.settled(s))).unwrap_or_default();
        Value { text, unset }
    }

    fn asked(self, draft: &Asked) -> Option<String> {
        match self {
            Self::Prompt => draft.prompt.clone(),
            Self::Prompt2 => draft.prompt_2.clone(),
            Self::OriginalSize => draft.original_size.map(|pair| joined(pair, "x")),
            Self::Crop => draft.crop.map(|pair| joined(pair, ",")),
            Self::TargetSize => draft.target_size.map(|pair| joined(pair, "x")),
            Self::Negative => draft.negative.clone(),
            Self::Seed => text(draft.seed),
            Self::Steps => text(draft.steps),
            Self::Sampler => draft.sampler.map(|s| s.name().to_owned()),
            Self::Guidance => text(draft.guidance),
            Self::GuidanceRescale => text(draft.guidance_rescale),
            Self::ClipSkip => text(draft.clip_skip),
            Self::Karras => draft.karras.map(switch),
            Self::Eta => text(draft.eta),
            Self::Spacing => draft.spacing.map(|s| s.name().to_owned()),
            Self::Image => draft.image.as_ref().map(|image| image.file.clone()),
            Self::Strength => text(draft.strength),
            Self::Width => text(draft.width),
            Self::Height => text(draft.height),
            Self::Model => draft.model.clone(),
            Self::Lora => attached(draft, AttachmentKind::Lora),
            Self::Embedding => attached(draft, AttachmentKind::Embedding),
            Self::Device => chosen(&draft.device, device_name(draft.device)),
            Self::Dtype => chosen(&draft.dtype, dtype_name(draft.dtype)),
            Self::Engine => chosen(&draft.engine, engine_name(draft.engine)),
            Self::ProbeStep => text(draft.probe_step),
            Self::X0Images => draft.x0_images.then(|| switch(true)),
        }
    }

    fn settled(self, settled: &Settings) -> Option<String> {
        match self {
            Self::Prompt => Some(settled.prompt.clone()),
            Self::Prompt2 => settled.prompt_2.clone(),
            Self::OriginalSize => {
                Some(joined(settled.original_size.unwrap_or([settled.height, settled.width]), "x"))
            }
            Self::Crop => Some(joined(settled.crop.unwrap_or_default(), ",")),
            Self::TargetSize => {
                Some(joined(settled.target_size.unwrap_or([settled.height, settled.width]), "x"))
            }
            Self::Negative => settled.negative.clone(),
            Self::Seed => Some(settled.seed.to_string()),
            Self::Steps => Some(settled.steps.to_string()),
            Self::Sampler => Some(settled.sampler.name().to_owned()),
            Self::Guidance => Some(settled.guidance.to_string()),
            Self::GuidanceRescale => Some(settled.guidance_rescale.to_string()),
            Self::ClipSkip => Some(settled.clip_skip.to_string()),
            Self::Karras => Some(switch(settled.karras)),
            Self::Eta => Some(settled.eta.to_string()),
            Self::Spacing => Some(settled.spacing.name().to_owned()),
            Self::Image => settled.image.as_ref().map(|image| image.name.clone()),
            Self::Strength => text(settled.strength),
            Self::Width => Some(settled.width.to_string()),
            Self::Height => Some(settled.height.to_string()),
            Self::Model => Some(settled.model.clone()),
            Self::Device => Some(settled.device.clone()),
            Self::Dtype => Some(settled.dtype.clone()),
            Self::Engine => Some(engine_name(settled.engine).to_owned()),
            Self::X0Images => Some(switch(false)),
            Self::Lora => labels(settled, AttachmentKind::Lora),
            Self::Embedding => labels(settled, AttachmentKind::Embedding),
            Self::ProbeStep => None,
        }
    }

    /// Its next value, or the one before: numbers by a step that suits them, choices in a circle.
    pub fn turn(
        self,
        draft: &mut Asked,
        settled: Option<&Settings>,
        card: Option<&ModelCard>,
        up: bool,
    ) {
        let now = self.value(draft, settled).text;
        let size = card.map_or(8, |card| card.vae_factor.max(1) * 2);
        match self {
            Self::Prompt
            | Self::Prompt2
            | Self::Negative
            | Self::Image
            | Self::OriginalSize
            | Self::Crop
            | Self::TargetSize
            | Self::Model
            | Self::Lora
            | Self::Embedding => {}
            Self::Seed => draft.seed = Some(moved(&now, 0, 1, up, u64::MAX)),
            Self::Steps => draft.steps = Some(moved(&now, 20, 1, up, 1000).max(1) as usize),
            Self::Guidance => draft.guidance = Some(stepped(&now, 4.0, 0.5, up, 0.0, 50.0)),
            Self::GuidanceRescale => {
                draft.guidance_rescale = Some(stepped(&now, 0.0, 0.1, up, 0.0, 1.0));
            }
            Self::ClipSkip => draft.clip_skip = Some(moved(&now, 0, 1, up, 100) as usize),
            Self::Eta => draft.eta = Some(stepped(&now, 0.0, 0.1, up, 0.0, 1.0)),
            Self::Strength => draft.strength = Some(stepped(&now, 0.8, 0.05, up, 0.05, 1.0)),
            Self::Width => draft.width = Some(pixels(&now, size, up)),
            Self::Height => draft.height = Some(pixels(&now, size, up)),
            Self::ProbeStep => {
                let before = draft.probe_step;
                draft.probe_step = match (before, up) {
                    (None, true) => Some(0),
                    (None | Some(0), false) => None,
                    (Some(n), true) => Some((n + 1).min(1999)),
                    (Some(n), false) => Some(n - 1),
                };
            }
            Self::Sampler => {
                draft.sampler =
                    Sampler::from_name(&turned(&Sampler::ALL.map(Sampler::name), &now, up));
            }
            Self::Spacing => {
                draft.spacing = Spacing::from_name(&turned(
                    &[Spacing::Leading, Spacing::Linspace, Spacing::Trailing].map(Spacing::name),
                    &now,
                    up,
                ));
            }
            Self::Karras => draft.karras = Some(now != "on"),
            Self::X0Images => draft.x0_images = !draft.x0_images,
            Self::Device => draft.device = neighbour(&DEVICES, draft.device, up),
            Self::Dtype => draft.dtype = neighbour(&DTYPES, draft.dtype, up),
            Self::Engine => {
                draft.engine = match draft.engine {
                    EngineChoice::Own => EngineChoice::Stock,
                    EngineChoice::Stock => EngineChoice::Own,
                }
            }
        }
    }

    /// Takes what was typed; the empty text means: as the model's own files say.
    ///
    /// # Errors
    /// What is no number of the row's kind, or outside its bounds.
    pub fn take(self, draft: &mut Asked, typed: &str) -> Result<(), Problem> {
        let trimmed = typed.trim();
        let words = || (!trimmed.is_empty()).then(|| typed.to_owned());
        match self {
            Self::Prompt => draft.prompt = words(),
            Self::Prompt2 => draft.prompt_2 = words(),
            Self::OriginalSize => draft.original_size = self.pair(trimmed, 'x')?,
            Self::Crop => draft.crop = self.pair(trimmed, ',')?,
            Self::TargetSize => draft.target_size = self.pair(trimmed, 'x')?,
            Self::Negative => draft.negative = words(),
            Self::Model => draft.model = (!trimmed.is_empty()).then(|| trimmed.to_owned()),
            Self::Lora => attach(draft, AttachmentKind::Lora, typed, AttachmentAsked::lora),
            Self::Embedding => {
                attach(draft, AttachmentKind::Embedding, typed, AttachmentAsked::embedding);
            }
            Self::Seed => draft.seed = self.number(trimmed, 0, u64::MAX)?,
            Self::Steps => draft.steps = self.number(trimmed, 1, 1000)?,
            Self::Image => {
                draft.image = (!trimmed.is_empty()).then(|| ImageAsked::file(trimmed));
                draft.strength = draft.strength.filter(|_| draft.image.is_some());
            }
            Self::Strength => draft.strength = self.number(trimmed, 0.0, 1.0)?,
            Self::Width => draft.width = self.number(trimmed, 1, 8192)?,
            Self::Height => draft.height = self.number(trimmed, 1, 8192)?,
            Self::ProbeStep => draft.probe_step = self.number(trimmed, 0, 1999)?,
            Self::Guidance => draft.guidance = self.number(trimmed, 0.0, 1000.0)?,
            Self::GuidanceRescale => draft.guidance_rescale = self.number(trimmed, 0.0, 1.0)?,
            Self::ClipSkip => draft.clip_skip = self.number(trimmed, 0, 100)?,
            Self::Eta => draft.eta = self.number(trimmed, 0.0, 1.0)?,
            _ => {}
        }
        Ok(())
    }

    /// Two typed numbers with a sign between them; none for the empty text.
    fn pair(self, typed: &str, between: char) -> Result<Option<[usize; 2]>, Problem> {
        if typed.is_empty() {
            return Ok(None);
        }
        let wrong = || {
            Problem::usage("setting-pair")
                .with("name", self.stem())
                .with("value", typed)
                .with("example", if between == 'x' { "1024x768" } else { "0,64" })
        };
        Asked::pair(typed, between).map(Some).ok_or_else(wrong)
    }

    fn number<T>(self, typed: &str, least: T, most: T) -> Result<Option<T>, Problem>
    where
        T: std::str::FromStr + PartialOrd + std::fmt::Display + Copy,
    {
        number(self.stem(), typed, least, most)
    }
}

/// A typed number between two bounds; none for the empty text.
pub(super) fn number<T>(name: &str, typed: &str, least: T, most: T) -> Result<Option<T>, Problem>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display + Copy,
{
    if typed.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        Problem::usage("setting-number")
            .with("name", name)
            .with("value", typed)
            .with("least", least)
            .with("most", most)
    };
    let value: T = typed.parse().map_err(|_| wrong())?;
    if value >= least && value <= most { Ok(Some(value)) } else { Err(wrong()) }
}

const DEVICES: [DeviceChoice; 4] =
    [DeviceChoice::Auto, DeviceChoice::Cpu, DeviceChoice::Cuda, DeviceChoice::Metal];
const DTYPES: [DtypeChoice; 4] =
    [DtypeChoice::Auto, DtypeChoice::F32, DtypeChoice::F16, DtypeChoice::Bf16];

/// The name of a device on the flag.
pub const fn device_name(device: DeviceChoice) -> &'static str {
    match device {
        DeviceChoice::Auto => "auto",
        DeviceChoice::Cpu => "cpu",
        DeviceChoice::Cuda => "cuda",
        DeviceChoice::Metal => "metal",
    }
}

/// The name of a number format on the flag.
pub const fn dtype_name(dtype: DtypeChoice) -> &'static str {
    match dtype {
        DtypeChoice::Auto => "auto",
        DtypeChoice::F32 => "f32",
        DtypeChoice::F16 => "f16",
        DtypeChoice::Bf16 => "bf16",
    }
}

/// The name of an engine on the flag.
pub const fn engine_name(engine: EngineChoice) -> &'static str {
    match engine {
        EngineChoice::Own => "own",
        EngineChoice::Stock => "stock",
    }
}

/// The draft's attachments of one kind as they are typed, parted by commas.
fn attached(draft: &Asked, kind: AttachmentKind) -> Option<String> {
    let of = draft.attachments.iter().filter(|a| a.kind == kind);
    let values: Vec<String> = of.map(AttachmentAsked::flag_value).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn labels(settled: &Settings, kind: AttachmentKind) -> Option<String> {
    let of = settled.attachments.iter().filter(|a| a.kind == kind);
    let labels: Vec<String> = of.map(Attachment::label).collect();
    (!labels.is_empty()).then(|| labels.join(", "))
}

/// Takes typed attachments of one kind in the place of the draft's; embeddings stay first.
fn attach(
    draft: &mut Asked,
    kind: AttachmentKind,
    typed: &str,
    read: impl Fn(&str) -> AttachmentAsked,
) {
    draft.attachments.retain(|a| a.kind != kind);
    let parts = typed.split(',').map(str::trim).filter(|part| !part.is_empty());
    draft.attachments.extend(parts.map(read));
    draft.attachments.sort_by_key(|a| a.kind == AttachmentKind::Lora);
}

/// Two numbers as a flag takes them.
pub(super) fn joined([first, second]: [usize; 2], between: &str) -> String {
    format!("{first}{between}{second}")
}

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|v| v.to_string())
}

/// The name of a choice that differs from what the program takes by itself.
fn chosen<T: Default + PartialEq>(value: &T, name: &str) -> Option<String> {
    (*value != T::default()).then(|| name.to_owned())
}

fn switch(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

pub(super) fn moved(now: &str, unknown: u64, by: u64, up: bool, most: u64) -> u64 {
    let now = now.parse().unwrap_or(unknown);
    if up { now.saturating_add(by).min(most) } else { now.saturating_sub(by) }
}

/// Moves by `by`, keeping to whole multiples of it so that no rounding shows.
pub(super) fn stepped(now: &str, unknown: f64, by: f64, up: bool, least: f64, most: f64) -> f64 {
    let now: f64 = now.parse().unwrap_or(unknown);
    let steps = (now / by).round() + if up { 1.0 } else { -1.0 };
    let moved = (steps * by).clamp(least, most);
    (moved * 1000.0).round() / 1000.0
}

fn pixels(now: &str, size: usize, up: bool) -> usize {
    let now: usize = now.parse().unwrap_or(size * 8);
    let cells = now / size;
    let cells = if up { cells + 1 } else { cells.saturating_sub(1) };
    (cells.max(1) * size).min(8192)
}

pub(super) fn turned(names: &[&str], now: &str, up: bool) -> String {
    let at = names.iter().position(|name| *name == now);
    let next = match (at, up) {
        (None, _) => 0,
        (Some(at), true) => (at + 1) % names.len(),
        (Some(at), false) => (at + names.len() - 1) % names.len(),
    };
    names.get(next).map_or_else(String::new, |name| (*name).to_owned())
}

fn neighbour<T: Copy + PartialEq>(all: &[T], now: T, up: bool) -> T {
    let at = all.iter().position(|x| *x == now).unwrap_or(0);
    let next = if up { at + 1 } else { at + all.len() - 1 };
    all.get(next % all.len()).copied().unwrap_or(now)
}

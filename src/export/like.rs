//! What a picture's text chunks say of how it was made: our own settings, the parameters of
//! AUTOMATIC1111, or the graph of ComfyUI; and what of it cannot be done again here.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use ::png::{Decoder, Limits};

use super::comfy_graph;
use super::parameters::{
    CLIP_SKIP, CROP, ORIGINAL, ORIGINAL_SIZE, OURS, PROMPT_2, Parameters, RESCALE, SPACING,
    TARGET_SIZE, sampler_name,
};
use super::png::{PARAMETERS_KEY, SETTINGS_KEY};
use crate::walk::{Asked, Problem, Sampler, Settings, Spacing, weight_syntax};

/// The longest text that is read.
const LONGEST: usize = 4 << 20;
/// The largest file that is opened.
const LARGEST: u64 = 1 << 30;
/// So many remarks are made at most.
const MOST_REMARKS: usize = 24;
/// More than any picture has pixels across.
const WIDEST: usize = 1 << 16;

/// What a picture says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Like {
    /// The settings as far as they are known here; the model is never chosen by a picture.
    pub asked: Asked,
    /// The model that it names.
    pub model: Option<String>,
    /// What cannot be reproduced, one sentence each.
    pub remarks: Vec<Problem>,
}

/// Reads a PNG's text chunks. Our own chunk wins, then the parameters, then the graph.
///
/// # Errors
///
/// A file that is not there, is no PNG, or has no text that is known.
pub fn read(path: &Path) -> Result<Like, Problem> {
    let named = |key| Problem::new(key).with("file", path.display());
    let there = fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => named("file-missing"),
        _ => named("file-unreadable").with("reason", error),
    })?;
    if !there.is_file() || there.len() > LARGEST {
        return Err(named("like-not-png"));
    }
    let file = File::open(path).map_err(|e| named("file-unreadable").with("reason", e))?;
    let texts = texts(file).ok_or_else(|| named("like-not-png"))?;
    let text = |key: &str| texts.iter().find(|(name, _)| name == key).map(|(_, text)| text);
    let ours = text(SETTINGS_KEY).and_then(|json| serde_json::from_str(json).ok());
    if let Some(settings) = ours {
        return Ok(Like::of_settings(&settings));
    }
    let parameters = text(PARAMETERS_KEY).and_then(|text| Parameters::parse(text));
    if let Some(parameters) = parameters {
        return Ok(Like::of_parameters(&parameters));
    }
    text("prompt").and_then(|json| comfy_graph::like(json)).ok_or_else(|| named("like-nothing"))
}

/// All texts of a PNG with their keywords, those behind the picture too; `None` for another file.
fn texts(file: File) -> Option<Vec<(String, String)>> {
    let limits = Limits { bytes: 64 << 20 };
    let mut reader = Decoder::new_with_limits(BufReader::new(file), limits).read_info().ok()?;
    // A picture that was cut still tells what stands before it.
    drop(reader.finish());
    let info = reader.info();
    let mut texts = Vec::new();
    for chunk in &info.uncompressed_latin1_text {
        texts.push((chunk.keyword.clone(), chunk.text.clone()));
    }
    for chunk in &info.compressed_latin1_text {
        let mut chunk = chunk.clone();
        if chunk.decompress_text_with_limit(LONGEST).is_ok() {
            texts.push((chunk.keyword.clone(), chunk.get_text().ok()?));
        }
    }
    for chunk in &info.utf8_text {
        let mut chunk = chunk.clone();
        if chunk.decompress_text_with_limit(LONGEST).is_ok() {
            texts.push((chunk.keyword.clone(), chunk.get_text().ok()?));
        }
    }
    texts.retain(|(_, text)| text.len() <= LONGEST);
    Some(texts)
}

impl Like {
    /// What our own settings say.
    pub fn of_settings(settings: &Settings) -> Self {
        let mut like = Self {
            asked: Asked {
                prompt: Some(settings.prompt.clone()),
                prompt_2: settings.prompt_2.clone(),
                negative: settings.negative.clone(),
                seed: Some(settings.seed),
                steps: Some(settings.steps),
                sampler: Some(settings.sampler),
                karras: settings.sampler.has_karras().then_some(settings.karras),
                eta: (settings.sampler == Sampler::Ddim).then_some(settings.eta),
                spacing: settings.sampler.has_spacing().then_some(settings.spacing),
                original_steps: settings.original_steps,
                guidance: Some(settings.guidance),
                guidance_rescale: (settings.guidance_rescale > 0.0)
                    .then_some(settings.guidance_rescale),
                clip_skip: (settings.clip_skip > 0).then_some(settings.clip_skip),
                width: Some(settings.width),
                height: Some(settings.height),
                strength: settings.strength,
                original_size: settings.original_size,
                crop: settings.crop,
                target_size: settings.target_size,
                ..Asked::default()
            },
            model: Some(settings.model.clone()),
            remarks: Vec::new(),
        };
        for attachment in &settings.attachments {
            like.remark(Problem::new("like-attachment").with("what", &attachment.name));
        }
        if settings.fork.is_some() {
            like.remark(Problem::new("like-fork"));
        }
        if let (Some(image), Some(strength)) = (&settings.image, settings.strength) {
            let remark = Problem::new("like-image").with("strength", strength);
            like.remark(remark.with("file", short(&image.name)));
        }
        like
    }

    /// What the parameters of AUTOMATIC1111 say; also of a text that we wrote ourselves.
    pub fn of_parameters(parameters: &Parameters) -> Self {
        let ours = parameters.value("Version").is_some_and(|text| text.starts_with(OURS));
        let mut like = Self {
            asked: Asked {
                prompt: Some(parameters.prompt.clone()),
                negative: parameters.negative.clone(),
                ..Asked::default()
            },
            ..Self::default()
        };
        for (key, value) in &parameters.values {
            like.take(key, value);
        }
        like.schedule(parameters.value("Schedule type"), ours);
        if !ours {
            like.skipped_in_both();
            like.weights();
            if !parameters.values.is_empty() && parameters.value("RNG") != Some("CPU") {
                like.remark(Problem::new("like-gpu-noise"));
            }
        }
        like
    }

    /// One value of the parameters.
    fn take(&mut self, key: &str, value: &str) {
        match key {
            "Steps" => self.asked.steps = self.number(key, value),
            "Seed" => self.asked.seed = self.number(key, value),
            "CFG scale" => {
                self.asked.guidance =
                    self.number(key, value).filter(|scale: &f64| scale.is_finite());
            }
            "Eta DDIM" => self.asked.eta = self.number(key, value),
            "Size" => self.size(key, value),
            "Sampler" => self.sampler(value),
            "Model" => self.model = Some(value.to_owned()),
            SPACING => self.asked.spacing = Spacing::from_name(value),
            ORIGINAL => self.asked.original_steps = self.number(key, value),
            PROMPT_2 => self.asked.prompt_2 = Some(value.to_owned()),
            ORIGINAL_SIZE => self.asked.original_size = self.pair(key, value, 'x'),
            CROP => self.asked.crop = self.pair(key, value, ' '),
            TARGET_SIZE => self.asked.target_size = self.pair(key, value, 'x'),
            RESCALE => self.asked.guidance_rescale = self.number(key, value),
            CLIP_SKIP => {
                let layer = self.number(key, value).filter(|layer: &usize| *layer > 1);
                self.asked.clip_skip = layer.map(|layer| layer - 1);
            }
            "Hires upscale" => self.remark(Problem::new("like-hires")),
            "Denoising strength" => {
                self.asked.strength = value.trim().parse().ok();
                self.remark(Problem::new("like-denoising").with("value", short(value)));
            }
            "Schedule type" | "Model hash" | "Version" | "RNG" | "VAE hash" | "Lora hashes"
            | "Hashes" | "User" | "Created Date" | "Civitai metadata" | "Hires steps"
            | "Hires upscaler" => {}
            _ => self.remark(
                Problem::new("like-other").with("key", short(key)).with("value", short(value)),
            ),
        }
    }

    /// A number, or a remark that it is none.
    pub(super) fn number<T: std::str::FromStr>(&mut self, key: &str, value: &str) -> Option<T> {
        let number = value.trim().parse().ok();
        if number.is_none() {
            self.remark(
                Problem::new("like-value").with("key", short(key)).with("value", short(value)),
            );
        }
        number
    }

    /// Two numbers, or a remark that they are none.
    fn pair(&mut self, key: &str, value: &str, between: char) -> Option<[usize; 2]> {
        let pair = Asked::pair(value, between);
        if pair.is_none() {
            self.remark(
                Problem::new("like-value").with("key", short(key)).with("value", short(value)),
            );
        }
        pair
    }

    fn size(&mut self, key: &str, value: &str) {
        let edge = |text: &str| text.trim().parse().ok().filter(|n| (1..=WIDEST).contains(n));
        match value.split_once('x').map(|(w, h)| (edge(w), edge(h))) {
            Some((Some(width), Some(height))) => {
                (self.asked.width, self.asked.height) = (Some(width), Some(height));
            }
            _ => self.remark(
                Problem::new("like-value").with("key", short(key)).with("value", short(value)),
            ),
        }
    }

    /// The sampler; older versions put the schedule behind its name.
    fn sampler(&mut self, value: &str) {
        let (name, karras) = match value.strip_suffix(" Karras") {
            Some(name) => (name, true),
            None => (value, false),
        };
        self.asked.sampler =
            Sampler::ALL.into_iter().find(|s| sampler_name(*s).eq_ignore_ascii_case(name.trim()));
        if self.asked.sampler.is_none() {
            self.remark(Problem::new("like-sampler").with("sampler", short(value)));
        }
        self.asked.karras = karras.then_some(true);
    }

    /// How the noise levels were spread. Where nothing is said, the web UI spreads the timesteps
    /// evenly for the samplers of k-diffusion and in whole strides for the others, and DPM++ 2M
    /// takes Karras' spacing since it has a field for it.
    fn schedule(&mut self, given: Option<&str>, ours: bool) {
        let Some(sampler) = self.asked.sampler else { return };
        let karras = match given {
            Some("Karras") => true,
            Some("Automatic") => sampler == Sampler::DpmPp2m,
            None | Some("Uniform") => self.asked.karras == Some(true),
            Some(other) => {
                self.remark(Problem::new("like-schedule").with("schedule", short(other)));
                false
            }
        };
        self.karras(karras);
        if !ours {
            self.other_arithmetic(sampler);
            if self.asked.spacing.is_none() && sampler.has_spacing() {
                self.asked.spacing = Some(match sampler {
                    Sampler::Ddim | Sampler::Ddpm | Sampler::Pndm => Spacing::Leading,
                    _ => Spacing::Linspace,
                });
            }
        }
    }

    /// A remark where layers of the text encoder are left out: others do so for the negative prompt
    /// as well.
    pub(super) fn skipped_in_both(&mut self) {
        if let Some(skip) = self.asked.clip_skip {
            self.remark(Problem::new("like-clip-skip").with("value", skip + 1));
        }
    }

    /// A remark where the web UI works a sampler out in another way: the stochastic solver draws
    /// from a Brownian tree, and `UniPC` is of order 3.
    fn other_arithmetic(&mut self, sampler: Sampler) {
        if matches!(sampler, Sampler::DpmPp2mSde | Sampler::UniPc) {
            let name = sampler_name(sampler);
            let remark = Problem::new("like-other-arithmetic").with("program", "AUTOMATIC1111");
            self.remark(remark.with("sampler", name));
        }
    }

    /// Karras' spacing, or a remark that the sampler has none here.
    pub(super) fn karras(&mut self, karras: bool) {
        let has = self.asked.sampler.is_some_and(Sampler::has_karras);
        if karras && !has {
            self.remark(Problem::new("like-schedule").with("schedule", "Karras"));
        }
        self.asked.karras = has.then_some(karras);
    }

    /// Names what other programs read as orders in the prompts.
    pub(super) fn weights(&mut self) {
        let texts = [self.asked.prompt.clone(), self.asked.negative.clone()];
        for text in texts.into_iter().flatten() {
            let mut found = weight_syntax::found(&text);
            if found.is_empty() && text.replace("\\(", "").contains('(') {
                found.push("( )".to_owned());
            }
            for what in found {
                let key = match what.as_str() {
                    "BREAK" | "AND" => "like-break",
                    _ if what.starts_with('<') => "like-attachment",
                    _ if what.starts_with("embedding:") => "like-attachment",
                    _ => "like-weights",
                };
                self.remark(Problem::new(key).with("what", short(&what)));
            }
        }
    }

    /// Notes what cannot be reproduced, once.
    pub(super) fn remark(&mut self, remark: Problem) {
        if self.remarks.len() < MOST_REMARKS && !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// The beginning of a foreign text.
pub(super) fn short(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(like: &Like) -> Vec<&str> {
        like.remarks.iter().map(Problem::key).collect()
    }

    fn of(text: &str) -> Like {
        Like::of_parameters(&Parameters::parse(text).expect("known"))
    }

    #[test]
    fn what_cannot_be_reproduced_is_named_once_each() {
        let like = of("a (cat:1.2) BREAK <lora:ink:0.8>\nNegative prompt: (ugly)\nSteps: 20, \
            Sampler: DPM++ SDE, Schedule type: Exponential, Seed: -1, Size: 8x, Clip skip: 2, \
            Hires upscale: 2, ADetailer model: face, Model: dream");
        let expected = [
            "like-sampler",
            "like-value",
            "like-value",
            "like-hires",
            "like-other",
            "like-clip-skip",
            "like-weights",
            "like-attachment",
            "like-break",
            "like-weights",
            "like-gpu-noise",
        ];
        assert_eq!(keys(&like), expected);
        assert_eq!((like.asked.steps, like.asked.seed), (Some(20), None));
        assert_eq!(like.asked.clip_skip, Some(1), "the last but one");
        assert_eq!(like.model.as_deref(), Some("dream"));
    }

    #[test]
    fn samplers_and_schedules_are_those_of_the_web_ui() {
        let with = |text: &str| of(&format!("cat\nSteps: 2, {text}, RNG: CPU"));
        let asked = |text: &str| {
            let like = with(text);
            assert_eq!(like.remarks, [], "{text}");
            (like.asked.sampler, like.asked.karras, like.asked.spacing)
        };
        let (linspace, leading) = (Some(Spacing::Linspace), Some(Spacing::Leading));
        assert_eq!(asked("Sampler: Euler"), (Some(Sampler::Euler), Some(false), linspace));
        assert_eq!(asked("Sampler: Euler a"), (Some(Sampler::EulerA), None, linspace));
        assert_eq!(asked("Sampler: PLMS"), (Some(Sampler::Pndm), None, leading));
        let karras = (Some(Sampler::DpmPp2m), Some(true), linspace);
        assert_eq!(asked("Sampler: DPM++ 2M Karras"), karras);
        assert_eq!(asked("Sampler: DPM++ 2M, Schedule type: Karras"), karras);
        assert_eq!(asked("Sampler: DPM++ 2M, Schedule type: Automatic"), karras);
        assert_eq!(asked("Sampler: Heun"), (Some(Sampler::Heun), Some(false), linspace));
        assert_eq!(asked("Sampler: LCM"), (Some(Sampler::Lcm), None, None));
        assert_eq!(keys(&with("Sampler: UniPC")), ["like-other-arithmetic"]);
        let ddim = with("Sampler: DDIM, Schedule type: Karras");
        assert_eq!((keys(&ddim), ddim.asked.karras), (vec!["like-schedule"], None));
    }
}

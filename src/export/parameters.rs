//! The text `parameters` of a PNG as AUTOMATIC1111 writes it, there and back.
//!
//! The prompt, a line `Negative prompt: …` where there is one, and one line of values
//! `Steps: 20, Sampler: Euler a, …`; a value with a comma, a colon or a line break stands in quotes
//! as JSON (`modules/infotext_utils.py` and `processing.py` of stable-diffusion-webui).

use crate::walk::{AttachmentKind, Sampler, Settings};

/// More values than any program writes.
const MOST_VALUES: usize = 200;
const NEGATIVE: &str = "Negative prompt:";
/// Keys of our own for what AUTOMATIC1111 has no name for.
pub(super) const SPACING: &str = "Timestep spacing";
pub(super) const ORIGINAL: &str = "Original steps";
pub(super) const RESCALE: &str = "Guidance rescale";
/// What only SDXL is told: other words for its second text encoder.
pub(super) const PROMPT_2: &str = "Prompt 2";
/// Height and width that it is told of as the original's.
pub(super) const ORIGINAL_SIZE: &str = "Original size";
/// From where it is told the picture was cut: from the top and from the left.
pub(super) const CROP: &str = "Crop";
/// Height and width that it is told are aimed at.
pub(super) const TARGET_SIZE: &str = "Target size";
/// The layer that is taken, counted from the end: 1 is the last.
pub(super) const CLIP_SKIP: &str = "Clip skip";
/// What `Version` begins with in texts of ours.
pub(super) const OURS: &str = "safelight ";

/// A text taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// The prompt as it stands there.
    pub prompt: String,
    /// The negative prompt, where there is one.
    pub negative: Option<String>,
    /// The values in their order.
    pub values: Vec<(String, String)>,
}

impl Parameters {
    /// The value of a key.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Takes a text apart; `None` where it is something else (JSON of another program). Without a
    /// line of values all of it is a prompt, as the web UI reads it.
    pub fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.split('\n').collect();
        let values = lines.iter().rposition(|line| line.trim_start().starts_with("Steps:"));
        if values.is_none() && text.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let texts = &lines[..values.unwrap_or(lines.len())];
        let negative = texts.iter().position(|line| line.trim_start().starts_with(NEGATIVE));
        let (prompt, negative) = texts.split_at(negative.unwrap_or(texts.len()));
        let negative = negative.join("\n");
        let negative = negative.trim_start().strip_prefix(NEGATIVE);
        Some(Self {
            prompt: prompt.join("\n"),
            negative: negative.map(|text| text.strip_prefix(' ').unwrap_or(text).to_owned()),
            values: values.map(|at| parsed(lines[at])).unwrap_or_default(),
        })
    }
}

/// The text for settled settings. The hash of the model is left out: it is that of one checkpoint
/// file, which a model in a folder has not.
pub fn parameters(settings: &Settings) -> String {
    let mut text = settings.prompt.clone();
    if let Some(negative) = settings.negative.as_deref().filter(|text| !text.is_empty()) {
        text = format!("{text}\n{NEGATIVE} {negative}");
    }
    let mut values = vec![
        ("Steps", settings.steps.to_string()),
        ("Sampler", sampler_name(settings.sampler).to_owned()),
    ];
    if settings.karras {
        values.push(("Schedule type", "Karras".to_owned()));
    }
    values.extend([
        ("CFG scale", settings.guidance.to_string()),
        ("Seed", settings.seed.to_string()),
        ("Size", format!("{}x{}", settings.width, settings.height)),
        ("Model", settings.model.clone()),
    ]);
    if let Some(strength) = settings.strength {
        values.push(("Denoising strength", strength.to_string()));
    }
    if settings.clip_skip > 0 {
        values.push((CLIP_SKIP, (settings.clip_skip + 1).to_string()));
    }
    if settings.eta > 0.0 {
        values.push(("Eta DDIM", settings.eta.to_string()));
    }
    for (key, kind) in
        [("Lora hashes", AttachmentKind::Lora), ("TI hashes", AttachmentKind::Embedding)]
    {
        let of = settings.attachments.iter().filter(|a| a.kind == kind);
        let list: Vec<String> = of
            .map(|a| format!("{}: {}", a.label(), a.hash.chars().take(12).collect::<String>()))
            .collect();
        if !list.is_empty() {
            values.push((key, list.join(", ")));
        }
    }
    values.push(("RNG", "CPU".to_owned()));
    values.extend(own_values(settings));
    values.push(("Version", format!("{OURS}{}", env!("CARGO_PKG_VERSION"))));
    let values: Vec<String> =
        values.into_iter().map(|(key, value)| format!("{key}: {}", quoted(&value))).collect();
    format!("{text}\n{}", values.join(", "))
}

/// What AUTOMATIC1111 has no name for.
fn own_values(settings: &Settings) -> Vec<(&'static str, String)> {
    let mut values = Vec::new();
    if settings.sampler.has_spacing() {
        values.push((SPACING, settings.spacing.name().to_owned()));
    }
    if let Some(steps) = settings.original_steps {
        values.push((ORIGINAL, steps.to_string()));
    }
    if let Some(prompt) = &settings.prompt_2 {
        values.push((PROMPT_2, prompt.clone()));
    }
    let told = [
        (ORIGINAL_SIZE, settings.original_size, 'x'),
        (CROP, settings.crop, ' '),
        (TARGET_SIZE, settings.target_size, 'x'),
    ];
    for (key, pair, between) in told {
        if let Some([first, second]) = pair {
            values.push((key, format!("{first}{between}{second}")));
        }
    }
    if settings.guidance_rescale > 0.0 {
        values.push((RESCALE, settings.guidance_rescale.to_string()));
    }
    values
}

/// The name that AUTOMATIC1111 has for a sampler.
pub const fn sampler_name(sampler: Sampler) -> &'static str {
    match sampler {
        Sampler::Ddim => "DDIM",
        Sampler::Ddpm => "DDPM",
        Sampler::Pndm => "PLMS",
        Sampler::Euler => "Euler",
        Sampler::EulerA => "Euler a",
        Sampler::Heun => "Heun",
        Sampler::DpmPp2m => "DPM++ 2M",
        Sampler::DpmPp2mSde => "DPM++ 2M SDE",
        Sampler::UniPc => "UniPC",
        Sampler::Lcm => "LCM",
    }
}

fn quoted(value: &str) -> String {
    if value.contains([',', '\n', ':', '"']) || value != value.trim() {
        serde_json::Value::from(value).to_string()
    } else {
        value.to_owned()
    }
}

/// The values of a line; what is no `key: value` is passed over.
fn parsed(line: &str) -> Vec<(String, String)> {
    let mut values = Vec::new();
    let mut rest = line;
    while values.len() < MOST_VALUES {
        rest = rest.trim_start_matches([' ', ',', '\t', '\r']);
        if rest.is_empty() {
            break;
        }
        let Some(end) = rest.find([':', ',']) else { break };
        if rest[end..].starts_with(',') {
            rest = &rest[end + 1..];
            continue;
        }
        let (key, after) = (rest[..end].trim(), rest[end + 1..].trim_start_matches(' '));
        let length = value_length(after);
        let value = after[..length].trim();
        let value = if value.starts_with('"') {
            serde_json::from_str(value).unwrap_or_else(|_| value.to_owned())
        } else {
            value.to_owned()
        };
        values.push((key.to_owned(), value));
        rest = &after[length..];
    }
    values
}

/// How far a value goes: a string to its closing quote, brackets to their closing one (Civitai
/// writes JSON there), anything else to the next comma.
fn value_length(text: &str) -> usize {
    let plain = text.find(',').unwrap_or(text.len());
    if !text.starts_with(['"', '[', '{']) {
        return plain;
    }
    let (mut depth, mut inside, mut escaped) = (0usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            '[' | '{' if !inside => depth += 1,
            ']' | '}' if !inside => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !inside && !escaped && depth == 0 {
            // What stands between the closing sign and the comma belongs to it.
            return text[at..].find(',').map_or(text.len(), |comma| at + comma);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the web UI 1.9 wrote it.
    const FOREIGN: &str = "a (cat:1.2), oil\nsecond line\nNegative prompt: ugly, bad\nhands\n\
        Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 1234, \
        Size: 512x768, Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, \
        Lora hashes: \"ink: 1a2b, wash: \\\"3c\\\"\", \
        Civitai resources: [{\"type\": \"checkpoint\", \"id\": 1}], Version: v1.9.4";

    #[test]
    fn a_text_of_the_web_ui_is_taken_apart() {
        let parsed = Parameters::parse(FOREIGN).expect("known");
        assert_eq!(parsed.prompt, "a (cat:1.2), oil\nsecond line");
        assert_eq!(parsed.negative.as_deref(), Some("ugly, bad\nhands"));
        let expected = [
            ("Steps", "20"),
            ("Sampler", "DPM++ 2M"),
            ("Schedule type", "Karras"),
            ("CFG scale", "7.5"),
            ("Seed", "1234"),
            ("Size", "512x768"),
            ("Model hash", "6ce0161689"),
            ("Model", "v1-5-pruned-emaonly"),
            ("Lora hashes", "ink: 1a2b, wash: \"3c\""),
            ("Civitai resources", "[{\"type\": \"checkpoint\", \"id\": 1}]"),
            ("Version", "v1.9.4"),
        ];
        let values: Vec<(&str, &str)> =
            parsed.values.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(values, expected);
    }

    #[test]
    fn a_text_without_values_is_a_prompt_and_json_is_none() {
        assert_eq!(Parameters::parse("a cat").expect("a prompt").prompt, "a cat");
        assert_eq!(Parameters::parse("{\"sui_image_params\": {}}"), None);
    }

    #[test]
    fn unclosed_quotes_and_brackets_end_at_the_comma() {
        let parsed = Parameters::parse("x\nSteps: 2, Model: \"a, Seed: 7, VAE: [b, Size: 8x8");
        let parsed = parsed.expect("known");
        assert_eq!(parsed.value("Seed"), Some("7"));
        assert_eq!(parsed.value("Size"), Some("8x8"));
    }
}

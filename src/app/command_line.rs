//! The command line that gives a walk again.

use super::setting::{device_name, dtype_name, engine_name, joined};
use super::state::{Origin, WalkState};
use crate::walk::{
    Asked, AttachmentAsked, AttachmentKind, DeviceChoice, DtypeChoice, EngineChoice, Sampler,
    Settings,
};

impl WalkState {
    /// What to ask for to get this walk again, a recorded one included.
    pub fn asked_again(&self) -> Asked {
        match (&self.origin, &self.settings) {
            (Origin::Recording(_), Some(settings)) => settings.asked_again(),
            (Origin::Run(_), Some(settings)) => self.asked_as_here(settings),
            _ => self.asked.clone(),
        }
    }

    /// What to ask for to get settled settings with the model and the device of this walk.
    pub(super) fn asked_as_here(&self, settings: &Settings) -> Asked {
        let here = &self.asked;
        let (model, model_config) = (here.model.clone(), here.model_config.clone());
        let (device, dtype) = (here.device, here.dtype);
        let mut asked = settings.asked_again();
        // A recording knows files by their names; here it may be known where they lie.
        if let (Some(image), Some(known)) = (&mut asked.image, &here.image)
            && name_of(&known.file) == image.file
        {
            image.file.clone_from(&known.file);
        }
        for attachment in &mut asked.attachments {
            let same = |known: &&AttachmentAsked| {
                known.kind == attachment.kind && name_of(&known.file) == attachment.file
            };
            if let Some(known) = here.attachments.iter().find(same) {
                // As it was asked for, so that the model that is open serves again.
                let scaled = known.scale.unwrap_or(1.0) == attachment.scale.unwrap_or(1.0);
                let named = known.token.is_none() || known.token == attachment.token;
                if scaled && named {
                    attachment.clone_from(known);
                } else {
                    attachment.file.clone_from(&known.file);
                }
            }
        }
        Asked { model, model_config, device, dtype, engine: here.engine, ..asked }
    }
}

/// The name of a file, without its folder.
fn name_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The line for a shell. What the model's files say is left out, except what everyone wants to
/// see: seed, steps, sampler and guidance.
pub fn command_line(walk: &WalkState) -> String {
    let asked = walk.asked_again();
    let settled = walk.settings.as_ref();
    let mut parts = vec!["safelight".to_owned()];
    if let Some(prompt) = settled.map(|s| &s.prompt).or(asked.prompt.as_ref()) {
        let path_like = prompt.contains('/') || prompt.ends_with(".safetensors");
        if path_like || prompt.starts_with('-') {
            parts.push(format!("--prompt={}", quoted(prompt)));
        } else {
            parts.push(quoted(prompt));
        }
    }
    let mut flag = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            parts.push(format!("--{name} {value}"));
        }
    };
    flag("model", asked.model.as_deref().map(quoted));
    flag("model-config", asked.model_config.as_deref().map(quoted));
    // The files of a folder say it themselves.
    let one_file = asked.model.as_ref().is_some_and(|model| model.ends_with(".safetensors"));
    let live = matches!(walk.origin, Origin::Live);
    let prediction = asked.prediction.filter(|_| live || one_file);
    flag("prediction", prediction.map(|p| p.name().to_owned()));
    flag("prompt-2", asked.prompt_2.as_deref().map(quoted));
    flag("negative", asked.negative.as_deref().map(quoted));
    flag("seed", settled.map(|s| s.seed).or(asked.seed).map(|n| n.to_string()));
    flag("steps", settled.map(|s| s.steps).or(asked.steps).map(|n| n.to_string()));
    let sampler = settled.map(|s| s.sampler).or(asked.sampler);
    flag("sampler", sampler.map(|s| s.name().to_owned()));
    flag("guidance", settled.map(|s| s.guidance).or(asked.guidance).map(|n| n.to_string()));
    let eta = asked.eta.filter(|eta| *eta > 0.0 && sampler == Some(Sampler::Ddim));
    flag("eta", eta.map(|n| n.to_string()));
    flag("spacing", asked.spacing.map(|s| s.name().to_owned()));
    let original = asked.original_steps.filter(|_| sampler == Some(Sampler::Lcm));
    flag("original-steps", original.map(|n| n.to_string()));
    let rescale = asked.guidance_rescale.filter(|share| *share > 0.0);
    flag("guidance-rescale", rescale.map(|n| n.to_string()));
    let skip = asked.clip_skip.filter(|layers| *layers > 0);
    flag("clip-skip", skip.map(|n| n.to_string()));
    flag("image", asked.image.as_ref().map(|image| quoted(&image.file)));
    let strength = settled.and_then(|s| s.strength).or(asked.strength);
    flag("strength", strength.map(|n| n.to_string()));
    flag("width", asked.width.map(|n| n.to_string()));
    flag("height", asked.height.map(|n| n.to_string()));
    flag("original-size", asked.original_size.map(|pair| joined(pair, "x")));
    flag("crop", asked.crop.map(|pair| joined(pair, ",")));
    flag("target-size", asked.target_size.map(|pair| joined(pair, "x")));
    let device = (asked.device != DeviceChoice::Auto).then(|| device_name(asked.device).to_owned());
    flag("device", device);
    let dtype = (asked.dtype != DtypeChoice::Auto).then(|| dtype_name(asked.dtype).to_owned());
    flag("dtype", dtype);
    let engine = (asked.engine != EngineChoice::Own).then(|| engine_name(asked.engine).to_owned());
    flag("engine", engine);
    for attachment in &asked.attachments {
        let name = match attachment.kind {
            AttachmentKind::Lora => "lora",
            AttachmentKind::Embedding => "embedding",
        };
        flag(name, Some(quoted(&attachment.flag_value())));
    }
    if asked.karras == Some(true) {
        parts.push("--karras".to_owned());
    }
    parts.join(" ")
}

/// Quoted for a POSIX shell; control characters as escapes, so that the line stays one line.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+=:,@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '\'' => "\\'".to_owned(),
            '\\' => "\\\\".to_owned(),
            c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("$'{escaped}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_prompt_back() {
        assert_eq!(quoted("a red cat"), "'a red cat'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted("a\u{1b}b"), "$'a\\u001bb'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn a_prompt_that_looks_like_a_path_is_named() {
        let asked = Asked { prompt: Some("and/or".to_owned()), ..Asked::default() };
        let walk = WalkState { asked, ..WalkState::default() };
        assert_eq!(command_line(&walk), "safelight --prompt=and/or");
    }
}

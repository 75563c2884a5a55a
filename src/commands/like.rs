//! `--like PICTURE`: settings from a picture's text chunks, and what of them cannot be done again.

use std::path::Path;

use super::remark;
use crate::cli::Flags;
use crate::export::like::{Like, read};
use crate::walk::{Problem, Sampler};
use crate::words::Words;

/// The flags with what the picture says in the place of what was not given. Remarks go to stderr.
pub(super) fn completed(flags: &Flags, words: Words) -> Result<Flags, Problem> {
    let Some(picture) = &flags.like else { return Ok(flags.clone()) };
    let like = read(picture)?;
    if !flags.quiet {
        let given = |problem: &&Problem| {
            flags.image.is_none() || !["like-denoising", "like-image"].contains(&problem.key())
        };
        for problem in like.remarks.iter().filter(given).chain(&other_model(&like, flags)) {
            remark(&words.problem(problem));
        }
    }
    Ok(filled(flags, like))
}

fn filled(flags: &Flags, like: Like) -> Flags {
    let asked = like.asked;
    let mut filled = flags.clone();
    // Karras' spacing, eta and original steps belong to the picture's sampler.
    if flags.sampler.is_none() || flags.sampler == asked.sampler {
        filled.karras = flags.karras.or(asked.karras);
        filled.eta = flags.eta.or(asked.eta);
        filled.spacing = flags.spacing.or(asked.spacing);
        filled.original_steps = flags.original_steps.or(asked.original_steps);
    } else if flags.sampler.is_some_and(Sampler::has_spacing) {
        filled.spacing = flags.spacing.or(asked.spacing);
    }
    if flags.prompt().is_none() {
        filled.prompt = asked.prompt;
    }
    filled.negative = filled.negative.or(asked.negative);
    filled.seed = filled.seed.or(asked.seed);
    filled.steps = filled.steps.or(asked.steps);
    filled.sampler = filled.sampler.or(asked.sampler);
    filled.guidance = filled.guidance.or(asked.guidance);
    filled.guidance_rescale = filled.guidance_rescale.or(asked.guidance_rescale);
    filled.clip_skip = filled.clip_skip.or(asked.clip_skip);
    filled.width = filled.width.or(asked.width);
    filled.height = filled.height.or(asked.height);
    if flags.image.is_some() {
        filled.strength = flags.strength.or(asked.strength);
    }
    let (told, theirs) = (&mut filled.told, flags.told.clone());
    told.prompt_2 = theirs.prompt_2.or(asked.prompt_2);
    told.original_size = theirs.original_size.or(asked.original_size);
    told.crop = theirs.crop.or(asked.crop);
    told.target_size = theirs.target_size.or(asked.target_size);
    filled
}

/// A remark where the picture names another model than the one that walks.
fn other_model(like: &Like, flags: &Flags) -> Option<Problem> {
    let theirs = like.model.as_deref()?;
    let name = |path: &str| {
        let name = Path::new(path.trim_end_matches('/')).file_name().unwrap_or_default();
        name.to_string_lossy().to_lowercase()
    };
    let ours = flags.model.as_deref().map_or_else(|| "pocket".to_owned(), name);
    (name(theirs) != ours).then(|| {
        let theirs: String = theirs.chars().take(80).collect();
        Problem::new("like-model").with("theirs", theirs).with("ours", ours)
    })
}

//! Latents through the VAE: the last one, and the estimate of any step.

use std::sync::Arc;
use std::time::Instant;

use super::{Walk, odd_shape, out_of_order};
use crate::engine::capture;
use crate::engine::pace::Pace;
use crate::engine::preview::Fitting;
use crate::engine::probe::{Probe, Wanted};
use crate::walk::{Decode, Grid, Image, Picture, Problem, Stage, Watch};

impl Walk {
    /// The VAE's decoder turns the last latent into pixels.
    pub(super) fn decode(&mut self, watch: &dyn Watch) -> Result<Decode, Problem> {
        let began = Instant::now();
        let latent = self.latent.as_ref().ok_or_else(out_of_order)?;
        let scaling = self.parts.networks.scaling_factor() as f32;
        let input = latent.map(|x| x / scaling);
        let whole_levels = self.look.whole_levels;
        let mut probe = Probe::new(Wanted { levels: true, whole_levels, ..Wanted::default() });
        let tensor = capture::tensor(&input, self.parts.networks.place())?;
        let pace = Pace::new(watch, Stage::Decode, 0);
        let (image, tiles) =
            self.parts.networks.decode_within_memory(&tensor, &mut probe, &pace)?;
        self.image = Some(capture::grid(&image)?);
        let seconds = began.elapsed().as_secs_f32();
        let (levels, whole) = (probe.take_levels(), probe.take_named());
        Ok(Decode { input, levels, whole, tiles, seconds })
    }

    /// The decoder's output is the picture.
    pub(super) fn image(&self) -> Result<Image, Problem> {
        Ok(Image { image: self.image.clone().ok_or_else(out_of_order)? })
    }

    /// What a preview can be fitted on: guesses and latents of the calls so far, in the common
    /// scale. `None` before the first call.
    pub fn fitting(&self) -> Option<Fitting> {
        let calls = self.past.iter().zip(&self.plan.calls);
        let latents: Vec<Grid> = calls
            .flat_map(|(past, call)| {
                let scale = call.formula.common_scale;
                [past.x0.clone(), past.latent.map(|x| x * scale)]
            })
            .collect();
        Fitting::new(Arc::clone(&self.parts), &latents)
    }

    /// The x0 of a call that was already made, through the VAE.
    ///
    /// # Errors
    /// Cancelled, or a call that was not made yet.
    pub fn decode_x0(&mut self, call: usize, watch: &dyn Watch) -> Result<Picture, Problem> {
        let past = self.past.get(call);
        let past = past.ok_or_else(|| Problem::new("x0-not-yet").with("call", call + 1))?;
        self.picture(&past.x0, watch, call)
    }

    pub(super) fn picture(
        &self,
        x0: &Grid,
        watch: &dyn Watch,
        call: usize,
    ) -> Result<Picture, Problem> {
        self.through_decoder(x0, &Pace::new(watch, Stage::Decode, call))
    }

    pub(super) fn through_decoder(&self, x0: &Grid, pace: &Pace<'_>) -> Result<Picture, Problem> {
        let scaling = self.parts.networks.scaling_factor() as f32;
        let input = capture::tensor(&x0.map(|x| x / scaling), self.parts.networks.place())?;
        let (image, _) =
            self.parts.networks.decode_within_memory(&input, &mut Probe::nothing(), pace)?;
        Picture::from_decoder(&capture::grid(&image)?).ok_or_else(odd_shape)
    }
}

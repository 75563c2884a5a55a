//! The picture that a walk begins from becomes a latent: the encoder gives a distribution for each
//! number, and the seed's first draw takes one.

use std::time::Instant;

use super::super::capture;
use super::super::pace::Pace;
use super::super::probe::{Probe, Wanted};
use super::super::start::pixels;
use super::{Walk, out_of_order};
use crate::walk::{Encode, Picture, Problem, Stage, Watch};

/// Up to so many weights times latent cells the decoder is asked for the picture again, to show what
/// encoding keeps: under a second on any processor, but for Stable Diffusion at 512 × 512 not.
const CHEAP: u64 = 5_000_000_000;

impl Walk {
    /// The picture as a latent. A branch has it from the walk that it branched from.
    pub(super) fn encode(&mut self, watch: &dyn Watch) -> Result<Encode, Problem> {
        let mut generator = self.generator.clone();
        let (h, w) = self.latent_size();
        let noise = generator.normal(&[1, 4, h, w]);
        let known = self.branch.as_ref().and_then(|branch| branch.encode.clone());
        let encode = match known {
            Some(encode) => encode,
            None => self.encoded(noise, watch)?,
        };
        self.start = Some(encode.latent());
        self.generator = generator;
        Ok(encode)
    }

    fn encoded(&self, noise: crate::walk::Grid, watch: &dyn Watch) -> Result<Encode, Problem> {
        let began = Instant::now();
        let networks = &self.parts.networks;
        let start = self.settings.image.as_ref().and_then(|image| image.picture.as_ref());
        let image = pixels(start.ok_or_else(out_of_order)?);
        let whole_levels = self.look.whole_levels;
        let mut probe = Probe::new(Wanted { whole_levels, ..Wanted::default() });
        let pace = Pace::new(watch, Stage::Encode, 0);
        let tensor = capture::tensor(&image, networks.place())?;
        let moments = capture::grid(&networks.moments(&tensor, &mut probe, &pace)?)?;
        let mut encode = Encode {
            image,
            moments,
            noise,
            scaling: networks.scaling_factor() as f32,
            back: None,
            whole: probe.take_named(),
            seconds: began.elapsed().as_secs_f32(),
        };
        encode.back = self.decoded_again(&encode, watch)?;
        Ok(encode)
    }

    /// The latent decoded at once, where that is cheap.
    fn decoded_again(
        &self,
        encode: &Encode,
        watch: &dyn Watch,
    ) -> Result<Option<Picture>, Problem> {
        let cells = (encode.noise.width() * encode.noise.height()) as u64;
        let [.., weights] = self.parts.card.parameters;
        if cells.saturating_mul(weights) > CHEAP {
            return Ok(None);
        }
        self.through_decoder(&encode.latent(), &Pace::new(watch, Stage::Encode, 0)).map(Some)
    }
}

//! What the noise predictor is told beside the latent and the timestep: the text, of SDXL the
//! pooled text and the sizes, of a network distilled for it the guidance scale.

use candle_core::{Device, Result, Tensor};

use super::device::Place;

/// One row for each question of a batch.
#[derive(Clone, Debug)]
pub struct Told {
    /// `[B,77,C]`: what cross-attention gets.
    pub context: Tensor,
    /// SDXL's vector of the whole.
    pub added: Option<Added>,
    /// `[B,G]`: the guidance scale as sinusoids, for a network that is told it.
    pub guidance: Option<Tensor>,
}

/// What SDXL is told of the whole picture (Podell et al. 2023, section 2.2).
#[derive(Clone, Debug)]
pub struct Added {
    /// `[B,P]`: the whole text as one vector.
    pub pooled: Tensor,
    /// `[B,6]` in 32 bits: original height and width, crop from top and left, target height and
    /// width.
    pub time_ids: Tensor,
}

impl Told {
    /// Text alone, as SD 1.x and 2.x are told.
    pub const fn text(context: Tensor) -> Self {
        Self { context, added: None, guidance: None }
    }

    /// Some of the rows.
    pub fn rows(&self, start: usize, count: usize) -> Result<Self> {
        let narrow = |tensor: &Tensor| tensor.narrow(0, start, count);
        self.each(narrow)
    }

    /// The same with another text of as many rows.
    #[must_use]
    pub fn with_context(self, context: Tensor) -> Self {
        Self { context, ..self }
    }

    /// The rows of all, one below the other. All have to be of one network.
    pub fn joined(all: &[&Self]) -> Result<Self> {
        let join = |of: &dyn Fn(&Self) -> Option<Tensor>| {
            let parts: Vec<Tensor> = all.iter().filter_map(|told| of(told)).collect();
            let whole = !parts.is_empty() && parts.len() == all.len();
            whole.then(|| Tensor::cat(&parts, 0)).transpose()
        };
        let contexts: Vec<&Tensor> = all.iter().map(|told| &told.context).collect();
        let pooled = join(&|told| told.added.as_ref().map(|added| added.pooled.clone()))?;
        let time_ids = join(&|told| told.added.as_ref().map(|added| added.time_ids.clone()))?;
        Ok(Self {
            context: Tensor::cat(&contexts, 0)?,
            added: pooled.zip(time_ids).map(|(pooled, time_ids)| Added { pooled, time_ids }),
            guidance: join(&|told| told.guidance.clone())?,
        })
    }

    /// The same on the device and in the numbers of a place; sizes stay in 32 bits.
    pub(super) fn taken(&self, place: &Place) -> Result<Self> {
        let mut taken = self.each(|tensor| place.take(tensor))?;
        if let (Some(taken), Some(added)) = (&mut taken.added, &self.added) {
            taken.time_ids = added.time_ids.to_device(&place.device)?;
        }
        Ok(taken)
    }

    fn each(&self, of: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Self> {
        let added = self.added.as_ref().map(|added| {
            Ok::<_, candle_core::Error>(Added {
                pooled: of(&added.pooled)?,
                time_ids: of(&added.time_ids)?,
            })
        });
        Ok(Self {
            context: of(&self.context)?,
            added: added.transpose()?,
            guidance: self.guidance.as_ref().map(of).transpose()?,
        })
    }
}

/// The guidance scale as sinusoids `[1,width]`: sines before cosines of `1000 · (scale − 1)`, the
/// exponents over `half − 1`, as diffusers' `get_guidance_scale_embedding` makes them.
pub(super) fn guidance_embedding(scale: f64, width: usize, place: &Place) -> Result<Tensor> {
    let half = width / 2;
    let position = (scale - 1.0) as f32 * 1000.0;
    let step = 10_000f32.ln() / half.saturating_sub(1) as f32;
    let angles = (0..half).map(|i| position * (i as f32 * -step).exp());
    let (sines, cosines): (Vec<f32>, Vec<f32>) = angles.map(f32::sin_cos).unzip();
    let mut row = [sines, cosines].concat();
    row.resize(width, 0.0);
    Tensor::from_vec(row, (1, width), &Device::Cpu)?.to_dtype(place.dtype)?.to_device(&place.device)
}

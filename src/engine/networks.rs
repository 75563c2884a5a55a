//! The three networks of a walk behind one set of calls: this program's own, or
//! candle-transformers'.

use candle_core::Tensor;

use super::device::Place;
use super::model_folder::ModelFolder;
use super::pace::Pace;
use super::probe::Probe;
use super::stock::Stock;
use super::text::{TextEncoder, TextStates};
use super::unet::UNet;
use super::vae::Vae;
use crate::walk::{EngineChoice, Problem};

/// Text encoder, noise predictor and autoencoder, loaded.
#[derive(Debug)]
pub struct Networks {
    text: TextEncoder,
    unet: Option<UNet>,
    vae: Vae,
    stock: Option<Stock>,
    place: Place,
}

impl Networks {
    /// Loads the networks of a folder. The second opinion also loads this program's own text
    /// encoder and autoencoder, for what the others do not tell (tables and factors).
    pub fn load(
        folder: &ModelFolder,
        engine: EngineChoice,
        place: &Place,
    ) -> Result<Self, Problem> {
        let (unet, stock) = match engine {
            EngineChoice::Own => (Some(UNet::load(folder, place)?), None),
            EngineChoice::Stock => (None, Some(Stock::load(folder, place)?)),
        };
        let text = TextEncoder::load(folder, &place.beside())?;
        Ok(Self { text, unet, vae: Vae::load(folder, place)?, stock, place: place.clone() })
    }

    /// Where they compute.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Rows of 77 ids as vectors. The second opinion gives no layers, only the end; where it has
    /// no encoder of the family, the own one stands in.
    pub fn encode(&self, rows: &[&[u32]]) -> Result<TextStates, Problem> {
        let theirs = self.stock.as_ref().map(|stock| stock.encode(rows)).transpose()?.flatten();
        theirs.map_or_else(|| self.text.encode(rows), Ok)
    }

    /// What cross-attention gets of these rows where the prompt leaves out the last `skip` layers
    /// of the text encoder: of the first `whole` rows the end, of the others the state before.
    ///
    /// # Errors
    /// More layers than there are.
    pub fn encode_skipping(
        &self,
        rows: &[&[u32]],
        whole: usize,
        skip: usize,
    ) -> Result<(TextStates, Tensor), Problem> {
        if skip == 0 {
            let states = self.encode(rows)?;
            let end = states.last.clone();
            return Ok((states, end));
        }
        // Only the own encoder gives the layers between.
        let states = self.text.encode(rows)?;
        let before = self.text.skipping(&states, skip)?.ok_or_else(|| {
            Problem::usage("clip-skip-range").with("skip", skip).with("most", self.text.depth())
        })?;
        let own = before.narrow(0, whole, rows.len() - whole)?;
        let context = if whole == 0 {
            own
        } else {
            Tensor::cat(&[&states.last.narrow(0, 0, whole)?, &own], 0)?
        };
        Ok((states, context))
    }

    /// How many layers the text encoder has.
    pub const fn text_layers(&self) -> usize {
        self.text.depth()
    }

    /// Whether the text encoder has the exact GELU, which candle-transformers lacks.
    pub const fn has_exact_gelu(&self) -> bool {
        self.text.has_exact_gelu()
    }

    /// The noise predictor's answer; see [`UNet::predict`].
    pub fn predict(
        &self,
        input: &Tensor,
        timestep: f64,
        context: &Tensor,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        let context = self.place.take(context)?;
        match (&self.unet, &self.stock) {
            (Some(unet), _) => unet.predict(input, timestep, &context, probe, pace),
            (None, Some(stock)) => {
                pace.go_on()?;
                let answer = stock.predict(input, timestep, &context)?;
                pace.done(1, 1);
                Ok(answer)
            }
            (None, None) => Err(Problem::new("compute-failed")),
        }
    }

    /// The decoder; `input` is already divided by [`Self::scaling_factor`]. See [`Vae::decode`].
    pub fn decode(
        &self,
        input: &Tensor,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        let Some(stock) = &self.stock else { return self.vae.decode(input, probe, pace) };
        pace.go_on()?;
        let image = stock.decode(input)?;
        pace.done(1, 1);
        Ok(image)
    }

    /// Latents are divided by this before decoding.
    pub fn scaling_factor(&self) -> f64 {
        self.vae.scaling_factor()
    }

    /// See [`TextEncoder::nearest`].
    pub fn nearest(
        &self,
        ids: &[u32],
        among: Option<&[u32]>,
        count: usize,
    ) -> Result<Vec<Vec<(u32, f32)>>, Problem> {
        self.text.nearest(ids, among, count)
    }
}

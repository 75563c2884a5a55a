//! The networks of a walk behind one set of calls: this program's own, or
//! candle-transformers'.

use candle_core::Tensor;

use super::device::Place;
use super::model_folder::ModelFolder;
use super::pace::Pace;
use super::probe::Probe;
use super::stock::Stock;
use super::text::{TextEncoder, TextStates};
use super::told::Told;
use super::unet::UNet;
use super::vae::Vae;
use crate::walk::{EngineChoice, Problem};

/// Text encoders, noise predictor and autoencoder, loaded.
#[derive(Debug)]
pub struct Networks {
    text: TextEncoder,
    /// XL's second text encoder.
    second: Option<TextEncoder>,
    unet: Option<UNet>,
    vae: Vae,
    stock: Option<Stock>,
    place: Place,
}

/// Texts as vectors.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// Each encoder's states.
    pub states: Vec<TextStates>,
    /// `[B,77,C]`: what cross-attention gets.
    pub context: Tensor,
    /// `[B,P]`: each text as one vector, of XL.
    pub pooled: Option<Tensor>,
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
        let second = folder.has_second_text()?;
        let second =
            second.then(|| TextEncoder::load_second(folder, &place.beside())).transpose()?;
        if let (Some(second), Some(unet)) = (&second, &unet) {
            fitting(&text, second, unet)?;
        }
        Ok(Self { text, second, unet, vae: Vae::load(folder, place)?, stock, place: place.clone() })
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

    /// Rows of 77 ids for each encoder as vectors, where the prompt leaves out the last `skip`
    /// layers: of the first `whole` rows the end counts, of the others the state before.
    ///
    /// # Errors
    /// More layers than there are.
    pub fn encode_texts(
        &self,
        rows: &[Vec<&[u32]>],
        whole: usize,
        skip: usize,
    ) -> Result<Encoded, Problem> {
        let first = rows.first().map_or(&[][..], Vec::as_slice);
        if let (Some(second), Some(other)) = (&self.second, rows.get(1)) {
            return self.encode_both([(&self.text, first), (second, other)], whole, skip);
        }
        let (states, context) = self.encode_skipping(first, whole, skip)?;
        Ok(Encoded { states: vec![states], context, pooled: None })
    }

    /// XL: the states before each encoder's last layer side by side, and the second's one vector.
    fn encode_both(
        &self,
        both: [(&TextEncoder, &[&[u32]]); 2],
        whole: usize,
        skip: usize,
    ) -> Result<Encoded, Problem> {
        let (mut states, mut parts, mut pooled) = (Vec::new(), Vec::new(), None);
        for (encoder, rows) in both {
            let own = encoder.encode(rows)?;
            let before = |skip: usize, from: usize, count: usize| -> Result<Tensor, Problem> {
                let state = TextEncoder::before_end(&own, 1 + skip);
                Ok(state.ok_or_else(|| self.too_many(skip))?.narrow(0, from, count)?)
            };
            let prompts = before(skip, whole, rows.len() - whole)?;
            parts.push(match whole {
                0 => prompts,
                _ => Tensor::cat(&[&before(0, 0, whole)?, &prompts], 0)?,
            });
            pooled = encoder.pooled(&own, rows)?;
            states.push(own);
        }
        Ok(Encoded { states, context: Tensor::cat(&parts, 2)?, pooled })
    }

    fn encode_skipping(
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
        let before = self.text.skipping(&states, skip)?.ok_or_else(|| self.too_many(skip))?;
        let own = before.narrow(0, whole, rows.len() - whole)?;
        let context = if whole == 0 {
            own
        } else {
            Tensor::cat(&[&states.last.narrow(0, 0, whole)?, &own], 0)?
        };
        Ok((states, context))
    }

    fn too_many(&self, skip: usize) -> Problem {
        Problem::usage("clip-skip-range").with("skip", skip).with("most", self.text_layers())
    }

    /// How many of its last layers a prompt can leave out. XL's never gets the last one.
    pub fn text_layers(&self) -> usize {
        match &self.second {
            None => self.text.depth(),
            Some(second) => self.text.depth().min(second.depth()).saturating_sub(1),
        }
    }

    /// Numbers of the guidance embedding, where the noise predictor takes one.
    pub fn guidance_width(&self) -> Option<usize> {
        self.unet.as_ref().and_then(|unet| unet.config().guidance)
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
        told: &Told,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        let told = &told.taken(&self.place)?;
        match (&self.unet, &self.stock) {
            (Some(unet), _) => unet.predict(input, timestep, told, probe, pace),
            (None, Some(stock)) => {
                pace.go_on()?;
                let answer = stock.predict(input, timestep, &told.context)?;
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

    /// The same, in tiles where the whole has no room in memory; with the number of tiles, 1 where
    /// there are none.
    pub fn decode_within_memory(
        &self,
        input: &Tensor,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<(Tensor, usize), Problem> {
        let (_, _, height, width) = input.dims4()?;
        let tiles = self.stock.is_none().then(|| self.vae.tiles((height, width))).flatten();
        match tiles {
            Some((side, count)) => Ok((self.vae.decode_in_tiles(input, side, probe, pace)?, count)),
            None => Ok((self.decode(input, probe, pace)?, 1)),
        }
    }

    /// The encoder's answer to pixels; see [`Vae::moments`]. The second opinion has none of its own:
    /// this program's stands in.
    pub fn moments(
        &self,
        image: &Tensor,
        probe: &mut Probe,
        pace: &Pace<'_>,
    ) -> Result<Tensor, Problem> {
        self.vae.moments(image, probe, pace)
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

/// XL's text encoders have to give what its noise predictor takes.
fn fitting(first: &TextEncoder, second: &TextEncoder, unet: &UNet) -> Result<(), Problem> {
    let config = unet.config();
    let found = (first.width() + second.width(), second.pooled_width());
    let wanted = (config.context, config.added.map(|added| added.pooled));
    if found == wanted {
        return Ok(());
    }
    Err(Problem::new("input-shape")
        .with("found", format!("{found:?}"))
        .with("expected", format!("{wanted:?}")))
}

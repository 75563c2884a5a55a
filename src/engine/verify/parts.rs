//! Where candle-transformers cannot hold the whole model: its text encoder, its autoencoder, and
//! its public blocks one by one.

use candle_core::Tensor;

use super::{Compared, blocks};
use crate::engine::device::Place;
use crate::engine::model_folder::ModelFolder;
use crate::engine::noise::Generator;
use crate::engine::open::tokenize;
use crate::engine::pace::Pace;
use crate::engine::probe::Probe;
use crate::engine::text::TextEncoder;
use crate::engine::vae::Vae;
use crate::engine::{capture, stock};
use crate::walk::{Asked, Grid, ModelCard, Problem, Stage, Watch};

/// What is encoded where neither the user nor the model names a prompt.
const PROMPT: &str = "a red cat on a blue background";

/// Compares the parts on this prompt and seed; `why` says why the whole noise predictor could not
/// be compared.
pub(super) fn compare(
    asked: &Asked,
    why: &'static str,
    watch: &dyn Watch,
) -> Result<Vec<Compared>, Problem> {
    let folder = ModelFolder::of(asked)?.with(&asked.attachments)?;
    let place = Place::find(asked.device, asked.dtype)?;
    let card = folder.card()?;
    let mut found = Vec::new();
    let context = text(asked, &folder, &card, &place, &mut found)?;
    let latent = capture::tensor(&latent(asked, &card), &place)?;
    found.push(Compared::not("unet", why));
    blocks::compare(&folder, &place, (&latent, &context), watch, &mut found)?;
    autoencoder(&folder, &place, &latent, watch, &mut found)?;
    Ok(found)
}

/// The seeded noise in the size that was asked for.
fn latent(asked: &Asked, card: &ModelCard) -> Grid {
    let side = |asked: Option<usize>, default: usize| {
        (asked.unwrap_or(default) / card.vae_factor).clamp(1, 128)
    };
    let (w, h) = (side(asked.width, card.default_size.0), side(asked.height, card.default_size.1));
    Generator::new(asked.seed.unwrap_or(0)).normal(&[1, 4, h, w])
}

fn text(
    asked: &Asked,
    folder: &ModelFolder,
    card: &ModelCard,
    place: &Place,
    found: &mut Vec<Compared>,
) -> Result<Tensor, Problem> {
    let prompt = asked.prompt.as_deref().or(card.example.as_deref()).unwrap_or(PROMPT);
    let tokens = tokenize(folder, prompt)?;
    let rows: Vec<&[u32]> = tokens.encoders.iter().map(|e| e.prompt.ids.as_slice()).collect();
    let first = TextEncoder::load(folder, place)?.encode(&rows[..1])?;
    let ours = first.last.clone();
    found.push(match stock::text(folder, place)? {
        None => Compared::not("text.context", "verify.text-gelu"),
        Some(theirs) => {
            let theirs = capture::grid(&stock::encode(&theirs, &rows[..1])?)?;
            Compared::of("text.context", &capture::grid(&ours)?, &theirs, "verify.unknown")
        }
    });
    if !folder.has_second_text()? {
        return Ok(ours);
    }
    let second = TextEncoder::load_second(folder, place)?.encode(&rows[1..])?;
    let sides = [&first, &second].map(|states| TextEncoder::before_end(states, 1));
    let sides: Vec<&Tensor> = sides.into_iter().flatten().collect();
    Ok(Tensor::cat(&sides, 2)?)
}

fn autoencoder(
    folder: &ModelFolder,
    place: &Place,
    latent: &Tensor,
    watch: &dyn Watch,
    found: &mut Vec<Compared>,
) -> Result<(), Problem> {
    let pace = Pace::new(watch, Stage::Decode, 0);
    let theirs = match stock::vae(folder, place) {
        Ok(vae) => vae.decode(latent)?,
        Err(problem) if problem.key() == "stock-shape" => {
            found.push(Compared::not("vae.decode", "verify.shape"));
            return Ok(());
        }
        Err(problem) => return Err(problem),
    };
    let ours = Vae::load(folder, place)?.decode(latent, &mut Probe::nothing(), &pace)?;
    let (ours, theirs) = (capture::grid(&ours)?, capture::grid(&theirs)?);
    found.push(Compared::of("vae.decode", &ours, &theirs, "verify.unknown"));
    found.push(Compared::not("vae.decode batch 2", "verify.batch"));
    Ok(())
}

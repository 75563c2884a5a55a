//! The finished model: a folder in diffusers' layout, weights as 16 bit floats, that
//! `safelight --model FOLDER` walks and `StableDiffusionPipeline.from_pretrained` loads.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use candle_core::Tensor;
use half::f16;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Map, Value, json};

use super::pictures::{Pictures, encoded, floats};
use super::recipe::Networks;
use super::table::Table;
use super::{keeping, networks, sampling};
use crate::drawings::{EDGE, Scene, World};
use crate::engine::model_folder::Part;
use crate::engine::vae::Vae;
use crate::engine::{ModelFolder, Place, capture, preview};
use crate::walk::{Grid, Picture, Preview, Problem, Taught};

/// Files that are the same for every model of this kind.
const ALWAYS: [&str; 6] = [
    "model_index.json",
    "scheduler/scheduler_config.json",
    "tokenizer/merges.txt",
    "tokenizer/special_tokens_map.json",
    "tokenizer/tokenizer_config.json",
    "tokenizer/vocab.json",
];
/// The prompt that the program offers, and its picture's words.
const EXAMPLE: &str = "a red cat on a blue background";
/// Pictures that the preview is fitted on.
const FITTED: usize = 200;
/// The most numbers that are looked through for the example's picture.
const LOOKED_THROUGH: usize = 50_000;

/// A folder to be written.
#[derive(Clone, Debug)]
pub struct Folder<'a> {
    /// Where.
    pub path: &'a Path,
    /// The sizes of its networks.
    pub networks: &'a Networks,
}

impl Folder<'_> {
    /// Writes `vae/` from weights whose names begin with `vae/`.
    pub fn write_vae(&self, weights: &BTreeMap<String, Tensor>) -> Result<Vec<PathBuf>, Problem> {
        let weights = of_part(Part::Vae, weights)?;
        Ok(vec![
            self.json("vae/config.json", networks::vae_config(self.networks)?)?,
            self.weights("vae/diffusion_pytorch_model.safetensors", &weights)?,
        ])
    }

    /// Writes everything but `vae/`: the text encoder with its whole vocabulary, the noise
    /// predictor, tokenizer, scheduler and what this program knows of the model.
    pub fn write_pocket(
        &self,
        weights: &BTreeMap<String, Tensor>,
        table: &Table,
        (vae, pictures): (&Vae, &Pictures),
        place: &Place,
    ) -> Result<Vec<PathBuf>, Problem> {
        let world = World::get()?;
        let mut written = Vec::new();
        for file in ALWAYS {
            if let Some(bytes) = ModelFolder::pocket().read(file)? {
                written.push(self.file(file, &bytes)?);
            }
        }
        let unet = of_part(Part::Unet, weights)?;
        written.push(self.json("unet/config.json", networks::unet_config(self.networks)?)?);
        written.push(self.weights("unet/diffusion_pytorch_model.safetensors", &unet)?);
        let text = whole_text(&of_part(Part::Text, weights)?, weights, table, world)?;
        let config = networks::text_config(self.networks, networks::VOCABULARY)?;
        written.push(self.json("text_encoder/config.json", config)?);
        written.push(self.weights("text_encoder/model.safetensors", &text)?);
        written.push(self.sample(pictures)?);
        let preview = fitted(vae, pictures, place)?;
        written.push(self.json("safelight.json", card(world, preview.as_ref()))?);
        Ok(written)
    }

    /// Copies `vae/` of another folder.
    pub fn copy_vae(&self, from: &ModelFolder) -> Result<Vec<PathBuf>, Problem> {
        let weights = from.weights(Part::Vae, &Place::cpu())?.tensors()?;
        let named = weights.into_iter().map(|(name, tensor)| (format!("vae/{name}"), tensor));
        let weights = of_part(Part::Vae, &named.collect())?;
        Ok(vec![
            self.json("vae/config.json", from.json("vae/config.json")?)?,
            self.weights("vae/diffusion_pytorch_model.safetensors", &weights)?,
        ])
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Problem> {
        let path = self.path.join(name);
        keeping::write(&path, bytes).map_err(|reason| {
            Problem::new("model-not-written").with("file", path.display()).with("reason", reason)
        })?;
        Ok(path)
    }

    fn json(&self, name: &str, map: Map<String, Value>) -> Result<PathBuf, Problem> {
        let text = serde_json::to_string_pretty(&Value::Object(map)).unwrap_or_default();
        self.file(name, format!("{text}\n").as_bytes())
    }

    fn weights(&self, name: &str, weights: &Halves) -> Result<PathBuf, Problem> {
        let fault = |reason: String| {
            Problem::new("model-not-written")
                .with("file", self.path.join(name).display())
                .with("reason", reason)
        };
        let views = weights
            .iter()
            .map(|(name, (shape, bytes))| {
                Ok((name.as_str(), TensorView::new(Dtype::F16, shape.clone(), bytes)?))
            })
            .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
            .map_err(|e| fault(format!("{e:?}")))?;
        let said = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        let bytes =
            safetensors::serialize(views, Some(said)).map_err(|e| fault(format!("{e:?}")))?;
        self.file(name, &bytes)
    }

    /// A picture of what the example says, from the training.
    fn sample(&self, pictures: &Pictures) -> Result<PathBuf, Problem> {
        let wanted = |scene: &Scene| {
            let shows = &scene.shows;
            (shows.colour, shows.thing, shows.background) == ("red", "cat", "blue")
        };
        let found = (0..LOOKED_THROUGH).map(|number| pictures.scene(number)).find(wanted);
        let scene = found.unwrap_or_else(|| pictures.scene(0));
        let drawn = pictures.draw(&[scene])?;
        let bytes = drawn.first().and_then(png).unwrap_or_default();
        self.file("sample.png", &bytes)
    }
}

/// Tensors as 16 bit floats: shape and bytes by name.
type Halves = BTreeMap<String, (Vec<usize>, Vec<u8>)>;

fn halves(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect()
}

fn of_part(part: Part, weights: &BTreeMap<String, Tensor>) -> Result<Halves, Problem> {
    let mut own = Halves::new();
    for (name, tensor) in weights {
        let inside = name.strip_prefix(networks::folder(part)).and_then(|n| n.strip_prefix('/'));
        if let Some(name) = inside {
            let numbers = tensor.flatten_all()?.to_vec1::<f32>()?;
            own.insert(name.to_owned(), (tensor.dims().to_vec(), halves(&numbers)));
        }
    }
    Ok(own)
}

/// The text encoder as published ones are: names begin with `text_model.`, and the table has the
/// whole vocabulary.
fn whole_text(
    text: &Halves,
    weights: &BTreeMap<String, Tensor>,
    table: &Table,
    world: &World,
) -> Result<Halves, Problem> {
    let mut whole: Halves =
        text.iter().map(|(name, half)| (format!("text_model.{name}"), half.clone())).collect();
    let learned = weights.get(super::diffusion::TABLE).ok_or_else(|| {
        Problem::new("tensor-missing").with("file", "text_encoder").with("tensor", "table")
    })?;
    let (width, numbers) = (learned.dim(1)?, table.whole(learned, world)?);
    let name = "text_model.embeddings.token_embedding.weight".to_owned();
    whole.insert(name, (vec![networks::VOCABULARY, width], halves(&numbers)));
    Ok(whole)
}

/// The preview from latents to colours, fitted on the training's own pictures.
fn fitted(vae: &Vae, pictures: &Pictures, place: &Place) -> Result<Option<Preview>, Problem> {
    let mut pairs: Vec<(Grid, Grid)> = Vec::with_capacity(FITTED);
    for number in 0..FITTED {
        let x = floats(&pictures.numbered(&[number])?, place)?;
        pairs.push((capture::grid(&encoded(&x, vae)?)?, capture::grid(&x)?));
    }
    Ok(preview::fit(pairs.iter().map(|(latent, image)| (latent, image))))
}

/// `safelight.json`.
fn card(world: &World, preview: Option<&Preview>) -> Map<String, Value> {
    let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let taught = Taught {
        things: owned(&world.things),
        colours: world.colours.iter().map(|colour| colour.name.to_owned()).collect(),
        backgrounds: world.backgrounds.iter().map(|ground| ground.name.to_owned()).collect(),
        sizes: owned(&world.sizes.concat()),
        other: owned(&world.others),
    };
    let Value::Object(map) = json!({
        "steps": sampling::STEPS,
        "guidance": sampling::GUIDANCE,
        "example": EXAMPLE,
        "preview": preview,
        "taught": taught,
        "sample": "sample.png",
    }) else {
        return Map::new();
    };
    map
}

fn png(picture: &Picture) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, EDGE as u32, EDGE as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(picture.rgb()).ok()?;
    writer.finish().ok()?;
    Some(bytes)
}

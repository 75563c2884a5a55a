//! A model's folder in diffusers' layout: on disk, or the pocket model inside the binary; or what
//! stands for one where a checkpoint is a single file.
//!
//! Everything read here is bounded and checked; networks get parsed configs and mapped weights.

mod config;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

pub use self::config::Config;
use super::ages;
use super::attachments::Attached;
use super::device::Place;
use super::family;
use super::pocket;
use super::single_file::SingleFile;
use super::text::table_name;
use super::weights::Weights;
use crate::library::{self, ModelId};
use crate::walk::{
    Age, Asked, AttachmentAsked, Family, ModelCard, Picture, Preview, Problem, Taught,
};

/// The largest config, vocabulary or list of merges that is read (CLIP's `tokenizer.json` has
/// 2.2 to 3.6 MB).
const TEXT_LIMIT: u64 = 16 << 20;

/// One of the networks, with its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `text_encoder/`
    Text,
    /// `text_encoder_2/`, of XL.
    SecondText,
    /// `unet/`
    Unet,
    /// `vae/`
    Vae,
}

impl Part {
    /// Its folder in diffusers' layout.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Text => "text_encoder",
            Self::SecondText => "text_encoder_2",
            Self::Unet => "unet",
            Self::Vae => "vae",
        }
    }

    /// What the names of its weights' files begin with.
    const fn stem(self) -> &'static str {
        match self {
            Self::Text | Self::SecondText => "model",
            Self::Unet | Self::Vae => "diffusion_pytorch_model",
        }
    }

    /// The paths at which weights are looked for, the first that is there wins: 32 bits before 16,
    /// one file before several with an index. transformers and diffusers put the variant of an
    /// index at different places.
    pub fn files(self) -> [String; 5] {
        [
            ".safetensors",
            ".safetensors.index.json",
            ".fp16.safetensors",
            ".safetensors.index.fp16.json",
            ".safetensors.fp16.index.json",
        ]
        .map(|end| format!("{}/{}{end}", self.folder(), self.stem()))
    }
}

/// Where a model is.
#[derive(Clone, Debug)]
enum Home {
    /// Inside the binary.
    Pocket,
    /// A folder on disk.
    Folder(PathBuf),
    /// One file.
    Single(SingleFile),
}

/// A model's folder; cheap to clone, nothing is kept open.
#[derive(Clone, Debug)]
pub struct ModelFolder {
    home: Home,
    /// The pocket's age; a folder on disk has only one.
    age: Age,
    /// What is laid over its weights.
    attached: Option<Arc<Attached>>,
}

/// The name of the model inside the binary; `pocket@half` is what it was in the middle of its
/// training.
const INSIDE: &str = "pocket";

/// What `safelight.json` may say beside a model; every key is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Beside {
    steps: Option<usize>,
    guidance: Option<f64>,
    width: Option<usize>,
    height: Option<usize>,
    example: Option<String>,
    preview: Option<Preview>,
    taught: Option<Taught>,
    sample: Option<String>,
}

impl ModelFolder {
    /// The folder or file at `path`, or the folder of an id in the Hugging Face cache; none: the
    /// pocket model. Only looks whether it is there and has diffusers' layout; of a file, at its
    /// header.
    pub fn open(path: Option<&str>) -> Result<Self, Problem> {
        let Some(path) = path else { return Ok(Self::pocket()) };
        if let Some(inside) = Self::inside(path) {
            return inside;
        }
        if !Path::new(path).exists() {
            return Self::of_id(path);
        }
        if Path::new(path).is_file() {
            return Self::single(Path::new(path), None);
        }
        let home = Home::Folder(PathBuf::from(path));
        let folder = Self { home, age: Age::Final, attached: None };
        if folder.read("unet/config.json")?.is_none() {
            return Err(Problem::new("model-layout").with("file", path));
        }
        Ok(folder)
    }

    /// The folder or file that is asked for, with what it takes its configs from.
    ///
    /// # Errors
    /// As [`Self::open`] and [`Self::single`]; a folder of configs for a model that is no single
    /// file, or one that is no such folder.
    pub fn of(asked: &Asked) -> Result<Self, Problem> {
        let Some(config) = &asked.model_config else { return Self::open(asked.model.as_deref()) };
        let file = asked.model.as_deref().map(Path::new).filter(|path| path.is_file());
        let file = file.ok_or_else(|| {
            let model = asked.model.as_deref().unwrap_or(INSIDE);
            Problem::usage("model-config-needs-file").with("model", model)
        })?;
        if !Path::new(config).join("unet/config.json").is_file() {
            return Err(Problem::new("model-layout").with("file", config));
        }
        Self::single(file, Some(Path::new(config)))
    }

    /// Whether nothing says how the network's answer is to be read: of Stable Diffusion 2 in one file
    /// there are two kinds, and their files are alike.
    pub(super) fn prediction_is_guessed(&self) -> bool {
        match &self.home {
            Home::Single(single) => single.config().is_none() && single.is_open_clip(),
            Home::Pocket | Home::Folder(_) => false,
        }
    }

    /// Whether nothing says if the model was distilled for few steps: Stable Diffusion 2 and XL have
    /// turbo models, whose weights are named and shaped like the base model's, and one file has no
    /// schedule beside them.
    pub(super) fn distillation_is_guessed(&self, family: Family) -> bool {
        let single = matches!(&self.home, Home::Single(single) if single.config().is_none());
        single && matches!(family, Family::Sd2 | Family::Sdxl)
    }

    /// The folder of a model's id in the user's Hugging Face cache; the network is not asked.
    fn of_id(text: &str) -> Result<Self, Problem> {
        if let Some(folder) = library::cached(text) {
            return Ok(Self { home: Home::Folder(folder), age: Age::Final, attached: None });
        }
        let key = if library::named(text).is_some() {
            Problem::new("model-not-fetched")
        } else {
            Problem::new("model-missing")
        };
        Err(key.with("file", text))
    }

    /// A checkpoint in one file. Its configs and its tokenizer come from the folder `config`, or
    /// are told from its shapes and its family.
    ///
    /// # Errors
    /// A file that is no such checkpoint, or of a family that cannot be walked from one file.
    pub fn single(file: &Path, config: Option<&Path>) -> Result<Self, Problem> {
        let home = Home::Single(SingleFile::open(file, config)?);
        Ok(Self { home, age: Age::Final, attached: None })
    }

    /// The model inside the binary.
    pub const fn pocket() -> Self {
        Self::pocket_at(Age::Final)
    }

    /// The same folder with attachments laid over its weights.
    ///
    /// # Errors
    /// Attachments that cannot be read or do not fit.
    pub fn with(mut self, asked: &[AttachmentAsked]) -> Result<Self, Problem> {
        self.attached = Attached::read(&self, asked)?.map(Arc::new);
        Ok(self)
    }

    /// The same folder with this laid over its weights.
    #[must_use]
    pub fn under(self, attached: Attached) -> Self {
        Self { attached: Some(Arc::new(attached)), ..self }
    }

    /// What is laid over its weights.
    pub fn attached(&self) -> Option<&Attached> {
        self.attached.as_deref()
    }

    /// The model inside the binary at an age.
    pub const fn pocket_at(age: Age) -> Self {
        Self { home: Home::Pocket, age, attached: None }
    }

    /// The model inside the binary at an age, where a name means it: `pocket`, `pocket@early`. A
    /// folder of that name is meant by `./pocket`.
    fn inside(name: &str) -> Option<Result<Self, Problem>> {
        let age = match name.strip_prefix(INSIDE)? {
            "" => Some(Age::Final),
            rest => Age::named(rest.strip_prefix('@')?),
        };
        let ages = || Age::ALL.map(Age::name).join(", ");
        Some(
            age.map(Self::pocket_at).ok_or_else(|| {
                Problem::usage("age-unknown").with("model", name).with("ages", ages())
            }),
        )
    }

    /// `pocket`, `pocket@half` where it is younger, the id of a model in the Hugging Face cache, or
    /// the folder's own name.
    pub fn name(&self) -> String {
        let Some(path) = self.path() else {
            return match self.age {
                Age::Final => INSIDE.to_owned(),
                younger => format!("{INSIDE}@{}", younger.name()),
            };
        };
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if let Some(id) = ModelId::of_snapshot(&whole) {
            return id.as_str().to_owned();
        }
        let name = whole.file_name().unwrap_or(whole.as_os_str());
        name.to_string_lossy().chars().filter(|c| !c.is_control()).collect()
    }

    /// Where it is on disk; `None` for the model inside the binary.
    pub(super) fn path(&self) -> Option<&Path> {
        match &self.home {
            Home::Pocket => None,
            Home::Folder(path) => Some(path),
            Home::Single(file) => Some(file.path()),
        }
    }

    /// Where small files are looked for on disk, if they are there at all.
    fn beside_path(&self) -> Option<&Path> {
        match &self.home {
            Home::Pocket => None,
            Home::Folder(path) => Some(path),
            Home::Single(file) => file.config(),
        }
    }

    /// Whether this is the model inside the binary.
    pub const fn is_pocket(&self) -> bool {
        matches!(self.home, Home::Pocket)
    }

    /// The bytes of a file by its path inside the folder, such as `tokenizer/vocab.json`; `None`
    /// where there is no such file. At most 16 MB: not for weights.
    pub fn read(&self, file: &str) -> Result<Option<Cow<'static, [u8]>>, Problem> {
        let path = match &self.home {
            Home::Pocket => return Ok(pocket::file(file).map(Cow::Borrowed)),
            Home::Folder(path) => path,
            Home::Single(single) => match single.config() {
                Some(path) => path,
                None => return Ok(single.guessed(file).map(|bytes| Cow::Owned(bytes.to_vec()))),
            },
        };
        let path = path.join(file);
        let about = |problem: Problem| problem.with("file", path.display());
        let Ok(metadata) = path.metadata() else { return Ok(None) };
        if !metadata.is_file() {
            return Err(about(Problem::new("file-not-regular")));
        }
        if metadata.len() > TEXT_LIMIT {
            return Err(about(Problem::new("file-too-large")).with("limit", TEXT_LIMIT >> 20));
        }
        let mut bytes = Vec::new();
        std::fs::File::open(&path)
            .and_then(|file| file.take(TEXT_LIMIT).read_to_end(&mut bytes))
            .map_err(|e| about(Problem::new("file-unreadable")).with("reason", e))?;
        Ok(Some(Cow::Owned(bytes)))
    }

    /// A JSON file that has to be there and to be an object.
    pub fn json(&self, file: &str) -> Result<Map<String, Value>, Problem> {
        let missing = || Problem::new("model-file-missing").with("file", self.path_of(file));
        let bytes = self.read(file)?.ok_or_else(missing)?;
        self.parsed(file, &bytes)
    }

    /// How a file of this folder is named in sentences.
    pub fn path_of(&self, file: &str) -> String {
        match (&self.home, self.beside_path()) {
            (_, Some(path)) => path.join(file).display().to_string(),
            (Home::Single(single), None) => format!("{}:{file}", single.path().display()),
            _ => format!("pocket:{file}"),
        }
    }

    /// The config of one network.
    pub fn config(&self, part: Part) -> Result<Config, Problem> {
        let file = format!("{}/config.json", part.folder());
        let mut map = self.json(&file)?;
        if let Some(rows) = self.table_rows(part)? {
            map.insert("vocab_size".to_owned(), rows.into());
        }
        Ok(Config::new(&self.path_of(&file), map))
    }

    /// How many ids a text encoder has where learned words are laid over it.
    fn table_rows(&self, part: Part) -> Result<Option<usize>, Problem> {
        let text = matches!(part, Part::Text | Part::SecondText);
        let Some(laid) = self.attached.as_ref().filter(|_| text) else {
            return Ok(None);
        };
        let name = table_name(&self.weights(part, &Place::cpu())?);
        Ok(laid.over(part).and_then(|laid| laid.rows(&name)))
    }

    /// Whether the noise predictor was trained beside two text encoders, as XL's.
    pub fn has_second_text(&self) -> Result<bool, Problem> {
        Ok(self.json("unet/config.json")?.get("addition_embed_type").is_some_and(|v| !v.is_null()))
    }

    /// Whether it keeps a list of the words that it was taught, as the pocket model does.
    pub(super) fn is_pocket_like(&self) -> Result<bool, Problem> {
        Ok(self.beside()?.taught.is_some())
    }

    /// `model_index.json`; nothing where the folder has none.
    pub(super) fn index(&self) -> Result<Config, Problem> {
        const FILE: &str = "model_index.json";
        let map = self.read(FILE)?.map(|bytes| self.parsed(FILE, &bytes)).transpose()?;
        Ok(Config::new(&self.path_of(FILE), map.unwrap_or_default()))
    }

    /// The networks that it has.
    pub fn parts(&self) -> Result<Vec<Part>, Problem> {
        let second = self.has_second_text()?.then_some(Part::SecondText);
        Ok([Part::Text].into_iter().chain(second).chain([Part::Unet, Part::Vae]).collect())
    }

    /// The weights of one network.
    pub fn weights(&self, part: Part, place: &Place) -> Result<Weights, Problem> {
        let weights = ages::weights(self.age, part, self.last_weights(part, place)?)?;
        Ok(weights.under(self.attached.as_ref().and_then(|attached| attached.over(part))))
    }

    /// The same at the last age.
    fn last_weights(&self, part: Part, place: &Place) -> Result<Weights, Problem> {
        let names = part.files();
        match &self.home {
            Home::Pocket => {
                let found = names.iter().find_map(|n| pocket::file(n).map(|bytes| (n, bytes)));
                let missing = || Problem::new("weights-missing").with("file", &names[0]);
                let (name, bytes) = found.ok_or_else(missing)?;
                Weights::from_static(&self.path_of(name), bytes, place)
            }
            Home::Single(file) => file.weights(part, place),
            Home::Folder(path) => {
                let found = names.iter().find(|name| path.join(name).exists());
                let name = found.unwrap_or(&names[0]);
                match self.read_index(name)? {
                    Some(index) => Weights::map_shards(&path.join(name), &index, place),
                    None => Weights::map(&path.join(name), place),
                }
            }
        }
    }

    /// The bytes of an index of several files; `None` for a name that is none.
    fn read_index(&self, name: &str) -> Result<Option<Cow<'static, [u8]>>, Problem> {
        if Path::new(name).extension().is_some_and(|end| end == "json") {
            return self.read(name);
        }
        Ok(None)
    }

    /// What is known of the model without running it. Reads configs and the headers of the
    /// weights only.
    pub fn card(&self) -> Result<ModelCard, Problem> {
        let (text, unet, vae) =
            (self.config(Part::Text)?, self.config(Part::Unet)?, self.config(Part::Vae)?);
        let beside = self.beside()?;
        let kind = family::read(self)?;
        let mut parameters = [0; 3];
        let mut hash = Sha256::new();
        let mut vector_width = 0;
        for part in self.parts()? {
            // Younger selves have the same shapes.
            let weights = self.last_weights(part, &Place::cpu())?;
            let of = match part {
                Part::Text | Part::SecondText => 0,
                Part::Unet => 1,
                Part::Vae => 2,
            };
            parameters[of] += weights.count();
            if of == 0 {
                vector_width += self.config(part)?.size("hidden_size", 768)?;
            }
            weights.digest(&mut hash);
        }
        if self.age != Age::Final {
            hash.update(self.age.name());
        }
        let vae_factor = 1 << vae.list("block_out_channels")?.len().saturating_sub(1).min(8);
        let side = unet.size("sample_size", 64)?.saturating_mul(vae_factor);
        Ok(ModelCard {
            name: self.name(),
            family: kind.family,
            distilled: kind.distilled,
            guidance_embedded: kind.guidance_embedded,
            parameters,
            vector_width,
            vocabulary: text.size("vocab_size", 49_408)?,
            vae_factor,
            hash: hexadecimal(&hash.finalize()),
            default_steps: beside.steps,
            default_guidance: beside.guidance,
            default_size: (beside.width.unwrap_or(side), beside.height.unwrap_or(side)),
            example: beside.example,
            preview: beside.preview,
            taught: beside.taught,
            samples: self.samples(),
            changes: self.attached().map(|a| a.changes().to_vec()).unwrap_or_default(),
        })
    }

    /// One picture from the model's training, where its folder has one (`sample` in
    /// `safelight.json` names a PNG beside it). A damaged one is as good as none: nothing is
    /// computed from it.
    pub fn sample(&self) -> Result<Option<Picture>, Problem> {
        let Some(name) = self.beside()?.sample else { return Ok(None) };
        if Path::new(&name).file_name() != Some(name.as_ref()) {
            return Ok(None);
        }
        Ok(self.read(&name)?.and_then(|bytes| picture(&bytes)))
    }

    /// How many training samples it had seen: as its recipe says, or as its age is.
    fn samples(&self) -> Option<u64> {
        if self.age != Age::Final {
            return ages::samples(self.age);
        }
        self.json("recipe.json").ok()?.get("samples")?.as_u64()
    }

    fn beside(&self) -> Result<Beside, Problem> {
        let Some(bytes) = self.read("safelight.json")? else { return Ok(Beside::default()) };
        let map = self.parsed("safelight.json", &bytes)?;
        serde_json::from_value(Value::Object(map)).map_err(|e| self.not_json("safelight.json", &e))
    }

    fn parsed(&self, file: &str, bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
        serde_json::from_slice(bytes).map_err(|e| self.not_json(file, &e))
    }

    fn not_json(&self, file: &str, error: &serde_json::Error) -> Problem {
        let reason: String = error.to_string().chars().take(160).collect();
        Problem::new("not-json").with("file", self.path_of(file)).with("reason", reason)
    }
}

/// A PNG of at most 1024 × 1024.
fn picture(bytes: &[u8]) -> Option<Picture> {
    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Png);
    let mut limits = image::Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(1024), Some(1024));
    reader.limits(limits);
    let picture = reader.decode().ok()?.into_rgb8();
    Picture::new(picture.width() as usize, picture.height() as usize, picture.into_raw())
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

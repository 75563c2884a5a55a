//! A model's folder in diffusers' layout: on disk, or the pocket model inside the binary; or what
//! stands for one where a checkpoint is a single file.
//!
//! Everything read here is bounded and checked; networks get parsed configs and mapped weights.

mod card;
mod config;
mod part;

use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

pub(super) use self::card::hexadecimal;
pub use self::config::Config;
pub use self::part::Part;
use super::ages;
use super::attachments::Attached;
use super::device::Place;
use super::pocket;
use super::single_file::SingleFile;
use super::text::table_name;
use super::weights::Weights;
use crate::library::{self, ModelId};
use crate::walk::{Age, Asked, AttachmentAsked, Family, Problem};

/// The largest config, vocabulary or list of merges that is read (CLIP's `tokenizer.json` has
/// 2.2 to 3.6 MB).
const TEXT_LIMIT: u64 = 16 << 20;

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

    fn parsed(&self, file: &str, bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
        serde_json::from_slice(bytes).map_err(|e| self.not_json(file, &e))
    }

    fn not_json(&self, file: &str, error: &serde_json::Error) -> Problem {
        let reason: String = error.to_string().chars().take(160).collect();
        Problem::new("not-json").with("file", self.path_of(file)).with("reason", reason)
    }
}

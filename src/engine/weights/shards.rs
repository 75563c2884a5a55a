//! A network in several safetensors files: an index (`….safetensors.index.json`, transformers' and
//! diffusers' form) says which tensor is in which.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::Deserialize;

use super::file::WeightFile;
use crate::walk::Problem;

/// More shards than any model of this kind has.
const MOST: usize = 256;

/// The files of one network.
#[derive(Debug)]
pub(super) struct Shards {
    name: String,
    files: Vec<WeightFile>,
    /// Tensors, and which of the files holds each.
    places: BTreeMap<String, usize>,
}

/// What is read of an index.
#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl Shards {
    /// Reads the index and the header of every file that it names. A file may only lie beside the
    /// index, and has to hold what the index says.
    pub(super) fn map(index: &Path, json: &[u8]) -> Result<Self, Problem> {
        let name = index.display().to_string();
        let read: Index = serde_json::from_slice(json).map_err(|error| {
            let reason: String = error.to_string().chars().take(160).collect();
            Problem::new("not-json").with("file", &name).with("reason", reason)
        })?;
        let folder = index.parent().unwrap_or(Path::new("."));
        let mut shards = Self { name, files: Vec::new(), places: BTreeMap::new() };
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (tensor, file) in read.weight_map {
            let place = match known.get(&file) {
                Some(place) => *place,
                None => shards.take(folder, &file)?,
            };
            if shards.files[place].shape(&tensor).is_none() {
                return Err(Problem::new("tensor-missing")
                    .with("file", shards.files[place].name())
                    .with("tensor", tensor));
            }
            known.insert(file, place);
            shards.places.insert(tensor, place);
        }
        Ok(shards)
    }

    /// Maps one more file.
    fn take(&mut self, folder: &Path, file: &str) -> Result<usize, Problem> {
        let mut parts = Path::new(file).components();
        let beside = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
        if !beside || file.contains(['\\', '/', ':']) {
            return Err(Problem::new("index-outside")
                .with("file", &self.name)
                .with("shard", file.chars().take(120).collect::<String>()));
        }
        if self.files.len() == MOST {
            return Err(Problem::new("index-many").with("file", &self.name).with("most", MOST));
        }
        self.files.push(WeightFile::map(&folder.join(file))?);
        Ok(self.files.len() - 1)
    }

    /// How the index is called in sentences.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The file that holds a tensor.
    pub(super) fn of(&self, full: &str) -> Option<&WeightFile> {
        self.places.get(full).and_then(|place| self.files.get(*place))
    }

    /// The names of all tensors.
    pub(super) fn names(&self) -> Vec<String> {
        self.places.keys().cloned().collect()
    }

    /// All files, in the order of the first tensor of each.
    pub(super) fn files(&self) -> impl Iterator<Item = &WeightFile> {
        self.files.iter()
    }

    /// How many numbers the tensors of the index have.
    pub(super) fn count(&self) -> u64 {
        let shapes = self.places.keys().filter_map(|name| self.of(name)?.shape(name));
        shapes.map(|shape| shape.iter().product::<usize>() as u64).sum()
    }
}

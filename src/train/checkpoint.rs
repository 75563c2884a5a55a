//! A checkpoint: one safetensors file with all that a training needs to go on as if it had never
//! stopped. It is written whole or not at all.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::keeping;
use crate::walk::Problem;

/// What `__metadata__` says under `format`.
const FORMAT: &str = "safelight-training";
const VERSION: &str = "1";
/// The largest checkpoint that is read.
const LIMIT: u64 = 4 << 30;

/// Where a training stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Steps so far.
    pub step: u64,
    /// Pictures seen so far.
    pub samples: u64,
    /// The mean of the loss of late.
    #[serde(with = "exact")]
    pub mean: f64,
    /// Seconds that it has taken.
    #[serde(with = "exact")]
    pub seconds: f64,
}

/// A number to its last bit: as text, because `serde_json`'s reader of numbers may be off by one
/// in the last place. Numbers, as older checkpoints have them, are read as well.
mod exact {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Number(f64),
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it so")]
    pub(super) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format!("{number:?}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        match Written::deserialize(from)? {
            Written::Text(text) => text.parse().map_err(D::Error::custom),
            Written::Number(number) => Ok(number),
        }
    }
}

/// What a training needs to go on.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Where it stands.
    pub standing: Standing,
    /// Weights, averages, means of the optimiser, losses.
    pub tensors: BTreeMap<String, Tensor>,
}

impl Checkpoint {
    /// A tensor of this name and shape.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor, Problem> {
        let about = |problem: Problem| problem.with("file", "checkpoint").with("tensor", name);
        let tensor = self.tensors.get(name).ok_or_else(|| about(Problem::new("tensor-missing")))?;
        if tensor.dims() != shape {
            return Err(about(Problem::new("tensor-shape"))
                .with("found", format!("{:?}", tensor.dims()))
                .with("expected", format!("{shape:?}")));
        }
        Ok(tensor.clone())
    }

    /// Writes it; whatever goes wrong, an older file of that name stays as it was.
    pub fn write(&self, path: &Path, recipe: &str) -> Result<(), Problem> {
        let mut parts = Vec::with_capacity(self.tensors.len());
        for (name, tensor) in &self.tensors {
            let numbers = tensor.flatten_all()?.to_dtype(DType::F32)?.to_vec1::<f32>()?;
            let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
            parts.push((name.as_str(), tensor.dims().to_vec(), bytes));
        }
        let fault = |reason: String| {
            Problem::new("checkpoint-not-written")
                .with("file", path.display())
                .with("reason", reason)
        };
        let views = parts
            .iter()
            .map(|(name, shape, bytes)| {
                Ok((*name, TensorView::new(Dtype::F32, shape.clone(), bytes)?))
            })
            .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
            .map_err(|e| fault(format!("{e:?}")))?;
        let standing = serde_json::to_string(&self.standing).unwrap_or_default();
        let said =
            [("format", FORMAT), ("version", VERSION), ("recipe", recipe), ("standing", &standing)];
        let said: HashMap<String, String> =
            said.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let bytes =
            safetensors::serialize(views, Some(said)).map_err(|e| fault(format!("{e:?}")))?;
        keeping::write(path, &bytes).map_err(|reason| fault(reason.to_string()))
    }

    /// Reads a checkpoint of the recipe with this hash; `None` where there is no file.
    ///
    /// # Errors
    /// `checkpoint-other-recipe`, or `checkpoint-broken` for what is no checkpoint.
    pub fn read(path: &Path, recipe: &str) -> Result<Option<Self>, Problem> {
        let about = |problem: Problem| problem.with("file", path.display());
        let broken = |reason: String| {
            let reason: String = reason.chars().take(120).collect();
            about(Problem::new("checkpoint-broken")).with("reason", reason)
        };
        let Ok(metadata) = path.metadata() else { return Ok(None) };
        if !metadata.is_file() {
            return Err(about(Problem::new("file-not-regular")));
        }
        if metadata.len() > LIMIT {
            return Err(about(Problem::new("file-too-large")).with("limit", LIMIT >> 20));
        }
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(LIMIT).read_to_end(&mut bytes))
            .map_err(|e| about(Problem::new("file-unreadable")).with("reason", e))?;
        let (_, header) =
            SafeTensors::read_metadata(&bytes).map_err(|e| broken(format!("{e:?}")))?;
        let said = header.metadata().clone().unwrap_or_default();
        let said = |key: &str| said.get(key).map_or("", String::as_str);
        if said("format") != FORMAT || said("version") != VERSION {
            return Err(broken(format!("format {:?}", said("format"))));
        }
        if said("recipe") != recipe {
            return Err(about(Problem::new("checkpoint-other-recipe")));
        }
        let standing = serde_json::from_str(said("standing")).map_err(|e| broken(e.to_string()))?;
        let file = SafeTensors::deserialize(&bytes).map_err(|e| broken(format!("{e:?}")))?;
        let mut tensors = BTreeMap::new();
        for (name, view) in file.iter() {
            if view.dtype() != Dtype::F32 {
                return Err(broken(format!("{name}: {:?}", view.dtype())));
            }
            let numbers: Vec<f32> =
                view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
            let tensor = Tensor::from_vec(numbers, view.shape(), &Device::Cpu)?;
            tensors.insert(name.to_owned(), tensor);
        }
        Ok(Some(Self { standing, tensors }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Checkpoint {
        let tensor = Tensor::new(&[1.5f32, -0.0, 3e-42], &Device::Cpu).unwrap();
        let standing = Standing { step: 7, samples: 224, mean: 0.1 + 0.2, seconds: 1.0 / 3.0 };
        Checkpoint { standing, tensors: [("weight.a".to_owned(), tensor)].into() }
    }

    #[test]
    fn it_comes_back_to_the_last_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.safetensors");
        small().write(&path, "abc").unwrap();
        let back = Checkpoint::read(&path, "abc").unwrap().unwrap();
        assert_eq!(back.standing, small().standing);
        let bits = |c: &Checkpoint| {
            let numbers = c.tensor("weight.a", &[3]).unwrap().to_vec1::<f32>().unwrap();
            numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(bits(&back), bits(&small()));
        assert_eq!(back.tensor("weight.a", &[2]).unwrap_err().key(), "tensor-shape");
        assert_eq!(back.tensor("weight.b", &[3]).unwrap_err().key(), "tensor-missing");
    }

    #[test]
    fn any_mean_comes_back_and_so_does_one_written_as_a_number() {
        for step in 0..2000u64 {
            let mean = f64::from_bits(4_610_724_264_171_221_811 + step * 977);
            let standing = Standing { step, samples: 1, mean, seconds: mean / 3.0 };
            let text = serde_json::to_string(&standing).unwrap();
            assert_eq!(serde_json::from_str::<Standing>(&text).unwrap(), standing);
        }
        let older = r#"{"step":1,"samples":2,"mean":0.5,"seconds":3.0}"#;
        assert_eq!(serde_json::from_str::<Standing>(older).unwrap().mean, 0.5);
    }

    #[test]
    fn another_recipe_and_nonsense_are_refused_and_nothing_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.safetensors");
        assert!(Checkpoint::read(&path, "abc").unwrap().is_none());
        small().write(&path, "abc").unwrap();
        let other = Checkpoint::read(&path, "abd").unwrap_err();
        assert_eq!(other.key(), "checkpoint-other-recipe");
        let whole = std::fs::read(&path).unwrap();
        for bytes in [&b"no checkpoint"[..], &whole[..whole.len() - 1], &[]] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(Checkpoint::read(&path, "abc").unwrap_err().key(), "checkpoint-broken");
        }
    }
}

//! Whole trainings, from the drawings to the finished folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::Tensor;
use sha2::{Digest, Sha256};

use super::autoencoder::{decibels, levelled};
use super::pictures::Pictures;
use super::{Autoencoder, Diffusion, Folder, Keep, Recipe, Subject, Training, run};
use crate::engine::model_folder::Config;
use crate::engine::vae::Vae;
use crate::engine::vae::config::VaeConfig;
use crate::engine::weights::Weights;
use crate::engine::{ModelFolder, Place};
use crate::walk::{Learning, LearningPlan, Onlooker, Problem};

/// Held-out pictures that an autoencoder is measured on.
const MEASURED: usize = 160;

/// What is to be trained, and where.
#[derive(Clone, Debug)]
pub struct Work {
    /// The folder that everything is written to.
    pub out: PathBuf,
    /// How.
    pub recipe: Recipe,
    /// On which device.
    pub place: Place,
    /// A checkpoint after so many steps; none: every minute.
    pub every: Option<u64>,
    /// Whether pictures are made on the way.
    pub samples: bool,
}

impl Work {
    /// Trains the autoencoder, then its decoder alone, and writes `vae/`. Goes on from what is
    /// there.
    ///
    /// # Errors
    /// Those of [`run()`], and what reading and writing the folder can meet.
    pub fn vae(&self, onlooker: &dyn Onlooker) -> Result<(), Problem> {
        let subject = Autoencoder::begin(self.recipe.clone(), &self.place)?;
        let course = subject.course();
        let mut whole = Training::begin(subject, course)?;
        self.train(&mut whole, "vae", &self.recipe.hash_vae(), Vec::new(), onlooker)?;
        let (subject, average) = (whole.subject(), whole.average());
        let shows = &self.recipe.vae.shows;
        let weights = levelled(
            &subject.all_weights(average),
            &subject.averaged(average)?,
            subject.pictures(),
            shows.pictures,
            &self.place,
        )?;
        let weights = self.polished(weights, onlooker)?;
        let folder = Folder { path: &self.out, networks: &self.recipe.networks };
        let written = folder.write_vae(&weights)?;
        let vae = self.own_vae()?.ok_or_else(|| Problem::new("compute-failed"))?;
        let decibels = decibels(subject.pictures(), MEASURED, &vae, &self.place)?;
        onlooker.hear(Learning::Measured { decibels: decibels as f32 });
        finished(&written, onlooker);
        Ok(())
    }

    /// The same weights after their decoder has learned on.
    fn polished(
        &self,
        weights: BTreeMap<String, Tensor>,
        onlooker: &dyn Onlooker,
    ) -> Result<BTreeMap<String, Tensor>, Problem> {
        if self.recipe.polish.samples == 0 {
            return Ok(weights);
        }
        let subject = Autoencoder::polish(self.recipe.clone(), &weights, &self.place)?;
        let course = subject.course();
        let mut polish = Training::begin(subject, course)?;
        self.train(&mut polish, "polish", &self.recipe.hash_polish(), Vec::new(), onlooker)?;
        Ok(polish.subject().all_weights(polish.average()))
    }

    /// Trains noise predictor and text encoder on the latents of the folder's own autoencoder, or
    /// of the one inside the program, and writes the whole model.
    ///
    /// # Errors
    /// Those of [`run()`], and what reading and writing the folder can meet.
    pub fn pocket(&self, onlooker: &dyn Onlooker) -> Result<(), Problem> {
        let own = self.own_vae()?;
        let (vae, from) = match own {
            Some(vae) => (vae, self.out.join("vae").display().to_string()),
            None => (Vae::load(&ModelFolder::pocket(), &self.place)?, "pocket:vae".to_owned()),
        };
        let weights = vae.weights().tensors()?;
        let hash = self.recipe.hash_pocket(&fingerprint(&weights)?);
        let subject = Diffusion::begin(self.recipe.clone(), vae, &self.place)?;
        let course = subject.course();
        let mut training = Training::begin(subject, course)?;
        self.train(&mut training, "pocket", &hash, vec![from.clone()], onlooker)?;
        let subject = training.subject();
        let folder = Folder { path: &self.out, networks: &self.recipe.networks };
        let last = self.recipe.pocket.at(u64::MAX).ok_or_else(|| Problem::new("compute-failed"))?;
        let pictures = Pictures::of(last)?;
        let mut written = folder.write_pocket(
            training.average().weights(),
            subject.table(),
            (subject.vae(), &pictures),
            &self.place,
        )?;
        if from.starts_with("pocket:") {
            written.extend(folder.copy_vae(&ModelFolder::pocket())?);
        }
        finished(&written, onlooker);
        Ok(())
    }

    /// One training from its checkpoint, or from nothing, to its end.
    fn train<S: Subject>(
        &self,
        training: &mut Training<S>,
        name: &str,
        recipe: &str,
        mut reads: Vec<String>,
        onlooker: &dyn Onlooker,
    ) -> Result<(), Problem> {
        let path = self.out.join("training").join(format!("{name}.safetensors"));
        let there = path.exists();
        let file = path.display().to_string();
        let keep =
            Keep { path, recipe: recipe.to_owned(), every: self.every, samples: self.samples };
        keep.resume(training)?;
        let made = std::fs::create_dir_all(self.out.join("training"));
        made.map_err(|reason| {
            Problem::new("model-not-written").with("file", &file).with("reason", reason)
        })?;
        if there {
            reads.push(file.clone());
        }
        let weights = training.subject().weights().values();
        onlooker.hear(Learning::Began(Box::new(LearningPlan {
            name: name.to_owned(),
            reads,
            writes: vec![file],
            weights: weights.map(|weight| weight.elem_count() as u64).sum(),
            done: training.done(),
            steps: training.steps(),
            batch: training.subject().batch(training.done()) as u64,
            losses: training.losses().to_vec(),
        })));
        run(training, &keep, onlooker)
    }

    /// The autoencoder that the folder has, if it has one.
    fn own_vae(&self) -> Result<Option<Vae>, Problem> {
        let folder = self.out.join("vae");
        let file = folder.join("config.json");
        if !file.exists() {
            return Ok(None);
        }
        let config = VaeConfig::read(&config(&file)?)?;
        let weights =
            Weights::map(&folder.join("diffusion_pytorch_model.safetensors"), &self.place)?;
        Vae::from_weights(config, &weights).map(Some)
    }
}

/// A configuration of at most 64 kB.
fn config(path: &Path) -> Result<Config, Problem> {
    const LIMIT: u64 = 1 << 16;
    let name = path.display().to_string();
    let unreadable =
        |reason: String| Problem::new("file-unreadable").with("file", &name).with("reason", reason);
    let long = path.metadata().map_err(|e| unreadable(e.to_string()))?.len() > LIMIT;
    if long {
        return Err(Problem::new("file-too-large").with("file", &name).with("limit", 1));
    }
    let text = std::fs::read(path).map_err(|e| unreadable(e.to_string()))?;
    let map = serde_json::from_slice(&text)
        .map_err(|e| Problem::new("not-json").with("file", &name).with("reason", e.to_string()))?;
    Ok(Config::new(&name, map))
}

/// A hash of weights by every number.
fn fingerprint(weights: &BTreeMap<String, Tensor>) -> Result<String, Problem> {
    let mut hash = Sha256::new();
    for (name, tensor) in weights {
        hash.update(name);
        for number in tensor.flatten_all()?.to_vec1::<f32>()? {
            hash.update(number.to_le_bytes());
        }
    }
    Ok(super::recipe::hexadecimal(&hash.finalize()))
}

fn finished(written: &[PathBuf], onlooker: &dyn Onlooker) {
    let written = written.iter().map(|path| path.display().to_string()).collect();
    onlooker.hear(Learning::Finished { written });
}

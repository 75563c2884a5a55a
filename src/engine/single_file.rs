//! A checkpoint in one file, in the layout of the original Stable Diffusion code ("LDM"): which of
//! its tensors are whose, and by what names this program's networks know them.
//!
//! The layouts: CompVis/stable-diffusion, Stability-AI/stablediffusion and OpenCLIP; the names of
//! the other side are diffusers'. Nothing is copied: a renamed tensor is read where it lies.

mod guessed;
mod text_names;
mod unet_names;
mod vae_names;

pub(super) use unet_names::original;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::device::Place;
use super::model_folder::Part;
use super::weights::Weights;
use crate::walk::Problem;

/// Tensors by the names of this program, and where in the file each lies.
pub(super) type Names = BTreeMap<String, Held>;

/// Where a tensor lies in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// The file's own name of it.
    pub(super) tensor: String,
    /// Its shape for the network.
    pub(super) shape: Vec<usize>,
    /// Which of the file's numbers it is.
    pub(super) part: Share,
}

/// Which of a tensor's numbers are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// All of them, in their order.
    Whole,
    /// One of three parts of equal size, one below the other: query, key and value together.
    Third(usize),
    /// All of them, rows and columns exchanged.
    Transposed,
}

/// What the file says of its tensors.
type Shapes = BTreeMap<String, Vec<usize>>;

/// A checkpoint in one file.
#[derive(Clone, Debug)]
pub struct SingleFile {
    path: PathBuf,
    /// The first text encoder, XL's second, the noise predictor and the autoencoder.
    names: Arc<[Names; 4]>,
    /// A folder in diffusers' layout whose configs and tokenizer are taken; none: what the shapes
    /// say, and the rest by family.
    config: Option<PathBuf>,
    /// Files by their paths in a folder, where `config` is not given.
    guessed: Arc<BTreeMap<&'static str, Vec<u8>>>,
}

impl SingleFile {
    /// Reads the file's header. `config` is a folder whose configs and tokenizer are taken.
    ///
    /// # Errors
    /// `single-file-unknown` for a file that holds no such checkpoint, `single-file-family` for
    /// one of a family that this program cannot walk; a damaged or missing file.
    pub(super) fn open(path: &Path, config: Option<&Path>) -> Result<Self, Problem> {
        let weights = Weights::map(path, &Place::cpu())?;
        let shapes: Shapes = weights
            .names()
            .map(|name| {
                let shape = weights.shape(&name).unwrap_or_default().to_vec();
                (name, shape)
            })
            .collect();
        let about = |problem: Problem| problem.with("file", path.display());
        let names = [
            text_names::of(&shapes),
            text_names::second(&shapes),
            unet_names::of(&shapes),
            vae_names::of(&shapes),
        ];
        if shapes.keys().any(|name| name.starts_with(text_names::REFINER)) {
            return Err(about(Problem::new("single-file-family").with("family", "SDXL refiner")));
        }
        let xl = names[2].contains_key("add_embedding.linear_1.weight");
        let missing = |(i, names): (usize, &Names)| names.is_empty() && (i != 1 || xl);
        if names.iter().enumerate().any(missing) {
            return Err(about(Problem::new("single-file-unknown")));
        }
        let guessed = match config {
            Some(_) => BTreeMap::new(),
            None => guessed::files(&names, &shapes).map_err(about)?,
        };
        Ok(Self {
            path: path.to_path_buf(),
            names: Arc::new(names),
            config: config.map(Path::to_path_buf),
            guessed: Arc::new(guessed),
        })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether its text encoder is OpenCLIP's, as in Stable Diffusion 2.
    pub(super) fn is_open_clip(&self) -> bool {
        self.names[0].values().any(|held| held.tensor.starts_with(text_names::OPEN_CLIP))
    }

    /// The folder that the configs come from.
    pub(super) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// A small file that a folder of this model would have.
    pub(super) fn guessed(&self, file: &str) -> Option<&[u8]> {
        self.guessed.get(file).map(Vec::as_slice)
    }

    /// The weights of one network.
    pub(super) fn weights(&self, part: Part, place: &Place) -> Result<Weights, Problem> {
        let [text, second, unet, vae] = &*self.names;
        let names = match part {
            Part::Text => text,
            Part::SecondText => second,
            Part::Unet => unet,
            Part::Vae => vae,
        };
        Weights::map_part(&self.path, names.clone(), place)
    }
}

/// The whole tensor under another name.
fn whole(tensor: &str, shape: &[usize]) -> Held {
    Held { tensor: tensor.to_owned(), shape: shape.to_vec(), part: Share::Whole }
}

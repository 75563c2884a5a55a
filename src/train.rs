//! How the pocket model is trained, and how a word is taught: networks whose weights are
//! variables, a plan of what each step sees, an optimiser, checkpoints. Knows no terminal; tells
//! what happens by `walk::Learning`.

// In reading order: what is trained and how long, what a step sees and does, what it leaves.
pub mod recipe;

pub mod layout;
pub mod networks;
pub mod table;

pub mod pictures;
pub mod plan;

pub mod average;
pub mod optimiser;
pub mod teach;

pub mod subject;
pub mod training;

pub mod autoencoder;
pub mod diffusion;
pub mod sampling;

pub mod checkpoint;
pub(crate) mod keeping;
pub mod run;
mod tempo;

pub mod eval;
pub mod folder;
pub mod work;

pub use autoencoder::Autoencoder;
pub use average::Average;
pub use checkpoint::{Checkpoint, Standing};
pub use diffusion::Diffusion;
pub use folder::Folder;
pub use optimiser::{AdamW, Adjusting, Variables};
pub use recipe::Recipe;
pub use run::{Keep, run};
pub use subject::Subject;
pub use training::{Course, Training};
pub use work::Work;

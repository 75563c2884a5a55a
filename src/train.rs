//! How the pocket model is trained, and how a word is taught: networks whose weights are
//! variables, a plan of what each step sees, an optimiser, checkpoints. Knows no terminal; tells
//! what happens by `walk::Learning`.

pub mod average;
pub mod optimiser;

pub use average::Average;
pub use optimiser::{AdamW, Adjusting, Variables};

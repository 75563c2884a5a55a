//! Runs side by side: what is compared, at which moment, and how far two of them are apart.
//!
//! Everything here works on frames and cannot tell a live run from a recording.

mod run;

pub use run::{Run, State};

//! State of the screen program, and how keys and news change it.
//!
//! Everything here is pure: an [`Action`](action::Action) or a piece of news comes in, the state
//! changes, and [`Effect`](update::Effect)s come out for someone else to carry out.

pub mod state;

pub use state::{App, Doors, LatentLook, Look, NotesDepth, Origin, Overlay, Scene, WalkState};

//! State of the screen program, and how keys and news change it.
//!
//! Everything here is pure: an [`Event`] comes in, the state changes, and [`Effect`]s come out for
//! someone else to carry out. `keys` is the one table of what a person can do.

pub mod action;
pub mod adding;
mod answers;
pub mod command_line;
pub mod comparing;
pub mod comparison;
pub mod drawings;
pub mod forking;
pub mod forms;
pub mod hands;
pub mod key;
pub mod keys;
pub mod layers;
pub mod lessons;
pub mod looking;
pub mod picker;
pub mod place;
pub mod setting;
pub mod state;
pub mod teaching;
pub mod telling;
pub mod text_box;
pub mod tongues;
pub mod training;
pub mod update;
pub mod walking;

pub use action::{Action, Effect, Event, News, Target};
pub use adding::{Adding, AddingRow};
pub use comparison::{Cell, Comparison, Heads};
pub use drawings::Drawings;
pub use forking::{ForkRow, Forking};
pub use hands::Hands;
pub use key::{Code, Key};
pub use keys::{HelpLine, Hint, Place};
pub use layers::Layers;
pub use lessons::{OpenLesson, begin_lesson, show_beat};
pub use looking::TaughtList;
pub use picker::{Choice, Picker};
pub use setting::Setting;
pub use state::{
    App, Doors, Goal, LatentLook, Look, NotesDepth, Origin, Overlay, PathPurpose, Scene, WalkState,
};
pub use teaching::Teaching;
pub use telling::{Telling, tell};
pub use training::Training;
pub use update::{begin, begin_comparison, update};

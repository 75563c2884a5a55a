//! Runs side by side: what is compared, at which moment, and how far two of them are apart.
//!
//! Everything here works on frames and cannot tell a live run from a recording. What cannot be
//! compared is said by a [`Reason`], never guessed.

mod alignment;
mod axes;
mod claim;
mod difference;
mod family_tree;
mod parting;
mod pictures;
mod plane;
mod reason;
mod run;
mod schedules;
mod slider;
mod summary;
mod swap;
mod texts;

pub use alignment::{Alignment, Moment, moments};
pub use axes::{Axes, Axis, Cell, Cost, Estimate, Label, Place, Swap, prompts_of};
pub use claim::{change_and_claim, claimed};
pub use difference::{Difference, Measured, between_steps, correlation, noise_correlation};
pub use family_tree::{Branch, family_tree};
pub use parting::{Parting, PartingPoint};
pub use pictures::{PictureDifference, Psnr, between_images, between_pictures};
pub use plane::{Path, Plane, PlanePoint};
pub use reason::Reason;
pub use run::{Run, State};
pub use schedules::{Levels, LevelsOfRun};
pub use slider::{Remixed, remix};
pub use summary::{Beside, Summary};
pub use swap::{Decided, decided};
pub use texts::{PieceMark, PiecePair, between_pieces, between_vectors, cosines_of_pieces};

//! Walks in a file: frames to one safetensors file and back.
//!
//! Only this floor knows the format (version 1). The file begins with a header that has room for
//! every tensor still to come; a frame's numbers are appended, then its entries, then the count of
//! whole frames, so that whatever ends the program leaves a file that opens up to its last whole
//! frame. While it grows it is called `NAME.partial`.

mod about;
mod claim;
mod frame_to_tensors;
mod header;
mod reader;
mod stored;
mod tensor;
mod tensors_to_frame;
mod token_json;
mod writer;

use std::path::Path;

use crate::walk::{Course, Frame, ModelCard, Problem, Settings};

pub use claim::{Claim, Claimed};
pub use reader::read;
pub use writer::{Destination, Writer};

/// The version of the format that is written; files of a newer one are refused.
pub const VERSION: u32 = 1;

/// How exactly numbers are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Every tensor in 32 bits: what is held against other programs.
    Full,
    /// 16 bits, without what follows from the rest; attention, the decoder's levels and pictures
    /// in 8 bits.
    #[default]
    Compact,
}

impl Precision {
    /// The name on flags and in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Compact => "compact",
        }
    }

    /// The precision with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Full, Self::Compact].into_iter().find(|p| p.name() == name)
    }
}

/// A walk that was read from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Its settings.
    pub settings: Settings,
    /// What was known of the model.
    pub card: ModelCard,
    /// How many calls of the network the whole walk has; the frames may be fewer.
    pub calls: usize,
    /// How exactly its numbers were kept.
    pub precision: Precision,
    /// The whole frames, in order.
    pub frames: Vec<Frame>,
}

impl Recording {
    /// The frames that the whole walk has.
    pub const fn course(&self) -> Course {
        self.settings.course(self.calls)
    }
}

/// Writes a walk at once: under a temporary name, renamed when it is whole.
///
/// # Errors
/// A path that cannot be written, a file that is there already (without `force`), a full disk.
/// Nothing is left behind.
pub fn write(
    path: &Path,
    force: bool,
    precision: Precision,
    walk: (&Settings, &ModelCard, usize),
    frames: &[Frame],
) -> Result<(), Problem> {
    let (settings, card, calls) = walk;
    let destination = Destination::open(path, force)?;
    let mut writer = Writer::begin(destination, precision, settings, card, calls)?;
    for frame in frames {
        if let Err(problem) = writer.push(frame) {
            writer.abandon();
            return Err(problem);
        }
    }
    writer.finish()
}

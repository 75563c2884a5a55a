//! The whole process, top to bottom: prompt to ids, ids to vectors, steps to a schedule, seed to
//! noise, noise to latent step by step, latent to pixels.

use crate::walk::{Asked, Frame, ModelCard, Picture, Problem, Settings, Watch};

/// What a walk is to look at on its way: each costs time or memory, and changes no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Keep cross-attention, averaged over layers and heads, at every step.
    pub attention: bool,
    /// Keep the UNet's blocks and every whole cross-attention of this call (from 0).
    pub probe_step: Option<usize>,
    /// Decode the x0 of every step.
    pub x0_images: bool,
    /// Keep the decoder's levels whole.
    pub whole_levels: bool,
    /// Look for the words nearest to each piece.
    pub nearest: bool,
}

impl Look {
    /// What a screen looks at: attention and nearest words.
    pub const SCREEN: Self = Self {
        attention: true,
        probe_step: None,
        x0_images: false,
        whole_levels: false,
        nearest: true,
    };
}

/// An open model: networks, tokenizer and scheduler on one device.
#[derive(Debug)]
pub struct Engine {
    card: ModelCard,
    note: Option<Problem>,
}

impl Engine {
    /// Reads the model that `asked` names, on the device and in the numbers that it asks for.
    ///
    /// # Errors
    /// A missing or damaged file, a configuration that does not fit, a device that is not there.
    pub fn open(asked: &Asked, watch: &dyn Watch) -> Result<Self, Problem> {
        let _ = watch;
        Err(Problem::new("file-missing").with("file", asked.model.as_deref().unwrap_or("pocket")))
    }

    /// What is known of the model.
    pub const fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Something to be said that is no failure, such as a GPU that is not there.
    pub const fn note(&self) -> Option<&Problem> {
        self.note.as_ref()
    }

    /// Whether `asked` needs another model, device, number format or set of networks than the
    /// ones that are open.
    pub fn reopen_needed(&self, asked: &Asked) -> bool {
        asked.model.as_deref() != Some(&self.card.name)
    }

    /// Completes `asked` from the model's own files, then from a table by family.
    ///
    /// # Errors
    /// Usage problems: steps, sizes or a prompt outside their ranges.
    pub fn settle(&self, asked: &Asked) -> Result<Settings, Problem> {
        Err(Problem::new("file-missing").with("file", asked.model.as_deref().unwrap_or("pocket")))
    }

    /// Begins a walk. The walk keeps the networks alive by itself.
    ///
    /// # Errors
    /// Settings that this model or its sampler cannot carry out.
    pub fn walk(&self, settings: &Settings, look: Look) -> Result<Walk, Problem> {
        let _ = look;
        Err(Problem::new("file-missing").with("file", &settings.model))
    }
}

/// A walk under way: asking for the next frame computes it.
#[derive(Debug)]
pub struct Walk {
    settings: Settings,
    calls: usize,
}

impl Walk {
    /// How many calls of the network there will be: `calls + 6` frames in all.
    pub const fn calls(&self) -> usize {
        self.calls
    }

    /// The settings of this walk.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Computes the next frame; `None` after the last. A frame that failed or was cancelled can
    /// be asked for again: the walk stands where it stood.
    pub fn next(&mut self, watch: &dyn Watch) -> Option<Result<Frame, Problem>> {
        let _ = watch;
        None
    }

    /// The x0 of a call that was already made, through the VAE.
    ///
    /// # Errors
    /// Cancelled, or a call that was not made yet.
    pub fn decode_x0(&mut self, call: usize, watch: &dyn Watch) -> Result<Picture, Problem> {
        let _ = watch;
        Err(Problem::new("file-missing").with("file", call))
    }
}

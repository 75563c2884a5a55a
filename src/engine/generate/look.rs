//! What a walk is to look at on its way.

use crate::walk::Asked;

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

    /// What a screen looks at, and what `asked` adds to it.
    pub const fn screen(asked: &Asked) -> Self {
        Self { probe_step: asked.probe_step, x0_images: asked.x0_images, ..Self::SCREEN }
    }
}

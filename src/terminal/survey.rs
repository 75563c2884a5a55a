//! What the screen program would find in this terminal, for `safelight doctor`.

use std::io::{IsTerminal, stdin, stdout};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode, size};
use ratatui_image::picker::ProtocolType;

use super::{Colours, Options, Protocol, capability};

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surveyed {
    /// Whether keys and screen are a terminal that could be asked.
    pub asked: bool,
    /// Columns and rows.
    pub size: Option<(u16, u16)>,
    /// How many colours would be used.
    pub colours: Colours,
    /// How pictures would be sent.
    pub protocol: Protocol,
    /// Whether the background is light, where that is known.
    pub light: Option<bool>,
}

/// Asks the terminal what the screen program would ask. Where stdin or stdout is none, only the
/// environment is looked at, and pictures go as half-blocks.
pub fn survey() -> Surveyed {
    let options = Options::default();
    let colours = capability::colours(&options);
    let terminal = stdin().is_terminal() && stdout().is_terminal();
    let mut found = Surveyed {
        asked: false,
        size: size().ok().filter(|_| terminal),
        colours,
        protocol: Protocol::Blocks,
        light: capability::light_from_environment(),
    };
    if !terminal || enable_raw_mode().is_err() {
        return found;
    }
    let answered = capability::ask(&options, colours);
    drop(disable_raw_mode());
    found.asked = true;
    found.light = answered.light.or(found.light);
    found.protocol = match answered.pictures {
        Some((ProtocolType::Kitty, _)) => Protocol::Kitty,
        Some((ProtocolType::Sixel, _)) => Protocol::Sixel,
        Some((ProtocolType::Iterm2, _)) => Protocol::Iterm2,
        Some((ProtocolType::Halfblocks, _)) | None => Protocol::Blocks,
    };
    found
}

//! Where the printed stages go: stdout, in the form that flags and terminal allow.

use std::io::{self, IsTerminal, Write, stdout};

use crate::cli::Flags;
use crate::print::{Form, Pictures, Shades};
use crate::terminal::inline::Inline;
use crate::terminal::{Colours, Protocol};
use crate::walk::Picture;

/// The form of the printed stages.
pub(super) fn form(flags: &Flags) -> Form {
    match (flags.json, flags.plain) {
        (true, _) => Form::Json,
        (_, true) => Form::Plain,
        _ => Form::Lines { colour: colours(flags) != Colours::None },
    }
}

/// How many colours stdout gets: none into a pipe or where `NO_COLOR` is set, unless asked for.
fn colours(flags: &Flags) -> Colours {
    let variable = |name| std::env::var(name).unwrap_or_default();
    if let Some(colours) = flags.color.unwrap_or_default().0 {
        return colours;
    }
    if !stdout().is_terminal() || !variable("NO_COLOR").is_empty() || variable("TERM") == "dumb" {
        return Colours::None;
    }
    match variable("COLORTERM").as_str() {
        "truecolor" | "24bit" => Colours::True,
        _ => Colours::Ansi256,
    }
}

/// Pictures among the lines.
pub(super) enum Shown {
    /// As shades of text.
    Shades(Shades),
    /// By viuer.
    Inline(Inline),
}

impl Shown {
    /// What flags and terminal allow. Escape codes for pictures go to a terminal only.
    pub(super) fn of(flags: &Flags) -> Self {
        let colours = colours(flags);
        let protocol = flags.protocol.unwrap_or_default();
        let plain = matches!(colours, Colours::None | Colours::Ansi16);
        if plain || protocol == Protocol::None || !stdout().is_terminal() {
            return Self::Shades(Shades);
        }
        let pixels = match protocol {
            Protocol::Kitty | Protocol::Iterm2 => true,
            Protocol::Auto => Inline::pixels_likely(|name| std::env::var(name).ok()),
            Protocol::Sixel | Protocol::Blocks | Protocol::None => false,
        };
        Self::Inline(Inline::new(pixels, colours == Colours::True))
    }
}

impl Pictures for Shown {
    fn show(&mut self, row: &[Picture], out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Shades(shades) => shades.show(row, out),
            Self::Inline(inline) => inline.show(row, out),
        }
    }
}

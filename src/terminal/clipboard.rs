//! Text to the clipboard by OSC 52: the terminal copies, also over SSH, where it allows that.

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Terminals drop longer sequences.
const MOST: usize = 74_994;

/// Asks the terminal to copy.
///
/// # Errors
/// A terminal that cannot be written to. Text that is too long is not sent.
pub(super) fn copy(out: &mut impl Write, text: &str) -> io::Result<()> {
    if text.len() > MOST {
        return Ok(());
    }
    write!(out, "\x1b]52;c;{}\x07", STANDARD.encode(text))?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_end_the_sequence_early() {
        let mut sent = Vec::new();
        copy(&mut sent, "\x07\x1b]0;title\x07").expect("memory takes it");
        assert_eq!(sent.iter().filter(|b| **b < 32).count(), 2);
    }
}

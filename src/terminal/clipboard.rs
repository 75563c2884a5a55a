//! Text to the clipboard by OSC 52: the terminal copies, also over SSH, where it allows that.

use std::io::{self, Write};

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
    write!(out, "\x1b]52;c;{}\x07", base64(text.as_bytes()))?;
    out.flush()
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().enumerate().fold(0u32, |w, (i, b)| w | u32::from(*b) << (16 - 8 * i));
        for place in 0..4 {
            if place <= chunk.len() {
                let six = (word >> (18 - 6 * place)) & 63;
                text.push(char::from(SIGNS[six as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn no_text_can_end_the_sequence_early() {
        let mut sent = Vec::new();
        copy(&mut sent, "\x07\x1b]0;title\x07").expect("memory takes it");
        assert_eq!(sent.iter().filter(|b| **b < 32).count(), 2);
    }
}

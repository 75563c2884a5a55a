//! Bytes as visible characters, the alphabet that byte-level pieces are written in: printable
//! Latin-1 stands for itself, every other byte for a character from U+0100 on.

use std::fmt::Write as _;

/// Turns byte symbols back into text; bytes that are no whole character become `\xE4`, and what
/// could disturb a terminal is escaped.
pub(super) fn decode(symbols: &str) -> String {
    let Some(bytes) = symbols.chars().map(byte_of).collect::<Option<Vec<u8>>>() else {
        return shown(symbols);
    };
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(&shown(chunk.valid()));
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

/// The text with control, direction and zero-width characters escaped.
pub(super) fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && (c as u32) < 0x100 {
            let _ = write!(out, "\\x{:02X}", c as u32);
        } else if invisible(c) {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        } else {
            out.push(c);
        }
    }
    out
}

const fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

const fn stands_for_itself(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff)
}

fn byte_of(symbol: char) -> Option<u8> {
    let code = symbol as u32;
    if let Some(byte) = u8::try_from(code).ok().filter(|&byte| stands_for_itself(byte)) {
        return Some(byte);
    }
    let place = code.checked_sub(0x100)? as usize;
    (0..=u8::MAX).filter(|&byte| !stands_for_itself(byte)).nth(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_one_symbol() {
        let symbols = (0..0x144).filter_map(char::from_u32);
        let bytes: std::collections::BTreeSet<u8> = symbols.filter_map(byte_of).collect();
        assert_eq!(bytes.len(), 256);
    }

    #[test]
    fn what_is_no_whole_character_is_escaped() {
        assert_eq!(decode("Ã©"), "é");
        assert_eq!(decode("ðŁĵ"), "\\xF0\\x9F\\x93");
        assert_eq!(shown("a\u{202e}b\u{1b}"), "a\\u{202e}b\\x1B");
    }
}

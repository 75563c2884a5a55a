//! What a terminal answers to our questions, read from its bytes; what is no answer was typed.

use crate::app::{Code, Key};

/// The answers that came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answers {
    /// The background's red, green and blue.
    pub background: Option<[u8; 3]>,
    /// The terminal's own name and version.
    pub name: String,
    /// Whether kitty's picture protocol was understood.
    pub kitty: bool,
    /// Whether the device has sixel pictures.
    pub sixel: bool,
    /// A cell's width and height in pixels.
    pub cell: Option<(u16, u16)>,
    /// Keys that were typed.
    pub typed: Vec<Key>,
}

impl Answers {
    /// Whether the background is light: more than 0.6 of white, as the eye weighs it.
    pub(super) fn light(&self) -> Option<bool> {
        self.background.map(|rgb| crate::walk::colour_map::lightness(rgb) > 0.6)
    }
}

/// Whether the answer to the last question is there: `ESC [ ? … c`.
pub(super) fn complete(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.match_indices("\x1b[?").any(|(at, start)| {
        let rest =
            text[at + start.len()..].trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        rest.starts_with('c')
    })
}

/// Reads all answers.
pub(super) fn parse(bytes: &[u8]) -> Answers {
    let text = String::from_utf8_lossy(bytes);
    let mut answers = Answers::default();
    let (mut rest, mut pasted) = (text.as_ref(), false);
    while let Some(c) = rest.chars().next() {
        let taken = if let Some((body, taken)) = sequence(rest) {
            pasted = if pasted { body != "[201~" } else { body == "[200~" };
            take(&mut answers, body);
            taken
        } else {
            answers.typed.extend(typed(c).filter(|_| !(pasted && c.is_control())));
            c.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    answers
}

/// The key of a character that came alone.
fn typed(c: char) -> Option<Key> {
    Some(match c {
        '\r' => Key::plain(Code::Enter),
        '\t' => Key::plain(Code::Tab),
        '\u{7f}' => Key::plain(Code::Backspace),
        '\u{3}' => Key::control('c'),
        '\u{1a}' => Key::control('z'),
        c if c.is_control() => return None,
        c => Key::char(c),
    })
}

/// The key of a whole sequence.
fn arrow(body: &str) -> Option<Key> {
    Some(Key::plain(match body {
        "[A" | "OA" => Code::Up,
        "[B" | "OB" => Code::Down,
        "[C" | "OC" => Code::Right,
        "[D" | "OD" => Code::Left,
        "[H" | "OH" | "[1~" | "[7~" => Code::Home,
        "[F" | "OF" | "[4~" | "[8~" => Code::End,
        "[5~" => Code::PageUp,
        "[6~" => Code::PageDown,
        "[3~" => Code::Delete,
        "[Z" => Code::BackTab,
        _ => return None,
    }))
}

/// The sequence that the text begins with, if it does: its body with the introducer, and how many
/// bytes it takes in all.
fn sequence(text: &str) -> Option<(&str, usize)> {
    let after = text.strip_prefix('\x1b')?;
    match after.chars().next()? {
        '[' => {
            let end = after.char_indices().skip(1).find(|(_, c)| ('\x40'..='\x7e').contains(c))?.0;
            Some((after.get(..=end)?, end + 2))
        }
        'O' => Some((after.get(..2)?, 3)),
        ']' | 'P' | '_' => {
            let st = after.find("\x1b\\").map(|at| (at, 2));
            let bell = after.find('\x07').map(|at| (at, 1));
            let (at, length) = [st, bell].into_iter().flatten().min()?;
            Some((after.get(..at)?, 1 + at + length))
        }
        _ => None,
    }
}

fn take(answers: &mut Answers, body: &str) {
    if let Some(colour) = body.strip_prefix("]11;") {
        answers.background = rgb(colour);
    } else if let Some(name) = body.strip_prefix("P>|") {
        answers.name = name.chars().filter(|c| !c.is_control()).take(80).collect();
    } else if body.starts_with("_G") && body.ends_with(";OK") {
        answers.kitty = true;
    } else if let Some(size) = body.strip_prefix("[6;").and_then(|b| b.strip_suffix('t')) {
        answers.cell = cell(size);
    } else if let Some(device) = body.strip_prefix("[?").and_then(|b| b.strip_suffix('c')) {
        answers.sixel = device.split(';').any(|n| n == "4");
    } else {
        answers.typed.extend(arrow(body));
    }
}

/// `HEIGHT;WIDTH`, both at least 1 and no larger than a cell can be.
fn cell(text: &str) -> Option<(u16, u16)> {
    let (height, width) = text.split_once(';')?;
    let fits = |n: &str| n.parse::<u16>().ok().filter(|n| (1..=512).contains(n));
    Some((fits(width)?, fits(height)?))
}

/// `rgb:RRRR/GGGG/BBBB` with 1 to 4 digits each; the first two count.
fn rgb(text: &str) -> Option<[u8; 3]> {
    let mut parts = text.strip_prefix("rgb:")?.split('/').map(|part| {
        let digits = part.get(..part.len().min(2))?;
        let value = u8::from_str_radix(digits, 16).ok()?;
        Some(if part.len() == 1 { value * 17 } else { value })
    });
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    const KITTY: &[u8] = b"\x1b]11;rgb:ffff/ffff/f0f0\x1b\\\x1bP>|kitty(0.41.1)\x1b\\q\x1b[B\
        \x1b_Gi=31;OK\x1b\\\x1b[6;20;9t\x1b[?62;4;52c";

    #[test]
    fn every_answer_is_read_and_a_typed_key_is_kept() {
        let answers = parse(KITTY);
        assert_eq!(answers.light(), Some(true));
        assert_eq!(answers.name, "kitty(0.41.1)");
        assert!(answers.kitty && answers.sixel);
        assert_eq!(answers.cell, Some((9, 20)));
        assert_eq!(answers.typed, [Key::char('q'), Key::plain(Code::Down)]);
        // A remote has two keys, and may be faster than the terminal.
        let remote = parse(b"\x1b[6~\x1b[?62;4c\x1b[5~").typed;
        assert_eq!(remote, [Key::plain(Code::PageDown), Key::plain(Code::PageUp)]);
    }

    #[test]
    fn the_device_attributes_end_the_waiting() {
        assert!(complete(KITTY));
        assert!(!complete(b"\x1b]11;rgb:00/00/00\x07\x1b[?62"));
    }

    #[test]
    fn text_pasted_meanwhile_presses_no_key() {
        let answers = parse(b"\x1b[200~a\rb\x1b[201~\r");
        let keys = [Key::char('a'), Key::char('b'), Key::plain(Code::Enter)];
        assert_eq!(answers.typed, keys);
    }

    #[test]
    fn nonsense_and_half_sequences_are_no_answers() {
        let answers = parse(b"\x1b]11;rgb:zz/\x07\x1b[6;0;99999t\x1b[?4");
        assert_eq!((answers.background, answers.cell, answers.sixel), (None, None, false));
    }
}

//! Text in cells: measured, cut, wrapped and put by the width that a terminal gives it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub(crate) use crate::words::visible as escape;

/// Signs that never begin a line of Chinese.
const NOT_FIRST: &str = "，。、；：？！）》”’」』…·,.;:?!)";
/// Signs that never end one.
const NOT_LAST: &str = "（《“‘「『(";

/// How many cells a text takes.
pub(crate) fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// The text in at most so many cells; what is left out is shown by `…`.
pub(crate) fn cut(text: &str, cells: u16) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let Some(room) = cells.checked_sub(1) else { return String::new() };
    let (mut out, mut used) = (String::new(), 0);
    for piece in text.graphemes(true) {
        let w = width(piece);
        if used + w > room {
            break;
        }
        used += w;
        out.push_str(piece);
    }
    out.push('…');
    out
}

/// Puts escaped text into the first row of `area`, cut to it; gives the cells used.
pub(crate) fn put(buf: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let area = area.intersection(*buf.area());
    if area.is_empty() {
        return 0;
    }
    let shown = cut(&escape(text), area.width);
    buf.set_stringn(area.x, area.y, &shown, usize::from(area.width), style);
    width(&shown)
}

/// The same at the right end of the row.
pub(crate) fn put_right(buf: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let wide = width(&escape(text)).min(area.width);
    put(buf, Rect { x: area.right().saturating_sub(wide), width: wide, ..area }, text, style)
}

/// The same in the middle of the row.
pub(crate) fn put_centred(buf: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let wide = width(&escape(text)).min(area.width);
    let x = area.x + (area.width - wide) / 2;
    put(buf, Rect { x, width: wide, ..area }, text, style)
}

/// Puts pieces of text of different styles one after the other; gives the cells used.
pub(crate) fn put_spans(buf: &mut Buffer, area: Rect, spans: &[(&str, Style)]) -> u16 {
    let mut used = 0;
    for (text, style) in spans {
        let rest = Rect { x: area.x + used, width: area.width - used, ..area };
        used += put(buf, rest, text, *style);
        if used >= area.width {
            break;
        }
    }
    used
}

/// Wraps text into `area`, line by line; gives the rows used. The last row that fits ends in `…`
/// where more would follow.
pub(crate) fn put_wrapped(buf: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let lines = wrap(&escape(text), area.width);
    let rows = usize::from(area.height).min(lines.len());
    for (i, line) in lines.iter().take(rows).enumerate() {
        let row = Rect { y: area.y + u16::try_from(i).unwrap_or(0), height: 1, ..area };
        if i + 1 == rows && rows < lines.len() {
            let cut = cut(line, area.width.saturating_sub(1));
            let more = if cut.ends_with('…') { "" } else { "…" };
            put(buf, row, &format!("{cut}{more}"), style);
        } else {
            put(buf, row, line, style);
        }
    }
    u16::try_from(rows).unwrap_or(area.height)
}

/// Breaks text into lines of at most so many cells: between words, and between Chinese
/// characters, but never before a closing or after an opening sign.
pub(crate) fn wrap(text: &str, cells: u16) -> Vec<String> {
    if cells == 0 {
        return Vec::new();
    }
    let (mut lines, mut line, mut used) = (Vec::new(), String::new(), 0u16);
    for unit in units(text) {
        let w = width(&unit);
        let bare = width(unit.trim_end());
        if used + bare > cells && used > 0 {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        if bare > cells {
            for piece in unit.graphemes(true).flat_map(|piece| breakable(piece, cells)) {
                if used + width(piece) > cells {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push_str(piece);
                used += width(piece);
            }
        } else {
            line.push_str(&unit);
            used = used.saturating_add(w);
        }
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// A sign as it is, or its characters one by one where even one sign is wider than the line: a
/// letter with several marks beside it can take three cells.
fn breakable(piece: &str, cells: u16) -> Vec<&str> {
    if width(piece) <= cells {
        return vec![piece];
    }
    piece.char_indices().map(|(at, c)| &piece[at..at + c.len_utf8()]).collect()
}

/// What is not broken: a word with the spaces after it, or one wide character with the signs that
/// belong to it.
fn units(text: &str) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    let mut open = false;
    for piece in text.graphemes(true) {
        let wide = piece.width() > 1;
        let space = piece.chars().all(char::is_whitespace);
        let glued = match units.last() {
            None => false,
            Some(last) if last.ends_with(' ') => space,
            Some(_) if space || NOT_FIRST.contains(piece) => true,
            Some(last) if last.chars().next_back().is_some_and(|c| NOT_LAST.contains(c)) => true,
            Some(_) => !wide && !open,
        };
        match units.last_mut() {
            Some(last) if glued => last.push_str(piece),
            _ => units.push(piece.to_owned()),
        }
        open = wide;
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_between_chinese_characters() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("模型不读字母，只读数字。", 12), ["模型不读字", "母，只读数", "字。"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert!(wrap("some words", 0).is_empty());
    }

    #[test]
    fn a_cut_text_never_takes_more_than_its_cells() {
        assert_eq!(cut("background", 6), "backg…");
        assert_eq!(cut("红色的猫", 6), "红色…");
        assert_eq!(cut("cat", 0), "");
    }

    #[test]
    fn no_order_reaches_the_terminal() {
        assert_eq!(escape("a\u{1b}[2J\n\u{202e}b"), "a\\x1B[2J\\n\\u{202E}b");
    }

    #[test]
    fn a_letter_with_marks_wider_than_the_line_is_broken_too() {
        let lines = wrap("A\u{a3e}\u{1133f}", 2);
        assert!(lines.iter().all(|line| width(line) <= 2), "{lines:?}");
        assert_eq!(lines.concat(), "A\u{a3e}\u{1133f}");
    }

    proptest::proptest! {
        // From three cells on: one Khmer sign alone takes three.
        #[test]
        fn every_line_fits(text in "\\PC{0,80}", cells in 3u16..40) {
            for line in wrap(&text, cells) {
                proptest::prop_assert!(width(&line) <= cells, "{line:?}");
            }
            proptest::prop_assert!(width(&cut(&text, cells)) <= cells);
        }
    }
}

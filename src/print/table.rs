//! Even columns on a terminal: widths in cells, not in characters, since a Han character takes two.

use unicode_width::UnicodeWidthStr;

/// The width of the lines that are printed.
pub(crate) const WIDTH: usize = 80;

/// Padded on the right to `width` cells, cut where it is longer.
pub(crate) fn left(text: &str, width: usize) -> String {
    let cut = cut(text, width);
    let space = width.saturating_sub(cut.width());
    format!("{cut}{}", " ".repeat(space))
}

/// Padded on the left.
pub(crate) fn right(text: &str, width: usize) -> String {
    let cut = cut(text, width);
    let space = width.saturating_sub(cut.width());
    format!("{}{cut}", " ".repeat(space))
}

/// At most `width` cells, with `…` where something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut out, mut used) = (String::new(), 0);
    for c in text.chars() {
        let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        used += wide;
        out.push(c);
    }
    if width > 0 {
        out.push('…');
    }
    out
}

/// Words set into lines of at most `width` cells, broken at spaces, or anywhere in text without.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split(' ') {
        let gap = usize::from(!line.is_empty());
        if line.width() + gap + word.width() <= width {
            if gap == 1 {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if word.width() <= width {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
            continue;
        }
        if gap == 1 {
            line.push(' ');
        }
        for c in word.chars() {
            let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
            if line.width() + wide > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_even_in_cells() {
        assert_eq!(left("词元", 6), "词元  ");
        assert_eq!(right("12", 4), "  12");
        assert_eq!(cut("background", 5), "back…");
        assert_eq!(cut("一二三", 4), "一…");
    }

    #[test]
    fn lines_break_at_spaces_and_inside_text_without_any() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("一二三四五", 4), ["一二", "三四", "五"]);
    }
}

//! One line of text being typed, scrolled so that its cursor is always seen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::text;
use super::theme::Ground;

/// Draws `typed` in the first row of `area`; `cursor` counts characters, `None` where the field
/// has no focus. An empty field shows `empty`, dimmed.
pub(crate) fn draw(
    typed: &str,
    cursor: Option<usize>,
    empty: &str,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) {
    let area = area.intersection(*buf.area());
    if area.is_empty() {
        return;
    }
    let shown: Vec<String> = typed.chars().map(|c| text::escape(&c.to_string())).collect();
    let at = cursor.unwrap_or(0).min(shown.len());
    let before: u16 = shown.iter().take(at).map(|s| text::width(s)).sum();
    // The first character shown: as many are left out as needed to see the cursor.
    let (mut first, mut left) = (0, before);
    while left >= area.width && first < at {
        left = left.saturating_sub(text::width(&shown[first]));
        first += 1;
    }
    let line: String = shown.iter().skip(first).map(String::as_str).collect();
    if typed.is_empty() {
        text::put(buf, area, empty, ground.dim());
    } else {
        text::put(buf, area, &line, ground.prompt());
    }
    if cursor.is_some()
        && let Some(cell) = buf.cell_mut((area.x + left.min(area.width - 1), area.y))
    {
        cell.set_style(ground.prompt().add_modifier(Modifier::REVERSED));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_always_seen() {
        let area = Rect::new(0, 0, 5, 1);
        for (typed, at, seen) in [("abcdefgh", 8, 4), ("abc", 1, 1), ("红色的猫", 4, 4), ("", 0, 0)]
        {
            let mut buf = Buffer::empty(area);
            draw(typed, Some(at), "", area, &Ground::default(), &mut buf);
            assert!(buf[(seen, 0)].modifier.contains(Modifier::REVERSED), "{typed}");
        }
    }
}

//! Figures and letters as large as blocks make them: three dots across, five dots high.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::theme::{Ground, Marks};

/// Dots that a sign is high.
const HIGH: u16 = 5;

/// How many dots across a sign is, and its rows of dots, the leftmost in the highest bit. What has
/// no form of its own is left blank.
const fn dots(sign: char) -> (u16, [u8; 5]) {
    match sign {
        '0' => (3, [0b111, 0b101, 0b101, 0b101, 0b111]),
        '1' => (3, [0b010, 0b110, 0b010, 0b010, 0b111]),
        '2' => (3, [0b111, 0b001, 0b111, 0b100, 0b111]),
        '3' => (3, [0b111, 0b001, 0b111, 0b001, 0b111]),
        '4' => (3, [0b101, 0b101, 0b111, 0b001, 0b001]),
        '5' => (3, [0b111, 0b100, 0b111, 0b001, 0b111]),
        '6' => (3, [0b111, 0b100, 0b111, 0b101, 0b111]),
        '7' => (3, [0b111, 0b001, 0b001, 0b010, 0b010]),
        '8' => (3, [0b111, 0b101, 0b111, 0b101, 0b111]),
        '9' => (3, [0b111, 0b101, 0b111, 0b001, 0b111]),
        'a' => (3, [0b010, 0b101, 0b111, 0b101, 0b101]),
        'b' => (3, [0b110, 0b101, 0b110, 0b101, 0b110]),
        'c' => (3, [0b011, 0b100, 0b100, 0b100, 0b011]),
        'd' => (3, [0b110, 0b101, 0b101, 0b101, 0b110]),
        '/' => (3, [0b001, 0b001, 0b010, 0b100, 0b100]),
        '×' => (3, [0b000, 0b101, 0b010, 0b101, 0b000]),
        '-' | '−' => (3, [0b000, 0b000, 0b111, 0b000, 0b000]),
        '→' => (4, [0b0010, 0b0001, 0b1111, 0b0001, 0b0010]),
        '.' => (1, [0, 0, 0, 0, 1]),
        ',' => (1, [0, 0, 0, 1, 1]),
        _ => (2, [0; 5]),
    }
}

/// The cells that a text takes at a scale: a dot is `scale` cells across and half as many high.
pub(crate) fn size(text: &str, scale: u16, ground: &Ground) -> (u16, u16) {
    let across = text.chars().map(|sign| dots(sign).0 + 1).sum::<u16>().saturating_sub(1);
    (across.saturating_mul(scale), rows(scale, ground))
}

/// Half-blocks are no sign of ASCII: there a dot is a whole row high.
fn rows(scale: u16, ground: &Ground) -> u16 {
    if whole(scale, ground) { HIGH } else { (HIGH * scale).div_ceil(2) }
}

fn whole(scale: u16, ground: &Ground) -> bool {
    scale == 1 && ground.marks == Marks::Ascii
}

/// Draws a text at the upper left of `area`, cut to it; gives the cells used.
pub(crate) fn draw(
    text: &str,
    scale: u16,
    style: Style,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) -> (u16, u16) {
    let (width, height) = size(text, scale, ground);
    let visible = area.intersection(*buf.area());
    let mut x = area.x;
    for sign in text.chars() {
        let (across, pattern) = dots(sign);
        let dot = |column: u16, row: u16| {
            let line = pattern.get(usize::from(row)).copied().unwrap_or(0);
            column < across && line >> (across - 1 - column) & 1 == 1
        };
        for (cx, cy) in (0..height).flat_map(|y| (0..across * scale).map(move |x| (x, y))) {
            let column = cx / scale.max(1);
            let (upper, lower) = if whole(scale, ground) {
                (dot(column, cy), dot(column, cy))
            } else {
                (dot(column, 2 * cy / scale), dot(column, (2 * cy + 1) / scale))
            };
            let symbol = match (upper, lower) {
                (true, true) => "█",
                (true, false) => "▀",
                (false, true) => "▄",
                (false, false) => continue,
            };
            let place = (x.saturating_add(cx), area.y.saturating_add(cy));
            if visible.contains(place.into())
                && let Some(cell) = buf.cell_mut(place)
            {
                cell.set_symbol(symbol).set_style(style);
            }
        }
        x = x.saturating_add((across + 1) * scale);
    }
    (width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, scale: u16, marks: Marks) -> Vec<String> {
        let ground = Ground { marks, ..Ground::default() };
        let (width, height) = size(text, scale, &ground);
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        draw(text, scale, Style::new(), area, &ground, &mut buf);
        let row = |y| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>();
        (0..height).map(row).collect()
    }

    #[test]
    fn figures_stand_in_half_blocks_and_in_whole_ones() {
        assert_eq!(drawn("7.", 1, Marks::Braille), ["▀▀█  ", " ▄▀  ", " ▀  ▀"]);
        assert_eq!(
            drawn("1", 2, Marks::Braille),
            ["  ██  ", "████  ", "  ██  ", "  ██  ", "██████"]
        );
        assert_eq!(drawn("1", 1, Marks::Ascii), [" █ ", "██ ", " █ ", " █ ", "███"]);
    }

    #[test]
    fn no_two_figures_look_the_same() {
        let all: Vec<[u8; 5]> = "0123456789abcd".chars().map(|sign| dots(sign).1).collect();
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one), "{i}");
        }
    }
}

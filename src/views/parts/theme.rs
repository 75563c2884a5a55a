//! Few colours with fixed meaning, on dark and light grounds, in as many colours as there are.
//!
//! Amber is the prompt and what comes from it; the plain foreground is pictures and facts; red is
//! only what is wrong. Whatever a colour says, a letter or a shape says as well.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::text;
use crate::walk::colour_map::{self, Rgb};
use crate::words::ascii;

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colours {
    /// None: shades, letters and reversed cells.
    None,
    /// The sixteen of every terminal.
    Ansi16,
    /// xterm's cube and greys.
    Ansi256,
    /// 24 bits.
    #[default]
    True,
}

/// With which characters curves and pictures of numbers are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marks {
    /// Braille dots for curves, half-blocks for pictures.
    #[default]
    Braille,
    /// Half-blocks for both.
    Blocks,
    /// Letters and signs that every terminal and font has, borders included.
    Ascii,
}

/// What the terminal can show: it decides colours and characters, never places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// Whether the background is light.
    pub light: bool,
    /// How many colours there are.
    pub colours: Colours,
    /// Which characters there are.
    pub marks: Marks,
    /// Whether nothing may be faint: a projector washes it out.
    pub bold: bool,
}

impl Ground {
    /// The ground itself: the whole screen is painted with it where there are enough colours,
    /// else the terminal's own colours stay.
    pub fn base(&self) -> Style {
        Style::new().fg(self.plain()).bg(self.background())
    }

    /// Pictures and facts.
    pub fn fact(&self) -> Style {
        Style::new().fg(self.plain())
    }

    /// What should be seen first among facts: a title, the chosen thing.
    pub fn strong(&self) -> Style {
        self.fact().add_modifier(Modifier::BOLD)
    }

    /// The prompt and what comes from it.
    pub fn prompt(&self) -> Style {
        let style = self.pick([255, 184, 77], [150, 86, 0], Color::LightYellow, Color::Yellow);
        if self.colours == Colours::None { style.add_modifier(Modifier::BOLD) } else { style }
    }

    /// Labels and what is beside the point; still easy to read.
    pub fn dim(&self) -> Style {
        if self.bold {
            return self.fact();
        }
        self.pick([160, 155, 148], [92, 88, 82], Color::Gray, Color::DarkGray)
    }

    /// Only what is wrong.
    pub fn wrong(&self) -> Style {
        let style = self.pick([255, 98, 92], [176, 16, 16], Color::LightRed, Color::Red);
        if self.colours == Colours::None { style.add_modifier(Modifier::REVERSED) } else { style }
    }

    /// Lines between regions.
    pub fn line(&self) -> Style {
        if self.bold {
            return self.fact();
        }
        self.pick([92, 87, 82], [178, 172, 164], Color::DarkGray, Color::Gray)
    }

    /// What is right, or what leads: told from [`Ground::other`] by the colour-blind too, and a sign
    /// says it as well.
    pub fn right(&self) -> Style {
        let style = self.pick([240, 150, 60], [190, 80, 0], Color::LightYellow, Color::Red);
        style.add_modifier(Modifier::BOLD)
    }

    /// What stands beside it.
    pub fn other(&self) -> Style {
        self.pick([86, 180, 233], [0, 100, 170], Color::LightBlue, Color::Blue)
    }

    /// A fact that is chosen.
    pub fn chosen(&self) -> Style {
        self.strong().add_modifier(Modifier::REVERSED)
    }

    /// A piece of the prompt that is chosen.
    pub fn chosen_prompt(&self) -> Style {
        self.prompt().add_modifier(Modifier::REVERSED | Modifier::BOLD)
    }

    /// A chip: a word of the prompt on a quiet surface. Neighbours alternate by `odd`.
    pub fn chip(&self, odd: bool) -> Style {
        let (dark, light) =
            if odd { ([84, 56, 14], [255, 222, 170]) } else { ([58, 42, 18], [248, 236, 212]) };
        match self.colours {
            Colours::None | Colours::Ansi16 => self.prompt().add_modifier(Modifier::UNDERLINED),
            _ => self.prompt().bg(self.rgb(if self.light { light } else { dark })),
        }
    }

    /// A chip from which nothing comes: without the colour of the prompt.
    pub fn empty_chip(&self) -> Style {
        match self.colours {
            Colours::None | Colours::Ansi16 => self.dim(),
            _ => self.dim().bg(self.rgb(if self.light { [236, 233, 226] } else { [38, 35, 33] })),
        }
    }

    /// The surface of what lies over the screen.
    pub fn panel(&self) -> Style {
        match self.colours {
            Colours::None | Colours::Ansi16 => self.base(),
            _ => self.fact().bg(self.rgb(if self.light { [236, 233, 226] } else { [38, 35, 33] })),
        }
    }

    /// The colour of the ground.
    pub fn background(&self) -> Color {
        match self.colours {
            Colours::None | Colours::Ansi16 => Color::Reset,
            _ => self.rgb(if self.light { [250, 248, 244] } else { [20, 18, 17] }),
        }
    }

    /// A colour as near as the terminal can show it.
    pub fn rgb(&self, [r, g, b]: Rgb) -> Color {
        match self.colours {
            Colours::True => Color::Rgb(r, g, b),
            Colours::Ansi256 => Color::Indexed(nearest_256([r, g, b])),
            Colours::Ansi16 => nearest_16([r, g, b]),
            Colours::None => Color::Reset,
        }
    }

    /// A signed number as colour; full at ±`limit`.
    pub fn signed(&self, value: f32, limit: f32) -> Color {
        if self.colours != Colours::Ansi16 {
            return self.rgb(colour_map::diverging(value, limit, self.light));
        }
        let place = if limit > 0.0 && value.is_finite() { value / limit } else { 0.0 };
        let steps = if self.light {
            [Color::Blue, Color::LightBlue, Color::White, Color::LightRed, Color::Red]
        } else {
            [Color::LightBlue, Color::Blue, Color::Black, Color::Red, Color::LightRed]
        };
        steps[((place.clamp(-1.0, 1.0) + 1.0) * 2.0).round() as usize]
    }

    /// An unsigned number as colour, from `low` to `high`.
    pub fn unsigned(&self, value: f32, low: f32, high: f32) -> Color {
        if self.colours != Colours::Ansi16 {
            return self.rgb(colour_map::sequential(value, low, high));
        }
        let place =
            if high > low && value.is_finite() { (value - low) / (high - low) } else { 0.0 };
        let steps = [Color::Blue, Color::Cyan, Color::Green, Color::LightGreen, Color::LightYellow];
        steps[(place.clamp(0.0, 1.0) * 4.0).round() as usize]
    }

    /// A text that a view made of signs and numbers, as this terminal can show it.
    pub fn spelled<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.marks == Marks::Ascii { ascii(text).into() } else { text.into() }
    }

    fn plain(&self) -> Color {
        match self.colours {
            Colours::None | Colours::Ansi16 => Color::Reset,
            _ => self.rgb(if self.light { [32, 29, 26] } else { [236, 232, 225] }),
        }
    }

    fn pick(&self, dark: Rgb, light: Rgb, dark16: Color, light16: Color) -> Style {
        let colour = match self.colours {
            Colours::None => Color::Reset,
            Colours::Ansi16 if self.light => light16,
            Colours::Ansi16 => dark16,
            _ if self.light => self.rgb(light),
            _ => self.rgb(dark),
        };
        Style::new().fg(colour)
    }
}

/// Replaces borders, bullets, arrows and blocks by signs of ASCII, cell by cell.
pub(crate) fn to_ascii(area: Rect, buf: &mut Buffer) {
    for position in area.intersection(*buf.area()).positions() {
        let Some(cell) = buf.cell_mut(position).filter(|cell| !cell.symbol().is_ascii()) else {
            continue;
        };
        if let Some(sign) = ascii_sign(cell.symbol()) {
            cell.set_symbol(sign);
        } else if let spelled = ascii(cell.symbol())
            && spelled != cell.symbol()
        {
            // What a view or a person wrote: a sign in one cell, as near as there is one.
            let one = spelled.chars().next().filter(|_| text::width(cell.symbol()) == 1);
            cell.set_symbol(one.unwrap_or('?').encode_utf8(&mut [0; 4]));
        }
    }
}

/// One sign for one sign: what stands in cells keeps its place.
fn ascii_sign(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "─" | "━" | "┄" | "▔" | "—" | "–" | "−" => "-",
        "│" | "┃" | "┤" | "├" | "▏" | "▎" | "▍" | "▕" | "▐" | "▌" => "|",
        "┌" | "┐" | "└" | "┘" | "╭" | "╮" | "╰" | "╯" | "┼" | "┬" | "┴" | "✓" | "±" => {
            "+"
        }
        "●" | "•" | "█" | "▇" | "▆" | "■" | "▉" | "▊" | "▋" => "#",
        "◐" | "◆" => "@",
        "○" => "o",
        "░" | "▁" | "…" | "·" => ".",
        "▒" | "▂" | "▃" => ":",
        "▓" | "▄" | "▅" | "▀" => "=",
        "▸" | "→" | "›" | "▶" => ">",
        "◂" | "←" | "‹" | "◀" => "<",
        "↑" | "▴" => "^",
        "↓" | "▾" => "v",
        "×" | "✗" => "x",
        "√" => "r",
        "∅" => "0",
        "⏎" => "_",
        "◣" => "L",
        "◥" => "7",
        _ => return None,
    })
}

/// The nearest of xterm's 6 × 6 × 6 cube and 24 greys.
/// The pixels of a colour; `None` where the terminal decides what it looks like.
pub(crate) fn pixels_of(colour: Color) -> Option<Rgb> {
    match colour {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(grey @ 232..) => Some([8 + 10 * (grey - 232); 3]),
        Color::Indexed(cube @ 16..) => {
            let i = usize::from(cube - 16);
            Some([LEVELS[i / 36], LEVELS[i / 6 % 6], LEVELS[i % 6]])
        }
        _ => None,
    }
}

/// The steps of each side of the cube of 256 colours.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn nearest_256(rgb: Rgb) -> u8 {
    let level = |v: u8| (0..6u8).min_by_key(|&i| LEVELS[usize::from(i)].abs_diff(v)).unwrap_or(0);
    let [r, g, b] = rgb.map(level);
    let cube = [r, g, b].map(|i| LEVELS[usize::from(i)]);
    let mean = rgb.iter().map(|&v| u16::from(v)).sum::<u16>() / 3;
    let grey = u8::try_from((mean.saturating_sub(3) / 10).min(23)).unwrap_or(23);
    if distance(rgb, [8 + 10 * grey; 3]) < distance(rgb, cube) {
        232 + grey
    } else {
        16 + 36 * r + 6 * g + b
    }
}

fn nearest_16(rgb: Rgb) -> Color {
    const TABLE: [(Rgb, Color); 16] = [
        ([0, 0, 0], Color::Black),
        ([170, 0, 0], Color::Red),
        ([0, 170, 0], Color::Green),
        ([170, 110, 0], Color::Yellow),
        ([0, 0, 170], Color::Blue),
        ([170, 0, 170], Color::Magenta),
        ([0, 170, 170], Color::Cyan),
        ([185, 185, 185], Color::Gray),
        ([90, 90, 90], Color::DarkGray),
        ([255, 90, 90], Color::LightRed),
        ([90, 255, 90], Color::LightGreen),
        ([255, 255, 90], Color::LightYellow),
        ([90, 90, 255], Color::LightBlue),
        ([255, 90, 255], Color::LightMagenta),
        ([90, 255, 255], Color::LightCyan),
        ([255, 255, 255], Color::White),
    ];
    TABLE
        .iter()
        .min_by_key(|(known, _)| distance(rgb, *known))
        .map_or(Color::Reset, |(_, colour)| *colour)
}

fn distance(a: Rgb, b: Rgb) -> u32 {
    a.iter().zip(b).map(|(&x, y)| u32::from(x.abs_diff(y)).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_never_gets_more_colours_than_it_has() {
        let grounds =
            |colours| [false, true].map(|light| Ground { light, colours, ..Ground::default() });
        for value in [-2.0, -0.4, 0.0, 0.3, f32::NAN] {
            for ground in grounds(Colours::None) {
                assert_eq!(ground.signed(value, 1.0), Color::Reset);
                assert_eq!(ground.base(), Style::new().fg(Color::Reset).bg(Color::Reset));
            }
            for ground in grounds(Colours::Ansi16) {
                let colour = ground.unsigned(value, 0.0, 1.0);
                assert!(!matches!(colour, Color::Rgb(..) | Color::Indexed(_)));
            }
            for ground in grounds(Colours::Ansi256) {
                assert!(matches!(ground.signed(value, 1.0), Color::Indexed(16..)));
            }
        }
    }

    #[test]
    fn an_indexed_colour_is_nearest_to_its_own_pixels() {
        for index in 16..=255 {
            let rgb = pixels_of(Color::Indexed(index));
            assert_eq!(rgb.map(|rgb| pixels_of(Color::Indexed(nearest_256(rgb)))), Some(rgb));
        }
        assert_eq!(pixels_of(Color::Indexed(9)), None);
    }

    #[test]
    fn the_corners_of_the_cube_and_the_greys_are_met() {
        assert_eq!(nearest_256([255, 0, 0]), 196);
        assert_eq!(nearest_256([0, 0, 0]), 16);
        assert_eq!(nearest_256([118, 118, 118]), 243);
    }
}

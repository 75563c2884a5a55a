//! A calculation in lines: a row a line as `name = numbers = result`, or a paragraph a line in a
//! narrow column. What stands in it is made by the view whose number is worked out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::theme::Ground;
use super::{layout, text};

/// Cells of a name.
const NAME: u16 = 6;

/// One line of a calculation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// What is computed: a symbol of the field, at most five signs.
    pub(crate) name: &'static str,
    /// With letters, for where there is room.
    pub(crate) letters: String,
    /// With numbers.
    pub(crate) numbers: String,
    /// What comes out; empty where the numbers are it.
    pub(crate) result: String,
    /// What it is, in words.
    pub(crate) what: String,
}

impl Line {
    /// As this terminal can show it; a name keeps its one cell.
    fn spelled(&self, ground: &Ground) -> Self {
        Self {
            name: self.name,
            letters: ground.spelled(&self.letters).into_owned(),
            numbers: ground.spelled(&self.numbers).into_owned(),
            result: ground.spelled(&self.result).into_owned(),
            what: ground.spelled(&self.what).into_owned(),
        }
    }

    /// Name, letters, numbers and result, and what it is, as one sentence.
    pub(crate) fn sentence(&self) -> String {
        let letters =
            if self.letters.is_empty() { String::new() } else { format!(" = {}", self.letters) };
        format!("{}{letters} {}. {}", self.name, self.equation(), self.what)
    }

    fn equation(&self) -> String {
        if self.result.is_empty() {
            format!("= {}", self.numbers)
        } else {
            format!("= {} = {}", self.numbers, self.result)
        }
    }
}

/// Draws the lines in rows, with letters over the numbers where there is room for all; gives the
/// rows used. Words stand beside a line only where they fit whole, and a long sum goes on in the
/// next row.
pub(crate) fn rows(lines: &[Line], area: Rect, ground: &Ground, buf: &mut Buffer) -> u16 {
    let lines: Vec<Line> = lines.iter().map(|line| line.spelled(ground)).collect();
    let roomy = usize::from(area.height) >= lines.len() * 2;
    let mut row = 0;
    for line in &lines {
        text::put(buf, layout::row(area, row), line.name, ground.strong());
        let rest = layout::left(layout::top(area, row).1, NAME - 1, 0).1;
        let under = layout::top(rest, 1).1;
        let equation = line.equation();
        if roomy && !line.letters.is_empty() {
            told(&format!("= {}", line.letters), &line.what, rest, ground, buf);
            row += 1 + text::put_wrapped(buf, under, &equation, ground.fact());
        } else if text::width(&equation) <= rest.width {
            told(&equation, &line.what, rest, ground, buf);
            row += 1;
        } else {
            row += text::put_wrapped(buf, rest, &equation, ground.fact());
        }
    }
    row.min(area.height)
}

/// A line with the words for it, where both fit.
fn told(shown: &str, what: &str, area: Rect, ground: &Ground, buf: &mut Buffer) {
    let spans = [(shown, ground.fact()), ("   ", ground.dim()), (what, ground.dim())];
    let fits = text::width(shown) + 3 + text::width(what) <= area.width;
    // Alone, a line may fill its row to the last cell.
    text::put_spans(buf, layout::row(area, 0), if fits { &spans } else { &spans[..1] });
}

/// The same where lines must be broken: every quantity a paragraph of its own, with a free row
/// between them where there is room.
pub(crate) fn column(lines: &[Line], area: Rect, ground: &Ground, buf: &mut Buffer) -> u16 {
    let gap = u16::from(usize::from(area.height) >= lines.len() * 5);
    let mut row = 0;
    for line in lines {
        let under = |row| layout::top(area, row).1;
        if line.what.is_empty() {
            text::put(buf, layout::row(area, row), line.name, ground.strong());
        } else {
            let head =
                [(line.name, ground.strong()), ("  ", ground.dim()), (&*line.what, ground.dim())];
            text::put_spans(buf, layout::row(area, row), &head);
            row += 1;
        }
        if !line.letters.is_empty() && gap > 0 {
            row += text::put_wrapped(buf, under(row), &format!("= {}", line.letters), ground.dim());
        }
        let indent = layout::left(under(row), if line.what.is_empty() { 2 } else { 0 }, 0).1;
        row += text::put_wrapped(buf, indent, &line.equation(), ground.fact()) + gap;
    }
    row.min(area.height)
}

/// A number with so many digits behind the point, fewer where they are zero, with a true minus.
pub(crate) fn number(x: f64, digits: usize) -> String {
    if !x.is_finite() {
        return super::numbers::short(x as f32);
    }
    let text = format!("{:.digits$}", x.abs());
    let text = if digits > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &*text };
    if x < 0.0 && text != "0" { format!("−{text}") } else { text.to_owned() }
}

/// The same, in brackets where it is negative: as an operand.
pub(crate) fn operand(x: f64, digits: usize) -> String {
    let text = number(x, digits);
    if text.starts_with('−') { format!("({text})") } else { text }
}

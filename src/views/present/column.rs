//! What stands beside or under the one picture: a line, a figure in large digits or the show of
//! hands, a line under it, and the sentence.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::hands::{self, Hands};
use super::said;
use crate::app::App;
use crate::views::parts::theme::Ground;
use crate::views::parts::{large, layout, text};

/// The scales of a figure, the largest first; at the last there is none.
pub(super) const SCALES: [u16; 4] = [4, 2, 1, 0];
/// From so many rows on a figure may take the largest scale.
const HUGE: u16 = 34;

/// What leads a column.
#[derive(Clone, Debug)]
pub(super) enum Head {
    /// A figure: large, and what follows it smaller (`7` and `/20`).
    Figure(String, String),
    /// How many hands went up for each choice.
    Hands(Hands),
}

/// A column of words.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// What the figure counts.
    pub(super) label: String,
    /// The figure.
    pub(super) head: Option<Head>,
    /// Under it, short.
    pub(super) under: Vec<String>,
    /// What was right, where a question was answered.
    pub(super) answered: Vec<String>,
    /// The sentence, once in each language that is shown.
    pub(super) said: Vec<(String, Style)>,
}

impl Column {
    /// The sentence that belongs to what is on screen, and the show of hands where there was one.
    pub(super) fn of(app: &App, ground: &Ground) -> Self {
        let said = match &app.problem {
            Some(problem) => vec![(app.words().problem(problem), ground.wrong())],
            None => said::said(app).into_iter().map(|text| (text, ground.fact())).collect(),
        };
        let head = Hands::shown(app).map(Head::Hands);
        let answered = said::answered(app);
        Self { label: String::new(), head, under: Vec::new(), answered, said }
    }

    /// With a figure and the lines about it; a show of hands stays in its place.
    #[must_use]
    pub(super) fn figure(
        mut self,
        label: String,
        (figure, rest): (String, String),
        under: Vec<String>,
    ) -> Self {
        if self.head.is_none() {
            self.label = label;
            self.head = Some(Head::Figure(figure, rest));
            self.under = under.into_iter().filter(|line| !line.is_empty()).collect();
        }
        self
    }

    /// The largest scale at which everything fits.
    pub(super) fn scale(&self, area: Rect, ground: &Ground) -> Option<u16> {
        let huge = area.height >= HUGE;
        SCALES
            .into_iter()
            .filter(|scale| *scale < 4 || huge)
            .find(|scale| self.fits(*scale, area, ground))
    }

    fn fits(&self, scale: u16, area: Rect, ground: &Ground) -> bool {
        let wide = match &self.head {
            Some(Head::Figure(figure, rest)) => figure_size(figure, rest, scale, ground).0,
            _ => 0,
        };
        wide <= area.width && self.rows(scale, area.width, ground) <= area.height
    }

    /// The rows that all of it takes.
    pub(super) fn rows(&self, scale: u16, width: u16, ground: &Ground) -> u16 {
        self.head_rows(scale, width, ground) + self.said_rows(width)
    }

    /// The rows of all that stands over the sentence.
    pub(super) fn head_rows(&self, scale: u16, width: u16, ground: &Ground) -> u16 {
        let lines = |text: &str| u16::try_from(text::wrap(text, width).len()).unwrap_or(u16::MAX);
        let under = self.under.iter().chain(&self.answered);
        let under: u16 = under.map(|line| lines(line)).sum();
        if let (0, Some(line)) = (scale, self.line()) {
            return lines(&line) + under;
        }
        let head = match &self.head {
            Some(Head::Figure(figure, rest)) => figure_size(figure, rest, scale, ground).1,
            Some(Head::Hands(hands)) => hands.rows(),
            None => 0,
        };
        lines(&self.label) + head + under
    }

    /// A figure without large digits, in one line with what it counts.
    fn line(&self) -> Option<String> {
        match &self.head {
            Some(Head::Figure(figure, rest)) => Some(format!("{} {figure}{rest}", self.label)),
            _ => None,
        }
    }

    /// The rows of the sentence.
    pub(super) fn said_rows(&self, width: u16) -> u16 {
        let lines = |text: &str| text::wrap(&text::escape(text), width).len();
        let rows: usize = self.said.iter().map(|(text, _)| lines(text)).sum();
        u16::try_from(rows).unwrap_or(u16::MAX)
    }

    /// Draws it; free rows stand between its parts.
    pub(super) fn draw(&self, scale: u16, area: Rect, ground: &Ground, buf: &mut Buffer) {
        let rest = self.draw_head(scale, area, ground, buf);
        let spare = rest.height.saturating_sub(self.said_rows(rest.width));
        let gap = u16::from(spare > 0 && rest.y > area.y);
        self.draw_said(layout::top(rest, gap).1, buf);
    }

    /// Draws what stands over the sentence; gives what is left.
    pub(super) fn draw_head(
        &self,
        scale: u16,
        area: Rect,
        ground: &Ground,
        buf: &mut Buffer,
    ) -> Rect {
        let line = self.line().filter(|_| scale == 0);
        let label = line.as_deref().unwrap_or(&self.label);
        let used = text::put_wrapped(buf, area, label, ground.strong());
        let mut rest = layout::top(area, used).1;
        let used = match &self.head {
            Some(Head::Figure(figure, small)) if scale > 0 => {
                draw_figure(figure, small, scale, rest, ground, buf)
            }
            Some(Head::Hands(hands)) => hands::draw(hands, rest, ground, buf),
            _ => 0,
        };
        rest = layout::top(rest, used).1;
        let under = self.under.iter().map(|line| (line, ground.strong()));
        for (line, style) in under.chain(self.answered.iter().map(|line| (line, ground.right()))) {
            let used = text::put_wrapped(buf, rest, line, style);
            rest = layout::top(rest, used).1;
        }
        rest
    }

    /// Draws the sentence in each language, with a free row between two where there is room.
    pub(super) fn draw_said(&self, area: Rect, buf: &mut Buffer) {
        let rows = self.said_rows(area.width);
        let gap = u16::from(area.height > rows && self.said.len() > 1);
        let mut rest = area;
        for (text, style) in &self.said {
            let used = text::put_wrapped(buf, rest, text, *style);
            rest = layout::top(rest, used + gap).1;
        }
    }
}

/// The scale of what follows a figure.
const fn small(scale: u16) -> u16 {
    if scale < 2 { scale } else { scale / 2 }
}

fn figure_size(figure: &str, rest: &str, scale: u16, ground: &Ground) -> (u16, u16) {
    if scale == 0 {
        return (0, 0);
    }
    let (wide, high) = large::size(figure, scale, ground);
    let after = large::size(rest, small(scale), ground).0;
    (wide + if rest.is_empty() { 0 } else { after + scale }, high)
}

/// Gives the rows used.
fn draw_figure(
    figure: &str,
    rest: &str,
    scale: u16,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) -> u16 {
    let (wide, high) = large::draw(figure, scale, ground.prompt(), area, ground, buf);
    if !rest.is_empty() {
        let low = large::size(rest, small(scale), ground).1;
        let (_, after) = layout::left(area, wide + scale, 0);
        let after = layout::top(after, high.saturating_sub(low)).1;
        large::draw(rest, small(scale), ground.strong(), after, ground, buf);
    }
    high
}

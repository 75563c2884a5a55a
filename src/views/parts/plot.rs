//! Line plots: labelled axes with ticks and units, several curves told apart by shape, a cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{Canvas, Line, Points};

use super::layout;
use super::numbers;
use super::text;
use super::theme::{self, Ground, Marks};
use crate::views::{Shown, Slot};
use crate::walk::{Curve, Curves, Mark};

/// One axis.
pub(crate) struct Axis<'a> {
    /// What it measures, with its unit.
    pub(crate) label: &'a str,
    /// Its first value.
    pub(crate) low: f32,
    /// Its last value; below the first where the axis falls, as training steps do in a walk.
    pub(crate) high: f32,
    /// Whether ticks stand at whole numbers only.
    pub(crate) whole: bool,
}

impl Axis<'_> {
    /// A value as it would stand on the same axis turned upward.
    fn upward(&self, value: f32) -> f32 {
        if self.high < self.low { self.low + self.high - value } else { value }
    }
}

/// How a curve is drawn: shapes tell curves apart where colours do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A line through all points.
    Line,
    /// A dot at every point, as fine as a line is drawn.
    Dots,
    /// A large mark at every point.
    Marks(char),
}

/// Pieces of a line with their styles.
type Spans = Vec<(String, Style)>;

/// A dot where a cell holds no finer ones.
const DOT: char = '•';

/// One curve.
pub(crate) struct Series<'a> {
    /// Its name, shown in the title's row; nothing where it is empty.
    pub(crate) name: &'a str,
    /// Its points, from left to right.
    pub(crate) points: &'a [(f32, f32)],
    /// How it is drawn.
    pub(crate) shape: Shape,
    /// Its colour.
    pub(crate) style: Style,
}

/// A plot.
pub(crate) struct Plot<'a> {
    /// What it shows; also the label of the vertical axis.
    pub(crate) title: &'a str,
    /// The horizontal axis.
    pub(crate) x: Axis<'a>,
    /// The vertical axis; its label is printed after the title.
    pub(crate) y: Axis<'a>,
    /// The curves, later ones over earlier ones.
    pub(crate) series: &'a [Series<'a>],
    /// Where the cursor stands on the horizontal axis.
    pub(crate) cursor: Option<f32>,
}

impl Plot<'_> {
    /// Draws it over the whole area: a title row (two where the curves' names need one of their
    /// own), the curves, one row of ticks. Below 12 × 4 cells
    /// only the title and the range are written.
    /// Gives the place where a terminal with pixels can draw the curves finer.
    pub(crate) fn draw(
        &self,
        area: Rect,
        ground: &Ground,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
    ) {
        let (head, rest) = layout::top(area, self.title_rows(area));
        self.draw_title(head, ground, buf);
        let (body, foot) = layout::bottom(rest, 1);
        let ticks = ticks(&self.y, usize::from(body.height / 3).clamp(2, 5));
        let labels: Vec<String> = ticks.iter().map(|&t| tick_text(&self.y, t, &ticks)).collect();
        let gutter = labels.iter().map(|l| text::width(l)).max().unwrap_or(0) + 1;
        if body.height < 2 || body.width < gutter + 9 {
            let range = format!("{} … {}", numbers::short(self.y.low), numbers::short(self.y.high));
            text::put(buf, layout::row(rest, 0), &range, ground.dim());
            return;
        }
        let (left, field) = layout::left(body, gutter, 0);
        for (tick, label) in ticks.iter().zip(&labels) {
            let up = place(*tick, &self.y, field.height, UP);
            let row = Rect { y: field.bottom() - 1 - up, height: 1, width: left.width - 1, ..left };
            text::put_right(buf, row, label, ground.dim());
        }
        for y in left.y..left.bottom() {
            let tick = ticks
                .iter()
                .any(|t| field.bottom() - 1 - place(*t, &self.y, field.height, UP) == y);
            if let Some(cell) = buf.cell_mut((left.right() - 1, y)) {
                cell.set_symbol(if tick { "┤" } else { "│" }).set_style(ground.line());
            }
        }
        self.draw_cursor(field, ground, buf);
        self.draw_curves(field, ground, buf);
        self.draw_x_ticks(Rect { x: field.x, width: field.width, ..foot }, ground, buf);
        slots.extend(self.curves(ground).map(|curves| Slot {
            area: field.intersection(*buf.area()),
            shown: Shown::Curves(curves),
        }));
    }

    /// The curves as data; `None` where the terminal decides what colours look like.
    fn curves(&self, ground: &Ground) -> Option<Curves> {
        let rgb = |colour: Option<Color>| colour.and_then(theme::pixels_of);
        let curve = |series: &Series| {
            Some(Curve {
                points: series.points.iter().map(|&(x, y)| (self.x.upward(x), y)).collect(),
                colour: rgb(series.style.fg)?,
                mark: match series.shape {
                    Shape::Line => Mark::Joined,
                    Shape::Marks('●') => Mark::LargeDot,
                    Shape::Marks(_) | Shape::Dots => Mark::Dot,
                },
            })
        };
        let cursor = match self.cursor {
            Some(at) => Some((self.x.upward(at), rgb(ground.dim().fg)?)),
            None => None,
        };
        Some(Curves {
            ground: rgb(Some(ground.background()))?,
            x: [self.x.low.min(self.x.high), self.x.low.max(self.x.high)],
            y: [self.y.low, self.y.high],
            curves: self.series.iter().map(curve).collect::<Option<_>>()?,
            cursor,
        })
    }

    /// Two where the names of the curves do not fit beside the title, and there is room for them.
    fn title_rows(&self, area: Rect) -> u16 {
        let wide = |spans: &Spans| spans.iter().map(|(t, _)| text::width(t)).sum();
        let (title, legend) = self.title_spans(&Ground::default());
        let (title, legend): (u16, u16) = (wide(&title), wide(&legend));
        let fits = title.saturating_add(legend) <= area.width || legend == 0;
        if fits || area.height < 6 { 1 } else { 2 }
    }

    /// The title with the label of the vertical axis, and the signs and names of the curves.
    fn title_spans(&self, ground: &Ground) -> (Spans, Spans) {
        let mut title = vec![(self.title.to_owned(), ground.strong())];
        if !self.y.label.is_empty() {
            title.push((format!("  {}", self.y.label), ground.dim()));
        }
        let named = self.series.iter().filter(|s| !s.name.is_empty());
        let legend = named.map(|series| {
            let sign = match series.shape {
                Shape::Line => '─',
                Shape::Dots => DOT,
                Shape::Marks(mark) => mark,
            };
            (format!("  {sign} {}", series.name), series.style)
        });
        (title, legend.collect())
    }

    fn draw_title(&self, area: Rect, ground: &Ground, buf: &mut Buffer) {
        fn put(spans: &[(String, Style)], row: Rect, buf: &mut Buffer) {
            let spans: Vec<(&str, Style)> = spans.iter().map(|(t, s)| (t.as_str(), *s)).collect();
            text::put_spans(buf, row, &spans);
        }
        let (mut title, mut legend) = self.title_spans(ground);
        if area.height > 1 {
            if let Some((first, _)) = legend.first_mut() {
                *first = first.trim_start().to_owned();
            }
            put(&legend, layout::row(area, 1), buf);
        } else {
            title.append(&mut legend);
        }
        put(&title, layout::row(area, 0), buf);
    }

    fn draw_cursor(&self, field: Rect, ground: &Ground, buf: &mut Buffer) {
        let Some(at) = self.cursor else { return };
        let x = field.x + place(at, &self.x, field.width, ALONG);
        for y in field.y..field.bottom() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.set_symbol("│").set_style(ground.dim());
            }
        }
    }

    fn draw_curves(&self, field: Rect, ground: &Ground, buf: &mut Buffer) {
        let bounds = |axis: &Axis| {
            let (low, high) = (f64::from(axis.low), f64::from(axis.high));
            if high == low { [low, low + 1.0] } else { [low.min(high), low.max(high)] }
        };
        let marker = match ground.marks {
            Marks::Braille => Marker::Braille,
            Marks::Blocks => Marker::HalfBlock,
            Marks::Ascii => Marker::Custom('.'),
        };
        let fine = ground.marks == Marks::Braille;
        let [dx, dy] =
            [(&self.x, field.width, 2), (&self.y, field.height, 4)].map(|(axis, cells, dots)| {
                let [low, high] = bounds(axis);
                (high - low) / f64::from(cells * dots - 1).max(1.0)
            });
        let [right, top] = [bounds(&self.x)[1], bounds(&self.y)[1]];
        // One canvas for all: the dots of two curves in one cell must not wipe each other out.
        Canvas::default()
            .marker(marker)
            .background_color(ground.background())
            .x_bounds(bounds(&self.x))
            .y_bounds(bounds(&self.y))
            .paint(|context| {
                for series in self.series {
                    let color = series.style.fg.unwrap_or(Color::Reset);
                    let points = self.finite(series);
                    match series.shape {
                        Shape::Line => {
                            for pair in points.windows(2) {
                                let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
                                context.draw(&Line { x1, y1, x2, y2, color });
                            }
                        }
                        Shape::Dots if fine => {
                            for (x, y) in points {
                                let x2 = if x + dx > right { x - dx } else { x + dx };
                                let y2 = if y + dy > top { y - dy } else { y + dy };
                                let coords = &[(x, y), (x2, y), (x, y2), (x2, y2)];
                                context.draw(&Points { coords, color });
                            }
                        }
                        Shape::Dots | Shape::Marks(_) => {}
                    }
                }
            })
            .render(field.intersection(*buf.area()), buf);
        for series in self.series {
            match series.shape {
                Shape::Marks(mark) => self.draw_marks(series, mark, field, buf),
                Shape::Dots if !fine => self.draw_marks(series, DOT, field, buf),
                Shape::Dots | Shape::Line => {}
            }
        }
    }

    /// The points that can be drawn, on an axis turned upward.
    fn finite(&self, series: &Series) -> Vec<(f64, f64)> {
        let finite = series.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
        finite.map(|&(x, y)| (f64::from(self.x.upward(x)), f64::from(y))).collect()
    }

    fn draw_marks(&self, series: &Series, mark: char, field: Rect, buf: &mut Buffer) {
        for &(x, y) in series.points.iter().filter(|(x, y)| x.is_finite() && y.is_finite()) {
            let column = field.x + place(x, &self.x, field.width, ALONG);
            let row = field.bottom() - 1 - place(y, &self.y, field.height, UP);
            if let Some(cell) = buf.cell_mut((column, row)) {
                cell.set_char(mark).set_style(series.style);
            }
        }
    }

    fn draw_x_ticks(&self, area: Rect, ground: &Ground, buf: &mut Buffer) {
        let label_room = text::width(self.x.label) + 1;
        let ticks = ticks(&self.x, usize::from(area.width / 10).clamp(1, 8));
        let mut free = area.x;
        let end = area.right().saturating_sub(label_room);
        for tick in &ticks {
            let label = tick_text(&self.x, *tick, &ticks);
            let wide = text::width(&label);
            let x = area.x + place(*tick, &self.x, area.width, ALONG);
            let x = x.saturating_sub(wide / 2).max(area.x);
            if x >= free && x + wide <= end.max(area.x + wide) {
                text::put(buf, Rect { x, width: wide, ..area }, &label, ground.dim());
                free = x + wide + 1;
            }
        }
        if area.right() + 1 >= free + label_room {
            text::put_right(buf, area, self.x.label, ground.dim());
        }
    }
}

/// A tick in as many digits as its neighbours need.
fn tick_text(axis: &Axis, tick: f32, ticks: &[f32]) -> String {
    if axis.whole {
        return numbers::fixed(tick, 0);
    }
    let step = match ticks {
        [a, b, ..] => (b - a).abs(),
        _ => tick.abs(),
    };
    let digits = if step >= 1.0 || step == 0.0 { 0 } else { (-step.log10()).ceil() as usize };
    numbers::fixed(tick, digits.min(4))
}

/// Round values between the ends of an axis, about `wanted` + 1 of them, and two at least where
/// round values allow it; on a falling axis from its upper end.
fn ticks(axis: &Axis, wanted: usize) -> Vec<f32> {
    let (low, high) = (axis.low.min(axis.high), axis.low.max(axis.high));
    if !(high - low).is_finite() || high <= low {
        return vec![axis.low];
    }
    let mut found = Vec::new();
    for wanted in wanted.max(1)..wanted.max(1) + 3 {
        found = ticks_between(low, high, wanted, axis.whole);
        if found.len() > 1 {
            break;
        }
    }
    if axis.high < axis.low {
        found.reverse();
    }
    found
}

fn ticks_between(low: f32, high: f32, wanted: usize, whole: bool) -> Vec<f32> {
    let rough = (high - low) / wanted as f32;
    let ten = 10f32.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|f| f * ten).into_iter().find(|s| *s >= rough * 0.999);
    let step = step.unwrap_or(high - low);
    let step = if whole { step.round().max(1.0) } else { step };
    let first = (low / step).ceil();
    (0..12).map(|i| (first + i as f32) * step).take_while(|t| *t <= high + step * 1e-3).collect()
}

/// Dots of a curve in a cell, from left to right.
const ALONG: u16 = 2;
/// Dots of a curve in a cell, one over the other.
const UP: u16 = 4;

/// The cell, counted from the axis' start, in which a value stands: that which holds its dot where
/// every cell has `dots` of them.
fn place(value: f32, axis: &Axis, cells: u16, dots: u16) -> u16 {
    let span = axis.high - axis.low;
    let share = if span != 0.0 && value.is_finite() { (value - axis.low) / span } else { 0.0 };
    let last = cells.saturating_mul(dots).saturating_sub(1);
    (share.clamp(0.0, 1.0) * f32::from(last)).round() as u16 / dots
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(low: f32, high: f32, whole: bool) -> Axis<'static> {
        Axis { label: "step", low, high, whole }
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(&axis(0.0, 14.6, false), 3), [0.0, 5.0, 10.0]);
        assert_eq!(ticks(&axis(1.0, 20.0, true), 4), [5.0, 10.0, 15.0, 20.0]);
        assert_eq!(ticks(&axis(3.0, 3.0, false), 4), [3.0]);
        assert_eq!(ticks(&axis(0.0, 14.6, false), 1), [0.0, 10.0]);
    }

    #[test]
    fn a_falling_axis_begins_with_its_largest_value() {
        let falling = axis(1000.0, 0.0, true);
        assert_eq!(ticks(&falling, 2), [1000.0, 500.0, 0.0]);
        assert_eq!([1000.0, 500.0, 0.0].map(|t| place(t, &falling, 11, ALONG)), [0, 5, 10]);
        assert_eq!(falling.upward(900.0), 100.0);
    }

    #[test]
    fn marks_stand_at_their_places() {
        let area = Rect::new(0, 0, 30, 8);
        let mut buf = Buffer::empty(area);
        let points = [(1.0, 0.0), (20.0, 1.0)];
        let series =
            [Series { name: "", points: &points, shape: Shape::Marks('●'), style: Style::new() }];
        let plot = Plot {
            title: "x0",
            x: axis(1.0, 20.0, true),
            y: Axis { label: "", low: 0.0, high: 1.0, whole: false },
            series: &series,
            cursor: Some(20.0),
        };
        plot.draw(area, &Ground::default(), &mut buf, &mut Vec::new());
        assert_eq!(buf[(29, 1)].symbol(), "●");
        assert_eq!(buf[(4, 6)].symbol(), "●");
        assert_eq!(buf[(29, 3)].symbol(), "│");
    }
}

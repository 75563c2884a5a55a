//! The sheet that a plot is drawn on: font, colours, axes, and how it becomes a picture.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::export::lettering::{GROUND, MESH, OVER, drawn_size, family, fonts};
use crate::walk::Picture;

use super::{HEIGHT, WIDTH};

pub(super) use crate::export::lettering::{GREY, INK};

/// First line of a plot.
pub(super) const BLUE: RGBColor = RGBColor(0, 90, 160);
/// Second line.
pub(super) const VERMILION: RGBColor = RGBColor(205, 85, 10);
/// Third line.
pub(super) const GREEN: RGBColor = RGBColor(0, 135, 100);
/// Names of axes and the title over them.
pub(super) struct Labels {
    pub(super) title: String,
    pub(super) x: String,
    pub(super) y: String,
    /// Where the legend covers nothing.
    pub(super) legend: SeriesLabelPosition,
}

/// One line of a plot.
pub(super) struct Line {
    pub(super) label: String,
    pub(super) colour: RGBColor,
    pub(super) points: Vec<(f32, f32)>,
    /// Whether the points are joined, marked, or both.
    pub(super) mark: Mark,
}

/// How the points of a line are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Joined.
    Joined,
    /// A dot at each.
    Dots,
    /// Joined, with a dot at each.
    Both,
}

type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// Draws on a sheet; `None` where plotters cannot (a font that it refuses, no room).
pub(super) fn sheet(draw: impl FnOnce(&Area<'_>) -> Drawn) -> Option<Picture> {
    fonts()?;
    let (w, h) = (WIDTH * OVER, HEIGHT * OVER);
    let mut pixels = vec![255u8; w * h * 3];
    {
        let backend = BitMapBackend::with_buffer(&mut pixels, (w as u32, h as u32));
        let area = backend.into_drawing_area();
        area.fill(&GROUND).ok()?;
        draw(&area).ok()?;
        area.present().ok()?;
    }
    Some(Picture::new(w, h, pixels)?.block_means(WIDTH, HEIGHT).0)
}

/// A text style of `size` pixels on the finished plot.
pub(super) fn style(text: &str, size: usize) -> TextStyle<'static> {
    let family = family(text);
    (family, drawn_size(family, size) as i32).into_font().color(&INK)
}

/// A line's width in pixels of the finished plot.
pub(super) fn stroke(colour: RGBColor, width: usize) -> ShapeStyle {
    colour.stroke_width((width * OVER) as u32)
}

/// Lines over one pair of axes, with a legend where there is more than one.
pub(super) fn lines(
    area: &Area<'_>,
    labels: &Labels,
    x: Range<f32>,
    y: Range<f32>,
    lines: &[Line],
) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .caption(&labels.title, style(&labels.title, 20))
        .margin((18 * OVER) as u32)
        .margin_right((34 * OVER) as u32)
        .x_label_area_size((46 * OVER) as u32)
        .y_label_area_size((64 * OVER) as u32)
        .build_cartesian_2d(x, y)?;
    chart
        .configure_mesh()
        .x_desc(&labels.x)
        .y_desc(&labels.y)
        .axis_desc_style(style(&format!("{}{}", labels.x, labels.y), 15))
        .label_style(style("", 13))
        .x_labels(10)
        .y_labels(7)
        .x_label_formatter(&|v| tick(*v))
        .y_label_formatter(&|v| tick(*v))
        .max_light_lines(0)
        .bold_line_style(stroke(MESH, 1))
        .axis_style(stroke(GREY, 1))
        .draw()?;
    for line in lines {
        let colour = line.colour;
        let points = || line.points.iter().copied();
        let joined = if line.mark == Mark::Dots { Vec::new() } else { points().collect() };
        let radius = (3 * OVER) as i32;
        let dots = line.mark == Mark::Dots;
        chart.draw_series(LineSeries::new(joined, stroke(colour, 2)))?.label(&line.label).legend(
            move |(x, y)| {
                let (from, to) = if dots { (8, 14) } else { (0, 22) };
                let ends = [from, to].map(|at| (x + at * OVER as i32, y));
                PathElement::new(ends, stroke(colour, if dots { 6 } else { 3 }))
            },
        );
        if line.mark != Mark::Joined {
            chart.draw_series(points().map(|p| Circle::new(p, radius, colour.filled())))?;
        }
    }
    if lines.len() > 1 {
        let texts: String = lines.iter().map(|l| l.label.as_str()).collect();
        chart
            .configure_series_labels()
            .position(labels.legend.clone())
            .legend_area_size((30 * OVER) as u32)
            .margin((14 * OVER) as u32)
            .background_style(GROUND.mix(0.9))
            .border_style(stroke(MESH, 1))
            .label_font(style(&texts, 14))
            .draw()?;
    }
    Ok(())
}

/// A tick's number in as few digits as it needs.
fn tick(value: f32) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.replace('-', "−") }
}

/// A range from zero that leaves room for the legend above the largest value.
pub(super) fn from_zero(values: impl Iterator<Item = f32>) -> Range<f32> {
    let top = values.filter(|v| v.is_finite()).fold(0.0, f32::max);
    0.0..if top > 0.0 { top * 1.3 } else { 1.0 }
}

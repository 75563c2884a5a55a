//! The schedule for a room: noise level over steps with thick marks, its first and last in large
//! digits.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::column::Column;
use crate::app::App;
use crate::views::parts::layout;
use crate::views::parts::numbers::short;
use crate::views::parts::plot::{Axis, Plot, Series, Shape};
use crate::views::parts::theme::{Ground, Marks};
use crate::walk::{Schedule, Stage};

/// The lowest plot.
const LOW: u16 = 6;

/// Draws the stage.
pub(super) fn draw(
    app: &App,
    frame: &Schedule,
    column: Column,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let words = app.words();
    let ends = [frame.levels.first(), frame.levels.last()].map(Option::<&f32>::copied);
    let [first, last] = ends.map(|level| level.map_or_else(String::new, short));
    let label = words.text("present.levels").to_owned();
    let column = column.figure(label, (format!("{first}→{last}"), String::new()), Vec::new());
    let (plot, words_area, scale) = arrange(&column, area, ground);
    draw_plot(app, frame, ground, plot, buf);
    column.draw(scale, words_area, ground, buf);
}

/// The plot over the words, as high as they allow; beside them where it would be too low.
fn arrange(column: &Column, area: Rect, ground: &Ground) -> (Rect, Rect, u16) {
    let most = area.height.saturating_sub(1);
    for least in [LOW.max(area.height / 2), LOW] {
        let found = (least..=most).rev().find_map(|rows| {
            let (plot, rest) = layout::top(area, rows);
            Some((plot, rest, column.scale(rest, ground).filter(|scale| *scale > 0)?))
        });
        if let Some(found) = found {
            return found;
        }
    }
    let (plot, rest) = layout::left(area, area.width / 2, 2);
    let scale = column.scale(rest, ground).unwrap_or(0);
    (plot, rest, scale)
}

fn draw_plot(app: &App, frame: &Schedule, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let points: Vec<(f32, f32)> =
        (1u16..).zip(&frame.levels).map(|(call, &sigma)| (f32::from(call), sigma)).collect();
    let top = points.iter().map(|(_, sigma)| *sigma).filter(|v| v.is_finite()).fold(0.0, f32::max);
    let turned = app.look.turn[Stage::Schedule.index()] % points.len().max(1);
    let here = [points.get(turned).copied().unwrap_or((1.0, top))];
    let series = [
        Series { name: "", points: &points, shape: Shape::Line, style: ground.other() },
        Series { name: "", points: &points, shape: Shape::Marks('●'), style: ground.other() },
        Series { name: "", points: &here, shape: Shape::Marks('█'), style: ground.right() },
    ];
    // Half-blocks make a thicker line than braille, and than a terminal's pixels.
    let thick = match ground.marks {
        Marks::Braille => Marks::Blocks,
        marks => marks,
    };
    Plot {
        title: words.text("schedule.sigma"),
        x: Axis {
            label: words.text("schedule.steps-axis"),
            low: 1.0,
            high: points.len().max(2) as f32,
            whole: true,
        },
        y: Axis { label: "", low: 0.0, high: if top > 0.0 { top } else { 1.0 }, whole: false },
        series: &series,
        cursor: None,
    }
    .draw(area, &Ground { marks: thick, ..*ground }, buf, &mut Vec::new());
}

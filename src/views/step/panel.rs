//! One picture of a step with its words: title, cells, scale, captions.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::pictures::{Canvas, Panel, Scene, Subject};
use crate::views::Slot;
use crate::views::parts::dots::Fit;
use crate::views::parts::heatmap::{self, Map};
use crate::views::parts::theme::{Colours, Ground, Marks};
use crate::views::parts::{layout, picture, text};
use crate::walk::{Grid, Picture};

/// How a panel is drawn.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Whether `tab` has chosen it.
    pub(super) chosen: bool,
    /// Rows for captions under the picture.
    pub(super) captions: u16,
    /// The latent cell that is worked out by hand, to be marked.
    pub(super) marked: Option<(usize, usize)>,
}

/// Draws a panel over the whole area.
pub(super) fn draw(
    scene: &Scene,
    panel: &Panel,
    manner: Manner,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let ground = scene.ground;
    let (head, rest) = layout::top(area, 1);
    draw_title(panel, manner.chosen, head, ground, buf);
    let (body, captions) = layout::bottom(rest, manner.captions);
    let overlay = scene.overlay(panel.subject);
    let fit = draw_canvas(scene, panel, overlay.as_ref(), body, buf, slots);
    if let Some(cell) = manner.marked.filter(|_| panel.subject != Subject::Attention) {
        mark(fit, cell, ground, buf);
    }
    if let Some(map) = map_of(&panel.canvas) {
        standing_scale(map, fit, body, ground, buf);
    }
    let look = scene.look_line(panel, fit, overlay.is_some());
    let lines = std::iter::once((look.as_str(), ground.dim()))
        .chain(panel.facts.iter().map(|fact| (fact.as_str(), ground.fact())));
    for ((line, style), i) in lines.zip(0..captions.height) {
        text::put(buf, layout::row(captions, i), line, style);
    }
}

fn draw_title(panel: &Panel, chosen: bool, area: Rect, ground: &Ground, buf: &mut Buffer) {
    let style = match (chosen, panel.subject) {
        (true, Subject::Attention) => ground.chosen_prompt(),
        (true, _) => ground.chosen(),
        (false, Subject::Attention) => ground.prompt(),
        (false, _) => ground.strong(),
    };
    let title = if chosen { format!("▸ {}", panel.title) } else { panel.title.clone() };
    text::put(buf, area, &title, style);
}

/// The colour map of a canvas of numbers.
pub(super) fn map_of(canvas: &Canvas) -> Option<Map> {
    match canvas {
        Canvas::Signed { limit, .. } => Some(Map::Signed { limit: *limit }),
        Canvas::Unsigned { high, .. } => Some(Map::Unsigned { low: 0.0, high: *high }),
        Canvas::Colours(_) | Canvas::Empty(_) => None,
    }
}

/// Paints the picture alone; `overlay` holds factors 0 to 1 for its cells.
pub(super) fn draw_canvas(
    scene: &Scene,
    panel: &Panel,
    overlay: Option<&Grid>,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) -> Fit {
    let ground = scene.ground;
    let map = map_of(&panel.canvas).unwrap_or(Map::Unsigned { low: 0.0, high: 1.0 });
    match &panel.canvas {
        Canvas::Colours(colours) => {
            let colours = overlay.map_or_else(|| colours.clone(), |o| dimmed(colours, o));
            if panel.pixels {
                picture::draw(&colours, area, ground, buf, slots)
            } else {
                picture::cells(&colours, area, ground, buf)
            }
        }
        Canvas::Signed { plane, .. } | Canvas::Unsigned { plane, .. } => {
            let plane = overlay.map_or_else(|| plane.clone(), |o| faded(plane, o));
            heatmap::draw(&plane, 0, map, area, ground, buf)
        }
        Canvas::Empty(key) => {
            text::put_wrapped(buf, area, scene.words.text(key), ground.dim());
            Fit::of(0, 0, area)
        }
    }
}

impl Scene<'_> {
    /// The look with what was done to the picture on top: attention laid over it, numbers averaged.
    pub(super) fn look_line(&self, panel: &Panel, fit: Fit, overlaid: bool) -> String {
        let mut parts = Vec::new();
        let preview = matches!(panel.canvas, Canvas::Colours(_)) && !panel.pixels;
        if overlaid && preview {
            // How good the preview is would not fit beside the piece.
            parts.push(self.words.text("step.preview-only").to_owned());
        } else {
            parts.push(panel.look.clone());
        }
        if overlaid {
            parts.push(self.words.fill("step.laid-over", &[("piece", &self.piece())]));
        }
        if fit.block > 1 {
            let block = fit.block.to_string();
            parts.push(self.words.fill("step.block", &[("n", &block)]));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(", ")
    }

    /// The chosen piece's attention as factors for a latent picture, where it is laid over it.
    pub(super) fn overlay(&self, subject: Subject) -> Option<Grid> {
        let latent = matches!(subject, Subject::Latent | Subject::X0 | Subject::Next);
        if !self.app.look.attention || !latent {
            return None;
        }
        let row = self.attention_row()?;
        let most = row.data().iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        Some(row.map(|share| 0.15 + 0.85 * share / most))
    }
}

/// The factor for place `x`, `y` of something `width` × `height` large.
fn factor(overlay: &Grid, (x, y): (usize, usize), (width, height): (usize, usize)) -> f32 {
    let column = x * overlay.width() / width.max(1);
    let row = y * overlay.height() / height.max(1);
    overlay.row(row).get(column).copied().unwrap_or(1.0)
}

pub(super) fn dimmed(colours: &Picture, overlay: &Grid) -> Picture {
    let size = (colours.width(), colours.height());
    Picture::from_fn(size.0, size.1, |x, y| {
        let share = factor(overlay, (x, y), size);
        colours.pixel(x, y).map(|v| (f32::from(v) * share).round() as u8)
    })
}

pub(super) fn faded(plane: &Grid, overlay: &Grid) -> Grid {
    let size = (plane.width(), plane.height());
    Grid::from_fn(&[1, size.1, size.0], |i| {
        plane.data()[i] * factor(overlay, (i % size.0, i / size.0), size)
    })
}

/// The colour scale standing right of a picture, with its limits as numbers.
fn standing_scale(map: Map, fit: Fit, body: Rect, ground: &Ground, buf: &mut Buffer) {
    let used = fit.area.width + 1;
    if fit.area.height < 3 || body.width < used + 7 {
        return;
    }
    let (low, high) = match map {
        Map::Signed { limit } => (-limit, limit),
        Map::Unsigned { low, high } => (low, high),
    };
    let rows = fit.area.height;
    for i in 0..rows {
        let share = f32::from(i) / f32::from(rows - 1);
        let dot = map.dot(high + (low - high) * share, ground);
        let place = (body.x + used, body.y + i);
        let Some(cell) = buf.cell_mut(place) else { continue };
        if ground.colours == Colours::None || ground.marks == Marks::Ascii {
            cell.set_char(crate::views::parts::dots::shade(dot.shade, dot.signed));
            cell.set_fg(dot.colour);
        } else {
            cell.set_symbol(" ").set_bg(dot.colour);
        }
    }
    let numbers = Rect { x: body.x + used + 2, width: body.width - used - 2, ..body };
    let put = |row: u16, value: f32, buf: &mut Buffer| {
        let number = crate::views::parts::numbers::short(value);
        let sign = if value > 0.0 && low < 0.0 { "+" } else { "" };
        text::put(buf, layout::row(numbers, row), &format!("{sign}{number}"), ground.dim());
    };
    put(0, high, buf);
    put(rows - 1, low, buf);
    if low < 0.0 && rows >= 5 {
        put(rows / 2, 0.0, buf);
    }
}

/// Marks one number in a picture: its dot in the strongest contrast, `X` where there are no
/// colours.
pub(in crate::views) fn mark(fit: Fit, (x, y): (usize, usize), ground: &Ground, buf: &mut Buffer) {
    let (column, dot_row) = (x / fit.block * fit.scale, y / fit.block * fit.scale);
    let bright = if ground.light { Color::Black } else { Color::White };
    for dy in 0..fit.scale {
        for dx in 0..fit.scale {
            let (cx, cy) = ((column + dx) as u16, usize::midpoint(dot_row, dy) as u16);
            if cx >= fit.area.width || cy >= fit.area.height {
                continue;
            }
            let Some(cell) = buf.cell_mut((fit.area.x + cx, fit.area.y + cy)) else { continue };
            if ground.colours == Colours::None || ground.marks == Marks::Ascii {
                cell.set_symbol("X").set_style(Style::new());
            } else if (dot_row + dy).is_multiple_of(2) {
                cell.set_fg(bright);
            } else {
                cell.set_bg(bright);
            }
        }
    }
}

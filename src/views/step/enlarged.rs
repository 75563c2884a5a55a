//! One picture of a step as large as fits, with all its numbers, and its channels beside it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::panel;
use super::pictures::{Canvas, SIGNED_LIMIT, Scene, Subject, factor_for, plane_of};
use super::worked;
use crate::views::Slot;
use crate::views::parts::dots::Fit;
use crate::views::parts::heatmap::{self, Map};
use crate::views::parts::theme::Ground;
use crate::views::parts::{layout, text};
use crate::walk::Grid;

/// Draws the chosen picture.
pub(super) fn draw(
    scene: &Scene,
    chosen: Subject,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let (ground, shown) = (scene.ground, scene.panel(chosen));
    let (head, mut body) = layout::top(area, 1);
    text::put(buf, head, &format!("▸ {}", shown.title), ground.chosen());
    if scene.app.look.by_hand {
        let (above, below) = layout::bottom(body, 5);
        worked::draw(scene, false, below, ground, buf);
        body = above;
    }
    let room = Rect { width: body.width.saturating_sub(30).max(body.width / 2), ..body };
    let overlay = scene.overlay(chosen);
    let fit = panel::draw_canvas(scene, &shown, overlay.as_ref(), room, buf, slots);
    if scene.app.look.by_hand && chosen != Subject::Attention {
        panel::mark(fit, scene.lens(), ground, buf);
    }
    let used = if matches!(shown.canvas, Canvas::Empty(_)) { room.width } else { fit.area.width };
    let (_, side) = layout::left(body, used, 2);
    let mut row = 0;
    let look = scene.look_line(&shown, fit, overlay.is_some());
    let lines = std::iter::once((look, ground.dim()))
        .chain(shown.facts.iter().map(|fact| (fact.clone(), ground.fact())))
        .chain([(scene.here(), ground.dim())]);
    for (line, style) in lines {
        row += text::put_wrapped(buf, layout::top(side, row).1, &line, style);
    }
    if let Some(map) = panel::map_of(&shown.canvas) {
        heatmap::legend(map, layout::row(side, row), ground, buf);
        row += 1;
    }
    if let Some(grid) = scene.all_channels(chosen) {
        let title = scene.channels_title(chosen);
        channels(scene, &grid, title, layout::top(side, row + 1).1, ground, buf);
    }
}

impl Scene<'_> {
    /// What stands beside the enlarged picture: its channels; for the difference, the same in x0,
    /// where it is seen early.
    fn all_channels(&self, subject: Subject) -> Option<Grid> {
        let step = self.step;
        if subject != Subject::Difference {
            return self.grid(subject).filter(|grid| grid.planes() > 1);
        }
        let factor = step.formula.x0[1];
        step.pred_text.zip(step.pred_uncond.as_ref()?, |t, u| factor * (t - u))
    }

    fn channels_title(&self, subject: Subject) -> Option<&str> {
        (subject == Subject::Difference).then(|| self.words.text("step.in-x0"))
    }
}

/// The planes of a grid in a row, as many as fit, each with its number.
fn channels(
    scene: &Scene,
    grid: &Grid,
    title: Option<&str>,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
) {
    let mut area = area;
    let limit = if title.is_some() {
        let whole = Grid::new(&[1, 1, grid.len()], grid.data().to_vec());
        SIGNED_LIMIT / whole.map_or(1.0, |all| factor_for(&all, SIGNED_LIMIT))
    } else {
        SIGNED_LIMIT
    };
    if let Some(title) = title {
        let (head, rest) = layout::top(area, 1);
        text::put(buf, head, title, ground.strong());
        area = rest;
    }
    let small =
        Rect { width: area.width.min(16), height: area.height.saturating_sub(2).min(8), ..area };
    let size = Fit::of(grid.width(), grid.height(), small).area;
    if size.height < 3 || size.width < 4 {
        return;
    }
    let map = Map::Signed { limit };
    let (columns, rows) = (area.width / (size.width + 2), area.height / (size.height + 2));
    for i in 0..grid.planes().min(usize::from(columns) * usize::from(rows)) {
        let (column, row) = (i as u16 % columns, i as u16 / columns);
        let place = layout::left(area, column * (size.width + 2), 0).1;
        let place = layout::top(place, row * (size.height + 2)).1;
        let (head, body) = layout::top(Rect { width: size.width, ..place }, 1);
        let name = scene.words.fill("step.all-channels", &[("channel", &(i + 1).to_string())]);
        text::put(buf, head, &name, ground.dim());
        let body = Rect { height: size.height, ..body };
        heatmap::draw(&plane_of(grid, i), 0, map, body, ground, buf);
    }
    let under = (rows.min((grid.planes() as u16).div_ceil(columns.max(1)))) * (size.height + 2);
    heatmap::legend(map, layout::row(area, under.saturating_sub(1)), ground, buf);
}

//! The pictures that a word is taught from, as many and as large as there is room for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Scene;
use crate::views::Slot;
use crate::views::parts::{layout, picture, text};
use crate::walk::LessonPicture;

/// Columns and rows of a picture, the largest first: 64 pixels as means of 2 × 2 to 8 × 8.
const SIZES: [(u16, u16); 6] = [(32, 16), (22, 11), (16, 8), (13, 7), (10, 5), (8, 4)];
/// Columns between two pictures.
const GAP: u16 = 2;
/// So many pictures are to be seen rather than fewer large ones.
const WANTED: usize = 5;

/// What is said under each picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing.
    Nothing,
    /// Its colour and its background, as they were told from the pixels.
    Colours,
}

impl Said {
    const fn rows(self) -> u16 {
        match self {
            Self::Nothing => 0,
            Self::Colours => 2,
        }
    }
}

/// Draws them, row after row.
pub(super) fn draw(
    scene: Scene,
    pictures: &[LessonPicture],
    said: Said,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let across = |width: u16| (area.width + GAP) / (width + GAP);
    let down = |height: u16| area.height / (height + said.rows()).max(1);
    let room = |(width, height): (u16, u16)| usize::from(across(width) * down(height));
    let wanted = pictures.len().min(WANTED);
    let fitting = SIZES.into_iter().find(|size| room(*size) >= wanted);
    let Some((width, height)) = fitting.or_else(|| SIZES.into_iter().rfind(|s| room(*s) > 0))
    else {
        return;
    };
    let columns = across(width);
    for (i, one) in (0u16..).zip(pictures.iter().take(room((width, height)))) {
        let (column, row) = (i % columns, i / columns);
        let place = layout::left(area, column * (width + GAP), 0).1;
        let place = layout::top(place, row * (height + said.rows())).1;
        let (cells, under) = layout::top(layout::left(place, width, 0).0, height);
        picture::draw(&one.picture, cells, scene.ground, buf, slots);
        if said == Said::Colours {
            draw_colours(scene, one, under, buf);
        }
    }
}

fn draw_colours(scene: Scene, one: &LessonPicture, area: Rect, buf: &mut Buffer) {
    let Scene { words, ground, .. } = scene;
    let untold = || words.text("teaching.untold").to_owned();
    let colour = one.colour.clone().unwrap_or_else(untold);
    let background = one
        .background
        .as_ref()
        .map_or_else(untold, |name| words.fill("teaching.on", &[("background", name)]));
    text::put(buf, layout::row(area, 0), &colour, ground.prompt());
    text::put(buf, layout::row(area, 1), &background, ground.prompt());
}

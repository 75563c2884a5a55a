//! The form of a teaching, with the pictures that it names under it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Scene, intensity, kind, lesson};
use crate::app::teaching::{PicturesRow, TeachRow};
use crate::views::Slot;
use crate::views::parts::{field, layout, text};

/// Columns of the rows' names.
const LABEL: u16 = 18;

/// Draws the rows and the pictures.
pub(super) fn draw(scene: Scene, area: Rect, buf: &mut Buffer, slots: &mut Vec<Slot>) {
    let Scene { teaching, words, ground } = scene;
    for (i, row) in (0..).zip(TeachRow::ALL) {
        draw_row(scene, row, layout::row(area, i), buf);
    }
    let under = layout::top(area, TeachRow::ALL.len() as u16 + 1).1;
    let (head, pictures) = layout::top(under, 1);
    let Some(shown) = teaching.shown() else {
        let missing = teaching.form.from().is_none();
        let key = if missing { "teaching.no-where" } else { "teaching.looking" };
        text::put(buf, head, words.text(key), ground.dim());
        return;
    };
    let count = shown.pictures.len().to_string();
    let title = words.fill("teaching.lesson-told", &[("count", &count)]);
    text::put(buf, head, &title, ground.strong());
    lesson::draw(scene, &shown.pictures, lesson::Said::Colours, pictures, buf, slots);
}

fn draw_row(scene: Scene, row: TeachRow, area: Rect, buf: &mut Buffer) {
    let Scene { teaching, words, ground } = scene;
    let form = &teaching.form;
    let chosen = form.row() == row;
    let (label, rest) = layout::left(area, LABEL.min(area.width / 2), 1);
    let (sign, style) = if chosen { ("▸ ", ground.strong()) } else { ("  ", ground.dim()) };
    text::put_spans(buf, label, &[(sign, style), (words.text(name(row)), style)]);
    if let Some(typed) = form.typed(row) {
        let empty = match form.pictures {
            _ if row == TeachRow::Word => "teaching.word-empty",
            PicturesRow::Drawing => "teaching.drawing-empty",
            PicturesRow::Folder | PicturesRow::Inside => "teaching.folder-empty",
        };
        let cursor = chosen.then_some(typed.cursor);
        field::draw(&typed.text, cursor, words.text(empty), rest, ground, buf);
        return;
    }
    let value = value(scene, row);
    if chosen && row != TeachRow::Where {
        let spans = [("‹ ", ground.dim()), (&*value, ground.strong()), (" ›", ground.dim())];
        text::put_spans(buf, rest, &spans);
    } else {
        text::put(buf, rest, &value, ground.fact());
    }
}

const fn name(row: TeachRow) -> &'static str {
    match row {
        TeachRow::Word => "teaching.word",
        TeachRow::Pictures => "teaching.pictures",
        TeachRow::Where => "teaching.where",
        TeachRow::Learns => "teaching.learns",
        TeachRow::Intensity => "teaching.intensity",
    }
}

/// What a row holds that is turned.
fn value(scene: Scene, row: TeachRow) -> String {
    let Scene { teaching, words, .. } = scene;
    let form = &teaching.form;
    match row {
        TeachRow::Word | TeachRow::Where => words.text("teaching.nowhere").to_owned(),
        TeachRow::Pictures => words
            .text(match form.pictures {
                PicturesRow::Inside => "teaching.inside",
                PicturesRow::Folder => "teaching.folder",
                PicturesRow::Drawing => "teaching.drawing",
            })
            .to_owned(),
        TeachRow::Learns => kind(words, form.kind(), false).to_owned(),
        TeachRow::Intensity => {
            let (asked, keep) = form.intensity.teaching(String::new(), form.kind());
            let (steps, rate) = (asked.steps.to_string(), asked.rate.to_string());
            let name = intensity(words, form.intensity);
            let facts = [("name", name), ("steps", &*steps), ("rate", &*rate)];
            let told = words.fill("teaching.dose", &facts);
            if keep == 0 {
                return told;
            }
            told + &words.fill("teaching.kept", &[("count", &keep.to_string())])
        }
    }
}

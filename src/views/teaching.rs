//! A word taught: the form, then the loss and what the model draws as it learns, then what came of
//! it.

mod form;
mod learned;
mod learning;
mod lesson;
mod pair;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, text};
use super::screen::{Bands, line, toast};
use super::{Slot, hints, notes};
use crate::app::teaching::{Phase, TeachRow, Teaching};
use crate::app::{App, PathPurpose};
use crate::walk::{Intensity, TaughtKind};
use crate::words::Words;

/// What the parts of the screen are drawn from.
#[derive(Clone, Copy)]
struct Scene<'a> {
    teaching: &'a Teaching,
    words: Words,
    ground: &'a Ground,
}

/// Draws the whole screen.
pub(crate) fn draw(
    app: &App,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let bands = Bands::of(app, area);
    let scene = Scene { teaching: &app.teaching, words: app.words(), ground };
    draw_title(scene, layout::inset(bands.title, 1, 0), buf);
    line(ground, bands.upper_line, buf);
    let rail = layout::inset(bands.rail, 1, 0);
    match app.teaching.phase {
        Phase::Form => {
            text::put(buf, rail, scene.words.text("teaching.subtitle"), ground.dim());
            form::draw(scene, bands.view, buf, slots);
        }
        Phase::Learning => {
            learning::draw_progress(scene, rail, buf);
            learning::draw(scene, bands.view, buf, slots);
        }
        Phase::Learned => {
            learned::draw_summary(scene, rail, buf);
            learned::draw(scene, bands.view, buf, slots);
        }
    }
    line(ground, bands.lower_line, buf);
    super::lesson::draw_place(app, ground, bands.lower_line, buf);
    toast(app, ground, layout::inset(bands.lower_line, 2, 0), buf);
    notes::draw(app, ground, bands.notes, buf);
    hints::draw(app, ground, bands.hints, buf);
}

/// What is taught, and how.
fn draw_title(scene: Scene, area: Rect, buf: &mut Buffer) {
    let Scene { teaching, words, ground } = scene;
    let lesson = teaching.lesson.as_ref().filter(|_| teaching.phase != Phase::Form);
    let facts = lesson.map_or_else(String::new, |lesson| {
        let teaching = &lesson.teaching;
        format!("{}  {}", kind(words, teaching.kind, true), intensity(words, scene.intensity()))
    });
    let wide = text::put_right(buf, area, &facts, ground.fact());
    let (left, _) = layout::left(area, area.width.saturating_sub(wide + 2), 0);
    let title = words.text("teaching.title");
    let word = lesson.map_or("", |lesson| lesson.teaching.word.as_str());
    let spans = [(title, ground.strong()), ("  ", ground.fact()), (word, ground.prompt())];
    text::put_spans(buf, left, &spans);
}

impl Scene<'_> {
    /// How hard the word is taught.
    const fn intensity(self) -> Intensity {
        self.teaching.form.intensity
    }
}

/// What learns, in a few words or with its name in the field.
fn kind(words: Words, kind: TaughtKind, short: bool) -> &'static str {
    words.text(match (kind, short) {
        (TaughtKind::Vectors(_), true) => "teaching.vectors",
        (TaughtKind::Lora { .. }, true) => "teaching.lora",
        (TaughtKind::Vectors(_), false) => "teaching.vectors-long",
        (TaughtKind::Lora { .. }, false) => "teaching.lora-long",
    })
}

fn intensity(words: Words, intensity: Intensity) -> &'static str {
    words.text(match intensity {
        Intensity::Gentle => "teaching.gentle",
        Intensity::ManySteps => "teaching.many-steps",
        Intensity::HighRate => "teaching.high-rate",
    })
}

/// The stem of the notes for this screen as it is.
pub(super) fn note(teaching: &Teaching) -> &'static str {
    if teaching.phase == Phase::Form {
        return match teaching.form.row() {
            TeachRow::Word => "teach-word",
            TeachRow::Pictures | TeachRow::Where => "teach-pictures",
            TeachRow::Learns if teaching.form.lora => "teach-lora",
            TeachRow::Learns => "teach-vectors",
            TeachRow::Intensity => "teach-intensity",
        };
    }
    match (teaching.form.intensity, teaching.form.lora) {
        (Intensity::Gentle, false) => "learning-vectors",
        (Intensity::Gentle, true) => "learning-lora",
        (_, false) => "learning-hard-vectors",
        (_, true) => "learning-hard-lora",
    }
}

/// The title and the note of the box for the file's name.
pub(super) const fn naming(purpose: PathPurpose) -> Option<(&'static str, &'static str)> {
    match purpose {
        PathPurpose::WriteTaught => Some(("typing.taught", "typing.taught-note")),
        PathPurpose::WalkTaught => Some(("typing.taught", "typing.taught-walk-note")),
        _ => None,
    }
}

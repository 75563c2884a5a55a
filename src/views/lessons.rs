//! The lessons inside the program: their titles and lengths, and what the chosen one teaches.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::hints;
use super::parts::theme::Ground;
use super::parts::{layout, panel, text};
use crate::app::App;
use crate::lesson::{Lesson, shipped_lessons};

/// Draws the list with the chosen lesson; gives the place that it covers.
pub(crate) fn draw(
    app: &App,
    chosen: usize,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let words = app.words();
    let lessons = shipped_lessons(app.language);
    let most = lessons.iter().map(|lesson| lesson.head.teaches.len()).max().unwrap_or(0);
    // The frame, the list, a gap, what is taught, a gap, the hints.
    let rows = u16::try_from(2 + lessons.len() + 1 + most + 2).unwrap_or(u16::MAX);
    let size = (90, area.height.min(rows));
    let (place, inside) = panel::draw(words.text("lesson.list-title"), size, area, ground, buf);
    let (body, foot) = layout::bottom(inside, 1);
    let (body, _) = layout::bottom(body, 1);
    let chosen = chosen.min(lessons.len().saturating_sub(1));
    let below_rows = u16::try_from(most + 1).unwrap_or(u16::MAX).min(body.height / 2);
    let (list, below) = layout::bottom(body, below_rows);
    let room = usize::from(list.height);
    let first = chosen.saturating_sub(room / 2).min(lessons.len().saturating_sub(room));
    for (row, (at, lesson)) in (0..list.height).zip(lessons.iter().enumerate().skip(first)) {
        draw_row(app, lesson, (at, at == chosen), ground, layout::row(list, row), buf);
    }
    let taught = lessons.get(chosen).map_or(&[][..], |lesson| &lesson.head.teaches);
    let (_, below) = layout::top(below, 1);
    for (row, what) in (0..below.height).zip(taught) {
        let spans = [("    · ", ground.dim()), (what.as_str(), ground.fact())];
        text::put_spans(buf, layout::row(below, row), &spans);
    }
    hints::draw(app, ground, foot, buf);
    place
}

fn draw_row(
    app: &App,
    lesson: &Lesson,
    (at, chosen): (usize, bool),
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let (minutes, questions) = (lesson.head.minutes.to_string(), lesson.questions().to_string());
    let facts = [("minutes", minutes.as_str()), ("questions", &questions)];
    let about = app.words().fill("lesson.about", &facts);
    let wide = text::put_right(buf, area, &about, ground.dim());
    let (title, _) = layout::left(area, area.width.saturating_sub(wide + 2), 0);
    let (sign, style) = if chosen { ("▸ ", ground.strong()) } else { ("  ", ground.fact()) };
    let number = format!("{:>2}  ", at + 1);
    let spans =
        [(sign, ground.prompt()), (&number, ground.dim()), (lesson.head.title.as_str(), style)];
    text::put_spans(buf, title, &spans);
}

//! What is said of what is on screen: the notes, or the text of a beat, once in each language that
//! is shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::parts::{layout, text};
use super::{asked, lesson, notes};
use crate::app::App;
use crate::lesson::QuestionKind;

/// Rows that one language may take.
const MOST: u16 = 5;

/// The sentences, the first language first.
pub(crate) fn said(app: &App) -> Vec<String> {
    match app.lesson_now() {
        Some(open) => lesson::said(app, open),
        None => {
            app.tongues().into_iter().filter_map(|language| notes::said(app, language)).collect()
        }
    }
}

/// The rows that they take in so many columns.
pub(crate) fn rows(said: &[String], width: u16) -> u16 {
    said.iter().map(|text| rows_of(text, width)).sum()
}

fn rows_of(text: &str, width: u16) -> u16 {
    let rows = text::wrap(&text::escape(text), width).len();
    u16::try_from(rows).unwrap_or(u16::MAX).min(MOST)
}

/// Draws one under the other.
pub(crate) fn draw(said: &[String], style: Style, area: Rect, buf: &mut Buffer) {
    let mut rest = area;
    for text in said {
        let used = text::put_wrapped(buf, rest, text, style);
        rest = layout::top(rest, used).1;
    }
}

/// What was right, once it is shown: `✓ b  a few whole numbers`. A room has no answer of its own
/// that a verdict could be given on.
pub(crate) fn answered(app: &App) -> Vec<String> {
    let line = || {
        let open = app.lesson_now().filter(|open| !open.asking)?;
        let question = open.beat()?.question.as_ref()?;
        let letter = |place: &usize| char::from(b'a' + u8::try_from(*place).unwrap_or(0));
        Some(match question.kind {
            QuestionKind::Choice => {
                let place = question.letters()?.first().copied()?;
                let choices = asked::of(app, open)?.choices;
                format!("✓ {}  {}", letter(&place), choices.get(place)?)
            }
            QuestionKind::Order => {
                let letters: Vec<String> =
                    question.letters()?.iter().map(|place| letter(place).to_string()).collect();
                format!("✓ {}", letters.join(" "))
            }
            QuestionKind::Number => {
                let facts = app.facts();
                question.number(&facts)?;
                format!("✓ {}", crate::lesson::fill(&question.answer, &facts))
            }
            QuestionKind::Thought => return None,
        })
    };
    line().into_iter().collect()
}

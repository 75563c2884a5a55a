//! The form for a branch: what is different from a step on, over which noise levels it goes on,
//! and what starts afresh there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::parts::theme::Ground;
use super::parts::{layout, numbers, panel, text};
use super::{form, hints, notes};
use crate::app::{App, ForkRow, Forking};
use crate::walk::Sampler;
use crate::words::Words;

/// Draws the form; gives the place that it covers.
pub(crate) fn draw(
    app: &App,
    forking: &Forking,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let words = app.words();
    let step = (forking.step + 1).to_string();
    let steps = forking.parent.settings.steps.to_string();
    let title = words.fill("fork.title", &[("step", &step), ("steps", &steps)]);
    let (place, inside) = panel::draw(&title, (84, area.height.min(24)), area, ground, buf);
    let (rest, foot) = layout::bottom(inside, 1);
    let (rows, notes) = layout::top(rest, ForkRow::ALL.len() as u16);
    let first = forking
        .chosen
        .saturating_sub(usize::from(rows.height).saturating_sub(1))
        .min(ForkRow::ALL.len());
    for (i, row) in (0..rows.height).zip(ForkRow::ALL.into_iter().skip(first)) {
        draw_row(words, forking, row, ground, layout::row(rows, i), buf);
    }
    let notes = layout::top(notes, 1).1;
    let (what, under) = layout::top(notes, 2);
    if app.problem.is_some() {
        notes::draw_problem(app, ground, what, buf);
    } else {
        let note = words.text(&format!("fork.{}-note", forking.row().stem())).to_owned();
        text::put_wrapped(buf, what, &note, ground.fact());
    }
    let mut under = layout::top(under, u16::from(under.height > 6)).1;
    for sentence in sentences(words, forking) {
        let used = text::put_wrapped(buf, under, &sentence, ground.dim());
        under = layout::top(under, used).1;
    }
    hints::draw(app, ground, foot, buf);
    place
}

fn draw_row(
    words: Words,
    forking: &Forking,
    row: ForkRow,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
) {
    let mut value = forking.value(row);
    match row {
        ForkRow::OffWay => {
            let key = format!("fork.way-{}", value.text);
            words.text(&key).clone_into(&mut value.text);
        }
        ForkRow::Lora if value.text.is_empty() => {
            words.text("fork.no-lora").clone_into(&mut value.text);
        }
        ForkRow::Off if value.unset => words.text("fork.none").clone_into(&mut value.text),
        _ => {}
    }
    // What belongs to a row that is not set means nothing yet.
    let belongs = matches!(row, ForkRow::FreshSeed | ForkRow::BlendWeight | ForkRow::OffWay);
    let same = match value.unset {
        true if belongs => "",
        true => words.text("beside.as-it-is"),
        false => words.text("beside.other"),
    };
    let drawn = form::Row {
        label: words.text(&format!("fork.{}", row.stem())).to_owned(),
        origin: same,
        value: &value,
        chosen: row == forking.row(),
        types: row.types(),
        editing: forking.editing.as_deref(),
    };
    form::draw(&drawn, ground, area, buf);
}

/// What is to be known before the branch is made.
fn sentences(words: Words, forking: &Forking) -> Vec<String> {
    let levels: Vec<String> = forking.levels.iter().map(|&s| numbers::short(s)).collect();
    let shown = if levels.len() > 14 {
        format!("{} … {}", levels[..8].join(" "), levels[levels.len() - 5..].join(" "))
    } else {
        levels.join(" ")
    };
    let count = levels.len().saturating_sub(1).to_string();
    let mut sentences = vec![words.fill("fork.levels", &[("count", &count), ("levels", &shown)])];
    let sampler = forking.sampler();
    if forking.parent.change.sampler.is_some() {
        let key = match sampler {
            Sampler::Pndm => "fork.restart-multistep",
            _ if sampler.remembers() => "fork.restart-order",
            _ => "fork.restart",
        };
        sentences.push(words.fill(key, &[("sampler", sampler.name())]));
    }
    let past = forking.parent.call.to_string();
    sentences.push(words.fill("fork.past", &[("count", &past)]));
    if forking.recorded {
        sentences.push(words.text("fork.recorded").to_owned());
    }
    sentences
}

//! The chosen piece in sentences: where it stands and how its word was put together, how near its
//! vector is to the others, and where it was drawn on.

use super::beside::turn;
use super::line;
use super::moment::Moment;
use super::plane::ends;
use crate::app::App;
use crate::print::describe::whereabouts;
use crate::walk::{Encoding, Frame, Grid};
use crate::words::{Words, visible};

/// The chosen piece, where a piece can be chosen.
pub(super) fn piece(app: &App) -> Option<Moment> {
    let turn = match app.walk.frame()? {
        Frame::Tokens(_) | Frame::Embeddings(_) => turn(app),
        Frame::Step(step) => {
            step.attention.as_ref()?;
            0
        }
        _ => return None,
    };
    Some(Moment::Piece(app.walk.at, app.look.piece, turn))
}

/// Says what the chosen piece is at this stage.
pub(super) fn say(app: &App, text: &mut String) {
    let (words, look) = (app.words(), &app.look);
    let Some(prompt) = app.walk.encoding() else { return };
    let labels = prompt.row_labels();
    let Some(label) = labels.get(look.piece) else { return };
    let label = named(words, look.piece, labels.len(), label);
    match app.walk.frame() {
        Some(Frame::Tokens(_)) => token(prompt, look.piece, (&label, turn(app)), words, text),
        Some(Frame::Embeddings(embeddings)) => {
            let state = turn(app);
            let Some(vectors) = embeddings.vectors(embeddings.state(state)) else { return };
            let alike: Vec<String> = (1..labels.len().saturating_sub(1))
                .filter(|row| *row != look.piece)
                .map(|row| {
                    let cosine = cosine(vectors.row(look.piece), vectors.row(row));
                    format!("{} {cosine:.2}", visible(&labels[row])).replace('-', "−")
                })
                .collect();
            let facts = [
                ("piece", &*label),
                ("layer", &(state + 1).to_string()),
                ("layers", &embeddings.states().to_string()),
                ("alike", &alike.join(words.text("print.plain.separator"))),
            ];
            line(text, &words.fill("dialogue.alike", &facts));
        }
        Some(Frame::Step(step)) => {
            if let Some(attention) = &step.attention {
                drawn_on(&attention.rows, (look.piece, &label), words, text);
            }
        }
        _ => {}
    }
}

/// The start and the end mark by their names.
fn named(words: Words, row: usize, rows: usize, label: &str) -> String {
    match row {
        0 => words.text("dialogue.start-mark").to_owned(),
        _ if row + 1 == rows => words.text("dialogue.end-mark").to_owned(),
        _ => visible(label),
    }
}

/// Where a piece stands, and how its word was put together.
fn token(
    prompt: &Encoding,
    row: usize,
    (label, turn): (&str, usize),
    words: Words,
    text: &mut String,
) {
    let id = prompt.ids.get(row).copied().unwrap_or_default().to_string();
    let (number, place) = (row.to_string(), (row + 1).to_string());
    let facts = [("number", number.as_str()), ("piece", label), ("place", &place), ("id", &id)];
    line(text, &words.fill("dialogue.piece", &facts));
    let place = row.checked_sub(1);
    let word = place.and_then(|at| prompt.words.iter().find(|word| word.pieces.contains(&at)));
    let Some(word) = word.filter(|word| !word.merges.is_empty()) else { return };
    let separator = words.text("dialogue.apart");
    let parts = |merges: usize| {
        let parts: Vec<String> =
            word.after(merges).iter().map(|part| visible(part.trim_end_matches("</w>"))).collect();
        parts.join(separator)
    };
    let facts = [
        ("word", &*visible(&word.text)),
        ("done", &turn.to_string()),
        ("all", &word.merges.len().to_string()),
        ("parts", &parts(turn)),
    ];
    line(text, &words.fill("dialogue.merges", &facts));
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    let length = (dot(a, a) * dot(b, b)).sqrt();
    if length > 0.0 { dot(a, b) / length } else { 0.0 }
}

/// How much of the picture drew on a piece, and where most.
fn drawn_on(rows: &Grid, (row, label): (usize, &str), words: Words, text: &mut String) {
    if row >= rows.planes() {
        return;
    }
    let shares = rows.plane(row);
    let whole = shares.iter().sum::<f32>() / shares.len().max(1) as f32;
    let most = shares.iter().copied().fold(0.0, f32::max);
    let ((across, down), _) = ends(rows, row);
    let facts = [
        ("piece", label),
        ("share", &*format!("{:.0}", whole * 100.0)),
        ("most", &format!("{:.0}", most * 100.0)),
        ("place", words.text(whereabouts(across, down))),
    ];
    line(text, &words.fill("dialogue.attention", &facts));
}

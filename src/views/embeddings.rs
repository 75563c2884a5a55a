//! The vectors: a strip of colour for each piece, how alike they are before and after the
//! encoder, and each word's neighbours in the table.

mod facts;
mod table;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Slot;
use super::parts::theme::Ground;
use super::parts::{layout, text};
use crate::app::App;
use crate::walk::{Embeddings, Encoding, Frame, Grid, Stage};

/// What the view looks at: one state of the prompt's row of the batch.
struct Seen<'a> {
    frame: &'a Embeddings,
    /// Labels of the rows: start mark, pieces, end mark.
    labels: Vec<String>,
    /// How many pieces the prompt has.
    kept: usize,
    /// `[77,D]`: the chosen state.
    here: Grid,
    /// `[77,D]`: token and position vectors, before the encoder.
    before: Grid,
    /// The chosen state, from 0; the last one is after the final norm.
    state: usize,
    /// How many states there are.
    states: usize,
}

impl<'a> Seen<'a> {
    fn of(app: &App, frame: &'a Embeddings) -> Option<Self> {
        let encoder = frame.encoders.first()?;
        let states = encoder.layers.len() + 1;
        let state = app.look.turn[Stage::Embeddings.index()].min(states - 1);
        let grid = encoder.layers.get(state).unwrap_or(&encoder.last);
        let encoding = encoding(app)?;
        Some(Self {
            frame,
            labels: encoding.row_labels(),
            kept: encoding.kept,
            here: last_of_batch(grid)?,
            before: last_of_batch(encoder.layers.first().unwrap_or(&encoder.last))?,
            state,
            states,
        })
    }

    /// The label of a row, also of padding.
    fn label(&self, row: usize) -> &str {
        self.labels.get(row).map_or("pad", String::as_str)
    }
}

/// The prompt as the first encoder cut it.
fn encoding(app: &App) -> Option<&Encoding> {
    app.walk.frames.iter().find_map(|frame| match frame {
        Frame::Tokens(tokens) => tokens.encoders.first().map(|encoder| &encoder.prompt),
        _ => None,
    })
}

fn last_of_batch(grid: &Grid) -> Option<Grid> {
    let batch = grid.axis_from_end(2);
    match grid.shape().len() {
        3 => grid.at(batch.checked_sub(1)?),
        2 => Some(grid.clone()),
        _ => None,
    }
}

/// Draws the stage into the middle band.
pub(crate) fn draw(
    app: &App,
    frame: &Embeddings,
    ground: &Ground,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let Some(seen) = Seen::of(app, frame) else { return };
    let (head, rest) = layout::top(area, 1);
    draw_head(app, &seen, ground, head, buf);
    let facts_rows = if rest.height >= 12 { 4 } else { u16::from(rest.height >= 6) };
    let used = table::draw(
        app,
        &seen,
        ground,
        layout::top(rest, rest.height.saturating_sub(facts_rows)).0,
        buf,
    );
    facts::draw(app, &seen, ground, layout::top(rest, used).1, buf, slots);
}

/// Which state of the vectors is on screen, and what the matrix compares.
fn draw_head(app: &App, seen: &Seen, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = app.words();
    let layers = (seen.states - 2).to_string();
    let layer = seen.state.to_string();
    let facts = [("layer", layer.as_str()), ("layers", layers.as_str())];
    let state = if seen.state == 0 {
        words.text("embeddings.before").to_owned()
    } else if seen.state + 1 == seen.states {
        words.text("embeddings.final").to_owned()
    } else {
        words.fill("embeddings.layer", &facts)
    };
    let place = format!("{}/{} ", seen.state + 1, seen.states);
    let used = text::put_spans(
        buf,
        area,
        &[("▸ ", ground.strong()), (&place, ground.dim()), (&state, ground.strong())],
    );
    let rest = layout::left(area, used + 2, 0).1;
    if seen.kept > 1 {
        let key = if seen.state == 0 { "embeddings.cosines" } else { "embeddings.cosines-both" };
        let right = words.text(key);
        if text::width(right) <= rest.width {
            text::put_right(buf, rest, right, ground.dim());
        }
    }
}

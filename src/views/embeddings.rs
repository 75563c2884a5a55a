//! The vectors: a strip of colour for each piece, how alike they are before and after the
//! encoder, and each word's neighbours in the table.

mod facts;
mod table;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Slot;
use super::parts::heatmap::Map;
use super::parts::theme::Ground;
use super::parts::{layout, numbers, text};
use crate::app::App;
use crate::walk::{Embeddings, Encoding, Frame, Grid, Stage, TextState};
use crate::words::Words;

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
    /// The chosen state, and its place from 0.
    chosen: TextState,
    state: usize,
    /// How many states there are.
    states: usize,
}

impl<'a> Seen<'a> {
    fn of(app: &App, frame: &'a Embeddings) -> Option<Self> {
        let states = frame.states();
        let state = app.look.turn[Stage::Embeddings.index()].min(states - 1);
        let chosen = frame.state(state);
        let encoder = if let TextState::Layer { encoder, .. } = chosen { encoder } else { 0 };
        let encoding = encoding(app, encoder)?;
        Some(Self {
            frame,
            labels: encoding.row_labels(),
            kept: encoding.kept,
            here: frame.vectors(chosen)?,
            before: frame.before(chosen)?,
            chosen,
            state,
            states,
        })
    }

    /// Whether what is seen is there before any encoder.
    const fn is_before(&self) -> bool {
        matches!(self.chosen, TextState::Layer { layer: 0, .. })
    }

    /// The label of a row, also of padding.
    fn label(&self, row: usize) -> &str {
        self.labels.get(row).map_or("pad", String::as_str)
    }
}

/// The prompt as an encoder's tokenizer cut it.
fn encoding(app: &App, encoder: usize) -> Option<&Encoding> {
    app.walk.frames.iter().find_map(|frame| match frame {
        Frame::Tokens(tokens) => tokens.encoders.get(encoder).map(|encoder| &encoder.prompt),
        _ => None,
    })
}

/// The chosen piece's vector alone.
pub(super) struct Alone {
    /// The piece.
    pub(super) piece: String,
    /// Which state of the vectors.
    pub(super) state: String,
    /// Its numbers.
    pub(super) numbers: Vec<f32>,
    /// Their colours, those of all pieces.
    pub(super) map: Map,
}

/// The chosen piece's vector in the state that is turned to.
pub(super) fn alone(app: &App, frame: &Embeddings) -> Option<Alone> {
    let seen = Seen::of(app, frame)?;
    let row = app.look.piece.min(seen.here.height().saturating_sub(1));
    let rows = (0..seen.kept + 2).flat_map(|row| seen.here.row(row).iter().copied());
    Some(Alone {
        piece: seen.label(row).to_owned(),
        state: named(app.words(), &seen),
        numbers: seen.here.row(row).to_vec(),
        map: Map::signed(&rows.collect::<Vec<f32>>(), table::INSIDE),
    })
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
    let state = named(words, seen);
    let place = format!("{}/{} ", seen.state + 1, seen.states);
    let used = text::put_spans(
        buf,
        area,
        &[("▸ ", ground.strong()), (&place, ground.dim()), (&state, ground.strong())],
    );
    let rest = layout::left(area, used + 2, 0).1;
    if seen.kept > 1 {
        let key = if seen.is_before() { "embeddings.cosines" } else { "embeddings.cosines-both" };
        let right = words.text(key);
        if text::width(right) <= rest.width {
            text::put_right(buf, rest, right, ground.dim());
        }
    }
}

/// The name of a state: of one encoder its layers, of two also which it is.
fn named(words: Words, seen: &Seen) -> String {
    let encoders = &seen.frame.encoders;
    let several = if encoders.len() > 1 { "-of" } else { "" };
    let TextState::Layer { encoder, layer } = seen.chosen else {
        if encoders.len() < 2 {
            return words.text("embeddings.final").to_owned();
        }
        let widths = encoders.iter().map(|of| numbers::grouped(of.last.width() as u64));
        let list = widths.collect::<Vec<_>>().join(" + ");
        let sum = numbers::grouped(seen.here.width() as u64);
        return words.fill("embeddings.both", &[("list", &list), ("sum", &sum)]);
    };
    let layers = encoders.get(encoder).map_or(0, |of| of.layers.len().saturating_sub(1));
    let facts = [
        ("encoder", &*(encoder + 1).to_string()),
        ("layer", &*layer.to_string()),
        ("layers", &*layers.to_string()),
    ];
    let key = if layer == 0 { "embeddings.before" } else { "embeddings.layer" };
    words.fill(&format!("{key}{several}"), &facts)
}

//! A piece turned off: what the picture changed, beside what the piece's attention map claimed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::image::{lightness, numbers};
use super::{View, marks};
use crate::compare::{PictureDifference, Run, change_and_claim, claimed};
use crate::views::Slot;
use crate::views::parts::heatmap::Map;
use crate::views::parts::numbers::{fixed, short};
use crate::views::parts::{layout, text};
use crate::walk::{Grid, Off, Picture};

/// A branch without one of its parent's pieces, both with their pictures.
pub(super) struct Without<'a> {
    parent: (usize, &'a Run, Picture),
    branch: (usize, &'a Run, Picture),
    off: Off,
    call: usize,
}

impl<'a> Without<'a> {
    /// The chosen run, where it is such a branch and both pictures are there.
    pub(super) fn of(view: &View<'a>) -> Option<Self> {
        let comparison = view.comparison;
        let run = comparison.chosen_run()?;
        let off = off_of(run)?;
        let (parent, call) = run.parent?;
        let at = comparison.runs.iter().position(|run| run.id == parent)?;
        let parent = comparison.runs.get(at)?;
        Some(Self {
            parent: (at, parent, parent.image()?.picture()?),
            branch: (comparison.chosen, run, run.image()?.picture()?),
            off,
            call,
        })
    }

    /// Draws both pictures, their difference, and the map; what they have in common as a number.
    pub(super) fn draw(
        &self,
        view: &View,
        apart: &PictureDifference,
        area: Rect,
        buf: &mut Buffer,
        slots: &mut Vec<Slot>,
    ) {
        let (words, ground) = (view.words, view.ground);
        let claim = claimed(self.parent.1, self.off.place, self.call);
        let picture = words.text("beside.picture");
        let mut panels = vec![
            (Some(self.parent.0), Canvas::picture(picture, self.parent.2.clone())),
            (Some(self.branch.0), Canvas::picture(picture, self.branch.2.clone())),
            (None, lightness(view, apart, apart.limit)),
        ];
        if let Some(claim) = &claim {
            panels.push((None, map(view, self.parent.1, self.off, claim)));
        }
        let (pictures, facts) = layout::bottom(area, 4.min(area.height / 3));
        let mut lowest = 0;
        let columns = layout::columns(pictures, panels.len() as u16, 2);
        for ((place, canvas), column) in panels.iter().zip(columns) {
            let (head, body) = layout::top(column, 1);
            match place {
                Some(place) => {
                    let sign = format!("{} ", marks::sign(*place));
                    let name = view.name_of(*place);
                    let chosen = *place == view.comparison.chosen;
                    let style = if chosen { ground.chosen() } else { ground.strong() };
                    let spans = [(&*sign, marks::style(*place, ground)), (&*name, style)];
                    text::put_spans(buf, head, &spans);
                }
                None => {
                    text::put(buf, head, &canvas.label, ground.strong());
                }
            }
            let fit = canvas.draw(body, ground, buf, slots);
            lowest = lowest.max(fit.area.height + 1);
        }
        let under = layout::top(area, lowest).1;
        let facts = if under.height > facts.height { under } else { facts };
        let mut lines = vec![numbers(view, apart).join("   ")];
        lines.insert(
            0,
            match claim.as_ref().map(|map| change_and_claim(apart, map)) {
                Some(Ok(together)) => {
                    words.fill("beside.change-and-claim", &[("correlation", &fixed(together, 2))])
                }
                Some(Err(reason)) => view.reason(&reason),
                None => words.text("step.no-attention").to_owned(),
            },
        );
        let mut rest = layout::top(facts, u16::from(facts.height > 4)).1;
        for line in lines {
            let used = text::put_wrapped(buf, rest, &line, ground.fact());
            rest = layout::top(rest, used).1;
        }
        text::put_wrapped(buf, rest, words.text("beside.claim-note"), ground.dim());
    }
}

/// The piece that a branch turned off.
pub(super) fn off_of(run: &Run) -> Option<Off> {
    run.settings.as_ref()?.fork.as_ref()?.change.off
}

/// The attention map of that piece, from 0 to its largest share.
pub(super) fn map(view: &View, parent: &Run, off: Off, map: &Grid) -> Canvas {
    let high = map.data().iter().copied().filter(|x| x.is_finite()).fold(0.01, f32::max);
    let pieces = parent.tokens().and_then(|tokens| tokens.encoders.first());
    let piece = pieces
        .zip(off.place.checked_sub(1))
        .and_then(|(encoder, at)| encoder.prompt.pieces.get(at))
        .map_or_else(String::new, |piece| piece.text.clone());
    let label = view.words.fill("beside.claimed", &[("piece", &*piece), ("high", &short(high))]);
    Canvas::numbers(label, map.clone(), Map::Unsigned { low: 0.0, high })
}

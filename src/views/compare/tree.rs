//! Forks as a tree: which run left which, at what step, and what was changed there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{View, marks};
use crate::compare::{State, family_tree};
use crate::views::parts::theme::Marks;
use crate::views::parts::{layout, text};

/// Draws as many lines as fit, around the chosen run.
pub(super) fn draw(view: &View, area: Rect, buf: &mut Buffer) {
    let (head, body) = layout::top(area, 1);
    text::put(buf, head, view.words.text("beside.tree"), view.ground.strong());
    let tree = family_tree(&view.comparison.runs);
    let chosen = tree.iter().position(|b| b.run == view.comparison.chosen).unwrap_or(0);
    let room = usize::from(body.height).max(1);
    let first = (chosen + 1).saturating_sub(room);
    for (i, branch) in (0..body.height).zip(tree.iter().skip(first)) {
        let Some(run) = view.comparison.runs.get(branch.run) else { continue };
        let glyphs = branch.glyphs(view.ground.marks == Marks::Ascii);
        let sign = format!("{} ", marks::sign(branch.run));
        let here = branch.run == view.comparison.chosen;
        let style = match (&run.state, here) {
            (State::Failed(_), _) => view.ground.wrong(),
            (_, true) => view.ground.chosen(),
            _ => view.ground.fact(),
        };
        let spans = [
            (&*glyphs, view.ground.line()),
            (&*sign, marks::style(branch.run, view.ground)),
            (&*run.name, style),
        ];
        text::put_spans(buf, layout::row(body, i), &spans);
    }
}

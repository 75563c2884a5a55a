//! What was laid over the model, or how two models differ: a sentence for the networks, a strip of
//! layers for each, and the layers that changed most as bars.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::hints;
use super::parts::heatmap::{self, Map};
use super::parts::theme::Ground;
use super::parts::{changes, layout, panel, text};
use crate::app::{App, Layers};
use crate::walk::{Attachment, AttachmentKind, LayerChange, LayerStrip, ModelsApart};
use crate::words::Words;

/// Draws it over the screen; gives the place that it covers.
pub(crate) fn draw(app: &App, ground: &Ground, area: Rect, buf: &mut Buffer) -> Rect {
    let words = app.words();
    let shown = app.layers();
    let title = words.text(match shown {
        Some(Layers::Models(_) | Layers::Pending(_)) => "layers.models-title",
        Some(Layers::Attached { .. }) | None => "layers.title",
    });
    let size = (100, area.height.min(34));
    let (place, inside) = panel::draw(title, size, area, ground, buf);
    let (body, foot) = layout::bottom(inside, 1);
    let page = Page { words, ground };
    match shown {
        Some(Layers::Attached { attachments, changes }) => {
            page.attached(attachments, changes, body, buf);
        }
        Some(Layers::Models(apart)) => page.models(apart, body, buf),
        Some(Layers::Pending(names)) => {
            let facts = [("one", names[0]), ("other", names[1])];
            text::put_wrapped(buf, body, &words.fill("layers.pending", &facts), ground.fact());
        }
        None => {}
    }
    hints::draw(app, ground, foot, buf);
    place
}

struct Page<'a> {
    words: Words,
    ground: &'a Ground,
}

impl Page<'_> {
    fn attached(
        &self,
        attachments: &[Attachment],
        all: &[LayerChange],
        area: Rect,
        buf: &mut Buffer,
    ) {
        let mut rest = area;
        for attachment in attachments.iter().take(3) {
            let line = self.named(attachment);
            text::put(buf, layout::row(rest, 0), &line, self.ground.prompt());
            rest = layout::top(rest, 1).1;
        }
        let rest = self.strips(all, layout::top(rest, 1).1, buf);
        changes::draw(all, self.words, self.ground, rest, buf);
    }

    fn named(&self, attachment: &Attachment) -> String {
        let name = text::escape(&attachment.name);
        match attachment.kind {
            AttachmentKind::Lora => {
                let scale = attachment.scale.unwrap_or(1.0).to_string();
                self.words.fill("layers.lora", &[("name", &name), ("scale", &scale)])
            }
            AttachmentKind::Embedding => {
                let token = text::escape(attachment.token.as_deref().unwrap_or_default());
                let vectors = attachment.vectors.to_string();
                let facts = [("name", &*name), ("token", &token), ("vectors", &vectors)];
                self.words.fill("layers.embedding", &facts)
            }
        }
    }

    fn models(&self, apart: &ModelsApart, area: Rect, buf: &mut Buffer) {
        let (words, ground) = (self.words, self.ground);
        let facts = [("one", &*apart.names[0]), ("other", &apart.names[1])];
        let used = text::put_wrapped(
            buf,
            layout::top(area, 2).0,
            &words.fill("layers.models", &facts),
            ground.strong(),
        );
        let mut rest = layout::top(area, used).1;
        if apart.same() {
            text::put_wrapped(buf, rest, words.text("layers.same"), ground.fact());
            return;
        }
        if !apart.unlike.is_empty() {
            let count = apart.unlike.len().to_string();
            let line = words.fill("layers.unlike", &[("count", &count)]);
            let used = text::put_wrapped(buf, layout::top(rest, 2).0, &line, ground.fact());
            rest = layout::top(rest, used).1;
        }
        let rest = self.strips(&apart.layers, layout::top(rest, 1).1, buf);
        changes::draw(&apart.changed(), words, ground, rest, buf);
    }

    /// A strip for each network, all on one scale; gives what is left under them.
    fn strips(&self, all: &[LayerChange], area: Rect, buf: &mut Buffer) -> Rect {
        let (words, ground) = (self.words, self.ground);
        let strips = LayerStrip::of(all, usize::from(area.width));
        let most = strips.iter().map(LayerStrip::most).fold(0.0, f32::max);
        let map = Map::Unsigned { low: 0.0, high: if most > 0.0 { most } else { 1.0 } };
        let mut rest = area;
        for strip in &strips {
            let name = words.text(&format!("print.attached.{}", strip.network.name())).to_owned();
            let facts = [
                ("network", &*name),
                ("changed", &strip.changed.to_string()),
                ("layers", &strip.layers.to_string()),
                ("most", &LayerChange::percent(strip.most())),
            ];
            text::put(
                buf,
                layout::row(rest, 0),
                &words.fill("layers.strip", &facts),
                ground.fact(),
            );
            let row = layout::row(rest, 1);
            let (_, painted) = heatmap::strip(&strip.changes, map, row, ground, buf);
            let blocks = strip.names(usize::from(painted));
            text::put(buf, layout::row(rest, 2), &blocks, ground.dim());
            rest = layout::top(rest, 3).1;
        }
        let scale = Rect { width: rest.width.min(40), ..layout::row(rest, 0) };
        heatmap::legend(map, scale, ground, buf);
        layout::top(rest, 2).1
    }
}

//! True pictures and plots over the cells that stand for them, encoded on a thread of their own.
//!
//! The views draw every picture in half-blocks and every curve in dots first. Once its pixels are encoded for this
//! terminal they are laid over those cells, so that nothing flashes and no key waits.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use image::{DynamicImage, RgbImage};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::Style;
use ratatui::widgets::Widget;
use ratatui_image::picker::{Picker, ProtocolType};
use ratatui_image::protocol::Protocol;
use ratatui_image::{FilterType, FontSize, Image, Resize};

use super::Message;
use crate::export::plots;
use crate::views::{Shown, Slot};
use crate::walk::{Curves, Picture};

/// So many encoded pictures are kept.
const KEPT: usize = 12;

/// A picture as encoded for so many cells.
pub(super) struct Encoded {
    shown: Shown,
    size: Size,
    protocol: Option<Protocol>,
}

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoded({:?}, {})", self.size, self.protocol.is_some())
    }
}

/// The pictures of this terminal.
#[derive(Debug)]
pub(super) struct Pictures {
    orders: Option<Sender<(Shown, Size)>>,
    ready: Vec<Encoded>,
    pending: Vec<(Shown, Size)>,
}

impl Pictures {
    /// No pixels: cells only.
    pub(super) const fn none() -> Self {
        Self { orders: None, ready: Vec::new(), pending: Vec::new() }
    }

    /// Starts the encoder for a protocol and a cell size; without a thread there are only cells.
    pub(super) fn start(kind: ProtocolType, cell: (u16, u16), messages: Sender<Message>) -> Self {
        let (orders, received) = channel();
        let started = thread::Builder::new()
            .name("pictures".to_owned())
            .spawn(move || encode_all(&picker(kind, cell), &received, &messages));
        Self { orders: started.is_ok().then_some(orders), ready: Vec::new(), pending: Vec::new() }
    }

    /// Keeps what was encoded.
    pub(super) fn take(&mut self, encoded: Encoded) {
        self.pending.retain(|(p, s)| !(*s == encoded.size && *p == encoded.shown));
        self.ready.push(encoded);
        if self.ready.len() > KEPT {
            self.ready.remove(0);
        }
    }

    /// Forgets everything: after a resize or another screen the terminal has lost its pictures.
    pub(super) fn forget(&mut self) {
        self.ready.clear();
    }

    /// Lays the pictures over their slots, where they are ready, and orders those that are not.
    pub(super) fn paint(&mut self, slots: &[Slot], ground: Style, screen: Rect, buf: &mut Buffer) {
        let Some(orders) = &self.orders else { return };
        for slot in slots {
            let area = slot.area.intersection(screen);
            // A sixel on the last row makes the terminal scroll.
            if area != slot.area || area.is_empty() || area.bottom() >= screen.bottom() {
                continue;
            }
            let size = Size::new(area.width, area.height);
            let known = self.ready.iter().position(|e| e.size == size && e.shown == slot.shown);
            if let Some(at) = known {
                let entry = self.ready.remove(at);
                if let Some(protocol) = &entry.protocol {
                    // A picture that is narrower than its cells must not leave theirs beside it.
                    for position in area.positions() {
                        buf[position].reset();
                        buf[position].set_style(ground);
                    }
                    Image::new(protocol).render(area, buf);
                }
                self.ready.push(entry);
            } else {
                let order = (slot.shown.clone(), size);
                if !self.pending.contains(&order) && orders.send(order.clone()).is_ok() {
                    self.pending.push(order);
                }
            }
        }
    }
}

fn picker(kind: ProtocolType, (width, height): (u16, u16)) -> Picker {
    #[expect(deprecated, reason = "the cell size is known already; asking again would eat keys")]
    let mut picker = Picker::from_fontsize(FontSize::new(width, height));
    picker.set_protocol_type(kind);
    picker
}

/// Encodes whatever is ordered, the newest first: what was ordered before may be off the screen.
fn encode_all(picker: &Picker, orders: &Receiver<(Shown, Size)>, messages: &Sender<Message>) {
    let mut waiting: Vec<(Shown, Size)> = Vec::new();
    loop {
        if waiting.is_empty() {
            match orders.recv() {
                Ok(order) => waiting.push(order),
                Err(_) => return,
            }
        }
        waiting.extend(orders.try_iter());
        let Some((shown, size)) = waiting.pop() else { continue };
        let protocol = match &shown {
            Shown::Picture(picture) => encode(picker, picture, size),
            Shown::Curves(curves) => {
                drawn(picker, curves, size).and_then(|picture| encode(picker, &picture, size))
            }
        };
        let message = Message::Encoded(Box::new(Encoded { shown, size, protocol }));
        if messages.send(message).is_err() {
            return;
        }
    }
}

/// Curves in the pixels that so many cells have.
fn drawn(picker: &Picker, curves: &Curves, size: Size) -> Option<Picture> {
    let font = picker.font_size();
    let cell = (usize::from(font.width), usize::from(font.height));
    let pixels = (usize::from(size.width) * cell.0, usize::from(size.height) * cell.1);
    plots::field(curves, pixels, cell)
}

fn encode(picker: &Picker, picture: &Picture, size: Size) -> Option<Protocol> {
    let (width, height) = (u32::try_from(picture.width()), u32::try_from(picture.height()));
    let image = RgbImage::from_raw(width.ok()?, height.ok()?, picture.rgb().to_vec())?;
    let cell = picker.font_size();
    let across = u32::from(size.width) * u32::from(cell.width);
    // Enlarged pixel by pixel, never blurred; made smaller with care.
    let filter = if across >= image.width() { FilterType::Nearest } else { FilterType::Lanczos3 };
    let image = DynamicImage::ImageRgb8(image);
    picker.new_protocol(image, size, Resize::Scale(Some(filter))).ok()
}

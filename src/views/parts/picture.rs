//! Pictures in half-blocks, with a slot where a terminal that shows pixels paints the true one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::dots::{self, Dot, Fit};
use super::theme::Ground;
use crate::views::Slot;
use crate::walk::Picture;
use crate::walk::colour_map::lightness;

/// Draws a true picture at the upper left of `area` and leaves a slot for its pixels.
pub(crate) fn draw(
    picture: &Picture,
    area: Rect,
    ground: &Ground,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) -> Fit {
    let fit = cells(picture, area, ground, buf);
    if !fit.area.is_empty() {
        slots.push(Slot::picture(fit.area, picture.clone()));
    }
    fit
}

/// Draws a picture of numbers, such as a latent's preview: cells only, at whole-number scale.
pub(crate) fn cells(picture: &Picture, area: Rect, ground: &Ground, buf: &mut Buffer) -> Fit {
    let fit = Fit::of(picture.width(), picture.height(), area);
    if fit.area.is_empty() {
        return fit;
    }
    let small = if fit.block == 1 {
        picture.clone()
    } else {
        let (w, h) = (picture.width().div_ceil(fit.block), picture.height().div_ceil(fit.block));
        picture.block_means(w, h).0
    };
    dots::paint(fit, ground, buf, |x, y| {
        (x < small.width() && y < small.height()).then(|| {
            let rgb = small.pixel(x, y);
            Dot { colour: ground.rgb(rgb), shade: lightness(rgb), signed: false }
        })
    });
    fit
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Color;

    #[test]
    fn a_picture_keeps_its_pixels_and_leaves_a_slot() {
        let picture = Picture::from_fn(2, 2, |x, y| [x as u8, y as u8, 9]);
        let area = Rect::new(1, 1, 2, 1);
        let (mut buf, mut slots) = (Buffer::empty(Rect::new(0, 0, 4, 3)), Vec::new());
        let fit = draw(&picture, area, &Ground::default(), &mut buf, &mut slots);
        assert_eq!(fit.area, area);
        assert_eq!(slots.len(), 1);
        assert_eq!(buf[(2, 1)].fg, Color::Rgb(1, 0, 9));
        assert_eq!(buf[(2, 1)].bg, Color::Rgb(1, 1, 9));
    }
}

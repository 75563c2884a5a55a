//! A screen's own curves at full resolution: the field between its ticks, drawn by plotters.

use plotters::prelude::*;

use crate::walk::{Curves, Mark, Picture};

/// Drawn so many times larger, then averaged.
const OVER: usize = 3;

/// The largest field, in pixels each way.
const LARGEST: usize = 4096;

/// Draws curves on a field of `width` × `height` pixels, in which one cell of the screen takes
/// `cell` pixels: the first value stands in the middle of the first cell, the last one in the
/// middle of the last, as the ticks beside it do. `None` where there is no room.
pub fn field(
    curves: &Curves,
    (width, height): (usize, usize),
    cell: (usize, usize),
) -> Option<Picture> {
    if width < cell.0 || height < cell.1 || width.max(height) > LARGEST || cell.0.min(cell.1) == 0 {
        return None;
    }
    let (w, h) = (width * OVER, height * OVER);
    let mut pixels = vec![0u8; w * h * 3];
    {
        let backend = BitMapBackend::with_buffer(&mut pixels, (w as u32, h as u32));
        let area = backend.into_drawing_area();
        let sketch = Sketch { curves, size: (w, h), cell: (cell.0 * OVER, cell.1 * OVER) };
        area.fill(&colour(curves.ground)).ok()?;
        sketch.draw(&area).ok()?;
        area.present().ok()?;
    }
    Some(Picture::new(w, h, pixels)?.block_means(width, height).0)
}

const fn colour([r, g, b]: [u8; 3]) -> RGBColor {
    RGBColor(r, g, b)
}

struct Sketch<'a> {
    curves: &'a Curves,
    size: (usize, usize),
    cell: (usize, usize),
}

type Area<'a> = DrawingArea<BitMapBackend<'a>, plotters::coord::Shift>;

impl Sketch<'_> {
    fn draw(&self, area: &Area<'_>) -> Result<(), Box<dyn std::error::Error>> {
        let (width, height) = self.cell;
        if let Some((at, ink)) = self.curves.cursor
            && let Some((x, _)) = self.pixel((at, self.curves.y[0]))
        {
            let ends = vec![(x, 0), (x, self.size.1 as i32)];
            area.draw(&PathElement::new(ends, colour(ink).stroke_width(OVER as u32)))?;
        }
        for curve in &self.curves.curves {
            let ink = colour(curve.colour);
            let points = curve.points.iter().filter_map(|&point| self.pixel(point));
            let radius = match curve.mark {
                Mark::Joined => {
                    let stroke = ink.stroke_width((OVER * (height / OVER / 10).max(1)) as u32);
                    area.draw(&PathElement::new(points.collect::<Vec<_>>(), stroke))?;
                    continue;
                }
                Mark::Dot => width / 4,
                Mark::LargeDot => width / 2,
            };
            for point in points {
                area.draw(&Circle::new(point, radius.max(OVER) as i32, ink.filled()))?;
            }
        }
        Ok(())
    }

    /// The pixel of a point.
    fn pixel(&self, point: (f32, f32)) -> Option<(i32, i32)> {
        let (across, up) = self.curves.place(point)?;
        let along = |share: f32, size: usize, cell: usize| {
            (share.mul_add((size - cell) as f32, cell as f32 / 2.0)).round() as i32
        };
        let y = along(up, self.size.1, self.cell.1);
        Some((along(across, self.size.0, self.cell.0), self.size.1 as i32 - y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::Curve;

    #[test]
    fn a_curve_passes_where_its_numbers_say() {
        let ink = [255, 0, 0];
        let curve = Curve { points: vec![(0.0, 0.0), (1.0, 1.0)], colour: ink, mark: Mark::Dot };
        let curves = Curves {
            ground: [0, 0, 0],
            x: [0.0, 1.0],
            y: [0.0, 1.0],
            curves: vec![curve],
            cursor: None,
        };
        let drawn = field(&curves, (80, 64), (8, 16));
        let at = |x, y| drawn.as_ref().map(|picture| picture.pixel(x, y));
        assert_eq!(at(4, 56), Some(ink), "low values stand in the first cell's middle");
        assert_eq!(at(76, 8), Some(ink), "high values stand in the last cell's middle");
        assert_eq!(at(40, 32), Some([0, 0, 0]), "dots are not joined");
    }

    #[test]
    fn no_room_no_field() {
        let curves = Curves {
            ground: [0; 3],
            x: [0.0, 1.0],
            y: [0.0, 1.0],
            curves: Vec::new(),
            cursor: None,
        };
        assert_eq!(field(&curves, (4, 64), (8, 16)), None);
        assert_eq!(field(&curves, (9000, 64), (8, 16)), None);
    }
}

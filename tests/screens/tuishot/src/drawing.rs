//! The cell grid as a picture.

use ab_glyph::{Font, FontVec, PxScale, ScaleFont};
use image::{Rgb, RgbImage};

use crate::shapes::{fill, shape};

/// The terminal's own sixteen colours.
const BASE16: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 49, 49],
    [13, 188, 121],
    [229, 229, 16],
    [36, 114, 200],
    [188, 63, 188],
    [17, 168, 205],
    [204, 204, 204],
    [118, 118, 118],
    [241, 76, 76],
    [35, 209, 139],
    [245, 245, 67],
    [59, 142, 234],
    [214, 112, 214],
    [41, 184, 219],
    [255, 255, 255],
];
fn rgb(c: vt100::Color, def: [u8; 3]) -> [u8; 3] {
    match c {
        vt100::Color::Default => def,
        vt100::Color::Rgb(r, g, b) => [r, g, b],
        vt100::Color::Idx(i) => match i {
            0..=15 => BASE16[i as usize],
            16..=231 => {
                let i = i - 16;
                let f = |v: u8| if v == 0 { 0 } else { 55 + 40 * v };
                [f(i / 36), f(i / 6 % 6), f(i % 6)]
            }
            _ => [8 + 10 * (i - 232); 3],
        },
    }
}

/// Draws the whole screen with its cursor.
pub fn draw(
    s: &vt100::Screen,
    fonts: &[FontVec],
    px: f32,
    (cw, ch): (u16, u16),
    light: bool,
) -> RgbImage {
    let (rows, cols) = s.size();
    let (rows, cols) = (rows.get(), cols.get());
    let (dbg, dfg) = if light { ([255; 3], [20; 3]) } else { ([16, 16, 20], [221; 3]) };
    let mut im = RgbImage::from_pixel(cols as u32 * cw as u32, rows as u32 * ch as u32, Rgb(dbg));
    for y in 0..rows {
        for x in 0..cols {
            let Some(c) = s.cell(y, x) else { continue };
            if c.is_wide_continuation() {
                continue;
            }
            let (mut f, mut b) = (rgb(c.fgcolor(), dfg), rgb(c.bgcolor(), dbg));
            if c.inverse() {
                std::mem::swap(&mut f, &mut b)
            }
            if c.dim() {
                for i in 0..3 {
                    f[i] = ((f[i] as u16 + b[i] as u16) / 2) as u8
                }
            }
            let (x0, y0) = (x as i32 * cw as i32, y as i32 * ch as i32);
            let w = if c.is_wide() { cw as i32 * 2 } else { cw as i32 };
            let h = ch as i32;
            fill(&mut im, x0, y0, w, h, b);
            let txt = c.contents();
            for g in txt.chars() {
                if !shape(&mut im, g, x0, y0, w, h, f) {
                    glyph(&mut im, g, fonts, px, x0, y0, w, f, c.bold())
                }
            }
            if c.underline() {
                fill(&mut im, x0, y0 + h - 2, w, 1, f)
            }
        }
    }
    if !s.hide_cursor() {
        let (y, x) = s.cursor_position();
        fill(&mut im, x as i32 * cw as i32, y as i32 * ch as i32, 2, ch as i32, dfg)
    }
    im
}
fn glyph(
    im: &mut RgbImage,
    g: char,
    fonts: &[FontVec],
    px: f32,
    x0: i32,
    y0: i32,
    w: i32,
    f: [u8; 3],
    bold: bool,
) {
    if g == ' ' || g == '\u{fe0f}' {
        return;
    }
    let font = fonts.iter().find(|f| f.glyph_id(g).0 != 0).unwrap_or(&fonts[0]);
    let sc = font.as_scaled(PxScale::from(px));
    let base = fonts[0].as_scaled(PxScale::from(px)).ascent();
    let id = sc.scaled_glyph(g);
    let adv = sc.h_advance(id.id);
    let dx = if adv > 0.0 { ((w as f32 - adv) / 2.0).max(0.0) } else { 0.0 };
    for n in 0..=(bold as i32) {
        let mut id = id.clone();
        id.position = ab_glyph::point(x0 as f32 + dx + n as f32 * 0.6, y0 as f32 + base);
        if let Some(o) = font.outline_glyph(id) {
            let bb = o.px_bounds();
            o.draw(|gx, gy, a| {
                let (xx, yy) = (bb.min.x as i32 + gx as i32, bb.min.y as i32 + gy as i32);
                if xx >= 0 && yy >= 0 && (xx as u32) < im.width() && (yy as u32) < im.height() {
                    let p = im.get_pixel_mut(xx as u32, yy as u32);
                    for i in 0..3 {
                        p.0[i] =
                            (p.0[i] as f32 * (1.0 - a.min(1.0)) + f[i] as f32 * a.min(1.0)) as u8
                    }
                }
            })
        }
    }
}

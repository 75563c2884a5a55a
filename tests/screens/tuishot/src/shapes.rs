//! Which characters are drawn as exact shapes, so that cells join without gaps as good terminals
//! draw them: blocks, quadrants, sextants, octants, braille, boxes.

use image::{Rgb, RgbImage};

/// A rectangle of one colour, cut to the picture.
pub fn fill(im: &mut RgbImage, x: i32, y: i32, w: i32, h: i32, c: [u8; 3]) {
    for yy in y.max(0)..(y + h).min(im.height() as i32) {
        for xx in x.max(0)..(x + w).min(im.width() as i32) {
            im.put_pixel(xx as u32, yy as u32, Rgb(c))
        }
    }
}
/// Block, quadrant, sextant, octant, braille and box-drawing characters are drawn as exact shapes,
/// as good terminals do, so that cells join without gaps.
pub fn shape(im: &mut RgbImage, g: char, x: i32, y: i32, w: i32, h: i32, f: [u8; 3]) -> bool {
    let c = g as u32;
    let mut grid = |mask: u32, nx: i32, ny: i32| {
        for i in 0..nx * ny {
            if mask >> i & 1 == 1 {
                let (cx, cy) = (i % nx, i / nx);
                let (xa, xb, ya, yb) =
                    (w * cx / nx, w * (cx + 1) / nx, h * cy / ny, h * (cy + 1) / ny);
                fill(im, x + xa, y + ya, xb - xa, yb - ya, f)
            }
        }
    };
    match c {
        0x2580 => grid(0b0011, 2, 2),
        0x2584 => grid(0b1100, 2, 2),
        0x2588 => grid(1, 1, 1),
        0x258C => grid(0b0101, 2, 2),
        0x2590 => grid(0b1010, 2, 2),
        0x2581..=0x2587 => {
            let n = (c - 0x2580) as i32;
            fill(im, x, y + h - h * n / 8, w, h * n / 8, f)
        }
        0x2589..=0x258F => {
            let n = (0x2590 - c) as i32;
            fill(im, x, y, w * n / 8, h, f)
        }
        0x2594 => fill(im, x, y, w, (h / 8).max(1), f),
        0x2595 => fill(im, x + w - (w / 8).max(1), y, (w / 8).max(1), h, f),
        0x2596..=0x259F => grid([4, 8, 1, 13, 9, 7, 11, 2, 6, 14][(c - 0x2596) as usize], 2, 2),
        0x2591..=0x2593 => {
            let n = c - 0x2590;
            for yy in 0..h {
                for xx in 0..w {
                    if ((xx + yy * 2) % 4) < n as i32 {
                        fill(im, x + xx, y + yy, 1, 1, f)
                    }
                }
            }
        }
        0x1FB00..=0x1FB3B => {
            let mut m = c - 0x1FB00 + 1;
            if m >= 21 {
                m += 1
            }
            if m >= 42 {
                m += 1
            }
            grid(m, 2, 3)
        }
        0x2800..=0x28FF => {
            let m = c - 0x2800;
            let r = (w.min(h / 2) / 6).max(1);
            for i in 0..8 {
                if m >> i & 1 == 1 {
                    let (cx, cy) =
                        [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)][i];
                    fill(
                        im,
                        x + w * (2 * cx + 1) / 4 - r / 2,
                        y + h * (2 * cy + 1) / 8 - r / 2,
                        r.max(2),
                        r.max(2),
                        f,
                    )
                }
            }
        }
        0x2500 | 0x2501 | 0x2502 | 0x2503 | 0x250C..=0x254B | 0x256D..=0x2570 | 0x2574..=0x257B => {
            // arms: left right up down, 0 none 1 light 2 heavy
            let a: [u8; 4] = match g {
                '─' | '┄' => [1, 1, 0, 0],
                '━' => [2, 2, 0, 0],
                '│' => [0, 0, 1, 1],
                '┃' => [0, 0, 2, 2],
                '┌' | '╭' => [0, 1, 0, 1],
                '┐' | '╮' => [1, 0, 0, 1],
                '└' | '╰' => [0, 1, 1, 0],
                '┘' | '╯' => [1, 0, 1, 0],
                '├' => [0, 1, 1, 1],
                '┤' => [1, 0, 1, 1],
                '┬' => [1, 1, 0, 1],
                '┴' => [1, 1, 1, 0],
                '┼' => [1, 1, 1, 1],
                '┏' => [0, 2, 0, 2],
                '┓' => [2, 0, 0, 2],
                '┗' => [0, 2, 2, 0],
                '┛' => [2, 0, 2, 0],
                '╴' => [1, 0, 0, 0],
                '╶' => [0, 1, 0, 0],
                '╵' => [0, 0, 1, 0],
                '╷' => [0, 0, 0, 1],
                '╸' => [2, 0, 0, 0],
                '╺' => [0, 2, 0, 0],
                _ => return false,
            };
            let th = |k: u8| if k == 2 { (w / 4).max(2) } else { (w / 8).max(1) };
            let round = matches!(g, '╭' | '╮' | '╰' | '╯');
            let (mx, my) = (w / 2, h / 2);
            let t = th(1);
            if round {
                let (sx, sy) = (if a[1] > 0 { 1 } else { -1 }, if a[3] > 0 { 1 } else { -1 });
                let r = (w / 2).min(h / 2) as f32;
                let (ccx, ccy) = (mx as f32 + sx as f32 * r, my as f32 + sy as f32 * r);
                for yy in 0..h {
                    for xx in 0..w {
                        let (fx, fy) = (
                            xx as f32 + 0.5 - t as f32 / 2.0 + 0.5 * (t % 2) as f32 - 0.5,
                            yy as f32,
                        );
                        let (dx, dy) = (fx - ccx, fy - ccy);
                        let d = (dx * dx + dy * dy).sqrt();
                        if dx * sx as f32 <= 0.0
                            && dy * sy as f32 <= 0.0
                            && (d - r).abs() <= t as f32 / 2.0 + 0.2
                        {
                            fill(im, x + xx, y + yy, 1, 1, f)
                        }
                    }
                }
                if sy > 0 {
                    fill(im, x + mx, y + ccy as i32, t, h - ccy as i32, f)
                } else {
                    fill(im, x + mx, y, t, ccy as i32 + 1, f)
                }
                if sx > 0 {
                    fill(im, x + ccx as i32, y + my, w - ccx as i32, t, f)
                } else {
                    fill(im, x, y + my, ccx as i32 + 1, t, f)
                }
                return true;
            }
            if a[0] > 0 {
                let k = th(a[0]);
                fill(im, x, y + my - (k - t) / 2, mx + t, k, f)
            }
            if a[1] > 0 {
                let k = th(a[1]);
                fill(im, x + mx, y + my - (k - t) / 2, w - mx, k, f)
            }
            if a[2] > 0 {
                let k = th(a[2]);
                fill(im, x + mx - (k - t) / 2, y, k, my + t, f)
            }
            if a[3] > 0 {
                let k = th(a[3]);
                fill(im, x + mx - (k - t) / 2, y + my, k, h - my, f)
            }
        }
        _ => {
            if let Some(m) = octant(g) {
                grid(m, 2, 4)
            } else {
                return false;
            }
        }
    }
    true
}
/// Octants of Unicode 16: the code points 1CD00..1CDE5 are the masks in rising order that have no
/// older character of the same shape; the rest are spread over older blocks.
fn octant(g: char) -> Option<u32> {
    const OLD: [(u32, u32); 26] = [
        (0x00, 0x20),
        (0x01, 0x1CEA8),
        (0x02, 0x1CEAB),
        (0x03, 0x1FB82),
        (0x05, 0x2598),
        (0x0A, 0x259D),
        (0x0F, 0x2580),
        (0x14, 0x1FBE6),
        (0x28, 0x1FBE7),
        (0x3F, 0x1FB85),
        (0x40, 0x1CEA3),
        (0x50, 0x2596),
        (0x55, 0x258C),
        (0x5A, 0x259E),
        (0x5F, 0x259B),
        (0x80, 0x1CEA0),
        (0xA0, 0x2597),
        (0xA5, 0x259A),
        (0xAA, 0x2590),
        (0xAF, 0x259C),
        (0xC0, 0x2582),
        (0xF0, 0x2584),
        (0xF5, 0x2599),
        (0xFA, 0x259F),
        (0xFC, 0x2586),
        (0xFF, 0x2588),
    ];
    let c = g as u32;
    if let Some((m, _)) = OLD.iter().find(|o| o.1 == c) {
        return Some(*m);
    }
    if !(0x1CD00..=0x1CDE5).contains(&c) {
        return None;
    }
    let mut n = 0x1CD00;
    for m in 0..256 {
        if OLD.iter().any(|o| o.0 == m) {
            continue;
        }
        if n == c {
            return Some(m);
        }
        n += 1
    }
    None
}

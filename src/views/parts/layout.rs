//! Rectangles in rectangles; none is ever larger than the one that it is cut from.

use ratatui::layout::Rect;

/// Row `i` of an area; empty past its end.
pub(crate) fn row(area: Rect, i: u16) -> Rect {
    let inside = i < area.height;
    Rect { y: area.y.saturating_add(i).min(area.bottom()), height: u16::from(inside), ..area }
}

/// The first `rows` rows, and what is under them.
pub(crate) fn top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let rest = Rect { y: area.y + rows, height: area.height - rows, ..area };
    (Rect { height: rows, ..area }, rest)
}

/// What is over the last `rows` rows, and these.
pub(crate) fn bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    top(area, area.height - rows.min(area.height))
}

/// The first `columns` columns, and what is right of them after `gap`.
pub(crate) fn left(area: Rect, columns: u16, gap: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    let skip = columns.saturating_add(gap).min(area.width);
    let rest = Rect { x: area.x + skip, width: area.width - skip, ..area };
    (Rect { width: columns, ..area }, rest)
}

/// `n` equal columns with `gap` between them.
pub(crate) fn columns(area: Rect, n: u16, gap: u16) -> Vec<Rect> {
    let n = n.max(1);
    let each = area.width.saturating_sub(gap.saturating_mul(n - 1)) / n;
    (0..n).map(|i| left(left(area, i.saturating_mul(each + gap), 0).1, each, 0).0).collect()
}

/// Without so many columns at both sides and rows at both ends.
pub(crate) fn inset(area: Rect, columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(area.width / 2), rows.min(area.height / 2));
    Rect {
        x: area.x + columns,
        y: area.y + rows,
        width: area.width - 2 * columns,
        height: area.height - 2 * rows,
    }
}

/// A rectangle of at most this size in the middle.
pub(crate) fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn parts_stay_inside(
            (x, y, w, h) in (0u16..9, 0u16..9, 0u16..99, 0u16..99), (n, gap) in (0u16..9, 0u16..9),
        ) {
            let area = Rect::new(x, y, w, h);
            let mut parts = columns(area, n, gap);
            parts.extend([row(area, n), inset(area, n, gap), centred(area, n, gap)]);
            for (a, b) in [top(area, n), bottom(area, n), left(area, n, gap)] {
                parts.extend([a, b]);
                proptest::prop_assert!(!a.intersects(b));
            }
            for part in parts {
                proptest::prop_assert!(part.is_empty() || area.union(part) == area, "{part}");
            }
        }
    }
}

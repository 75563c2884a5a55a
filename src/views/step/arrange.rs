//! Which of the eight pictures stand where, and what room is left for the curves.

use ratatui::layout::Rect;

use super::pictures::Subject;
use crate::views::parts::dots::Fit;
use crate::views::parts::layout;

/// Where everything stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrangement {
    /// The pictures with their places: title, picture, captions.
    pub(super) panels: Vec<(Subject, Rect)>,
    /// Rows under a picture for its captions.
    pub(super) captions: u16,
    /// What is left for the curves, or for one number by hand.
    pub(super) rest: Rect,
    /// Whether the curves stand one over the other, and one number by hand in as narrow a column.
    pub(super) stacked: bool,
}

/// From this size all eight pictures are shown at once.
const ALL_EIGHT: (u16, u16) = (112, 26);
/// Rows under a picture where all eight are shown.
const CAPTIONS: u16 = 3;
/// From this size the curves stand beside larger pictures.
const BESIDE: (u16, u16) = (150, 38);

/// Arranges an area for latents of `size` numbers (width, height). Where a number is worked out
/// `by_hand`, a caption less leaves it more rows.
pub(super) fn arrange(
    area: Rect,
    size: (usize, usize),
    chosen: Subject,
    by_hand: bool,
) -> Arrangement {
    if area.width >= BESIDE.0 && area.height >= BESIDE.1 {
        let (pictures, rest) = layout::left(area, area.width - 26, 2);
        let (panels, used) = grid(pictures, size, 0, CAPTIONS);
        if used.height + 9 >= area.height {
            return Arrangement { panels, captions: CAPTIONS, rest, stacked: true };
        }
    }
    if area.width >= ALL_EIGHT.0 && area.height >= ALL_EIGHT.1 {
        let captions = CAPTIONS - u16::from(by_hand);
        let rows =
            |below: u16| (area.height.saturating_sub(below) / 2).saturating_sub(captions + 2);
        let below = whole(size, layout::columns(area, 4, 1)[0], [6, 5, 4, 3], rows);
        let (panels, used) = grid(area, size, below, captions);
        let rest = layout::top(area, used.height).1;
        return Arrangement { panels, captions, rest, stacked: false };
    }
    few(area, size, chosen, by_hand)
}

/// Two rows of four with a free row under each, leaving at least `below` rows.
fn grid(
    area: Rect,
    size: (usize, usize),
    below: u16,
    captions: u16,
) -> (Vec<(Subject, Rect)>, Rect) {
    let (pictures, _) = layout::bottom(area, below);
    let columns = layout::columns(pictures, 4, 1);
    let room = Rect { height: (pictures.height / 2).saturating_sub(captions + 2), ..columns[0] };
    let each = Fit::of(size.0, size.1, room).area.height + captions + 1;
    let panels = Subject::ALL
        .iter()
        .enumerate()
        .map(|(i, &subject)| {
            let (row, column) = (i / 4, i % 4);
            let below = layout::top(columns[column], (each + 1) * row as u16).1;
            (subject, layout::top(below, each).0)
        })
        .collect();
    (panels, Rect { height: (each * 2 + 2).min(pictures.height), ..pictures })
}

/// As many as stand side by side, three at most, with the chosen one among them.
fn few(area: Rect, size: (usize, usize), chosen: Subject, by_hand: bool) -> Arrangement {
    let count = usize::from((area.width / 24).clamp(1, 3));
    let trio = chosen.trio();
    let at = trio.iter().position(|&s| s == chosen).unwrap_or(0);
    let first = at.min(3 - count);
    let columns = layout::columns(area, count as u16, 2);
    let captions = if area.height >= 19 { 3 } else { 2 } - u16::from(by_hand);
    let rows = |below: u16| area.height.saturating_sub(below + captions + 1);
    let below = if area.height >= 14 { whole(size, columns[0], [5, 4, 3, 0], rows) } else { 0 };
    let room = Rect { height: rows(below), ..columns[0] };
    let each = Fit::of(size.0, size.1, room).area.height + captions + 1;
    let panels = trio[first..first + count]
        .iter()
        .zip(&columns)
        .map(|(&subject, &column)| (subject, layout::top(column, each).0))
        .collect();
    Arrangement { panels, captions, rest: layout::top(area, each).1, stacked: false }
}

/// How many rows are left for the curves: the most of `below` with which pictures can be shown number
/// by number, else the first. `rows` gives a picture's rows for each.
fn whole(size: (usize, usize), column: Rect, below: [u16; 4], rows: impl Fn(u16) -> u16) -> u16 {
    let shown = |below: &u16| {
        let fit = Fit::of(size.0, size.1, Rect { height: rows(*below), ..column });
        fit.block == 1 && !fit.area.is_empty()
    };
    below.into_iter().find(shown).unwrap_or(below[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_screen_shows_three_and_a_large_one_all_eight() {
        let count =
            |w, h| arrange(Rect::new(0, 0, w, h), (16, 16), Subject::With, false).panels.len();
        assert_eq!([count(80, 16), count(120, 32), count(160, 42)], [3, 8, 8]);
        assert_eq!([count(50, 16), count(20, 9), count(1, 1)], [2, 1, 1]);
    }

    #[test]
    fn the_chosen_picture_is_always_there_and_nothing_leaves_the_area() {
        for (w, h) in [(1, 1), (30, 10), (50, 12), (80, 16), (120, 32), (160, 42), (400, 120)] {
            let area = Rect::new(3, 2, w, h);
            for chosen in Subject::ALL {
                let found = arrange(area, (64, 64), chosen, w % 3 == 0);
                assert!(found.panels.iter().any(|(subject, _)| *subject == chosen));
                let mut places: Vec<Rect> = found.panels.iter().map(|p| p.1).collect();
                places.push(found.rest);
                assert!(places.iter().all(|p| p.is_empty() || area.union(*p) == area));
            }
        }
    }
}

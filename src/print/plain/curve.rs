//! A curve as a sentence: where it begins and ends, which way it goes, where its extremes lie and
//! where half of its way is done.

use crate::words::Words;

use super::super::lines::filled;
use super::super::numbers::short;

/// One clause about values at places counted from 1, without a full stop.
pub(crate) fn said(words: Words, values: &[f32]) -> String {
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else {
        return words.text("print.curve.empty").to_owned();
    };
    let ends = [("first", short(first)), ("last", short(last))];
    if values.len() == 1 {
        return filled(words, "print.curve.single", &ends);
    }
    let falls = values.windows(2).filter(|p| p[1] < p[0]).count();
    let rises = values.windows(2).filter(|p| p[1] > p[0]).count();
    match (falls, rises) {
        (0, 0) => filled(words, "print.curve.flat", &ends),
        (_, 0) => monotone(words, "print.curve.falls", values),
        (0, _) => monotone(words, "print.curve.rises", values),
        _ => wavering(words, values),
    }
}

fn monotone(words: Words, key: &str, values: &[f32]) -> String {
    let (first, last) = (values[0], values[values.len() - 1]);
    let middle = f32::midpoint(first, last);
    let half = values.iter().position(|v| (v - first).abs() >= (middle - first).abs()).unwrap_or(0);
    filled(
        words,
        key,
        &[("first", short(first)), ("last", short(last)), ("half", (half + 1).to_string())],
    )
}

fn wavering(words: Words, values: &[f32]) -> String {
    let place = |better: fn(f32, f32) -> bool| {
        (1..values.len()).fold(0, |best, i| if better(values[i], values[best]) { i } else { best })
    };
    let (low, high) = (place(|a, b| a < b), place(|a, b| a > b));
    filled(
        words,
        "print.curve.wavers",
        &[
            ("first", short(values[0])),
            ("last", short(values[values.len() - 1])),
            ("high", short(values[high])),
            ("high-at", (high + 1).to_string()),
            ("low", short(values[low])),
            ("low-at", (low + 1).to_string()),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_curve_is_said_by_its_way() {
        let words = Words::of(Language::En);
        assert_eq!(
            said(words, &[8.0, 3.0, 2.0, 0.0]),
            "falls from 8.00 to 0; half of the way is done at number 2"
        );
        let text = said(words, &[1.0, 3.0, 0.5, 2.0]);
        assert!(text.contains("highest, 3.00, at number 2"), "{text}");
        assert!(!said(words, &[]).is_empty());
    }
}

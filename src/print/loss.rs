//! The loss of a training as lines of text, and the time that is left.

use super::numbers::{short, thousands};
use super::plot;
use crate::words::Words;

/// Columns and lines of the curve.
const WIDTH: usize = 60;
const HEIGHT: usize = 8;

/// The curve of the loss over the steps, from 0 up, with its axes.
pub fn lines(losses: &[f32], words: Words) -> String {
    let finite: Vec<f32> = losses.iter().copied().filter(|loss| loss.is_finite()).collect();
    if finite.is_empty() {
        return String::new();
    }
    let curve = plot::stretched(&finite, WIDTH);
    let top = curve.iter().copied().fold(0.0, f32::max);
    let mut rows = vec![words.text("train.curve").to_owned()];
    for (line, bars) in plot::rows(&curve, HEIGHT).iter().enumerate() {
        let label = match line {
            0 => short(top),
            line if line + 1 == HEIGHT => "0".to_owned(),
            _ => String::new(),
        };
        rows.push(format!("{label:>7} {}", bars.trim_end()));
    }
    let end = thousands(losses.len());
    let (width, steps) = (WIDTH - 1, words.text("train.steps"));
    rows.push(format!("{:7} 1{end:>width$}  {steps}", ""));
    let facts = [("steps", &*end), ("first", &short(finite[0])), ("last", &mean_of_late(&finite))];
    rows.push(words.fill("train.curve-said", &facts));
    rows.join("\n") + "\n"
}

/// The mean of the last twentieth.
fn mean_of_late(losses: &[f32]) -> String {
    let late = &losses[losses.len() - (losses.len() / 20).max(1).min(losses.len())..];
    short(late.iter().sum::<f32>() / late.len().max(1) as f32)
}

/// Seconds as `0:07`, `3:05` or `2:03:05`.
pub fn clock(seconds: f32) -> String {
    let all = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (all / 3600, all / 60 % 60, all % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn the_curve_falls_from_its_highest_value() {
        let losses: Vec<f32> = (0..600).map(|step| 1.0 / (1.0 + step as f32 / 60.0)).collect();
        let text = lines(&losses, Words::of(Language::En));
        let rows: Vec<&str> = text.lines().collect();
        assert!(rows[1].starts_with("   0.9"), "{text}");
        assert!(rows[1].chars().filter(|c| *c == '█').count() < 8, "{text}");
        assert!(rows[9].contains("600"), "{text}");
        assert_eq!(lines(&[], Words::of(Language::En)), "");
    }

    #[test]
    fn time_is_told_as_on_a_clock() {
        assert_eq!([7.4, 185.0, 7385.0].map(clock), ["0:07", "3:05", "2:03:05"]);
    }
}

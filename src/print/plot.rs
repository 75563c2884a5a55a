//! Small plots out of block characters, one column a value.

const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One line of bars from 0 to the largest value; something that is not zero always shows.
pub(crate) fn spark(values: &[f32]) -> String {
    rows(values, 1).concat()
}

/// Bars over `height` lines, top line first.
pub(crate) fn rows(values: &[f32], height: usize) -> Vec<String> {
    let top = values.iter().copied().filter(|v| v.is_finite()).fold(0.0, f32::max);
    let eighths = |value: f32| {
        if value > 0.0 && top > 0.0 {
            ((value / top * (height * 8) as f32).round() as usize).max(1)
        } else {
            0
        }
    };
    (0..height)
        .rev()
        .map(|row| {
            let below = row * 8;
            values.iter().map(|&v| EIGHTHS[eighths(v).saturating_sub(below).min(8)]).collect()
        })
        .collect()
}

/// `values` at `width` even places: repeated where there are fewer, averaged where more.
pub(crate) fn stretched(values: &[f32], width: usize) -> Vec<f32> {
    let n = values.len();
    if n == 0 || width == 0 {
        return Vec::new();
    }
    (0..width)
        .map(|i| {
            let from = i * n / width;
            let to = ((i + 1) * n / width).max(from + 1);
            let part = &values[from..to.min(n)];
            part.iter().sum::<f32>() / part.len().max(1) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_value_fills_its_column_and_a_small_one_still_shows() {
        assert_eq!(spark(&[0.0, 0.001, 0.5, 1.0, f32::NAN]), " ▁▄█ ");
        assert_eq!(rows(&[1.0, 2.0], 2), [" █", "██"]);
        assert_eq!(stretched(&[1.0, 3.0, 5.0, 7.0], 2), [2.0, 6.0]);
        assert_eq!(stretched(&[1.0, 2.0], 4), [1.0, 1.0, 2.0, 2.0]);
    }
}

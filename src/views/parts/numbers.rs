//! Numbers as people read them: few digits, a true minus, groups of three.

/// About three significant digits, with the typographic minus: `−0.0123`, `4.61`, `14.6`, `831`.
pub(crate) fn short(value: f32) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "NaN".into() } else { minus(value < 0.0, "∞") };
    }
    let size = value.abs();
    let digits = match size {
        _ if size == 0.0 => 0,
        _ if size >= 99.95 => 0,
        _ if size >= 9.995 => 1,
        _ if size >= 0.0995 => 2,
        _ => 3,
    };
    fixed(value, digits)
}

/// A training step: whole where it is whole, as nearly all are: `49`, `831`, `98.6`.
pub(crate) fn timestep(value: f32) -> String {
    if value.fract() == 0.0 { fixed(value, 0) } else { short(value) }
}

/// With so many digits after the point.
pub(crate) fn fixed(value: f32, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    let nothing = text.bytes().all(|b| b == b'0' || b == b'.');
    minus(value < 0.0 && !nothing, &text)
}

/// A cosine in four cells: `1.0`, `.41`, `−.07`.
pub(crate) fn cosine(value: f32) -> String {
    let text = fixed(value, 2);
    if text.contains("1.00") { text.replace("1.00", "1.0") } else { text.replacen("0.", ".", 1) }
}

/// A whole number in groups of three: `49,408`.
pub(crate) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn minus(negative: bool, text: &str) -> String {
    if negative { format!("−{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_keep_their_sign() {
        let cases = [
            (0.0, "0"),
            (-0.0123, "−0.012"),
            (4.611, "4.61"),
            (14.64, "14.6"),
            (831.4, "831"),
            (-0.0001, "0.000"),
            (f32::NEG_INFINITY, "−∞"),
        ];
        for (value, expected) in cases {
            assert_eq!(short(value), expected);
        }
        assert_eq!([49.0, 98.6, 0.0].map(timestep), ["49", "98.6", "0"]);
        assert_eq!([1.0, 0.411, -0.07, 0.999].map(cosine), ["1.0", ".41", "−.07", "1.0"]);
        assert_eq!(
            [7, 1234, 49_408, 1_000_000].map(grouped),
            ["7", "1,234", "49,408", "1,000,000"]
        );
    }
}

//! How numbers are written: as many digits as mean something, a true minus sign, thousands parted.

/// Three significant digits or so; `0` for zero.
pub(crate) fn short(x: f32) -> String {
    let text = match x.abs() {
        _ if !x.is_finite() => "–".to_owned(),
        0.0 => "0".to_owned(),
        size if size >= 1000.0 => thousands(size.round() as usize),
        size if size >= 100.0 => format!("{size:.0}"),
        size if size >= 10.0 => format!("{size:.1}"),
        size if size >= 0.1 => format!("{size:.2}"),
        size if size >= 0.001 => format!("{size:.3}"),
        size => format!("{size:.0e}"),
    };
    if x < 0.0 { format!("−{text}") } else { text }
}

/// The same with a sign in any case.
pub(crate) fn signed(x: f32) -> String {
    if x > 0.0 { format!("+{}", short(x)) } else { short(x) }
}

/// A whole number with its thousands parted: `12,288`.
pub(crate) fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number in as few digits as it needs, at most four after the point: `4`, `7.5`, `946.4211`.
pub(crate) fn plain_number(x: f64) -> String {
    let text = format!("{x:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The sizes of a tensor's axes: `4×16×16`.
pub(crate) fn shape(sizes: &[usize]) -> String {
    sizes.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_about_three_digits() {
        let pairs =
            [(14.6146, "14.6"), (-0.0123, "−0.012"), (1234.4, "1,234"), (0.0, "0"), (7.42, "7.42")];
        for (x, text) in pairs {
            assert_eq!(short(x), text);
        }
        assert_eq!((thousands(12_288), plain_number(7.50)), ("12,288".into(), "7.5".into()));
        assert_eq!(signed(0.5), "+0.50");
    }
}

//! From when to when a beat of a lesson plan goes: its notes begin with `0–5 min`.

/// Minutes from the beginning, and the notes without them; `None` where they begin otherwise.
pub fn timing(notes: &str) -> Option<((u16, u16), &str)> {
    let (from, rest) = number(notes.trim_start())?;
    let rest = rest.trim_start().strip_prefix(['–', '-', '—', '～'])?;
    let (to, rest) = number(rest.trim_start())?;
    let rest = rest.trim_start();
    let words = ["minutes", "min", "分钟", "分"];
    let rest = words.into_iter().find_map(|word| rest.strip_prefix(word))?;
    let rest = rest.trim_start_matches(['.', ':', '：', ',', '，', '。', '、', ' ', '\n']);
    (from <= to).then_some(((from, to), rest))
}

fn number(text: &str) -> Option<(u16, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::timing;

    #[test]
    fn times_stand_at_the_beginning_or_not_at_all() {
        assert_eq!(timing("0–5 min. Ask first."), Some(((0, 5), "Ask first.")));
        assert_eq!(timing("5-15 分钟：先提问。"), Some(((5, 15), "先提问。")));
        assert_eq!(timing("40 – 45 min"), Some(((40, 45), "")));
        for notes in ["Ask first.", "5 min", "9–5 min", "99999–5 min", "1–2 hours", ""] {
            assert_eq!(timing(notes), None, "{notes}");
        }
    }
}

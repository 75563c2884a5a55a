//! Text of others (prompts, pieces, names of files) made safe to show.

/// The text with what a terminal or a page could take for orders made visible: control characters as
/// `\n`, `\t`, `\x1B`, marks of direction and other invisible ones as `\u{202E}`.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.extend(format!("\\x{:02X}", u32::from(c)).chars()),
            '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}' => {
                out.extend(format!("\\u{{{:X}}}", u32::from(c)).chars());
            }
            c => out.push(c),
        }
    }
    out
}

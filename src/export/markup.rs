//! What every HTML page is made with: a template that is filled, text that cannot become markup,
//! and the hashes by which a policy allows a page's own style and script.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The template with its `{{names}}` filled, each once: what is put in is never looked at again.
pub(super) fn fill(template: &str, parts: &[(&str, &str)]) -> String {
    let mut out =
        String::with_capacity(parts.iter().map(|part| part.1.len()).sum::<usize>() + 4096);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        let value = parts.iter().find(|part| part.0 == name).map_or("", |part| part.1);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The hash by which a policy names a text, as of Content Security Policy Level 2.
pub(super) fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

/// Text for the body of an element or an attribute in quotes.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
        out
    })
}

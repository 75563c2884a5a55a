//! `safelight tokens TEXT`: what the tokenizer makes of a text, before anything is generated.

use super::print;
use crate::cli::Flags;
use crate::engine::{ModelFolder, tokenize};
use crate::print::json;
use crate::walk::{Encoding, Problem};
use crate::words::{Language, Words};

/// Cuts the text and prints its pieces.
pub(super) fn tokens(flags: &Flags, language: Language) -> Result<u8, Problem> {
    let Some(text) = flags.prompt() else {
        return Err(Problem::usage("argument-missing").with("flag", "TEXT"));
    };
    let folder = ModelFolder::open(flags.model.as_deref())?.with(&flags.attachments())?;
    let tokens = tokenize(&folder, text)?;
    let Some(encoder) = tokens.encoders.first() else { return Ok(super::DONE) };
    if flags.json {
        return print(&format!("{}\n", json::encoding(&encoder.prompt)));
    }
    print(&table(&encoder.prompt, Words::of(language)))
}

/// One line a piece, then what did not fit.
fn table(encoding: &Encoding, words: Words) -> String {
    let mut lines = String::new();
    for (i, piece) in encoding.pieces.iter().enumerate() {
        let cut = if i < encoding.kept { "" } else { words.text("cli.piece-cut") };
        let end = if piece.ends_word { "" } else { "·" };
        let line = format!("{:>6}  {}{end}  {cut}", piece.id, piece.text);
        lines.extend([line.trim_end(), "\n"]);
    }
    let (kept, count) = (encoding.kept.to_string(), encoding.pieces.len().to_string());
    lines.push_str(&words.fill("cli.pieces", &[("kept", &kept), ("count", &count)]));
    lines.push('\n');
    if !encoding.cut.is_empty() {
        let cut = encoding.cut.escape_debug().to_string();
        lines.push_str(&words.fill("cli.cut", &[("cut", cut.trim())]));
        lines.push('\n');
    }
    lines
}

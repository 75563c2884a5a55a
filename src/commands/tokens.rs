//! `safelight tokens TEXT`: what the tokenizer makes of a text, before anything is generated.

use super::print;
use crate::cli::Flags;
use crate::engine::{ModelFolder, tokenize};
use crate::print::json;
use crate::walk::{Encoding, Problem, Taught};
use crate::words::reading;
use crate::words::told::second_encoder;
use crate::words::{Language, Words, visible};

/// Cuts the text and prints its pieces.
pub(super) fn tokens(flags: &Flags, language: Language) -> Result<u8, Problem> {
    let Some(text) = flags.prompt() else {
        return Err(Problem::usage("argument-missing").with("flag", "TEXT"));
    };
    let folder = ModelFolder::of(&flags.asked())?.with(&flags.attachments())?;
    let tokens = tokenize(&folder, text)?;
    let taught = folder.card()?.taught;
    let Some(encoder) = tokens.encoders.first() else { return Ok(super::DONE) };
    if flags.json {
        return print(&format!("{}\n", json::encoding(&encoder.prompt, taught.as_ref())));
    }
    let words = Words::of(language);
    let mut lines = table(&encoder.prompt, words);
    lines.extend(second_encoder(&tokens, words).map(|sentence| sentence + "\n"));
    if let Some(taught) = taught {
        lines.push_str(&never_trained(&encoder.prompt, &taught, words));
    }
    print(&lines)
}

/// One line a piece, then what did not fit.
fn table(encoding: &Encoding, words: Words) -> String {
    let mut lines = String::new();
    for (i, piece) in encoding.pieces.iter().enumerate() {
        let cut = if i < encoding.kept { "" } else { words.text("cli.piece-cut") };
        let end = if piece.ends_word { "" } else { "·" };
        let never = if piece.never_trained() { words.text("never.mark") } else { "" };
        let line = format!("{:>6}  {}{end}  {cut} {never}", piece.id, piece.text);
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

/// The words that the model was never trained on, with the nearest that it was; and, where there
/// are any, all words that it was taught.
fn never_trained(encoding: &Encoding, taught: &Taught, words: Words) -> String {
    let mut said = words.never_trained_in(encoding, taught);
    if said.is_empty() {
        return String::new();
    }
    said.extend(reading::offer(&encoding.text, taught).map(|o| words.offered_command(&o)));
    let lists = taught.lists().into_iter().filter(|(_, list)| !list.is_empty());
    let lists = lists.map(|(stem, list)| {
        let name = format!("never.{stem}");
        let list: Vec<String> = list.iter().map(|word| words.with_gloss(word)).collect();
        let facts = [("list", words.text(&name)), ("words", &*list.join(" "))];
        visible(&words.fill("never.list", &facts))
    });
    let title = std::iter::once(words.text("never.taught").to_owned());
    said.into_iter().chain(title).chain(lists).map(|line| line + "\n").collect()
}

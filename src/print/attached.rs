//! Attachments as sentences: which they are.

use crate::walk::{Attachment, AttachmentKind};
use crate::words::Words;

use super::lines::{filled, visible};
use super::numbers::plain_number;

/// Digits of a hash that are shown.
const HASH: usize = 12;

/// One attachment: its file, its token or scale, the start of its hash.
pub(crate) fn named(attachment: &Attachment, words: Words) -> String {
    let hash: String = attachment.hash.chars().take(HASH).collect();
    let name = visible(&attachment.name);
    match attachment.kind {
        AttachmentKind::Lora => {
            let scale = plain_number(attachment.scale.unwrap_or(1.0));
            let facts = [("name", name), ("scale", scale), ("hash", hash)];
            filled(words, "print.attached.lora", &facts)
        }
        AttachmentKind::Embedding => {
            let token = visible(attachment.token.as_deref().unwrap_or_default());
            let vectors = attachment.vectors.to_string();
            let facts = [("name", name), ("token", token), ("vectors", vectors), ("hash", hash)];
            filled(words, "print.attached.embedding", &facts)
        }
    }
}

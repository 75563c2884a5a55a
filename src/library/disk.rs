//! Small files and safe names: what a cache or a server says is believed only so far.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The largest small file that is read.
const SMALL: u64 = 8 << 20;
/// The longest name of a blob or a commit.
const LONGEST_NAME: usize = 128;

/// The bytes of a regular file of at most 8 MB.
pub(super) fn small(path: &Path) -> Option<Vec<u8>> {
    let metadata = path.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > SMALL {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(SMALL).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Bytes as `huggingface_hub` writes a hash.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// Whether a text can be one name in a folder and nothing else: a hash, a commit.
pub(super) fn is_name(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(letter)
}

/// Whether a text can be the name of a file: letters, digits, `.`, `-` and `_`, not only dots.
pub(super) fn is_file_name(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(letter)
        && text.bytes().any(|b| b != b'.')
}

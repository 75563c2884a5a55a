//! The ZIP archive that torch saves: files laid in as they are, found by the directory at its end.
//!
//! By PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16; files that are packed, split or
//! over 4 GB do not occur in it and are left out.

use std::collections::BTreeMap;

/// More files than such an archive has.
const MOST: usize = 1024;

/// The files of an archive by their paths.
pub(super) struct Archive<'a> {
    files: BTreeMap<String, &'a [u8]>,
}

impl<'a> Archive<'a> {
    /// Finds all files; `None` where the archive is cut or its directory points outside.
    pub(super) fn open(bytes: &'a [u8]) -> Option<Self> {
        let end = (0..=bytes.len().checked_sub(22)?).rev().take(1 << 16);
        let end = end.into_iter().find(|at| bytes[*at..].starts_with(b"PK\x05\x06"))?;
        let count = usize::from(u16_at(bytes, end + 10)?);
        let mut at = u32_at(bytes, end + 16)?;
        if count > MOST {
            return None;
        }
        let mut files = BTreeMap::new();
        for _ in 0..count {
            if !bytes.get(at..)?.starts_with(b"PK\x01\x02") {
                return None;
            }
            let lengths = [28, 30, 32].map(|place| u16_at(bytes, at + place));
            let [name, extra, remark] = [lengths[0]?, lengths[1]?, lengths[2]?].map(usize::from);
            let path = String::from_utf8_lossy(bytes.get(at + 46..at + 46 + name)?).into_owned();
            let stored = u16_at(bytes, at + 10)? == 0;
            let (size, start) = (u32_at(bytes, at + 24)?, u32_at(bytes, at + 42)?);
            if stored {
                files.insert(path, content(bytes, start, size)?);
            }
            at += 46 + name + extra + remark;
        }
        Some(Self { files })
    }

    /// A file by its path.
    pub(super) fn file(&self, path: &str) -> Option<&'a [u8]> {
        self.files.get(path).copied()
    }

    /// The one file of this name in any folder: the folder, with its slash, and what is in it.
    pub(super) fn ending(&self, name: &str) -> Option<(&str, &'a [u8])> {
        let mut found = self.files.iter().filter_map(|(path, bytes)| {
            let folder = path.strip_suffix(name)?;
            (folder.is_empty() || folder.ends_with('/')).then_some((folder, *bytes))
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

/// The file whose own header stands at `start`.
fn content(bytes: &[u8], start: usize, size: usize) -> Option<&[u8]> {
    if !bytes.get(start..)?.starts_with(b"PK\x03\x04") {
        return None;
    }
    let name = usize::from(u16_at(bytes, start + 26)?);
    let extra = usize::from(u16_at(bytes, start + 28)?);
    let from = start + 30 + name + extra;
    bytes.get(from..from.checked_add(size)?)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}

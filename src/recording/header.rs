//! The header of a safetensors file, made and parsed. What is parsed may come from anyone.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::tensor::{Dtype, Tensor};
use super::token_json::TokensJson;
use super::{Precision, VERSION};
use crate::walk::{ModelCard, Settings, Tokens};

/// What names our files among all safetensors files.
pub(super) const FORMAT: &str = "safelight-walk";
/// The longest header that is read: a prompt of 100 kB takes a few megabytes.
pub(super) const LONGEST: u64 = 32 << 20;
/// Digits of the count of whole frames.
const DIGITS: usize = 8;
const FRAMES: &str = "\"frames\":\"";

/// A parsed header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) entries: BTreeMap<String, Entry>,
}

/// What the header says of one tensor.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) dtype: String,
    pub(super) shape: Vec<usize>,
    pub(super) data_offsets: [u64; 2],
}

impl Entry {
    /// Its number format and length in bytes, if these are ones that recordings hold and fit each
    /// other.
    pub(super) fn checked(&self) -> Option<(Dtype, usize)> {
        let dtype = match self.dtype.as_str() {
            "U8" => Dtype::U8,
            "F16" => Dtype::F16,
            "F32" => Dtype::F32,
            "I64" => Dtype::I64,
            _ => return None,
        };
        let count = self.shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d))?;
        let [start, end] = self.data_offsets;
        let length = usize::try_from(end.checked_sub(start)?).ok()?;
        (count.checked_mul(dtype.size())? == length).then_some((dtype, length))
    }
}

impl Header {
    /// Parses the header; what follows its closing brace is not looked at (a program that was
    /// killed can leave a few bytes there).
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        Self::deserialize(&mut serde_json::Deserializer::from_slice(bytes))
    }

    /// Whether the tensors lie one behind the other without gap or overlap, from the start of the
    /// data: no byte is then read twice, and no file can claim more numbers than it has.
    pub(super) fn is_contiguous(&self) -> bool {
        let mut spans: Vec<[u64; 2]> = self.entries.values().map(|e| e.data_offsets).collect();
        spans.sort_unstable();
        let mut end = 0;
        spans.into_iter().all(|[from, to]| {
            let follows = from == end && to >= from;
            end = to;
            follows
        })
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Header;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the header of a safetensors file")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Header, A::Error> {
                let mut header = Header { metadata: BTreeMap::new(), entries: BTreeMap::new() };
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        header.metadata = map.next_value()?;
                    } else {
                        header.entries.insert(name, map.next_value()?);
                    }
                }
                Ok(header)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// What the metadata are made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'a> {
    pub(super) precision: Precision,
    pub(super) settings: &'a Settings,
    pub(super) card: &'a ModelCard,
    pub(super) calls: usize,
    pub(super) tokens: Option<&'a Tokens>,
}

/// The header's text up to the closing brace of the metadata, and the place of the count of whole
/// frames in it.
pub(super) fn opening(facts: Facts<'_>, frames: usize) -> (String, usize) {
    let mut metadata = BTreeMap::from([
        ("precision", facts.precision.name().to_owned()),
        ("settings", json(facts.settings)),
        ("model", json(facts.card)),
        ("calls", facts.calls.to_string()),
        ("program", format!("safelight {}", env!("CARGO_PKG_VERSION"))),
        ("attn", "averaged over layers and heads; rows: start mark, pieces, end mark, padding as one sum".to_owned()),
    ]);
    if let Some(tokens) = facts.tokens {
        metadata.insert("tokens", json(&TokensJson::of(tokens)));
    }
    if let Some(preview) = &facts.card.preview {
        metadata.insert("preview", json(preview));
    }
    let mut text = format!(
        "{{\"__metadata__\":{{\"format\":\"{FORMAT}\",\"version\":\"{VERSION}\",{FRAMES}{}\"",
        digits(frames)
    );
    let place = text.len() - 1 - DIGITS;
    for (key, value) in &metadata {
        text.extend([",\"", key, "\":", &json(value)]);
    }
    text.push('}');
    (text, place)
}

/// A count of frames in its fixed width.
pub(super) fn digits(frames: usize) -> String {
    format!("{frames:0DIGITS$}")
}

/// The entry of a tensor whose data begin at `start`.
pub(super) fn entry(tensor: &Tensor, start: u64) -> String {
    let end = start + tensor.bytes.len() as u64;
    format!(
        "{}:{{\"dtype\":{},\"shape\":{},\"data_offsets\":[{start},{end}]}}",
        json(&tensor.name),
        json(&tensor.dtype),
        json(&tensor.shape)
    )
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

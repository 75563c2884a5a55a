//! The table of byte-pair merges, and their replay on one word.

use std::collections::HashMap;

use serde::Deserialize;

use crate::walk::Merge;

/// Which two symbols become one, and how early.
#[derive(Debug, Default)]
pub(super) struct MergeTable {
    /// Key: both symbols with a space between; symbols hold none.
    ranks: HashMap<String, u32>,
}

#[derive(Deserialize)]
struct Whole {
    model: WholeModel,
}

#[derive(Deserialize)]
struct WholeModel {
    merges: Vec<Pair>,
}

/// Both spellings that `tokenizer.json` has had.
#[derive(Deserialize)]
#[serde(untagged)]
enum Pair {
    Joined(String),
    Apart([String; 2]),
}

impl MergeTable {
    /// From `merges.txt`: one pair a line, after an optional line of the version.
    pub(super) fn from_lines(text: &str) -> Self {
        let pairs = text.lines().filter(|line| !line.starts_with("#version") && !line.is_empty());
        Self::new(pairs.map(str::to_owned))
    }

    /// From `tokenizer.json`.
    pub(super) fn from_json(bytes: &[u8]) -> serde_json::Result<Self> {
        let whole: Whole = serde_json::from_slice(bytes)?;
        Ok(Self::new(whole.model.merges.into_iter().map(|pair| match pair {
            Pair::Joined(joined) => joined,
            Pair::Apart([left, right]) => format!("{left} {right}"),
        })))
    }

    fn new(pairs: impl Iterator<Item = String>) -> Self {
        let mut ranks = HashMap::new();
        for (rank, pair) in (0u32..).zip(pairs) {
            ranks.entry(pair).or_insert(rank);
        }
        Self { ranks }
    }

    /// All pairs, lowest rank first.
    pub(super) fn pairs(&self) -> Vec<&str> {
        let mut pairs: Vec<(&str, u32)> =
            self.ranks.iter().map(|(pair, &rank)| (pair.as_str(), rank)).collect();
        pairs.sort_unstable_by_key(|&(_, rank)| rank);
        pairs.into_iter().map(|(pair, _)| pair).collect()
    }

    /// The symbols that merging a word begins with, and its merges in order: always the pair of
    /// lowest rank, the leftmost of equals.
    pub(super) fn replay(&self, word: &str) -> (Vec<String>, Vec<Merge>) {
        let mut symbols: Vec<String> = word.chars().map(String::from).collect();
        if let Some(last) = symbols.last_mut() {
            last.push_str("</w>");
        }
        let start = symbols.clone();
        let mut merges = Vec::new();
        while let Some(merge) = self.next(&symbols) {
            let right = symbols.remove(merge.at + 1);
            symbols[merge.at].push_str(&right);
            merges.push(merge);
        }
        (start, merges)
    }

    fn next(&self, symbols: &[String]) -> Option<Merge> {
        symbols
            .windows(2)
            .enumerate()
            .filter_map(|(at, pair)| {
                let rank = *self.ranks.get(&format!("{} {}", pair[0], pair[1]))?;
                Some(Merge { at, rank })
            })
            .min_by_key(|merge| (merge.rank, merge.at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_rank_is_merged_first() {
        let table = MergeTable::from_lines("#version: 0.2\na t</w>\nc at</w>\na a\n");
        let (symbols, merges) = table.replay("cat");
        assert_eq!(symbols, ["c", "a", "t</w>"]);
        assert_eq!(merges, [Merge { at: 1, rank: 0 }, Merge { at: 0, rank: 1 }]);
        assert_eq!(table.replay("aaaa").1, [Merge { at: 0, rank: 2 }]);
    }
}

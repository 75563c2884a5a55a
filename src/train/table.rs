//! The table of token vectors while the text encoder learns: a row for each word of the small
//! world instead of all 49,408 ids, most of which it never sees.
//!
//! Row 0 is the start mark, 1 the end mark and padding, 2 any word that is not of the world (zero,
//! and it stays so), then the words in the world's order.

use std::collections::HashMap;

use candle_core::Tensor;

use super::networks::VOCABULARY;
use crate::drawings::World;
use crate::engine::ModelFolder;
use crate::walk::Problem;

/// Places of a prompt.
pub const PLACES: usize = 77;
/// The row of a word that is not of the world.
pub const UNKNOWN: u32 = 2;
/// The ids of the start and the end mark.
const MARKS: [usize; 2] = [49_406, 49_407];
const FIRST: usize = 3;

/// Which row each word has.
#[derive(Clone, Debug)]
pub struct Table {
    words: Vec<&'static str>,
    rows: HashMap<&'static str, u32>,
}

impl Table {
    /// The table of a world.
    pub fn of(world: &World) -> Self {
        let words = world.words();
        let rows = words.iter().zip((FIRST as u32)..).map(|(word, row)| (*word, row)).collect();
        Self { words, rows }
    }

    /// How many rows it has.
    pub const fn len(&self) -> usize {
        FIRST + self.words.len()
    }

    /// Whether the world has no words.
    pub const fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// A sentence as rows: the start mark, its words, the end mark, padding.
    pub fn rows(&self, sentence: &str) -> [u32; PLACES] {
        let mut rows = [1; PLACES];
        rows[0] = 0;
        let words = sentence.split_whitespace();
        for (place, word) in rows.iter_mut().skip(1).zip(words) {
            *place = self.rows.get(word).copied().unwrap_or(UNKNOWN);
        }
        rows
    }

    /// The table over the whole vocabulary `[49408,D]`, from the rows `[R,D]` that learned: every
    /// other row is zero, and a word that stands for another one has its vector.
    pub fn whole(&self, learned: &Tensor, world: &World) -> Result<Vec<f32>, Problem> {
        let width = learned.dim(1)?;
        let learned = learned.flatten_all()?.to_vec1::<f32>()?;
        let ids = ids()?;
        let id = |word: &str| ids.get(&format!("{word}</w>")).copied();
        let mut table = vec![0.0; VOCABULARY * width];
        let mut put = |id: usize, row: usize| {
            let from = learned.get(row * width..(row + 1) * width);
            if let (Some(from), Some(to)) = (from, table.get_mut(id * width..(id + 1) * width)) {
                to.copy_from_slice(from);
            }
        };
        put(MARKS[0], 0);
        put(MARKS[1], 1);
        for (row, word) in self.words.iter().enumerate() {
            if let Some(id) = id(word) {
                put(id, FIRST + row);
            }
        }
        for (word, other) in &world.alike {
            if let (Some(id), Some(row)) = (id(word), self.rows.get(other)) {
                put(id, *row as usize);
            }
        }
        Ok(table)
    }
}

/// The id of each piece of CLIP's vocabulary.
fn ids() -> Result<HashMap<String, usize>, Problem> {
    let map = ModelFolder::pocket().json("tokenizer/vocab.json")?;
    let id = |value: &serde_json::Value| value.as_u64().and_then(|id| usize::try_from(id).ok());
    Ok(map.iter().filter_map(|(piece, value)| Some((piece.clone(), id(value)?))).collect())
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Tensor};

    use super::*;

    #[test]
    fn a_sentence_becomes_rows() {
        let world = World::get().unwrap();
        let table = Table::of(world);
        let rows = table.rows("cat on zebra");
        assert_eq!(rows[..5], [0, 3, rows[2], UNKNOWN, 1]);
        assert!(rows[2] > UNKNOWN && rows[4..].iter().all(|row| *row == 1));
    }

    #[test]
    fn each_word_gets_its_row_under_its_id_and_alike_ones_the_same() {
        let world = World::get().unwrap();
        let table = Table::of(world);
        let numbers: Vec<f32> = (0..table.len()).map(|row| row as f32 + 1.0).collect();
        let learned = Tensor::from_vec(numbers, (table.len(), 1), &Device::Cpu).unwrap();
        let whole = table.whole(&learned, world).unwrap();
        let ids = ids().unwrap();
        let of = |word: &str| whole[ids[&format!("{word}</w>")]];
        assert_eq!((whole[MARKS[0]], whole[MARKS[1]], of("cat")), (1.0, 2.0, 4.0));
        assert_eq!(of("grey"), of("gray"));
        assert_eq!(of("zebra"), 0.0);
        let taught = whole.iter().filter(|x| **x > 0.0).count();
        assert_eq!(taught, table.len() - 1 + world.alike.len());
    }
}

//! The form of a teaching: the word, its pictures, what learns, and how hard it is taught.

use std::path::PathBuf;

use crate::app::text_box::TextBox;
use crate::walk::{DeviceChoice, Intensity, LessonAsked, PicturesFrom, TaughtKind};

/// The word that the snails inside the program are for.
const WORD: &str = "snail";
/// A drawing that there is.
const DRAWING: &str = "cat";
/// Places of a prompt that a learned word takes.
const VECTORS: usize = 4;
/// Rows of each thin matrix of a LoRA.
const RANK: usize = 4;

/// Where the pictures come from, as the form turns through it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PicturesRow {
    /// The snails inside the program.
    #[default]
    Inside,
    /// A folder.
    Folder,
    /// A drawing.
    Drawing,
}

impl PicturesRow {
    const ALL: [Self; 3] = [Self::Inside, Self::Folder, Self::Drawing];
}

/// A row of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeachRow {
    /// The word.
    Word,
    /// From where its pictures come.
    Pictures,
    /// Which folder, or which drawing.
    Where,
    /// The word's vectors, or thin matrices.
    Learns,
    /// How hard.
    Intensity,
}

impl TeachRow {
    /// All rows, in the order of the screen.
    pub const ALL: [Self; 5] =
        [Self::Word, Self::Pictures, Self::Where, Self::Learns, Self::Intensity];
}

/// A line of text and its cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The text.
    pub text: String,
    /// Place of the cursor, in characters.
    pub cursor: usize,
}

impl Typed {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), cursor: text.chars().count() }
    }

    /// Another text in its place.
    pub fn set(&mut self, text: &str) {
        *self = Self::new(text);
    }

    fn line(&mut self) -> TextBox<'_> {
        TextBox::new(&mut self.text, &mut self.cursor)
    }
}

/// The form being filled in; what was typed stays whatever is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeachForm {
    /// The chosen row.
    pub chosen: usize,
    /// The word.
    pub word: Typed,
    /// From where its pictures come.
    pub pictures: PicturesRow,
    /// The folder.
    pub folder: Typed,
    /// The drawing.
    pub drawing: Typed,
    /// Whether thin matrices learn, and not the word's vectors.
    pub lora: bool,
    /// How hard it is taught.
    pub intensity: Intensity,
}

impl Default for TeachForm {
    fn default() -> Self {
        Self {
            chosen: 0,
            word: Typed::new(WORD),
            pictures: PicturesRow::Inside,
            folder: Typed::default(),
            drawing: Typed::new(DRAWING),
            lora: true,
            intensity: Intensity::Gentle,
        }
    }
}

impl TeachForm {
    /// The chosen row.
    pub fn row(&self) -> TeachRow {
        TeachRow::ALL[self.chosen.min(TeachRow::ALL.len() - 1)]
    }

    /// Whether text is typed into the chosen row.
    pub fn types(&self) -> bool {
        match self.row() {
            TeachRow::Word => true,
            TeachRow::Where => self.pictures != PicturesRow::Inside,
            TeachRow::Pictures | TeachRow::Learns | TeachRow::Intensity => false,
        }
    }

    /// The line of text of a row, where it has one.
    pub const fn typed(&self, row: TeachRow) -> Option<&Typed> {
        match (row, self.pictures) {
            (TeachRow::Word, _) => Some(&self.word),
            (TeachRow::Where, PicturesRow::Folder) => Some(&self.folder),
            (TeachRow::Where, PicturesRow::Drawing) => Some(&self.drawing),
            _ => None,
        }
    }

    /// The line being typed.
    pub(in crate::app) fn line(&mut self) -> Option<TextBox<'_>> {
        match (self.row(), self.pictures) {
            (TeachRow::Word, _) => Some(self.word.line()),
            (TeachRow::Where, PicturesRow::Folder) => Some(self.folder.line()),
            (TeachRow::Where, PicturesRow::Drawing) => Some(self.drawing.line()),
            _ => None,
        }
    }

    /// The next row, or the one before; the ends stay.
    pub(super) fn choose(&mut self, on: bool) {
        let last = TeachRow::ALL.len() - 1;
        self.chosen = if on { (self.chosen + 1).min(last) } else { self.chosen.saturating_sub(1) };
    }

    /// The next value of the chosen row, or the one before.
    pub(super) fn turn(&mut self, up: bool) {
        match self.row() {
            TeachRow::Pictures => self.pictures = turned(&PicturesRow::ALL, self.pictures, up),
            TeachRow::Learns => self.lora = !self.lora,
            TeachRow::Intensity => self.intensity = turned(&Intensity::ALL, self.intensity, up),
            TeachRow::Word | TeachRow::Where => {}
        }
    }

    /// Where the pictures come from; `None` where it is still to be typed.
    pub fn from(&self) -> Option<PicturesFrom> {
        let typed = |line: &Typed| {
            let text = line.text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        match self.pictures {
            PicturesRow::Inside => Some(PicturesFrom::Inside),
            PicturesRow::Folder => {
                typed(&self.folder).map(|path| PicturesFrom::Folder(PathBuf::from(path)))
            }
            PicturesRow::Drawing => typed(&self.drawing).map(PicturesFrom::Drawing),
        }
    }

    /// What learns.
    pub const fn kind(&self) -> TaughtKind {
        if self.lora {
            TaughtKind::Lora { rank: RANK, text: false }
        } else {
            TaughtKind::Vectors(VECTORS)
        }
    }

    /// What is asked for, of this model on this device.
    pub(super) fn asked(&self, model: Option<String>, device: DeviceChoice) -> Option<LessonAsked> {
        let word = self.word.text.trim().to_owned();
        let (teaching, keep) = self.intensity.teaching(word, self.kind());
        Some(LessonAsked { model, device, from: self.from()?, keep, teaching })
    }
}

/// The value after one of a list, or before it, in a circle.
fn turned<T: Copy + PartialEq>(all: &[T], now: T, up: bool) -> T {
    let at = all.iter().position(|one| *one == now).unwrap_or(0);
    let next = if up { at + 1 } else { at + all.len() - 1 };
    all.get(next % all.len().max(1)).copied().unwrap_or(now)
}

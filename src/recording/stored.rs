//! Tensors in a file, read by name, every size checked against the file before memory is taken.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use half::f16;
use serde::de::DeserializeOwned;

use super::header::Header;
use super::tensor::Dtype;
use crate::walk::{Grid, Picture};

/// Why a tensor could not be had.
#[derive(Debug)]
pub(super) enum Fault {
    /// The file ends before the tensor does.
    Cut,
    /// The file says what cannot be: the name of what is wrong.
    Damaged(String),
    /// The system could not read.
    Unread(std::io::Error),
}

impl Fault {
    pub(super) fn damaged(name: &str) -> Self {
        Self::Damaged(name.to_owned())
    }
}

/// An open recording.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) file: File,
    pub(super) header: Header,
    /// Where the data begin.
    pub(super) start: u64,
    /// How long the file is.
    pub(super) length: u64,
}

/// A tensor's format, shape and bytes.
type Raw = (Dtype, Vec<usize>, Vec<u8>);
/// A shape and bytes.
type Shaped = (Vec<usize>, Vec<u8>);

impl Stored {
    pub(super) fn has(&self, name: &str) -> bool {
        self.header.entries.contains_key(name)
    }

    /// The tensor of this name; `None` where there is none.
    fn raw(&mut self, name: &str) -> Result<Option<Raw>, Fault> {
        let Some(entry) = self.header.entries.get(name) else { return Ok(None) };
        let (dtype, length) = entry.checked().ok_or_else(|| Fault::damaged(name))?;
        let [from, to] = entry.data_offsets;
        if self.start.checked_add(to).is_none_or(|end| end > self.length) {
            return Err(Fault::Cut);
        }
        let mut bytes = vec![0; length];
        let read = self
            .file
            .seek(SeekFrom::Start(self.start + from))
            .and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(Fault::Unread)?;
        Ok(Some((dtype, entry.shape.clone(), bytes)))
    }

    /// The numbers of this name in 16 or 32 bits; `None` where there are none.
    pub(super) fn find(&mut self, name: &str) -> Result<Option<Grid>, Fault> {
        let Some((dtype, shape, bytes)) = self.raw(name)? else { return Ok(None) };
        let data = match dtype {
            Dtype::F32 => bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            Dtype::F16 => {
                bytes.as_chunks::<2>().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect()
            }
            Dtype::U8 | Dtype::I64 => return Err(Fault::damaged(name)),
        };
        Grid::new(&shape, data).ok_or_else(|| Fault::damaged(name)).map(Some)
    }

    /// The same for numbers that must be there.
    pub(super) fn grid(&mut self, name: &str) -> Result<Grid, Fault> {
        self.find(name)?.ok_or_else(|| Fault::damaged(name))
    }

    /// A list of numbers.
    pub(super) fn line(&mut self, name: &str) -> Result<Vec<f32>, Fault> {
        let grid = self.grid(name)?;
        if grid.shape().len() == 1 { Ok(grid.data().to_vec()) } else { Err(Fault::damaged(name)) }
    }

    /// Bytes and their shape; `None` where there are none of this name.
    pub(super) fn bytes(&mut self, name: &str) -> Result<Option<Shaped>, Fault> {
        match self.raw(name)? {
            None => Ok(None),
            Some((Dtype::U8, shape, bytes)) => Ok(Some((shape, bytes))),
            Some(_) => Err(Fault::damaged(name)),
        }
    }

    /// A picture `[3,H,W]`; `None` where there is none.
    pub(super) fn picture(&mut self, name: &str) -> Result<Option<Picture>, Fault> {
        let Some((shape, bytes)) = self.bytes(name)? else { return Ok(None) };
        let [3, height, width] = *shape else { return Err(Fault::damaged(name)) };
        if bytes.is_empty() {
            return Err(Fault::damaged(name));
        }
        let size = height * width;
        let pixel = |x, y| [0, 1, 2].map(|c| bytes[c * size + y * width + x]);
        Ok(Some(Picture::from_fn(width, height, pixel)))
    }

    /// What JSON of this name says.
    pub(super) fn json<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Fault> {
        let (_, bytes) = self.bytes(name)?.ok_or_else(|| Fault::damaged(name))?;
        if bytes.len() > 4 << 20 {
            return Err(Fault::damaged(name));
        }
        serde_json::from_slice(&bytes).map_err(|_| Fault::damaged(name))
    }
}

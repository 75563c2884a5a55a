//! Frames go into a growing file that can be opened at every moment.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::Precision;
use super::frame_to_tensors::{Manner, layers_between, rows_filled, tensors};
use super::header::{Facts, digits, entry, opening};
use super::tensor::Tensor;
use crate::walk::{Frame, ModelCard, Problem, Settings, Tokens};

/// A place that a recording will have: checked, and held by a file `NAME.partial` beside it.
/// Dropped unused, it leaves nothing behind.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    partial: PathBuf,
    file: Option<File>,
    force: bool,
}

impl Destination {
    /// Takes the place `path`.
    ///
    /// # Errors
    /// A file that is there already (unless `force`), also one that an interrupted recording of
    /// this name left; a folder or device in its place; a folder that is not there or not ours to
    /// write.
    pub fn open(path: &Path, force: bool) -> Result<Self, Problem> {
        let named = |key| Problem::new(key).with("file", path.display());
        let mut path_there = path.to_path_buf();
        if let Ok(there) = fs::metadata(path) {
            if there.is_dir() {
                return Err(named("recording-is-folder"));
            }
            if !there.is_file() {
                return Err(named("recording-is-device"));
            }
            if !force {
                return Err(named("recording-exists"));
            }
            path_there = fs::canonicalize(path).unwrap_or(path_there);
        }
        let Some(name) = path_there.file_name() else {
            return Err(named("recording-is-folder"));
        };
        let mut name = name.to_owned();
        name.push(".partial");
        let partial = path_there.with_file_name(name);
        let held = match fs::symlink_metadata(&partial) {
            Ok(left) if !left.is_file() => {
                return Err(Problem::new("recording-is-device").with("file", partial.display()));
            }
            Ok(_) if !force => {
                return Err(Problem::new("recording-left-over").with("file", partial.display()));
            }
            Ok(_) => OpenOptions::new().read(true).write(true).truncate(true).open(&partial),
            Err(_) => OpenOptions::new().read(true).write(true).create_new(true).open(&partial),
        };
        match held {
            Ok(file) => Ok(Self { path: path_there, partial, file: Some(file), force }),
            Err(error) => Err(cannot_write(path, &error)),
        }
    }

    /// Where the recording will be.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            drop(fs::remove_file(&self.partial));
        }
    }
}

/// What a failed write means to the user.
fn cannot_write(path: &Path, error: &io::Error) -> Problem {
    let key = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "recording-disk-full"
        }
        io::ErrorKind::NotFound => "recording-no-folder",
        _ => {
            return Problem::new("recording-not-written")
                .with("file", path.display())
                .with("reason", error);
        }
    };
    Problem::new(key).with("file", path.display())
}

/// A recording being written. Dropped unfinished, it leaves `NAME.partial`, which opens up to the
/// last whole frame.
#[derive(Debug)]
pub struct Writer {
    destination: Destination,
    file: File,
    precision: Precision,
    settings: Settings,
    card: ModelCard,
    calls: usize,
    tokens: Option<Tokens>,
    /// Bytes that the text encoders' layers between took.
    layers: usize,
    /// Entries so far, each behind a comma.
    entries: String,
    frames: usize,
    /// Length of the header with its reserve.
    reserved: u64,
    /// Place in the file of the count of whole frames.
    count_at: u64,
    /// Place in the file of the header's closing brace.
    brace_at: u64,
    /// Bytes of data so far.
    length: u64,
}

impl Writer {
    /// Lays out the header.
    ///
    /// # Errors
    /// A disk that is full or takes no more; nothing is left behind.
    pub fn begin(
        mut destination: Destination,
        precision: Precision,
        settings: &Settings,
        card: &ModelCard,
        calls: usize,
    ) -> Result<Self, Problem> {
        let Some(file) = destination.file.take() else {
            return Err(
                Problem::new("recording-no-folder").with("file", destination.path.display())
            );
        };
        let mut writer = Self {
            destination,
            file,
            precision,
            settings: settings.clone(),
            card: card.clone(),
            calls,
            tokens: None,
            layers: 0,
            entries: String::new(),
            frames: 0,
            reserved: 0,
            count_at: 0,
            brace_at: 0,
            length: 0,
        };
        match writer.lay_out() {
            Ok(()) => Ok(writer),
            Err(error) => {
                let problem = cannot_write(&writer.destination.path, &error);
                writer.abandon();
                Err(problem)
            }
        }
    }

    /// Appends the next frame. Frames come in the order of the walk.
    ///
    /// # Errors
    /// A disk that is full or takes no more. The frames before stay whole: finish or abandon.
    pub fn push(&mut self, frame: &Frame) -> Result<(), Problem> {
        self.append(frame).map_err(|error| cannot_write(&self.destination.path, &error))
    }

    /// Gives the file its name: also with fewer frames than the walk has.
    ///
    /// # Errors
    /// A name that was taken meanwhile, or a disk that takes no more; the unfinished file is
    /// removed then.
    pub fn finish(self) -> Result<(), Problem> {
        let Destination { path, partial, force, .. } = &self.destination;
        let taken = match fs::symlink_metadata(path) {
            Ok(there) => !there.is_file() || !force,
            Err(_) => false,
        };
        let done = if taken {
            Err(Problem::new("recording-exists").with("file", path.display()))
        } else {
            let whole = self.file.set_len(8 + self.reserved + self.length);
            let named = whole.and_then(|()| self.file.sync_all());
            let named = named.and_then(|()| fs::rename(partial, path));
            named.map_err(|error| cannot_write(path, &error))
        };
        if done.is_err() {
            self.abandon();
        }
        done
    }

    /// Gives up: nothing is left behind.
    pub fn abandon(self) {
        drop(fs::remove_file(&self.destination.partial));
    }

    /// The file that stays if this writer is dropped unfinished.
    pub fn left_behind(&self) -> &Path {
        &self.destination.partial
    }

    /// How many frames are in.
    pub const fn frames(&self) -> usize {
        self.frames
    }

    fn append(&mut self, frame: &Frame) -> io::Result<()> {
        if let Frame::Tokens(tokens) = frame {
            self.tokens = Some(tokens.clone());
            self.lay_out()?;
        }
        let rows = self.tokens.as_ref().map_or(77, rows_filled);
        let mut added = String::new();
        let mut end = self.length;
        let manner = Manner { precision: self.precision, rows, layers: self.layers };
        let mut tensors = tensors(frame, manner);
        if matches!(frame, Frame::Embeddings(_)) {
            self.layers = layers_between(&tensors);
        }
        pad(&mut tensors, self.length);
        self.write_at(8 + self.reserved + self.length, &[])?;
        for tensor in &tensors {
            added.push(',');
            added.push_str(&entry(tensor, end));
            self.file.write_all(&tensor.bytes)?;
            end += tensor.bytes.len() as u64;
        }
        self.enter(&added, end)
    }

    /// The data are in; now the header says so. The file can be opened between any two writes:
    /// text behind the closing brace is not looked at, one byte turns the brace into a comma, and
    /// the count comes last.
    fn enter(&mut self, added: &str, end: u64) -> io::Result<()> {
        self.entries.push_str(added);
        self.length = end;
        self.frames += 1;
        if self.brace_at + added.len() as u64 >= 8 + self.reserved {
            return self.lay_out();
        }
        let Some(rest) = added.strip_prefix(',') else {
            return self.write_at(self.count_at, digits(self.frames).as_bytes());
        };
        self.write_at(self.brace_at + 1, format!("{rest}}}").as_bytes())?;
        self.write_at(self.brace_at, b",")?;
        self.brace_at += added.len() as u64;
        self.write_at(self.count_at, digits(self.frames).as_bytes())
    }

    /// Writes the header anew, with room for what is to come, into a new file that takes the
    /// place of the old one: at the start, when the tokens are known, and in the rare case that
    /// the room was too small.
    fn lay_out(&mut self) -> io::Result<()> {
        let facts = Facts {
            precision: self.precision,
            settings: &self.settings,
            card: &self.card,
            calls: self.calls,
            tokens: self.tokens.as_ref(),
        };
        let (mut text, count_at) = opening(facts, self.frames);
        text.push_str(&self.entries);
        let brace_at = text.len();
        text.push('}');
        let length = (text.len() + self.room()).next_multiple_of(8);
        text.extend(std::iter::repeat_n(' ', length - text.len()));

        let old = 8 + self.reserved;
        let mut data = Vec::new();
        if self.length > 0 {
            self.file.seek(SeekFrom::Start(old))?;
            io::copy(&mut io::Read::take(&self.file, self.length), &mut data)?;
        }
        let fresh = self.destination.partial.with_extension("partial-new");
        let written = rewrite(&fresh, &text, &data)
            .and_then(|file| fs::rename(&fresh, &self.destination.partial).map(|()| file));
        if written.is_err() {
            drop(fs::remove_file(&fresh));
        }
        self.file = written?;
        self.reserved = length as u64;
        self.count_at = 8 + count_at as u64;
        self.brace_at = 8 + brace_at as u64;
        Ok(())
    }

    /// Bytes to keep for the entries still to come. An entry takes about 95 bytes.
    fn room(&self) -> usize {
        let before = self.settings.course(self.calls).before_steps();
        let done = self.frames.saturating_sub(before).min(self.calls);
        let (a_step, others) = match self.precision {
            Precision::Full => (11 * 100, 24_000),
            Precision::Compact => (6 * 92, 4_000),
        };
        (self.calls - done) * a_step + others
    }

    fn write_at(&mut self, place: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(place))?;
        self.file.write_all(bytes)
    }
}

fn rewrite(path: &Path, header: &str, data: &[u8]) -> io::Result<File> {
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    file.write_all(data)?;
    Ok(file)
}

fn is_json(tensor: &Tensor) -> bool {
    matches!(tensor.name.rsplit('.').next(), Some("about" | "nearest"))
}

/// Lets the frame end at a multiple of 8 bytes, so that the next one's numbers are aligned: its
/// last tensor is JSON, which may end in spaces.
fn pad(tensors: &mut [Tensor], start: u64) {
    let end = start + tensors.iter().map(|t| t.bytes.len() as u64).sum::<u64>();
    if let Some(last) = tensors.last_mut().filter(|last| is_json(last)) {
        last.bytes.extend(std::iter::repeat_n(b' ', (end.next_multiple_of(8) - end) as usize));
        last.shape = vec![last.bytes.len()];
    }
}

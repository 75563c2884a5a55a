//! Who computes a cell of a grid that several programs share: one claims it, the others leave it.
//!
//! Beside the recording stands NAME.lock, locked by the program that computes it. The system gives
//! the lock back when that program ends in whichever way, so that a killed one blocks nobody.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Destination;
use crate::walk::Problem;

/// What became of a claim.
#[derive(Debug)]
pub enum Claimed {
    /// It is ours: what an interrupted program left of it is gone.
    Ours(Claim),
    /// Another program is at it.
    Taken,
    /// It is there already, whole.
    There,
}

/// The right to write one recording, until it is dropped.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    lock: PathBuf,
    _held: File,
}

impl Claim {
    /// Claims the recording `path`.
    ///
    /// # Errors
    /// A folder that is not there or not ours to write, a file system without locks.
    pub fn take(path: &Path) -> Result<Claimed, Problem> {
        if path.is_file() {
            return Ok(Claimed::There);
        }
        let (lock, held) = open_lock(path)?;
        match held.try_lock() {
            Ok(()) => Ok(Self::held(path, lock, held).map_or(Claimed::There, Claimed::Ours)),
            Err(TryLockError::WouldBlock) => Ok(Claimed::Taken),
            Err(TryLockError::Error(error)) => Err(not_written(path, &error)),
        }
    }

    /// Claims the file `path` once nobody else is at it; `None` where it is there then.
    ///
    /// # Errors
    /// As [`Claim::take`].
    pub fn wait(path: &Path) -> Result<Option<Self>, Problem> {
        if path.is_file() {
            return Ok(None);
        }
        let (lock, held) = open_lock(path)?;
        held.lock().map_err(|error| not_written(path, &error))?;
        Ok(Self::held(path, lock, held))
    }

    /// The claim that a lock gives; `None` where the file is there.
    fn held(path: &Path, lock: PathBuf, held: File) -> Option<Self> {
        // Between the first look and the lock another program may have finished it.
        if path.is_file() {
            drop(fs::remove_file(&lock));
            return None;
        }
        Some(Self { path: path.to_owned(), lock, _held: held })
    }

    /// The place of the recording, free of what an interrupted program left.
    ///
    /// # Errors
    /// As [`Destination::open`].
    pub fn destination(&self) -> Result<Destination, Problem> {
        self.sweep();
        Destination::open(&self.path, false)
    }

    /// Writes a small file whole.
    ///
    /// # Errors
    /// A disk that takes no more; nothing half-written is left.
    pub fn write(&self, bytes: &[u8]) -> Result<(), Problem> {
        let partial = self.sweep();
        let written = File::create_new(&partial).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&partial, &self.path)
        });
        written.map_err(|error| {
            drop(fs::remove_file(&partial));
            not_written(&self.path, &error)
        })
    }

    /// Removes what an interrupted program left, and gives its name.
    fn sweep(&self) -> PathBuf {
        let partial = beside(&self.path, ".partial");
        if fs::symlink_metadata(&partial).is_ok_and(|left| left.is_file()) {
            drop(fs::remove_file(&partial));
        }
        partial
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Only where the recording is there: whoever opened the old lock meanwhile will see it.
        // Else two programs could hold a lock each, an old file's and a new one's.
        if self.path.is_file() {
            drop(fs::remove_file(&self.lock));
        }
    }
}

fn open_lock(path: &Path) -> Result<(PathBuf, File), Problem> {
    let lock = beside(path, ".lock");
    let open = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
    Ok((lock, open.map_err(|error| not_written(path, &error))?))
}

fn not_written(path: &Path, error: &io::Error) -> Problem {
    Problem::new("recording-not-written").with("file", path.display()).with("reason", error)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_claims_the_others_leave_it_and_a_dropped_claim_is_free_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cell.safetensors");
        let Ok(Claimed::Ours(first)) = Claim::take(&path) else { panic!("free") };
        assert!(matches!(Claim::take(&path), Ok(Claimed::Taken)));
        fs::write(beside(&path, ".partial"), "left by a killed program").expect("written");
        assert!(first.destination().is_ok());
        drop(first);
        let Ok(Claimed::Ours(second)) = Claim::take(&path) else { panic!("free again") };
        fs::write(&path, "whole").expect("written");
        drop(second);
        assert!(matches!(Claim::take(&path), Ok(Claimed::There)));
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1, "no lock is left");
    }

    #[test]
    fn of_many_that_wait_one_writes_and_what_a_killed_one_left_is_swept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("grid.json");
        fs::write(beside(&path, ".partial"), "left by a killed program").expect("written");
        let wrote = std::thread::scope(|scope| {
            let one = |name: &'static str| {
                let path = &path;
                scope.spawn(move || {
                    let claim = Claim::wait(path).expect("a folder to write")?;
                    claim.write(name.as_bytes()).expect("room");
                    Some(name)
                })
            };
            let all = ["a", "b", "c", "d"].map(one);
            let ended = all.into_iter().filter_map(|one| one.join().expect("no panic"));
            ended.collect::<Vec<_>>()
        });
        assert_eq!(wrote.len(), 1, "{wrote:?}");
        assert_eq!(fs::read_to_string(&path).expect("there"), wrote.concat());
        assert_eq!(fs::read_dir(folder.path()).expect("read").count(), 1, "nothing else is left");
    }
}

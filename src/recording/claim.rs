//! Who computes a cell of a grid that several programs share: one claims it, the others leave it.
//!
//! Beside the recording stands NAME.lock, locked by the program that computes it. The system gives
//! the lock back when that program ends in whichever way, so that a killed one blocks nobody.

use std::fs::{self, File, OpenOptions, TryLockError};
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
        let failed = |error: &dyn std::fmt::Display| {
            Problem::new("recording-not-written").with("file", path.display()).with("reason", error)
        };
        if path.is_file() {
            return Ok(Claimed::There);
        }
        let lock = beside(path, ".lock");
        let held = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .map_err(|error| failed(&error))?;
        match held.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Claimed::Taken),
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
        }
        // Between the first look and the lock another program may have finished it.
        if path.is_file() {
            drop(fs::remove_file(&lock));
            return Ok(Claimed::There);
        }
        Ok(Claimed::Ours(Self { path: path.to_owned(), lock, _held: held }))
    }

    /// The place of the recording, free of what an interrupted program left.
    ///
    /// # Errors
    /// As [`Destination::open`].
    pub fn destination(&self) -> Result<Destination, Problem> {
        let partial = beside(&self.path, ".partial");
        if fs::symlink_metadata(&partial).is_ok_and(|left| left.is_file()) {
            drop(fs::remove_file(&partial));
        }
        Destination::open(&self.path, false)
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
}

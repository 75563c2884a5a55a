//! Runs that another program computes: their recordings are read as soon as they are whole.

use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::News;
use crate::recording::read;
use crate::walk::Problem;

/// Between two looks at the folder.
const PAUSE: Duration = Duration::from_secs(1);

/// Watches for recordings, each told as a run under its number once it is there. Ends when all
/// are there; where the system has no thread to give, the runs are told as failed.
pub fn watch(files: Vec<(usize, PathBuf)>, news: impl Fn(News) + Send + Sync + 'static) {
    let told = std::sync::Arc::new(news);
    let theirs = std::sync::Arc::clone(&told);
    let ids: Vec<usize> = files.iter().map(|(id, _)| *id).collect();
    let spawned =
        thread::Builder::new().name("watch".to_owned()).spawn(move || look(files, &*theirs));
    if let Err(error) = spawned {
        let problem = Problem::new("worker-not-started").with("reason", error);
        for id in ids {
            told(News::Run { id, news: Box::new(News::Failed(problem.clone())) });
        }
    }
}

fn look(mut files: Vec<(usize, PathBuf)>, news: &dyn Fn(News)) {
    // Nothing is ever sent: the channel is the clock.
    let (_clock, never) = channel::<()>();
    while !files.is_empty() {
        files.retain(|(id, file)| {
            if !file.is_file() {
                return true;
            }
            tell(*id, file, news);
            false
        });
        if never.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

fn tell(id: usize, file: &std::path::Path, news: &dyn Fn(News)) {
    let told = |one| news(News::Run { id, news: Box::new(one) });
    match read(file) {
        Err(problem) => told(News::Failed(problem)),
        Ok(recording) => {
            told(News::Opened {
                card: Box::new(recording.card),
                settings: Box::new(recording.settings),
                calls: recording.calls,
                note: None,
            });
            recording.frames.into_iter().for_each(|frame| told(News::Frame(Box::new(frame))));
            told(News::Finished);
        }
    }
}

//! One file from the hub into the cache: what a broken connection left is gone on with, and what
//! arrives is measured and, where its hash is known, hashed before it bears its name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};
use ureq::Agent;
use ureq::config::RedirectAuthHeaders;

use super::disk;
use super::fetch::Onlooker;
use super::id::ModelId;
use super::listing::{Remote, away, refused};
use crate::walk::Problem;

/// How long a connection and each single answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Tries in a row that bring nothing before it is given up.
const TRIES: u32 = 3;
/// How long it is waited after a try that brought nothing; longer after the second.
const PAUSE: Duration = Duration::from_millis(300);
/// The largest file of weights, and the largest of any other kind, that is taken in.
const LARGEST: [u64; 2] = [64 << 30, 64 << 20];
/// Bytes that are read at a time.
const PIECE: usize = 1 << 16;

/// What reads bodies.
#[derive(Debug)]
pub(super) struct Carrier {
    agent: Agent,
    token: Option<String>,
}

/// Where a file comes from and where it goes.
#[derive(Debug)]
pub(super) struct Order<'a> {
    pub(super) id: &'a ModelId,
    pub(super) file: &'a Remote,
    pub(super) address: String,
    /// Its place in the cache.
    pub(super) blob: PathBuf,
}

impl Carrier {
    /// The token goes to the hub alone, not to where it redirects.
    pub(super) fn new(token: Option<String>) -> Self {
        let config = Agent::config_builder()
            .user_agent(concat!("safelight/", env!("CARGO_PKG_VERSION")))
            .accept_encoding("identity")
            .http_status_as_error(false)
            .redirect_auth_headers(RedirectAuthHeaders::SameHost)
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            .build();
        Self { agent: config.new_agent(), token }
    }

    /// Brings a file to its place. Whoever else is bringing it at the same moment goes first.
    pub(super) fn bring(&self, order: &Order<'_>, onlooker: &dyn Onlooker) -> Result<(), Problem> {
        let part = order.blob.with_extension("part");
        let lock = order.blob.with_extension("lock");
        let not_written = |error: io::Error| not_written(&part, &error);
        if let Some(folder) = order.blob.parent() {
            fs::create_dir_all(folder).map_err(not_written)?;
        }
        let lock = File::create(&lock).map_err(not_written)?;
        if lock.try_lock().is_err() {
            return Err(Problem::new("hub-locked").with("file", &order.file.path));
        }
        if order.blob.is_file() {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&part).map_err(not_written)?;
        self.fill(order, &mut file, onlooker)?;
        if !sound(&mut file, order.file).map_err(not_written)? {
            drop(fs::remove_file(&part));
            return Err(Problem::new("hub-damaged").with("file", &order.file.path));
        }
        file.sync_all().and_then(|()| fs::rename(&part, &order.blob)).map_err(not_written)
    }

    /// Reads until the file is as long as it should be.
    fn fill(
        &self,
        order: &Order<'_>,
        file: &mut File,
        onlooker: &dyn Onlooker,
    ) -> Result<(), Problem> {
        let mut idle = 0;
        loop {
            let before = length(file);
            let whole = self.once(order, file, onlooker);
            match &whole {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(problem) if problem.key() == "hub-away" => {}
                Err(_) => return whole.map(drop),
            }
            idle = if length(file) > before { 0 } else { idle + 1 };
            if idle == TRIES {
                return Err(whole.err().unwrap_or_else(|| broken(order, length(file))));
            }
            thread::sleep(PAUSE * idle);
        }
    }

    /// One answer, from where the file ends; gives whether it is whole now.
    fn once(
        &self,
        order: &Order<'_>,
        file: &mut File,
        onlooker: &dyn Onlooker,
    ) -> Result<bool, Problem> {
        let asked = match order.file.size {
            Some(size) if size == length(file) => return Ok(true),
            Some(size) if size < length(file) => 0,
            _ => length(file),
        };
        let mut request = self.agent.get(&order.address);
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if asked > 0 {
            request = request.header("Range", format!("bytes={asked}-"));
        }
        let mut response = request.call().map_err(|error| away(&error))?;
        let status = response.status().as_u16();
        if status == 416 {
            // What is here is no beginning of what is there.
            return begin_again(file, order).map(|()| false);
        }
        refused(order.id, status).map_err(|problem| problem.with("file", &order.file.path))?;
        let header = |name: &str| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        let range = header("content-range").as_deref().and_then(range);
        // A hub that knows no ranges sends the file from its beginning.
        let start = if status == 206 { range.map_or(asked, |(from, _)| from) } else { 0 };
        if status == 206 && start > length(file) {
            return begin_again(file, order).map(|()| false);
        }
        let told = response.body().content_length().map(|more| start.saturating_add(more));
        let size = order.file.size.or(range.and_then(|(_, size)| size)).or(told);
        cut(file, start).map_err(|error| not_written(&order.blob, &error))?;
        let body = response.body_mut().as_reader();
        let arrived = copy(body, file, order, (start, size), onlooker)?;
        Ok(size.map_or(arrived.ended, |size| arrived.bytes == size))
    }
}

/// How far one answer came.
struct Arrived {
    bytes: u64,
    /// Whether it ended by itself, not by a broken connection.
    ended: bool,
}

/// Writes what arrives; a connection that breaks is no failure yet.
fn copy(
    mut body: impl Read,
    file: &mut File,
    order: &Order<'_>,
    (start, size): (u64, Option<u64>),
    onlooker: &dyn Onlooker,
) -> Result<Arrived, Problem> {
    let mut piece = vec![0; PIECE];
    let weights = order.file.path.ends_with(".safetensors");
    let most = if weights { LARGEST[0] } else { LARGEST[1] };
    let mut bytes = start;
    loop {
        if onlooker.cancelled() {
            return Err(Problem::cancelled());
        }
        onlooker.arrived(&order.file.path, bytes, size);
        let read = match body.read(&mut piece) {
            Ok(0) => return Ok(Arrived { bytes, ended: true }),
            Ok(read) => read,
            Err(_) => return Ok(Arrived { bytes, ended: false }),
        };
        bytes += read as u64;
        if bytes > size.unwrap_or(u64::MAX).min(most) {
            // More than there is to have: nothing of it can be trusted.
            begin_again(file, order)?;
            return Err(Problem::new("hub-damaged").with("file", &order.file.path));
        }
        let read = piece.get(..read).unwrap_or_default();
        file.write_all(read).map_err(|error| not_written(&order.blob, &error))?;
    }
}

/// Whether what arrived has the size and the hash that the hub told.
fn sound(file: &mut File, remote: &Remote) -> io::Result<bool> {
    if remote.size.is_some_and(|size| size != length(file)) {
        return Ok(false);
    }
    let Some(wanted) = &remote.sha256 else { return Ok(true) };
    file.seek(SeekFrom::Start(0))?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hash.update(piece.get(..read).unwrap_or_default());
    }
    Ok(disk::hexadecimal(&hash.finalize()) == *wanted)
}

/// `bytes 5-9/10` as where it begins and how long the whole is.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (span, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    Some((span.split_once('-')?.0.parse().ok()?, size.parse().ok()))
}

fn length(file: &File) -> u64 {
    file.metadata().map_or(0, |metadata| metadata.len())
}

fn cut(file: &mut File, length: u64) -> io::Result<()> {
    file.set_len(length)?;
    file.seek(SeekFrom::Start(length)).map(drop)
}

fn begin_again(file: &mut File, order: &Order<'_>) -> Result<(), Problem> {
    cut(file, 0).map_err(|error| not_written(&order.blob, &error))
}

fn broken(order: &Order<'_>, bytes: u64) -> Problem {
    let size = order.file.size.map_or_else(|| "?".to_owned(), |size| size.to_string());
    Problem::new("hub-broken")
        .with("file", &order.file.path)
        .with("bytes", bytes)
        .with("size", size)
}

/// The cache does not take what arrives.
pub(super) fn not_written(path: &Path, error: &io::Error) -> Problem {
    Problem::new("hub-not-written").with("file", path.display()).with("reason", error)
}

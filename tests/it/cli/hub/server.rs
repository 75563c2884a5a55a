//! A small hub on loopback: lists a repository, sends its files, and misbehaves as it is told.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(super) const COMMIT: &str = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";

/// What the hub does.
#[derive(Clone, Default)]
pub(super) struct Manners {
    /// The list is refused with this status.
    pub(super) refuses: Option<u16>,
    /// The list is this text.
    pub(super) says: Option<String>,
    /// Files of weights break off after so many bytes; so many times, then no more.
    pub(super) breaks: Option<(usize, usize)>,
    /// Ranges are not known.
    pub(super) no_ranges: bool,
    /// Neither sizes nor hashes are told.
    pub(super) no_hashes: bool,
    /// Files are found at this address.
    pub(super) elsewhere: Option<String>,
    /// This status for every file.
    pub(super) refuses_files: Option<u16>,
    /// More bytes than there should be.
    pub(super) endless: bool,
}

/// One question: path, range, authorization.
pub(super) type Question = (String, Option<String>, Option<String>);

struct State {
    files: BTreeMap<String, Vec<u8>>,
    manners: Mutex<Manners>,
    asked: Mutex<Vec<Question>>,
    over: AtomicBool,
}

/// A hub with one repository, `toy/sd1`, until it is dropped.
pub(super) struct Hub {
    state: Arc<State>,
    port: u16,
}

impl Hub {
    /// A repository of a model's folder and some files that nobody needs.
    pub(super) fn of(model: &Path) -> Self {
        let mut files = BTreeMap::new();
        read(model, "", &mut files);
        for other in
            ["README.md", "unet/diffusion_pytorch_model.bin", "safety_checker/model.safetensors"]
        {
            files.insert(other.to_owned(), b"not needed".to_vec());
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            files,
            manners: Mutex::default(),
            asked: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let served = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if served.over.load(Ordering::Relaxed) {
                    break;
                }
                let (served, Ok(stream)) = (Arc::clone(&served), stream) else { continue };
                thread::spawn(move || drop(served.answer(&stream)));
            }
        });
        Self { state, port }
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The same place under another host's name.
    pub(super) fn other_name(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    pub(super) fn behaves(&self, manners: Manners) {
        *self.state.manners.lock().unwrap() = manners;
    }

    /// What was asked since the last call.
    pub(super) fn asked(&self) -> Vec<Question> {
        std::mem::take(&mut self.state.asked.lock().unwrap())
    }

    pub(super) fn file(&self, path: &str) -> &[u8] {
        &self.state.files[path]
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::Relaxed);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);
    let digits = digits.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

impl State {
    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream).lines();
        let first = lines.next().unwrap_or(Ok(String::new()))?;
        let (mut range, mut token) = (None, None);
        for line in lines {
            let line = line?;
            if line.is_empty() {
                break;
            }
            let Some((name, value)) = line.split_once(": ") else { continue };
            match name.to_lowercase().as_str() {
                "range" => range = Some(value.to_owned()),
                "authorization" => token = Some(value.to_owned()),
                _ => {}
            }
        }
        let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let path = target.split('?').next().unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push((path.clone(), range.clone(), token));
        let manners = self.manners.lock().unwrap().clone();
        if path == "/api/models/toy/sd1/revision/main" {
            let status = manners.refuses.unwrap_or(200);
            let body = manners.says.clone().unwrap_or_else(|| self.list(&manners).to_string());
            return send(stream, status, "", body.as_bytes());
        }
        let Some(name) = path.strip_prefix("/toy/sd1/resolve/main/") else {
            return send(stream, 404, "", b"");
        };
        if let Some(status) = manners.refuses_files {
            return send(stream, status, "", b"");
        }
        if let Some(elsewhere) = &manners.elsewhere {
            return send(stream, 302, &format!("Location: {elsewhere}{path}\r\n"), b"");
        }
        let Some(whole) = self.files.get(name) else { return send(stream, 404, "", b"") };
        let from = range
            .as_deref()
            .and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        let from: usize = from.filter(|_| !manners.no_ranges).unwrap_or(0);
        if from > 0 && from >= whole.len() {
            return send(stream, 416, "", b"");
        }
        let body = &whole[from..];
        let breaks =
            manners.breaks.filter(|(_, times)| *times > 0 && name.ends_with("safetensors"));
        let status = if from > 0 { 206 } else { 200 };
        let ranges = format!("Content-Range: bytes {from}-{}/{}\r\n", whole.len() - 1, whole.len());
        let ranges = if from > 0 { ranges } else { String::new() };
        if manners.endless {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[0; 4096])?;
            }
        }
        if let Some((bytes, _)) = breaks {
            if let Some((_, times)) = &mut self.manners.lock().unwrap().breaks {
                *times -= 1;
            }
            let head =
                format!("HTTP/1.1 {status} x\r\n{ranges}Content-Length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes())?;
            stream.write_all(&body[..bytes.min(body.len())])?;
            return stream.flush();
        }
        send(stream, status, &ranges, body)
    }

    fn list(&self, manners: &Manners) -> Value {
        let file = |(path, bytes): (&String, &Vec<u8>)| {
            let mut file = json!({"rfilename": path});
            if !manners.no_hashes {
                file["size"] = bytes.len().into();
                // Git's own hashes need not be right: nothing here can check them.
                file["blobId"] = sha256(path.as_bytes())[..40].into();
                if path.ends_with("safetensors") {
                    file["lfs"] = json!({"sha256": sha256(bytes), "size": bytes.len()});
                }
            }
            file
        };
        let mut files: Vec<Value> = self.files.iter().map(file).collect();
        for hostile in [
            "../../evil.json",
            "unet/../../../config.json",
            "/etc/config.json",
            "..\\vae\\config.json",
        ] {
            files.push(json!({"rfilename": hostile, "size": 4, "blobId": "e".repeat(40)}));
        }
        json!({"sha": COMMIT, "siblings": files})
    }
}

fn send(mut stream: &TcpStream, status: u16, more: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} x\r\nConnection: close\r\n{more}Content-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    stream.flush()?;
    // What the other side still sends is read, so that closing does not throw the answer away.
    stream.shutdown(std::net::Shutdown::Write)?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}

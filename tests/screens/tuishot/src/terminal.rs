//! A terminal without a window: takes in what a program writes, answers its questions.

use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::Res;
use crate::arguments::Opts;

/// The terminal and the program's end of it.
pub struct Term {
    pub parser: vt100::Parser,
    pub rx: Receiver<Vec<u8>>,
    pub w: Box<dyn Write + Send>,
    pub last: Instant,
    pub o: Opts,
    pub cell: (u16, u16),
    pub eof: bool,
    pub bytes: usize,
}
impl Term {
    /// Take in output for at most `d`; returns false once the program has closed the terminal.
    pub fn pump(&mut self, d: Duration) -> Res<bool> {
        let end = Instant::now() + d;
        loop {
            match self.rx.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(b) => {
                    self.last = Instant::now();
                    self.bytes += b.len();
                    self.answer(&b)?;
                    self.parser.process(&b);
                    if Instant::now() >= end {
                        return Ok(true);
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Ok(true),
                Err(RecvTimeoutError::Disconnected) => {
                    self.eof = true;
                    return Ok(false);
                }
            }
        }
    }
    /// Reply to the questions a program asks of its terminal.
    fn answer(&mut self, b: &[u8]) -> Res<()> {
        if self.o.mute {
            return Ok(());
        }
        let s = String::from_utf8_lossy(b).into_owned();
        let (bg, fg) = if self.o.light {
            ("ffff/ffff/ffff", "0000/0000/0000")
        } else {
            ("1010/1010/1414", "dddd/dddd/dddd")
        };
        let mut r = String::new();
        let mut at: Vec<(usize, String)> = vec![];
        for (q, a) in [
            ("\x1b[16t", format!("\x1b[6;{};{}t", self.cell.1, self.cell.0)),
            (
                "\x1b[14t",
                format!("\x1b[4;{};{}t", self.cell.1 * self.o.rows, self.cell.0 * self.o.cols),
            ),
            (
                "\x1b[c",
                if self.o.sixel { "\x1b[?62;4;22c".into() } else { "\x1b[?62;22c".to_string() },
            ),
            ("\x1b[5n", "\x1b[0n".into()),
            ("\x1b[6n", {
                let (y, x) = self.parser.screen().cursor_position();
                format!("\x1b[{};{}R", y + 1, x + 1)
            }),
            ("\x1b[?2026$p", "\x1b[?2026;2$y".into()),
            ("\x1b]11;?", format!("\x1b]11;rgb:{bg}\x1b\\")),
            ("\x1b]10;?", format!("\x1b]10;rgb:{fg}\x1b\\")),
        ] {
            for (i, _) in s.match_indices(q) {
                at.push((i, a.clone()))
            }
        }
        at.sort_by_key(|x| x.0);
        for (_, a) in at {
            r.push_str(&a)
        }
        if !r.is_empty() {
            self.w.write_all(r.as_bytes())?;
            self.w.flush()?
        }
        Ok(())
    }
    /// Take in output until `f` holds.
    pub fn until(&mut self, what: &str, mut f: impl FnMut(&Term) -> bool) -> Res<()> {
        let end = Instant::now() + self.o.timeout;
        loop {
            if f(self) {
                return Ok(());
            }
            if Instant::now() > end || self.eof {
                return Err(format!(
                    "gave up on {what}; screen:\n{}",
                    self.parser.screen().contents()
                )
                .into());
            }
            self.pump(Duration::from_millis(20))?;
        }
    }
}

/// The bytes that a key sends.
pub fn key(n: &str) -> Vec<u8> {
    let s: &str = match n {
        "enter" => "\r",
        "esc" => "\x1b",
        "tab" => "\t",
        "backtab" => "\x1b[Z",
        "space" => " ",
        "bs" => "\x7f",
        "up" => "\x1b[A",
        "down" => "\x1b[B",
        "right" => "\x1b[C",
        "left" => "\x1b[D",
        "home" => "\x1b[H",
        "end" => "\x1b[F",
        "pgup" => "\x1b[5~",
        "pgdn" => "\x1b[6~",
        "del" => "\x1b[3~",
        "f1" => "\x1bOP",
        "f2" => "\x1bOQ",
        "f3" => "\x1bOR",
        "f4" => "\x1bOS",
        _ => {
            if let Some(c) = n.strip_prefix("ctrl-") {
                return vec![c.as_bytes()[0] & 0x1f];
            }
            if let Some(c) = n.strip_prefix("alt-") {
                return [b"\x1b", c.as_bytes()].concat();
            }
            n
        }
    };
    s.as_bytes().to_vec()
}

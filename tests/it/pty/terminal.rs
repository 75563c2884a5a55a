//! A terminal for tests: a pseudo-terminal with a screen parser behind it. It answers what
//! programs ask of terminals, and every wait is for something to become true, never for a time.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// No wait is longer; a busy machine is slow, a program that hangs is slower.
const LIMIT: Duration = Duration::from_mins(1);

/// What the terminal is like.
pub(crate) struct Kind {
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    /// Whether it answers questions.
    pub(crate) answers: bool,
    pub(crate) environment: Vec<(&'static str, &'static str)>,
}

impl Default for Kind {
    fn default() -> Self {
        Self { columns: 80, rows: 24, answers: true, environment: Vec::new() }
    }
}

/// A program in its terminal.
pub(crate) struct Terminal {
    parser: vt100::Parser,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    answers: bool,
    ended: bool,
    /// Every byte that the program wrote.
    pub(crate) written: Vec<u8>,
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: columns * 10, pixel_height: rows * 20 }
}

impl Terminal {
    pub(crate) fn start(program: &str, arguments: &[&str], kind: &Kind) -> Self {
        let pty = native_pty_system().openpty(size(kind.columns, kind.rows)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(std::env::current_dir().unwrap());
        for name in ["NO_COLOR", "TMUX", "STY", "ZELLIJ", "COLORFGBG", "TERM_PROGRAM", "LC_ALL"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("LANG", "C.UTF-8");
        for (name, value) in &kind.environment {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut chunk = vec![0; 1 << 16];
            while let Ok(n) = reader.read(&mut chunk) {
                if n == 0 || sender.send(chunk[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            parser: vt100::Parser::new(cells(kind.rows), cells(kind.columns), 0),
            output,
            input: pty.master.take_writer().unwrap(),
            master: pty.master,
            child,
            answers: kind.answers,
            ended: false,
            written: Vec::new(),
        }
    }

    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    pub(crate) fn text(&self) -> String {
        self.screen().contents()
    }

    /// Sends bytes as if typed.
    pub(crate) fn send(&mut self, bytes: &str) {
        // A program that has ended no longer reads.
        let _ = self.input.write_all(bytes.as_bytes()).and_then(|()| self.input.flush());
    }

    /// Waits until `holds`.
    pub(crate) fn until(&mut self, what: &str, mut holds: impl FnMut(&mut Self) -> bool) {
        let end = Instant::now() + LIMIT;
        while !holds(self) {
            assert!(Instant::now() < end, "waited for {what}; on the screen:\n{}", self.text());
            self.take(Duration::from_millis(20));
        }
    }

    /// Waits until the screen says `text`.
    pub(crate) fn sees(&mut self, text: &str) {
        self.until(text, |terminal| terminal.text().contains(text));
    }

    /// Takes what the program writes within `time`.
    fn take(&mut self, time: Duration) {
        match self.output.recv_timeout(time) {
            Ok(bytes) => {
                self.answer(&bytes);
                self.written.extend_from_slice(&bytes);
                self.parser.process(&bytes);
            }
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => self.ended = true,
        }
    }

    fn answer(&mut self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        if self.answers && text.contains("\x1b]11;?") {
            self.send("\x1b]11;rgb:1010/1010/1414\x1b\\");
        }
        if self.answers && text.contains("\x1b[c") {
            self.send("\x1b[6;20;10t\x1b[?62;22c");
        }
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(size(columns, rows)).unwrap();
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Whether the process is stopped, as `/proc` tells.
    #[cfg(target_os = "linux")]
    pub(crate) fn stopped(&self) -> bool {
        let pid = self.child.process_id().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T'))
    }

    /// Waits for the end; the exit code.
    pub(crate) fn ends(&mut self) -> u32 {
        let mut status = None;
        self.until("the end of the program", |terminal| {
            status = status.take().or_else(|| terminal.child.try_wait().unwrap());
            status.is_some() && terminal.ended
        });
        status.unwrap().exit_code()
    }

    /// Everything that the program switched on is off again.
    pub(crate) fn is_restored(&self) {
        let screen = self.screen();
        assert!(!screen.alternate_screen(), "the other screen is left");
        assert!(!screen.hide_cursor(), "the cursor is shown");
        assert!(!screen.bracketed_paste(), "pasted text is no longer marked");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

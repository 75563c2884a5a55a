//! The program in a real pseudo-terminal: what it draws, what keys do, and that it leaves the
//! terminal as it found it, however it ends.
#![cfg(unix)]

mod terminal;

use std::sync::Arc;

use safelight::source::{self, Recorded};
use safelight::terminal::{Options, Outside, guard};
use safelight::walk::{Picture, Problem};

use super::frames;
use terminal::{Kind, Terminal};

struct NoFiles;

impl Outside for NoFiles {
    fn write_recording(&self, _: &str, _: &safelight::app::WalkState) -> Result<(), Problem> {
        Ok(())
    }

    fn export(
        &self,
        _: &str,
        _: Option<&Picture>,
        _: &safelight::app::WalkState,
    ) -> Result<(), Problem> {
        Ok(())
    }

    fn open_recording(&self, path: &str) -> Result<Recorded, Problem> {
        Err(Problem::new("file-missing").with("file", path))
    }
}

/// The screen program with frames made by hand, as a program of its own: the other tests run it.
#[test]
#[ignore = "a program for the other tests, to be run in a terminal"]
fn canned_program() {
    let options = Options::default();
    let live = |news| source::replay(frames::walk(), news);
    let ending = safelight::terminal::run(&options, live, Arc::new(NoFiles)).unwrap();
    std::process::exit(i32::from(ending.code()));
}

/// Enters the terminal and panics.
#[test]
#[ignore = "a program for the other tests, to be run in a terminal"]
fn panicking_program() {
    let _guard = guard::Guard::enter().unwrap();
    guard::mouse(true).unwrap();
    print!("entered");
    panic!("on purpose");
}

fn helper(name: &str, kind: &Kind) -> Terminal {
    let program = std::env::current_exe().unwrap();
    let test = format!("pty::{name}");
    let arguments = ["--ignored", "--exact", "--nocapture", &test];
    Terminal::start(&program.to_string_lossy(), &arguments, kind)
}

fn canned(kind: &Kind) -> Terminal {
    let mut terminal = helper("canned_program", kind);
    terminal.sees("safelight");
    terminal
}

const ENTER: &str = "\r";
const DOORS: &str = "recording";

#[test]
fn the_first_screen_stands_before_the_terminal_is_asked() {
    let mut terminal = canned(&Kind { answers: false, ..Kind::default() });
    terminal.until("the question", |t| find(&t.written, "\x1b[c").is_some());
    let (asked, drawn) = (find(&terminal.written, "\x1b[c"), find(&terminal.written, DOORS));
    assert!(drawn.is_some() && drawn < asked, "{drawn:?} {asked:?}");
}

fn find(bytes: &[u8], text: &str) -> Option<usize> {
    bytes.windows(text.len()).position(|part| part == text.as_bytes())
}

#[test]
fn a_key_typed_while_a_silent_terminal_is_asked_is_not_lost() {
    let mut terminal = canned(&Kind { answers: false, ..Kind::default() });
    terminal.until("the question", |t| find(&t.written, "\x1b[c").is_some());
    terminal.send(ENTER);
    terminal.sees("◐1");
}

#[test]
fn keys_lead_from_the_door_to_the_picture_and_back() {
    let mut terminal = canned(&Kind::default());
    terminal.send(ENTER);
    terminal.sees("◐1");
    for stage in ["◐2", "◐3", "◐4", "◐5"] {
        terminal.send("\x1b[C");
        terminal.sees(stage);
    }
    terminal.send("7");
    terminal.sees("◐7");
    terminal.send("\x1b[D");
    terminal.sees("◐6");
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
}

#[test]
fn any_size_down_to_one_cell_and_back() {
    let mut terminal = canned(&Kind::default());
    terminal.send(ENTER);
    terminal.sees("◐1");
    for (columns, rows) in [(1, 1), (200, 60), (1, 24), (80, 1), (39, 11), (40, 12), (80, 24)] {
        terminal.resize(columns, rows);
        let before = terminal.written.len();
        terminal.until("a new drawing", |t| t.written.len() > before);
    }
    terminal.sees("◐1");
    terminal.send("5");
    terminal.sees("◐5");
}

#[test]
fn ctrl_c_twice_ends_with_130() {
    let mut terminal = canned(&Kind::default());
    terminal.send("\x03");
    terminal.sees("ctrl-c");
    terminal.send("\x03");
    assert_eq!(terminal.ends(), 130);
    terminal.is_restored();
}

#[test]
fn signals_restore_the_terminal() {
    for (name, number) in [("TERM", 15), ("HUP", 1), ("INT", 2)] {
        let mut terminal = canned(&Kind::default());
        terminal.send("m");
        terminal.until("the mouse", |t| {
            t.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
        });
        terminal.signal(name);
        assert_eq!(terminal.ends(), 128 + number, "{name}");
        terminal.is_restored();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_z_leaves_the_screen_and_fg_brings_it_back() {
    let mut terminal = canned(&Kind::default());
    terminal.send(ENTER);
    terminal.sees("◐1");
    for _ in 0..2 {
        terminal.send("\x1a");
        terminal.until("the stop", |t| t.stopped() && !t.screen().alternate_screen());
        terminal.is_restored();
        terminal.signal("CONT");
        terminal.sees("◐1");
        assert!(terminal.screen().alternate_screen());
    }
    terminal.send("\x1b[C");
    terminal.sees("◐2");
}

#[cfg(target_os = "linux")]
#[test]
fn a_stop_from_outside_leaves_the_screen_too() {
    let mut terminal = canned(&Kind::default());
    terminal.signal("TSTP");
    terminal.until("the stop", |t| t.stopped() && !t.screen().alternate_screen());
    terminal.signal("CONT");
    terminal.sees("safelight");
}

#[test]
fn a_panic_restores_the_terminal() {
    let mut terminal = helper("panicking_program", &Kind::default());
    terminal.ends();
    assert!(find(&terminal.written, "\x1b[?1049h").is_some(), "it was entered");
    terminal.is_restored();
}

#[test]
fn without_colours_no_colour_is_sent() {
    let environment = vec![("NO_COLOR", "1")];
    let mut terminal = canned(&Kind { environment, ..Kind::default() });
    terminal.send(ENTER);
    terminal.sees("◐1");
    terminal.send("5");
    terminal.sees("◐5");
    for code in ["[38;", "[48;", ";38;", ";48;"] {
        assert_eq!(find(&terminal.written, code), None, "{code}");
    }
}

#[test]
fn pasted_text_steers_nothing() {
    let mut terminal = canned(&Kind::default());
    terminal.send("\x1b[B");
    terminal.send("\x1b[200~ in the rain\nq\x1b]0;evil\x07\x1b[201~");
    terminal.sees("in the rain q]0;evil");
}

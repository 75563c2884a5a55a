//! The program in a real pseudo-terminal: what it draws, what keys do, and that it leaves the
//! terminal as it found it, however it ends.
#![cfg(unix)]

mod comparing;
mod dialogue;
mod files;
mod lessons;
mod present;
mod terminal;

use std::process::{Command, Stdio};

use safelight::terminal::guard;
use safelight::words::{Language, Words};

use terminal::{Kind, Terminal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_safelight");

/// Enters the terminal and panics.
#[test]
#[ignore = "a program for another test, which runs it in a terminal"]
fn panicking_program() {
    let _guard = guard::Guard::enter().unwrap();
    guard::mouse(true).unwrap();
    panic!("on purpose");
}

/// The built program, once its first screen is there.
fn started(arguments: &[&str], kind: &Kind) -> Terminal {
    let mut terminal = Terminal::start(PROGRAM, arguments, kind);
    terminal.until("the first screen", |t| {
        t.screen().alternate_screen() && !t.text().trim().is_empty()
    });
    terminal
}

fn doors(kind: &Kind) -> Terminal {
    started(&[], kind)
}

/// Waits until a stage's frame is on the screen, not only in the making.
fn arrives(terminal: &mut Terminal, stage: u8) {
    let words = Words::of(Language::En);
    let waiting = words.text("waiting.cancel").to_owned();
    let above = words.text("waiting.above").split('{').nth(1).unwrap_or_default();
    let above = above.split('}').nth(1).unwrap_or_default().to_owned();
    terminal.until(&format!("stage {stage}"), |t| {
        let text = t.text();
        let here = text.contains(&format!("◐{stage}"));
        here && !text.contains(&waiting) && !text.contains(&above)
    });
}

const ENTER: &str = "\r";
const DOORS: &str = "recording";

#[test]
fn the_first_screen_stands_before_the_terminal_is_asked() {
    let mut terminal = doors(&Kind { answers: false, ..Kind::default() });
    terminal.until("the question", |t| find(&t.written, "\x1b[c").is_some());
    let (asked, drawn) = (find(&terminal.written, "\x1b[c"), find(&terminal.written, DOORS));
    assert!(drawn.is_some() && drawn < asked, "{drawn:?} {asked:?}");
}

fn find(bytes: &[u8], text: &str) -> Option<usize> {
    bytes.windows(text.len()).position(|part| part == text.as_bytes())
}

#[test]
fn a_key_typed_while_a_silent_terminal_is_asked_is_not_lost() {
    let mut terminal = doors(&Kind { answers: false, ..Kind::default() });
    terminal.until("the question", |t| find(&t.written, "\x1b[c").is_some());
    terminal.send(ENTER);
    arrives(&mut terminal, 1);
}

#[test]
fn the_training_pictures_open_and_lead_back() {
    let mut terminal = doors(&Kind::default());
    terminal.send("6");
    terminal.sees("1 of 48,000");
    terminal.sees("what the caption does not say");
    terminal.send("\x1b[C");
    terminal.sees("2 of 48,000");
    terminal.send("x");
    terminal.sees("held out");
    terminal.send("p");
    terminal.sees(DOORS);
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
}

#[test]
fn keys_lead_from_the_door_to_the_picture_and_back() {
    let mut terminal = doors(&Kind::default());
    terminal.send(ENTER);
    arrives(&mut terminal, 1);
    for stage in 2..=5 {
        terminal.send("\x1b[C");
        arrives(&mut terminal, stage);
    }
    terminal.send("7");
    arrives(&mut terminal, 7);
    terminal.send("\x1b[D");
    arrives(&mut terminal, 6);
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
}

#[test]
fn the_training_opens_by_its_door_and_the_slider_moves() {
    let mut terminal = doors(&Kind::default());
    terminal.send("5");
    terminal.sees("√ᾱ");
    terminal.send("\x1b[C");
    terminal.sees("t 510");
    terminal.send("\x1b");
    terminal.sees("Show me");
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
}

#[test]
fn a_word_is_taught_by_its_door_and_esc_stops_it() {
    let mut terminal = doors(&Kind::default());
    terminal.send("7");
    terminal.sees("told from their pixels");
    terminal.send("y");
    terminal.sees("snaily");
    terminal.send(ENTER);
    terminal.sees("esc stop");
    terminal.send("\x1b");
    terminal.sees("the form is as it was");
    terminal.sees("snaily");
    terminal.send("\x1b");
    terminal.sees("Show me");
    terminal.send("q");
    assert_eq!(terminal.ends(), 0);
    terminal.is_restored();
}

#[test]
fn any_size_down_to_one_cell_and_back() {
    let mut terminal = doors(&Kind::default());
    terminal.send(ENTER);
    arrives(&mut terminal, 1);
    for (columns, rows) in [(1, 1), (200, 60), (1, 24), (80, 1), (39, 11), (40, 12), (80, 24)] {
        let before = terminal.written.len();
        terminal.resize(columns, rows);
        terminal.until("a new drawing", |t| t.written.len() > before);
    }
    arrives(&mut terminal, 1);
    terminal.send("5");
    arrives(&mut terminal, 5);
}

#[test]
fn ctrl_c_twice_ends_with_130() {
    let mut terminal = doors(&Kind::default());
    terminal.send("\x03");
    terminal.sees("ctrl-c");
    terminal.send("\x03");
    assert_eq!(terminal.ends(), 130);
    terminal.is_restored();
}

#[test]
fn signals_restore_the_terminal() {
    for (name, number) in [("TERM", 15), ("HUP", 1), ("INT", 2)] {
        let mut terminal = doors(&Kind::default());
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
    let mut terminal = doors(&Kind::default());
    terminal.send(ENTER);
    arrives(&mut terminal, 1);
    for _ in 0..2 {
        terminal.send("\x1a");
        terminal.until("the stop", |t| t.stopped() && !t.screen().alternate_screen());
        terminal.is_restored();
        terminal.signal("CONT");
        arrives(&mut terminal, 1);
        assert!(terminal.screen().alternate_screen());
    }
    terminal.send("\x1b[C");
    arrives(&mut terminal, 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_stop_from_outside_leaves_the_screen_too() {
    let mut terminal = doors(&Kind::default());
    terminal.signal("TSTP");
    terminal.until("the stop", |t| t.stopped() && !t.screen().alternate_screen());
    terminal.signal("CONT");
    terminal.sees("safelight");
}

#[test]
fn a_panic_restores_the_terminal() {
    let program = std::env::current_exe().unwrap();
    let arguments = ["--ignored", "--exact", "--nocapture", "pty::panicking_program"];
    let mut terminal = Terminal::start(&program.to_string_lossy(), &arguments, &Kind::default());
    terminal.ends();
    assert!(find(&terminal.written, "\x1b[?1049h").is_some(), "it was entered");
    terminal.is_restored();
}

#[test]
fn without_colours_no_colour_is_sent() {
    let environment = vec![("NO_COLOR", "1")];
    let mut terminal = doors(&Kind { environment, ..Kind::default() });
    terminal.send(ENTER);
    arrives(&mut terminal, 1);
    terminal.send("5");
    arrives(&mut terminal, 5);
    for code in ["[38;", "[48;", ";38;", ";48;"] {
        assert_eq!(find(&terminal.written, code), None, "{code}");
    }
}

#[test]
fn pasted_text_steers_nothing() {
    let mut terminal = doors(&Kind::default());
    terminal.send("\x1b[B");
    terminal.sees("▸ 2");
    terminal.send("\x1b[200~ in the rain\nq\x1b]0;evil\x07\x1b[201~");
    terminal.sees("in the rain q]0;evil");
}

#[test]
fn a_click_on_the_rail_goes_to_that_stage() {
    let mut terminal = doors(&Kind::default());
    terminal.send(ENTER);
    arrives(&mut terminal, 1);
    terminal.send("m");
    terminal
        .until("the mouse", |t| t.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None);
    let rail = terminal.screen().rows(0, 80).nth(1).unwrap();
    let column = rail.chars().position(|c| c == '4').unwrap() + 1;
    terminal.send(&format!("\x1b[<0;{column};2M"));
    arrives(&mut terminal, 4);
}

#[test]
fn another_language_is_one_key_away() {
    let mut terminal = doors(&Kind::default());
    terminal.send("L");
    terminal.sees("按键");
}

#[test]
fn the_screen_goes_on_while_the_model_works_and_esc_cancels() {
    let mut terminal = started(&["a red cat", "--steps", "1000"], &Kind::default());
    arrives(&mut terminal, 1);
    terminal.send("7");
    terminal.sees("/1000");
    terminal.send("?");
    terminal.sees("pgdn");
    terminal.send("\x1b");
    terminal.until("the help to close", |t| !t.text().contains("pgdn"));
    terminal.send("\x1b");
    terminal.sees("Cancelled");
    terminal.send("2");
    arrives(&mut terminal, 2);
}

#[test]
fn without_a_terminal_one_sentence_says_so() {
    let mut command = Command::new(PROGRAM);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty());
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("terminal"), "{said}");
}

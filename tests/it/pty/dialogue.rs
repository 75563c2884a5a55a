//! The dialogue of lines in a real terminal: no escape code, no cursor that moves, ctrl-c; and the
//! screen that offers it before it is taken.

use safelight::words::{Language, Words};

use super::terminal::{Kind, Terminal};
use super::{ENTER, PROGRAM, doors, find};

fn talks(arguments: &[&str]) -> Terminal {
    let environment = vec![("SAFELIGHT_PLAIN", "1")];
    Terminal::start(PROGRAM, arguments, &Kind { rows: 200, environment, ..Kind::default() })
}

/// Nothing but text and line ends was written.
fn only_lines(terminal: &Terminal) {
    assert_eq!(find(&terminal.written, "\x1b"), None);
    let alone = |pair: &[u8]| pair[0] == b'\r' && pair[1] != b'\n';
    assert!(!terminal.written.windows(2).any(alone), "a line was written over");
}

#[test]
fn lines_are_typed_and_nothing_is_drawn() {
    let mut terminal = talks(&["--lang", "en", "--threads", "1"]);
    terminal.sees("Type a number.");
    terminal.send("1\r");
    terminal.sees("Stage 1 of 7: tokens.");
    terminal.send(ENTER);
    terminal.sees("Stage 2 of 7: embeddings.");
    terminal.send("q\r");
    assert_eq!(terminal.ends(), 0);
    only_lines(&terminal);
}

#[test]
fn runs_are_laid_side_by_side_in_lines() {
    let arguments = [
        "compare",
        "a red cat",
        "--seeds",
        "1,2",
        "--steps",
        "4",
        "--lang",
        "en",
        "--threads",
        "1",
    ];
    let mut terminal = talks(&arguments);
    terminal.sees("seed 1");
    terminal.sees("seed 2");
    terminal.send("q\r");
    assert_eq!(terminal.ends(), 0);
    only_lines(&terminal);
}

#[test]
fn ctrl_c_cancels_and_twice_it_ends() {
    let mut terminal = talks(&["a red cat", "--steps", "900", "--lang", "en", "--threads", "1"]);
    terminal.sees("Stage 1 of 7: tokens.");
    terminal.send("6\r");
    terminal.sees("Computing step");
    terminal.send("\x03");
    terminal.sees("Cancelled");
    // What was computed is there, and lines are taken again.
    terminal.sees(" of 900.");
    terminal.send("g\r");
    terminal.sees("b closes the list");
    terminal.send("\x03");
    let again = Words::of(Language::En).text("toast.interrupt-again");
    terminal.until("the second warning", |t| t.text().matches(again).count() == 2);
    terminal.send("\x03");
    assert_eq!(terminal.ends(), 130);
    only_lines(&terminal);
}

#[test]
fn the_screen_offers_the_lines_before_it_is_taken() {
    let terminal = doors(&Kind::default());
    let offer = Words::of(Language::En).text("dialogue.offer");
    let (offered, taken) = (find(&terminal.written, offer), find(&terminal.written, "\x1b[?1049h"));
    assert!(offered.is_some() && offered < taken, "{offered:?} {taken:?}");
}

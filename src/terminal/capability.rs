//! What the terminal can show: asked once, answered within half a second, else guessed.
//!
//! The questions go out together and the answer to the last (device attributes, which every
//! terminal knows) ends the waiting. Keys typed meanwhile are kept and given back.

use std::env;
use std::time::Duration;

use ratatui_image::picker::ProtocolType;

use super::answers::{Answers, parse};
use super::{Options, Protocol};
use crate::app::Key;
use crate::views::Colours;

/// How long the terminal may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);

/// Cursor colour aside, everything in one go: background, name, kitty pictures, cell size, device.
const QUESTIONS: &[u8] =
    b"\x1b]11;?\x1b\\\x1b[>q\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c";

/// What was found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Capability {
    /// Whether the background is light, where that is known.
    pub light: Option<bool>,
    /// How pictures are sent, and a cell's width and height in pixels; none: in cells only.
    pub pictures: Option<(ProtocolType, (u16, u16))>,
    /// What was typed while the terminal was asked.
    pub typed: Vec<Key>,
}

/// The number of colours, from the option or the environment; nothing is asked.
pub(super) fn colours(options: &Options) -> Colours {
    if let Some(colours) = options.colours {
        return colours;
    }
    let get = |name: &str| env::var(name).unwrap_or_default();
    if !get("NO_COLOR").is_empty() {
        return Colours::None;
    }
    from_names(&get("COLORTERM"), &get("TERM"), !get("WT_SESSION").is_empty())
}

fn from_names(colorterm: &str, term: &str, windows_terminal: bool) -> Colours {
    let direct = ["direct", "kitty", "ghostty", "alacritty", "wezterm", "foot", "contour"];
    let named = ["truecolor", "24bit"].iter().any(|name| colorterm.contains(name));
    if named || windows_terminal || direct.iter().any(|name| term.contains(name)) {
        Colours::True
    } else if term.contains("256") {
        Colours::Ansi256
    } else {
        Colours::Ansi16
    }
}

/// The background as `COLORFGBG` tells it (`15;0`: light on dark).
pub(super) fn light_from_environment() -> Option<bool> {
    let value = env::var("COLORFGBG").ok()?;
    let background: u8 = value.rsplit(';').next()?.parse().ok()?;
    Some(background == 7 || background == 15)
}

/// Asks the terminal, where there is something to be learned. The screen must be in raw mode, and
/// no other thread may read from the terminal.
pub(super) fn ask(options: &Options, colours: Colours) -> Capability {
    let inside = ["TMUX", "ZELLIJ", "STY"].iter().any(|name| env::var_os(name).is_some());
    let auto = options.protocol == Protocol::Auto;
    if !cfg!(unix) || (inside && auto) {
        // A multiplexer answers for itself, and pictures through it leave ghosts.
        return Capability { light: light_from_environment(), ..Capability::default() };
    }
    let answers = parse(&exchange(QUESTIONS, PATIENCE));
    super::log::line(&format!("terminal: {answers:?}"));
    let cell = answers.cell.unwrap_or((10, 20));
    let pictures = choose(options.protocol, colours, &answers).map(|kind| (kind, cell));
    let light = answers.light().or_else(light_from_environment);
    Capability { light, pictures, typed: answers.typed }
}

/// The protocol: what was asked for, else the best that the terminal surely knows.
fn choose(wanted: Protocol, colours: Colours, answers: &Answers) -> Option<ProtocolType> {
    // Where colours are forbidden, kitty's placeholders lose the picture's number.
    let kitty = colours == Colours::True;
    match wanted {
        Protocol::None | Protocol::Blocks => None,
        Protocol::Kitty => kitty.then_some(ProtocolType::Kitty),
        Protocol::Sixel => Some(ProtocolType::Sixel),
        Protocol::Iterm2 => Some(ProtocolType::Iterm2),
        Protocol::Auto if answers.cell.is_none() => None,
        // Sixels bring a palette of their own, so 256 colours are enough for them.
        Protocol::Auto => best(answers).filter(|kind| match colours {
            Colours::True => true,
            Colours::Ansi256 => *kind == ProtocolType::Sixel,
            Colours::Ansi16 | Colours::None => false,
        }),
    }
}

/// The best protocol that the answers and the environment tell of.
fn best(answers: &Answers) -> Option<ProtocolType> {
    if answers.kitty && knows_placeholders(&answers.name) {
        Some(ProtocolType::Kitty)
    } else if iterm2_from_environment() {
        Some(ProtocolType::Iterm2)
    } else {
        // Konsole's sixels are broken.
        let sixel = answers.sixel && !answers.name.contains("Konsole");
        sixel.then_some(ProtocolType::Sixel)
    }
}

/// kitty since 0.28, and ghostty. Others answer the question but draw boxes.
fn knows_placeholders(name: &str) -> bool {
    if name.to_ascii_lowercase().contains("ghostty") {
        return true;
    }
    let version = name.split_once("kitty(").map(|(_, rest)| rest.trim_end_matches(')'));
    let mut numbers =
        version.unwrap_or("").split('.').map(|n| n.parse::<u32>().unwrap_or_default());
    let (major, minor) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    (major, minor) >= (0, 28)
}

fn iterm2_from_environment() -> bool {
    let get = |name: &str| env::var(name).unwrap_or_default();
    let program = get("TERM_PROGRAM");
    ["iTerm", "WezTerm", "mintty", "vscode"].iter().any(|name| program.contains(name))
        || get("LC_TERMINAL").contains("iTerm")
}

/// Writes the questions and reads until the device attributes come or the patience ends. A second
/// handle that does not block is used, so that nothing is left waiting.
#[cfg(unix)]
fn exchange(questions: &[u8], patience: Duration) -> Vec<u8> {
    use std::io::{ErrorKind, Read, Write};
    use std::os::unix::fs::OpenOptionsExt;
    use std::time::Instant;

    let mut read = Vec::new();
    let opened = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open("/dev/tty");
    let Ok(mut tty) = opened else { return read };
    let end = Instant::now() + patience;
    // The first frame may still fill the line: the questions wait until it has room for them.
    let mut asking = questions;
    let mut chunk = [0u8; 1024];
    while Instant::now() < end && !super::answers::complete(&read) {
        if !asking.is_empty() {
            match tty.write(asking) {
                Ok(n) => asking = asking.get(n..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        match tty.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) => read.extend_from_slice(chunk.get(..n).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                std::thread::sleep(Duration::from_millis(2));
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    read
}

/// Not asked here.
#[cfg(not(unix))]
fn exchange(_questions: &[u8], _patience: Duration) -> Vec<u8> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_follow_what_the_terminal_calls_itself() {
        assert_eq!(from_names("truecolor", "xterm", false), Colours::True);
        assert_eq!(from_names("", "xterm-256color", false), Colours::Ansi256);
        assert_eq!(from_names("", "linux", false), Colours::Ansi16);
    }

    #[test]
    fn an_old_kitty_gets_no_placeholders() {
        assert!(!knows_placeholders("kitty(0.26.5)"));
        assert!(knows_placeholders("kitty(0.41.1)"));
        assert!(!knows_placeholders("Konsole 24.08"));
        assert!(!knows_placeholders(""));
    }

    #[test]
    fn sixels_need_a_known_cell_and_256_colours() {
        let answers = Answers { sixel: true, cell: Some((8, 15)), ..Answers::default() };
        let auto = |colours, answers: &Answers| choose(Protocol::Auto, colours, answers);
        let iterm2 = iterm2_from_environment();
        assert_eq!(auto(Colours::Ansi256, &answers), (!iterm2).then_some(ProtocolType::Sixel));
        assert_eq!(auto(Colours::None, &answers), None);
        assert_eq!(auto(Colours::Ansi256, &Answers { cell: None, ..answers }), None);
    }
}

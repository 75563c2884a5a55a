//! The teacher's second terminal: draws what a lesson elsewhere has come to, a few times a second.

use std::io::{BufWriter, IsTerminal, Stdout, Write, stdin, stdout};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::guard::Guard;
use super::input::{self, Input};
use super::{Colours, Ending, Message, Options, capability, signals};
use crate::app::{Code, Key};
use crate::views::{Ground, Presenter, draw_presenter};
use crate::walk::Problem;

/// Between two looks at what the lesson tells.
const PACE: Duration = Duration::from_millis(250);

/// Shows the notes until a person or a signal ends it; `look` brings the state up to date.
///
/// # Errors
/// Where stdin or stdout is no terminal, and where the terminal refuses.
pub fn follow(
    mut presenter: Presenter,
    mut look: impl FnMut(&mut Presenter),
) -> Result<Ending, Problem> {
    for (stream, there) in [("stdin", stdin().is_terminal()), ("stdout", stdout().is_terminal())] {
        if !there {
            return Err(Problem::usage("no-terminal").with("stream", stream));
        }
    }
    let failed = |error: std::io::Error| Problem::new("terminal-failed").with("reason", error);
    let (messages, received) = channel();
    signals::start(messages.clone()).map_err(failed)?;
    let guard = Guard::enter().map_err(failed)?;
    let colours = capability::colours(&Options::default());
    crossterm::style::force_color_output(colours != Colours::None);
    let light = capability::light_from_environment().unwrap_or(false);
    let ground = Ground { light, colours, ..Ground::default() };
    let backend = CrosstermBackend::new(BufWriter::new(stdout()));
    let mut screen = Terminal::new(backend).map_err(failed)?;
    input::start(messages).map_err(failed)?;
    let ending = loop {
        look(&mut presenter);
        draw(&mut screen, &presenter, &ground).map_err(failed)?;
        let message = received.recv_timeout(PACE);
        match message {
            Ok(Message::Input(Input::Key(key))) => match ended_by(key) {
                Some(ending) => break ending,
                None => scroll(&mut presenter, key),
            },
            Ok(Message::Signal(number)) => break Ending::Signal(number),
            Ok(Message::InputEnded) | Err(RecvTimeoutError::Disconnected) => break Ending::Done,
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
        }
    };
    drop(guard);
    Ok(ending)
}

fn draw(
    screen: &mut Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    presenter: &Presenter,
    ground: &Ground,
) -> std::io::Result<()> {
    screen.draw(|frame| {
        let area = frame.area();
        draw_presenter(presenter, ground, area, frame.buffer_mut());
    })?;
    screen.backend_mut().flush()
}

fn ended_by(key: Key) -> Option<Ending> {
    match key.code {
        Code::Char('c') if key.control => Some(Ending::Interrupted),
        Code::Char('q') | Code::Esc => Some(Ending::Done),
        _ => None,
    }
}

fn scroll(presenter: &mut Presenter, key: Key) {
    let by = match key.code {
        Code::Down | Code::Char('j') => 1,
        Code::Up | Code::Char('k') => -1,
        Code::PageDown => 10,
        Code::PageUp => -10,
        Code::Home => i16::MIN,
        _ => 0,
    };
    presenter.scroll = presenter.scroll.saturating_add_signed(by);
}

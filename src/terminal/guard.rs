//! The terminal as it was found: entered with a guard, left by whatever ends the program.
//!
//! [`leave`] undoes everything and may be called from anywhere, more than once: by the guard's
//! drop, by the panic hook, before suspending, after a signal.

use std::io::{self, Write, stdout};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{execute, queue};

static ENTERED: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// Keeps the terminal entered; dropping it leaves.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Raw mode, the other screen, no cursor, pasted text marked; and a panic of this thread will
    /// leave first.
    ///
    /// # Errors
    /// What the terminal refuses; it is left as it was then.
    pub fn enter() -> io::Result<Self> {
        leave_before_panicking(thread::current().id());
        enter()?;
        Ok(Self(()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

/// Enters, also again after [`leave`].
pub fn enter() -> io::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    let entered = enable_raw_mode().and_then(|()| {
        // 22;0t keeps the title for later.
        write!(stdout(), "\x1b[22;0t")?;
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)
    });
    if entered.is_err() {
        leave();
    }
    entered
}

/// Leaves: everything that was switched on is switched off. A terminal that is gone is no error.
pub fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    drop(mouse(false));
    let mut out = stdout();
    drop(queue!(out, EndSynchronizedUpdate, DisableBracketedPaste, Show, LeaveAlternateScreen));
    drop(write!(out, "\x1b[23;0t\x1b[0m"));
    drop(out.flush());
    drop(disable_raw_mode());
}

/// Takes the mouse's clicks and wheel (not its moves), or gives them back.
pub fn mouse(on: bool) -> io::Result<()> {
    let mut out = stdout();
    if cfg!(windows) {
        use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
        return if on {
            execute!(out, EnableMouseCapture)
        } else {
            execute!(out, DisableMouseCapture)
        };
    }
    out.write_all(if on { b"\x1b[?1000h\x1b[?1006h" } else { b"\x1b[?1006l\x1b[?1000l" })?;
    out.flush()
}

/// A panic of the screen's thread leaves the terminal before it unwinds; what it says is told by
/// whoever catches it. Panics of other threads are for their owners and never write over the
/// screen. Where the terminal is not entered, panics are reported as ever.
fn leave_before_panicking(screen: ThreadId) {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let entered = ENTERED.load(Ordering::SeqCst);
            if !entered {
                before(info);
            } else if thread::current().id() == screen {
                leave();
            }
            super::log::line(&format!("panic: {info}"));
        }));
    });
}

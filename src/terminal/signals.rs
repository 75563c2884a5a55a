//! Signals from outside become messages, and the program can put itself into the background.

use std::io;
use std::sync::mpsc::Sender;

use super::Message;

/// Starts the thread that waits for signals.
#[cfg(unix)]
pub(super) fn start(messages: Sender<Message>) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
    use signal_hook::iterator::Signals;

    let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP])?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            let message = match signal {
                SIGTSTP if unix::was_our_own() => continue,
                SIGTSTP => Message::Suspend,
                signal => Message::Signal(signal),
            };
            if messages.send(message).is_err() {
                break;
            }
        }
    })?;
    Ok(())
}

/// Signals of this kind are there on Unix only.
#[cfg(not(unix))]
pub(super) fn start(_messages: Sender<Message>) -> io::Result<()> {
    Ok(())
}

/// Stops this program and the others of its job (such as the `cargo run` around it) until the
/// shell continues them. Whether that was possible.
#[cfg(unix)]
pub(super) fn suspend() -> bool {
    unix::suspend()
}

/// There is no such thing here.
#[cfg(not(unix))]
pub(super) fn suspend() -> bool {
    false
}

#[cfg(unix)]
mod unix {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use signal_hook::consts::SIGTSTP;
    use signal_hook::low_level::emulate_default_handler;

    /// How many stop signals of our own are still on their way to our own handler.
    static OWN: AtomicUsize = AtomicUsize::new(0);

    pub(super) fn was_our_own() -> bool {
        OWN.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
    }

    pub(super) fn suspend() -> bool {
        OWN.fetch_add(1, Ordering::SeqCst);
        stop_job();
        emulate_default_handler(SIGTSTP).is_ok()
    }

    #[expect(unsafe_code, reason = "the standard library cannot send a signal to a job")]
    fn stop_job() {
        // SAFETY: kill(2) with plain numbers; 0 means every process of our own job.
        unsafe {
            libc::kill(0, SIGTSTP);
        }
    }
}

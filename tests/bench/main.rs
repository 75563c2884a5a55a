//! What takes time: the networks of the pocket model, from a key to a drawn screen, a recording
//! written and read, runs compared. `cargo bench`; divan prints a table.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot begin should end")]

mod comparing;
#[path = "../it/frames.rs"]
#[allow(dead_code, unreachable_pub, reason = "made for the tests, which use all of it")]
mod frames;
mod networks;
mod recordings;
mod screen;
mod train;

fn main() {
    safelight::engine::use_threads(None);
    divan::main();
}

//! The program `safelight`: calls the library and gives its exit code to the shell.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(safelight::commands::carry_out(std::env::args_os()))
}

//! The program `safelight`: calls the library and gives its exit code to the shell.

fn main() {}

//! One test binary for everything that looks at the program from outside.

mod app;
mod export;
mod frames;
mod house;
mod keys;
mod networks;
mod print;
mod pty;
mod recording;
mod verify;

//! One test binary for everything that looks at the program from outside.

mod app;
mod by_hand;
mod cli;
mod compare;
mod comparing;
mod export;
mod forks;
mod frames;
mod house;
mod keys;
mod live;
mod networks;
mod noise;
mod page;
mod preview;
mod print;
mod pty;
mod recording;
mod reference;
mod reference_files;
mod samplers;
mod screens;
mod stages;
mod tokens;
mod verify;
mod words;

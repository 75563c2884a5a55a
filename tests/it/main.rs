//! One test binary for everything that looks at the program from outside.

mod frames;
mod house;
mod networks;

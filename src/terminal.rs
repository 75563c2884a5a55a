//! Enter and leave the terminal, the event loop, picture protocols.

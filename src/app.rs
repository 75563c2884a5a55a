//! State of the screen program, and how keys and news change it.

//! Frames to a file and back.

//! Where the next frame comes from: a live engine on its thread, or a recording.

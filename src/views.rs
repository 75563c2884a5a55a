//! Draw frames: data in, cells and picture slots out.

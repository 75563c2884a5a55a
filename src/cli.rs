//! Flags to checked options.

//! One file a subcommand: wiring only.

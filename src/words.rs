//! Every word a user sees, one catalogue a language.

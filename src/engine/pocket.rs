//! The pocket model: a Stable Diffusion of this project's own, inside the binary.
//!
//! The folder `fixtures/pocket/` in diffusers' layout, compiled in file by file.

/// Every file of the folder by its path inside it; empty in a build without the model.
pub(super) const FILES: &[(&str, &[u8])] = &[];

/// The bytes of one file.
pub(super) fn file(path: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(name, _)| *name == path).map(|(_, bytes)| *bytes)
}

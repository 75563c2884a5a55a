//! The pictures that a word is taught from: five snails inside the program, a folder, or a drawing.

use std::io::Cursor;

use super::folder::{Found, decoded, read_folder};
use super::one_thing::scenes_of;
use super::world::World;
use crate::walk::{PicturesFrom, Problem};

/// Pictures of a drawing.
const DRAWN: usize = 12;

/// The snails, which the model inside was never shown.
const SNAILS: [(&str, &[u8]); 5] = [
    ("snail-1.png", include_bytes!("../../fixtures/teach/snail-1.png")),
    ("snail-2.png", include_bytes!("../../fixtures/teach/snail-2.png")),
    ("snail-3.png", include_bytes!("../../fixtures/teach/snail-3.png")),
    ("snail-4.png", include_bytes!("../../fixtures/teach/snail-4.png")),
    ("snail-5.png", include_bytes!("../../fixtures/teach/snail-5.png")),
];

/// Reads or draws them, 64×64 each; the same seed draws the same.
///
/// # Errors
/// As [`read_folder`] and [`scenes_of`].
pub fn lesson_pictures(
    world: &'static World,
    from: &PicturesFrom,
    seed: u64,
) -> Result<Found, Problem> {
    let pictures = match from {
        PicturesFrom::Folder(folder) => return read_folder(folder),
        PicturesFrom::Drawing(name) => scenes_of(world, name, seed, DRAWN)?,
        PicturesFrom::Inside => SNAILS
            .iter()
            .map(|(name, file)| {
                let about = |key| Problem::new(key).with("file", name);
                Ok(((*name).to_owned(), decoded(Cursor::new(file), about)?))
            })
            .collect::<Result<_, Problem>>()?,
    };
    Ok(Found { pictures, skipped: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snails_inside_are_the_files_of_the_repository() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/teach");
        let world = World::get().expect("the world is inside");
        let inside = lesson_pictures(world, &PicturesFrom::Inside, 1).expect("inside");
        let read = lesson_pictures(world, &PicturesFrom::Folder(folder), 1).expect("a folder");
        assert_eq!(inside.pictures, read.pictures);
    }
}

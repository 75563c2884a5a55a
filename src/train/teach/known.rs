//! What a model draws already, shown to it beside the lesson so that it stays: prior preservation
//! (Ruiz et al. 2023).

use super::captions::caption;
use super::report::drawn;
use crate::engine::Engine;
use crate::walk::{Asked, Dice, Picture, Problem, Watch};

/// So many pictures of the model's own with their captions; none where it keeps no list of words.
/// The same seed gives the same pictures.
///
/// # Errors
/// As a walk's frames.
pub fn known(
    engine: &Engine,
    asked: &Asked,
    (seed, count): (u64, usize),
    watch: &dyn Watch,
) -> Result<Vec<(String, Picture)>, Problem> {
    let Some(taught) = &engine.card().taught else { return Ok(Vec::new()) };
    let mut dice = Dice::new(&[seed, 0x6b_6e0e]);
    let mut one = |list: &[String]| list.get(dice.below(list.len())).cloned();
    let mut captions = Vec::new();
    for _ in 0..count {
        let (colour, ground) = (one(&taught.colours), one(&taught.backgrounds));
        if let Some(thing) = one(&taught.things) {
            captions.push(caption(colour.as_deref(), &thing, ground.as_deref()));
        }
    }
    let numbered = captions.into_iter().zip(0..);
    numbered
        .map(|(caption, number)| {
            let asked = Asked { seed: Some(number), ..asked.clone() };
            let picture = drawn(engine, &asked, &caption, watch)?;
            Ok((caption, picture))
        })
        .collect()
}

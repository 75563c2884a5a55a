//! `safelight train look`: one moment of the training of the model inside, in numbers.

use crate::cli::LookFlags;
use crate::commands::print;
use crate::print::noising;
use crate::source;
use crate::walk::{Age, Problem};
use crate::words::{Language, Words};

/// Prints how wrong the model is at each age.
pub(super) fn look(flags: &LookFlags, language: Language) -> Result<u8, Problem> {
    let (recipe, moment) = source::look(flags.asked())?;
    let ages = flags.age.map_or_else(|| Age::ALL.to_vec(), |age| vec![age]);
    if flags.json {
        return print(&format!("{}\n", noising::object(&moment, &recipe, &ages)));
    }
    print(&noising::lines(&moment, &recipe, &ages, Words::of(language)))
}

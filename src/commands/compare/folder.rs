//! A grid in a folder: `grid.json` says what it is, each cell is a recording of its own.
//!
//! Cells are named by what decides them, so that any number of programs can fill one folder, and
//! what is there is never computed again.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::compare::{Axes, Axis, Cell};
use crate::recording::Claim;
use crate::walk::{Asked, Problem};

const NAME: &str = "grid.json";
const FORMAT: &str = "safelight-grid";
const VERSION: u32 = 1;
/// The longest description that is read.
const LONGEST: u64 = 8 << 20;

/// What `grid.json` holds.
#[derive(Serialize, Deserialize)]
struct Description {
    format: String,
    version: u32,
    /// Hash of the model's headers and sizes, as in its recordings.
    model: String,
    asked: Asked,
    axes: Vec<Axis>,
}

/// Says in the folder which grid it holds; makes the folder where it is not there.
///
/// # Errors
/// A folder that holds another grid, or that cannot be written.
pub(super) fn lay_out(folder: &Path, axes: &Axes, model: &str) -> Result<(), Problem> {
    let failed = |error: std::io::Error| {
        Problem::new("compare-folder").with("file", folder.display()).with("reason", error)
    };
    fs::create_dir_all(folder).map_err(failed)?;
    // One at a time: of two grids that come to an empty folder at once, one was there first.
    let Some(claim) = Claim::wait(&folder.join(NAME))? else {
        return holds(folder, axes, model);
    };
    let description = Description {
        format: FORMAT.to_owned(),
        version: VERSION,
        model: model.to_owned(),
        asked: without_model(axes.asked()),
        axes: axes.axes().to_vec(),
    };
    let text = serde_json::to_vec_pretty(&description)
        .map_err(|error| failed(std::io::Error::other(error)))?;
    claim.write(&text)
}

/// Whether the grid of a folder is this one.
fn holds(folder: &Path, axes: &Axes, model: &str) -> Result<(), Problem> {
    let (there, hash) = read_grid(folder)?;
    let same = (there.axes(), hash.as_str()) == (axes.axes(), model)
        && without_model(there.asked()) == without_model(axes.asked());
    if same {
        Ok(())
    } else {
        Err(Problem::usage("compare-other-grid").with("file", folder.display()))
    }
}

/// Where a model lies is no part of a grid: another machine has it elsewhere.
fn without_model(asked: &Asked) -> Asked {
    Asked { model: None, ..asked.clone() }
}

/// The grid that a folder holds, and the hash of its model.
///
/// # Errors
/// A folder without a grid, a description that is none or of a newer version.
pub(super) fn read_grid(folder: &Path) -> Result<(Axes, String), Problem> {
    let file = folder.join(NAME);
    let named = |key| Problem::new(key).with("file", folder.display());
    let there = fs::metadata(&file).map_err(|_| named("compare-no-grid"))?;
    if !there.is_file() || there.len() > LONGEST {
        return Err(named("compare-no-grid"));
    }
    let text = fs::read(&file).map_err(|_| named("compare-no-grid"))?;
    let description: Description =
        serde_json::from_slice(&text).map_err(|_| named("compare-no-grid"))?;
    if description.format != FORMAT {
        return Err(named("compare-no-grid"));
    }
    if description.version > VERSION {
        return Err(named("compare-newer-grid").with("version", description.version));
    }
    Ok((Axes::new(description.asked, description.axes), description.model))
}

/// The recording of a cell.
pub(super) fn file_of(folder: &Path, cell: &Cell, model: &str) -> PathBuf {
    folder.join(format!("{}.safetensors", cell.stem(model)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(seeds: &[u64]) -> Axes {
        let along = vec![Axis::Seeds(seeds.to_vec()), Axis::Guidance(vec![1.0, 4.0])];
        Axes::new(Asked { model: Some("here".into()), ..Asked::default() }, along)
    }

    #[test]
    fn a_folder_keeps_one_grid_and_gives_it_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("new");
        lay_out(&inside, &axes(&[1, 2]), "abc").expect("laid out");
        let (read, hash) = read_grid(&inside).expect("read");
        assert_eq!((read.count(), hash.as_str()), (4, "abc"));
        lay_out(&inside, &axes(&[1, 2]), "abc").expect("the same again");
        let other = lay_out(&inside, &axes(&[1, 3]), "abc").expect_err("another");
        assert_eq!(other.key(), "compare-other-grid");
    }

    #[test]
    fn what_is_no_grid_is_said_to_be_none() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(read_grid(folder.path()).expect_err("none").key(), "compare-no-grid");
        for (text, key) in [
            ("[]", "compare-no-grid"),
            (r#"{"format":"x","version":1,"model":"","asked":{},"axes":[]}"#, "compare-no-grid"),
            (
                r#"{"format":"safelight-grid","version":2,"model":"","asked":{},"axes":[]}"#,
                "compare-newer-grid",
            ),
        ] {
            fs::write(folder.path().join(NAME), text).expect("written");
            assert_eq!(read_grid(folder.path()).expect_err("none").key(), key);
        }
    }
}

//! One cell of a grid: what it asks for, how it is labelled, and the name under which it is kept.

use std::fmt::Write as _;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::walk::{Asked, AttachmentAsked};

use super::{Axis, Place};

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Where it stands.
    pub place: Place,
    /// What to walk.
    pub asked: Asked,
    /// A prompt that takes over on the way, if one does.
    pub swap: Option<Swap>,
    /// What tells it from the other cells, one label for each axis.
    pub labels: Vec<Label>,
}

/// Another prompt from a step on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swap {
    /// After how many steps; 0: from the first on. At the number of steps and beyond: never.
    pub after: usize,
    /// The prompt that takes over.
    pub prompt: String,
}

/// The name of a value: a key of the catalogue, and the fact `value` for its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The catalogue's key.
    pub key: &'static str,
    /// What fills `{value}`; never holds control characters.
    pub value: String,
}

impl Label {
    /// The label of value `i` of an axis; `None` past its end.
    pub(super) fn of(axis: &Axis, i: usize) -> Option<Self> {
        let (key, value) = match axis {
            Axis::Prompts(values) => ("compare.axis.prompt", visible(values.get(i)?)),
            Axis::Seeds(values) => ("compare.axis.seed", values.get(i)?.to_string()),
            Axis::Steps(values) => ("compare.axis.steps", values.get(i)?.to_string()),
            Axis::Guidance(values) => ("compare.axis.guidance", values.get(i)?.to_string()),
            Axis::Strengths(values) => ("compare.axis.strength", values.get(i)?.to_string()),
            Axis::Samplers(values) => ("compare.axis.sampler", values.get(i)?.name().to_owned()),
            Axis::Attachments(values) => match values.get(i)?.as_slice() {
                [] => ("compare.axis.bare", String::new()),
                all => ("compare.axis.attached", visible(&names_of(all))),
            },
            Axis::Models(values) => ("compare.axis.model", visible(name_of(values.get(i)?))),
            Axis::SwapAt { after, .. } => match *after.get(i)? {
                0 => ("compare.axis.swap-start", String::new()),
                usize::MAX => ("compare.axis.swap-never", String::new()),
                after => ("compare.axis.swap", after.to_string()),
            },
        };
        Some(Self { key, value })
    }
}

/// Text from outside with its control characters made visible.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A model's own name: the last part of a path.
fn name_of(model: &str) -> &str {
    model.trim_end_matches('/').rsplit('/').next().unwrap_or(model)
}

/// What is laid over a model: the names of the files, without their folders and endings.
fn names_of(all: &[AttachmentAsked]) -> String {
    let stem = |asked: &AttachmentAsked| {
        let name = name_of(&asked.file).to_owned();
        name.rsplit_once('.').map_or(name.clone(), |(stem, _)| stem.to_owned())
    };
    all.iter().map(stem).collect::<Vec<_>>().join(" + ")
}

/// Puts value `i` of an axis in its place.
pub(super) fn set(axis: &Axis, i: usize, asked: &mut Asked, swap: &mut Option<Swap>) {
    match axis {
        Axis::Prompts(values) => asked.prompt = values.get(i).cloned(),
        Axis::Seeds(values) => asked.seed = values.get(i).copied(),
        Axis::Steps(values) => asked.steps = values.get(i).copied(),
        Axis::Guidance(values) => asked.guidance = values.get(i).copied(),
        Axis::Strengths(values) => asked.strength = values.get(i).copied(),
        Axis::Samplers(values) => asked.sampler = values.get(i).copied(),
        Axis::Attachments(values) => {
            asked.attachments = values.get(i).cloned().unwrap_or_default();
        }
        Axis::Models(values) => asked.model = values.get(i).cloned(),
        Axis::SwapAt { prompt, after } => {
            *swap = after.get(i).map(|&after| Swap { after, prompt: prompt.clone() });
        }
    }
}

impl Cell {
    /// The stem of the file in which this cell is kept: 24 hexadecimal digits of SHA-256 over all
    /// that decides the run, the model by its hash and not by where it lies, and not over the
    /// cell's place: another grid over the same folder finds it again, on any machine. Settings
    /// that a later edition adds do not change it where they are left alone.
    pub fn stem(&self, model_hash: &str) -> String {
        let fields = |asked: &Asked| serde_json::to_value(asked).unwrap_or(Value::Null);
        let unset = fields(&Asked::default());
        let mut asked = fields(&self.asked);
        if let Value::Object(fields) = &mut asked {
            // The ages of the pocket lie nowhere, and their names tell them apart.
            if self.asked.model.as_ref().is_none_or(|model| !model.contains('@')) {
                fields.remove("model");
            }
            fields.retain(|name, value| unset.get(name) != Some(value));
        }
        let swap = self.swap.as_ref().map(|s| json!({ "after": s.after, "prompt": s.prompt }));
        let all = json!({ "cell": 1, "model": model_hash, "asked": asked, "swap": swap });
        let digest = Sha256::digest(all.to_string());
        digest.iter().take(12).fold(String::with_capacity(24), |mut stem, byte| {
            let _ = write!(stem, "{byte:02x}");
            stem
        })
    }
}

/// The prompts of a file, one a line. Empty lines are none; a mark of byte order, carriage returns
/// and spaces around a line do not count.
pub fn prompts_of(text: &str) -> Vec<String> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Axes;
    use super::*;

    fn grid(model: &str) -> Axes {
        let asked = Asked { model: Some(model.into()), ..Asked::default() };
        Axes::new(asked, vec![Axis::Seeds(vec![1, 2]), Axis::Guidance(vec![2.0, 4.0])])
    }

    #[test]
    fn a_file_is_named_by_what_decides_the_run_and_not_by_its_place() {
        let cell = |axes: &Axes, row, column| {
            axes.cell(Place { page: 0, row, column }).expect("inside").stem("abc")
        };
        let here = grid("/models/one");
        let turned = Axes::new(
            Asked { model: Some("elsewhere".into()), ..Asked::default() },
            vec![Axis::Guidance(vec![4.0, 2.0]), Axis::Seeds(vec![9, 2])],
        );
        assert_eq!(cell(&here, 0, 1), cell(&turned, 1, 1));
        let mut stems: Vec<String> = here.cells().map(|c| c.stem("abc")).collect();
        stems.extend(here.cells().map(|c| c.stem("abd")));
        stems.sort_unstable();
        stems.dedup();
        assert_eq!(stems.len(), 8);
    }

    #[test]
    fn a_switch_forced_off_is_not_one_left_alone() {
        let mut cell = grid("m").cell(Place::default()).expect("inside");
        // What this edition calls a cell must not change: folders of grids outlive it.
        assert_eq!(cell.stem("abc"), "4a4ac0de87f7257e7f56cc95");
        cell.asked.karras = Some(false);
        assert_ne!(cell.stem("abc"), "4a4ac0de87f7257e7f56cc95");
        let with = cell.stem("abc");
        cell.swap = Some(Swap { after: 0, prompt: String::new() });
        assert_ne!(cell.stem("abc"), with);
    }

    #[test]
    fn a_file_of_prompts_is_read_line_by_line() {
        assert_eq!(prompts_of("\u{feff}a cat\r\n\n  a dog \n"), ["a cat", "a dog"]);
    }
}

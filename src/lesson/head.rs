//! The head of a lesson: what it is called, how long it takes, what it teaches, and the settings
//! that its walks have unless a beat says otherwise.

use serde::Deserialize;

use super::Mistake;
use super::show::Changes;
use super::source::Block;
use crate::walk::Problem;

/// The version of the format that this program reads.
const FORMAT: u32 = 1;

/// What stands between the two lines of `+++`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Version of the format.
    pub format: u32,
    /// What the lesson is called.
    pub title: String,
    /// How long it takes, in minutes.
    pub minutes: u16,
    /// What a learner knows afterwards, a few words each.
    pub teaches: Vec<String>,
    /// Settings of every walk in it.
    #[serde(default)]
    pub walk: Changes,
}

impl Head {
    pub(super) fn read(block: &Block) -> Result<Self, Mistake> {
        let head: Self = toml::from_str(&block.text).map_err(|error| unread(block, &error))?;
        if head.format != FORMAT {
            let problem = Problem::new("lesson-format").with("found", head.format);
            return Err(Mistake::new(block.line, problem.with("read", FORMAT)));
        }
        Ok(head)
    }
}

/// What TOML could not read, with the line of the whole file.
pub(super) fn unread(block: &Block, error: &toml::de::Error) -> Mistake {
    let before = error.span().and_then(|span| block.text.get(..span.start)).unwrap_or_default();
    let line = block.line + before.matches('\n').count();
    let reason = error.message().lines().next().unwrap_or_default().to_owned();
    Mistake::new(line, Problem::new("lesson-toml").with("reason", reason))
}

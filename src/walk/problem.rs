//! What went wrong, as data: a key of the message catalogue and the facts that its sentence needs.
//!
//! Engine, recording and commands raise a [`Problem`]; the sentence is made at the edge, in the
//! user's language, by `words`.

use std::fmt;

/// One failure. `key` names the sentence `problem.KEY` of the catalogue; each fact fills the
/// placeholder of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    key: &'static str,
    facts: Vec<(&'static str, String)>,
    usage: bool,
}

impl Problem {
    /// A failure while working: exit code 1.
    pub const fn new(key: &'static str) -> Self {
        Self { key, facts: Vec::new(), usage: false }
    }

    /// A wrong use of flags or settings: exit code 2.
    pub const fn usage(key: &'static str) -> Self {
        Self { key, facts: Vec::new(), usage: true }
    }

    /// Adds a fact; control characters never get through to the terminal.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        let clean = value
            .to_string()
            .chars()
            .map(|c| if c.is_control() { '\u{fffd}' } else { c })
            .collect::<String>();
        self.facts.push((name, clean));
        self
    }

    /// The key of its sentence, without the leading `problem.`.
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// The facts for the sentence's placeholders.
    pub fn facts(&self) -> &[(&'static str, String)] {
        &self.facts
    }

    /// Whether this is a wrong use (exit 2) and not a failure (exit 1).
    pub const fn is_usage(&self) -> bool {
        self.usage
    }

    /// The walk was cancelled by the user: no failure, but no frame either.
    pub const fn cancelled() -> Self {
        Self::new("cancelled")
    }

    /// Whether this is [`Problem::cancelled`].
    pub fn is_cancelled(&self) -> bool {
        self.key == "cancelled"
    }
}

/// For logs and test output only; users read the catalogue's sentence.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)?;
        for (name, value) in &self.facts {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

//! What clap says of a wrong command line becomes one sentence of the catalogue.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::walk::Problem;

/// Why there is no command to carry out.
#[derive(Debug)]
pub enum Refused {
    /// Help or version was asked for: this text goes to stdout.
    Asked(String),
    /// A wrong use.
    Problem(Problem),
}

impl From<clap::Error> for Refused {
    fn from(error: clap::Error) -> Self {
        match error.kind() {
            ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                Self::Asked(error.render().to_string())
            }
            _ => Self::Problem(problem(&error)),
        }
    }
}

fn problem(error: &clap::Error) -> Problem {
    let told = |kind| error.get(kind).map(text);
    let flag = told(ContextKind::InvalidArg).map(|flag| name(&flag)).unwrap_or_default();
    let value = told(ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => {
            Problem::usage("flag-needs-value").with("flag", flag)
        }
        ErrorKind::InvalidValue => Problem::usage("flag-choice")
            .with("flag", flag)
            .with("value", short(&value))
            .with("choices", told(ContextKind::ValidValue).unwrap_or_default()),
        ErrorKind::ValueValidation | ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues => {
            Problem::usage("flag-number").with("flag", flag).with("value", short(&value))
        }
        ErrorKind::UnknownArgument if !flag.starts_with('-') => {
            Problem::usage("argument-extra").with("value", short(&flag))
        }
        ErrorKind::UnknownArgument => match told(ContextKind::SuggestedArg) {
            Some(near) => {
                Problem::usage("flag-unknown-near").with("flag", short(&flag)).with("near", near)
            }
            None => Problem::usage("flag-unknown").with("flag", short(&flag)),
        },
        ErrorKind::MissingRequiredArgument => Problem::usage("argument-missing").with("flag", flag),
        ErrorKind::ArgumentConflict if flag.is_empty() => Problem::usage("flags-before-command"),
        ErrorKind::ArgumentConflict => {
            let other = told(ContextKind::PriorArg).map(|o| name(&o)).unwrap_or_default();
            if other == flag || other.is_empty() {
                Problem::usage("flag-twice").with("flag", flag)
            } else {
                Problem::usage("flags-conflict").with("flag", flag).with("other", other)
            }
        }
        ErrorKind::InvalidUtf8 => Problem::usage("argument-not-text"),
        _ => {
            let whole = error.to_string();
            let line = whole.lines().next().unwrap_or_default().trim_start_matches("error: ");
            Problem::usage("usage-other").with("reason", line)
        }
    }
}

fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(list) => list.join(", "),
        other => other.to_string(),
    }
}

/// `--steps <N>` without its value's name.
fn name(argument: &str) -> String {
    let first = argument.split_whitespace().next().unwrap_or(argument);
    first.trim_matches(['<', '>', '[', ']']).to_owned()
}

/// What a user typed, short enough for a sentence.
fn short(value: &str) -> String {
    const MOST: usize = 60;
    if value.chars().count() <= MOST {
        return value.to_owned();
    }
    value.chars().take(MOST).chain(['…']).collect()
}

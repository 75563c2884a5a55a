//! Which flags have an effect in which command: the others are refused, and its help hides them.

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use crate::walk::Problem;

/// The flags of a walk that `command` knows, or none where all of them or its own rules hold.
fn known(command: &str) -> Option<&'static [&'static str]> {
    Some(match command {
        "tokens" => &[
            "words",
            "prompt",
            "model",
            "model_config",
            "embedding",
            "lang",
            "plain",
            "json",
            "quiet",
        ],
        "verify" => &[
            "words",
            "prompt",
            "negative",
            "model",
            "model_config",
            "prediction",
            "seed",
            "steps",
            "sampler",
            "karras",
            "eta",
            "spacing",
            "guidance",
            "width",
            "height",
            "device",
            "dtype",
            "threads",
            "lang",
            "plain",
            "json",
            "quiet",
            "lora",
            "embedding",
        ],
        // A recording decides all of its walk but where it is walked again.
        "verify FILE" => &[
            "words",
            "model",
            "model_config",
            "device",
            "dtype",
            "threads",
            "lang",
            "plain",
            "json",
            "quiet",
            "lora",
            "embedding",
        ],
        "replay" => &[
            "file",
            "lang",
            "color",
            "protocol",
            "marks",
            "ascii",
            "plain",
            "present",
            "out",
            "plots",
            "until",
            "json",
            "record",
            "record_precision",
            "force",
            "quiet",
            "log",
        ],
        _ => return None,
    })
}

/// The definition with the flags hidden that a command does not know.
pub(super) fn hidden(definition: Command) -> Command {
    definition.mut_subcommands(|command| {
        let Some(known) = known(command.get_name()) else { return command };
        command.mut_args(|arg| {
            let unknown = !known.contains(&arg.get_id().as_str());
            arg.hide(unknown)
        })
    })
}

/// Refuses a flag that `command` would ignore. `allowed` are ids that were looked at already.
pub(super) fn check(command: &str, matches: &ArgMatches, allowed: &[&str]) -> Result<(), Problem> {
    let Some(known) = known(command) else { return Ok(()) };
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let ids = matches.ids().map(clap::Id::as_str).filter(|id| *id != "Flags" && given(id));
    match ids.into_iter().find(|id| !known.contains(id) && !allowed.contains(id)) {
        Some("words") => Err(Problem::usage("prompt-not-here").with("command", command)),
        Some(id) => Err(Problem::usage("flag-not-here")
            .with("flag", format!("--{}", id.replace('_', "-")))
            .with("command", command)),
        None => Ok(()),
    }
}

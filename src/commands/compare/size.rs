//! A large grid: what it would take, and whether it is wanted.

use std::io::{BufRead, IsTerminal, stdin};
use std::time::Instant;

use super::super::remark;
use crate::cli::CompareFlags;
use crate::compare::{Axes, Cost, Place};
use crate::engine::{Engine, Look};
use crate::walk::{Frame, Problem, Unwatched};
use crate::words::Words;

/// Up to so many cells nobody is asked.
const FEW: usize = 100;

/// Whether the grid is to be computed. A large one is measured by one step of its first cell, and
/// asked for; where nobody can be asked, `--yes` must have said it.
pub(super) fn agreed(axes: &Axes, flags: &CompareFlags, words: Words) -> Result<bool, Problem> {
    let share = flags.shard.map_or(1, |shard| shard.of);
    if flags.yes || axes.count() / share <= FEW {
        return Ok(true);
    }
    let estimate = axes.estimate(&measured(axes)?);
    let hours = estimate.seconds / share as f64;
    let facts = [
        ("cells", (estimate.cells / share as u64).to_string()),
        ("calls", (estimate.calls / share as u64).to_string()),
        ("time", duration(hours)),
        ("megabytes", (estimate.bytes / share as u64 / 1_000_000).to_string()),
    ];
    if !stdin().is_terminal() {
        let mut problem = Problem::usage("compare-large");
        for (name, value) in facts {
            problem = problem.with(name, value);
        }
        return Err(problem);
    }
    let facts: Vec<(&str, &str)> =
        facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    remark(&words.fill("compare.large-ask", &facts));
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    Ok(read.is_ok() && matches!(answer.trim().chars().next(), Some('y' | 'Y' | '是')))
}

/// Times one step of the first cell.
fn measured(axes: &Axes) -> Result<Cost, Problem> {
    let asked = axes.cell(Place::default()).map(|cell| cell.asked).unwrap_or_default();
    let engine = Engine::open(&asked, &Unwatched)?;
    let settings = engine.settle(&asked)?;
    let mut walk = engine.walk(&settings, Look::SCREEN)?;
    let began = Instant::now();
    let mut seconds = (0.0, 0.0);
    while let Some(frame) = walk.next(&Unwatched) {
        if matches!(frame?, Frame::Step(_)) {
            seconds.1 = began.elapsed().as_secs_f64() - seconds.0;
            break;
        }
        seconds.0 = began.elapsed().as_secs_f64();
    }
    let latent = settings.width * settings.height / engine.card().vae_factor.pow(2).max(1) * 4;
    Ok(Cost {
        default_steps: settings.steps,
        seconds_per_call: seconds.1,
        // The decoder takes about as long as a few calls.
        seconds_per_run: seconds.0 + 3.0 * seconds.1,
        // A latent and two answers in 16 bits, and attention in 8.
        bytes_per_call: latent as u64 * 2 * 3 + latent as u64 / 4 * 10,
        bytes_per_run: latent as u64 * 2 * 3
            + 150_000
            + (settings.width * settings.height * 3) as u64,
    })
}

/// Hours, minutes or seconds.
fn duration(seconds: f64) -> String {
    match seconds {
        s if s >= 5400.0 => format!("{:.1} h", s / 3600.0),
        s if s >= 90.0 => format!("{:.0} min", s / 60.0),
        s => format!("{s:.0} s"),
    }
}

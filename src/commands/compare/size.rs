//! A large grid: what it would take, and whether it is wanted.

use std::io::{BufRead, IsTerminal, stdin};
use std::time::Instant;

use super::super::remark;
use crate::cli::CompareFlags;
use crate::compare::{Axes, Cost, Place};
use crate::engine::{Engine, Look};
use crate::walk::{Frame, ModelCard, Problem, Unwatched};
use crate::words::Words;

/// The most runs whose frames are held in memory at once, however small they are.
pub(super) const MOST: usize = 1_000;

/// Bytes that the frames of a comparison may take.
const ROOM: u64 = 2 << 30;

/// Latents and answers that a step keeps, attention counted as two of them.
const KEPT_A_STEP: u64 = 9;

/// The most runs of a grid whose frames are held in memory at once.
pub(super) fn most_in_memory(axes: &Axes, card: &ModelCard) -> usize {
    let nothing = Cost {
        default_steps: card.default_steps.unwrap_or(50),
        seconds_per_call: 0.0,
        seconds_per_run: 0.0,
        bytes_per_call: 0,
        bytes_per_run: 0,
    };
    let estimate = axes.estimate(&nothing);
    let calls = estimate.calls.div_ceil(estimate.cells.max(1));
    let width = axes.asked().width.unwrap_or(card.default_size.0) as u64;
    let height = axes.asked().height.unwrap_or(card.default_size.1) as u64;
    let factor = (card.vae_factor as u64).max(1);
    // Four channels of four bytes.
    let latent = (width / factor).saturating_mul(height / factor).saturating_mul(16);
    let run = latent.saturating_mul(KEPT_A_STEP).saturating_mul(calls).max(1);
    usize::try_from(ROOM / run).unwrap_or(MOST).clamp(2, MOST)
}

/// Up to so many cells nobody is asked.
const FEW: usize = 100;

/// Whether the grid is to be computed. A large one is measured by one step of its first cell, and
/// asked for; where nobody can be asked, `--yes` must have said it.
pub(super) fn agreed(axes: &Axes, flags: &CompareFlags, words: Words) -> Result<bool, Problem> {
    let share = flags.shard.map_or(1, |shard| shard.of);
    if flags.yes || axes.count() / share <= FEW {
        return Ok(true);
    }
    let facts = facts(axes, share)?;
    if !stdin().is_terminal() {
        return Err(with(Problem::usage("compare-large"), facts));
    }
    let facts: Vec<(&str, &str)> =
        facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    remark(&words.fill("compare.large-ask", &facts));
    let mut answer = String::new();
    let read = stdin().lock().read_line(&mut answer);
    Ok(read.is_ok() && matches!(answer.trim().chars().next(), Some('y' | 'Y' | '是')))
}

/// A grid with more cells than the screen holds, and what it would take without one.
pub(super) fn too_many_for_screen(axes: &Axes, most: usize) -> Problem {
    match facts(axes, 1) {
        Ok(facts) => with(Problem::usage("compare-too-many-for-screen").with("most", most), facts),
        Err(problem) => problem,
    }
}

/// What one of so many shares of a grid takes, measured by one step of its first cell.
fn facts(axes: &Axes, share: usize) -> Result<[(&'static str, String); 4], Problem> {
    let estimate = axes.estimate(&measured(axes)?);
    let shares = share as u64;
    Ok([
        ("cells", (estimate.cells / shares).to_string()),
        ("calls", (estimate.calls / shares).to_string()),
        ("time", duration(estimate.seconds / share as f64)),
        ("megabytes", (estimate.bytes / shares / 1_000_000).to_string()),
    ])
}

fn with(problem: Problem, facts: [(&'static str, String); 4]) -> Problem {
    facts.into_iter().fold(problem, |problem, (name, value)| problem.with(name, value))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Axis;
    use crate::engine::ModelFolder;
    use crate::walk::Asked;

    #[test]
    fn the_larger_the_latents_the_fewer_runs_are_held() {
        let card = ModelFolder::open(None).and_then(|folder| folder.card()).expect("inside");
        let most = |side| {
            let asked = Asked { width: side, height: side, ..Asked::default() };
            most_in_memory(&Axes::new(asked, vec![Axis::Seeds(vec![1, 2])]), &card)
        };
        assert_eq!(most(None), MOST);
        let large = most(Some(1024));
        assert!((2..MOST / 10).contains(&large), "{large}");
        assert_eq!(most(Some(usize::MAX)), 2);
    }
}

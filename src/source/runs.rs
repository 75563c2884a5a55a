//! Runs beside others, on the engine's thread: several walks in step, each perhaps kept in a
//! recording of its own as it goes. A run that fails leaves the others alone; one that is kept
//! already is read instead of computed.

use std::path::Path;

use super::{ForkAsked, News, RunAsked};
use crate::engine::{Engine, Look, Walk, next_together};
use crate::recording::{Claim, Claimed, Precision, Writer, read};
use crate::walk::{Asked, Change, Frame, Problem, Stage, Watch};

/// Where the news of runs go, under their numbers.
pub(super) trait Listens: Watch {
    /// Tells something about the run `id`.
    fn tell_of(&self, id: usize, news: News);
}

/// A run under way.
struct Running {
    id: usize,
    walk: Walk,
    kept: Option<(Claim, Writer)>,
}

/// A walk as far as runs branch off from it: kept for the next one that does.
pub(super) struct Trunk {
    asked: Asked,
    walk: Walk,
    frames: Vec<Frame>,
}

/// Computes runs that one engine can compute, in step.
pub(super) fn compute(
    engine: &Engine,
    asked: &[RunAsked],
    trunk: &mut Option<Trunk>,
    listener: &dyn Listens,
) {
    let mut running: Vec<Running> = Vec::new();
    for run in asked {
        match begin(engine, run, trunk, listener) {
            Ok(begun) => running.extend(begun),
            Err(problem) => tell(listener, run.id, problem),
        }
    }
    while !running.is_empty() {
        let mut walks: Vec<&mut Walk> = running.iter_mut().map(|run| &mut run.walk).collect();
        let frames = next_together(&mut walks, listener);
        let mut going_on = Vec::new();
        for (run, frame) in running.into_iter().zip(frames) {
            going_on.extend(advance(run, frame, listener));
        }
        running = going_on;
    }
}

/// Begins a run; `None` where there is nothing to compute.
fn begin(
    engine: &Engine,
    run: &RunAsked,
    trunk: &mut Option<Trunk>,
    listener: &dyn Listens,
) -> Result<Option<Running>, Problem> {
    let claim = match run.keep.as_deref() {
        None => None,
        Some(path) => match Claim::take(path)? {
            Claimed::Ours(claim) => Some(claim),
            Claimed::Taken => {
                return Err(Problem::new("cell-taken").with("file", path.display()));
            }
            Claimed::There => {
                tell_recording(path, run.id, listener)?;
                return Ok(None);
            }
        },
    };
    let (walk, note) = opened(engine, run, trunk, listener)?;
    let kept = match claim {
        None => None,
        Some(claim) => {
            let (settings, card) = (walk.settings(), engine.card());
            let place = claim.destination()?;
            let writer = Writer::begin(place, Precision::Compact, settings, card, walk.calls())?;
            Some((claim, writer))
        }
    };
    listener.tell_of(
        run.id,
        News::Opened {
            card: Box::new(engine.card().clone()),
            settings: Box::new(walk.settings().clone()),
            calls: walk.calls(),
            note,
        },
    );
    Ok(Some(Running { id: run.id, walk, kept }))
}

/// The walk of a run, and what is to be said about it.
fn opened(
    engine: &Engine,
    run: &RunAsked,
    trunk: &mut Option<Trunk>,
    listener: &dyn Listens,
) -> Result<(Walk, Option<Problem>), Problem> {
    let look = Look::screen(&run.asked);
    if let Some(fork) = &run.fork {
        return Ok((engine.fork(fork, look)?, fork.restart()));
    }
    if let Some((after, change)) = &run.turn
        && let Some(fork) = branch(engine, run, trunk, (*after, change), listener)?
    {
        return Ok((engine.fork(&fork, look)?, fork.restart()));
    }
    Ok((engine.walk(&engine.settle(&run.asked)?, look)?, engine.note().cloned()))
}

/// The fork after so many steps of the walk that a run asks for; `None` where it has no more.
fn branch(
    engine: &Engine,
    run: &RunAsked,
    trunk: &mut Option<Trunk>,
    (after, change): (usize, &Change),
    listener: &dyn Listens,
) -> Result<Option<ForkAsked>, Problem> {
    let known = trunk.take().filter(|trunk| trunk.asked == run.asked);
    let trunk = if let Some(known) = known {
        trunk.insert(known)
    } else {
        let walk = engine.walk(&engine.settle(&run.asked)?, Look::screen(&run.asked))?;
        trunk.insert(Trunk { asked: run.asked.clone(), walk, frames: Vec::new() })
    };
    loop {
        let steps = trunk.frames.iter().filter_map(Frame::as_step);
        if let Some(at) = steps.into_iter().find(|step| step.step >= after) {
            return Ok(Some(ForkAsked {
                settings: trunk.walk.settings().clone(),
                past: trunk.frames.clone(),
                call: at.call,
                change: change.clone(),
            }));
        }
        let course = trunk.walk.course();
        if trunk.frames.len() >= course.place_of(Stage::Decode) {
            return Ok(None);
        }
        match trunk.walk.next(listener) {
            Some(frame) => trunk.frames.push(frame?),
            None => return Ok(None),
        }
    }
}

/// Takes a run's next frame; `None` where the run is at its end.
fn advance(
    mut run: Running,
    frame: Option<Result<Frame, Problem>>,
    listener: &dyn Listens,
) -> Option<Running> {
    let taken = match frame {
        Some(Ok(frame)) => take(&mut run, frame, listener),
        Some(Err(problem)) => Err(problem),
        None => Ok(()),
    };
    let ended = match taken {
        Ok(()) if !run.walk.finished() => return Some(run),
        Ok(()) => run.kept.map_or(Ok(()), |(_claim, writer)| writer.finish()),
        Err(problem) => {
            if let Some((_claim, writer)) = run.kept {
                writer.abandon();
            }
            Err(problem)
        }
    };
    match ended {
        Ok(()) => listener.tell_of(run.id, News::Finished),
        Err(problem) => tell(listener, run.id, problem),
    }
    None
}

fn take(run: &mut Running, frame: Frame, listener: &dyn Listens) -> Result<(), Problem> {
    if let Some((_, writer)) = &mut run.kept {
        writer.push(&frame)?;
    }
    listener.tell_of(run.id, News::Frame(Box::new(frame)));
    Ok(())
}

fn tell(listener: &dyn Listens, id: usize, problem: Problem) {
    let news = if problem.is_cancelled() { News::Cancelled } else { News::Failed(problem) };
    listener.tell_of(id, news);
}

/// A run that is kept already.
fn tell_recording(path: &Path, id: usize, listener: &dyn Listens) -> Result<(), Problem> {
    let recording = read(path)?;
    listener.tell_of(
        id,
        News::Opened {
            card: Box::new(recording.card),
            settings: Box::new(recording.settings),
            calls: recording.calls,
            note: None,
        },
    );
    for frame in recording.frames {
        listener.tell_of(id, News::Frame(Box::new(frame)));
    }
    listener.tell_of(id, News::Finished);
    Ok(())
}

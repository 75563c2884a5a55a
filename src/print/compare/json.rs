//! A comparison as JSON Lines, version 1: an object a run, a pair of calls, a run against the
//! reference, and a summary.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::compare::{
    Beside, Measured, Moment, Parting, PictureDifference, Plane, Psnr, Reason, Run, State, Summary,
    between_steps,
};
use crate::walk::Problem;
use crate::words::Words;

use super::super::json::{Line, model};
use super::said::piece;

/// What every field means; shown in `--help`.
pub const SCHEMA: &str = include_str!("schema.txt");

/// All of it.
pub(super) fn comparison(
    runs: &[Run],
    summary: &Summary,
    words: Words,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (place, run) in runs.iter().enumerate() {
        writeln!(out, "{}", of_run(runs, place, run, words))?;
    }
    for beside in &summary.others {
        for point in beside.parting.iter().flat_map(|parting| &parting.points) {
            let pair = (&point.reference, &point.other);
            writeln!(out, "{}", of_pair(runs, summary, beside.run, pair))?;
        }
        writeln!(out, "{}", of_beside(runs, summary, beside, words))?;
    }
    let (plane, reason) = parted(&summary.plane, words, |plane| of_plane(runs, plane, words));
    let line = object("summary")
        .field("alignment", summary.alignment.name())
        .field("reference", summary.reference)
        .field("runs", runs.len())
        .field("plane", plane)
        .field("reason", reason);
    writeln!(out, "{}", line.whole())
}

fn object(kind: &str) -> Line {
    Line::versioned().field("compare", kind)
}

/// The value and null, or null and the reason.
fn parted<T>(
    result: &Result<T, Reason>,
    words: Words,
    value: impl FnOnce(&T) -> Value,
) -> (Value, Value) {
    match result {
        Ok(found) => (value(found), Value::Null),
        Err(reason) => (Value::Null, of_problem(&reason.problem(), words)),
    }
}

fn of_problem(problem: &Problem, words: Words) -> Value {
    json!({ "key": problem.key(), "text": words.problem(problem) })
}

fn of_moment(moment: &Moment) -> Value {
    let Moment { call, step, steps, sigma } = moment;
    json!({ "call": call, "step": step, "steps": steps, "sigma": sigma })
}

fn of_run(runs: &[Run], place: usize, run: &Run, words: Words) -> String {
    let parent = run
        .parent
        .map(|(id, call)| json!({ "run": runs.iter().position(|r| r.id == id), "call": call }));
    let (state, problem) = match &run.state {
        State::Waiting => ("waiting", None),
        State::Computing => ("computing", None),
        State::Done => ("done", None),
        State::Failed(problem) => ("failed", Some(of_problem(problem, words))),
    };
    object("run")
        .field("run", place)
        .field("name", &run.name)
        .field("parent", parent)
        .field("state", state)
        .field("problem", problem)
        .field("calls", run.calls)
        .field("frames", run.frames.len())
        .field("settings", &run.settings)
        .field("model", run.card.as_ref().map(model))
        .whole()
}

fn of_pair(
    runs: &[Run],
    summary: &Summary,
    run: usize,
    (here, beside): (&Moment, &Moment),
) -> String {
    let steps = (runs[summary.reference].step_at(here.call), runs[run].step_at(beside.call));
    let apart = |measured| {
        let apart = between_steps(steps.0?, steps.1?, measured).ok()?;
        Some(json!({ "norm": apart.norm, "rms": apart.rms, "cosine": apart.cosine }))
    };
    let line = object("step")
        .field("reference", summary.reference)
        .field("run", run)
        .field("alignment", summary.alignment.name())
        .field("here", of_moment(here))
        .field("beside", of_moment(beside));
    let all = Measured::ALL.into_iter();
    all.fold(line, |line, measured| line.field(measured.name(), apart(measured))).whole()
}

fn of_beside(runs: &[Run], summary: &Summary, beside: &Beside, words: Words) -> String {
    let (reference, run) = (&runs[summary.reference], &runs[beside.run]);
    let pieces = parted(&beside.pieces, words, |pairs| {
        let pair = |p: &crate::compare::PiecePair| {
            json!({
                "mark": p.mark.name(),
                "from": p.reference.map(|place| piece(reference, place)),
                "to": p.other.map(|place| piece(run, place)),
            })
        };
        pairs.iter().map(pair).collect()
    });
    let stages = [
        ("pieces", pieces),
        ("vectors", parted(&beside.vectors, words, |_| json!(places(reference, run)))),
        ("noise", parted(&beside.noise, words, |noise| json!(noise))),
        ("parting", parted(&beside.parting, words, of_parting)),
        ("picture", parted(&beside.picture, words, of_picture)),
    ];
    let mut reasons = Map::new();
    let mut line = object("beside").field("reference", summary.reference).field("run", beside.run);
    for (name, (value, reason)) in stages {
        line = line.field(name, value);
        if !reason.is_null() {
            reasons.insert(name.to_owned(), reason);
        }
    }
    line.field("reasons", reasons).whole()
}

/// Cosine of the prompt vectors place by place.
fn places(reference: &Run, run: &Run) -> Option<Vec<f32>> {
    crate::compare::between_vectors(reference.embeddings()?, run.embeddings()?).ok()
}

fn of_parting(parting: &Parting) -> Value {
    json!({
        "threshold": parting.threshold,
        "exceeds": parting.exceeds().map(|p| of_moment(&p.reference)),
        "grows_most": parting.grows_most().map(|p| of_moment(&p.reference)),
    })
}

fn of_picture(apart: &PictureDifference) -> Value {
    let psnr = match apart.psnr {
        Psnr::Identical => None,
        Psnr::Decibels(psnr) => Some(psnr),
    };
    json!({
        "identical": psnr.is_none(),
        "psnr": psnr,
        "mean_absolute": apart.mean_absolute,
        "changed": apart.changed,
    })
}

fn of_plane(runs: &[Run], plane: &Plane, words: Words) -> Value {
    let place = |id: usize| runs.iter().position(|run| run.id == id);
    let paths: Vec<Value> = plane
        .paths
        .iter()
        .map(|path| {
            let points: Vec<Value> =
                path.points.iter().map(|p| json!([p.call, p.x, p.y])).collect();
            json!({ "run": place(path.id), "points": points })
        })
        .collect();
    let left_out: Vec<Value> = plane
        .left_out
        .iter()
        .map(|(id, reason)| {
            let problem = reason.problem();
            let text = words.problem(&problem);
            json!({ "run": place(*id), "key": problem.key(), "text": text })
        })
        .collect();
    json!({
        "shares": plane.shares,
        "fitted": plane.fitted,
        "paths": paths,
        "left_out": left_out,
    })
}

//! What parts two runs, in sentences that lines and plain text share.

use crate::compare::{
    Beside, Parting, PartingPoint, PictureDifference, PieceMark, PiecePair, Plane, Psnr, Reason,
    Run, State, Summary,
};
use crate::words::Words;

use super::super::lines::{filled, visible};
use super::super::numbers::{plain_number, short, signed};

/// What is compared with what, and how.
pub(super) fn head(runs: &[Run], summary: &Summary, words: Words) -> String {
    let key = format!("print.compare.head-{}", summary.alignment.name());
    let number = (summary.reference + 1).to_string();
    filled(words, &key, &[("count", runs.len().to_string()), ("number", number)])
}

/// Where a run comes from and how far it has come; none where it is simply whole.
pub(super) fn standing(runs: &[Run], run: &Run, words: Words) -> Vec<String> {
    let mut said = Vec::new();
    if let Some((id, call)) = run.parent {
        let number = runs.iter().position(|r| r.id == id).map_or(id, |place| place + 1);
        let facts = [("number", number.to_string()), ("call", (call + 1).to_string())];
        said.push(filled(words, "print.compare.forked", &facts));
    }
    match &run.state {
        State::Waiting if run.frames.is_empty() => {
            said.push(words.text("print.compare.waiting").to_owned());
        }
        State::Failed(problem) => {
            let problem = words.problem(problem);
            said.push(words.fill("print.compare.failed", &[("problem", &problem)]));
        }
        State::Waiting | State::Computing | State::Done => {}
    }
    if !run.complete() && !run.frames.is_empty() {
        let all = run.course().frames().to_string();
        let facts = [("frames", run.frames.len().to_string()), ("all", all)];
        said.push(filled(words, "print.compare.so-far", &facts));
    }
    said
}

/// Why something is not compared.
pub(super) fn cannot(reason: &Reason, words: Words) -> String {
    words.fill("print.compare.cannot", &[("reason", &words.problem(&reason.problem()))])
}

fn or_reason<T>(
    result: &Result<T, Reason>,
    words: Words,
    say: impl FnOnce(&T) -> String,
) -> String {
    result.as_ref().map_or_else(|reason| cannot(reason, words), say)
}

/// A piece of a run's prompt.
pub(super) fn piece(run: &Run, place: usize) -> String {
    let encoder = run.tokens().and_then(|tokens| tokens.encoders.first());
    let piece = encoder.and_then(|e| e.prompt.pieces.get(place));
    piece.map(|p| visible(&p.text)).unwrap_or_default()
}

/// Which pieces differ.
pub(super) fn pieces(reference: &Run, run: &Run, beside: &Beside, words: Words) -> String {
    or_reason(&beside.pieces, words, |pairs| {
        let list: Vec<String> = pairs
            .iter()
            .filter(|pair| pair.mark != PieceMark::Same)
            .map(|pair| change(reference, run, pair, words))
            .collect();
        if list.is_empty() {
            return words.text("print.compare.same-pieces").to_owned();
        }
        let list = list.join(words.text("print.plain.separator"));
        words.fill("print.compare.pieces", &[("list", &list)])
    })
}

fn change(reference: &Run, run: &Run, pair: &PiecePair, words: Words) -> String {
    let from = pair.reference.map(|place| piece(reference, place)).unwrap_or_default();
    let to = pair.other.map(|place| piece(run, place)).unwrap_or_default();
    match pair.mark {
        PieceMark::Same | PieceMark::Changed => {
            words.fill("print.compare.changed", &[("from", &from), ("to", &to)])
        }
        PieceMark::Added => words.fill("print.compare.added", &[("piece", &to)]),
        PieceMark::Removed => words.fill("print.compare.removed", &[("piece", &from)]),
    }
}

/// How alike the vectors of paired pieces are.
pub(super) fn vectors(run: &Run, beside: &Beside, words: Words) -> String {
    or_reason(&beside.vectors, words, |cosines| {
        let known: Vec<(usize, f32)> = cosines
            .iter()
            .zip(beside.pieces.iter().flatten())
            .filter_map(|(cosine, pair)| Some((pair.other?, (*cosine)?)))
            .collect();
        let least = known.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let Some(&(place, least)) = least else {
            return words.text("print.compare.no-vectors").to_owned();
        };
        if least > 0.999_95 {
            return words.text("print.compare.same-vectors").to_owned();
        }
        let mean = known.iter().map(|(_, cosine)| cosine).sum::<f32>() / known.len() as f32;
        let facts =
            [("mean", cosine(mean)), ("piece", piece(run, place)), ("least", cosine(least))];
        filled(words, "print.compare.vectors", &facts)
    })
}

/// Three digits, with a true minus sign.
pub(super) fn cosine(x: f32) -> String {
    format!("{x:.3}").replace('-', "−")
}

/// How alike the noises are.
pub(super) fn noise(reference: &Run, run: &Run, beside: &Beside, words: Words) -> String {
    or_reason(&beside.noise, words, |correlation| {
        let of = |run: &'_ Run| run.noise().map(|noise| (noise.hash(), noise.noise.len()));
        let (a, b) = (of(reference), of(run));
        if a == b {
            return words.text("print.compare.same-noise").to_owned();
        }
        let count = a.map_or(1, |(_, count)| count.max(1)) as f32;
        let spread = format!("{:.3}", 1.0 / count.sqrt());
        let value = signed((correlation * 1000.0).round() / 1000.0);
        filled(words, "print.compare.noise", &[("value", value), ("spread", spread)])
    })
}

/// Where they part, and where the difference grows most.
pub(super) fn parting(parting: &Parting, words: Words) -> String {
    let threshold = plain_number(f64::from(parting.threshold));
    let parts = parting.exceeds().map_or_else(
        || words.fill("print.compare.never-parts", &[("threshold", &threshold)]),
        |point| {
            let mut facts = at(point).to_vec();
            facts.push(("threshold", threshold.clone()));
            filled(words, "print.compare.parts", &facts)
        },
    );
    match parting.grows_most() {
        Some(point) => format!("{parts} {}", filled(words, "print.compare.grows", &at(point))),
        None => parts,
    }
}

fn at(point: &PartingPoint) -> [(&'static str, String); 4] {
    [
        ("step", (point.reference.step + 1).to_string()),
        ("steps", point.reference.steps.to_string()),
        ("sigma", short(point.reference.sigma)),
        ("other", short(point.other.sigma)),
    ]
}

/// How far the pictures are apart.
pub(super) fn picture(apart: &PictureDifference, words: Words) -> String {
    let Psnr::Decibels(psnr) = apart.psnr else {
        return words.text("print.compare.same-picture").to_owned();
    };
    let facts = [
        ("psnr", format!("{psnr:.1}")),
        ("changed", format!("{:.0}", apart.changed * 100.0)),
        ("mean", short(apart.mean_absolute)),
    ];
    filled(words, "print.compare.picture", &facts)
}

/// How much the common plane keeps, and who is not in it.
pub(super) fn plane(runs: &[Run], plane: &Result<Plane, Reason>, words: Words) -> Vec<String> {
    let plane = match plane {
        Ok(plane) => plane,
        Err(reason) => return vec![cannot(reason, words)],
    };
    let per_cent = |share: f32| format!("{:.0}", share * 100.0);
    let facts = [
        ("points", plane.fitted.to_string()),
        ("first", per_cent(plane.shares[0])),
        ("second", per_cent(plane.shares[1])),
        ("all", per_cent(plane.shares[0] + plane.shares[1])),
    ];
    let mut said = vec![filled(words, "print.compare.plane", &facts)];
    for (id, reason) in &plane.left_out {
        let number = runs.iter().position(|r| r.id == *id).map_or(*id, |place| place + 1);
        let reason = words.problem(&reason.problem());
        let facts = [("number", number.to_string()), ("reason", reason)];
        said.push(filled(words, "print.compare.left-out", &facts));
    }
    said
}

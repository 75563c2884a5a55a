//! The labelled sheet of a comparison.

use safelight::compare::{Axes, Axis, Place, Run, State};
use safelight::export::{contact_sheet, grid_sheet, runs_sheet};
use safelight::walk::{Asked, Frame, Problem, Sampler};
use safelight::words::{Language, Words};

use super::run;

#[test]
fn a_grid_keeps_its_heads_and_says_what_failed() {
    let axes = Axes::new(
        Asked::default(),
        vec![
            Axis::Seeds(vec![1, 2, 3]),
            Axis::Guidance(vec![1.0, 7.5]),
            Axis::Samplers(vec![Sampler::Ddim, Sampler::EulerA]),
        ],
    );
    let whole = run(1);
    let mut failed = Run::waiting(2, String::new());
    failed.state = State::Failed(Problem::new("interrupted"));
    let at = |place: Place| match (place.page, place.column) {
        (0, 2) => Some(&failed),
        (1, 1) => None,
        _ => Some(&whole),
    };
    let sheet = grid_sheet(&axes, &at, Words::of(Language::En)).expect("small");
    assert_eq!(sheet.columns, ["seed 1", "seed 2", "seed 3"]);
    let heads: Vec<&str> = sheet.rows.iter().map(|(head, _)| head.as_str()).collect();
    assert_eq!(heads, ["ddim · cfg 1", "ddim · cfg 7.5", "euler-a · cfg 1", "euler-a · cfg 7.5"]);
    let cell = |row: usize, column: usize| {
        let cell = &sheet.rows[row].1[column];
        (cell.picture.is_some(), cell.label.as_str())
    };
    assert_eq!((cell(0, 0), cell(0, 2)), ((true, ""), (false, "Interrupted.")));
    assert_eq!(cell(3, 1), (false, "not computed"));
    assert!(contact_sheet::draw(&sheet).is_some());
}

#[test]
fn a_grid_too_large_for_any_sheet_is_refused_and_no_cell_is_asked_for() {
    let seeds = || Axis::Seeds((0..100_000).collect());
    for axes in [vec![seeds()], vec![Axis::Steps(vec![1, 2]), seeds()], vec![seeds(), seeds()]] {
        let axes = Axes::new(Asked::default(), axes);
        let problem = grid_sheet(&axes, &|_| panic!("asked"), Words::of(Language::En));
        assert_eq!(problem.expect_err("too large").key(), "compare-sheet-too-large");
    }
}

#[test]
fn runs_stand_over_what_parts_them() {
    let (first, mut second) = (run(1), run(2));
    second.name = "the other".into();
    if let Some(Frame::Image(image)) = second.frames.last_mut() {
        image.image = image.image.map(|x| x * 0.5);
    }
    let sheet = runs_sheet(&[first, second], 0, Words::of(Language::En));
    assert_eq!(sheet.rows.len(), 2);
    let (pictures, apart) = (&sheet.rows[0].1, &sheet.rows[1].1);
    assert!(pictures[1].label.starts_with("the other\nseed 7 · 20 steps · ddim · cfg 4"));
    assert_eq!(apart[0].label, "equal, pixel for pixel");
    assert!(apart[1].label.starts_with("PSNR ") && apart[1].picture.is_some());
    assert!(sheet.title.starts_with("a red cat") && sheet.notes[0].contains("64×64"));
}

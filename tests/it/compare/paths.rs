//! The plane of all paths, and where two runs part.

#![expect(clippy::expect_used, reason = "the numbers are made here")]

use proptest::prelude::*;
use safelight::compare::{Alignment, Measured, Parting, Plane, PlanePoint, Reason, Run, Summary};
use safelight::walk::{Grid, Stage};

use super::{changed, frames, run, scheduled};

const SHAPE: [usize; 4] = [1, 4, 16, 16];

/// Two directions of length 1 at right angles to each other, each on its half of the numbers.
fn directions() -> [Grid; 2] {
    [0, 1].map(|half| {
        let raw = frames::normal(&SHAPE, 40 + half as u64);
        let kept = Grid::from_fn(&SHAPE, |i| if i % 2 == half { raw.data()[i] } else { 0.0 });
        let norm = kept.data().iter().map(|x| x * x).sum::<f32>().sqrt();
        kept.map(|x| x / norm)
    })
}

/// A run whose latents go through the given points of the plane, from a common middle.
fn through(id: usize, points: &[(f32, f32)]) -> Run {
    let [u, v] = directions();
    let middle = frames::normal(&SHAPE, 50);
    let at = |i: usize| {
        let (x, y) = points[i.min(points.len() - 1)];
        Grid::weighted_sum(&[(1.0, &middle), (x, &u), (y, &v)]).expect("one shape")
    };
    let mut run = changed(id, |step| {
        (step.latent, step.next) = (at(step.call), at(step.call + 1));
    });
    run.frames.truncate(4 + points.len() - 1);
    run
}

fn shape_of(path: &[PlanePoint]) -> Vec<f32> {
    let apart = |a: &PlanePoint, b: &PlanePoint| (a.x - b.x).hypot(a.y - b.y);
    path.iter().flat_map(|a| path.iter().map(move |b| apart(a, b))).collect()
}

#[test]
fn what_lies_in_a_plane_is_found_as_it_is() {
    let points = [(0.0, 0.0), (30.0, 2.0), (60.0, -5.0), (90.0, 12.0)];
    let plane = Plane::of(&[through(1, &points)]).expect("a plane");
    assert!((plane.shares[0] + plane.shares[1] - 1.0).abs() < 1e-5);
    let mine: Vec<PlanePoint> = points.iter().map(|&(x, y)| PlanePoint { call: 0, x, y }).collect();
    let (found, given) = (shape_of(&plane.paths[0].points), shape_of(&mine));
    assert!(found.iter().zip(&given).all(|(a, b)| (a - b).abs() < 0.01), "{found:?} {given:?}");
    let x: Vec<f32> = plane.paths[0].points.iter().map(|p| p.x).collect();
    assert!(x.windows(2).all(|pair| pair[0] < pair[1]), "time goes to the right: {x:?}");
    let calls: Vec<usize> = plane.paths[0].points.iter().map(|p| p.call).collect();
    assert_eq!(calls, [0, 1, 2, 3]);
}

#[test]
fn what_lies_on_a_line_has_one_axis_and_what_stands_still_none() {
    let plane = Plane::of(&[through(1, &[(0.0, 0.0), (10.0, 0.0), (30.0, 0.0)])]).expect("a line");
    assert!((plane.shares[0] - 1.0).abs() < 1e-5 && plane.shares[1] < 1e-6);
    assert_eq!(Plane::of(&[through(1, &[(1.0, 1.0); 4])]), Err(Reason::NoVariance));
    assert_eq!(Plane::of(&[Run::default()]), Err(Reason::Missing(Stage::Step)));
}

#[test]
fn runs_of_another_size_or_without_numbers_are_left_out_by_name() {
    let small = changed(2, |step| {
        let grid = Grid::filled(&[1, 4, 8, 8], step.call as f32);
        (step.latent, step.next) = (grid.clone(), grid);
    });
    let broken = changed(3, |step| step.latent = step.latent.map(|_| f32::NAN));
    let plane = Plane::of(&[run(1), small, broken, Run::waiting(4, String::new())]).expect("one");
    assert_eq!((plane.paths.len(), plane.fitted), (1, 21));
    let left: Vec<usize> = plane.left_out.iter().map(|(id, _)| *id).collect();
    assert_eq!(left, [2, 3, 4]);
    assert!(matches!(plane.left_out[0].1, Reason::LatentSize(..)));
    assert_eq!(plane.left_out[1].1, Reason::NotFinite);
}

#[test]
fn a_thousand_latents_are_fitted_on_some_and_all_are_drawn() {
    let runs: Vec<Run> = (0..50)
        .map(|id| {
            changed(id, |step| {
                step.latent = step.latent.map(|x| x + id as f32 * 0.01);
            })
        })
        .collect();
    let plane = Plane::of(&runs).expect("a plane");
    assert_eq!(plane.paths.iter().map(|path| path.points.len()).sum::<usize>(), 50 * 21);
    assert!(plane.fitted <= 300 && plane.shares[0] + plane.shares[1] <= 1.0 + 1e-5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_order_of_the_runs_changes_nothing(
        points in prop::collection::vec((-9.0f32..9.0, -4.0f32..4.0), 12),
        turn in 1usize..3,
    ) {
        // Stretched, so that the first axis is no matter of rounding.
        let runs: Vec<Run> = points
            .chunks(4)
            .enumerate()
            .map(|(id, part)| {
                let way = |(i, &(x, y)): (usize, &(f32, f32))| (x + 30.0 * i as f32, y);
                through(id, &part.iter().enumerate().map(way).collect::<Vec<_>>())
            })
            .collect();
        let mut turned = runs.clone();
        turned.rotate_left(turn);
        let (a, b) = (Plane::of(&runs).unwrap(), Plane::of(&turned).unwrap());
        prop_assert!(a.shares[0] + a.shares[1] <= 1.0 + 1e-5 && a.shares[1] <= a.shares[0]);
        for path in &a.paths {
            let same = b.paths.iter().find(|p| p.id == path.id).unwrap();
            for (p, q) in path.points.iter().zip(&same.points) {
                prop_assert!((p.x - q.x).abs() < 1e-3 && (p.y - q.y).abs() < 1e-3);
            }
        }
    }
}

#[test]
fn two_runs_part_where_their_difference_grows() {
    // Equal up to call 7; half a deviation apart from there on, and a whole one from call 12 on.
    let away = |call: usize| {
        if call >= 12 {
            1.0
        } else if call >= 7 {
            0.3
        } else {
            0.0
        }
    };
    let other = changed(2, |step| {
        let way = away(step.call);
        step.latent = step.latent.map(|x| x + way);
    });
    for alignment in [Alignment::Step, Alignment::Sigma] {
        let parting = Parting::of(&run(1), &other, alignment, Measured::Latent).expect("one size");
        assert_eq!(parting.points.len(), 20);
        assert_eq!(parting.exceeds().map(|p| p.reference.call), Some(7));
        assert_eq!(parting.grows_most().map(|p| p.reference.call), Some(12));
        assert!((parting.points[8].rms - 0.3).abs() < 1e-4);
        let x0 = Parting::of(&run(1), &other, alignment, Measured::X0).expect("one size");
        assert_eq!((x0.exceeds(), x0.grows_most()), (None, None));
    }
    assert_eq!(
        Parting::of(&run(1), &scheduled(&[3.0, 0.0]), Alignment::Sigma, Measured::Latent),
        Err(Reason::Missing(Stage::Step))
    );
}

#[test]
fn what_can_be_compared_is_and_the_rest_is_said() {
    let mut other = changed(2, |step| step.latent = Grid::filled(&[1, 4, 8, 8], 1.0));
    other.frames.pop();
    let summary = Summary::of(&[run(1), other], 0, Alignment::Sigma).expect("two runs");
    let beside = &summary.others[0];
    assert!(beside.pieces.is_ok() && beside.vectors.is_ok());
    assert_eq!(beside.noise, Ok(1.0));
    assert!(matches!(beside.parting, Err(Reason::LatentSize(..))));
    assert_eq!(beside.picture, Err(Reason::Missing(Stage::Image)));
    assert_eq!(summary.plane.as_ref().map(|p| p.left_out.len()), Ok(1));
    assert!(Summary::of(&[], 0, Alignment::Step).is_none());
}

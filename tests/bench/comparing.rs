//! Runs side by side: the plane of all paths, and everything said of two runs.

use divan::Bencher;
use safelight::compare::{Alignment, Plane, Run, Summary};
use safelight::engine::{Engine, Look, Walk, next_together};
use safelight::walk::{Asked, Frame, Unwatched};

use super::frames;

/// Runs of 20 calls whose latents have `1,4,edge,edge` numbers, no two alike.
fn runs(count: usize, edge: usize) -> Vec<Run> {
    let walk = frames::walk();
    let of = |id: usize| {
        let mut run = Run { calls: walk.calls, ..Run::waiting(id, String::new()) };
        run.frames.clone_from(&walk.frames);
        for frame in &mut run.frames {
            if let Frame::Step(step) = frame {
                let seed = (id * 1000 + step.call) as u64;
                step.latent = frames::normal(&[1, 4, edge, edge], seed);
                step.next = step.latent.clone();
            }
        }
        run
    };
    (0..count).map(of).collect()
}

/// The plane of a 3 × 3 grid: the pocket model's latents, and those of SD 1.5 at 512².
#[divan::bench(args = [16, 64])]
fn plane_of_nine(bencher: Bencher, edge: usize) {
    let runs = runs(9, edge);
    bencher.bench_local(|| Plane::of(&runs).unwrap());
}

/// All numbers of two runs of the pocket model.
#[divan::bench]
fn summary_of_two(bencher: Bencher) {
    let runs = runs(2, 16);
    bencher.bench_local(|| Summary::of(&runs, 0, Alignment::Sigma).unwrap());
}

/// Eight cells of a grid, four steps each, in batches of so many: what is asked in one batch is to
/// be faster than what is asked alone.
#[divan::bench(args = [1, 2, 4, 8], sample_count = 12)]
fn eight_cells_in_batches_of(bencher: Bencher, batch: usize) {
    let asked = |seed| Asked { seed: Some(seed), steps: Some(4), ..Asked::default() };
    let engine = Engine::open(&asked(0), &Unwatched).unwrap();
    let walk = |seed| -> Walk {
        engine.walk(&engine.settle(&asked(seed)).unwrap(), Look::SCREEN).unwrap()
    };
    bencher.with_inputs(|| (0..8).map(walk).collect::<Vec<Walk>>()).bench_local_values(
        |mut walks| {
            for group in walks.chunks_mut(batch) {
                while group.iter().any(|walk| !walk.finished()) {
                    let mut together: Vec<&mut Walk> = group.iter_mut().collect();
                    divan::black_box(next_together(&mut together, &Unwatched));
                }
            }
        },
    );
}

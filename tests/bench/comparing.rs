//! Runs side by side: the plane of all paths, and everything said of two runs.

use divan::Bencher;
use safelight::compare::{Alignment, Plane, Run, Summary};
use safelight::walk::Frame;

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

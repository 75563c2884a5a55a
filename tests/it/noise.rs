//! The noise is torch's, number by number, whatever the seed and the order of draws.

#![expect(clippy::print_stdout, reason = "the table of another folder is for its reader")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use safelight::engine::noise::Generator;
use safelight::walk::{Drawn, Grid};

use crate::reference_files::{own_root, root, tensors};

/// What a draw may differ by from torch's.
const BAR: f32 = 2e-6;

fn largest_difference(a: &Grid, b: &Grid) -> f32 {
    a.data().iter().zip(b.data()).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max)
}

#[test]
fn draws_in_a_row_are_torchs() {
    let recorded: BTreeMap<String, Grid> =
        tensors(&own_root().join("noise.safetensors")).into_iter().collect();
    for seed in [0, 42, 1_234_567_890_123, i64::MAX as u64] {
        let mut generator = Generator::new(seed);
        for nth in 0..10 {
            let torch = &recorded[&format!("{seed}.{nth}")];
            let difference = largest_difference(torch, &generator.normal(torch.shape()));
            assert!(difference <= BAR, "seed {seed}, draw {nth}: {difference}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// Fewer than sixteen, whole blocks, and a last block that is drawn anew.
    #[test]
    fn the_way_of_every_number_ends_at_that_number_bit_for_bit(
        seed in any::<u64>(),
        (height, width) in (1usize..13, 1usize..13),
        planes in 1usize..5,
    ) {
        let drawn = Generator::new(seed).normal(&[1, planes, height, width]);
        for (place, value) in drawn.data().iter().enumerate() {
            let way = Drawn::of(seed, drawn.len(), place).unwrap();
            prop_assert_eq!(way.value.to_bits(), value.to_bits(), "{} of {}", place, drawn.len());
            prop_assert!((0.0..1.0).contains(&way.size) && (0.0..1.0).contains(&way.turn));
            let half = std::f64::consts::TAU * way.turn;
            let half = if way.sine { half.sin() } else { half.cos() };
            let again = (-2.0 * (1.0 - way.size).ln()).sqrt() * half;
            prop_assert!((again - f64::from(*value)).abs() < 2e-6, "{} is not {}", again, value);
        }
        prop_assert!(Drawn::of(seed, drawn.len(), drawn.len()).is_none());
    }
}

#[test]
fn the_way_of_a_number_of_a_large_latent_ends_at_that_number() {
    for seed in [7, 42, u64::MAX] {
        let drawn = Generator::new(seed).normal(&[1, 4, 64, 64]);
        for place in [0, 7, 8, 623, 624, 9_999, 16_383] {
            let way = Drawn::of(seed, drawn.len(), place).unwrap();
            assert_eq!(way.value.to_bits(), drawn.data()[place].to_bits());
        }
    }
    assert!(Drawn::of(7, usize::MAX, 3).is_none(), "more numbers than any latent has");
}

/// The layout of the larger folder that `SAFELIGHT_REFERENCE` may name.
#[test]
fn every_draw_of_the_reference_folder_is_torchs() {
    if root() == own_root() {
        return;
    }
    let recorded: BTreeMap<String, Grid> =
        tensors(&root().join("noise.safetensors")).into_iter().collect();
    let mut worst = (0.0f32, String::new());
    let mut compared = 0;
    for (name, first) in recorded.iter().filter(|(name, _)| name.matches('.').count() == 1) {
        let (seed, _) = name.split_once('.').unwrap();
        let mut generator = Generator::new(seed.trim_start_matches("seed").parse().unwrap());
        for further in ["", ".second", ".third"] {
            let Some(torch) = recorded.get(&format!("{name}{further}")) else { continue };
            let drawn = generator.normal(first.shape());
            compared += 1;
            let difference = largest_difference(torch, &drawn);
            if difference > worst.0 {
                worst = (difference, format!("{name}{further}"));
            }
        }
    }
    for name in recorded.keys().filter_map(|name| name.strip_suffix(".first512")) {
        let (seed, shape) = name.split_once('.').unwrap();
        let shape: Vec<usize> = shape.split('x').map(|n| n.parse().unwrap()).collect();
        let drawn = Generator::new(seed.trim_start_matches("seed").parse().unwrap()).normal(&shape);
        compared += 1;
        let difference = largest_difference(&recorded[&format!("{name}.first512")], &drawn);
        if difference > worst.0 {
            worst = (difference, name.to_owned());
        }
    }
    println!("{compared} draws, largest difference {:e} ({})", worst.0, worst.1);
    assert!(compared > 100 && worst.0 <= BAR, "{worst:?}");
}

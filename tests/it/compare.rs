//! Runs side by side, on walks made by hand: alignment, differences, labels and their words.

use safelight::compare::{
    Alignment, Axes, Axis, Difference, Measured, PieceMark, Psnr, Reason, Run, State,
    between_images, between_pieces, between_steps, between_vectors, noise_correlation,
};
use safelight::walk::{Asked, Frame, Grid, Noise, Sampler, Schedule, Stage, Step};
use safelight::words::{Language, Words};

use super::frames;

mod levels;
mod paths;
mod printed;
mod sheet;

/// The walk made by hand as a run.
pub(crate) fn run(id: usize) -> Run {
    let walk = frames::walk();
    Run {
        id,
        name: format!("run {id}"),
        settings: Some(walk.settings),
        card: Some(walk.card),
        calls: walk.calls,
        frames: walk.frames,
        state: State::Done,
        parent: None,
    }
}

/// The same with every step changed.
fn changed(id: usize, change: impl Fn(&mut Step)) -> Run {
    let mut run = run(id);
    for frame in &mut run.frames {
        if let Frame::Step(step) = frame {
            change(step);
        }
    }
    run
}

/// A run of which only a schedule with these levels is known.
fn scheduled(levels: &[f32]) -> Run {
    let mut run = Run::waiting(9, "levels".into());
    let calls = levels.len() - 1;
    run.frames.push(Frame::Schedule(Schedule {
        timesteps: vec![0.0; calls],
        sigmas: None,
        levels: levels.to_vec(),
        alphas_cumprod: vec![],
        init_noise_sigma: 1.0,
        steps: (0..calls).collect(),
        left_out: Vec::new(),
        sample: None,
    }));
    run
}

#[test]
fn by_step_is_the_same_number_and_by_noise_the_nearest_level() {
    let (short, long) = (scheduled(&[10.0, 1.0, 0.0]), scheduled(&[12.0, 6.0, 3.0, 1.2, 0.0]));
    let call = |alignment: Alignment, at, a: &Run, b: &Run| {
        alignment.align(a, at, b).map(|m| (m.call, m.steps, m.sigma))
    };
    assert_eq!(call(Alignment::Step, 1, &short, &long), Some((1, 4, 6.0)));
    assert_eq!(call(Alignment::Sigma, 1, &short, &long), Some((3, 4, 1.2)));
    // 6 is nearer to 10 than to 1 on a logarithmic axis: 1.67 times against 6 times.
    assert_eq!(call(Alignment::Sigma, 1, &long, &short), Some((0, 2, 10.0)));
    assert_eq!(call(Alignment::Step, 3, &long, &short), None);
    assert_eq!(call(Alignment::Sigma, 4, &long, &short), None);
    assert_eq!(Alignment::Sigma.align(&long, 0, &Run::default()), None);
    assert_eq!(Alignment::Step.pairs(&long, &short).len(), 2);
    assert_eq!(Alignment::Sigma.pairs(&long, &short).len(), 4);
}

#[test]
fn a_second_call_of_a_step_stands_beside_a_second_call() {
    let mut pndm = scheduled(&[10.0, 6.0, 6.0, 3.0, 0.0]);
    if let Some(Frame::Schedule(schedule)) = pndm.frames.first_mut() {
        schedule.steps = vec![0, 0, 1, 2];
    }
    let plain = scheduled(&[10.0, 6.0, 3.0, 0.0]);
    let call = |a: &Run, at, b: &Run| Alignment::Step.align(a, at, b).map(|m| m.call);
    assert_eq!((call(&pndm, 1, &pndm), call(&pndm, 1, &plain)), (Some(1), Some(0)));
    assert_eq!((call(&pndm, 3, &plain), call(&plain, 2, &pndm)), (Some(2), Some(3)));
}

#[test]
fn one_latent_in_two_samplers_scales_is_no_difference() {
    let ddim = run(1);
    let euler = changed(2, |step| {
        let scale = step.sigma.mul_add(step.sigma, 1.0).sqrt();
        step.latent = step.latent.map(|x| x * scale);
        step.formula.common_scale = 1.0 / scale;
    });
    let (a, b) = (ddim.step_at(5).expect("there"), euler.step_at(5).expect("there"));
    let apart = between_steps(a, b, Measured::Latent).expect("one size");
    assert!(apart.rms < 1e-6 && apart.cosine > 0.999_999);
}

#[test]
fn a_difference_is_other_minus_reference_with_its_norms() {
    let (a, b) = (Grid::filled(&[1, 4, 2, 2], 1.0), Grid::filled(&[1, 4, 2, 2], 1.5));
    let apart = Difference::of(&a, &b).expect("one size");
    assert_eq!((apart.norm, apart.rms, apart.limit), (2.0, 0.5, 0.5));
    assert!(apart.grid.data().iter().all(|x| *x == 0.5) && (apart.cosine - 1.0).abs() < 1e-6);
    let small = Grid::filled(&[1, 4, 1, 2], 1.0);
    assert!(matches!(Difference::of(&a, &small), Err(Reason::LatentSize(..))));
    let broken = Grid::filled(&[1, 4, 2, 2], f32::NAN);
    assert_eq!(Difference::of(&a, &broken), Err(Reason::NotFinite));
}

#[test]
fn noises_of_one_seed_correlate_and_those_of_two_do_not() {
    let noise = |seed| Noise { noise: frames::normal(&[1, 4, 16, 16], seed), seed };
    let of = |a, b| noise_correlation(&noise(a), &noise(b)).expect("one size");
    assert!((of(7, 7) - 1.0).abs() < 1e-6);
    assert!(of(7, 8).abs() < 4.0 / 1024f32.sqrt());
    let turned = Noise { noise: noise(7).noise.map(|x| 2.0 - x), seed: 7 };
    assert!((noise_correlation(&noise(7), &turned).expect("one size") + 1.0).abs() < 1e-6);
    let flat = Noise { noise: Grid::filled(&[1, 4, 16, 16], 0.5), seed: 0 };
    assert_eq!(noise_correlation(&noise(7), &flat), Err(Reason::NoVariance));
}

#[test]
fn pieces_are_laid_beside_their_equals() {
    let base = run(1);
    let of = |words: &[(&str, u32)]| frames::encoding("", words);
    let marks = |other: &[(&str, u32)]| -> String {
        let mine = &base.tokens().expect("there").encoders[0].prompt;
        let pairs = between_pieces(mine, &of(other)).expect("one vocabulary");
        pairs.iter().map(|p| p.mark.sign()).collect()
    };
    let words = frames::WORDS;
    assert_eq!(marks(&words), "       ");
    let mut dog = words;
    dog[2] = ("dog", 1929);
    assert_eq!(marks(&dog), "  ~    ");
    assert_eq!(marks(&words[1..]), "-      ");
    let mut longer = words.to_vec();
    longer.splice(2..3, [("big", 1205), ("dog", 1929)]);
    assert_eq!(marks(&longer), "  ~+    ");
    assert_eq!(marks(&[]), "-------");
    assert_eq!(PieceMark::Changed.name(), "changed");
}

#[test]
fn vectors_of_one_prompt_point_one_way_and_other_widths_are_said() {
    let (a, mut b) = (run(1), run(2));
    let cosines = between_vectors(a.embeddings().expect("there"), b.embeddings().expect("there"));
    assert!(cosines.expect("one width").iter().all(|c| (c - 1.0).abs() < 1e-5));
    if let Frame::Embeddings(embeddings) = &mut b.frames[1] {
        embeddings.context = Grid::filled(&[2, 77, 768], 1.0);
    }
    let apart = between_vectors(a.embeddings().expect("there"), b.embeddings().expect("there"));
    assert_eq!(apart, Err(Reason::VectorWidth(64, 768)));
}

#[test]
fn equal_pictures_are_identical_and_one_level_is_48_decibels() {
    let (a, mut b) = (run(1), run(2));
    let same = between_images(a.image().expect("there"), b.image().expect("there"));
    assert_eq!(same.expect("one size").psnr, Psnr::Identical);
    let Some(Frame::Image(image)) = b.frames.last_mut() else { panic!("a picture is last") };
    image.image = image.image.map(|x| x + 2.0 / 255.0);
    let apart = between_images(a.image().expect("there"), b.image().expect("there"));
    let apart = apart.expect("one size");
    // MSE 1: 10·log10(255²) = 48.13 dB.
    assert!(matches!(apart.psnr, Psnr::Decibels(db) if (db - 48.13).abs() < 0.01));
    assert_eq!((apart.mean_absolute, apart.changed, apart.limit), (1.0, 1.0, 1.0));
    assert!(apart.grid.data().iter().all(|x| *x == 1.0));
}

#[test]
fn every_label_and_every_reason_has_its_words() {
    let axes = [
        Axis::Prompts(vec!["a".into(), "b".into()]),
        Axis::Seeds(vec![1, 2]),
        Axis::Steps(vec![1, 2]),
        Axis::Guidance(vec![1.0, 7.5]),
        Axis::Samplers(Sampler::ALL.to_vec()),
        Axis::SwapAt { prompt: "b".into(), after: vec![0, 4] },
    ];
    let cell = Axes::new(Asked::default(), axes.to_vec()).cells().next().expect("a cell");
    let reasons = [
        Reason::Missing(Stage::Step),
        Reason::LatentSize(vec![1, 4, 8, 8], vec![1, 4, 16, 16]),
        Reason::VectorWidth(64, 768),
        Reason::PictureSize((64, 64), (512, 512)),
        Reason::Vocabulary(49_408, 100),
        Reason::NotFinite,
        Reason::NoVariance,
        Reason::NoGuidance,
        Reason::EarlierCall,
    ];
    for words in Language::ALL.map(Words::of) {
        assert_eq!(cell.labels.len(), 6);
        for label in &cell.labels {
            let text = words.fill(label.key, &[("value", &label.value)]);
            assert!(text.contains(&label.value) && !text.contains('{'), "{text}");
        }
        for reason in &reasons {
            let text = words.problem(&reason.problem());
            assert!(!text.contains('{') && !text.starts_with("problem."), "{text}");
        }
        for alignment in [Alignment::Step, Alignment::Sigma] {
            assert!(words.find(alignment.key()).is_some());
        }
        for measured in Measured::ALL {
            assert!(words.find(&format!("compare.measured-{}", measured.name())).is_some());
        }
    }
}

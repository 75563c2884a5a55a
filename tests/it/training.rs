//! The trainer: it follows PyTorch's loss, goes on exactly where it was stopped, keeps the last
//! good checkpoint when numbers run away, and writes a folder that the program walks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use candle_core::{DType, Tensor, Var};
use safelight::engine::vae::Vae;
use safelight::engine::{ModelFolder, Place};
use safelight::train::{Autoencoder, Diffusion, Keep, Recipe, Subject, Training, Work, run};
use safelight::walk::{Learning, Onlooker, Unwatched};

/// A small world with small networks, and few samples.
fn small() -> Recipe {
    let mut recipe = Recipe::shipped().unwrap();
    recipe.networks.unet.levels = vec![8, 16];
    recipe.networks.unet.groups = 4;
    recipe.networks.text.width = 16;
    recipe.networks.text.layers = 1;
    recipe.networks.vae.levels = vec![4, 8, 8];
    recipe.pocket.batch = 4;
    for part in &mut recipe.pocket.stages {
        part.samples = 16;
        part.shows.things = 4;
        part.shows.pictures = 12;
    }
    for painting in [&mut recipe.vae, &mut recipe.polish] {
        painting.samples = 20;
        painting.shows.things = 4;
        painting.shows.pictures = 8;
        painting.cut.batch = 2;
        painting.batch = 2;
    }
    recipe
}

fn pocket_vae() -> Vae {
    Vae::load(&ModelFolder::pocket(), &Place::cpu()).unwrap()
}

fn diffusion(recipe: Recipe) -> Training<Diffusion> {
    let subject = Diffusion::begin(recipe, pocket_vae(), &Place::cpu()).unwrap();
    let course = subject.course();
    Training::begin(subject, course).unwrap()
}

fn autoencoder(recipe: Recipe) -> Training<Autoencoder> {
    let subject = Autoencoder::begin(recipe, &Place::cpu()).unwrap();
    let course = subject.course();
    Training::begin(subject, course).unwrap()
}

/// Every number of a training's state, by its bits.
fn bits<S: Subject>(training: &Training<S>) -> BTreeMap<String, Vec<u32>> {
    let of = |tensor: &Tensor| {
        let numbers = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        numbers.iter().map(|x| x.to_bits()).collect()
    };
    let checkpoint = training.checkpoint().unwrap();
    checkpoint.tensors.iter().map(|(name, tensor)| (name.clone(), of(tensor))).collect()
}

/// Stops a training after so many steps.
struct StopAfter(u64, Mutex<u64>);

impl Onlooker for StopAfter {
    fn hear(&self, news: Learning) {
        if let Learning::Step(step) = news {
            *self.1.lock().unwrap() = step.step;
        }
    }

    fn cancelled(&self) -> bool {
        *self.1.lock().unwrap() >= self.0
    }
}

fn keep(folder: &Path) -> Keep {
    let (path, recipe) = (folder.join("c.safetensors"), "same".to_owned());
    Keep { path, recipe, every: None, samples: false }
}

fn goes_on_exactly<S: Subject>(make: impl Fn() -> Training<S>, after: u64) {
    let folder = tempfile::tempdir().unwrap();
    let keep = keep(folder.path());
    let mut straight = make();
    let begun = bits(&straight);
    while straight.done() < straight.steps() {
        straight.step().unwrap();
    }
    assert_ne!(bits(&straight), begun);
    let mut stopped = make();
    let ended = run(&mut stopped, &keep, &StopAfter(after, Mutex::default())).unwrap_err();
    assert!(ended.is_cancelled());
    assert_eq!(stopped.done(), after);
    drop(stopped);
    let mut again = make();
    keep.resume(&mut again).unwrap();
    assert_eq!(again.done(), after);
    run(&mut again, &keep, &Unwatched).unwrap();
    assert_eq!(again.standing().mean.to_bits(), straight.standing().mean.to_bits());
    assert!(bits(&again) == bits(&straight), "other weights than without the stop");
}

#[test]
fn a_training_that_was_stopped_goes_on_to_the_same_bits() {
    goes_on_exactly(|| diffusion(small()), 3);
    goes_on_exactly(|| autoencoder(small()), 6);
}

#[test]
fn the_word_that_is_not_of_the_world_stays_zero_and_the_others_learn() {
    let mut training = diffusion(small());
    let name = safelight::train::diffusion::TABLE;
    let rows = |training: &Training<Diffusion>| {
        training.subject().weights()[name].to_vec2::<f32>().unwrap()
    };
    let before = rows(&training);
    assert!(before[2].iter().all(|x| *x == 0.0));
    training.step().unwrap();
    let after = rows(&training);
    assert!(after[2].iter().all(|x| *x == 0.0));
    assert_ne!(before[0], after[0]);
}

#[test]
fn numbers_that_run_away_end_the_training_and_leave_the_last_good_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let mut recipe = small();
    recipe.pocket.rate.peak = 1e30;
    recipe.pocket.rate.warm_up = 2;
    recipe.pocket.stages[0].samples = 400;
    let mut keep = keep(folder.path());
    let problem = run(&mut diffusion(recipe.clone()), &keep, &Unwatched).unwrap_err();
    assert_eq!(problem.key(), "training-diverged");
    let fact = |name: &str| {
        problem.facts().iter().find(|(key, _)| *key == name).map(|(_, text)| text.clone()).unwrap()
    };
    let step: u64 = fact("step").parse().unwrap();
    assert!((2..20).contains(&step), "{problem}");
    assert!(!fact("captions").is_empty());
    assert!(!keep.path.exists());

    keep.every = Some(1);
    let problem = run(&mut diffusion(recipe.clone()), &keep, &Unwatched).unwrap_err();
    assert_eq!(problem.key(), "training-diverged-kept");
    let mut kept = diffusion(recipe);
    keep.resume(&mut kept).unwrap();
    assert_eq!(kept.done(), step - 1);
    let finite = |tensor: &Tensor| {
        tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap().iter().all(|x| x.is_finite())
    };
    let weights = kept.subject().weights().values();
    assert!(weights.map(Var::as_tensor).all(finite));
}

#[test]
fn a_whole_training_leaves_a_folder_that_is_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let work = Work {
        out: folder.path().to_owned(),
        recipe: small(),
        place: Place::cpu(),
        every: None,
        samples: false,
    };
    work.vae(&Unwatched).unwrap();
    work.pocket(&Unwatched).unwrap();
    let model = ModelFolder::open(folder.path().to_str()).unwrap();
    let card = model.card().unwrap();
    assert_eq!((card.vector_width, card.vocabulary, card.vae_factor), (16, 49_408, 4));
    assert!(card.taught.unwrap().things.contains(&"ghost".to_owned()));
    safelight::engine::networks::Networks::load(
        &model,
        safelight::walk::EngineChoice::Own,
        &Place::cpu(),
    )
    .unwrap();
    let index = std::fs::read_to_string(folder.path().join("model_index.json")).unwrap();
    assert!(index.contains("StableDiffusionPipeline"));

    // The same order again has nothing to do and changes nothing.
    let unet = folder.path().join("unet/diffusion_pytorch_model.safetensors");
    let before = std::fs::read(&unet).unwrap();
    work.pocket(&Unwatched).unwrap();
    assert_eq!(std::fs::read(&unet).unwrap(), before);

    // Another recipe is refused, and nothing is overwritten.
    let mut other = work;
    other.recipe.pocket.rate.peak *= 2.0;
    assert_eq!(other.pocket(&Unwatched).unwrap_err().key(), "checkpoint-other-recipe");
}

/// Steps that are compared; the file has more, for the picture of both curves.
const FOLLOWED: usize = 10;

#[test]
fn it_follows_the_loss_of_pytorch() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference");
    let text = std::fs::read(reference.join("train_follow.json")).unwrap();
    let facts: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let file = reference.join("train_follow.safetensors");
    let latents = candle_core::safetensors::load(file, &candle_core::Device::Cpu).unwrap();
    let latents = latents["latents"].to_dtype(DType::F32).unwrap().flatten_from(1).unwrap();

    let mut recipe = Recipe::shipped().unwrap();
    recipe.pocket.stages.truncate(1);
    let part = &mut recipe.pocket.stages[0];
    part.samples = FOLLOWED * recipe.pocket.batch;
    (part.shows.things, part.shows.pictures) = (8, 96);
    recipe.pocket.rate = safelight::train::recipe::Rate {
        peak: 1.4e-3,
        warm_up: 150,
        fall: safelight::train::recipe::Fall::Straight,
        part: 0.0,
        least: 0.0,
    };
    let mut subject = Diffusion::begin(recipe, pocket_vae(), &Place::cpu()).unwrap();
    subject.give_latents(latents.to_vec2::<f32>().unwrap().into_iter().enumerate());
    let pictures =
        safelight::train::pictures::Pictures::of(&subject.recipe().pocket.stages[0].shows).unwrap();
    for (number, caption) in facts["captions"].as_array().unwrap().iter().enumerate() {
        assert_eq!(caption, pictures.scene(number).caption.as_str());
    }
    let course = subject.course();
    let mut training = Training::begin(subject, course).unwrap();
    for (step, theirs) in facts["losses"].as_array().unwrap().iter().take(FOLLOWED).enumerate() {
        let (ours, theirs) = (training.step().unwrap().loss, theirs.as_f64().unwrap() as f32);
        let apart = (ours - theirs).abs() / theirs;
        let allowed = if step == 0 { 3e-5 } else { 1e-3 };
        assert!(apart < allowed, "step {step}: {ours} beside {theirs}");
    }
}

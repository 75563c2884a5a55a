//! A word is taught: the loss falls, only what is to learn changes, and the file that is written
//! draws the same picture as what was learned.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use safelight::drawings::{World, read_folder, scenes_of};
use safelight::engine::attachments::write::Naming;
use safelight::engine::attachments::{Attached, Content};
use safelight::engine::{Engine, ModelFolder, Place};
use safelight::train::teach::{Lesson, NamedColours, Teacher, drawn, naming, seen};
use safelight::walk::{
    Asked, AttachmentAsked, DeviceChoice, Network, Picture, Problem, TaughtKind, TeachingAsked,
    Unwatched,
};

fn asked(kind: TaughtKind) -> TeachingAsked {
    let rate = if matches!(kind, TaughtKind::Vectors(_)) { 0.01 } else { 0.005 };
    TeachingAsked {
        word: "snail".to_owned(),
        kind,
        start: None,
        steps: 24,
        rate,
        batch: 4,
        seed: 3,
        sample_every: 0,
    }
}

fn snails() -> Vec<(String, Picture)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/teach");
    read_folder(&folder).unwrap().pictures
}

fn model() -> Asked {
    Asked { device: DeviceChoice::Cpu, steps: Some(3), ..Asked::default() }
}

fn teacher(asked: TeachingAsked) -> Result<Teacher, Problem> {
    let engine = Engine::open(&model(), &Unwatched).unwrap();
    let world = World::get().unwrap();
    let lesson = Lesson::new(&asked.word, snails(), world, &naming(&engine))?;
    Teacher::begin(&ModelFolder::pocket(), asked, lesson, &Place::cpu())
}

/// The loss before and after, and what was learned.
fn taught(asked: &TeachingAsked) -> (f32, f32, Content) {
    let mut teacher = teacher(asked.clone()).unwrap();
    let before = teacher.probe().unwrap();
    for _ in 0..asked.steps {
        teacher.step().unwrap();
    }
    (before, teacher.probe().unwrap(), teacher.taught().unwrap())
}

/// The engine with what was learned laid over the model, without a file.
fn at_hand(content: &Content) -> Engine {
    let folder = ModelFolder::pocket();
    let named = (content.clone(), "taught".to_owned(), String::new());
    let attached = Attached::of(&folder, vec![named]).unwrap();
    Engine::open_in(&folder.under(attached), &model(), &Unwatched).unwrap()
}

/// The engine with a file laid over the model.
fn from_file(attachment: AttachmentAsked) -> Engine {
    let asked = Asked { attachments: vec![attachment], ..model() };
    Engine::open(&asked, &Unwatched).unwrap()
}

fn picture(engine: &Engine) -> Picture {
    drawn(engine, &model(), "a red snail on a blue background", &Unwatched).unwrap()
}

#[test]
fn a_word_learns_and_its_file_draws_the_same_picture() {
    let (before, after, content) = taught(&asked(TaughtKind::Vectors(2)));
    assert!(after < before, "{before} → {after}");
    let engine = at_hand(&content);
    let changed: Vec<_> = engine.card().changes.iter().map(|c| (c.network, &*c.layer)).collect();
    let table = "text_model.embeddings.token_embedding";
    assert!(
        matches!(changed.as_slice(), [(Network::TextEncoder, layer)] if table.ends_with(layer))
    );
    let Content::Word(word) = &content else { panic!("a word") };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snail.safetensors");
    std::fs::write(&file, word.file().unwrap()).unwrap();
    let read = from_file(AttachmentAsked::embedding(file.to_str().unwrap()));
    assert_eq!(picture(&engine), picture(&read));
}

#[test]
fn a_lora_learns_and_both_its_files_draw_the_same_picture() {
    let (before, after, content) = taught(&asked(TaughtKind::Lora { rank: 2, text: true }));
    assert!(after < before * 0.99, "{before} → {after}");
    let engine = at_hand(&content);
    let changes = &engine.card().changes;
    assert!(changes.iter().all(|c| c.layer.contains("attn") && c.change > 0.0), "{changes:?}");
    let Content::Lora(lora, _) = &content else { panic!("a LoRA") };
    for naming in [Naming::Diffusers, Naming::Kohya] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("snail.safetensors");
        std::fs::write(&file, lora.file(naming).unwrap()).unwrap();
        let read = from_file(AttachmentAsked::lora(file.to_str().unwrap()));
        assert_eq!(picture(&engine), picture(&read), "{naming:?}");
        assert_eq!(&read.card().changes, changes);
    }
}

#[test]
fn the_same_seed_teaches_the_same() {
    let asked = TeachingAsked { steps: 3, ..asked(TaughtKind::Vectors(1)) };
    let numbers = |content: Content| match content {
        Content::Word(word) => word.rows,
        Content::Lora(..) => panic!("a word"),
    };
    let [first, again] = [(), ()].map(|()| numbers(taught(&asked).2));
    assert_eq!(first, again);
    let other = numbers(taught(&TeachingAsked { seed: 4, ..asked.clone() }).2);
    assert_ne!(first, other);
}

#[test]
fn a_rate_far_too_high_ends_with_a_sentence_or_a_finite_word() {
    let wild =
        TeachingAsked { rate: 1e6, steps: 6, ..asked(TaughtKind::Lora { rank: 2, text: false }) };
    let mut teacher = teacher(wild).unwrap();
    let ended = (0..6).find_map(|_| teacher.step().err());
    let known = ["loss-not-finite", "gradient-not-finite"];
    assert!(ended.is_none_or(|problem| known.contains(&problem.key())));
}

#[test]
fn what_cannot_be_taught_is_a_wrong_use() {
    for wrong in [
        TeachingAsked { steps: 0, ..asked(TaughtKind::Vectors(1)) },
        TeachingAsked { rate: f64::NAN, ..asked(TaughtKind::Vectors(1)) },
        TeachingAsked { batch: 0, ..asked(TaughtKind::Vectors(1)) },
        asked(TaughtKind::Vectors(0)),
        asked(TaughtKind::Lora { rank: 0, text: false }),
        TeachingAsked { word: String::new(), ..asked(TaughtKind::Vectors(1)) },
        TeachingAsked { word: "two words".to_owned(), ..asked(TaughtKind::Vectors(1)) },
        TeachingAsked { start: Some("two words".to_owned()), ..asked(TaughtKind::Vectors(1)) },
    ] {
        assert!(teacher(wrong).unwrap_err().is_usage());
    }
}

#[test]
fn colour_and_background_are_told_from_the_pixels() {
    let world = World::get().unwrap();
    let told: Vec<_> = snails().iter().map(|(_, picture)| seen(world, picture)).collect();
    let expected = [
        ["orange", "white"],
        ["purple", "yellow"],
        ["orange", "gray"],
        ["purple", "white"],
        ["orange", "green"],
    ];
    assert_eq!(told, expected.map(|pair| pair.map(Some)));
    let knows_nothing = NamedColours::default();
    assert_eq!(knows_nothing.of(world, &snails()[0].1), [None, None]);
}

#[test]
fn a_drawing_is_named_or_read_within_bounds() {
    let world = World::get().unwrap();
    let drawing = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/teach/snail.svg");
    let own = scenes_of(world, drawing.to_str().unwrap(), 1, 3).unwrap();
    assert_eq!(own.len(), 3);
    assert_ne!(own, scenes_of(world, "cat", 1, 3).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.svg");
    let refused = |text: &str| {
        std::fs::write(&bad, text).unwrap();
        scenes_of(world, bad.to_str().unwrap(), 1, 3).unwrap_err()
    };
    assert_eq!(scenes_of(world, "flumph", 1, 3).unwrap_err().key(), "drawing-unknown");
    assert_eq!(refused("nothing").key(), "drawing-file");
    assert_eq!(refused("<svg><image href='/etc/passwd'/></svg>").key(), "drawing-file");
    assert_eq!(refused("<svg><g></svg>").key(), "drawing-failed");
    assert_eq!(refused(&"<svg>".repeat(100_000)).key(), "drawing-file");
}

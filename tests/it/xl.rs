//! SDXL and its kin: which family a model is of, what is refused for which, what a walk with two
//! text encoders shows and keeps. The numbers are held against diffusers in `reference.rs`.

#![expect(clippy::unwrap_used, reason = "what is made here is known")]

use std::fs;
use std::path::PathBuf;

use safelight::app::{App, Scene};
use safelight::engine::model_folder::Config;
use safelight::engine::unet::config::{LevelShape, MiddleShape, UnetConfig};
use safelight::engine::{Engine, Look, ModelFolder, next_together};
use safelight::print::{Form, Printer, Shades};
use safelight::recording::{Destination, Precision, Writer, read};
use safelight::source::Recorded;
use safelight::walk::{
    Asked, AttachmentAsked, Beside, Change, DeviceChoice, Distilled, Embeddings, EncoderTokens,
    Family, ForkAsked, Frame, Grid, Off, OffWay, Problem, Stage, TextLayers, Tokens, Unwatched,
};
use safelight::words::{Language, Words};
use serde_json::{Map, Value, json};

use crate::drawn::text;
use crate::frames;
use crate::reference_files::{Copied, own_root};

fn model(name: &str) -> PathBuf {
    own_root().join("models").join(name)
}

fn asked(name: &str) -> Asked {
    Asked {
        model: Some(model(name).to_str().unwrap().to_owned()),
        prompt: Some("a photo of a cat".to_owned()),
        seed: Some(7),
        steps: Some(2),
        width: Some(16),
        height: Some(16),
        device: DeviceChoice::Cpu,
        ..Asked::default()
    }
}

fn walked(asked: &Asked) -> Result<Recorded, Problem> {
    let engine = Engine::open(asked, &Unwatched)?;
    let settings = engine.settle(asked)?;
    let mut walk = engine.walk(&settings, Look::default())?;
    let frames = std::iter::from_fn(|| walk.next(&Unwatched)).collect::<Result<_, _>>()?;
    Ok(Recorded { card: engine.card().clone(), calls: walk.calls(), settings, frames })
}

fn refused(asked: &Asked) -> Problem {
    walked(asked).map(|_| ()).unwrap_err()
}

#[test]
fn the_family_is_read_from_the_files() {
    let expected = [
        ("sd1", Family::Sd1, None, false),
        ("sd2v", Family::Sd2, None, false),
        ("sdxl", Family::Sdxl, None, false),
        ("ssd", Family::Sdxl, None, false),
        ("turbo", Family::Sdxl, Some(Distilled::Turbo), false),
        ("lcm", Family::Sd1, Some(Distilled::Lcm), true),
        ("lcmxl", Family::Sdxl, Some(Distilled::Lcm), true),
    ];
    for (name, family, distilled, embedded) in expected {
        let card = ModelFolder::open(model(name).to_str()).unwrap().card().unwrap();
        let told = (card.family, card.distilled, card.guidance_embedded);
        assert_eq!(told, (family, distilled, embedded), "{name}");
    }
    let card = ModelFolder::open(model("sdxl").to_str()).unwrap().card().unwrap();
    assert_eq!(card.vector_width, 40, "both encoders' numbers");
}

#[test]
fn what_is_usual_follows_the_family() {
    let settled = |name: &str| {
        let asked = Asked { steps: None, ..asked(name) };
        Engine::open(&asked, &Unwatched).unwrap().settle(&asked).unwrap()
    };
    let turbo = settled("turbo");
    assert!(!turbo.guided() && turbo.guidance == 0.0 && turbo.steps <= 4);
    assert_eq!(turbo.guessed, ["steps", "guidance"]);
    let lcm = settled("lcm");
    assert!(!lcm.guided() && lcm.guidance > 1.0 && lcm.guidance_embedded);
    assert!(settled("sdxl").guided());
}

/// The config of SSD-1B's noise predictor as it is published.
fn ssd_1b() -> Map<String, Value> {
    serde_json::from_str(
        r#"{
        "_class_name": "UNet2DConditionModel",
        "_diffusers_version": "0.22.0.dev0",
        "act_fn": "silu",
        "addition_embed_type": "text_time",
        "addition_embed_type_num_heads": 64,
        "addition_time_embed_dim": 256,
        "attention_head_dim": [5, 10, 20],
        "attention_type": "default",
        "block_out_channels": [320, 640, 1280],
        "center_input_sample": false,
        "class_embed_type": null,
        "class_embeddings_concat": false,
        "conv_in_kernel": 3,
        "conv_out_kernel": 3,
        "cross_attention_dim": 2048,
        "cross_attention_norm": null,
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        "downsample_padding": 1,
        "dropout": 0.0,
        "dual_cross_attention": false,
        "encoder_hid_dim": null,
        "encoder_hid_dim_type": null,
        "flip_sin_to_cos": true,
        "freq_shift": 0,
        "in_channels": 4,
        "layers_per_block": 2,
        "mid_block_only_cross_attention": null,
        "mid_block_scale_factor": 1,
        "mid_block_type": "UNetMidBlock2D",
        "norm_eps": 1e-5,
        "norm_num_groups": 32,
        "num_attention_heads": null,
        "num_class_embeds": null,
        "only_cross_attention": false,
        "out_channels": 4,
        "projection_class_embeddings_input_dim": 2816,
        "resnet_out_scale_factor": 1.0,
        "resnet_skip_time_act": false,
        "resnet_time_scale_shift": "default",
        "reverse_transformer_layers_per_block": [[4, 4, 10], [2, 1, 1], 1],
        "sample_size": 128,
        "time_cond_proj_dim": null,
        "time_embedding_act_fn": null,
        "time_embedding_dim": null,
        "time_embedding_type": "positional",
        "timestep_post_act": null,
        "transformer_layers_per_block": [1, [2, 2], [4, 4]],
        "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "upcast_attention": null,
        "use_linear_projection": true
    }"#,
    )
    .unwrap()
}

#[test]
fn the_published_shape_of_ssd_1b_is_followed() {
    let config = UnetConfig::read(&Config::new("config.json", ssd_1b())).unwrap();
    let level = |resnets, blocks: Option<&[usize]>| LevelShape {
        resnets,
        transformers: blocks.map(<[usize]>::to_vec),
    };
    assert_eq!(config.middle, MiddleShape::Plain);
    assert_eq!(config.down, [level(2, None), level(2, Some(&[2, 2])), level(2, Some(&[4, 4]))]);
    assert_eq!(
        config.up,
        [level(3, Some(&[4, 4, 10])), level(3, Some(&[2, 1, 1])), level(3, None)]
    );
    assert_eq!(config.added.unwrap().pooled, 1280);
}

#[test]
fn what_cannot_be_followed_is_named() {
    let with = |key: &str, value: Value| {
        let mut map = ssd_1b();
        map.insert(key.to_owned(), value);
        UnetConfig::read(&Config::new("config.json", map))
    };
    for (key, value) in [
        ("addition_embed_type", json!("image")),
        ("addition_time_embed_dim", json!(null)),
        ("mid_block_type", json!("UNetMidBlock2DSimpleCrossAttn")),
        ("reverse_transformer_layers_per_block", json!(null)),
        ("reverse_transformer_layers_per_block", json!([[4, 4], [2, 1, 1], 1])),
        ("transformer_layers_per_block", json!([1, [2, 2], [4, 1000]])),
        ("transformer_layers_per_block", json!([1, [2, 2]])),
        ("layers_per_block", json!([2, 2])),
        ("cross_attention_dim", json!([2048, 1024, 2048])),
        ("projection_class_embeddings_input_dim", json!(100)),
        ("time_cond_proj_dim", json!(2)),
        ("class_embed_type", json!("timestep")),
        ("encoder_hid_dim_type", json!("text_proj")),
    ] {
        let problem = with(key, value.clone()).unwrap_err();
        assert!(problem.facts().contains(&("key", key.to_owned())), "{key} {value}: {problem}");
    }
    let absent = with("mid_block_type", json!(null)).unwrap();
    assert_eq!(absent.middle, MiddleShape::Absent);
}

#[test]
fn the_refiner_is_refused_by_name() {
    let copied = Copied::of(&model("sdxl"));
    let path = model("sdxl").join("model_index.json");
    let mut index: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    index["requires_aesthetics_score"] = true.into();
    copied.write("model_index.json", index.to_string());
    let problem = refused(&Asked { model: Some(copied.path()), ..asked("sdxl") });
    let key = ("key", "requires_aesthetics_score".to_owned());
    assert!(problem.facts().contains(&key), "{problem}");
}

#[test]
fn what_only_xl_is_told_is_a_wrong_use_elsewhere() {
    let told = |asked: Asked| {
        [
            Asked { prompt_2: Some("a house".into()), ..asked.clone() },
            Asked { original_size: Some([64, 64]), ..asked.clone() },
            Asked { crop: Some([0, 0]), ..asked.clone() },
            Asked { target_size: Some([64, 64]), ..asked },
        ]
    };
    for one in told(asked("sd1")) {
        let problem = refused(&one);
        assert_eq!((problem.key(), problem.is_usage()), ("flag-only-xl", true));
    }
    for one in told(asked("turbo")) {
        assert!(walked(&one).is_ok());
    }
    for wrong in [
        Asked { original_size: Some([0, 64]), ..asked("sdxl") },
        Asked { crop: Some([0, 1 << 17]), ..asked("sdxl") },
        Asked { target_size: Some([usize::MAX, 1]), ..asked("sdxl") },
    ] {
        assert_eq!(refused(&wrong).key(), "told-size-range");
    }
    // The last layer is never given, so that one less can be left out.
    let skip = Asked { clip_skip: Some(3), ..asked("sdxl") };
    assert_eq!(refused(&skip).key(), "clip-skip-range");
}

#[test]
fn an_attachment_for_another_family_names_both() {
    let file = |path: &str| own_root().join(path).to_str().unwrap().to_owned();
    let lora = |name: &str, path: &str| Asked {
        attachments: vec![AttachmentAsked::lora(&file(path))],
        ..asked(name)
    };
    for (asked, made, family) in [
        (lora("sdxl", "lora/sd1-kohya.safetensors"), "SD 1.x", "SDXL"),
        (lora("sdxl", "lora/sd1-peft.safetensors"), "SD 1.x", "SDXL"),
        (lora("sd1", "lora/sdxl-kohya.safetensors"), "SDXL", "SD 1.x"),
        (lora("sd1", "lora/sdxl-peft.safetensors"), "SDXL", "SD 1.x"),
    ] {
        let problem = refused(&asked);
        assert_eq!(problem.key(), "lora-family", "{problem}");
        assert!(problem.facts().contains(&("made", made.to_owned())), "{problem}");
        assert!(problem.facts().contains(&("family", family.to_owned())), "{problem}");
    }
    let embedding = |name: &str, path: &str| Asked {
        attachments: vec![AttachmentAsked::embedding(&file(path))],
        ..asked(name)
    };
    for asked in [
        embedding("sdxl", "embedding/sd1-diffusers.safetensors"),
        embedding("sdxl", "embedding/sd1-emb_params.safetensors"),
        embedding("sd1", "embedding/sdxl-clip_l-clip_g.safetensors"),
    ] {
        assert_eq!(refused(&asked).key(), "embedding-family");
    }
}

#[test]
fn walks_in_step_are_the_walks_alone() {
    for name in ["sdxl", "lcmxl"] {
        let asked = asked(name);
        let engine = Engine::open(&asked, &Unwatched).unwrap();
        let settings: Vec<_> = [2.0, 8.0]
            .map(|guidance| {
                let asked = Asked { guidance: Some(guidance), ..asked.clone() };
                engine.settle(&asked).unwrap()
            })
            .to_vec();
        let begin = |i: usize| engine.walk(&settings[i], Look::default()).unwrap();
        let alone: Vec<Vec<Frame>> = (0..2)
            .map(|i| {
                let mut walk = begin(i);
                std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).collect()
            })
            .collect();
        let (mut a, mut b) = (begin(0), begin(1));
        for (k, first) in alone[0].iter().enumerate() {
            let mut both = next_together(&mut [&mut a, &mut b], &Unwatched).into_iter();
            let found = [0; 2].map(|_| both.next().unwrap().unwrap().unwrap());
            let wanted = [first, &alone[1][k]];
            for (found, wanted) in found.iter().zip(wanted) {
                let (Some(found), Some(wanted)) = (found.as_step(), wanted.as_step()) else {
                    continue;
                };
                let pairs = found.next.data().iter().zip(wanted.next.data());
                let apart = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(apart < 1e-4, "{name}: {apart}");
            }
        }
    }
}

#[test]
fn a_piece_can_be_turned_off_in_every_way() {
    let base = walked(&asked("sdxl")).unwrap();
    let engine = Engine::open(&asked("sdxl"), &Unwatched).unwrap();
    for way in [OffWay::Deleted, OffWay::Padded, OffWay::Masked] {
        let change = Change { off: Some(Off { place: 2, way }), ..Change::default() };
        let asked = ForkAsked {
            settings: base.settings.clone(),
            past: base.frames.clone(),
            call: 1,
            change,
        };
        let mut fork = engine.fork(&asked, Look::default()).unwrap();
        let frames: Vec<Frame> =
            std::iter::from_fn(|| fork.next(&Unwatched)).map(Result::unwrap).collect();
        assert_eq!(frames.len(), base.frames.len());
        assert_eq!(frames[4], base.frames[4], "the shared call");
        assert_ne!(frames.last(), base.frames.last(), "{way:?}");
    }
}

#[test]
fn a_recording_keeps_what_the_network_was_told() {
    let folder = tempfile::tempdir().unwrap();
    for (name, precision) in [
        ("sdxl", Precision::Full),
        ("sdxl", Precision::Compact),
        ("lcmxl", Precision::Full),
        ("nomid", Precision::Compact),
    ] {
        let asked = Asked {
            prompt_2: Some("a blue house".into()),
            crop: Some([3, 5]),
            original_size: Some([100, 200]),
            ..asked(name)
        };
        let walk = walked(&asked).unwrap();
        let path = folder.path().join("walk.safetensors");
        let destination = Destination::open(&path, true).unwrap();
        let mut writer =
            Writer::begin(destination, precision, &walk.settings, &walk.card, walk.calls).unwrap();
        walk.frames.iter().for_each(|frame| writer.push(frame).unwrap());
        writer.finish().unwrap();
        let back = read(&path).unwrap();
        assert_eq!((&back.settings, &back.card), (&walk.settings, &walk.card));
        assert_eq!(back.settings.prompt_2.as_deref(), Some("a blue house"));
        let embeddings = |frames: &[Frame]| match frames.get(1) {
            Some(Frame::Embeddings(embeddings)) => embeddings.clone(),
            _ => panic!("no vectors"),
        };
        let (came, went) = (embeddings(&back.frames), embeddings(&walk.frames));
        assert_eq!(came.beside.time_ids, went.beside.time_ids);
        assert_eq!(came.encoders.len(), 2);
        if precision == Precision::Full {
            assert_eq!(back.frames, walk.frames);
        }
    }
}

const EDGES: (usize, usize) = (48, 80);

/// The walk made by hand as XL would have walked it: two encoders, zeros for the negative prompt.
fn by_hand() -> Recorded {
    let mut walk = frames::walk();
    walk.card.family = Family::Sdxl;
    walk.card.name = "xl".into();
    walk.card.taught = None;
    walk.settings.model = "xl".into();
    walk.settings.crop = Some([0, 64]);
    walk.settings.original_size = Some([768, 1024]);
    if let Some(Frame::Tokens(tokens)) = walk.frames.get_mut(0) {
        let prompt = tokens.encoders[0].prompt.clone();
        let mut second = prompt.clone();
        second.ids.iter_mut().skip(second.kept + 2).for_each(|id| *id = 0);
        let encoders =
            [prompt, second].map(|prompt| EncoderTokens { prompt, negative: None }).to_vec();
        *tokens = Tokens { encoders };
    }
    if let Some(Frame::Embeddings(embeddings)) = walk.frames.get_mut(1) {
        let wave = |shape: &[usize], n: usize| {
            Grid::from_fn(shape, |i| ((i * (n + 3)) as f32 * 0.37).sin())
        };
        let encoder = |count: usize, width: usize| TextLayers {
            layers: (0..count).map(|n| wave(&[1, 77, width], n)).collect(),
            last: wave(&[1, 77, width], 9),
        };
        *embeddings = Embeddings {
            encoders: vec![encoder(4, EDGES.0), encoder(6, EDGES.1)],
            context: wave(&[2, 77, EDGES.0 + EDGES.1], 11),
            beside: Beside {
                pooled: Some(wave(&[2, EDGES.1], 5)),
                time_ids: Grid::new(&[1, 6], vec![768.0, 1024.0, 0.0, 64.0, 64.0, 64.0]),
                guidance: None,
            },
            nearest: embeddings.nearest.clone(),
        };
    }
    walk
}

/// The screen of a stage, its view turned to a state.
fn screen(stage: Stage, turn: usize, language: Language, size: (u16, u16)) -> String {
    let walk = by_hand();
    let mut app = App::new(language, Asked::default());
    app.scene = Scene::Walk;
    app.walk.card = Some(walk.card);
    app.walk.settings = Some(walk.settings);
    app.walk.calls = walk.calls;
    app.walk.frames = walk.frames;
    app.walk.at = app.walk.place_of(stage);
    app.look.piece = 3;
    app.look.turn[stage.index()] = turn;
    text(&app, size)
}

#[test]
fn both_encoders_are_on_screen() {
    for (name, stage, turn) in [
        ("tokens", Stage::Tokens, 0),
        ("embeddings-first", Stage::Embeddings, 2),
        ("embeddings-second", Stage::Embeddings, 7),
        ("embeddings-end", Stage::Embeddings, 10),
        ("schedule", Stage::Schedule, 0),
    ] {
        for size in [(80, 24), (120, 40)] {
            let name = format!("xl-{name}_{}x{}", size.0, size.1);
            insta::assert_snapshot!(name, screen(stage, turn, Language::En, size));
        }
    }
}

#[test]
fn no_size_of_the_terminal_is_too_odd_for_two_encoders() {
    for stage in [Stage::Tokens, Stage::Embeddings, Stage::Schedule] {
        for turn in [0, 3, 4, 10, 99] {
            for size in [(1, 1), (20, 4), (64, 18), (80, 24), (200, 60)] {
                screen(stage, turn, Language::Zh, size);
            }
        }
    }
}

#[test]
fn both_encoders_are_printed() {
    let walk = by_hand();
    let forms =
        [("lines", Form::Lines { colour: false }), ("plain", Form::Plain), ("json", Form::Json)];
    for (name, form) in forms {
        for language in Language::ALL {
            let words = Words::of(language);
            let mut printer = Printer::new(form, words, &walk.settings, &walk.card, walk.calls);
            let mut out = Vec::new();
            for frame in &walk.frames[..2] {
                printer.frame(frame, &mut Shades, &mut out).unwrap();
            }
            let printed = String::from_utf8(out).unwrap();
            insta::assert_snapshot!(format!("xl-{name}-{}", language.code()), printed);
        }
    }
}

//! What attachments changed, layer by layer; two checkpoints held against each other; and branches and
//! runs with something else laid over the model.

#![expect(clippy::unwrap_used, reason = "the files are the project's own")]

use safelight::app::{App, Code, Effect, Event, Key, Overlay, Scene, update};
use safelight::compare::{Run, State};
use safelight::engine::{Engine, Look, ModelFolder, models_apart};
use safelight::walk::{
    Asked, Attachment, AttachmentAsked, AttachmentKind, Change, DeviceChoice, ForkAsked, Frame,
    LayerChange, ModelsApart, Network, Picture, Settings, Unwatched,
};
use safelight::words::Language;

use crate::frames;
use crate::reference_files::{Copied, own_root};
use crate::stages::plain;

fn model(name: &str) -> String {
    own_root().join("models").join(name).to_str().unwrap().to_owned()
}

fn lora() -> AttachmentAsked {
    AttachmentAsked::lora(own_root().join("lora/sd1-kohya.safetensors").to_str().unwrap())
}

#[test]
fn a_model_is_apart_from_itself_by_nothing_and_from_another_where_they_differ() {
    let open = |path: &str| ModelFolder::open(Some(path)).unwrap();
    let same = models_apart(&open(&model("sd1")), &open(&model("sd1")), &Unwatched).unwrap();
    assert!(same.same() && same.layers.len() > 50, "{}", same.layers.len());
    // One layer of one network, every weight half again as large.
    let other = Copied::of(std::path::Path::new(&model("sd1")));
    let file = "unet/diffusion_pytorch_model.safetensors";
    let bytes = std::fs::read(other.file(file)).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let layer = "mid_block.resnets.0.conv1";
    let views: Vec<(String, safetensors::Dtype, Vec<usize>, Vec<u8>)> = tensors
        .tensors()
        .into_iter()
        .map(|(name, view)| {
            let mut data = view.data().to_vec();
            if name == format!("{layer}.weight") || name == format!("{layer}.bias") {
                for number in data.as_chunks_mut::<4>().0 {
                    *number = (f32::from_le_bytes(*number) * 1.5).to_le_bytes();
                }
            }
            (name, view.dtype(), view.shape().to_vec(), data)
        })
        .collect();
    let views = views.iter().map(|(name, dtype, shape, data)| {
        (name, safetensors::tensor::TensorView::new(*dtype, shape.clone(), data).unwrap())
    });
    other.write(file, safetensors::serialize(views, None).unwrap());
    let apart = models_apart(&open(&model("sd1")), &open(&other.path()), &Unwatched).unwrap();
    let changed = apart.changed();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert_eq!((changed[0].network, changed[0].layer.as_str()), (Network::Unet, layer));
    assert!((changed[0].change - 0.5).abs() < 1e-5);
    // A file in one piece has the same weights by other names.
    let single = own_root().join("single/sd1.safetensors");
    let single = ModelFolder::open(single.to_str()).unwrap();
    assert!(models_apart(&open(&model("sd1")), &single, &Unwatched).unwrap().changed().is_empty());
    // Two families have layers in common by name, none by shape.
    let far = models_apart(&open(&model("sd1")), &open(&model("sd2v")), &Unwatched).unwrap();
    assert!(!far.unlike.is_empty() && !far.same());
}

#[test]
fn the_pocket_has_changed_in_text_encoder_and_unet_and_not_in_the_vae() {
    let open = |name: &str| ModelFolder::open(Some(name)).unwrap();
    let apart = models_apart(&open("pocket@half"), &open("pocket"), &Unwatched).unwrap();
    let of = |network| apart.changed().iter().filter(|c| c.network == network).count();
    assert!(of(Network::TextEncoder) > 0 && of(Network::Unet) > 50);
    assert_eq!(of(Network::Vae), 0);
    assert_eq!(apart.names, ["pocket@half", "pocket"]);
}

fn asked(attachments: Vec<AttachmentAsked>) -> Asked {
    Asked {
        model: Some(model("sd1")),
        prompt: Some("a cat".to_owned()),
        seed: Some(5),
        steps: Some(4),
        guidance: Some(3.0),
        width: Some(32),
        height: Some(32),
        device: DeviceChoice::Cpu,
        attachments,
        ..Asked::default()
    }
}

fn walked(asked: &Asked) -> (Settings, Vec<Frame>) {
    let engine = Engine::open(asked, &Unwatched).unwrap();
    let settings = engine.settle(asked).unwrap();
    let mut walk = engine.walk(&settings, Look::default()).unwrap();
    let frames = std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).collect();
    (settings, frames)
}

fn picture(frames: &[Frame]) -> Picture {
    let Some(Frame::Image(image)) = frames.last() else { unreachable!() };
    image.picture().unwrap()
}

#[test]
fn a_branch_goes_on_with_something_else_laid_over_the_model() {
    let bare = walked(&asked(Vec::new()));
    let with = walked(&asked(vec![lora()]));
    assert!(picture(&bare.1) != picture(&with.1));
    let branch = |call, laid: Vec<AttachmentAsked>| {
        let engine = Engine::open(&asked(laid.clone()), &Unwatched).unwrap();
        let change = Change { attachments: Some(laid), ..Change::default() };
        let (settings, past) = with.clone();
        let mut walk =
            engine.fork(&ForkAsked { settings, past, call, change }, Look::default()).unwrap();
        let settings = walk.settings().clone();
        let frames: Vec<Frame> =
            std::iter::from_fn(|| walk.next(&Unwatched)).map(Result::unwrap).collect();
        (settings, frames)
    };
    // From the first call on it is the walk without; later it is neither of the two.
    let (settings, frames) = branch(0, Vec::new());
    assert!(picture(&frames) == picture(&bare.1));
    assert!(settings.attachments.is_empty());
    assert_eq!(settings.fork.unwrap().from.attachments.len(), 1);
    let (_, later) = branch(2, Vec::new());
    assert!(later[5] == with.1[5], "the past is shared");
    assert!(picture(&later) != picture(&bare.1) && picture(&later) != picture(&with.1));
    // What a recording tells names the file and its hash, not where it lies.
    let (settings, _) = branch(1, vec![lora()]);
    let told = settings.fork.unwrap().change.attachments.unwrap();
    assert_eq!(told[0].file, "sd1-kohya.safetensors");
    assert!(told[0].hash.is_some());
}

fn change(network: Network, layer: &str, change: f32) -> LayerChange {
    LayerChange { network, layer: layer.to_owned(), change }
}

/// Every layer of a UNet like that of Stable Diffusion 1.x, and of its text encoder.
fn changes() -> Vec<LayerChange> {
    let mut all = Vec::new();
    for layer in 0..12 {
        for part in ["self_attn.q_proj", "self_attn.v_proj", "mlp.fc1"] {
            let path = format!("text_model.encoder.layers.{layer}.{part}");
            all.push(change(Network::TextEncoder, &path, 0.002 * (layer + 1) as f32));
        }
    }
    for (blocks, way) in [(3, "down_blocks"), (4, "up_blocks")] {
        for block in usize::from(way == "up_blocks")..blocks {
            for attention in 0..2 {
                for part in ["attn1.to_q", "attn2.to_k", "attn2.to_v", "ff.net.2"] {
                    let path =
                        format!("{way}.{block}.attentions.{attention}.transformer_blocks.0.{part}");
                    let size = if part.starts_with("attn2") { 0.03 } else { 0.008 };
                    all.push(change(Network::Unet, &path, size * (1.0 + block as f32 / 2.0)));
                }
            }
        }
    }
    all
}

fn attached() -> Settings {
    let laid = Attachment {
        kind: AttachmentKind::Lora,
        name: "snail.safetensors".into(),
        hash: "ab".repeat(32),
        scale: Some(0.7),
        token: None,
        vectors: 0,
    };
    Settings { attachments: vec![laid], ..frames::settings() }
}

pub(crate) fn app(language: Language) -> App {
    let walk = frames::walk();
    let mut app = App::new(language, Asked::default());
    app.scene = Scene::Walk;
    let mut card = walk.card;
    card.changes = changes();
    (app.walk.card, app.walk.settings) = (Some(card), Some(attached()));
    (app.walk.calls, app.walk.frames) = (walk.calls, walk.frames);
    app.walk.at = 8;
    app
}

fn press(app: &mut App, key: Key) -> Vec<Effect> {
    update(app, Event::Key(key))
}

#[test]
fn the_layers_on_screen() {
    for (width, height) in [(80, 24), (120, 40)] {
        for language in Language::ALL {
            let mut app = app(language);
            press(&mut app, Key::char('A'));
            let name = format!("layers-{width}x{height}-{}", language.code());
            insta::assert_snapshot!(name, plain(&app, width, height));
        }
    }
}

#[test]
fn enter_walks_without_them_beside_the_walk() {
    let mut app = app(Language::En);
    press(&mut app, Key::char('A'));
    assert_eq!(app.overlay, Some(Overlay::Layers));
    let effects = press(&mut app, Key::plain(Code::Enter));
    assert_eq!((&app.overlay, app.scene), (&None, Scene::Compare));
    let Some(Effect::Runs(runs)) = effects.iter().find(|e| matches!(e, Effect::Runs(_))) else {
        unreachable!("{effects:?}")
    };
    assert!(runs[0].asked.attachments.is_empty() && runs[0].asked.seed == Some(7));
    let name = &app.comparison.as_ref().unwrap().runs[1].name;
    assert!(name.contains("without snail"), "{name}");
}

#[test]
fn a_walk_with_nothing_laid_over_it_says_so() {
    let mut app = app(Language::En);
    app.walk.settings = Some(frames::settings());
    press(&mut app, Key::char('A'));
    assert_eq!(app.overlay, None);
    assert_eq!(app.toast.as_ref().unwrap().0, "toast.nothing-attached");
}

/// Two runs of two models, the second chosen.
pub(crate) fn two_models(language: Language) -> App {
    let run = |id, name: &str| {
        let walk = frames::walk();
        let mut card = walk.card;
        (card.name, card.hash) = (name.to_owned(), name.to_owned());
        let settings = Some(Settings { model: name.to_owned(), ..walk.settings });
        Run {
            settings,
            card: Some(card),
            calls: walk.calls,
            frames: walk.frames,
            state: State::Done,
            ..Run::waiting(id, name.to_owned())
        }
    };
    let runs = vec![run(0, "base"), run(1, "paintings")];
    let mut app = App::comparing(language, safelight::app::Comparison::new(runs, None, Vec::new()));
    app.comparison.as_mut().unwrap().chosen = 1;
    app
}

#[test]
fn two_models_are_held_against_each_other_once() {
    for language in Language::ALL {
        let mut app = two_models(language);
        let effects = press(&mut app, Key::char('A'));
        assert_eq!(effects, [Effect::ModelsApart(["base".into(), "paintings".into()])]);
        let mut layers = changes();
        layers.push(change(Network::Vae, "decoder.conv_in", 0.0));
        layers.push(change(Network::Vae, "decoder.up_blocks.0.resnets.0.conv1", 0.0));
        let names = ["base".to_owned(), "paintings".to_owned()];
        let apart = ModelsApart { names, layers, unlike: Vec::new() };
        update(&mut app, Event::ModelsApart(Box::new(apart)));
        for (width, height) in [(80, 24), (120, 40)] {
            let name = format!("models-apart-{width}x{height}-{}", language.code());
            insta::assert_snapshot!(name, plain(&app, width, height));
        }
        press(&mut app, Key::char('A'));
        assert_eq!(press(&mut app, Key::char('A')), [], "it is known already");
    }
}

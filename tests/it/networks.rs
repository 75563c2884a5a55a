//! The networks against recorded runs of diffusers (`fixtures/reference`), tensor by tensor.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use candle_core::{DType, Device, Tensor};
use safelight::engine::pace::Pace;
use safelight::engine::probe::{Mean, Probe, Wanted};
use safelight::engine::text::TextEncoder;
use safelight::engine::told::Told;
use safelight::engine::unet::UNet;
use safelight::engine::vae::Vae;
use safelight::engine::{ModelFolder, Place, capture};
use safelight::walk::statistics::relative_error;
use safelight::walk::{Grid, Problem, Progress, Stage, Unwatched, Watch};

use crate::reference_files::object;

/// In every tensor; the recorded runs themselves are 2e-5 from 64 bits at most.
const TOLERANCE: f64 = 1e-5;

type Recorded = HashMap<String, Tensor>;

fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference")
}

fn model(name: &str) -> PathBuf {
    reference().join("models").join(name)
}

fn open(path: &Path) -> ModelFolder {
    ModelFolder::open(path.to_str()).unwrap()
}

/// The cases of a model: name and tensors.
fn cases(model: &str) -> Vec<(String, Recorded)> {
    let mut names: Vec<String> = fs::read_dir(reference().join("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(model) && name.ends_with(".safetensors"))
        // What is laid over a model is walked in `reference.rs`.
        .filter(|name| !["lora", "embedding"].iter().any(|kind| name.contains(kind)))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no cases of {model}");
    names
        .into_iter()
        .map(|name| (name.clone(), load(&reference().join("cases").join(name))))
        .collect()
}

fn load(path: &Path) -> Recorded {
    candle_core::safetensors::load(path, &Device::Cpu).unwrap()
}

/// The tensor in the place's own number type.
fn placed(tensor: &Tensor, place: &Place) -> Tensor {
    tensor.to_dtype(place.dtype).unwrap()
}

#[track_caller]
fn assert_close(name: &str, found: &Grid, expected: &Tensor, tolerance: f64) {
    let expected = capture::grid(expected).unwrap();
    assert_eq!(found.shape(), expected.shape(), "{name}");
    let error = relative_error(found.data(), expected.data());
    assert!(error <= tolerance, "{name}: relative error {error:e}");
}

fn ids(case: &Recorded) -> Vec<Vec<u32>> {
    case["text.0.ids"].to_dtype(DType::U32).unwrap().to_vec2().unwrap()
}

/// How many layers of the text encoder the prompt of a case leaves out.
fn skipped(name: &str) -> usize {
    let settings = object(&reference().join("cases").join(name).with_extension("json"));
    settings.get("clip_skip").and_then(serde_json::Value::as_u64).unwrap_or(0) as usize
}

fn check_text(encoder: &TextEncoder, name: &str, case: &Recorded) {
    let ids = ids(case);
    let rows: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
    let states = encoder.encode(&rows).unwrap();
    // The prompt's row is the last one, and the only one that leaves out layers.
    let prompt = encoder.skipping(&states, skipped(name)).unwrap().unwrap();
    let row = |i: usize| if i + 1 == rows.len() { prompt.get(i) } else { states.last.get(i) };
    let context: Vec<Tensor> = (0..rows.len()).map(|i| row(i).unwrap()).collect();
    let context = capture::grid(&Tensor::stack(&context, 0).unwrap()).unwrap();
    assert_close(&format!("{name} context"), &context, &case["text.context"], TOLERANCE);
    if let Some(expected) = case.get("text.0.final") {
        let last = capture::grid(&states.last).unwrap();
        assert_close(&format!("{name} final"), &last, expected, TOLERANCE);
    }
    for (i, layer) in states.layers.iter().enumerate() {
        if let Some(expected) = case.get(&format!("text.0.layer.{i:02}")) {
            let found = capture::grid(layer).unwrap();
            assert_close(&format!("{name} layer {i}"), &found, expected, TOLERANCE);
        }
    }
}

/// Every call of a case, fed with its recorded input.
fn check_unet(unet: &UNet, name: &str, case: &Recorded, place: &Place) {
    let first = case["schedule.timesteps"].dims1().unwrap()
        - (0..1000).take_while(|i| case.contains_key(&format!("step.{i:03}.input"))).count();
    let timesteps: Vec<f32> = case["schedule.timesteps"].to_vec1().unwrap();
    let context = placed(&case["text.context"], place);
    for (call, timestep) in timesteps[first..].iter().enumerate() {
        let step = |what: &str| case.get(&format!("step.{call:03}.{what}"));
        let input = placed(step("input").unwrap(), place);
        let input = input.repeat((context.dim(0).unwrap(), 1, 1, 1)).unwrap();
        let mut probe = Probe::new(Wanted { blocks: call == 0, ..Wanted::default() });
        let pace = Pace::new(&Unwatched, Stage::Step, call);
        let answer = unet
            .predict(&input, f64::from(*timestep), &Told::text(context.clone()), &mut probe, &pace)
            .unwrap();
        let answer = capture::grid(&answer).unwrap();
        let rows = [step("pred_uncond"), step("pred_text")].into_iter().flatten();
        for (row, expected) in rows.enumerate() {
            let found = answer.at(row).unwrap().reshaped(expected.dims()).unwrap();
            assert_close(&format!("{name} call {call} row {row}"), &found, expected, TOLERANCE);
        }
        for (probed, found) in probe.take_named() {
            if let Some(expected) = case.get(&probed) {
                assert_close(&format!("{name} {probed}"), &found, expected, TOLERANCE);
            }
        }
    }
}

fn check_vae(vae: &Vae, name: &str, case: &Recorded, place: &Place) {
    let calls = (0..1000).take_while(|i| case.contains_key(&format!("step.{i:03}.next"))).count();
    let last = placed(&case[&format!("step.{:03}.next", calls - 1)], place);
    let input = (last / vae.scaling_factor()).unwrap();
    let mut probe = Probe::new(Wanted { whole_levels: true, ..Wanted::default() });
    let pace = Pace::new(&Unwatched, Stage::Decode, 0);
    let image = vae.decode(&input, &mut probe, &pace).unwrap();
    assert_close(name, &capture::grid(&image).unwrap(), &case["image"], TOLERANCE);
    for (level, found) in probe.take_named() {
        if let Some(expected) = case.get(&level) {
            assert_close(&format!("{name} {level}"), &found, expected, TOLERANCE);
        }
    }
}

fn check_everything(model_name: &str, place: &Place) {
    let folder = open(&model(model_name));
    let text = TextEncoder::load(&folder, &Place::cpu()).unwrap();
    let unet = UNet::load(&folder, place).unwrap();
    let vae = Vae::load(&folder, place).unwrap();
    for (name, case) in cases(model_name) {
        check_text(&text, &name, &case);
        check_unet(&unet, &name, &case, place);
        check_vae(&vae, &name, &case, place);
    }
}

#[test]
fn every_tensor_of_the_first_version_equals_diffusers() {
    check_everything("sd1", &Place::cpu());
}

#[test]
fn every_tensor_of_the_second_version_equals_diffusers() {
    check_everything("sd2v", &Place::cpu());
}

/// In 64 bits the processor goes the way of the GPUs: candle's operations, not our kernels.
#[test]
fn the_way_without_our_kernels_gives_the_same() {
    let place = Place { dtype: DType::F64, ..Place::cpu() };
    check_everything("sd1", &place);
    check_everything("sd2v", &place);
}

/// 16 bits are what GPUs compute in; here only the way through candle is checked, and its scale.
#[test]
fn in_16_bits_the_answers_are_near() {
    let place = Place { dtype: DType::F16, ..Place::cpu() };
    let folder = open(&model("sd1"));
    let case = load(&reference().join("cases/sd1-pndm-7.safetensors"));
    let ids = ids(&case);
    let rows: Vec<&[u32]> = ids.iter().map(Vec::as_slice).collect();
    let context = TextEncoder::load(&folder, &place).unwrap().encode(&rows).unwrap().last;
    assert_close("context", &capture::grid(&context).unwrap(), &case["text.context"], 1e-2);
    let input = placed(&case["step.000.input"], &place).repeat((2, 1, 1, 1)).unwrap();
    let (mut probe, pace) = (Probe::nothing(), Pace::new(&Unwatched, Stage::Step, 0));
    let timestep: Vec<f32> = case["schedule.timesteps"].to_vec1().unwrap();
    let unet = UNet::load(&folder, &place).unwrap();
    let answer = unet
        .predict(&input, f64::from(timestep[0]), &Told::text(context), &mut probe, &pace)
        .unwrap();
    let answer = capture::grid(&answer).unwrap().at(1).unwrap();
    let answer = answer.reshaped(&[1, 4, 4, 8]).unwrap();
    assert_close("answer", &answer, &case["step.000.pred_text"], 3e-2);
    let vae = Vae::load(&folder, &place).unwrap();
    let image = vae.decode(&placed(&case["decode.input"], &place), &mut probe, &pace).unwrap();
    assert_close("image", &capture::grid(&image).unwrap(), &case["image"], 3e-2);
}

#[test]
fn the_model_inside_the_binary_answers_with_its_own_sizes() {
    let folder = ModelFolder::open(None).unwrap();
    let (card, place) = (folder.card().unwrap(), Place::cpu());
    assert_eq!((card.name.as_str(), card.vocabulary), ("pocket", 49_408));
    assert!(card.taught.as_ref().is_some_and(|taught| taught.things.len() >= 12));
    assert!(card.example.is_some() && card.preview.is_some());
    assert!(folder.sample().unwrap().is_some_and(|picture| picture.width() == card.default_size.0));
    let states = TextEncoder::load(&folder, &place).unwrap().encode(&[&[49_407; 77]]).unwrap();
    assert_eq!(states.last.dims(), [1, 77, card.vector_width]);
    let (w, h) = (card.default_size.0 / card.vae_factor, card.default_size.1 / card.vae_factor);
    let latent = Tensor::ones((1, 4, h, w), DType::F32, &Device::Cpu).unwrap();
    let (mut probe, pace) = (Probe::nothing(), Pace::new(&Unwatched, Stage::Step, 0));
    let answer = UNet::load(&folder, &place)
        .unwrap()
        .predict(&latent, 999.0, &Told::text(states.last.clone()), &mut probe, &pace)
        .unwrap();
    let image = Vae::load(&folder, &place).unwrap().decode(&answer, &mut probe, &pace).unwrap();
    assert_eq!(image.dims(), [1, 3, card.default_size.1, card.default_size.0]);
    assert!(capture::grid(&image).unwrap().data().iter().all(|x| x.is_finite()));
}

#[test]
fn every_probe_that_diffusers_recorded_is_there() {
    let case = load(&reference().join("cases/sd1-pndm-7.safetensors"));
    let unet = UNet::load(&open(&model("sd1")), &Place::cpu()).unwrap();
    let size = (4, 8);
    let mean = Some(Mean { kept: 5, size, masked: None });
    let mut probe = Probe::new(Wanted { blocks: true, mean, ..Wanted::default() });
    let input = case["step.000.input"].repeat((2, 1, 1, 1)).unwrap();
    let pace = Pace::new(&Unwatched, Stage::Step, 0);
    unet.predict(&input, 500.0, &Told::text(case["text.context"].clone()), &mut probe, &pace)
        .unwrap();
    let rows = probe.mean_attention().unwrap().rows;
    for cell in 0..size.0 * size.1 {
        let sum: f32 = (0..rows.planes()).map(|r| rows.plane(r)[cell]).sum();
        assert!((sum - 1.0).abs() < 1e-5, "cell {cell}: {sum}");
    }
    let mut found: Vec<String> = probe.take_named().into_iter().map(|(name, _)| name).collect();
    let mut expected: Vec<String> = case
        .keys()
        .filter(|name| name.starts_with("unet.") || name.starts_with("attn."))
        .cloned()
        .collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn the_encoder_gives_diffusers_moments() {
    let case = load(&reference().join("cases/sd1-img2img-ddim-8.safetensors"));
    let vae = Vae::load(&open(&model("sd1")), &Place::cpu()).unwrap();
    let pace = Pace::new(&Unwatched, Stage::Noise, 0);
    let moments = vae.encode(&case["init.image"], &pace).unwrap();
    let expected = &case["encode.moments"];
    let mean = capture::grid(&moments.mean).unwrap();
    assert_close("mean", &mean, &expected.narrow(1, 0, 4).unwrap(), TOLERANCE);
    let variance = capture::grid(&moments.log_variance).unwrap();
    let clamped = expected.narrow(1, 4, 4).unwrap().clamp(-30.0, 20.0).unwrap();
    assert_close("log variance", &variance, &clamped, TOLERANCE);
}

/// A copy of a model's folder in which one file of weights was changed.
fn changed(
    model_name: &str,
    file: &str,
    change: impl FnOnce(Recorded) -> Recorded,
) -> tempfile::TempDir {
    let folder = copied(model_name);
    let path = folder.path().join(file);
    candle_core::safetensors::save(&change(load(&path)), &path).unwrap();
    folder
}

fn copied(model_name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for part in ["text_encoder", "unet", "vae"] {
        fs::create_dir(folder.path().join(part)).unwrap();
        for entry in fs::read_dir(model(model_name).join(part)).unwrap() {
            let from = entry.unwrap().path();
            fs::copy(&from, folder.path().join(part).join(from.file_name().unwrap())).unwrap();
        }
    }
    folder
}

const TEXT: &str = "text_encoder/model.safetensors";
const UNET: &str = "unet/diffusion_pytorch_model.safetensors";
const VAE: &str = "vae/diffusion_pytorch_model.safetensors";

#[test]
fn text_weights_without_the_old_prefix_are_the_same_weights() {
    let folder = changed("sd2v", TEXT, |tensors| {
        let bare = |name: String| name.strip_prefix("text_model.").unwrap().to_owned();
        tensors.into_iter().map(|(name, tensor)| (bare(name), tensor)).collect()
    });
    let text = TextEncoder::load(&open(folder.path()), &Place::cpu()).unwrap();
    let (name, case) = cases("sd2v").remove(0);
    check_text(&text, &name, &case);
}

#[test]
fn the_first_names_of_the_autoencoders_attention_are_the_same_weights() {
    let folder = changed("sd1", VAE, |tensors| {
        let old = |name: String| {
            if !name.contains("attentions.0") {
                return name;
            }
            name.replace("to_q", "query")
                .replace("to_k", "key")
                .replace("to_v", "value")
                .replace("to_out.0", "proj_attn")
        };
        tensors.into_iter().map(|(name, tensor)| (old(name), tensor)).collect()
    });
    let vae = Vae::load(&open(folder.path()), &Place::cpu()).unwrap();
    let (name, case) = cases("sd1").remove(0);
    check_vae(&vae, &name, &case, &Place::cpu());
}

#[test]
fn weights_of_16_bits_are_read_as_what_they_say() {
    let half = |tensors: Recorded| {
        let f16 = |tensor: Tensor| tensor.to_dtype(DType::F16).unwrap();
        tensors.into_iter().map(|(name, tensor)| (name, f16(tensor))).collect()
    };
    // The tiny models' weights fit 16 bits exactly, so that not a digit may change.
    let folder = changed("sd1", UNET, half);
    let unet = UNet::load(&open(folder.path()), &Place::cpu()).unwrap();
    let (name, case) = cases("sd1").remove(0);
    check_unet(&unet, &name, &case, &Place::cpu());
}

fn fact<'a>(problem: &'a Problem, name: &str) -> &'a str {
    problem.facts().iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
}

#[test]
fn weights_that_do_not_fit_are_named_with_file_and_tensor() {
    let tensor = "decoder.conv_in.weight";
    let without = changed("sd1", VAE, |mut tensors| {
        tensors.remove(tensor);
        tensors
    });
    let problem = Vae::load(&open(without.path()), &Place::cpu()).unwrap_err();
    assert_eq!((problem.key(), fact(&problem, "tensor")), ("tensor-missing", tensor));
    assert!(fact(&problem, "file").ends_with(VAE));

    let other_shape = changed("sd1", VAE, |mut tensors| {
        let flat = tensors[tensor].flatten_all().unwrap();
        tensors.insert(tensor.to_owned(), flat);
        tensors
    });
    let problem = Vae::load(&open(other_shape.path()), &Place::cpu()).unwrap_err();
    assert_eq!((problem.key(), fact(&problem, "tensor")), ("tensor-shape", tensor));
}

#[test]
fn weights_that_are_missing_or_cut_short_are_named() {
    let folder = copied("sd1");
    let path = folder.path().join(UNET);
    let whole = fs::read(&path).unwrap();
    for length in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let problem = UNet::load(&open(folder.path()), &Place::cpu()).unwrap_err();
        assert!(["weights-broken", "file-unreadable"].contains(&problem.key()), "{problem}");
        assert!(fact(&problem, "file").ends_with(UNET));
    }
    fs::remove_file(&path).unwrap();
    let problem = UNet::load(&open(folder.path()), &Place::cpu()).unwrap_err();
    assert_eq!(problem.key(), "weights-missing");
}

#[test]
fn a_header_that_lies_is_a_problem_and_never_a_crash() {
    let folder = copied("sd2v");
    let path = folder.path().join(VAE);
    let whole = fs::read(&path).unwrap();
    let opened = open(folder.path());
    // Each of these bytes: the header's length, then names, shapes, types and offsets.
    for place in (0..8).chain((8..2000).step_by(13)) {
        let mut changed = whole.clone();
        changed[place] ^= 0x15;
        fs::write(&path, &changed).unwrap();
        if let Err(problem) = Vae::load(&opened, &Place::cpu()) {
            assert!(fact(&problem, "file").ends_with(VAE), "{place}: {problem}");
        }
    }
    fs::write(&path, u64::MAX.to_le_bytes()).unwrap();
    assert_eq!(Vae::load(&opened, &Place::cpu()).unwrap_err().key(), "weights-broken");
}

#[test]
fn a_folder_without_what_it_needs_is_named() {
    let missing = ModelFolder::open(Some("/no/such/folder")).unwrap_err();
    assert_eq!(missing.key(), "model-missing");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    assert_eq!(ModelFolder::open(Some(path)).unwrap_err().key(), "model-layout");
    let folder = copied("sd1");
    fs::write(folder.path().join("vae/config.json"), "[1, 2").unwrap();
    let problem = Vae::load(&open(folder.path()), &Place::cpu()).unwrap_err();
    assert_eq!(problem.key(), "not-json");
    assert!(fact(&problem, "file").ends_with("vae/config.json"));
    fs::remove_file(folder.path().join("vae/config.json")).unwrap();
    let problem = Vae::load(&open(folder.path()), &Place::cpu()).unwrap_err();
    assert_eq!(problem.key(), "model-file-missing");
    fs::create_dir(folder.path().join("vae/config.json")).unwrap();
    let problem = Vae::load(&open(folder.path()), &Place::cpu()).unwrap_err();
    assert_eq!(problem.key(), "file-not-regular");
}

#[test]
fn a_config_that_would_change_the_picture_is_refused_by_name() {
    for (key, value) in [
        ("class_embed_type", "\"timestep\""),
        ("addition_embed_type", "\"image\""),
        ("resnet_time_scale_shift", "\"scale_shift\""),
        ("only_cross_attention", "true"),
        ("act_fn", "\"gelu\""),
        ("norm_num_groups", "5"),
        ("block_out_channels", "[]"),
        ("attention_head_dim", "[2, 3]"),
        ("a_key_of_the_future", "\"on\""),
    ] {
        let folder = copied("sd1");
        let path = folder.path().join("unet/config.json");
        let mut config: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        config[key] = serde_json::from_str(value).unwrap();
        fs::write(&path, config.to_string()).unwrap();
        let problem = UNet::load(&open(folder.path()), &Place::cpu()).unwrap_err();
        assert_eq!((problem.key(), fact(&problem, "key")), ("config-value", key), "{problem}");
    }
}

/// Gives up after so many parts.
struct Patience(usize, Mutex<Vec<Progress>>);

impl Watch for Patience {
    fn progress(&self, progress: Progress) {
        self.1.lock().unwrap().push(progress);
    }
    fn cancelled(&self) -> bool {
        self.1.lock().unwrap().len() >= self.0
    }
}

#[test]
fn a_step_tells_its_parts_and_can_be_given_up_after_any_of_them() {
    let case = load(&reference().join("cases/sd1-pndm-7.safetensors"));
    let unet = UNet::load(&open(&model("sd1")), &Place::cpu()).unwrap();
    let input = case["step.000.input"].repeat((2, 1, 1, 1)).unwrap();
    let run = |watch: &Patience| {
        let pace = Pace::new(watch, Stage::Step, 3);
        unet.predict(
            &input,
            500.0,
            &Told::text(case["text.context"].clone()),
            &mut Probe::nothing(),
            &pace,
        )
    };
    let patient = Patience(usize::MAX, Mutex::default());
    run(&patient).unwrap();
    let told = patient.1.into_inner().unwrap();
    let total = told[0].total;
    assert_eq!(told.iter().map(|p| p.done).collect::<Vec<_>>(), (1..=total).collect::<Vec<_>>());
    assert!(told.iter().all(|p| p.stage == Stage::Step && p.call == 3));
    for parts in 0..total {
        let problem = run(&Patience(parts, Mutex::default())).unwrap_err();
        assert!(problem.is_cancelled());
    }
}

#[test]
fn ids_outside_the_vocabulary_are_refused_and_neighbours_are_sorted() {
    let text = TextEncoder::load(&open(&model("sd1")), &Place::cpu()).unwrap();
    assert_eq!(text.encode(&[&[1500; 77]]).unwrap_err().key(), "id-unknown");
    assert_eq!(text.encode(&[&[1; 76]]).unwrap_err().key(), "ids-shape");
    let found = text.nearest(&[320, 7], None, 5).unwrap();
    for (own, list) in [320, 7].into_iter().zip(&found) {
        assert_eq!(list.len(), 5);
        assert!(list.iter().all(|(id, cosine)| *id != own && (-1.01..1.0).contains(cosine)));
        assert!(list.windows(2).all(|pair| pair[0].1 >= pair[1].1));
    }
    assert_eq!(text.nearest(&[320], Some(&[320, 5]), 5).unwrap()[0].len(), 1);
}

#[test]
fn the_card_tells_family_sizes_and_hash() {
    let (first, second) =
        (open(&model("sd1")).card().unwrap(), open(&model("sd2v")).card().unwrap());
    assert_eq!((first.name.as_str(), second.name.as_str()), ("sd1", "sd2v"));
    assert_eq!((first.vae_factor, first.vector_width, first.vocabulary), (4, 24, 1500));
    assert_ne!(first.family, second.family);
    assert_ne!(first.hash, second.hash);
    assert_eq!(first.hash.len(), 64);
    assert!(first.parameters.iter().all(|count| *count > 10_000));
}

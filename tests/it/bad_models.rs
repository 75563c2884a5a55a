//! Models that are damaged, half-downloaded or made to do harm: each is one problem that names the
//! file, found without reading more than the file, and never a panic.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use half::{bf16, f16};
use proptest::prelude::*;
use safelight::engine::{Engine, ModelFolder, about};
use safelight::walk::{Asked, Problem, Unwatched};
use serde_json::{Value, json};

use crate::reference_files::{Copied, own_root};

const UNET: &str = "unet/diffusion_pytorch_model.safetensors";

fn copied() -> Copied {
    Copied::of(&own_root().join("models/sd1"))
}

fn opened(copy: &Copied) -> Result<Engine, Problem> {
    let asked = Asked { model: Some(copy.path()), ..Asked::default() };
    Engine::open(&asked, &Unwatched)
}

/// A file of this header and so many bytes of data.
fn framed(header: &[u8], data: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header, &vec![0; data]].concat()
}

fn fact<'a>(problem: &'a Problem, name: &str) -> &'a str {
    problem.facts().iter().find(|(fact, _)| *fact == name).map_or("", |(_, value)| value)
}

#[test]
fn a_header_of_a_gigabyte_is_not_read() {
    let copy = copied();
    let path = Path::new(&copy.path()).join(UNET);
    for announced in [1u64 << 30, (16 << 20) + 1, u64::MAX, u64::MAX - 7] {
        fs::write(&path, announced.to_le_bytes()).unwrap();
        // A file with holes: as long as it says, without taking room.
        fs::File::options().write(true).open(&path).unwrap().set_len(2 << 30).unwrap();
        let began = Instant::now();
        let problem = opened(&copy).unwrap_err();
        assert_eq!(problem.key(), "weights-broken", "{announced}");
        assert!(fact(&problem, "reason").contains(&announced.to_string()), "{problem}");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn offsets_that_overlap_leave_holes_or_reach_outside_are_refused() {
    let copy = copied();
    let tensor = |shape: Value, from: u64, to: u64| json!({"dtype": "F32", "shape": shape, "data_offsets": [from, to]});
    let four = |from: u64, to: u64| tensor(json!([4]), from, to);
    let headers = [
        ("overlapping", json!({"a": four(0, 16), "b": four(8, 24)})),
        ("the same twice", json!({"a": four(0, 16), "b": four(0, 16)})),
        ("a hole", json!({"a": four(0, 16), "b": four(20, 36)})),
        ("outside", json!({"a": four(0, 16), "b": four(16, 3200)})),
        ("backwards", json!({"a": four(16, 0)})),
        ("far outside", json!({"a": four(0, u64::MAX)})),
        ("too few numbers", json!({"a": tensor(json!([5]), 0, 16)})),
        ("an overflow", json!({"a": tensor(json!([1u64 << 62, 1u64 << 62]), 0, 16)})),
        ("no shape", json!({"a": {"dtype": "F32", "data_offsets": [0, 16]}})),
        ("an unknown type", json!({"a": {"dtype": "F9", "shape": [4], "data_offsets": [0, 16]}})),
        ("no object", json!([])),
    ];
    for (what, header) in headers {
        copy.write(UNET, framed(header.to_string().as_bytes(), 36));
        assert_eq!(opened(&copy).unwrap_err().key(), "weights-broken", "{what}");
    }
    let deep = "[".repeat(1 << 20);
    for header in [deep.as_bytes(), b"", b"{", &[0xff; 64]] {
        copy.write(UNET, framed(header, 36));
        assert_eq!(opened(&copy).unwrap_err().key(), "weights-broken");
    }
}

#[test]
fn a_number_that_is_none_is_found_with_its_tensor() {
    let spoiled = |file: &str, tensor: &str, bad: &[u8]| {
        let copy = copied();
        let path = Path::new(&copy.path()).join(file);
        let mut bytes = fs::read(&path).unwrap();
        let header = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        let read: Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
        let at = read[tensor]["data_offsets"][1].as_u64().unwrap() as usize;
        let end = 8 + header + at;
        bytes[end - bad.len()..end].copy_from_slice(bad);
        fs::write(&path, bytes).unwrap();
        opened(&copy).unwrap_err()
    };
    for (file, tensor) in [
        (UNET, "mid_block.resnets.0.conv1.weight"),
        (UNET, "conv_out.bias"),
        ("vae/diffusion_pytorch_model.safetensors", "decoder.conv_in.weight"),
        ("text_encoder/model.safetensors", "text_model.final_layer_norm.bias"),
    ] {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let problem = spoiled(file, tensor, &bad.to_le_bytes());
            assert_eq!(problem.key(), "weights-not-finite");
            assert_eq!(fact(&problem, "tensor"), tensor);
            assert!(fact(&problem, "file").ends_with(file));
        }
    }
}

#[test]
fn numbers_of_16_bits_that_are_none_are_found_as_well() {
    for (dtype, bad) in [("F16", f16::NAN.to_le_bytes()), ("BF16", bf16::INFINITY.to_le_bytes())] {
        let copy = copied();
        let path = Path::new(&copy.path()).join(UNET);
        let bytes = fs::read(&path).unwrap();
        let header = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize;
        let mut read: Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
        // Half as many bytes, all zeros but the last number of the file.
        let mut most = 0;
        for (name, tensor) in read.as_object_mut().unwrap() {
            if name == "__metadata__" {
                continue;
            }
            tensor["dtype"] = dtype.into();
            for end in tensor["data_offsets"].as_array_mut().unwrap() {
                let half = end.as_u64().unwrap() / 2;
                most = most.max(half);
                *end = half.into();
            }
        }
        let mut file = framed(read.to_string().as_bytes(), most as usize);
        let end = file.len();
        file[end - 2..].copy_from_slice(&bad);
        fs::write(&path, file).unwrap();
        assert_eq!(opened(&copy).unwrap_err().key(), "weights-not-finite", "{dtype}");
    }
}

/// The keys of each config that sizes are read from.
const KEYS: &[(&str, &[&str])] = &[
    (
        "unet/config.json",
        &[
            "block_out_channels",
            "layers_per_block",
            "cross_attention_dim",
            "attention_head_dim",
            "norm_num_groups",
            "in_channels",
            "out_channels",
            "sample_size",
            "time_embedding_dim",
            "transformer_layers_per_block",
            "down_block_types",
            "norm_eps",
            "freq_shift",
        ],
    ),
    (
        "vae/config.json",
        &[
            "block_out_channels",
            "layers_per_block",
            "latent_channels",
            "norm_num_groups",
            "scaling_factor",
            "in_channels",
            "up_block_types",
        ],
    ),
    (
        "text_encoder/config.json",
        &[
            "vocab_size",
            "hidden_size",
            "num_hidden_layers",
            "num_attention_heads",
            "intermediate_size",
            "max_position_embeddings",
            "layer_norm_eps",
            "hidden_act",
        ],
    ),
    (
        "scheduler/scheduler_config.json",
        &[
            "num_train_timesteps",
            "beta_start",
            "beta_end",
            "beta_schedule",
            "steps_offset",
            "trained_betas",
            "prediction_type",
        ],
    ),
];

/// Values that no size can have.
fn absurd() -> Vec<Value> {
    vec![
        json!(0),
        json!(-1),
        json!(1u64 << 20),
        json!(u64::MAX),
        json!(1e300),
        json!(0.5),
        json!("64"),
        json!([]),
        json!([1u64 << 20, 1u64 << 20]),
        json!([[1]]),
        json!({"a": 1}),
        json!(vec![4; 1000]),
    ]
}

#[test]
fn a_config_with_absurd_sizes_is_one_problem_and_soon() {
    let absurd = absurd();
    for (file, keys) in KEYS {
        for key in *keys {
            for value in &absurd {
                let copy = copied();
                let path = Path::new(&copy.path()).join(file);
                let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
                config[*key] = value.clone();
                fs::write(&path, config.to_string()).unwrap();
                let began = Instant::now();
                // Some of these change nothing that is computed; what counts is that none panics.
                if let Err(problem) = opened(&copy) {
                    assert_ne!(problem.key(), "compute-failed", "{key} {value} {problem}");
                    assert_ne!(problem.key(), "device-memory", "{key} {value} {problem}");
                }
                assert!(began.elapsed() < Duration::from_secs(20), "{key} {value}");
            }
        }
    }
}

#[test]
fn a_half_downloaded_file_is_said_to_be_cut_short() {
    let copy = copied();
    let path = Path::new(&copy.path()).join(UNET);
    let whole = fs::read(&path).unwrap();
    for length in [0, 7, 8, 9, 2000, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(opened(&copy).unwrap_err().key(), "weights-broken", "{length}");
    }
    fs::write(&path, [&whole[..], &[0]].concat()).unwrap();
    assert_eq!(opened(&copy).unwrap_err().key(), "weights-broken");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_never_waited_for() {
    let copy = copied();
    let path = Path::new(&copy.path()).join(UNET);
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert_eq!(opened(&copy).unwrap_err().key(), "file-not-regular");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(opened(&copy).unwrap_err().key(), "file-not-regular");
    fs::remove_dir(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    assert_eq!(opened(&copy).unwrap_err().key(), "file-not-regular");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_damaged_header_never_panics(changes in prop::collection::vec((0usize..4000, any::<u8>()), 1..6)) {
        let copy = copied();
        for file in [UNET, "text_encoder/model.safetensors"] {
            let mut bytes = fs::read(Path::new(&copy.path()).join(file)).unwrap();
            for (at, byte) in &changes {
                bytes[*at] = *byte;
            }
            copy.write(file, bytes);
        }
        let folder = ModelFolder::open(Some(&copy.path())).unwrap();
        drop(about(&folder, None));
        drop(opened(&copy));
    }

    #[test]
    fn a_damaged_single_file_never_panics(changes in prop::collection::vec((0usize..9000, any::<u8>()), 1..6)) {
        let copy = copied();
        let mut bytes = fs::read(own_root().join("single/sd1.safetensors")).unwrap();
        for (at, byte) in &changes {
            bytes[*at] = *byte;
        }
        copy.write("one.safetensors", bytes);
        let file = Path::new(&copy.path()).join("one.safetensors");
        if let Ok(folder) = ModelFolder::single(&file, Some(Path::new(&copy.path()))) {
            drop(about(&folder, None));
        }
        drop(ModelFolder::single(&file, None));
    }
}

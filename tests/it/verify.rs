//! The second opinion: candle-transformers' networks against this program's own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use candle_nn::{VarBuilder, VarMap};
use candle_transformers::models::stable_diffusion::unet_2d::{
    BlockConfig, UNet2DConditionModel, UNet2DConditionModelConfig,
};
use safelight::engine::{Compared, Engine, verify};
use safelight::walk::{Asked, EngineChoice, Unwatched};
use safelight::words::{Language, Words};

fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference/models").join(name)
}

fn asked(model: &Path) -> Asked {
    Asked {
        model: Some(model.to_string_lossy().into_owned()),
        prompt: Some("a photo of a cat".into()),
        seed: Some(7),
        steps: Some(2),
        guidance: Some(5.0),
        width: Some(32),
        height: Some(32),
        ..Asked::default()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// The tiny first version with a noise predictor of 32 groups, as the published ones have.
fn with_32_groups() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&reference("sd1"), folder.path());
    let path = folder.path().join("unet/config.json");
    let mut config: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    config["block_out_channels"] = vec![32, 64].into();
    config["down_block_types"] = vec!["CrossAttnDownBlock2D", "DownBlock2D"].into();
    config["up_block_types"] = vec!["UpBlock2D", "CrossAttnUpBlock2D"].into();
    config["norm_num_groups"] = 32.into();
    config["layers_per_block"] = 1.into();
    fs::write(&path, config.to_string()).unwrap();

    let block = |out_channels, use_cross_attn| BlockConfig {
        out_channels,
        use_cross_attn,
        attention_head_dim: 2,
    };
    let stock = UNet2DConditionModelConfig {
        blocks: vec![block(32, Some(1)), block(64, None)],
        layers_per_block: 1,
        cross_attention_dim: 24,
        ..UNet2DConditionModelConfig::default()
    };
    let weights = VarMap::new();
    let builder = VarBuilder::from_varmap(&weights, DType::F32, &Device::Cpu);
    UNet2DConditionModel::new(builder, 4, 4, false, stock).unwrap();
    draw(&weights);
    let path = folder.path().join("unet/diffusion_pytorch_model.safetensors");
    weights.save(path).unwrap();
    folder
}

/// The same weights at every run: norms near one, everything else small.
fn draw(weights: &VarMap) {
    let vars = weights.data().lock().unwrap();
    let mut names: Vec<&String> = vars.keys().collect();
    names.sort();
    let mut state = 1u32;
    for name in names {
        let shape = vars[name].shape();
        let fan: usize = shape.dims().iter().skip(1).product();
        let numbers: Vec<f32> = (0..shape.elem_count())
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let unit = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
                if name.contains("norm") && name.ends_with("weight") {
                    1.0 + 0.1 * unit
                } else {
                    unit * (2.0 / fan as f32).sqrt().min(0.2)
                }
            })
            .collect();
        vars[name].set(&Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()).unwrap();
    }
}

fn named<'a>(found: &'a [Compared], name: &str) -> &'a Compared {
    let missing = || format!("{name} was not compared");
    found.iter().find(|c| c.name == name).ok_or_else(missing).unwrap()
}

fn every_reason_has_its_sentence(found: &[Compared]) {
    for compared in found {
        for language in Language::ALL {
            assert!(Words::of(language).find(compared.why).is_some(), "{}", compared.why);
        }
    }
}

#[test]
fn whole_walks_agree_but_for_the_form_of_gelu() {
    let folder = with_32_groups();
    let found = verify(&asked(folder.path()), &Unwatched).unwrap();
    every_reason_has_its_sentence(&found);
    let text = named(&found, "text.context");
    assert!(text.error.unwrap() < 2e-5 && text.why == "verify.rounding");
    let first = named(&found, "step.000.pred");
    assert!(first.error.unwrap() < 1e-3 && first.why == "verify.gelu", "{first:?}");
    let image = named(&found, "image");
    assert!(image.error.unwrap() < 1e-2, "{image:?}");
    assert!(found.iter().all(|c| c.why != "verify.unknown"), "{found:?}");
}

#[test]
fn a_model_that_the_other_cannot_hold_is_compared_block_by_block() {
    for model in ["sd1", "sd2v"] {
        let found = verify(&asked(&reference(model)), &Unwatched).unwrap();
        every_reason_has_its_sentence(&found);
        let whole = named(&found, "unet");
        assert!(whole.error.is_none() && whole.why == "verify.groups");
        assert!(named(&found, "vae.decode").error.unwrap() < 2e-5);
        let resnets: Vec<&Compared> = found.iter().filter(|c| c.name.contains("resnets")).collect();
        assert_eq!(resnets.len(), 17, "6 on the way down, 2 in the middle, 9 on the way up");
        assert!(resnets.iter().all(|c| c.error.unwrap() < 2e-5), "{resnets:?}");
        let transformers: Vec<&Compared> =
            found.iter().filter(|c| c.name.contains("attentions")).collect();
        assert_eq!(transformers.len(), 11);
        assert!(transformers.iter().all(|c| c.error.unwrap() < 1e-3), "{transformers:?}");
    }
}

#[test]
fn the_model_inside_the_binary_is_compared_as_far_as_it_can_be() {
    let found = verify(&Asked { seed: Some(7), ..Asked::default() }, &Unwatched).unwrap();
    every_reason_has_its_sentence(&found);
    assert!(named(&found, "unet").error.is_none());
    for compared in found.iter().filter(|c| c.error.is_some()) {
        let most = if compared.name.contains("attentions") { 1e-3 } else { 2e-5 };
        assert!(compared.error.unwrap() < most, "{compared:?}");
    }
}

#[test]
fn the_stock_engine_says_why_it_cannot_walk_a_model() {
    let asked = Asked { engine: EngineChoice::Stock, ..asked(&reference("sd1")) };
    assert_eq!(Engine::open(&asked, &Unwatched).unwrap_err().key(), "stock-groups");
}

//! The networks that draw are the ones that learn: loaded from variables, each gives every one of
//! its weights a gradient, and that gradient says how the loss changes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{Tensor, Var};
use safelight::engine::model_folder::Part;
use safelight::engine::pace::Pace;
use safelight::engine::probe::Probe;
use safelight::engine::text::{TextConfig, TextEncoder};
use safelight::engine::unet::UNet;
use safelight::engine::unet::config::UnetConfig;
use safelight::engine::vae::Vae;
use safelight::engine::vae::config::VaeConfig;
use safelight::engine::weights::Weights;
use safelight::engine::{ModelFolder, Place};
use safelight::walk::{Stage, Unwatched};

use super::frames;

type Named = BTreeMap<String, Tensor>;

fn pocket() -> ModelFolder {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pocket");
    ModelFolder::open(path.to_str()).unwrap()
}

/// The pocket's weights, every one a variable.
fn variables(part: Part) -> BTreeMap<String, Var> {
    let tensors = pocket().weights(part, &Place::cpu()).unwrap().tensors().unwrap();
    tensors.into_iter().map(|(name, t)| (name, Var::from_tensor(&t).unwrap())).collect()
}

fn tracked(variables: &BTreeMap<String, Var>) -> Named {
    variables.iter().map(|(name, v)| (name.clone(), v.as_tensor().clone())).collect()
}

fn weights(tensors: Named) -> Weights {
    Weights::of_tensors("test", tensors, &Place::cpu())
}

fn noise(shape: &[usize], seed: u64) -> Tensor {
    let numbers = frames::normal(shape, seed);
    Tensor::from_slice(numbers.data(), shape, &Place::cpu().device).unwrap()
}

/// The mean product with fixed noise: its gradient is nowhere zero by symmetry.
fn loss(answer: &Tensor) -> Tensor {
    let noise = noise(answer.dims(), 99);
    (answer * noise).unwrap().mean_all().unwrap()
}

fn unet(tensors: Named) -> UNet {
    let config = UnetConfig::read(&pocket().config(Part::Unet).unwrap()).unwrap();
    UNet::from_weights(config, &weights(tensors)).unwrap()
}

fn text(tensors: Named) -> TextEncoder {
    let config = TextConfig::read(&pocket().config(Part::Text).unwrap()).unwrap();
    TextEncoder::from_weights(config, &weights(tensors)).unwrap()
}

fn vae(tensors: Named) -> Vae {
    let config = VaeConfig::read(&pocket().config(Part::Vae).unwrap()).unwrap();
    Vae::from_weights(config, &weights(tensors)).unwrap()
}

/// The loss of a noise predictor and a text encoder on two pictures with two prompts.
fn diffusion_loss(unet: &UNet, text: &TextEncoder) -> Tensor {
    let mut rows = [[49_407_u32; 77]; 2];
    rows[0][..4].copy_from_slice(&[49_406, 320, 736, 2368]);
    rows[1][..3].copy_from_slice(&[49_406, 1929, 530]);
    let context = text.encode(&[&rows[0], &rows[1]]).unwrap().last;
    let latent = noise(&[2, 4, 16, 16], 1);
    loss(&unet.predict_each(&latent, &[700.0, 31.0], &context).unwrap())
}

fn vae_loss(vae: &Vae) -> Tensor {
    let pace = Pace::new(&Unwatched, Stage::Decode, 0);
    let moments = vae.encode(&noise(&[2, 3, 32, 32], 1), &pace).unwrap();
    let spread = (moments.log_variance * 0.5).unwrap().exp().unwrap();
    let latent = (moments.mean + (spread * noise(&[2, 4, 8, 8], 2)).unwrap()).unwrap();
    loss(&vae.decode(&latent, &mut Probe::nothing(), &pace).unwrap())
}

fn without_gradient(loss: &Tensor, variables: &BTreeMap<String, Var>) -> Vec<String> {
    let gradients = loss.backward().unwrap();
    let length = |var: &Var| {
        let gradient = gradients.get(var)?;
        gradient.abs().unwrap().max_all().unwrap().to_scalar::<f32>().ok()
    };
    let missing = variables.iter().filter(|(_, var)| length(var).is_none_or(|l| l <= 1e-12));
    missing.map(|(name, _)| name.clone()).collect()
}

/// A key's bias adds the same to all scores of a query, which softmax takes away again: nothing
/// depends on it, in any implementation.
fn matters(name: &str) -> bool {
    !["k_proj.bias", "to_k.bias", "key.bias"].iter().any(|end| name.ends_with(end))
}

#[test]
fn no_weight_of_the_three_networks_is_left_without_a_gradient() {
    let (unet_vars, text_vars, vae_vars) =
        (variables(Part::Unet), variables(Part::Text), variables(Part::Vae));
    let (unet, text) = (unet(tracked(&unet_vars)), text(tracked(&text_vars)));
    let both = unet_vars.into_iter().chain(text_vars).collect();
    let mut missing = without_gradient(&diffusion_loss(&unet, &text), &both);
    missing.extend(without_gradient(&vae_loss(&vae(tracked(&vae_vars))), &vae_vars));
    missing.retain(|name| matters(name));
    assert!(missing.is_empty(), "{missing:#?}");
}

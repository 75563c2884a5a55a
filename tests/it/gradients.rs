//! The networks that draw are the ones that learn: loaded from variables, each gives every one of
//! its weights a gradient, and that gradient says how the loss changes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Tensor, Var};
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

/// The pocket's weights that do not move, in the number type of those that do.
fn frozen(part: Part, moving: &Named) -> Named {
    let dtype = moving.values().next().map_or(DType::F32, Tensor::dtype);
    let tensors = pocket().weights(part, &Place::cpu()).unwrap().tensors().unwrap();
    tensors.into_iter().map(|(name, t)| (name, t.to_dtype(dtype).unwrap())).collect()
}

/// Weights in the number type that they are given in.
fn weights(tensors: Named) -> Weights {
    let dtype = tensors.values().next().map_or(DType::F32, Tensor::dtype);
    Weights::of_tensors("test", tensors, &Place { dtype, ..Place::cpu() })
}

fn noise(shape: &[usize], seed: u64) -> Tensor {
    let numbers = frames::normal(shape, seed);
    Tensor::from_slice(numbers.data(), shape, &Place::cpu().device).unwrap()
}

/// The mean product with fixed noise: its gradient is nowhere zero by symmetry.
fn loss(answer: &Tensor) -> Tensor {
    let noise = noise(answer.dims(), 99).to_dtype(answer.dtype()).unwrap();
    (answer * noise).unwrap().to_dtype(DType::F64).unwrap().mean_all().unwrap()
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
    let latent = noise(&[2, 4, 16, 16], 1).to_dtype(context.dtype()).unwrap();
    loss(&unet.predict_each(&latent, &[700.0, 31.0], &context).unwrap())
}

fn vae_loss(vae: &Vae, dtype: DType) -> Tensor {
    let pace = Pace::new(&Unwatched, Stage::Decode, 0);
    let noise = |shape: &[usize], seed| noise(shape, seed).to_dtype(dtype).unwrap();
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
    missing.extend(without_gradient(&vae_loss(&vae(tracked(&vae_vars)), DType::F32), &vae_vars));
    missing.retain(|name| matters(name));
    assert!(missing.is_empty(), "{missing:#?}");
}

/// How a loss changes where one weight is moved a little along its own gradient: measured in 64
/// bits from both sides, where a step can be small enough for any bend, and held against what our
/// 32-bit operations say.
fn held_against_differences(
    variables: &BTreeMap<String, Var>,
    loss: impl Fn(Named) -> Tensor,
    names: &[&str],
) {
    const STEP: f64 = 1e-5;
    let gradients = loss(tracked(variables)).backward().unwrap();
    let doubled = |t: &Tensor| t.detach().to_dtype(DType::F64).unwrap();
    for &name in names {
        let gradient = doubled(gradients.get(&variables[name]).unwrap());
        let squares = gradient.sqr().unwrap().sum_all().unwrap().to_scalar::<f64>().unwrap();
        let computed = squares.sqrt();
        let direction = (gradient / computed).unwrap();
        let moved = |by: f64| {
            let mut plain: Named =
                variables.iter().map(|(n, v)| (n.clone(), doubled(v.as_tensor()))).collect();
            let there = (&plain[name] + (&direction * by).unwrap()).unwrap();
            plain.insert(name.to_owned(), there);
            loss(plain).to_scalar::<f64>().unwrap()
        };
        let measured = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
        let error = (measured / computed - 1.0).abs();
        assert!(error < 2e-3, "{name}: measured {measured}, computed {computed}");
    }
}

#[test]
fn the_noise_predictors_gradients_say_how_the_loss_changes() {
    held_against_differences(
        &variables(Part::Unet),
        |tensors| {
            let text = text(frozen(Part::Text, &tensors));
            diffusion_loss(&unet(tensors), &text)
        },
        &[
            "conv_in.weight",
            "time_embedding.linear_1.weight",
            "down_blocks.0.downsamplers.0.conv.weight",
            "down_blocks.1.resnets.0.time_emb_proj.weight",
            "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight",
            "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight",
            "down_blocks.2.attentions.0.norm.weight",
            "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.weight",
            "mid_block.attentions.0.transformer_blocks.0.norm2.weight",
            "up_blocks.0.attentions.1.proj_in.weight",
            "up_blocks.1.resnets.0.conv_shortcut.weight",
            "up_blocks.1.upsamplers.0.conv.weight",
            "conv_norm_out.bias",
            "conv_out.weight",
        ],
    );
}

#[test]
fn the_text_encoders_gradients_go_through_the_noise_predictor() {
    let variables = variables(Part::Text);
    let module = if variables.contains_key("text_model.final_layer_norm.weight") {
        "text_model."
    } else {
        ""
    };
    let names = [
        "embeddings.token_embedding.weight",
        "embeddings.position_embedding.weight",
        "encoder.layers.0.self_attn.q_proj.weight",
        "encoder.layers.0.layer_norm1.bias",
        "encoder.layers.1.self_attn.v_proj.weight",
        "encoder.layers.1.mlp.fc1.weight",
        "final_layer_norm.weight",
    ]
    .map(|name| format!("{module}{name}"));
    held_against_differences(
        &variables,
        |tensors| {
            let unet = unet(frozen(Part::Unet, &tensors));
            diffusion_loss(&unet, &text(tensors))
        },
        &names.each_ref().map(String::as_str),
    );
}

#[test]
fn the_autoencoders_gradients_say_how_the_loss_changes() {
    held_against_differences(
        &variables(Part::Vae),
        |tensors| {
            let dtype = tensors["quant_conv.weight"].dtype();
            vae_loss(&vae(tensors), dtype)
        },
        &[
            "encoder.conv_in.weight",
            "encoder.down_blocks.0.downsamplers.0.conv.weight",
            "encoder.mid_block.attentions.0.to_q.weight",
            "quant_conv.weight",
            "post_quant_conv.bias",
            "decoder.mid_block.attentions.0.to_out.0.weight",
            "decoder.up_blocks.0.upsamplers.0.conv.weight",
            "decoder.up_blocks.2.resnets.0.conv1.weight",
            "decoder.conv_norm_out.weight",
            "decoder.conv_out.weight",
        ],
    );
}

#[test]
fn what_is_tracked_gives_the_same_answer_as_what_is_not() {
    let (unet_vars, text_vars) = (variables(Part::Unet), variables(Part::Text));
    let plain = |vars: &BTreeMap<String, Var>| -> Named {
        vars.iter().map(|(n, v)| (n.clone(), v.as_tensor().detach())).collect()
    };
    let learning = diffusion_loss(&unet(tracked(&unet_vars)), &text(tracked(&text_vars)));
    let drawing = diffusion_loss(&unet(plain(&unet_vars)), &text(plain(&text_vars)));
    let numbers = |t: Tensor| t.to_scalar::<f64>().unwrap();
    assert!(learning.track_op() && !drawing.track_op());
    let (learning, drawing) = (numbers(learning), numbers(drawing));
    assert!((learning - drawing).abs() < 1e-5 * drawing.abs().max(0.01), "{learning} {drawing}");
}

#[test]
fn a_row_of_a_batch_has_a_timestep_of_its_own() {
    let unet = UNet::load(&pocket(), &Place::cpu()).unwrap();
    let (input, context) = (noise(&[2, 4, 16, 16], 5), noise(&[2, 77, 64], 6));
    let both = unet.predict_each(&input, &[801.0, 12.5], &context).unwrap();
    for (row, timestep) in [801.0, 12.5].into_iter().enumerate() {
        let part = |t: &Tensor| t.narrow(0, row, 1).unwrap().contiguous().unwrap();
        let alone = unet.predict_each(&part(&input), &[timestep], &part(&context)).unwrap();
        let apart = (alone - part(&both)).unwrap().abs().unwrap().max_all().unwrap();
        assert!(apart.to_scalar::<f32>().unwrap() < 1e-4);
    }
    assert!(unet.predict_each(&input, &[801.0], &context).is_err());
}

#[test]
fn token_vectors_from_outside_take_the_tables_place() {
    let text = TextEncoder::load(&pocket(), &Place::cpu()).unwrap();
    let mut row = [49_407_u32; 77];
    row[..3].copy_from_slice(&[49_406, 320, 736]);
    let vectors = text.vectors(&[&row]).unwrap();
    let (by_id, by_vector) =
        (text.encode(&[&row]).unwrap().last, text.encode_vectors(&vectors).unwrap().last);
    let apart = (by_id - by_vector).unwrap().abs().unwrap().max_all().unwrap();
    assert!(apart.to_scalar::<f32>().unwrap() == 0.0);
    assert!(text.encode_vectors(&noise(&[1, 76, 64], 1)).is_err());
}

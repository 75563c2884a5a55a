//! Where a training begins: weights that a seed and the names of the tensors decide, so that any
//! implementation begins at the same numbers (`begin` in `tests/pocket/network.py`).
//!
//! Norms are 1 and 0 and biases 0; embeddings are even in ±0.035, all else even in ±1/√inputs.

use sha2::{Digest, Sha256};

use crate::walk::Dice;

const EMBEDDING: f64 = 0.035;

/// The first weights of the tensor `name`, row-major; `place` is the network's folder, `unet` or
/// `text_encoder`, and the name may have the prefix `text_model.` or not.
pub fn untrained(seed: u64, place: &str, name: &str, shape: &[usize]) -> Vec<f32> {
    let name = name.strip_prefix("text_model.").unwrap_or(name);
    let count = shape.iter().product();
    if shape.len() < 2 {
        return vec![if name.ends_with("bias") { 0.0 } else { 1.0 }; count];
    }
    let inputs = shape.iter().skip(1).product::<usize>() as f64;
    let bound = if name.contains("embedding.weight") { EMBEDDING } else { 1.0 / inputs.sqrt() };
    let mut dice = Dice::new(&[seed, key(place, name)]);
    (0..count).map(|_| ((dice.unit() * 2.0 - 1.0) * bound) as f32).collect()
}

/// The first eight bytes of the name's SHA-256, the highest first.
fn key(place: &str, name: &str) -> u64 {
    let digest = Sha256::digest(format!("{place}/{name}"));
    digest.iter().take(8).fold(0, |key, byte| (key << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::untrained;

    #[test]
    fn the_numbers_are_those_that_the_shipped_training_began_with() {
        let weights = untrained(3, "unet", "conv_in.weight", &[40, 4, 3, 3]);
        assert_eq!(weights[..3], [-0.128_443_2, 0.006_168_338_5, 0.057_161_663]);
        let sum: f64 = weights.iter().map(|w| f64::from(*w)).sum();
        assert!((sum - 0.145_712_276_222_184_3).abs() < 1e-9, "{sum}");

        let name = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.weight";
        let weights = untrained(3, "unet", name, &[80, 64]);
        assert_eq!(weights[..3], [-0.106_088_236, -0.117_850_095, -0.049_572_572]);

        let name = "text_model.embeddings.token_embedding.weight";
        let weights = untrained(3, "text_encoder", name, &[56, 64]);
        assert_eq!(weights[..3], [0.027_243_521, -0.010_664_584, -0.029_300_62]);
    }

    #[test]
    fn norms_begin_at_one_and_biases_at_zero() {
        assert_eq!(untrained(3, "unet", "conv_norm_out.weight", &[2]), [1.0, 1.0]);
        assert_eq!(untrained(3, "unet", "conv_norm_out.bias", &[2]), [0.0, 0.0]);
    }
}

//! LoRA: thin matrices beside the attention weights learn; the weights themselves stay.

use std::collections::BTreeMap;

use candle_core::{Tensor, Var};

use crate::engine::attachments::lora::{Factors, Lora};
use crate::engine::model_folder::Part;
use crate::engine::text::TextEncoder;
use crate::engine::tokenizer::Tokenizer;
use crate::engine::{ModelFolder, Place, capture};
use crate::train::Variables;
use crate::walk::{Dice, Problem};

/// The layers of the noise predictor that get thin matrices: attention to itself and to the text.
const UNET: &[&str] = &[".to_q.weight", ".to_k.weight", ".to_v.weight", ".to_out.0.weight"];
/// The same of the text encoder.
const TEXT: &[&str] = &[".q_proj.weight", ".k_proj.weight", ".v_proj.weight", ".out_proj.weight"];

/// Thin matrices beside frozen weights.
#[derive(Debug)]
pub(super) struct Thin {
    tokenizer: Tokenizer,
    rank: usize,
    unet: BTreeMap<String, Tensor>,
    /// None where the text encoder stays as it is.
    text: Option<BTreeMap<String, Tensor>>,
}

impl Thin {
    /// Adds two matrices a layer to what learns: `down` of chance, `up` of zeros, so that nothing
    /// is changed at the start.
    pub(super) fn begin(
        folder: &ModelFolder,
        (rank, with_text): (usize, bool),
        seed: u64,
        place: &Place,
        variables: &mut Variables,
    ) -> Result<Self, Problem> {
        let unet = folder.weights(Part::Unet, place)?.tensors()?;
        let text = with_text.then(|| folder.weights(Part::Text, place)?.tensors()).transpose()?;
        let mut dice = Dice::new(&[seed, 0x0_10_7a]);
        let parts = [(Part::Text, text.as_ref(), TEXT), (Part::Unet, Some(&unet), UNET)];
        for (part, weights, ends) in parts {
            for (name, weight) in weights.into_iter().flatten() {
                let (true, [output, input]) =
                    (ends.iter().any(|end| name.ends_with(end)), weight.dims())
                else {
                    continue;
                };
                let size = (*input as f64).sqrt().recip();
                let down = (0..rank * input).map(|_| (dice.normal() * size) as f32).collect();
                let down = Tensor::from_vec::<_, f32>(down, (rank, *input), &place.device)?;
                let up = Tensor::zeros((*output, rank), down.dtype(), &place.device)?;
                variables.insert(key(part, name, "down"), Var::from_tensor(&down)?);
                variables.insert(key(part, name, "up"), Var::from_tensor(&up)?);
            }
        }
        let tokenizer = Tokenizer::open(folder, None)?;
        Ok(Self { tokenizer, rank, unet, text })
    }

    /// The weights of a network with the thin matrices added; `None` where it stays as it is.
    pub(super) fn weights(
        &self,
        part: Part,
        variables: &Variables,
    ) -> Result<Option<BTreeMap<String, Tensor>>, Problem> {
        let frozen = if part == Part::Text { self.text.as_ref() } else { Some(&self.unet) };
        let Some(frozen) = frozen else { return Ok(None) };
        let mut whole = frozen.clone();
        for (name, weight) in &mut whole {
            let of = |which| variables.get(&key(part, name, which));
            if let (Some(down), Some(up)) = (of("down"), of("up")) {
                *weight = (&*weight + up.as_tensor().matmul(down.as_tensor())?)?;
            }
        }
        Ok(Some(whole))
    }

    /// What cross-attention gets for these captions.
    pub(super) fn context(&self, text: &TextEncoder, captions: &[&str]) -> Result<Tensor, Problem> {
        let rows = captions
            .iter()
            .map(|caption| Ok(self.tokenizer.encode(caption)?.ids))
            .collect::<Result<Vec<_>, Problem>>()?;
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        Ok(text.encode(&rows)?.last)
    }

    /// The thin matrices as they were learned so far.
    pub(super) fn learned(&self, variables: &Variables) -> Result<Lora, Problem> {
        let mut layers = BTreeMap::new();
        let parts = [(Part::Text, self.text.as_ref()), (Part::Unet, Some(&self.unet))];
        for (part, weights) in parts {
            for name in weights.into_iter().flat_map(BTreeMap::keys) {
                let of = |which| variables.get(&key(part, name, which));
                let (Some(down), Some(up)) = (of("down"), of("up")) else { continue };
                let numbers =
                    |var: &Var| capture::grid(var.as_tensor()).map(|grid| grid.data().to_vec());
                let factors = Factors {
                    down: numbers(down)?,
                    up: numbers(up)?,
                    rank: self.rank,
                    alpha: self.rank as f32,
                };
                layers.insert((part, name.clone()), factors);
            }
        }
        Ok(Lora::new(layers))
    }
}

fn key(part: Part, name: &str, which: &str) -> String {
    let network = if part == Part::Text { "text" } else { "unet" };
    format!("{network}/{name}/{which}")
}

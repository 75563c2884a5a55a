//! Attachments as files: what diffusers, AUTOMATIC1111 and kohya's scripts read, in f32.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, TensorView};

use super::Content;
use super::embedding::LearnedWord;
use super::lora::Lora;
use crate::engine::model_folder::Part;
use crate::walk::Problem;

/// Whose names a LoRA's tensors bear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// diffusers and PEFT: `unet.….to_q.lora_A.weight`.
    #[default]
    Diffusers,
    /// kohya's scripts: `lora_unet_…_to_q.lora_down.weight`, with an `alpha` for each layer.
    Kohya,
}

/// One tensor to be written.
struct Named {
    name: String,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Named {
    fn new(name: String, shape: &[usize], numbers: &[f32]) -> Self {
        let bytes = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        Self { name, shape: shape.to_vec(), bytes }
    }
}

impl Content {
    /// The file that holds it; `naming` is a LoRA's.
    ///
    /// # Errors
    /// Numbers whose shapes do not fit each other.
    pub fn file(&self, naming: Naming) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Word(word) => word.file(),
            Self::Lora(lora, _) => lora.file(naming),
        }
    }
}

impl LearnedWord {
    /// The file of a learned word: one tensor `[n,D]` under its token, as diffusers names it.
    pub fn file(&self) -> Result<Vec<u8>, Problem> {
        let width = self.rows.first().map_or(0, Vec::len);
        let shape = [self.rows.len(), width];
        serialized(&[Named::new(self.token.clone(), &shape, &self.rows.concat())])
    }
}

impl Lora {
    /// The file of a LoRA whose layers are matrices.
    pub fn file(&self, naming: Naming) -> Result<Vec<u8>, Problem> {
        let mut tensors = Vec::new();
        for ((part, weight), factors) in self.layers() {
            let path = weight.strip_suffix(".weight").unwrap_or(weight);
            let path = path.strip_prefix("text_model.").unwrap_or(path);
            let (stem, down, up) = match naming {
                Naming::Diffusers => {
                    let network = match part {
                        Part::Text => "text_encoder.text_model",
                        Part::SecondText => "text_encoder_2.text_model",
                        Part::Unet | Part::Vae => "unet",
                    };
                    (format!("{network}.{path}"), "lora_A", "lora_B")
                }
                Naming::Kohya => {
                    let network = match part {
                        Part::Text => "lora_te_text_model",
                        Part::SecondText => "lora_te2_text_model",
                        Part::Unet | Part::Vae => "lora_unet",
                    };
                    let path = path.replace('.', "_");
                    (format!("{network}_{path}"), "lora_down", "lora_up")
                }
            };
            let rank = factors.rank;
            let (input, output) = (factors.down.len() / rank, factors.up.len() / rank);
            let matrix = |which: &str, shape: [usize; 2], numbers: &[f32]| {
                Named::new(format!("{stem}.{which}.weight"), &shape, numbers)
            };
            tensors.push(matrix(down, [rank, input], &factors.down));
            tensors.push(matrix(up, [output, rank], &factors.up));
            if naming == Naming::Kohya {
                tensors.push(Named::new(format!("{stem}.alpha"), &[], &[factors.alpha]));
            }
        }
        serialized(&tensors)
    }
}

fn serialized(tensors: &[Named]) -> Result<Vec<u8>, Problem> {
    let failed = |error: &dyn std::fmt::Display| {
        let reason: String = error.to_string().chars().take(120).collect();
        Problem::new("compute-failed").with("reason", reason)
    };
    let views = tensors
        .iter()
        .map(|of| {
            let view = TensorView::new(Dtype::F32, of.shape.clone(), &of.bytes);
            view.map(|view| (of.name.as_str(), view)).map_err(|e| failed(&e))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let format = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize(views, Some(format)).map_err(|e| failed(&e))
}

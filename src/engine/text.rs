//! The CLIP text encoder: ids become vectors (Radford et al. 2021), configured by transformers'
//! `config.json`.

use std::sync::OnceLock;

use candle_core::{D, DType, Device, IndexOp, Tensor};

use super::device::Place;
use super::kernels::attention::Keep;
use super::layers::{LayerNorm, Linear, add, attend, gelu, quick_gelu};
use super::model_folder::{Config, ModelFolder, Part};
use super::weights::Weights;
use crate::walk::Problem;

/// The hidden states of one encoding.
#[derive(Clone, Debug)]
pub struct TextStates {
    /// `[B,77,D]` each: 0 = token + position embedding, then after each layer.
    pub layers: Vec<Tensor>,
    /// `[B,77,D]` after the final layer norm: what cross-attention gets.
    pub last: Tensor,
}

/// The shape of an encoder.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextConfig {
    /// Ids: rows of the table.
    pub vocabulary: usize,
    /// Numbers a token.
    pub width: usize,
    /// Width inside the perceptrons.
    pub inner: usize,
    /// Layers.
    pub layers: usize,
    /// Heads of each attention.
    pub heads: usize,
    /// Places in a row of ids.
    pub positions: usize,
    /// Epsilon of the norms.
    pub epsilon: f64,
    /// x·sigmoid(1.702x) (OpenAI's) instead of the exact GELU (OpenCLIP's).
    pub quick: bool,
    /// The id of the end mark; `None`: the largest id of a row counts as it, as published
    /// configs that say 2 are read.
    pub end: Option<u32>,
}

impl TextConfig {
    /// Reads and checks.
    pub fn read(config: &Config) -> Result<Self, Problem> {
        let activation = config.text("hidden_act", "quick_gelu")?;
        let width = config.size("hidden_size", 512)?;
        let heads = config.size("num_attention_heads", 8)?;
        if !["quick_gelu", "gelu"].contains(&activation) {
            return Err(config.unfit("hidden_act", Some(&activation.into())));
        }
        if width % heads != 0 {
            return Err(config.unfit("num_attention_heads", Some(&heads.into())));
        }
        Ok(Self {
            vocabulary: config.size("vocab_size", 49_408)?,
            width,
            inner: config.size("intermediate_size", 2048)?,
            layers: config.size("num_hidden_layers", 12)?,
            heads,
            positions: config.size("max_position_embeddings", 77)?,
            epsilon: config.number("layer_norm_eps", 1e-5)?,
            quick: activation == "quick_gelu",
            end: match config.value("eos_token_id") {
                None => Some(49_407),
                Some(id) => match id.as_u64().and_then(|id| u32::try_from(id).ok()) {
                    Some(2) => None,
                    Some(id) => Some(id),
                    None => return Err(config.unfit("eos_token_id", Some(id))),
                },
            },
        })
    }
}

/// A text encoder with its weights.
#[derive(Debug)]
pub struct TextEncoder {
    config: TextConfig,
    device: Device,
    /// `[V,D]`, one row an id.
    table: Tensor,
    positions: Tensor,
    layers: Vec<Layer>,
    last: LayerNorm,
    /// `[P,D]` and P: makes one vector of the whole text, where the encoder has it (XL's second).
    projection: Option<(Linear, usize)>,
    /// Lengths of the table's rows, for cosines; made when first asked for.
    lengths: OnceLock<Vec<f32>>,
}

impl TextEncoder {
    /// Reads `text_encoder/` of a model's folder.
    pub fn load(folder: &ModelFolder, place: &Place) -> Result<Self, Problem> {
        let config = TextConfig::read(&folder.config(Part::Text)?)?;
        Self::from_weights(config, &folder.weights(Part::Text, place)?)
    }

    /// Reads `text_encoder_2/`, which also gives one vector of the whole text.
    pub fn load_second(folder: &ModelFolder, place: &Place) -> Result<Self, Problem> {
        let file = folder.config(Part::SecondText)?;
        let config = TextConfig::read(&file)?;
        let pooled = file.size("projection_dim", 512)?;
        let weights = folder.weights(Part::SecondText, place)?;
        let projection =
            Linear::load(&weights.at("text_projection"), (config.width, pooled), false)?;
        let encoder = Self::from_weights(config, &weights)?;
        Ok(Self { projection: Some((projection, pooled)), ..encoder })
    }

    /// Takes the weights by their names in transformers' files, with or without `text_model.`
    /// before them. Where some of them are variables, what it gives has gradients for these.
    pub fn from_weights(config: TextConfig, weights: &Weights) -> Result<Self, Problem> {
        let inside = text_module(weights);
        let embeddings = inside.at("embeddings");
        let layers = (0..config.layers)
            .map(|i| Layer::load(&inside.at("encoder.layers").at(i), &config))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            table: embeddings.get("token_embedding.weight", &[config.vocabulary, config.width])?,
            positions: embeddings
                .get("position_embedding.weight", &[config.positions, config.width])?,
            layers,
            last: LayerNorm::load(&inside.at("final_layer_norm"), config.width, config.epsilon)?,
            device: weights.place().device.clone(),
            projection: None,
            config,
            lengths: OnceLock::new(),
        })
    }

    /// Whether its activation is the exact GELU (the second version's), not the quick one.
    pub const fn has_exact_gelu(&self) -> bool {
        !self.config.quick
    }

    /// Encodes rows of 77 ids each.
    pub fn encode(&self, rows: &[&[u32]]) -> Result<TextStates, Problem> {
        self.encode_vectors(&self.vectors(rows)?)
    }

    /// The table's rows `[B,77,D]` for rows of 77 ids each.
    pub fn vectors(&self, rows: &[&[u32]]) -> Result<Tensor, Problem> {
        let ids = self.checked(rows)?;
        let shape = (rows.len(), self.config.positions, self.config.width);
        let ids = Tensor::from_vec(ids, rows.len() * self.config.positions, &self.device)?;
        Ok(self.table.index_select(&ids, 0)?.reshape(shape)?)
    }

    /// Encodes token vectors `[B,77,D]`, which need not stand in the table.
    pub fn encode_vectors(&self, vectors: &Tensor) -> Result<TextStates, Problem> {
        let (_, positions, width) = vectors.dims3()?;
        if (positions, width) != (self.config.positions, self.config.width) {
            return Err(Problem::new("input-shape")
                .with("found", format!("{:?}", vectors.dims()))
                .with(
                    "expected",
                    format!("[B, {}, {}]", self.config.positions, self.config.width),
                ));
        }
        let mut state = vectors.broadcast_add(&self.positions)?;
        let mut layers = vec![state.clone()];
        for layer in &self.layers {
            state = layer.forward(&state, &self.config)?;
            layers.push(state.clone());
        }
        Ok(TextStates { layers, last: self.last.forward(&state)? })
    }

    /// How many layers there are.
    pub const fn depth(&self) -> usize {
        self.config.layers
    }

    /// What cross-attention gets where the last `skip` layers are left out: the state before them
    /// `[B,77,D]` after the final norm; `None` for more layers than there are.
    pub fn skipping(&self, states: &TextStates, skip: usize) -> Result<Option<Tensor>, Problem> {
        let at = states.layers.len().checked_sub(skip + 1);
        let Some(state) = at.and_then(|at| states.layers.get(at)) else { return Ok(None) };
        Ok(Some(self.last.forward(state)?))
    }

    /// The state so many layers before the end `[B,77,D]`, without the final norm: 1 is what XL's
    /// cross-attention gets. `None` for more layers than there are.
    pub fn before_end(states: &TextStates, layers: usize) -> Option<&Tensor> {
        states.layers.get(states.layers.len().checked_sub(layers + 1)?)
    }

    /// One vector a row `[B,P]`: the end mark's, after the final norm, projected. `None` where the
    /// encoder has no projection.
    pub fn pooled(&self, states: &TextStates, rows: &[&[u32]]) -> Result<Option<Tensor>, Problem> {
        let Some((projection, _)) = &self.projection else { return Ok(None) };
        let ends = rows.iter().enumerate().map(|(i, ids)| {
            let at = match self.config.end {
                Some(end) => ids.iter().position(|id| *id == end).unwrap_or(0),
                // The first of the largest, as torch's argmax has it.
                None => (0..ids.len()).rev().max_by_key(|at| ids[*at]).unwrap_or(0),
            };
            states.last.i((i, at))?.unsqueeze(0)
        });
        let ends = Tensor::cat(&ends.collect::<candle_core::Result<Vec<_>>>()?, 0)?;
        Ok(Some(projection.forward(&ends)?))
    }

    /// Numbers of the one vector of a whole text, where there is one.
    pub fn pooled_width(&self) -> Option<usize> {
        self.projection.as_ref().map(|(_, width)| *width)
    }

    /// Numbers a token.
    pub const fn width(&self) -> usize {
        self.config.width
    }

    /// For each id, the `count` ids whose table rows lie nearest by cosine, best first, itself
    /// left out; looked for in `among` where given, else in the whole vocabulary. Rows of zeros,
    /// which were never taught, are near nothing.
    pub fn nearest(
        &self,
        ids: &[u32],
        among: Option<&[u32]>,
        count: usize,
    ) -> Result<Vec<Vec<(u32, f32)>>, Problem> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let size = self.config.vocabulary;
        let among: Vec<u32> = match among {
            Some(list) => list.iter().filter(|id| (**id as usize) < size).copied().collect(),
            None => (0..size as u32).collect(),
        };
        let lengths = self.lengths()?;
        let wanted = self.rows(ids)?;
        let others = if among.len() == self.config.vocabulary {
            self.table.clone()
        } else {
            self.rows(&among)?
        };
        let products = wanted.matmul(&others.t()?)?.to_dtype(DType::F32)?;
        let length = |id: u32| lengths.get(id as usize).copied().unwrap_or(0.0);
        ids.iter()
            .enumerate()
            .map(|(i, &id)| {
                let row: Vec<f32> = products.i(i)?.to_vec1()?;
                let mut found: Vec<(u32, f32)> = among
                    .iter()
                    .zip(row)
                    .filter(|&(&other, _)| other != id && length(other) * length(id) > 0.0)
                    .map(|(&other, product)| (other, product / (length(other) * length(id))))
                    .collect();
                found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                found.truncate(count);
                Ok(found)
            })
            .collect()
    }

    fn checked(&self, rows: &[&[u32]]) -> Result<Vec<u32>, Problem> {
        for row in rows {
            if row.len() != self.config.positions {
                return Err(Problem::new("ids-shape")
                    .with("found", row.len())
                    .with("expected", self.config.positions));
            }
        }
        let ids = rows.concat();
        self.known(&ids)?;
        Ok(ids)
    }

    fn known(&self, ids: &[u32]) -> Result<(), Problem> {
        let stranger = ids.iter().find(|id| **id as usize >= self.config.vocabulary);
        stranger.map_or(Ok(()), |id| {
            Err(Problem::new("id-unknown").with("id", id).with("size", self.config.vocabulary))
        })
    }

    fn rows(&self, ids: &[u32]) -> Result<Tensor, Problem> {
        self.known(ids)?;
        let ids = Tensor::new(ids, &self.device)?;
        Ok(self.table.index_select(&ids, 0)?)
    }

    fn lengths(&self) -> Result<&[f32], Problem> {
        if self.lengths.get().is_none() {
            let squares = self.table.to_dtype(DType::F32)?.sqr()?.sum(D::Minus1)?;
            let lengths = squares.sqrt()?.to_vec1()?;
            // Another thread may have been first: then its answer stays.
            let _ = self.lengths.set(lengths);
        }
        Ok(self.lengths.get().map_or(&[], Vec::as_slice))
    }
}

/// Where the encoder begins inside its file: published files say `text_model.` before every name,
/// transformers 5 writes nothing.
pub(super) fn text_module(weights: &Weights) -> Weights {
    let prefixed = weights.at("text_model");
    if prefixed.has("final_layer_norm.weight") { prefixed } else { weights.clone() }
}

/// The full name of the table of token vectors.
pub(super) fn table_name(weights: &Weights) -> String {
    let prefix = if weights.has("text_model.final_layer_norm.weight") { "text_model." } else { "" };
    format!("{prefix}embeddings.token_embedding.weight")
}

/// One layer: causal self-attention and a perceptron, each after a norm and beside its input.
#[derive(Debug)]
struct Layer {
    norms: [LayerNorm; 2],
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    inner: Linear,
    outer: Linear,
}

impl Layer {
    fn load(weights: &Weights, config: &TextConfig) -> Result<Self, Problem> {
        let square = (config.width, config.width);
        let attention = weights.at("self_attn");
        let norm = |name| LayerNorm::load(&weights.at(name), config.width, config.epsilon);
        Ok(Self {
            norms: [norm("layer_norm1")?, norm("layer_norm2")?],
            query: Linear::load(&attention.at("q_proj"), square, true)?,
            key: Linear::load(&attention.at("k_proj"), square, true)?,
            value: Linear::load(&attention.at("v_proj"), square, true)?,
            out: Linear::load(&attention.at("out_proj"), square, true)?,
            inner: Linear::load(&weights.at("mlp.fc1"), (config.width, config.inner), true)?,
            outer: Linear::load(&weights.at("mlp.fc2"), (config.inner, config.width), true)?,
        })
    }

    fn forward(&self, x: &Tensor, config: &TextConfig) -> candle_core::Result<Tensor> {
        let normed = self.norms[0].forward(x)?;
        let (q, k, v) = (
            self.query.forward(&normed)?,
            self.key.forward(&normed)?,
            self.value.forward(&normed)?,
        );
        let (mixed, _) = attend([&q, &k, &v], config.heads, true, Keep::Nothing)?;
        let x = add(x, &self.out.forward(&mixed)?)?;
        let inner = self.inner.forward(&self.norms[1].forward(&x)?)?;
        let inner = if config.quick { quick_gelu(&inner)? } else { gelu(&inner)? };
        add(&x, &self.outer.forward(&inner)?)
    }
}

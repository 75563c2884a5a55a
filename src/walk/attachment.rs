//! Attachments: what is laid over a model's weights for a walk. A learned embedding adds a token
//! with vectors of its own (Gal et al. 2022); a LoRA adds a product of two thin matrices to some
//! layers (Hu et al. 2021).

use serde::{Deserialize, Serialize};

/// The two kinds, under the names of their flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttachmentKind {
    /// A token's vectors.
    Embedding,
    /// Thin matrices beside layers.
    Lora,
}

/// An attachment as it was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AttachmentAsked {
    /// Which kind.
    pub kind: AttachmentKind,
    /// Path of its file.
    pub file: String,
    /// By how much a LoRA is multiplied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// The token of an embedding; none: as its file says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// SHA-256 that the file must have, where another walk is made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

impl AttachmentAsked {
    /// Reads `FILE[:SCALE]`: split at the last `:` only where a number follows it and more than a
    /// drive's letter stands before it.
    pub fn lora(text: &str) -> Self {
        let split = text.rsplit_once(':').filter(|(file, _)| file.len() > 1);
        let scaled = split.and_then(|(file, scale)| Some((file, scale.trim().parse().ok()?)));
        let (file, scale) = scaled.map_or((text, None), |(file, scale)| (file, Some(scale)));
        Self { kind: AttachmentKind::Lora, file: file.to_owned(), scale, token: None, hash: None }
    }

    /// Reads `FILE[:TOKEN]`: split behind the first ending that such a file has.
    pub fn embedding(text: &str) -> Self {
        const ENDS: [&str; 3] = [".safetensors:", ".pt:", ".bin:"];
        let found = ENDS.iter().filter_map(|end| Some(text.find(end)? + end.len() - 1)).min();
        let (file, token) = found
            .map_or((text, None), |colon| (&text[..colon], Some(text[colon + 1..].to_owned())));
        Self {
            kind: AttachmentKind::Embedding,
            file: file.to_owned(),
            scale: None,
            token,
            hash: None,
        }
    }

    /// What its flag takes to ask for it.
    pub fn flag_value(&self) -> String {
        match (self.scale, &self.token) {
            (Some(scale), _) => format!("{}:{scale}", self.file),
            (None, Some(token)) => format!("{}:{token}", self.file),
            (None, None) => self.file.clone(),
        }
    }
}

/// An attachment that was read, as recordings tell it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Attachment {
    /// Which kind.
    pub kind: AttachmentKind,
    /// Name of its file, without its folder.
    pub name: String,
    /// SHA-256 of its file, hexadecimal.
    pub hash: String,
    /// By how much a LoRA was multiplied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// The token of an embedding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// How many vectors, and so places of the prompt, the token has; 0 for a LoRA.
    #[serde(default)]
    pub vectors: usize,
}

impl Attachment {
    /// What to ask for to have it again; the file is looked for by its name.
    pub fn asked_again(&self) -> AttachmentAsked {
        AttachmentAsked {
            kind: self.kind,
            file: self.name.clone(),
            scale: self.scale,
            token: self.token.clone(),
            hash: Some(self.hash.clone()),
        }
    }

    /// A few words for it: the token, or the file's stem with a scale that is not 1.
    pub fn label(&self) -> String {
        let stem = self.name.strip_suffix(".safetensors").unwrap_or(&self.name);
        match (&self.token, self.scale) {
            (Some(token), _) => token.clone(),
            (None, Some(scale)) if scale.to_bits() != 1f64.to_bits() => format!("{stem} ×{scale}"),
            (None, _) => stem.to_owned(),
        }
    }
}

/// One of a model's networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// The text encoder.
    TextEncoder,
    /// The second text encoder, of XL.
    #[serde(rename = "text-encoder-2")]
    TextEncoder2,
    /// The noise predictor.
    Unet,
    /// The autoencoder.
    Vae,
}

impl Network {
    /// All of them, in the order in which a walk meets them.
    pub const ALL: [Self; 4] = [Self::TextEncoder, Self::TextEncoder2, Self::Unet, Self::Vae];

    /// Its folder in diffusers' layout.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TextEncoder => "text_encoder",
            Self::TextEncoder2 => "text_encoder_2",
            Self::Unet => "unet",
            Self::Vae => "vae",
        }
    }
}

/// By how much all attachments together changed one layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerChange {
    /// The network that it belongs to.
    pub network: Network,
    /// Its path in the network, without `.weight`.
    pub layer: String,
    /// `‖ΔW‖ / ‖W‖`, Frobenius norms; a row that is new counts as a change from zeros.
    pub change: f32,
}

impl LayerChange {
    /// The path as it fits a line: `up.2.0 attn2.to_v`, `layer 1 self_attn.q_proj`.
    pub fn short(&self) -> String {
        let path = self.layer.strip_prefix("text_model.").unwrap_or(&self.layer);
        path.replace("encoder.layers.", "layer ")
            .replace("embeddings.token_embedding", "token table")
            .replace("_blocks.", ".")
            .replace("_block.", ".")
            .replace(".attentions.", ".")
            .replace(".transformer.0.", " ")
            .replace(".resnets.", ".resnet ")
            .replacen(".self_attn", " self_attn", 1)
            .replacen(".mlp", " mlp", 1)
    }

    /// The change as a share, in as many digits as mean something: `3.1 %`, `0.04 %`.
    pub fn percent(change: f32) -> String {
        match change * 100.0 {
            _ if change == 0.0 => "0 %".to_owned(),
            share if share >= 99.95 => format!("{share:.0} %"),
            share if share >= 0.1 => format!("{share:.1} %"),
            share if share >= 0.01 => format!("{share:.2} %"),
            _ => "< 0.01 %".to_owned(),
        }
    }
}

/// What changed in one network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetworkChange {
    /// Which one.
    pub network: Network,
    /// How many layers.
    pub layers: usize,
    /// The smallest and the largest change of these.
    pub range: (f32, f32),
}

impl NetworkChange {
    /// One for each of the three networks, unchanged ones included; and for XL's second text
    /// encoder where that is changed.
    pub fn of(changes: &[LayerChange]) -> Vec<Self> {
        let all = Network::ALL.map(|network| {
            let of = || changes.iter().filter(|c| c.network == network).map(|c| c.change);
            let least = of().fold(f32::INFINITY, f32::min);
            let range =
                if least.is_finite() { (least, of().fold(0.0, f32::max)) } else { (0.0, 0.0) };
            Self { network, layers: of().count(), range }
        });
        all.into_iter().filter(|of| of.network != Network::TextEncoder2 || of.layers > 0).collect()
    }
}

/// The `count` layers that changed most, the most changed first.
pub fn most_changed(changes: &[LayerChange], count: usize) -> Vec<&LayerChange> {
    let mut sorted: Vec<&LayerChange> = changes.iter().collect();
    sorted.sort_by(|a, b| b.change.total_cmp(&a.change));
    sorted.truncate(count);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_split_off_only_where_it_is_one() {
        let read = |text| {
            let asked = AttachmentAsked::lora(text);
            (asked.file, asked.scale)
        };
        assert_eq!(read("a/style.safetensors:0.7"), ("a/style.safetensors".into(), Some(0.7)));
        assert_eq!(read("style.safetensors:-1"), ("style.safetensors".into(), Some(-1.0)));
        assert_eq!(read("C:\\style.safetensors"), ("C:\\style.safetensors".into(), None));
        assert_eq!(read("C:1"), ("C:1".into(), None));
        assert_eq!(read("a:b.safetensors"), ("a:b.safetensors".into(), None));
    }

    #[test]
    fn a_token_is_what_follows_the_file() {
        let read = |text| {
            let asked = AttachmentAsked::embedding(text);
            (asked.file, asked.token)
        };
        let token = |token: &str| Some(token.to_owned());
        assert_eq!(read("w.safetensors:<w>"), ("w.safetensors".into(), token("<w>")));
        assert_eq!(read("C:\\w.safetensors"), ("C:\\w.safetensors".into(), None));
        assert_eq!(read("w.pt:<w>"), ("w.pt".into(), token("<w>")));
        assert_eq!(read("a.bin"), ("a.bin".into(), None));
        assert_eq!(read("w.safetensors:a:b"), ("w.safetensors".into(), token("a:b")));
    }

    #[test]
    fn a_layer_is_named_in_a_few_words() {
        let short = |layer: &str| {
            LayerChange { network: Network::Unet, layer: layer.to_owned(), change: 0.1 }.short()
        };
        let path = "up_blocks.2.attentions.0.transformer_blocks.0.attn2.to_v";
        assert_eq!(short(path), "up.2.0 attn2.to_v");
        assert_eq!(short("mid_block.attentions.0.proj_in"), "mid.0.proj_in");
        let path = "text_model.encoder.layers.1.self_attn.q_proj";
        assert_eq!(short(path), "layer 1 self_attn.q_proj");
        assert_eq!(short("text_model.embeddings.token_embedding"), "token table");
    }

    #[test]
    fn what_a_flag_took_can_be_given_again() {
        for text in ["style.safetensors:0.5", "style.safetensors"] {
            assert_eq!(AttachmentAsked::lora(text).flag_value(), text);
        }
        let text = "w.safetensors:<w>";
        assert_eq!(AttachmentAsked::embedding(text).flag_value(), text);
    }
}

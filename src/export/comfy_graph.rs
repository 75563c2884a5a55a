//! The graph that ComfyUI keeps in a picture (chunk `prompt`, its API format): from the sampler's
//! node back to texts, size and checkpoint.

use std::path::Path;

use serde_json::{Map, Value};

use super::like::{Like, short};
use crate::walk::{Problem, Sampler, Spacing};

/// Links are followed so far at most: a graph may be a ring.
const DEEPEST: usize = 16;
/// More pixels across than any picture has.
const WIDEST: u64 = 1 << 16;

/// Nodes that are understood or change nothing.
const KNOWN: &[&str] = &[
    "KSampler",
    "KSamplerAdvanced",
    "CLIPTextEncode",
    "CheckpointLoaderSimple",
    "EmptyLatentImage",
    "VAEDecode",
    "VAEDecodeTiled",
    "SaveImage",
    "PreviewImage",
    "PrimitiveNode",
    "Note",
    "MarkdownNote",
    "Reroute",
];

/// Reads a graph; `None` where it is no graph or has no sampler.
pub(super) fn like(json: &str) -> Option<Like> {
    // ComfyUI writes NaN, which is no JSON.
    let parsed =
        serde_json::from_str(json).or_else(|_| serde_json::from_str(&json.replace("NaN", "null")));
    let Ok(Value::Object(nodes)) = parsed else { return None };
    let graph = Graph { nodes: &nodes };
    let (samplers, base) = graph.samplers();
    let sampler = base?;
    let mut like = Like::default();
    graph.numbers(sampler, &mut like);
    let text = |name: &str| graph.linked(sampler, name).and_then(|node| graph.text(node, 0));
    like.asked.prompt = text("positive");
    like.asked.negative = text("negative");
    graph.size(sampler, &mut like);
    like.model = graph.checkpoint();
    if samplers > 1 {
        like.remark(Problem::new("like-hires"));
    }
    graph.others(&mut like);
    like.weights();
    Some(like)
}

struct Graph<'a> {
    nodes: &'a Map<String, Value>,
}

type Node<'a> = &'a Value;

fn class(node: Node<'_>) -> &str {
    node.get("class_type").and_then(Value::as_str).unwrap_or_default()
}

fn input<'a>(node: Node<'a>, name: &str) -> Option<&'a Value> {
    node.get("inputs")?.get(name)
}

impl<'a> Graph<'a> {
    /// The node that an input is linked to.
    fn linked(&self, node: Node<'a>, name: &str) -> Option<Node<'a>> {
        let link = input(node, name)?.as_array()?;
        self.nodes.get(link.first()?.as_str()?)
    }

    /// How many samplers there are, and the one that begins with an empty latent (else the first).
    fn samplers(&self) -> (usize, Option<Node<'a>>) {
        let all: Vec<Node<'a>> =
            self.nodes.values().filter(|node| class(node).starts_with("KSampler")).collect();
        let empty = |node: &&Node<'a>| {
            self.linked(node, "latent_image")
                .is_some_and(|latent| class(latent).starts_with("Empty"))
        };
        (all.len(), all.iter().find(empty).or(all.first()).copied())
    }

    fn numbers(&self, sampler: Node<'a>, like: &mut Like) {
        let written = |name: &str| match input(sampler, name)? {
            // A number that another node gives is as good as its own.
            Value::Array(_) => {
                let from = self.linked(sampler, name)?;
                let names = [name, "value", "int", "seed", "noise_seed", "Number"];
                names.into_iter().find_map(|name| input(from, name)).map(Value::to_string)
            }
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        let seed = written("seed").or_else(|| written("noise_seed"));
        like.asked.seed = seed.and_then(|seed| like.number("seed", &seed));
        like.asked.steps = written("steps").and_then(|steps| like.number("steps", &steps));
        let scale = written("cfg").and_then(|cfg| like.number("cfg", &cfg));
        like.asked.guidance = scale.filter(|scale: &f64| scale.is_finite());
        let text = |name| input(sampler, name).and_then(Value::as_str);
        if let Some(name) = text("sampler_name") {
            like.asked.sampler = match name {
                "euler" => Some(Sampler::Euler),
                "euler_ancestral" => Some(Sampler::EulerA),
                "ddim" => Some(Sampler::Ddim),
                "ddpm" => Some(Sampler::Ddpm),
                "heun" => Some(Sampler::Heun),
                "dpmpp_2m" => Some(Sampler::DpmPp2m),
                "dpmpp_2m_sde" => Some(Sampler::DpmPp2mSde),
                "lcm" => Some(Sampler::Lcm),
                _ => None,
            };
            match like.asked.sampler {
                None => like.remark(Problem::new("like-sampler").with("sampler", short(name))),
                Some(Sampler::EulerA | Sampler::Ddpm | Sampler::DpmPp2mSde | Sampler::Lcm) => {
                    like.remark(Problem::new("like-fresh-noise").with("sampler", name));
                }
                Some(_) => {}
            }
        }
        if let Some(name) = text("scheduler") {
            scheduler(name, like);
        }
        let denoise = input(sampler, "denoise").and_then(Value::as_f64).unwrap_or(1.0);
        if denoise < 1.0 {
            like.remark(Problem::new("like-denoising").with("value", denoise));
        }
    }

    /// The text behind a conditioning.
    fn text(&self, node: Node<'a>, depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        if class(node) == "CLIPTextEncode" {
            return self.string(node, "text", depth);
        }
        ["conditioning", "conditioning_1", "conditioning_to", "positive"]
            .into_iter()
            .find_map(|name| self.linked(node, name))
            .and_then(|next| self.text(next, depth + 1))
    }

    /// An input that is a text, or comes from a node that has one.
    fn string(&self, node: Node<'a>, name: &str, depth: usize) -> Option<String> {
        match input(node, name)? {
            Value::String(text) => Some(text.clone()),
            Value::Array(_) if depth < DEEPEST => {
                let from = self.linked(node, name)?;
                ["text", "string", "value", "String"]
                    .into_iter()
                    .find_map(|name| self.string(from, name, depth + 1))
            }
            _ => None,
        }
    }

    fn size(&self, sampler: Node<'a>, like: &mut Like) {
        let latent = self.linked(sampler, "latent_image");
        let edge = |name: &str| {
            let edge = input(latent?, name)?.as_u64().filter(|n| (1..=WIDEST).contains(n))?;
            usize::try_from(edge).ok()
        };
        (like.asked.width, like.asked.height) = (edge("width"), edge("height"));
    }

    /// The checkpoint's name without folder and ending.
    fn checkpoint(&self) -> Option<String> {
        let loader =
            self.nodes.values().find(|node| class(node).starts_with("CheckpointLoader"))?;
        let name = input(loader, "ckpt_name")?.as_str()?;
        let name = name.rsplit(['/', '\\']).next()?;
        Some(Path::new(name).file_stem()?.to_string_lossy().into_owned())
    }

    /// Nodes that have no counterpart here.
    fn others(&self, like: &mut Like) {
        for node in self.nodes.values() {
            let text = |name| input(node, name).and_then(Value::as_str).unwrap_or_default();
            match class(node) {
                name if KNOWN.contains(&name) || name.is_empty() => {}
                "CLIPSetLastLayer" => {
                    let layer = input(node, "stop_at_clip_layer").and_then(Value::as_i64);
                    let layer =
                        layer.and_then(|layer| usize::try_from(layer.saturating_neg()).ok());
                    if let Some(layer) = layer.filter(|layer| *layer > 1) {
                        like.asked.clip_skip = Some(layer - 1);
                        like.skipped_in_both();
                    }
                }
                name if name.contains("Lora") => {
                    like.remark(
                        Problem::new("like-attachment").with("what", short(text("lora_name"))),
                    );
                }
                name => like.remark(Problem::new("like-node").with("node", short(name))),
            }
        }
    }
}

/// How the noise levels are spread, where that is the same here.
fn scheduler(name: &str, like: &mut Like) {
    like.karras(name == "karras");
    let none = like.asked.sampler.is_some_and(|sampler| !sampler.has_spacing());
    like.asked.spacing = match name {
        _ if none => None,
        "normal" => Some(Spacing::Linspace),
        "simple" => Some(Spacing::Trailing),
        "ddim_uniform" => Some(Spacing::Leading),
        "karras" => None,
        _ => {
            like.remark(Problem::new("like-schedule").with("schedule", short(name)));
            None
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The graph that ComfyUI opens with, with a LoRA and a second pass.
    const GRAPH: &str = r#"{
        "3": {"class_type": "KSampler", "inputs": {"seed": 156680208700286, "steps": 20, "cfg": 8.0,
            "sampler_name": "dpmpp_2m", "scheduler": "karras", "denoise": 1.0, "model": ["10", 0],
            "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
        "4": {"class_type": "CheckpointLoaderSimple",
            "inputs": {"ckpt_name": "sd/v1-5-pruned.safetensors"}, "is_changed": [NaN]},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 768}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["12", 0], "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "watermark", "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0]}},
        "10": {"class_type": "LoraLoader", "inputs": {"lora_name": "ink.safetensors"}},
        "11": {"class_type": "KSampler", "inputs": {"latent_image": ["3", 0], "denoise": 0.5}},
        "12": {"class_type": "StringLiteral", "inputs": {"string": "a glass (bottle:1.1)"}}
    }"#;

    #[test]
    fn the_sampler_is_followed_back_to_texts_size_and_checkpoint() {
        let like = like(GRAPH).expect("a graph");
        let asked = &like.asked;
        assert_eq!(asked.prompt.as_deref(), Some("a glass (bottle:1.1)"));
        assert_eq!(asked.negative.as_deref(), Some("watermark"));
        assert_eq!((asked.seed, asked.steps), (Some(156_680_208_700_286), Some(20)));
        assert_eq!((asked.guidance, asked.karras), (Some(8.0), Some(true)));
        assert_eq!((asked.width, asked.height), (Some(512), Some(768)));
        assert_eq!(asked.sampler, Some(Sampler::DpmPp2m));
        assert_eq!(like.model.as_deref(), Some("v1-5-pruned"));
        let keys: Vec<&str> = like.remarks.iter().map(Problem::key).collect();
        assert_eq!(keys, ["like-hires", "like-attachment", "like-node", "like-weights"]);
    }

    #[test]
    fn a_ring_a_tower_and_other_json_end() {
        let ring = r#"{"1": {"class_type": "KSampler", "inputs": {"positive": ["2", 0]}},
            "2": {"class_type": "Turn", "inputs": {"conditioning": ["2", 0]}}}"#;
        assert_eq!(like(ring).expect("a graph").asked.prompt, None);
        let tower = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(like(&tower), None);
        assert_eq!(like("{\"1\": 7}"), None);
    }
}

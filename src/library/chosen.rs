//! Which files of a model a walk needs: its index, configs, tokenizers, and for each network the
//! first form of its weights that is there. No second copies in other formats, no safety checker.

use std::path::Path;

use serde_json::{Map, Value};

use super::disk;

/// The parts without weights.
const SMALL_PARTS: [&str; 3] = ["scheduler", "tokenizer", "tokenizer_2"];
/// The networks, and what the names of their weights' files begin with.
const NETWORKS: [(&str, &str); 4] = [
    ("unet", "diffusion_pytorch_model"),
    ("vae", "diffusion_pytorch_model"),
    ("text_encoder", "model"),
    ("text_encoder_2", "model"),
];
/// The ends of their names, in the order in which the program looks for them.
const FORMS: [&str; 5] = [
    ".safetensors",
    ".safetensors.index.json",
    ".fp16.safetensors",
    ".safetensors.index.fp16.json",
    ".safetensors.fp16.index.json",
];
/// Where a repository lists its parts.
pub(super) const INDEX: &str = "model_index.json";

/// Why a repository is not what a walk needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lacking {
    /// No `model_index.json`: not in the layout of diffusers.
    Index,
    /// This network has no safetensors files.
    Weights(&'static str),
}

/// Those of a repository's paths that a walk needs.
pub(super) fn needed<'a>(paths: &[&'a str]) -> Result<Vec<&'a str>, Lacking> {
    if !paths.contains(&INDEX) {
        return Err(Lacking::Index);
    }
    let mut chosen: Vec<&str> =
        paths.iter().copied().filter(|path| *path == INDEX || is_small(path)).collect();
    for (network, stem) in NETWORKS {
        let inside = |path: &&&str| path.split_once('/').is_some_and(|(part, _)| part == network);
        if network == "text_encoder_2" && paths.iter().find(inside).is_none() {
            continue;
        }
        let form = FORMS.iter().find(|end| {
            let path = format!("{network}/{stem}{end}");
            paths.contains(&path.as_str())
        });
        let form = form.ok_or(Lacking::Weights(network))?;
        let files = paths.iter().copied().filter(|path| {
            let name = path.split_once('/').filter(|(part, _)| *part == network);
            name.is_some_and(|(_, name)| of_form(name, stem, form))
        });
        chosen.extend(files);
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

/// A config, a vocabulary or a list of merges.
fn is_small(path: &str) -> bool {
    let Some((part, name)) = path.split_once('/') else { return false };
    let known = [
        "added_tokens.json",
        "config.json",
        "merges.txt",
        "scheduler_config.json",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocab.json",
    ];
    let network = NETWORKS.iter().any(|(network, _)| *network == part);
    known.contains(&name) && (SMALL_PARTS.contains(&part) || network)
}

/// Whether a file belongs to a form: it is the file, its index, or one of the index's shards
/// (`stem-00001-of-00002.safetensors`, with `.fp16` before or behind the number).
fn of_form(name: &str, stem: &str, form: &str) -> bool {
    let Some(rest) = name.strip_prefix(stem) else { return false };
    if rest == form {
        return true;
    }
    let Some(middle) = rest.strip_suffix(".safetensors") else { return false };
    let variant = middle.contains(".fp16");
    let number = middle.replace(".fp16", "");
    let shard = number.strip_prefix('-').and_then(|number| number.split_once("-of-"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let counted = shard.is_some_and(|(at, of)| digits(at) && digits(of));
    form.contains(".index.") && counted && variant == form.contains("fp16")
}

/// Whether a folder holds every file that a walk needs.
pub(super) fn is_whole(folder: &Path) -> bool {
    let listed = disk::small(&folder.join(INDEX))
        .and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).ok());
    let second = listed.is_some_and(|listed| {
        // Some XL pipelines (the refiner's) list a part as [null, null].
        let part = listed.get("text_encoder_2").and_then(Value::as_array);
        part.is_some_and(|part| part.iter().any(|value| !value.is_null()))
    });
    let there = |path: String| folder.join(path).is_file();
    let tokenizer = |part: &str| {
        there(format!("{part}/tokenizer.json"))
            || (there(format!("{part}/vocab.json")) && there(format!("{part}/merges.txt")))
    };
    NETWORKS.iter().filter(|(network, _)| second || *network != "text_encoder_2").all(
        |(network, stem)| {
            there(format!("{network}/config.json")) && weights_whole(&folder.join(network), stem)
        },
    ) && tokenizer("tokenizer")
        && (!second || tokenizer("tokenizer_2"))
        && there("scheduler/scheduler_config.json".to_owned())
}

/// Whether a network's weights are whole: the file, or all that its index names.
fn weights_whole(folder: &Path, stem: &str) -> bool {
    let first = FORMS.map(|end| folder.join(format!("{stem}{end}"))).into_iter();
    let Some(file) = first.into_iter().find(|file| file.is_file()) else { return false };
    if file.extension().is_none_or(|end| end != "json") {
        return true;
    }
    let index = disk::small(&file)
        .and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).ok());
    let shards = index.as_ref().and_then(|index| index.get("weight_map")?.as_object());
    shards.is_some_and(|shards| {
        let mut names: Vec<&str> = shards.values().filter_map(Value::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names.iter().all(|name| disk::is_file_name(name) && folder.join(name).is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stabilityai/sdxl-turbo and runwayml's SD 1.5 have, shortened.
    const REPOSITORY: &[&str] = &[
        ".gitattributes",
        "README.md",
        "model_index.json",
        "sd_xl_turbo_1.0.safetensors",
        "scheduler/scheduler_config.json",
        "text_encoder/config.json",
        "text_encoder/model.safetensors",
        "text_encoder/model.fp16.safetensors",
        "text_encoder/model.onnx",
        "text_encoder/pytorch_model.bin",
        "text_encoder_2/config.json",
        "text_encoder_2/model.fp16.safetensors",
        "tokenizer/merges.txt",
        "tokenizer/vocab.json",
        "tokenizer_2/vocab.json",
        "safety_checker/model.safetensors",
        "unet/config.json",
        "unet/diffusion_pytorch_model-00001-of-00002.safetensors",
        "unet/diffusion_pytorch_model-00002-of-00002.safetensors",
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "unet/diffusion_pytorch_model.safetensors.index.json",
        "unet/diffusion_pytorch_model.non_ema.safetensors",
        "vae/config.json",
        "vae/diffusion_pytorch_model.safetensors",
        "vae/../../evil/config.json",
        "../unet/config.json",
    ];

    #[test]
    fn one_form_of_each_network_and_nothing_else_is_needed() {
        let chosen = needed(REPOSITORY).expect("whole");
        let left: Vec<&&str> = REPOSITORY.iter().filter(|path| !chosen.contains(path)).collect();
        assert_eq!(
            left,
            [
                &".gitattributes",
                &"README.md",
                &"sd_xl_turbo_1.0.safetensors",
                &"text_encoder/model.fp16.safetensors",
                &"text_encoder/model.onnx",
                &"text_encoder/pytorch_model.bin",
                &"safety_checker/model.safetensors",
                &"unet/diffusion_pytorch_model.fp16.safetensors",
                &"unet/diffusion_pytorch_model.non_ema.safetensors",
                &"vae/../../evil/config.json",
                &"../unet/config.json",
            ]
        );
    }

    #[test]
    fn a_repository_without_index_or_safetensors_is_named() {
        assert_eq!(needed(&["unet/config.json"]), Err(Lacking::Index));
        let only_bin = ["model_index.json", "unet/diffusion_pytorch_model.bin"];
        assert_eq!(needed(&only_bin), Err(Lacking::Weights("unet")));
    }

    #[test]
    fn shards_belong_to_their_own_variant() {
        let stem = "model";
        for (name, form, belongs) in [
            ("model-00001-of-00002.safetensors", FORMS[1], true),
            ("model.fp16-00001-of-00002.safetensors", FORMS[1], false),
            ("model.fp16-00001-of-00002.safetensors", FORMS[3], true),
            ("model-00001-of-00002.fp16.safetensors", FORMS[4], true),
            ("model-00001-of-00002.safetensors", FORMS[0], false),
            ("model-1-of-x.safetensors", FORMS[1], false),
            ("model_ema-00001-of-00002.safetensors", FORMS[1], false),
        ] {
            assert_eq!(of_form(name, stem, form), belongs, "{name} {form}");
        }
    }
}

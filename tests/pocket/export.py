"""Writes the pocket model in diffusers' folder layout, weights as 16 bit floats.

    python export.py PICTURES WORK VOCABULARY MODEL

VOCABULARY holds CLIP's vocab.json and merges.txt. Measures what it writes: the noise that
rounding adds, the linear preview and its R2, the autoencoder's PSNR on held-out pictures.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

import autoencoder
import network
import world
from autoencoder import floats

EXAMPLE = "a red cat on a blue background"
STEPS, GUIDANCE = 20, 4.0

PARTS = {
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


DIFFUSERS = "0.42.1"

TEXT = {
    "architectures": ["CLIPTextModel"],
    "attention_dropout": 0.0,
    "bos_token_id": 0,
    "eos_token_id": 2,
    "hidden_act": "quick_gelu",
    "hidden_size": network.WIDTH,
    "initializer_factor": 1.0,
    "initializer_range": 0.02,
    "intermediate_size": 4 * network.WIDTH,
    "layer_norm_eps": 1e-05,
    "max_position_embeddings": network.PLACES,
    "model_type": "clip_text_model",
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "pad_token_id": 1,
    "projection_dim": network.WIDTH,
    "torch_dtype": "float16",
    "vocab_size": network.VOCABULARY,
}

PIECE = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
SPECIAL = {
    "bos_token": {"content": "<|startoftext|>", **PIECE},
    "eos_token": {"content": "<|endoftext|>", **PIECE},
    "pad_token": "<|endoftext|>",
    "unk_token": {"content": "<|endoftext|>", **PIECE},
}
TOKENIZER = {
    "add_prefix_space": False,
    "bos_token": "<|startoftext|>",
    "do_lower_case": True,
    "eos_token": "<|endoftext|>",
    "model_max_length": network.PLACES,
    "pad_token": "<|endoftext|>",
    "tokenizer_class": "CLIPTokenizer",
    "unk_token": "<|endoftext|>",
}


def write(path, value):
    """A JSON file, indented as diffusers does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


# Bits of each weight's mantissa that are kept, of 10.
MANTISSA = {"unet": 5, "vae": 7, "text_encoder": 6}


def halves(state, part):
    """Weights as 16 bit floats, rounded further: zeros at the end of each pack well."""
    dropped = 10 - MANTISSA[part]
    out = {}
    for key, value in state.items():
        if value.is_floating_point():
            bits = value.half().contiguous().clone().view(torch.int16)
            # Sign and magnitude: adding half a unit rounds the magnitude, whatever the sign.
            half_unit = 1 << (dropped - 1)
            rounded = (bits.to(torch.int32) + half_unit) >> dropped << dropped
            out[key] = rounded.to(torch.int16).view(torch.float16)
    return out


def keep(path, state):
    """A safetensors file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, metadata={"format": "pt"})
    path.chmod(0o644)


def plain(config, name):
    """A diffusers configuration without what belongs to one machine."""
    own = {k: v for k, v in dict(config).items() if not k.startswith("_")}
    return {"_class_name": name, "_diffusers_version": DIFFUSERS} | own


def full_text(small, vocabulary, words):
    """The text encoder's weights with the whole vocabulary: rows that were not trained are zero."""
    state = {}
    for key, value in small.items():
        key = key.removeprefix("text_model.")
        if key.endswith("position_ids"):
            continue
        state["text_model." + key] = value
    key = "text_model.embeddings.token_embedding.weight"
    table = torch.zeros(network.VOCABULARY, network.WIDTH)
    table[network.START], table[network.END] = state[key][0], state[key][1]
    for word, row in network.compact(words).items():
        table[vocabulary[word + "</w>"]] = state[key][row]
    for word, like in world.ALIKE.items():
        table[vocabulary[word + "</w>"]] = table[vocabulary[like + "</w>"]]
    state[key] = table
    return state


def preview(vae, fitted, fresh):
    """Least squares from latents to each cell's mean colour, and R2 on pictures not fitted on."""
    with torch.no_grad():

        def sides(pictures):
            z = vae.encode(floats(pictures)).latent_dist.mean * vae.config.scaling_factor
            z = z.permute(0, 2, 3, 1).reshape(-1, 4)
            colour = pictures.reshape(-1, 16, 4, 16, 4, 3).mean((2, 4)) / 255
            one = torch.ones(len(z), 1)
            return torch.cat([z, one], 1).double(), torch.from_numpy(colour.reshape(-1, 3)).double()

        a, b = sides(fitted)
        map_ = torch.linalg.lstsq(a, b).solution
        a, b = sides(fresh)
        r2 = 1 - (a @ map_ - b).pow(2).sum() / (b - b.mean(0)).pow(2).sum()
    rounded = [[round(v, 5) for v in row] for row in map_.tolist()]
    return {"matrix": rounded[:4], "bias": rounded[4], "r2": round(r2.item(), 4)}


def export_autoencoder(work, model, held):
    """The autoencoder, as it is after rounding, and what was measured of it."""
    vae = network.autoencoder()
    first = torch.load(work / "autoencoder.levelled.pt")
    vae.load_state_dict(first["weights"])
    exact = autoencoder.psnr(vae, held)
    rounded = halves(vae.state_dict(), "vae")
    vae.load_state_dict({k: v.float() for k, v in rounded.items()})
    keep(model / "vae" / "diffusion_pytorch_model.safetensors", rounded)
    write(model / "vae" / "config.json", plain(vae.config, "AutoencoderKL"))
    return vae, {
        "vae_psnr_db": round(exact, 2),
        "vae_psnr_db_f16": round(autoencoder.psnr(vae, held), 2),
        "vae_minutes": round(first["minutes"], 1),
        "vae_polish_minutes": round(first.get("polished", 0.0), 1),
    }


def export_predictor(work, model, vocabulary):
    """The noise predictor and the text encoder, from the averaged weights of the training."""
    words = world.words()
    unet, text = network.unet(), network.text_encoder(3 + len(words))
    results, state = {}, work / "diffusion.pt"
    if state.exists():
        state = torch.load(state)
        torch.nn.ModuleList([unet, text]).load_state_dict(state["average"])
        results = {"samples": state["step"] * 32, "unet_minutes": round(state["busy"] / 60, 1)}
    keep(model / "unet" / "diffusion_pytorch_model.safetensors", halves(unet.state_dict(), "unet"))
    write(model / "unet" / "config.json", plain(unet.config, "UNet2DConditionModel"))
    full = full_text(text.state_dict(), vocabulary, words)
    keep(model / "text_encoder" / "model.safetensors", halves(full, "text_encoder"))
    write(model / "text_encoder" / "config.json", TEXT)
    results["weights"] = {
        "text_encoder": sum(v.numel() for v in full.values()),
        "text_encoder_trained": sum(p.numel() for p in text.parameters()),
        "unet": sum(p.numel() for p in unet.parameters()),
    }
    return results


def export_tokenizer(source, model):
    """CLIP's vocabulary and merges, with the two small files that name its special tokens."""
    folder = model / "tokenizer"
    folder.mkdir(exist_ok=True)
    for name in ("vocab.json", "merges.txt"):
        if (source / name).resolve() != (folder / name).resolve():
            shutil.copyfile(source / name, folder / name)
    write(folder / "special_tokens_map.json", SPECIAL)
    write(folder / "tokenizer_config.json", TOKENIZER)


def export_card(model, seen, file):
    """safelight.json: what this program knows of the model beyond diffusers' files."""
    write(
        model / "safelight.json",
        {
            "steps": STEPS,
            "guidance": GUIDANCE,
            "example": EXAMPLE,
            "preview": seen,
            "taught": {
                "things": list(world.THINGS),
                "colours": list(world.COLOURS),
                "backgrounds": list(world.BACKGROUNDS),
                "sizes": [w for words in world.SIZES.values() for w in words],
                "other": [*world.WORLD["others"], *world.ALIKE],
            },
            "sample": "sample.png",
        },
    )
    fits = (file["captions"] == EXAMPLE) & (file["drawings"] == 1) & (file["sizes"] == world.BIG)
    sample = file["pictures"][np.nonzero(fits)[0][0]]
    Image.fromarray(sample).save(model / "sample.png", optimize=True)


def main():
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser()
    for name in ("pictures", "work", "vocabulary", "model"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    model = options.model
    file = np.load(options.pictures / "train.npz")
    held = np.load(options.pictures / "held.npz")["pictures"][:160]

    index = {"_class_name": "StableDiffusionPipeline", "_diffusers_version": DIFFUSERS}
    write(model / "model_index.json", index | PARTS | {"requires_safety_checker": False})
    write(model / "scheduler" / "scheduler_config.json", network.SCHEDULER)
    export_tokenizer(options.vocabulary, model)
    vae, results = export_autoencoder(options.work, model, held)
    vocabulary = json.loads((options.vocabulary / "vocab.json").read_text())
    results |= export_predictor(options.work, model, vocabulary)
    results["weights"]["vae"] = sum(p.numel() for p in vae.parameters())
    seen = preview(vae, file["pictures"][:1000], held)
    export_card(model, seen, file)
    results["preview_r2"] = seen["r2"]
    results["bytes"] = sum(f.stat().st_size for f in model.rglob("*") if f.is_file())
    write(options.work / "results.json", results)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()

"""The three networks of the pocket model, and how they are read and written.

All are standard classes; only their sizes are small. The text encoder is trained with a table of
the words in use and gets the full vocabulary when it is exported: every other row is zero.
"""

import hashlib
import math

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

from dice import Dice

START, END = 49406, 49407
VOCABULARY = 49408
PLACES = 77
WIDTH = 64

SCHEDULER = {
    "_class_name": "DDIMScheduler",
    "_diffusers_version": "0.42.1",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "prediction_type": "v_prediction",
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "timestep_spacing": "trailing",
    "trained_betas": None,
}


def autoencoder():
    """The autoencoder: 64x64 pixels to 16x16 cells of four channels."""
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(24, 48, 64),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=2,
        sample_size=64,
        scaling_factor=1.0,
    )


def unet():
    """The noise predictor (here of v): three levels, attention to the words at 8x8 and 4x4."""
    return UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(40, 80, 112),
        layers_per_block=1,
        attention_head_dim=2,
        norm_num_groups=8,
        cross_attention_dim=WIDTH,
    )


def text_encoder(ids):
    """The text encoder over `ids` table rows (a few in training, the whole vocabulary later)."""
    config = CLIPTextConfig(
        vocab_size=ids,
        hidden_size=WIDTH,
        intermediate_size=4 * WIDTH,
        projection_dim=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=PLACES,
        hidden_act="quick_gelu",
        pad_token_id=0,
        bos_token_id=0,
        eos_token_id=1,
    )
    # Eager attention: the fastest of the choices at this width, and the one that is compared.
    return CLIPTextModel._from_config(config, attn_implementation="eager")


def compact(words):
    """Row of every word in the training table: 0 start, 1 end and padding, 2 unknown, then words."""
    return {word: row for row, word in enumerate(words, 3)}


def rows(sentence, table):
    """A sentence as 77 rows of the training table."""
    inner = [table.get(word, 2) for word in sentence.split()]
    return ([0, *inner, 1] + [1] * PLACES)[:PLACES]


def alphas_cumprod():
    """The share of the picture that is left at each of the 1000 timesteps."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()


def uniforms(dice, count):
    """The next numbers of a stream, 0 up to 1, all at once."""
    gamma, m1, m2 = (
        np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
    )
    with np.errstate(over="ignore"):
        z = np.uint64(dice.state) + gamma * np.arange(1, count + 1, dtype=np.uint64)
        z = (z ^ (z >> np.uint64(30))) * m1
        z = (z ^ (z >> np.uint64(27))) * m2
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


@torch.no_grad()
def begin(model, seed, place):
    """Untrained weights that a name and a seed decide; `place` is the folder, unet or text_encoder.

    Norms 1 and 0, biases 0, embeddings even in +-0.035, everything else even in +-1/sqrt(inputs).
    """
    for name, weight in model.named_parameters():
        name = name.removeprefix("text_model.")
        key = int.from_bytes(hashlib.sha256(f"{place}/{name}".encode()).digest()[:8], "big")
        if weight.dim() < 2:
            weight.fill_(0.0 if name.endswith("bias") else 1.0)
            continue
        bound = 0.035 if "embedding.weight" in name else 1 / math.sqrt(weight[0].numel())
        numbers = uniforms(Dice(seed, key), weight.numel())
        weight.copy_(torch.from_numpy((numbers * 2 - 1) * bound).view(weight.shape))

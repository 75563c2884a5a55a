"""Draws with an exported model folder, through the standard classes and in 32 bit floats."""

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

import drawing


class Model:
    """The parts of a model folder."""

    def __init__(self, folder):
        read = {"torch_dtype": torch.float32}
        self.tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
        self.text = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32)
        self.unet = UNet2DConditionModel.from_pretrained(folder / "unet", **read)
        self.vae = AutoencoderKL.from_pretrained(folder / "vae", **read)

    @torch.no_grad()
    def states(self, prompts):
        """Text states [B, 77, 64]."""
        ids = self.tokenizer(
            list(prompts), padding="max_length", max_length=77, truncation=True, return_tensors="pt"
        ).input_ids
        return self.text(ids).last_hidden_state

    def draw(self, prompts, seeds, steps=20, guidance=4.0):
        """Pictures [B, 64, 64, 3] of bytes."""
        out = []
        for at in range(0, len(prompts), 32):
            part = slice(at, at + 32)
            z = drawing.latents(
                self.unet,
                self.states(prompts[part]),
                self.states([""]),
                seeds[part],
                steps,
                guidance,
            )
            out.append(drawing.pictures(self.vae, z))
        return np.concatenate(out)

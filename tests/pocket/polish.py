"""Trains the decoder alone a while longer, on the latents that the noise predictor has learned.

    python polish.py PICTURES WORK --until 16:48

The encoder stays as it is, so that a noise predictor trained on its latents stays right. A little
noise on the latents teaches the decoder to draw flat areas flat from latents that are not exact.
"""

import argparse
import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import autoencoder
import network
from autoencoder import floats, seconds_until

NOISE = 0.1
CELLS = 10  # side of a crop, in latent cells


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pictures", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--until", required=True)
    parser.add_argument("--rate", type=float, default=1e-3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    pictures = np.load(options.pictures / "train.npz")["pictures"]
    test = np.load(options.pictures / "held.npz")["pictures"][:160]
    latents = torch.load(options.work / f"latents-{options.pictures.name}.pt")
    saved = options.work / "autoencoder.levelled.pt"
    state = torch.load(saved)
    model = network.autoencoder()
    model.load_state_dict(state["weights"])
    average = copy.deepcopy(model).requires_grad_(False)
    weights = [*model.decoder.parameters(), *model.post_quant_conv.parameters()]
    shadow = [*average.decoder.parameters(), *average.post_quant_conv.parameters()]
    adam = torch.optim.AdamW(weights, lr=options.rate, betas=(0.9, 0.99), weight_decay=1e-3)
    chance = np.random.default_rng()
    start, length, step = time.time(), seconds_until(options.until), 0
    while (done := (time.time() - start) / length) < 1:
        rate = options.rate * min(1, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * done))
        for group in adam.param_groups:
            group["lr"] = rate
        whole = done > 0.7
        pick = np.sort(chance.integers(len(pictures), size=4 if whole else 8))
        x, z = floats(pictures[pick]), latents[pick]
        if not whole:
            at = chance.integers(0, 16 - CELLS + 1, size=(len(pick), 2))
            z = torch.stack([v[:, i : i + CELLS, j : j + CELLS] for v, (i, j) in zip(z, at)])
            end = 4 * CELLS
            x = torch.stack(
                [p[:, 4 * i : 4 * i + end, 4 * j : 4 * j + end] for p, (i, j) in zip(x, at)]
            )
        y = model.decode(z + NOISE * torch.randn_like(z)).sample
        edges = F.l1_loss(y.diff(dim=2), x.diff(dim=2)) + F.l1_loss(y.diff(dim=3), x.diff(dim=3))
        value = F.l1_loss(y, x) + 2 * F.mse_loss(y, x) + 0.5 * edges
        adam.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        adam.step()
        step += 1
        keep = min(0.996, step / (step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(shadow, weights, 1 - keep)
        if step % 200 == 0:
            print(
                f"step {step}, loss {value:.4f}, {autoencoder.psnr(average, test):.2f} dB",
                flush=True,
            )
    state["weights"] = average.state_dict()
    state["polished"] = state.get("polished", 0.0) + length / 60
    torch.save(state, saved.with_suffix(".partial"))
    saved.with_suffix(".partial").rename(saved)
    print("polished", autoencoder.psnr(average, test), "dB")


if __name__ == "__main__":
    main()

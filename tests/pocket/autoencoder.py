"""Trains the autoencoder on the pictures, then levels its latents.

    python autoencoder.py PICTURES WORK --until 15:30

Goes on from WORK/autoencoder.pt if it is there, else from the autoencoder of the folder that
`--from` names, else from nothing; the learning rate falls to zero at `--until`, a time of day. At the end the latent channels are made uncorrelated with unit deviation by folding
an affine map into quant_conv and post_quant_conv, which changes no picture.
"""

import argparse
import copy
import datetime
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

import network

CROP = 32
NOISE = 0.04  # added to the latents in training, as a share of their deviation


def seconds_until(clock):
    """Seconds from now to a time of day."""
    hour, minute = map(int, clock.split(":"))
    now = datetime.datetime.now()
    end = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (end - now).total_seconds()


def floats(pictures):
    """Bytes [B, 64, 64, 3] as [B, 3, 64, 64] in -1..1."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


def loss(model, x, kl_weight=1e-5):
    """Pixels, edges and squared error, with a little of the usual pull to the normal."""
    posterior = model.encode(x).latent_dist
    z = posterior.sample()
    z = z + NOISE * z.detach().std((0, 2, 3), keepdim=True) * torch.randn_like(z)
    y = model.decode(z).sample
    pixels = F.l1_loss(y, x) + 2 * F.mse_loss(y, x)
    edges = F.l1_loss(y.diff(dim=2), x.diff(dim=2)) + F.l1_loss(y.diff(dim=3), x.diff(dim=3))
    return pixels + 0.5 * edges + kl_weight * posterior.kl().mean()


@torch.no_grad()
def psnr(model, pictures):
    """Mean over pictures of the signal-to-noise ratio in dB, for values in 0..1."""
    total = []
    for at in range(0, len(pictures), 32):
        x = floats(pictures[at : at + 32])
        y = model.decode(model.encode(x).latent_dist.mean).sample.clamp(-1, 1)
        total.append(-10 * torch.log10(((y - x) / 2).pow(2).mean((1, 2, 3))))
    return torch.cat(total).mean().item()


@torch.no_grad()
def level(model, pictures):
    """Whitens the latents: unit deviation, no correlation, mean zero."""
    means = [
        model.encode(floats(pictures[at : at + 64])).latent_dist.mean
        for at in range(0, len(pictures), 64)
    ]
    z = torch.cat(means).permute(0, 2, 3, 1).reshape(-1, 4).double()
    centre, spread = z.mean(0), torch.cov(z.T)
    values, vectors = torch.linalg.eigh(spread)
    forth = vectors @ torch.diag(values.rsqrt()) @ vectors.T
    back = torch.linalg.inv(forth)
    quant, post = model.quant_conv, model.post_quant_conv
    w, b = quant.weight[:, :, 0, 0].double(), quant.bias.double()
    quant.weight[:4, :, 0, 0] = (forth @ w[:4]).float()
    quant.bias[:4] = (forth @ (b[:4] - centre)).float()
    # The log-variances of mixed channels: those of the unmixed ones, scaled; only the mean is used.
    quant.bias[4:] += 2 * torch.log(torch.diag(forth)).float()
    w = post.weight[:, :, 0, 0].double()
    post.bias += (w @ centre).float()
    post.weight[:, :, 0, 0] = (w @ back).float()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pictures", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--until", required=True)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--from", dest="source", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    options.work.mkdir(parents=True, exist_ok=True)
    pictures = np.load(options.pictures / "train.npz")["pictures"]
    test = np.load(options.pictures / "held.npz")["pictures"][:160]
    model = network.autoencoder()
    if options.source:
        kept = load_file(options.source / "vae" / "diffusion_pytorch_model.safetensors")
        model.load_state_dict({name: weight.float() for name, weight in kept.items()})
    average = copy.deepcopy(model).requires_grad_(False)
    saved = options.work / "autoencoder.pt"
    spent = 0.0
    if saved.exists():
        state = torch.load(saved)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        spent = state["minutes"]
    adam = torch.optim.AdamW(
        model.parameters(), lr=options.rate, betas=(0.9, 0.99), weight_decay=1e-3
    )
    chance = np.random.default_rng()
    start, length, step, told = time.time(), seconds_until(options.until), 0, 0.0
    while (done := (time.time() - start) / length) < 1:
        rate = options.rate * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * done))
        for group in adam.param_groups:
            group["lr"] = rate
        if done < 0.75:
            x = floats(pictures[np.sort(chance.integers(len(pictures), size=8))])
            at = chance.integers(0, 64 - CROP + 1, size=(8, 2)) // 4 * 4
            x = torch.stack([p[:, i : i + CROP, j : j + CROP] for p, (i, j) in zip(x, at)])
        else:
            x = floats(pictures[np.sort(chance.integers(len(pictures), size=4))])
        value = loss(model, x)
        adam.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        step += 1
        keep = min(0.996, step / (step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)
        if time.time() - told > 60:
            told = time.time()
            minutes = spent + (told - start) / 60
            print(
                f"{minutes:.1f} min, step {step}, loss {value:.4f}, {psnr(average, test):.2f} dB",
                flush=True,
            )
            state = {
                "model": model.state_dict(),
                "average": average.state_dict(),
                "minutes": minutes,
            }
            torch.save(state, saved.with_suffix(".partial"))
            saved.with_suffix(".partial").rename(saved)
    level(average, pictures[:4096])
    result = {
        "weights": average.state_dict(),
        "psnr": psnr(average, test),
        "minutes": spent + length / 60,
    }
    torch.save(result, options.work / "autoencoder.levelled.pt")
    print("levelled", result["psnr"], "dB")


if __name__ == "__main__":
    main()

"""Trains a few steps from nothing and writes down their losses, for the program to follow.

    python follow.py MODEL REFERENCE --steps 60
    safelight train pocket --out FOLLOWED --recipe follow.toml
    python follow.py MODEL REFERENCE --ours FOLLOWED/training/pocket.safetensors --picture CURVES.png

96 pictures of eight things, encoded by MODEL's autoencoder. Writes REFERENCE/train_follow.json
(losses, captions, seconds a step) and REFERENCE/train_follow.safetensors (the latents, 16 bit).
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import network
import render
import train
import world
from autoencoder import floats

PICTURES = 96
STAGE = world.Stage(things=8, drawings=1, sizes=(world.BIG,))
RATE = 1.4e-3


def draw(options):
    """Both losses over the steps, and how far they are apart."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    theirs = json.loads((options.reference / "train_follow.json").read_text())["losses"]
    ours = load_file(options.ours)["losses"].tolist()[: len(theirs)]
    steps = range(1, len(ours) + 1)
    figure, (upper, lower) = pyplot.subplots(
        2, 1, figsize=(8, 5.4), sharex=True, height_ratios=(3, 1), layout="constrained"
    )
    upper.plot(steps, theirs[: len(ours)], color="#cd550a", lw=3.5, alpha=0.5, label="PyTorch")
    upper.plot(steps, ours, color="#005aa0", lw=1.2, label="safelight train")
    upper.set(ylabel="loss (squared error of v)", title="The same steps in both trainers")
    upper.legend(frameon=False)
    apart = [100 * abs(a - b) / b for a, b in zip(ours, theirs)]
    lower.semilogy(steps, apart, color="#555555", lw=1.2)
    lower.set(xlabel="step (32 pictures each)", ylabel="apart (%)")
    for axis in (upper, lower):
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(options.picture, dpi=120)
    print("greatest difference", max(apart), "%")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("reference", type=Path)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--ours", type=Path, help="checkpoint of the program")
    parser.add_argument("--picture", type=Path, help="both losses in one plot")
    options = parser.parse_args()
    if options.picture:
        draw(options)
        return
    torch.set_num_threads(1)

    scenes = [world.scene(render.SEED, k, STAGE) for k in range(PICTURES)]
    vae = network.autoencoder()
    kept = load_file(options.model / "vae" / "diffusion_pytorch_model.safetensors")
    vae.load_state_dict({name: weight.float() for name, weight in kept.items()})
    with torch.no_grad():
        z = vae.encode(floats(np.stack([render.picture(s) for s in scenes]))).latent_dist.mean
    z = z.half().float()

    run = train.Run(Path(tempfile.mkdtemp()), RATE)
    rows = torch.tensor([network.rows(s.caption, run.table) for s in scenes])
    left = network.alphas_cumprod()[:, None, None, None]
    losses, start = [], time.process_time()
    for step in range(options.steps):
        before = run.loss
        run.learn(z, rows, torch.arange(len(z)), RATE, left)
        share = max(0.005, 1 / (step + 1))
        losses.append(round((run.loss - before) / share + before, 6))
        print(step + 1, losses[-1], flush=True)
    seconds = (time.process_time() - start) / options.steps

    save_file({"latents": z.half().contiguous()}, options.reference / "train_follow.safetensors")
    facts = {
        "made_by": "tests/pocket/follow.py",
        "torch": torch.__version__,
        "seconds_a_step": round(seconds, 3),
        "captions": [s.caption for s in scenes],
        "losses": losses,
    }
    (options.reference / "train_follow.json").write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()

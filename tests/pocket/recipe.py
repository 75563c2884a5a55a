"""Measures an exported model folder and keeps how it was made beside it, in recipe.json.

    python recipe.py PICTURES WORK MODEL

Every held-out combination is drawn with three seeds at the default settings and put before the
judge; the same with other guidance scales and steps on a third of them, and the likeness of seeds.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

import judge
import world
from folder import Model


def main():
    parser = argparse.ArgumentParser()
    for name in ("pictures", "work", "model"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model, judges = Model(options.model), judge.from_folder(options.pictures)
    held = sorted(world.held_out())

    drawn = [
        model.draw([world.caption(*c) for c in held], [seed] * len(held)) for seed in (7, 8, 9)
    ]
    counts = judges.count(np.concatenate(drawn), held * 3)
    weak = {}
    for k, c in enumerate(held * 3):
        said = judges.verdict(drawn[k // len(held)][k % len(held)])
        if said[1] != c[1]:
            weak.setdefault(c[1], []).append(said[1])
    between = np.abs(drawn[0].astype(float) - drawn[1]).mean()
    order = np.random.default_rng(0).permutation(len(held))
    apart = np.abs(drawn[0].astype(float) - drawn[0][order]).mean()
    other = {}
    for steps, guidance in ((20, 1.0), (20, 7.0), (10, 4.0)):
        part = held[::3]
        pictures = model.draw([world.caption(*c) for c in part], [7] * len(part), steps, guidance)
        other[f"{steps} steps, guidance {guidance:g}"] = judges.count(pictures, part)
    results = json.loads((options.work / "results.json").read_text())
    recipe = {
        "pictures": "16 drawings x 8 colours x 8 backgrounds, one drawing and one size a thing; tilt, move and shade vary; 20 pictures of each of 832 combinations",
        "held_out": f"{len(held)} combinations of colour, thing and background, never shown in training",
        "autoencoder": "L1 + 2 MSE + 0.5 L1 of differences + 1e-5 KL, latent noise 0.04, AdamW 2e-3 cosine, average 0.996; batch 8 of 32x32 crops, last quarter batch 4 of whole pictures; latents whitened",
        "diffusion": "v prediction, scaled linear, AdamW 1.5e-3 cosine, batch 32, average 0.998, empty caption 10 %, timesteps bent to the middle after a fifth of the time; text encoder trained jointly",
        "hardware": "one thread of a shared two-core machine, 32 bit floats; weights rounded to 16 bits at the end",
        **results,
        "held_out_3_seeds": {"pictures": 3 * len(held), **counts},
        "things_mistaken_for": weak,
        "other_settings_1_seed": other,
        "seed_distance_over_prompt_distance": round(between / apart, 3),
        "curve": json.loads((options.work / "curve.json").read_text()),
    }
    (options.model / "recipe.json").write_text(json.dumps(recipe, indent=1) + "\n")
    print(json.dumps({k: v for k, v in recipe.items() if k != "curve"}, indent=1))


if __name__ == "__main__":
    main()

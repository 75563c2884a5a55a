"""Keeps how a model folder was made beside it, in recipe.json, with what was measured of it.

    safelight train eval --json | tail -1 > EVAL
    python recipe.py WORK MODEL EVAL

What the held-out prompts give is measured by the program, not here: anyone can run that again.
"""

import argparse
import json
from pathlib import Path

import world


def main():
    parser = argparse.ArgumentParser()
    for name in ("work", "model", "evaluation"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    recipe = {
        "pictures": f"{len(world.THINGS)} things x {world.DRAWINGS} drawings x {len(world.COLOURS)} "
        f"colours x {len(world.BACKGROUNDS)} backgrounds x 2 sizes; mirrored or not, tilt, place, "
        "scale and shade vary; 48,000 pictures, seed 1",
        "held_out": f"{len(world.combinations(True))} combinations of thing and two colours, one in "
        "ten by the hash of the caption, never shown in training",
        "autoencoder": "L1 + 2 MSE + 0.5 L1 of differences + 1e-5 KL, latent noise 0.04; AdamW "
        "2e-3 (later 1.2e-3) cosine, average 0.996; batch 8 of 32x32 crops, last quarter batch 4 of "
        "whole pictures; latents whitened; at the end the decoder alone, latent noise 0.1, AdamW 1e-3",
        "diffusion": "v prediction, scaled linear; AdamW 1.4e-3, warm-up 150 steps, straight fall at "
        "the end, batch 32, average 0.998, empty caption 10 %, timesteps bent to the middle from "
        "step 1,000; text encoder trained jointly; seed 3",
        "hardware": "one thread of a busy two-core AMD EPYC, 32 bit floats, PyTorch 2.15",
        **json.loads((options.work / "results.json").read_text()),
        "evaluation": json.loads(options.evaluation.read_text()),
        "stages": json.loads((options.work / "stages.json").read_text()),
        "curve_judge": "thing as the judge of that time counted it, by silhouette and edges: it was "
        "stricter about lines that are a little off",
        "curve": json.loads((options.work / "curve.json").read_text()),
    }
    (options.model / "recipe.json").write_text(json.dumps(recipe, indent=1) + "\n")
    print(json.dumps({k: v for k, v in recipe.items() if k != "curve"}, indent=1))


if __name__ == "__main__":
    main()

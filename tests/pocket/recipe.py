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

import drawing
import judge
import network
import world
from folder import Model


def unrounded(work, vae, combinations, seed):
    """Pictures drawn with the weights as they were trained, in 32 bit floats."""
    table = network.compact(world.words())
    unet, text = network.unet(), network.text_encoder(3 + len(table))
    torch.nn.ModuleList([unet, text]).load_state_dict(torch.load(work / "diffusion.pt")["average"])
    rows = [network.rows(world.caption(*c), table) for c in combinations]
    with torch.no_grad():
        states = text(torch.tensor([network.rows("", table), *rows])).last_hidden_state
    z = drawing.latents(unet, states[1:], states[:1], [seed] * len(rows))
    return drawing.pictures(vae, z)


def mistaken(judges, pictures, combinations):
    """For each thing that was not recognised, what the judge took it for."""
    wrong = {}
    for picture, (_, thing, _) in zip(pictures, combinations):
        said = judges.verdict(picture)[1]
        if said != thing:
            wrong.setdefault(thing, []).append(said)
    return wrong


def main():
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser()
    for name in ("pictures", "work", "model"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    model, judges = Model(options.model), judge.from_folder(options.pictures)
    held = sorted(world.held_out())

    prompts = [world.caption(*c) for c in held]
    drawn = [model.draw(prompts, [seed] * len(held)) for seed in (7, 8, 9)]
    everything = np.concatenate(drawn)
    between = np.abs(drawn[0].astype(float) - drawn[1]).mean()
    order = np.random.default_rng(0).permutation(len(held))
    apart = np.abs(drawn[0].astype(float) - drawn[0][order]).mean()
    part = held[::3]
    exact = unrounded(options.work, model.vae, part, 7)
    rounding = np.abs(exact.astype(float) - drawn[0][::3]).mean()
    other = {}
    for steps, guidance in ((20, 1.0), (20, 7.0), (10, 4.0)):
        pictures = model.draw(prompts[::3], [7] * len(part), steps, guidance)
        other[f"{steps} steps, guidance {guidance:g}"] = judges.count(pictures, part)
    file = np.load(options.pictures / "held.npz")
    real = [tuple(map(str, file["combinations"][i])) for i in file["index"][:400]]

    recipe = {
        "pictures": f"{len(world.THINGS)} drawings x {len(world.COLOURS)} colours x "
        f"{len(world.BACKGROUNDS)} backgrounds, one drawing and one size a thing; tilt, move, scale "
        f"and shade vary; 20 pictures of each of {len(world.combinations())} combinations",
        "held_out": f"{len(held)} combinations of thing and two colours, never shown in training",
        "autoencoder": "L1 + 2 MSE + 0.5 L1 of differences + 1e-5 KL, latent noise 0.04; AdamW "
        "2e-3 cosine, average 0.996; batch 8 of 32x32 crops, last quarter batch 4 of whole "
        "pictures; latents whitened; at the end the decoder alone, latent noise 0.1, AdamW 1e-3",
        "diffusion": "v prediction, scaled linear; AdamW 1.5e-3 cosine, batch 32, average 0.998, "
        "empty caption 10 %, timesteps bent to the middle after a fifth of the time; text encoder "
        "trained jointly",
        "hardware": "one thread of a busy two-core machine, 32 bit floats",
        **json.loads((options.work / "results.json").read_text()),
        "held_out_3_seeds": {"pictures": len(everything), **judges.count(everything, held * 3)},
        "things_mistaken_for": mistaken(judges, everything, held * 3),
        "other_settings_1_seed": {"pictures": len(part), **other},
        "judge_on_real_pictures": judges.count(file["pictures"][:400], real),
        "rounding_to_16_bits": {
            "mean_pixel_change_of_255": round(float(rounding), 3),
            "unrounded": judges.count(exact, part),
            "rounded": judges.count(drawn[0][::3], part),
        },
        "seed_distance_over_prompt_distance": round(float(between / apart), 3),
        "stages": json.loads((options.work / "stages.json").read_text())
        if (options.work / "stages.json").exists()
        else [],
        "curve": json.loads((options.work / "curve.json").read_text()),
    }
    (options.model / "recipe.json").write_text(json.dumps(recipe, indent=1) + "\n")
    print(json.dumps({k: v for k, v in recipe.items() if k != "curve"}, indent=1))


if __name__ == "__main__":
    main()

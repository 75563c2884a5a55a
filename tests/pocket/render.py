"""Draws training pictures: a drawing, its colours and its pose in, 64x64 pixels out.

    python render.py FOLDER [--each 20] [--processes 2]

writes FOLDER/train.npz (pictures, and which combination each shows) and FOLDER/held.npz (the
held-out combinations, for the judge's own test).
"""

import argparse
import io
import random
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

import world

SIZE = 64
OVER = 2  # drawn this many times larger, then averaged in boxes


def shaded(rgb, factor):
    """A colour a little lighter or darker, as CSS."""
    return "rgb({},{},{})".format(*(max(0, min(255, round(v * factor))) for v in rgb))


def style(colour, factor):
    """The style sheet that gives a drawing its colours."""
    fill, dark, light, line = (shaded(c, factor) for c in world.COLOURS[colour])
    edge = f"stroke:{line};stroke-width:4;stroke-linejoin:round"
    return (
        f".fill{{fill:{fill};{edge}}}.dark{{fill:{dark};{edge}}}.light{{fill:{light}}}"
        f".line{{fill:none;stroke:{line};stroke-width:4;stroke-linecap:round;stroke-linejoin:round}}"
        f".grip{{fill:none;stroke:{fill};stroke-width:6}}"
    )


def picture(colour, thing, background, chance):
    """One picture as an array [64, 64, 3] of bytes; `chance` moves, tilts and shades it."""
    tilt = chance.uniform(-9, 9)
    scale = chance.uniform(0.76, 0.87)
    x, y = chance.uniform(-5, 5), chance.uniform(-5, 5)
    ground = shaded(world.BACKGROUNDS[background], chance.uniform(0.94, 1.04))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" '
        f'width="{SIZE * OVER}" height="{SIZE * OVER}">'
        f"<style>{style(colour, chance.uniform(0.94, 1.05))}</style>"
        f'<rect width="100" height="100" fill="{ground}"/>'
        f'<g transform="translate({50 + x:.2f} {50 + y:.2f}) rotate({tilt:.2f}) scale({scale:.3f}) '
        f'translate(-50 -50)">{world.drawing(thing)}</g></svg>'
    )
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    large = np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGB"), np.float32)
    boxes = large.reshape(SIZE, OVER, SIZE, OVER, 3).mean((1, 3))
    return np.clip(boxes + 0.5, 0, 255).astype(np.uint8)


def batch(job):
    """The pictures of one job: combinations and a seed."""
    seed, combinations = job
    chance = random.Random(seed)
    return np.stack([picture(*c, chance) for c in combinations])


def draw_all(combinations, each, processes, seed):
    """`each` pictures of every combination, mixed; with the index of the combination."""
    order = [i for i in range(len(combinations)) for _ in range(each)]
    random.Random(seed).shuffle(order)
    jobs = [
        (f"{seed} {at}", [combinations[i] for i in order[at : at + 100]])
        for at in range(0, len(order), 100)
    ]
    with Pool(processes) as pool:
        parts = pool.map(batch, jobs, chunksize=1)
    return np.concatenate(parts), np.array(order)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, combinations, each in (
        ("held", sorted(world.held_out()), 8),
        ("train", world.combinations(), options.each),
    ):
        pictures, index = draw_all(combinations, each, options.processes, name)
        np.savez(
            options.folder / f"{name}.npz",
            pictures=pictures,
            index=index,
            combinations=np.array(combinations),
        )
        print(name, pictures.shape)


if __name__ == "__main__":
    main()

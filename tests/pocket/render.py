"""Draws training pictures: a drawing, its colours and its pose in, 64x64 pixels out.

    python render.py FOLDER [--pictures 40000] [--first]

writes FOLDER/train.npz and FOLDER/held.npz: pictures, captions and what each shows. `--first` draws
the first stage of the recipe, which is smaller: 24 things, one drawing, big only.
"""

import argparse
import io
import math
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

import world

SIZE = 64
OVER = 2  # drawn this many times larger, then averaged in boxes
SEED, HELD_SEED = 1, 2
FIRST = world.Stage(things=24, drawings=1, sizes=(world.BIG,))


def shaded(rgb, factor):
    """A colour a little lighter or darker, as CSS."""
    return "rgb({},{},{})".format(*(max(0, min(255, math.floor(v * factor + 0.5))) for v in rgb))


def style(colour, factor):
    """The style sheet that gives a drawing its colours."""
    fill, dark, light, line = (shaded(c, factor) for c in world.COLOURS[colour])
    edge = f"stroke:{line};stroke-width:4;stroke-linejoin:round"
    return (
        f".fill{{fill:{fill};{edge}}}.dark{{fill:{dark};{edge}}}.light{{fill:{light}}}"
        f".line{{fill:none;stroke:{line};stroke-width:4;stroke-linecap:round;stroke-linejoin:round}}"
        f".grip{{fill:none;stroke:{fill};stroke-width:6}}"
    )


def svg(s):
    """A scene as SVG."""
    ground = shaded(world.BACKGROUNDS[s.background], s.ground_light)
    across = -s.scale if s.mirrored else s.scale
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" '
        f'width="{SIZE * OVER}" height="{SIZE * OVER}">'
        f"<style>{style(s.colour, s.light)}</style>"
        f'<rect width="100" height="100" fill="{ground}"/>'
        f'<g transform="translate({50 + s.x:.2f} {50 + s.y:.2f}) rotate({s.tilt:.2f}) '
        f'scale({across:.3f} {s.scale:.3f}) translate(-50 -50)">'
        f"{world.drawing(s.thing, s.drawing)}</g></svg>"
    )


def picture(s):
    """One picture as an array [64, 64, 3] of bytes."""
    png = resvg_py.svg_to_bytes(svg_string=svg(s), skip_system_fonts=True)
    large = np.asarray(Image.open(io.BytesIO(bytes(png))).convert("RGB"), np.float32)
    boxes = large.reshape(SIZE, OVER, SIZE, OVER, 3).mean((1, 3))
    return np.clip(boxes + 0.5, 0, 255).astype(np.uint8)


def draw_all(scenes, processes):
    """All pictures of these scenes [N, 64, 64, 3]."""
    with Pool(processes) as pool:
        return np.stack(pool.map(picture, scenes, chunksize=100))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=40000)
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    stage = FIRST if options.first else world.Stage()
    for name, seed, count in (("held", HELD_SEED, 1600), ("train", SEED, options.pictures)):
        scenes = [world.scene(seed, k, stage, name == "held") for k in range(count)]
        np.savez(
            options.folder / f"{name}.npz",
            pictures=draw_all(scenes, options.processes),
            captions=np.array([s.caption for s in scenes]),
            labels=np.array([(s.colour, s.thing, s.background) for s in scenes]),
            drawings=np.array([s.drawing for s in scenes]),
            sizes=np.array([s.size for s in scenes]),
        )
        print(name, count, flush=True)


if __name__ == "__main__":
    main()

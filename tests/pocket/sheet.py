"""Makes the two sheets of pictures that show what the pocket model can and cannot draw.

    python sheet.py MODEL SCREENSHOTS

pocket-64.png: 64 held-out combinations, two of each thing, one seed each, none chosen by eye.
pocket-12x3.png: the example and eleven other prompts with the seeds 7, 8 and 9.
"""

import random
import re
import sys
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont

import world
from folder import Model

ZOOM, LABEL, GAP = 2, 26, 6
TWELVE = [
    "a red cat on a blue background",
    "an orange fish on a black background",
    "a green tree on a yellow background",
    "a blue house on a pink background",
    "a white boat on a blue background",
    "a purple flower on a white background",
    "a yellow star on a black background",
    "a red car on a gray background",
    "a blue bird on a green background",
    "an orange cup on a pink background",
    "a purple butterfly on a yellow background",
    "a black umbrella on a red background",
]


def sheet(pictures, labels, columns, path):
    """A grid of enlarged pictures, each with its words below."""
    font = ImageFont.load_default(11)
    side = 64 * ZOOM
    rows = -(-len(pictures) // columns)
    size = (columns * (side + GAP) + GAP, rows * (side + LABEL + GAP) + GAP)
    page = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(page)
    for k, (picture, label) in enumerate(zip(pictures, labels)):
        x = GAP + (k % columns) * (side + GAP)
        y = GAP + (k // columns) * (side + LABEL + GAP)
        page.paste(Image.fromarray(picture).resize((side, side), Image.NEAREST), (x, y))
        pen.multiline_text(
            (x + side / 2, y + side + 1), label, "black", font, "ma", spacing=1, align="center"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    page.save(path, optimize=True)


def broken(prompt):
    """A prompt on two lines."""
    return re.sub(r" (on an? )", r"\n\1", prompt).replace(" background", "")


def main():
    torch.set_num_threads(1)
    model, shots = Model(Path(sys.argv[1])), Path(sys.argv[2])
    chance = random.Random("sheet")
    prompts = []
    for thing in world.THINGS:
        mine = [c for c in world.combinations(True) if c[1] == thing]
        prompts += [world.caption(*c) for c in chance.sample(mine, 2)]
    sheet(
        model.draw(prompts, list(range(1, 65))),
        [broken(p) for p in prompts],
        8,
        shots / "pocket-64.png",
    )
    prompts = [p for p in TWELVE for _ in range(3)]
    labels = [f"{broken(p)}, seed {s}" for p, s in zip(prompts, [7, 8, 9] * 12)]
    sheet(model.draw(prompts, [7, 8, 9] * 12), labels, 6, shots / "pocket-12x3.png")


if __name__ == "__main__":
    main()

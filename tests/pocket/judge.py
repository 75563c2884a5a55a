"""Names what a picture shows, by comparing it with training pictures: no network is asked.

    python judge.py PICTURES           how often the judge is right where the truth is known

background: the palette colour nearest to the middle of the border; thing: the five nearest
reference pictures by the directions of their edges and by their silhouette; colour: the five
nearest histograms of palette colours inside the silhouette.

Directions of edges in overlapping cells (Dalal and Triggs, "Histograms of oriented gradients for
human detection", 2005) bear a line that is a little off. How to compare was chosen on real
held-out drawings that were bent, blurred and blotted on purpose, and on nothing that a model drew.
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy import ndimage

import world

SIDE = 48  # pixels a side to which the thing is brought
CELL = 8  # pixels from one cell of edges to the next; each is two cells wide
DIRECTIONS = 8
OUTLINE = 8  # cells a side of the silhouette
WEIGHT = 0.5  # of the silhouette beside the edges
PALETTE = np.array([shade for four in world.COLOURS.values() for shade in four], np.float32)
ACCENTS = np.array(
    [(122, 74, 33), (76, 175, 80), (243, 198, 74), (191, 230, 247), (246, 234, 208)], np.float32
)
INKS = np.concatenate([PALETTE, ACCENTS])


def background(picture):
    """Name of the background colour, and its measured value."""
    p = picture.astype(np.float32)
    border = np.concatenate(
        [
            p[:3].reshape(-1, 3),
            p[-3:].reshape(-1, 3),
            p[:, :3].reshape(-1, 3),
            p[:, -3:].reshape(-1, 3),
        ]
    )
    colour = np.median(border, 0)
    names = list(world.BACKGROUNDS)
    far = [np.abs(colour - np.array(world.BACKGROUNDS[n])).sum() for n in names]
    return names[int(np.argmin(far))], colour


def silhouette(picture, ground):
    """Where the picture differs from its background, without specks."""
    mask = np.abs(picture.astype(np.float32) - ground).max(-1) > 30
    named, _ = ndimage.label(mask, np.ones((3, 3)))
    sizes = np.bincount(named.ravel())
    sizes[0] = 0
    return mask & (sizes >= max(4, 0.05 * sizes.max()))[named]


def square(picture, mask, side):
    """The square around the silhouette, brought to `side` pixels: two planes from one."""
    ys, xs = np.nonzero(mask)
    top, bottom = np.percentile(ys, (0.5, 99.5)).astype(int)
    left, right = np.percentile(xs, (0.5, 99.5)).astype(int)
    wide = max(bottom - top, right - left) + 1
    at = (np.arange(side) + 0.5) * wide / side - 0.5
    ys, xs = (top + bottom + 1 - wide) / 2 + at, (left + right + 1 - wide) / 2 + at

    def sampled(plane):
        height, width = plane.shape
        full = np.zeros((height + 2, width + 2), np.float32)
        full[1:-1, 1:-1] = plane
        y, x = np.clip(ys + 1, 0, height + 0.999), np.clip(xs + 1, 0, width + 0.999)
        i, j = y.astype(int), x.astype(int)
        fy, fx = (y - i)[:, None], (x - j)[None]
        above = full[i][:, j] * (1 - fx) + full[i][:, j + 1] * fx
        below = full[i + 1][:, j] * (1 - fx) + full[i + 1][:, j + 1] * fx
        return above * (1 - fy) + below * fy

    return sampled(picture), sampled(mask.astype(np.float32))


def unit(numbers):
    return numbers / (np.linalg.norm(numbers) + 1e-6)


def shape(picture, mask, ground):
    """Directions of edges in overlapping cells, and the silhouette; zeros for next to nothing."""
    cells = SIDE // CELL
    if mask.sum() < 30:
        return np.zeros(DIRECTIONS * cells**2 + OUTLINE**2, np.float32)
    grey, solid = square(picture.astype(np.float32).mean(-1) - ground.mean(), mask, SIDE)
    down, across = np.gradient(grey)
    strength = np.sqrt(np.hypot(across, down))
    turn = np.arctan2(down, across) % np.pi / np.pi * DIRECTIONS
    low, part = turn.astype(int) % DIRECTIONS, turn % 1
    edges = np.zeros((DIRECTIONS, SIDE + CELL, SIDE + CELL), np.float32)
    inner = edges[:, CELL // 2 : -(CELL // 2), CELL // 2 : -(CELL // 2)]
    for k in range(DIRECTIONS):
        after = (low + 1) % DIRECTIONS == k
        inner[k] = strength * ((low == k) * (1 - part) + after * part)
    halves = edges.reshape(DIRECTIONS, cells + 1, CELL, cells + 1, CELL).mean((2, 4))
    rows = halves[:, 1:] + halves[:, :-1]
    pooled = (rows[:, :, 1:] + rows[:, :, :-1]) / 4
    step = SIDE // OUTLINE
    outline = solid.reshape(OUTLINE, step, OUTLINE, step).mean((1, 3)) - 0.5
    parts = [unit(np.sqrt(pooled.ravel())), WEIGHT * unit(outline.ravel())]
    return np.concatenate(parts).astype(np.float32)


def inks(picture, mask):
    """Share of each palette ink inside the silhouette."""
    pixels = picture[mask].astype(np.float32)
    if len(pixels) == 0:
        return np.zeros(len(INKS), np.float32)
    nearest = ((pixels[:, None] - INKS) ** 2).sum(-1).argmin(1)
    return np.bincount(nearest, minlength=len(INKS)).astype(np.float32) / len(pixels)


class Judge:
    """Holds the reference pictures' features."""

    def __init__(self, pictures, labels):
        """`labels` are (colour, thing, background) of every picture."""
        self.labels = labels
        seen = [self.features(p) for p in pictures]
        self.shapes = np.stack([s for _, s, _ in seen])
        self.inks = np.stack([i for _, _, i in seen])

    @staticmethod
    def features(picture):
        name, colour = background(picture)
        mask = silhouette(picture, colour)
        return name, shape(picture, mask, colour), inks(picture, mask)

    def verdict(self, picture):
        """(colour, thing, background) as the judge sees them."""
        ground, form, ink = self.features(picture)
        near = np.argsort(((self.shapes - form) ** 2).sum(1))[:5]
        thing = Counter(self.labels[i][1] for i in near).most_common(1)[0][0]
        near = np.argsort(np.abs(self.inks - ink).sum(1))[:5]
        colour = Counter(self.labels[i][0] for i in near).most_common(1)[0][0]
        return colour, thing, ground

    def count(self, pictures, labels):
        """Shares right of thing, colour, background, and of all three at once, in per cent."""
        right = np.array(
            [[a == b for a, b in zip(self.verdict(p), label)] for p, label in zip(pictures, labels)]
        )
        shares = right.mean(0) * 100
        return {
            "thing": round(float(shares[1]), 1),
            "colour": round(float(shares[0]), 1),
            "background": round(float(shares[2]), 1),
            "all": round(float(right.all(1).mean() * 100), 1),
        }


def from_folder(folder, references=2000):
    """A judge over the first `references` training pictures (they are mixed)."""
    file = np.load(Path(folder) / "train.npz")
    labels = [tuple(map(str, label)) for label in file["labels"][:references]]
    return Judge(file["pictures"][:references], labels)


def bent(pictures, far, seed):
    """Pictures whose places are moved smoothly by about `far` pixels."""
    chance, out = np.random.default_rng(seed), []
    for picture in pictures:
        moved = [ndimage.zoom(far * chance.normal(size=(5, 5)), 64 / 5, order=3) for _ in "yx"]
        at = np.indices((64, 64)) + np.stack(moved)
        planes = [ndimage.map_coordinates(picture[..., c], at, order=1, mode="nearest") for c in range(3)]
        out.append(np.stack(planes, -1))
    return np.stack(out)


def blotted(pictures, count, seed):
    """Pictures with blots of their own colours on and near the thing."""
    chance, out = np.random.default_rng(seed), pictures.copy()
    for picture in out:
        ys, xs = np.nonzero(silhouette(picture, background(picture)[1]))
        for _ in range(count):
            i, j = chance.integers(len(ys), size=2)
            y, x = np.clip((ys[i], xs[i]) + chance.normal(size=2) * 4, 0, 62).astype(int)
            picture[y : y + 2, x : x + 2] = picture[ys[j], xs[j]]
    return out


def blurred(pictures, width):
    return ndimage.gaussian_filter(pictures.astype(np.float32), (0, width, width, 0)).round().astype(np.uint8)


def main():
    judge = from_folder(sys.argv[1])
    file = np.load(Path(sys.argv[1]) / "held.npz")
    real, labels = file["pictures"][:400], [tuple(map(str, label)) for label in file["labels"][:400]]
    for name, pictures in (
        ("real held-out pictures", real),
        ("blurred by 1.5 pixels", blurred(real, 1.5)),
        ("bent by 2 pixels", bent(real, 2, 1)),
        ("bent by 3 pixels", bent(real, 3, 2)),
        ("with six blots", blotted(real, 6, 3)),
        ("blurred, bent by 2, four blots", blotted(bent(blurred(real, 0.7), 2, 4), 4, 5)),
    ):
        print(f"{name}:", judge.count(pictures, labels), flush=True)


if __name__ == "__main__":
    main()

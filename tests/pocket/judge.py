"""Names what a picture shows, by comparing it with training pictures: no network is asked.

    python judge.py PICTURES           how often the judge itself is right on real pictures

background: the palette colour nearest to the middle of the border; thing: the five nearest
reference pictures by silhouette and edges inside the bounding box; colour: the five nearest
histograms of palette colours inside the silhouette.
"""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import world

GRID = 24
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
    """Where the picture differs from its background."""
    return np.abs(picture.astype(np.float32) - ground).max(-1) > 30


def shape(picture, mask):
    """Silhouette and edges inside the bounding box, on a small grid, as one unit vector."""
    ys, xs = np.nonzero(mask)
    if len(ys) < 30:
        return np.zeros(2 * GRID * GRID + 1, np.float32)
    # Stray specks at the rim do not stretch the box.
    top, bottom = np.percentile(ys, (0.5, 99.5)).astype(int)
    left, right = np.percentile(xs, (0.5, 99.5)).astype(int)
    grey = picture.astype(np.float32).mean(-1)
    edge = np.hypot(*np.gradient(grey)) * mask
    both = np.stack([mask.astype(np.float32), edge / (edge.max() + 1e-6)])
    box = torch.from_numpy(both[:, top : bottom + 1, left : right + 1].copy())[None]
    small = F.interpolate(box, (GRID, GRID), mode="area")[0].numpy()
    ratio = np.log((bottom - top + 1) / (right - left + 1)) * GRID * 0.5
    parts = [small[0].ravel() - 0.5, small[1].ravel(), [ratio]]
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
        return name, shape(picture, mask), inks(picture, mask)

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


def from_folder(folder, references=4000):
    """A judge over the first `references` training pictures (they are mixed)."""
    file = np.load(Path(folder) / "train.npz")
    labels = [tuple(map(str, label)) for label in file["labels"][:references]]
    return Judge(file["pictures"][:references], labels)


def main():
    judge = from_folder(sys.argv[1])
    file = np.load(Path(sys.argv[1]) / "held.npz")
    labels = [tuple(map(str, label)) for label in file["labels"]]
    print(len(labels), "real held-out pictures:", judge.count(file["pictures"], labels))


if __name__ == "__main__":
    main()

"""Draws the curve of a training from a model's recipe.json: the loss, and what the judge counted.

    python curve.py MODEL PICTURE.png
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

SHARES = {"thing": "#0072b2", "colour": "#e69f00", "background": "#009e73"}


def main():
    curve = json.loads((Path(sys.argv[1]) / "recipe.json").read_text())["curve"]
    samples = [point["samples"] / 1000 for point in curve]
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(8, 6), dpi=120)
    above.plot(samples, [point["loss"] for point in curve], "k.-")
    above.set_ylabel("loss (mean squared error of v)")
    for name, colour in SHARES.items():
        below.plot(samples, [point[name] for point in curve], ".-", color=colour, label=name)
    below.axhline(90, color="0.7", linewidth=0.8)
    below.set(xlabel="samples seen, in thousands", ylabel="right on held-out prompts, %", ylim=(0, 101))
    below.legend(frameon=False)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    figure.align_ylabels()
    figure.tight_layout()
    figure.savefig(sys.argv[2])


if __name__ == "__main__":
    main()

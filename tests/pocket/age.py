"""Writes a younger self of the pocket model as small as it can be: fixtures/pocket/ages/NAME.

    python age.py PICTURES WORK WORK/age-32000.pt VOCABULARY fixtures/pocket/ages/early.safetensors
    python age.py PICTURES WORK WORK/age-576000.pt VOCABULARY .../half.safetensors --since MODEL

What is kept is the difference to the untrained weights, which a seed and the names give back, or
to those of a finished folder, where they are nearer: whole numbers from -7 to 7, two a byte, with a
16 bit scale for each row of a matrix (for a convolution: each channel that it makes). Biases and norms are 16 bit floats. Of the word table only the rows in
use are there, with their ids in the whole vocabulary. Numbers that coarse shift what the network
says; a few steps of learning to answer as it did (a gradient through the rounding as if it were
not there; Bengio et al. 2013) take most of that back. Without NAME, only measures. A file written
before can be given for the checkpoint, to be written again with a coarser grain.
"""

import argparse
import gzip
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save, save_file
from torch.func import functional_call

import network
import world
from train import SEED, Run

MOST = 7
STEPS, BATCH, RATE = 150, 16, 1.5e-4
PLACES = {"0.": "unet.", "1.": "text_encoder."}


class Whole(torch.autograd.Function):
    """Rounds; backward it does nothing."""

    @staticmethod
    def forward(ctx, numbers):
        return numbers.round()

    @staticmethod
    def backward(ctx, gradient):
        return gradient


class Networks(torch.nn.ModuleList):
    """Noise predictor and text encoder as one, named as in the training's checkpoints."""

    def __init__(self):
        super().__init__([network.unet(), network.text_encoder(3 + len(world.words()))])

    def forward(self, noisy, timesteps, rows):
        return self[0](noisy, timesteps, self[1](rows).last_hidden_state).sample


def untrained():
    """The weights that the training began with."""
    nets = Networks()
    network.begin(nets[0], SEED, "unet")
    network.begin(nets[1], SEED, "text_encoder")
    nets[1].get_input_embeddings().weight.data[2] = 0
    return nets.state_dict()


def finished(model):
    """The weights of a finished folder, as the program reads them."""
    nets = Networks()
    run = SimpleNamespace(unet=nets[0], text=nets[1], table=network.compact(world.words()))
    Run.take(run, model)
    return nets.state_dict()


class Small:
    """Weights as differences of whole numbers, with what it takes to learn them."""

    def __init__(self, weights, first, grain):
        self.first = first
        self.plain = {k: v.clone() for k, v in weights.items() if v.dim() < 2}
        self.moved = {k: v - first[k] for k, v in weights.items() if v.dim() >= 2}
        self.scale = {}  # as logarithms: they stay above zero
        for name, moved in self.moved.items():
            rows = moved.reshape(len(moved), -1)
            # A row is never cut off: its largest number fits.
            scale = torch.maximum(rows.pow(2).mean(1).sqrt() * grain, rows.abs().amax(1) / MOST)
            self.scale[name] = scale.clamp_min(1e-6).log()

    def learnable(self):
        """The groups of numbers that are learned, with their rates."""
        groups = [(self.moved, 1.0), (self.plain, 1.0), (self.scale, 2.0)]
        for numbers, _ in groups:
            for value in numbers.values():
                value.requires_grad_()
        return [{"params": list(n.values()), "lr": RATE * share} for n, share in groups]

    def codes(self, name):
        """Whole numbers of a matrix, and the scale of each row as it will be kept."""
        scale = self.scale[name].exp()
        scale = scale + (scale.detach().half().float() - scale.detach())
        scale = scale.view(-1, *[1] * (self.moved[name].dim() - 1))
        return Whole.apply((self.moved[name] / scale).clamp(-MOST, MOST)), scale

    def weights(self):
        """The weights that the file gives back."""
        back = dict(self.plain)
        for name in self.moved:
            codes, scale = self.codes(name)
            back[name] = self.first[name] + codes * scale
        return back

    @torch.no_grad()
    def tensors(self):
        """What the file holds."""
        tensors = {plain(name): value.detach().half() for name, value in self.plain.items()}
        for name in self.moved:
            codes, scale = self.codes(name)
            tensors[plain(name)] = packed(codes)
            tensors[plain(name) + ".scale"] = scale.flatten().half()
        return tensors


def kept(file):
    """The weights that a file gives back which this script wrote before, from untrained ones."""
    held, first = load_file(file), untrained()
    for name, start in first.items():
        stored = held[plain(name)]
        if start.dim() < 2:
            first[name] = stored.float()
            continue
        halves = torch.stack([stored & 15, stored >> 4], 1).flatten()[: start.numel()]
        codes = ((halves.int() ^ 8) - 8).view(len(start), -1)
        scales = held[plain(name) + ".scale"].float()
        first[name] = start + (codes * scales[:, None]).view_as(start)
    return first


def plain(name):
    """A checkpoint's name as the folder and the name inside it."""
    return PLACES[name[:2]] + name[2:].removeprefix("text_model.")


def packed(codes):
    """Two numbers a byte, the first in the low half."""
    flat = codes.flatten().to(torch.int16) & 15
    flat = torch.cat([flat, flat.new_zeros(len(flat) % 2)])
    return (flat[::2] | (flat[1::2] << 4)).to(torch.uint8)


class Questions:
    """Training pictures with noise, as the network is asked about them."""

    def __init__(self, pictures, work):
        self.latents = torch.load(work / f"latents-{pictures.name}.pt")
        table = network.compact(world.words())
        captions = np.load(pictures / "train.npz")["captions"]
        self.rows = torch.tensor([network.rows(str(c), table) for c in captions])
        self.left = network.alphas_cumprod()[:, None, None, None]

    def some(self, seed, count):
        """A batch that its seed decides: noisy latents, timesteps, rows."""
        dice = np.random.default_rng(seed)
        numbers = torch.from_numpy(dice.integers(0, len(self.latents), count))
        t = torch.from_numpy(dice.integers(0, 1000, count))
        x = self.latents[numbers]
        noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(seed))
        return self.left[t].sqrt() * x + (1 - self.left[t]).sqrt() * noise, t, self.rows[numbers]


def learn(small, nets, questions, steps):
    """Learns to answer as `nets` do."""
    groups = small.learnable()
    adam = torch.optim.Adam(groups, betas=(0.9, 0.99))
    rates = [group["lr"] for group in groups]
    for step in range(steps):
        for group, rate in zip(adam.param_groups, rates):
            group["lr"] = rate * (1 - step / steps)
        asked = questions.some(step + 1, BATCH)
        with torch.no_grad():
            right = nets(*asked)
        loss = (functional_call(nets, small.weights(), asked) - right).pow(2).mean()
        adam.zero_grad()
        loss.backward()
        adam.step()


@torch.no_grad()
def away(small, nets, questions):
    """How far its answers are from those of `nets`, as a share of their length."""
    asked = questions.some(0, 128)
    right, said = nets(*asked), functional_call(nets, small.weights(), asked)
    return ((said - right).norm() / right.norm()).item()


def ids(vocabulary):
    """The id of each row of the word table (-1: none), and further ids with the row they share."""
    words = world.words()
    rows = [network.START, network.END, -1, *(vocabulary[word + "</w>"] for word in words)]
    table = network.compact(words)
    alike = [[vocabulary[a + "</w>"], table[b]] for a, b in world.ALIKE.items()]
    return torch.tensor(rows, dtype=torch.int32), torch.tensor(alike, dtype=torch.int32)


def main():
    parser = argparse.ArgumentParser()
    for name in ("pictures", "work", "age", "vocabulary"):
        parser.add_argument(name, type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--since", type=Path, help="a finished folder to keep the difference to")
    parser.add_argument("--steps", type=int, default=STEPS, help="of learning")
    parser.add_argument("--grain", type=float, default=1.0, help="1 in deviations of its row")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.age.suffix == ".safetensors":
        weights = kept(options.age)
        with safe_open(options.age, "pt") as file:
            seen = file.metadata()["samples"]
    else:
        weights, seen = torch.load(options.age), re.search(r"\d+", options.age.stem).group()
    nets = Networks().requires_grad_(False)
    nets.load_state_dict(weights)
    first = finished(options.since) if options.since else untrained()
    questions = Questions(options.pictures, options.work)
    small = Small(weights, first, options.grain)
    print(f"answers off by {away(small, nets, questions):.3f} of their length", flush=True)
    learn(small, nets, questions, options.steps)
    tensors = small.tensors()
    vocabulary = json.loads((options.vocabulary / "vocab.json").read_text())
    tensors["rows"], tensors["alike"] = ids(vocabulary)
    about = {"format": "safelight-age", "version": "1", "samples": seen, "seed": str(SEED)}
    if options.since:
        about["since"] = "last"
    size = len(gzip.compress(save(tensors, about), 6))
    far = away(small, nets, questions)
    print(f"{seen} samples, {size / 1e6:.2f} MB compressed, off by {far:.3f}", flush=True)
    assert far < 1, "nothing to keep"
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, options.out, metadata=about)
        options.out.chmod(0o644)


if __name__ == "__main__":
    main()

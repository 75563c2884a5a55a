"""Trains the noise predictor and the text encoder together, from nothing.

    python train.py PICTURES WORK --samples 57600
    python train.py PICTURES WORK --decay-at 23:20 --until 23:50

Needs WORK/autoencoder.levelled.pt. Goes on from WORK/diffusion.pt if it is there. The learning
rate warms up, stays, and falls in a straight line from `--decay-at` to `--until` (times of day);
without them it stays. What a step sees is a function of its number alone: pictures, captions,
timesteps and noise are the same however often the run was stopped, and in any implementation.
WORK/curve.json keeps loss and counts, WORK/age-*.pt the averaged weights on the way.
"""

import argparse
import copy
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

import drawing
import judge
import network
import world
from autoencoder import floats, seconds_until
from dice import Dice

BATCH = 32
EMPTY = 0.10  # how often the caption is left out
SEED = 3
BENT_FROM = 1000  # the step from which timesteps in the middle come more often
WARM_UP = 150
AGES = (16_000, 32_000, 64_000, 96_000, 128_000, 192_000, 256_000, 320_000, 384_000, 448_000,
        576_000, 640_000, 704_000, 768_000, 896_000)


def latents_of(pictures, work, name):
    """The latents of all pictures, computed once and kept."""
    kept = work / f"latents-{name}.pt"
    if not kept.exists():
        model = network.autoencoder()
        model.load_state_dict(torch.load(work / "autoencoder.levelled.pt")["weights"])
        with torch.no_grad():
            parts = [
                model.encode(floats(pictures[at : at + 64])).latent_dist.mean
                for at in range(0, len(pictures), 64)
            ]
        torch.save(torch.cat(parts), kept)
    return torch.load(kept)


def plan(step, count):
    """What a step sees: picture numbers, whether each caption is left out, timesteps, noise."""
    dice = Dice(SEED, step)
    numbers, empty, timesteps = [], [], []
    for _ in range(BATCH):
        numbers.append(dice.below(count))
        empty.append(dice.uniform() < EMPTY)
        even, bend, normal = dice.uniform(), dice.uniform(), dice.normal()
        # Once the colours stand, more of the timesteps in the middle, where shapes are decided.
        if step >= BENT_FROM and bend >= 0.35:
            even = 1 / (1 + math.exp(-(normal * 0.9 + 0.25)))
        timesteps.append(min(int(even * 1000), 999))
    noise = torch.randn(BATCH, 4, 16, 16, generator=torch.Generator().manual_seed(step))
    return numbers, empty, torch.tensor(timesteps), noise


def evaluate(unet, text, vae, judges, table, things, count=96):
    """What the judge says of held-out prompts."""
    chosen = [c for c in world.combinations(True, things)]
    chosen = [chosen[i] for i in np.random.default_rng(5).permutation(len(chosen))[:count]]
    rows = torch.tensor([network.rows(world.caption(*c), table) for c in chosen])
    empty = torch.tensor([network.rows("", table)])
    with torch.no_grad():
        states, without = text(rows).last_hidden_state, text(empty).last_hidden_state
    out = []
    for at in range(0, count, 32):
        seeds = range(100 + at, 100 + min(at + 32, count))
        z = drawing.latents(unet, states[at : at + 32], without, seeds)
        out.append(drawing.pictures(vae, z))
    return judges.count(np.concatenate(out), chosen)


class Run:
    """The networks, their average, the optimiser, and where the run stands."""

    def __init__(self, work, rate, source=None):
        self.work, self.rate = work, rate
        self.table = network.compact(world.words())
        self.unet = network.unet()
        self.text = network.text_encoder(3 + len(self.table))
        network.begin(self.unet, SEED, "unet")
        network.begin(self.text, SEED, "text_encoder")
        if source:
            self.take(source)
        with torch.no_grad():
            self.text.get_input_embeddings().weight[2] = 0
        self.weights = [*self.unet.parameters(), *self.text.parameters()]
        nets = torch.nn.ModuleList([self.unet, self.text])
        self.average = copy.deepcopy(nets).requires_grad_(False)
        self.adam = torch.optim.AdamW(
            self.weights, lr=rate, betas=(0.9, 0.99), weight_decay=1e-3, fused=True
        )
        self.step, self.curve, self.busy, self.loss = 0, [], 0.0, 1.0
        if source:
            self.stand(source)
        self.began = self.step
        if (work / "diffusion.pt").exists():
            state = torch.load(work / "diffusion.pt")
            for name in ("unet", "text", "average", "adam"):
                getattr(self, name).load_state_dict(state[name])
            for name in ("step", "began", "curve", "busy", "loss"):
                setattr(self, name, state[name])
        else:
            torch.save(self.average.state_dict(), work / "age-0.pt")

    def take(self, source):
        """The weights of a finished folder, to go on from."""
        unet = load_file(source / "unet" / "diffusion_pytorch_model.safetensors")
        self.unet.load_state_dict({name: weight.float() for name, weight in unet.items()})
        vocabulary = json.loads((source / "tokenizer" / "vocab.json").read_text())
        ids = [vocabulary[word + "</w>"] for word in self.table]
        text = load_file(source / "text_encoder" / "model.safetensors")
        text = {name.removeprefix("text_model."): weight.float() for name, weight in text.items()}
        table = text["embeddings.token_embedding.weight"]
        known = torch.cat([table[[network.START, network.END]], torch.zeros(1, network.WIDTH)])
        text["embeddings.token_embedding.weight"] = torch.cat([known, table[ids]])
        self.text.load_state_dict(text)

    def stand(self, source):
        """Where the training of a finished folder stood: the steps go on from there."""
        recipe = json.loads((source / "recipe.json").read_text())
        self.step, self.curve = recipe["samples"] // BATCH, recipe["curve"]
        self.busy, self.loss = recipe["unet_minutes"] * 60, recipe["curve"][-1]["loss"]

    def save(self):
        """Keeps everything, whole or not at all."""
        state = {n: getattr(self, n).state_dict() for n in ("unet", "text", "average", "adam")}
        state |= {n: getattr(self, n) for n in ("step", "began", "curve", "busy", "loss")}
        partial = self.work / "diffusion.partial"
        torch.save(state, partial)
        partial.rename(self.work / "diffusion.pt")

    def learn(self, z, rows, order, rate, left):
        """One step; `order` holds the number of a picture for every number of the plan."""
        for group in self.adam.param_groups:
            group["lr"] = rate * min(1, (self.step - self.began + 1) / WARM_UP)
        numbers, empty, t, epsilon = plan(self.step, len(order))
        numbers = order[numbers]
        x0, now = z[numbers], left[t]
        noisy = now.sqrt() * x0 + (1 - now).sqrt() * epsilon
        target = now.sqrt() * epsilon - (1 - now).sqrt() * x0
        said = rows[numbers].clone()
        said[torch.tensor(empty)] = torch.tensor(network.rows("", self.table))
        guess = self.unet(noisy, t, self.text(said).last_hidden_state).sample
        loss = F.mse_loss(guess, target)
        self.adam.zero_grad()
        loss.backward()
        self.text.get_input_embeddings().weight.grad[2] = 0
        torch.nn.utils.clip_grad_norm_(self.weights, 1.0)
        self.adam.step()
        self.step += 1
        keep = min(0.998, self.step / (self.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), self.weights, 1 - keep)
        self.loss += (loss.item() - self.loss) * max(0.005, 1 / self.step)
        if self.step * BATCH in AGES:
            torch.save(self.average.state_dict(), self.work / f"age-{self.step * BATCH}.pt")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pictures", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--samples", type=int, default=10**9)
    parser.add_argument("--decay-at")
    parser.add_argument("--until", default="23:59")
    parser.add_argument("--rate", type=float, default=1.4e-3)
    parser.add_argument("--things", type=int, default=len(world.THINGS), help="asked by the judge")
    parser.add_argument("--from", dest="source", type=Path, help="a finished folder to go on from")
    parser.add_argument("--small-twice", action="store_true", help="they are learned last")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--judge-every", type=float, default=8.0, help="minutes")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    file = np.load(options.pictures / "train.npz")
    z = latents_of(file["pictures"], options.work, options.pictures.name)
    print("latents", tuple(z.shape), "deviation", z.std((0, 2, 3)).tolist(), flush=True)
    judges = judge.from_folder(options.pictures)
    vae = network.autoencoder()
    vae.load_state_dict(torch.load(options.work / "autoencoder.levelled.pt")["weights"])
    run = Run(options.work, options.rate, options.source)
    rows = torch.tensor([network.rows(str(c), run.table) for c in file["captions"]])
    left = network.alphas_cumprod()[:, None, None, None]
    order = torch.arange(len(z))
    if options.small_twice:
        small = torch.from_numpy(file["sizes"] == world.SMALL)
        order = torch.cat([order, order[small]])

    def measure():
        counts = evaluate(*run.average, vae, judges, run.table, options.things)
        loss = round(run.loss, 4)
        run.curve.append(
            {"samples": run.step * BATCH, "minutes": round(run.busy / 60, 1), "loss": loss, **counts}
        )
        (options.work / "curve.json").write_text(json.dumps(run.curve, indent=1))
        print("judge", run.curve[-1], flush=True)

    end = time.time() + seconds_until(options.until)
    fall = time.time() + seconds_until(options.decay_at or options.until)
    told = judged = clock = time.time()
    while (now := time.time()) < end and run.step * BATCH < options.samples:
        share = 1 if now < fall else max(0.01, (end - now) / (end - fall))
        run.learn(z, rows, order, options.rate * share, left)
        if time.time() - told > 60:
            run.busy += time.time() - clock
            print(
                f"{run.busy / 60:.1f} min, samples {run.step * BATCH}, loss {run.loss:.4f}, "
                f"rate {options.rate * share:.2e}",
                flush=True,
            )
            run.save()
            told = time.time()
            if time.time() - judged > options.judge_every * 60:
                measure()
                judged = time.time()
            clock = time.time()
    run.busy += time.time() - clock
    measure()
    run.save()


if __name__ == "__main__":
    main()

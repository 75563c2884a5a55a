"""Trains the noise predictor and the text encoder together, from nothing.

    python train.py PICTURES WORK --until 16:40

Needs WORK/autoencoder.levelled.pt. Goes on from WORK/diffusion.pt if it is there: the learning
rate follows one cosine from the first start to `--until` (a time of day), whatever happens
between. Every nine minutes the judge counts held-out prompts; WORK/curve.json keeps the counts.
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

import drawing
import judge
import network
import world
from autoencoder import floats, seconds_until

BATCH = 32
STRANGER = 0.04  # how often a word that is not in the world stands before the thing


def latents_of(pictures, work):
    """The latents of all pictures, computed once and kept."""
    kept = work / "latents.pt"
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


class Captions:
    """Sentences as rows of the compact table, a fresh form each time."""

    def __init__(self, combinations, chance):
        self.combinations, self.chance = combinations, chance
        self.table = network.compact(world.words())
        self.forms = np.array([share for _, share in world.FORMS])

    def draw(self, indices):
        """Rows [B, 77] for these combinations."""
        picks = self.chance.choice(len(self.forms), size=len(indices), p=self.forms)
        out = []
        for index, form in zip(indices, picks):
            text = world.caption(*self.combinations[index], form)
            if text and self.chance.random() < STRANGER:
                text = text.replace("a ", "a strange ", 1)
            out.append(network.rows(text, self.table))
        return torch.tensor(out)


def timesteps(count, middle):
    """Timesteps; once the colours stand, more of those in the middle, where shapes are decided."""
    even = torch.rand(count)
    if middle:
        bent = torch.sigmoid(torch.randn(count) * 0.9 + 0.25)
        even = torch.where(torch.rand(count) < 0.35, even, bent)
    return (even * 1000).long().clamp(0, 999)


def evaluate(unet, text, vae, judges, table, count=64):
    """What the judge says of held-out prompts."""
    chosen = sorted(world.held_out())
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pictures", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--until", required=True)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--judge-every", type=float, default=9.0, help="minutes")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(int(time.time()))
    chance = np.random.default_rng()

    file = np.load(options.pictures / "train.npz")
    index = file["index"]
    combinations = [tuple(map(str, c)) for c in file["combinations"]]
    z = latents_of(file["pictures"], options.work)
    print("latents", tuple(z.shape), "deviation", z.std((0, 2, 3)).tolist(), flush=True)
    judges = judge.from_folder(options.pictures, 1800)
    vae = network.autoencoder()
    vae.load_state_dict(torch.load(options.work / "autoencoder.levelled.pt")["weights"])

    captions = Captions(combinations, chance)
    unet = network.unet().to(memory_format=torch.channels_last)
    text = network.text_encoder(3 + len(captions.table))
    with torch.no_grad():
        text.get_input_embeddings().weight[2] = 0
    weights = [*unet.parameters(), *text.parameters()]
    average = copy.deepcopy(torch.nn.ModuleList([unet, text])).requires_grad_(False)
    adam = torch.optim.AdamW(
        weights, lr=options.rate, betas=(0.9, 0.99), weight_decay=1e-3, fused=True
    )
    step, begun, curve, busy = 0, time.time(), [], 0.0
    saved = options.work / "diffusion.pt"
    if saved.exists():
        state = torch.load(saved)
        unet.load_state_dict(state["unet"])
        text.load_state_dict(state["text"])
        average.load_state_dict(state["average"])
        adam.load_state_dict(state["adam"])
        step, begun, curve, busy = state["step"], state["begun"], state["curve"], state["busy"]

    def save():
        state = {
            "unet": unet.state_dict(),
            "text": text.state_dict(),
            "average": average.state_dict(),
            "adam": adam.state_dict(),
            "step": step,
            "begun": begun,
            "curve": curve,
            "busy": busy,
        }
        torch.save(state, saved.with_suffix(".partial"))
        saved.with_suffix(".partial").rename(saved)

    def measure():
        counts = evaluate(average[0], average[1], vae, judges, captions.table)
        curve.append({"samples": step * BATCH, "loss": round(mean_loss, 4), **counts})
        (options.work / "curve.json").write_text(json.dumps(curve, indent=1))
        print("judge", curve[-1], flush=True)

    left = network.alphas_cumprod()[:, None, None, None]
    end = time.time() + seconds_until(options.until)
    mean_loss, told, judged, clock = 1.0, time.time(), time.time(), time.time()
    first = step
    while time.time() < end:
        done = (time.time() - begun) / (end - begun)
        rate = (
            options.rate
            * min(1, (step + 1) / 150)
            * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        )
        for group in adam.param_groups:
            group["lr"] = rate
        pick = chance.integers(len(z), size=BATCH)
        x0 = z[pick]
        t = timesteps(BATCH, middle=done > 0.2)
        now, epsilon = left[t], torch.randn_like(x0)
        noisy = now.sqrt() * x0 + (1 - now).sqrt() * epsilon
        target = now.sqrt() * epsilon - (1 - now).sqrt() * x0
        states = text(captions.draw(index[pick])).last_hidden_state
        guess = unet(noisy.contiguous(memory_format=torch.channels_last), t, states).sample
        loss = F.mse_loss(guess, target)
        adam.zero_grad()
        loss.backward()
        text.get_input_embeddings().weight.grad[2] = 0
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        adam.step()
        step += 1
        keep = min(0.998, step / (step + 20))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), weights, 1 - keep)
        mean_loss += (loss.item() - mean_loss) * max(0.005, 1 / (step - first))
        if time.time() - told > 120:
            busy += time.time() - clock
            print(
                f"{busy / 60:.1f} min, samples {step * BATCH}, loss {mean_loss:.4f}, rate {rate:.2e}",
                flush=True,
            )
            save()
            told = time.time()
            if time.time() - judged > options.judge_every * 60:
                measure()
                judged = time.time()
            clock = time.time()
    busy += time.time() - clock
    save()
    measure()
    save()


if __name__ == "__main__":
    main()

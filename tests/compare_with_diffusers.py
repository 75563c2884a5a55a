"""Runs diffusers on a checkpoint of yours with the settings of a recording, and compares.

    safelight run "a cat" --model FOLDER --record walk.safetensors --record-precision full
    pip install torch diffusers transformers safetensors
    python tests/compare_with_diffusers.py walk.safetensors FOLDER

FOLDER is a Stable Diffusion 1.x, 2.x or XL (turbo, SSD-1B and latent consistency models too) in
diffusers' layout. Printed is, for each tensor, the
largest relative error ||a - b|| / ||b|| over all calls of the network (b is diffusers') and the
call where it occurs. Everything runs in f32 on the CPU. The exit code is 1 where an error is
above the tolerance.

Two things to know. diffusers' first latent is drawn by the same generator, but where noise is
drawn inside the steps (euler-a, ddpm, dpm++2m-sde, lcm, ddim with eta) a difference grows from step to step. And a long
walk carries rounding along: between two runs of diffusers itself, in f32 and f64, up to 2e-5 was
seen on tiny models, so judge an error by how early it appears.
"""

import argparse
import json
import pathlib
import sys

import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    LCMScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UniPCMultistepScheduler,
)
from safetensors import safe_open

SAMPLERS = {
    "ddim": DDIMScheduler,
    "ddpm": DDPMScheduler,
    "pndm": PNDMScheduler,
    "euler": EulerDiscreteScheduler,
    "euler-a": EulerAncestralDiscreteScheduler,
    "heun": HeunDiscreteScheduler,
    "dpm++2m": DPMSolverMultistepScheduler,
    "dpm++2m-sde": DPMSolverMultistepScheduler,
    "unipc": UniPCMultistepScheduler,
    "lcm": LCMScheduler,
}
PREDICTION = {"epsilon": "epsilon", "v": "v_prediction", "sample": "sample"}


def read(path):
    """Settings and tensors of a recording."""
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata() or {}
        if metadata.get("format") != "safelight-walk":
            sys.exit(f"{path} is no recording of safelight")
        if metadata.get("precision", "full") != "full":
            sys.exit(f"{path} is compact: record it again with --record-precision full")
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    return json.loads(metadata["settings"]), tensors


def scheduler(config, settings):
    """The sampler of the walk, with everything else as the checkpoint's own file says."""
    kind = SAMPLERS[settings["sampler"]]
    changes = {
        "timestep_spacing": settings["spacing"],
        "prediction_type": PREDICTION[settings["prediction"]],
    }
    if settings["sampler"] in ("euler", "heun", "dpm++2m", "dpm++2m-sde", "unipc"):
        changes["use_karras_sigmas"] = settings["karras"]
    if settings["sampler"].startswith("dpm++2m"):
        stochastic = settings["sampler"] == "dpm++2m-sde"
        changes["algorithm_type"] = "sde-dpmsolver++" if stochastic else "dpmsolver++"
    if settings["sampler"] == "lcm":
        changes["original_inference_steps"] = settings["original-steps"]
    if settings["sampler"] == "pndm":
        changes["skip_prk_steps"] = True
    if settings["sampler"] in ("ddim", "ddpm"):
        changes["clip_sample"] = False
    return kind.from_config({**config, **changes})


def spy(pipe, found):
    """Notes what passes through the networks and the sampler."""

    def unet(_module, args, kwargs, output):
        call = found["calls"]
        answer = (output[0] if isinstance(output, tuple) else output.sample).clone()
        given = args[0] if args else kwargs["sample"]
        found[f"step.{call:03}.input"] = given[:1].clone()
        found.setdefault("text.context", kwargs["encoder_hidden_states"].clone())
        added = kwargs.get("added_cond_kwargs") or {}
        if "text_embeds" in added:
            found.setdefault("text.pooled", added["text_embeds"].clone())
            found.setdefault("text.time_ids", added["time_ids"].float())
        if kwargs.get("timestep_cond") is not None:
            found.setdefault("guidance.embedding", kwargs["timestep_cond"][:1].clone())
        if len(answer) == 2:
            found[f"step.{call:03}.pred_uncond"] = answer[:1]
        found[f"step.{call:03}.pred_text"] = answer[-1:]

    step = pipe.scheduler.step

    def spied(model_output, timestep, sample, *args, **kwargs):
        call = found["calls"]
        found[f"step.{call:03}.pred"] = model_output.clone()
        found[f"step.{call:03}.latent"] = sample.clone()
        wanted = kwargs.pop("return_dict", True)
        out = step(model_output, timestep, sample, *args, **kwargs)
        found[f"step.{call:03}.next"] = out.prev_sample.clone()
        x0 = getattr(out, "pred_original_sample", getattr(out, "denoised", None))
        if x0 is not None:
            found[f"step.{call:03}.x0"] = x0.clone()
        found["calls"] = call + 1
        return out if wanted else (out.prev_sample, x0)

    decode = pipe.vae.decode

    def decoded(latent, *args, **kwargs):
        found["decode.input"] = latent.clone()
        out = decode(latent, *args, **kwargs)
        found["image"] = (out[0] if isinstance(out, tuple) else out.sample).clone()
        return out

    pipe.unet.register_forward_hook(unet, with_kwargs=True)
    pipe.scheduler.step = spied
    pipe.vae.decode = decoded


def walk(folder, settings):
    """All tensors of diffusers' own walk."""
    # A latent consistency model walks through the plain pipeline as well.
    xl = (pathlib.Path(folder) / "text_encoder_2").is_dir()
    kind = StableDiffusionXLPipeline if xl else StableDiffusionPipeline
    safety = {} if xl else {"safety_checker": None, "requires_safety_checker": False}
    pipe = kind.from_pretrained(folder, torch_dtype=torch.float32, **safety)
    told = {}
    if xl:
        names = {"original-size": "original_size", "crop": "crops_coords_top_left", "target-size": "target_size"}
        told = {name: tuple(settings[key]) for key, name in names.items() if key in settings}
        told["prompt_2"] = settings.get("prompt-2")
    pipe.set_progress_bar_config(disable=True)
    pipe.scheduler = scheduler(dict(pipe.scheduler.config), settings)
    found = {"calls": 0}
    spy(pipe, found)
    with torch.no_grad():
        pipe(
            settings["prompt"],
            negative_prompt=settings["negative"],
            num_inference_steps=settings["steps"],
            guidance_scale=settings["guidance"],
            width=settings["width"],
            height=settings["height"],
            eta=settings["eta"],
            generator=torch.Generator("cpu").manual_seed(settings["seed"] & 0xFFFFFFFF),
            output_type="pil",
            clip_skip=settings.get("clip-skip"),
            guidance_rescale=settings.get("guidance-rescale", 0.0),
            **told,
        )
    found["schedule.timesteps"] = pipe.scheduler.timesteps.float()
    found["noise"] = found["step.000.latent"] / float(pipe.scheduler.init_noise_sigma)
    del found["calls"]
    return found


def relative(ours, theirs):
    ours, theirs = ours.double().flatten(), theirs.double().flatten()
    if ours.shape != theirs.shape:
        return float("inf")
    gap = (ours - theirs).norm().item()
    return gap / theirs.norm().item() if gap else 0.0


def compare(ours, theirs):
    """For each kind of tensor its largest error, and in which call."""
    worst = {}
    for name in sorted(theirs):
        if name not in ours:
            continue
        parts = name.split(".")
        kind, call = (f"step.*.{parts[2]}", int(parts[1])) if parts[0] == "step" else (name, None)
        error = relative(ours[name], theirs[name])
        if kind not in worst or error > worst[kind][0]:
            worst[kind] = (error, call)
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("recording", help="made with --record-precision full")
    parser.add_argument("folder", help="the checkpoint that it was made with")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    options = parser.parse_args()
    settings, ours = read(options.recording)
    worst = compare(ours, walk(options.folder, settings))
    for kind, (error, call) in worst.items():
        where = "" if call is None else f"   call {call}"
        print(f"{kind:22} {error:.2e}{where}")
    largest = max(error for error, _ in worst.values())
    print(f"{'largest':22} {largest:.2e}")
    sys.exit(largest > options.tolerance)


main()

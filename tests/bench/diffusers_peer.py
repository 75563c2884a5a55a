"""The same networks in diffusers, timed like `safelight bench`: SD 1.5's shape with random
weights, f32 on the CPU. Prints one JSON object with the keys of `safelight bench --json`.

    pip install torch==2.15.0 diffusers==0.42.1 transformers==5.23.0
    python tests/bench/diffusers_peer.py --threads 2

`--against PROGRAM` also runs that program's `bench` in turn and prints the ratios: below 1 it is
faster than diffusers.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--skip-decode", action="store_true")
    parser.add_argument("--against", metavar="PROGRAM")
    return parser.parse_args()


def fastest(rounds, work):
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def filled(make):
    """A network with made-up weights; nothing is initialised twice."""
    import torch

    with torch.device("meta"):
        network = make()
    network = network.to_empty(device="cpu").eval()
    for name, parameter in network.named_parameters():
        if parameter.dim() > 1:
            parameter.data.fill_(0.01)
            parameter.data.view(-1)[::7] = -0.05
        else:
            parameter.data.fill_(1.0 if name.endswith("weight") else 0.0)
    for buffer in network.buffers():
        buffer.copy_(torch.arange(buffer.numel()).reshape(buffer.shape))
    return network


def unet15():
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=64, cross_attention_dim=768, attention_head_dim=8, norm_num_groups=32,
        block_out_channels=(320, 640, 1280, 1280), layers_per_block=2,
    )


def vae15():
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=4,
        down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
    )


def text15():
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(CLIPTextConfig(
        vocab_size=49408, hidden_size=768, intermediate_size=3072, num_hidden_layers=12,
        num_attention_heads=12, max_position_embeddings=77, hidden_act="quick_gelu",
    ))


def measure(asked):
    import torch

    torch.set_num_threads(asked.threads)
    torch.manual_seed(7)
    side = asked.size // 8
    found = {"peer": "diffusers", "threads": asked.threads, "size": asked.size, "torch": torch.__version__}
    with torch.inference_mode():
        unet = filled(unet15)
        latent, context = torch.randn(2, 4, side, side), torch.randn(2, 77, 768)
        unet(latent, 500, context)
        found["step_seconds"] = fastest(asked.rounds, lambda: unet(latent, 500, context))
        found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        del unet
        if not asked.skip_decode:
            vae, one = filled(vae15), torch.randn(1, 4, side, side)
            vae.decode(one)
            found["decode_seconds"] = fastest(2, lambda: vae.decode(one))
            del vae
        text, ids = filled(text15), torch.arange(77).repeat(2, 1)
        text(ids)
        found["text_seconds"] = fastest(asked.rounds, lambda: text(ids))
    return found


def ours(program, asked):
    command = [program, "bench", "--family", "sd15", "--device", "cpu", "--json",
               "--size", str(asked.size), "--threads", str(asked.threads), "--rounds", str(asked.rounds)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    asked = arguments()
    os.environ["OMP_NUM_THREADS"] = str(asked.threads)
    theirs = measure(asked)
    print(json.dumps(theirs))
    if asked.against:
        mine = ours(asked.against, asked)
        print(json.dumps(mine))
        ratios = {key: round(mine[key] / theirs[key], 3)
                  for key in ("step_seconds", "decode_seconds", "text_seconds", "peak_mb")
                  if key in theirs and mine.get(key)}
        print(json.dumps({"ratio": ratios}))


if __name__ == "__main__":
    sys.exit(main())

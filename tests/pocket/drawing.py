"""Draws with the networks: DDIM with guidance over many prompts at once.

The same formulas as diffusers' DDIMScheduler with v prediction and trailing spacing, so that a
seed gives the picture that the pipeline gives.
"""

import torch

import network


def noise(seeds):
    """The start latents of these seeds, as diffusers draws them one by one."""
    return torch.cat(
        [torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(s)) for s in seeds]
    )


@torch.no_grad()
def latents(unet, states, empty, seeds, steps=20, guidance=4.0):
    """Latents [B, 4, 16, 16] for text states [B, 77, 64]; `empty` holds the empty prompt's."""
    left = network.alphas_cumprod()
    x = noise(seeds)
    both = torch.cat([empty.expand_as(states), states])
    stride = 1000 // steps
    times = [round(1000 - k * 1000 / steps) - 1 for k in range(steps)]
    for t in times:
        now = left[t]
        after = left[t - stride] if t >= stride else left[0]
        without, given = unet(torch.cat([x, x]), t, both).sample.chunk(2)
        v = without + guidance * (given - without)
        x0 = now.sqrt() * x - (1 - now).sqrt() * v
        epsilon = now.sqrt() * v + (1 - now).sqrt() * x
        x = after.sqrt() * x0 + (1 - after).sqrt() * epsilon
    return x


@torch.no_grad()
def pictures(autoencoder, z):
    """Latents as bytes [B, 64, 64, 3]."""
    y = autoencoder.decode(z / autoencoder.config.scaling_factor).sample
    return ((y.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).contiguous().numpy()

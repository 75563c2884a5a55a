"""Loads the model folder as anyone would, and draws with it.

    python check_diffusers.py MODEL [PICTURE.png]

Fails unless StableDiffusionPipeline reads the folder as it is, every weight finds its place, the
untrained rows of the vocabulary are zero, and the pipeline's picture is the one that drawing.py
computes.
"""

import logging
import sys
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline

from folder import Model

PROMPT = "a red cat on a blue background"


def main():
    folder = Path(sys.argv[1])
    logging.captureWarnings(True)
    torch.set_num_threads(1)
    pipe = StableDiffusionPipeline.from_pretrained(
        folder, torch_dtype=torch.float32, local_files_only=True
    )
    pipe.set_progress_bar_config(disable=True)
    assert type(pipe.scheduler).__name__ == "DDIMScheduler"
    assert pipe.scheduler.config.prediction_type == "v_prediction"
    assert len(pipe.tokenizer) == 49408
    table = pipe.text_encoder.get_input_embeddings().weight
    assert tuple(table.shape) == (49408, 64)
    used = int((table.abs().sum(1) > 0).sum())
    assert 20 < used < 100, f"{used} rows of the table are not zero"
    picture = pipe(
        PROMPT,
        num_inference_steps=20,
        guidance_scale=4.0,
        height=64,
        width=64,
        generator=torch.Generator().manual_seed(7),
        output_type="np",
    ).images[0]
    ours = Model(folder).draw([PROMPT], [7])[0]
    apart = np.abs(picture * 255 - ours).max()
    assert apart <= 2, f"the pipeline's picture is {apart} of 255 away from drawing.py's"
    if len(sys.argv) > 2:
        pipe.numpy_to_pil(picture[None])[0].save(sys.argv[2])
    print(f"loaded by StableDiffusionPipeline; {used} words; picture within {apart:.2f} of 255")


if __name__ == "__main__":
    main()

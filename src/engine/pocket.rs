//! The pocket model: a Stable Diffusion of this project's own, inside the binary.
//!
//! The folder `fixtures/pocket/` in diffusers' layout, compiled in file by file.

/// One file of the folder, by its path inside it.
macro_rules! file {
    ($path:literal) => {
        ($path, include_bytes!(concat!("../../fixtures/pocket/", $path)).as_slice())
    };
}

/// Every file of the folder.
pub(super) const FILES: &[(&str, &[u8])] = &[
    file!("model_index.json"),
    file!("recipe.json"),
    file!("safelight.json"),
    file!("sample.png"),
    file!("scheduler/scheduler_config.json"),
    file!("text_encoder/config.json"),
    file!("text_encoder/model.safetensors"),
    file!("tokenizer/merges.txt"),
    file!("tokenizer/special_tokens_map.json"),
    file!("tokenizer/tokenizer_config.json"),
    file!("tokenizer/vocab.json"),
    file!("unet/config.json"),
    file!("unet/diffusion_pytorch_model.safetensors"),
    file!("vae/config.json"),
    file!("vae/diffusion_pytorch_model.safetensors"),
];

/// The bytes of one file.
pub(super) fn file(path: &str) -> Option<&'static [u8]> {
    FILES.iter().find(|(name, _)| *name == path).map(|(_, bytes)| *bytes)
}

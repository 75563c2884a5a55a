//! The networks of a model, and where a folder keeps each of them.

/// One of the networks, with its folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `text_encoder/`
    Text,
    /// `text_encoder_2/`, of XL.
    SecondText,
    /// `unet/`
    Unet,
    /// `vae/`
    Vae,
}

impl Part {
    /// Its folder in diffusers' layout.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Text => "text_encoder",
            Self::SecondText => "text_encoder_2",
            Self::Unet => "unet",
            Self::Vae => "vae",
        }
    }

    /// What the names of its weights' files begin with.
    const fn stem(self) -> &'static str {
        match self {
            Self::Text | Self::SecondText => "model",
            Self::Unet | Self::Vae => "diffusion_pytorch_model",
        }
    }

    /// The paths at which weights are looked for, the first that is there wins: 32 bits before 16,
    /// one file before several with an index. transformers and diffusers put the variant of an
    /// index at different places.
    pub fn files(self) -> [String; 5] {
        [
            ".safetensors",
            ".safetensors.index.json",
            ".fp16.safetensors",
            ".safetensors.index.fp16.json",
            ".safetensors.fp16.index.json",
        ]
        .map(|end| format!("{}/{}{end}", self.folder(), self.stem()))
    }
}

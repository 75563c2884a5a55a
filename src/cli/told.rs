//! The flags for what only SDXL is told: a text of its own for the second encoder, and sizes.

use clap::Args;

use crate::walk::Asked;

const XL: &str = "What only SDXL is told";

/// What is told beside the prompt; refused for other families.
#[derive(Args, Clone, Debug, Default)]
pub struct ToldFlags {
    /// Other words for the second text encoder [default: the prompt]
    #[arg(long = "prompt-2", value_name = "PROMPT", allow_hyphen_values = true, help_heading = XL)]
    pub prompt_2: Option<String>,
    /// Height and width of the original picture [default: those of the walk]
    #[arg(long, value_parser = size, value_name = "HxW", help_heading = XL)]
    pub original_size: Option<[usize; 2]>,
    /// How far from the top and from the left the picture was cut out [default: 0,0]
    #[arg(long, value_parser = place, value_name = "T,L", help_heading = XL)]
    pub crop: Option<[usize; 2]>,
    /// Height and width that are aimed at [default: those of the walk]
    #[arg(long, value_parser = size, value_name = "HxW", help_heading = XL)]
    pub target_size: Option<[usize; 2]>,
}

impl ToldFlags {
    /// The same in what is asked of the engine.
    pub(super) fn put(&self, asked: Asked) -> Asked {
        Asked {
            prompt_2: self.prompt_2.clone(),
            original_size: self.original_size,
            crop: self.crop,
            target_size: self.target_size,
            ..asked
        }
    }
}

fn size(text: &str) -> Result<[usize; 2], String> {
    pair(text, 'x').ok_or_else(|| "height and width, as in 1024x768, are looked for".to_owned())
}

fn place(text: &str) -> Result<[usize; 2], String> {
    pair(text, ',').ok_or_else(|| "top and left, as in 0,64, are looked for".to_owned())
}

fn pair(text: &str, between: char) -> Option<[usize; 2]> {
    Asked::pair(text, between)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_are_read_with_the_right_sign_between() {
        assert_eq!(size("100x200"), Ok([100, 200]));
        assert_eq!(size("100×200"), Ok([100, 200]));
        assert_eq!(place(" 3, 5 "), Ok([3, 5]));
        for wrong in ["100", "100x", "x", "-1x2", "1x2x3", "100,200", ""] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}

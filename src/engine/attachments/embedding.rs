//! A learned embedding's file: `{token: [n,D]}` as diffusers writes it, or `emb_params` as
//! AUTOMATIC1111 does; for XL `clip_l` and `clip_g`, one for each text encoder. One row a vector; a token of several vectors takes several places.

use std::path::Path;

use crate::engine::tokenizer::PLACES;
use crate::engine::weights::Weights;
use crate::walk::{Family, Problem};

/// The name of the tensor in AUTOMATIC1111's files, which leave the token to the file's name.
pub(super) const EMB_PARAMS: &str = "emb_params";
/// The names of the two tensors in a file for XL: of the first text encoder and of the second.
const BOTH: [&str; 2] = ["clip_l", "clip_g"];
/// The longest token, in characters.
const LONGEST: usize = 64;

/// A token and its vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedWord {
    /// As it stands in a prompt.
    pub token: String,
    /// One row a place of the prompt, each as wide as the model's token vectors.
    pub rows: Vec<Vec<f32>>,
    /// The same for XL's second text encoder; empty for other families.
    pub second: Vec<Vec<f32>>,
}

impl LearnedWord {
    /// Reads a file; `asked` goes before the token that it names. `widths` are those of the
    /// model's text encoders.
    pub(super) fn read(
        file: &Weights,
        path: &str,
        asked: Option<&str>,
        widths: &[usize],
    ) -> Result<Self, Problem> {
        let about = |key: &'static str| Problem::new(key).with("file", path);
        let two = BOTH.iter().all(|name| file.has(name));
        let stem = Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let stem = stem.unwrap_or_default();
        if let (true, [first, second]) = (two, widths) {
            let [l, g] = BOTH;
            return Ok(Self {
                token: checked(asked.unwrap_or(&stem))?,
                rows: rows(file, path, l, *first)?,
                second: rows(file, path, g, *second)?,
            });
        }
        let (xl, older) = (Family::Sdxl.name(), "SD 1.x / 2.x");
        let family =
            |made, family| about("embedding-family").with("made", made).with("family", family);
        if two {
            return Err(family(xl, older));
        }
        let names: Vec<String> = file.names().take(3).collect();
        let name = match names.as_slice() {
            [name] => name,
            names => names
                .iter()
                .find(|name| *name == EMB_PARAMS)
                .ok_or_else(|| about("embedding-none").with("tensors", file.names().count()))?,
        };
        let [width] = *widths else { return Err(family(older, xl)) };
        let rows = rows(file, path, name, width)?;
        let own = if name == EMB_PARAMS { stem } else { name.clone() };
        let token = checked(asked.unwrap_or(&own))?;
        Ok(Self { token, rows, second: Vec::new() })
    }
}

/// The vectors of one tensor, one row each.
fn rows(file: &Weights, path: &str, name: &str, width: usize) -> Result<Vec<Vec<f32>>, Problem> {
    let about = |key: &'static str| Problem::new(key).with("file", path);
    let shape = file.shape(name).unwrap_or(&[]).to_vec();
    let (rows, found) = match *shape.as_slice() {
        [found] => (1, found),
        [rows, found] => (rows, found),
        _ => (0, 0),
    };
    if rows == 0 || rows > PLACES - 2 || found != width {
        return Err(about("embedding-shape")
            .with("found", format!("{shape:?}"))
            .with("width", width)
            .with("most", PLACES - 2));
    }
    let numbers = file.numbers_of(name)?;
    if numbers.iter().any(|x| !x.is_finite()) {
        return Err(about("attachment-not-finite").with("tensor", clipped(name)));
    }
    Ok(numbers.chunks_exact(width).map(<[f32]>::to_vec).collect())
}

/// A token that can be typed and told apart.
pub fn checked(token: &str) -> Result<String, Problem> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if token.is_empty() || token.chars().count() > LONGEST || token.contains(odd) {
        return Err(Problem::usage("embedding-token").with("token", clipped(token)));
    }
    Ok(token.to_owned())
}

/// The start of a name from a file, for sentences.
pub fn clipped(name: &str) -> String {
    name.chars().take(80).collect()
}

//! A learned embedding's file: `{token: [n,D]}` as diffusers writes it, or `emb_params` as
//! AUTOMATIC1111 does. One row a vector; a token of several vectors takes several places.

use std::path::Path;

use crate::engine::tokenizer::PLACES;
use crate::engine::weights::Weights;
use crate::walk::Problem;

/// The name of the tensor in AUTOMATIC1111's files, which leave the token to the file's name.
pub(super) const EMB_PARAMS: &str = "emb_params";
/// The longest token, in characters.
const LONGEST: usize = 64;

/// A token and its vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedWord {
    /// As it stands in a prompt.
    pub token: String,
    /// One row a place of the prompt, each as wide as the model's token vectors.
    pub rows: Vec<Vec<f32>>,
}

impl LearnedWord {
    /// Reads a file; `asked` goes before the token that it names.
    pub(super) fn read(
        file: &Weights,
        path: &str,
        asked: Option<&str>,
        width: usize,
    ) -> Result<Self, Problem> {
        let about = |key: &'static str| Problem::new(key).with("file", path);
        let names: Vec<String> = file.names().take(3).collect();
        let name = match names.as_slice() {
            [name] => name,
            names => names
                .iter()
                .find(|name| *name == EMB_PARAMS)
                .ok_or_else(|| about("embedding-none").with("tensors", file.names().count()))?,
        };
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
        let stem = Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let own = if name == EMB_PARAMS { stem.unwrap_or_default() } else { name.clone() };
        let token = checked(asked.unwrap_or(&own))?;
        Ok(Self { token, rows: numbers.chunks_exact(width).map(<[f32]>::to_vec).collect() })
    }
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

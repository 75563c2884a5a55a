//! The second opinion: how far candle-transformers' networks agree with this program's own, and
//! why no further.

mod blocks;
mod parts;

use super::generate::{Look, Walk};
use super::open::Engine;
use crate::walk::statistics::relative_error;
use crate::walk::{Asked, EngineChoice, Frame, Grid, Problem, Watch};

/// One thing compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Name of the tensor or part, such as `text.context`.
    pub name: String,
    /// `‖a − b‖ / ‖b‖`; `None` where it could not be compared.
    pub error: Option<f32>,
    /// Key of the sentence that says why it is no better, or why there is nothing to compare.
    pub why: &'static str,
}

/// Above this, rounding in 32 bits is no explanation any more.
const ROUNDING: f64 = 2e-5;

impl Compared {
    /// Two answers held against each other; `why` explains what rounding does not.
    fn of(name: impl Into<String>, ours: &Grid, theirs: &Grid, why: &'static str) -> Self {
        let error = relative_error(theirs.data(), ours.data());
        let why = if error <= ROUNDING { "verify.rounding" } else { why };
        Self { name: name.into(), error: Some(error as f32), why }
    }

    /// What could not be compared.
    fn not(name: impl Into<String>, why: &'static str) -> Self {
        Self { name: name.into(), error: None, why }
    }
}

/// Runs what both engines can run on the same settings and compares: whole walks where
/// candle-transformers can hold the model, else its networks and blocks one by one.
pub fn verify(asked: &Asked, watch: &dyn Watch) -> Result<Vec<Compared>, Problem> {
    let as_engine = |engine| Asked { engine, ..asked.clone() };
    match Engine::open(&as_engine(EngineChoice::Stock), watch) {
        Ok(stock) => {
            let own = Engine::open(&as_engine(EngineChoice::Own), watch)?;
            let settings = own.settle(&as_engine(EngineChoice::Own))?;
            let mut ours = own.walk(&settings, Look::default())?;
            let mut theirs = stock.walk(&settings, Look::default())?;
            walks(&mut ours, &mut theirs, own.has_exact_gelu(), watch)
        }
        Err(problem) if problem.key() == "stock-groups" => {
            parts::compare(asked, "verify.groups", watch)
        }
        Err(problem) if problem.key() == "stock-shape" => {
            parts::compare(asked, "verify.shape", watch)
        }
        Err(problem) => Err(problem),
    }
}

/// Both walks side by side, frame by frame.
fn walks(
    ours: &mut Walk,
    theirs: &mut Walk,
    exact_gelu: bool,
    watch: &dyn Watch,
) -> Result<Vec<Compared>, Problem> {
    let mut found = Vec::new();
    while let (Some(ours), Some(theirs)) = (ours.next(watch), theirs.next(watch)) {
        match (&ours?, &theirs?) {
            (Frame::Embeddings(ours), Frame::Embeddings(theirs)) => {
                found.push(if exact_gelu {
                    Compared::not("text.context", "verify.text-gelu")
                } else {
                    Compared::of("text.context", &ours.context, &theirs.context, "verify.unknown")
                });
            }
            (Frame::Step(ours), Frame::Step(theirs)) => {
                // From the second call on the inputs differ already, so that differences add up.
                let why = if ours.call == 0 { "verify.gelu" } else { "verify.gelu-grows" };
                let name = format!("step.{:03}", ours.call);
                found.push(Compared::of(format!("{name}.pred"), &ours.pred, &theirs.pred, why));
                found.push(Compared::of(format!("{name}.next"), &ours.next, &theirs.next, why));
            }
            (Frame::Image(ours), Frame::Image(theirs)) => {
                let why = "verify.gelu-grows";
                found.push(Compared::of("image", &ours.image, &theirs.image, why));
            }
            _ => {}
        }
    }
    Ok(found)
}

//! One number by hand: the sampler's formula with its real numbers, for one cell of the latent.

use crate::views::parts::working::{Line, number, operand};
use crate::walk::{Grid, Quantity, Step};
use crate::words::Words;

/// Digits behind the point.
const DIGITS: usize = 4;

/// The whole calculation for one number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Worked {
    /// Channel, row and column of the number.
    pub(super) cell: (usize, usize, usize),
    /// The lines in their order; the last gives the next latent.
    pub(super) lines: Vec<Line>,
    /// Whether the first line is what the network is shown of the latent: it can be left out.
    pub(super) begins_with_input: bool,
    /// The number that the engine stored in the next latent.
    pub(super) stored: f32,
}

/// Works out one number of a step's next latent. `steps` are the calls so far: some samplers draw
/// on earlier ones. `None` where one of them is missing.
pub(super) fn work(
    steps: &[&Step],
    step: &Step,
    (channel, y, x): (usize, usize, usize),
    words: Words,
) -> Option<Worked> {
    let place = (channel * step.latent.height() + y) * step.latent.width() + x;
    let at = |grid: &Grid| grid.data().get(place).copied();
    let formula = &step.formula;
    let (latent, pred, text) = (at(&step.latent)?, at(&step.pred)?, at(&step.pred_text)?);
    let of_latent = |factor| (factor, "x_t".to_owned(), latent);
    let mut lines = Vec::new();
    let begins_with_input = formula.input_scale != 1.0;
    if begins_with_input {
        let what = words.text("step.hand-input");
        lines.push(weighted("input", what, &[of_latent(formula.input_scale)]));
    }
    lines.push(match step.pred_uncond.as_ref().and_then(at) {
        Some(without) => {
            let factor = step
                .pred_uncond
                .as_ref()
                .filter(|_| formula.guidance_rescale > 0.0)
                .and_then(|uncond| formula.rescaling(uncond, &step.pred_text));
            guided((formula.guidance, factor), (without, text), words)
        }
        None => Line {
            name: "pred",
            letters: String::new(),
            numbers: shown(text),
            result: String::new(),
            what: words.text("step.hand-alone").to_owned(),
        },
    });
    let of_pred = |factor| (factor, "pred".to_owned(), pred);
    let what = words.text("step.hand-x0");
    lines.push(weighted("x0", what, &[of_latent(formula.x0[0]), of_pred(formula.x0[1])]));
    if formula.next.iter().any(|term| term.of == Quantity::Epsilon) {
        let [a, b] = formula.epsilon;
        lines.push(weighted("ε", words.text("step.hand-epsilon"), &[of_latent(a), of_pred(b)]));
    }
    let terms = formula
        .next
        .iter()
        .map(|term| {
            let (name, grid) = look_up(steps, step, term.of)?;
            Some((term.factor, name, at(&grid)?))
        })
        .collect::<Option<Vec<_>>>()?;
    lines.push(weighted("next", words.text("step.hand-next"), &terms));
    Some(Worked { cell: (channel, y, x), lines, begins_with_input, stored: at(&step.next)? })
}

/// The two answers mixed, and multiplied by the factor that gives the mixture the deviation of the
/// prompt's answer, where there is one.
fn guided((g, factor): (f32, Option<f32>), (without, with): (f32, f32), words: Words) -> Line {
    let times = |sum: String| match factor {
        Some(factor) => format!("{}·({sum})", shown(factor)),
        None => sum,
    };
    let (scale, before) = (shown(g), shown(without));
    let subtracted = operand(without.into(), DIGITS);
    Line {
        name: "pred",
        letters: times(words.fill("step.hand-mix", &[("scale", &scale)])),
        numbers: times(format!("{before} + {scale}·({} − {subtracted})", shown(with))),
        result: shown(factor.unwrap_or(1.0) * (without + g * (with - without))),
        what: words.text("step.hand-guided").to_owned(),
    }
}

/// The grid that a quantity names, and its symbol.
fn look_up(steps: &[&Step], step: &Step, quantity: Quantity) -> Option<(String, Grid)> {
    let earlier = |call: usize| steps.iter().find(|other| other.call == call);
    let of_call = |symbol: &str, call: usize| format!("{symbol}[{}]", call + 1);
    Some(match quantity {
        Quantity::Latent => ("x_t".to_owned(), step.latent.clone()),
        Quantity::LatentOfCall(call) => (of_call("x_t", call), earlier(call)?.latent.clone()),
        Quantity::Pred => ("pred".to_owned(), step.pred.clone()),
        Quantity::PredOfCall(call) => (of_call("pred", call), earlier(call)?.pred.clone()),
        Quantity::X0 => ("x0".to_owned(), step.x0.clone()),
        Quantity::X0OfCall(call) => (of_call("x0", call), earlier(call)?.x0.clone()),
        Quantity::Epsilon => ("ε".to_owned(), step.epsilon_of(&step.pred)),
        Quantity::ExtraNoise => ("z".to_owned(), step.extra_noise.clone()?),
    })
}

fn weighted(name: &'static str, what: &str, terms: &[(f32, String, f32)]) -> Line {
    let there: Vec<_> = terms.iter().filter(|(factor, _, _)| *factor != 0.0).collect();
    let join = |value: &dyn Fn(&(f32, String, f32)) -> String| {
        there.iter().enumerate().fold(String::new(), |text, (i, term)| {
            let sign = match (i, term.0 < 0.0) {
                (0, true) => "−",
                (0, false) => "",
                (_, true) => " − ",
                (_, false) => " + ",
            };
            text + sign + &format!("{}·{}", shown(term.0.abs()), value(term))
        })
    };
    Line {
        name,
        letters: join(&|term| term.1.clone()),
        numbers: join(&|term| operand(term.2.into(), DIGITS)),
        result: shown(terms.iter().map(|(factor, _, value)| factor * value).sum()),
        what: what.to_owned(),
    }
}

/// A number of the calculation as it is shown.
pub(super) fn shown(x: f32) -> String {
    number(x.into(), DIGITS)
}

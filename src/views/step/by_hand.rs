//! One number by hand: the sampler's formula with its real numbers, for one cell of the latent.

use crate::walk::{Grid, Quantity, Step};

/// One line of the calculation.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// What is computed: a symbol of the field.
    pub(super) name: &'static str,
    /// Key of the words beside it.
    pub(super) key: &'static str,
    /// With letters.
    pub(super) letters: String,
    /// With numbers.
    pub(super) numbers: String,
    /// What comes out.
    pub(super) result: f32,
}

/// The whole calculation for one number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Worked {
    /// Channel, row and column of the number.
    pub(super) cell: (usize, usize, usize),
    /// The lines in their order; the last gives the next latent.
    pub(super) lines: Vec<Line>,
    /// The number that the engine stored in the next latent.
    pub(super) stored: f32,
}

/// Works out one number of a step's next latent. `steps` are the calls so far: some samplers draw
/// on earlier ones. `None` where one of them is missing.
pub(super) fn work(steps: &[&Step], step: &Step, cell: (usize, usize, usize)) -> Option<Worked> {
    let (channel, y, x) = cell;
    let place = (channel * step.latent.height() + y) * step.latent.width() + x;
    let at = |grid: &Grid| grid.data().get(place).copied();
    let formula = &step.formula;
    let (latent, pred, text) = (at(&step.latent)?, at(&step.pred)?, at(&step.pred_text)?);
    let mut lines = Vec::new();
    if let Some(without) = step.pred_uncond.as_ref().and_then(at) {
        let g = formula.guidance;
        lines.push(Line {
            name: "pred",
            key: "step.hand-guided",
            letters: format!("without + {}·(with − without)", number(g)),
            numbers: format!(
                "{} + {}·({} − {})",
                number(without),
                number(g),
                number(text),
                bracketed(without)
            ),
            result: without + g * (text - without),
        });
    }
    lines.push(weighted(
        "x0",
        "step.hand-x0",
        &[(formula.x0[0], "x_t".to_owned(), latent), (formula.x0[1], "pred".to_owned(), pred)],
    ));
    if formula.next.iter().any(|term| term.of == Quantity::Epsilon) {
        let [a, b] = formula.epsilon;
        lines.push(weighted(
            "ε",
            "step.hand-epsilon",
            &[(a, "x_t".to_owned(), latent), (b, "pred".to_owned(), pred)],
        ));
    }
    let terms = formula
        .next
        .iter()
        .map(|term| {
            let (name, grid) = look_up(steps, step, term.of)?;
            Some((term.factor, name, at(&grid)?))
        })
        .collect::<Option<Vec<_>>>()?;
    lines.push(weighted("next", "step.hand-next", &terms));
    Some(Worked { cell, lines, stored: at(&step.next)? })
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

fn weighted(name: &'static str, key: &'static str, terms: &[(f32, String, f32)]) -> Line {
    let shown: Vec<_> = terms.iter().filter(|(factor, _, _)| *factor != 0.0).collect();
    let join = |part: &dyn Fn(&str) -> String, value: &dyn Fn(&(f32, String, f32)) -> String| {
        shown.iter().enumerate().fold(String::new(), |text, (i, term)| {
            let sign = match (i, term.0 < 0.0) {
                (0, true) => "−",
                (0, false) => "",
                (_, true) => " − ",
                (_, false) => " + ",
            };
            text + sign + &part(&format!("{}·{}", number(term.0.abs()), value(term)))
        })
    };
    Line {
        name,
        key,
        letters: join(&str::to_owned, &|term| term.1.clone()),
        numbers: join(&str::to_owned, &|term| bracketed(term.2)),
        result: terms.iter().map(|(factor, _, value)| factor * value).sum(),
    }
}

/// A number with four digits behind the point, fewer where they are zero, with a true minus sign.
pub(super) fn number(x: f32) -> String {
    let text = format!("{:.4}", x.abs());
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if x < 0.0 && text != "0" { format!("−{text}") } else { text.to_owned() }
}

fn bracketed(x: f32) -> String {
    if x < 0.0 { format!("({})", number(x)) } else { number(x) }
}

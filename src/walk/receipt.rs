//! How far two walks of the same settings agree, frame by frame: a recording held against the same
//! walk computed again.

use super::statistics::relative_error;
use super::{Frame, Grid, Stage, Step};

/// What rounding alone can explain between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    /// One of the two was kept in 16 bits, pictures and attention in 8.
    pub compact: bool,
    /// One of the two was computed in 16 bits.
    pub half: bool,
}

impl Rounding {
    /// The largest relative error that is still agreement: of 32-bit arithmetic over a whole walk
    /// in another order of sums, of numbers kept in 16 bits (11 bits of fraction), or of networks
    /// computed in 16 bits.
    pub const fn bound(self) -> f64 {
        match (self.half, self.compact) {
            (true, _) => 0.05,
            (false, true) => 1e-3,
            (false, false) => 2e-4,
        }
    }

    /// The same for what is kept in 8 bits.
    fn coarse(self) -> f64 {
        if self.compact { self.bound().max(0.02) } else { self.bound() }
    }
}

/// One tensor of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Its name in a recording, without the step's number: `latent`, `pred_text`.
    pub name: &'static str,
    /// `‖here − recorded‖ / ‖recorded‖`; infinite where the shapes differ or one is missing.
    pub error: f64,
    /// Up to where that is agreement.
    pub bound: f64,
}

impl Held {
    /// Whether it is more than rounding.
    pub fn parts(&self) -> bool {
        // Not a number is no agreement.
        self.error > self.bound || self.error.is_nan()
    }
}

/// One frame of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Its stage.
    pub stage: Stage,
    /// Its call of the network, from 0, where it is a step.
    pub call: Option<usize>,
    /// Its tensors that can be compared; what follows from them is not among them.
    pub held: Vec<Held>,
}

impl Agreement {
    /// Holds a recorded frame against the one computed here.
    pub fn of(recorded: &Frame, here: &Frame, rounding: Rounding) -> Self {
        Self {
            stage: recorded.stage(),
            call: recorded.as_step().map(|step| step.call),
            held: held(recorded, here, rounding),
        }
    }

    /// The first tensor, in the order in which they are computed, that is more than rounding off.
    pub fn parting(&self) -> Option<&Held> {
        self.held.iter().find(|held| held.parts())
    }
}

fn held(recorded: &Frame, here: &Frame, rounding: Rounding) -> Vec<Held> {
    let (bound, coarse) = (rounding.bound(), rounding.coarse());
    let grids =
        |name, went: &Grid, came: &Grid, bound| Held { name, error: error(went, came), bound };
    let lines = |name, went: &[f32], came: &[f32]| Held {
        name,
        error: relative_error(came, went),
        bound: 1e-5,
    };
    match (recorded, here) {
        (Frame::Tokens(went), Frame::Tokens(came)) => {
            let error = if went.encoders == came.encoders { 0.0 } else { f64::INFINITY };
            vec![Held { name: "tokens", error, bound: 0.0 }]
        }
        (Frame::Embeddings(went), Frame::Embeddings(came)) => {
            let first = went.encoders.first().zip(came.encoders.first());
            let table = first.and_then(|(a, b)| a.layers.first().zip(b.layers.first()));
            let table = table.map(|(a, b)| grids("text.0.layer.00", a, b, bound));
            table
                .into_iter()
                .chain([grids("text.context", &went.context, &came.context, bound)])
                .collect()
        }
        (Frame::Schedule(went), Frame::Schedule(came)) => {
            let mut all = vec![
                lines("timesteps", &went.timesteps, &came.timesteps),
                lines("levels", &went.levels, &came.levels),
            ];
            all.extend(
                went.sigmas.as_ref().map(|sigmas| {
                    lines("sigmas", sigmas, came.sigmas.as_deref().unwrap_or_default())
                }),
            );
            all
        }
        (Frame::Encode(went), Frame::Encode(came)) => vec![
            grids("init.image", &went.image, &came.image, bound),
            grids("encode.moments", &went.moments, &came.moments, bound),
            grids("encode.noise", &went.noise, &came.noise, bound),
        ],
        (Frame::Noise(went), Frame::Noise(came)) => {
            vec![grids("noise", &went.noise, &came.noise, bound)]
        }
        (Frame::Step(went), Frame::Step(came)) => steps(went, came, bound, coarse),
        (Frame::Decode(went), Frame::Decode(came)) => {
            vec![grids("decode.input", &went.input, &came.input, bound)]
        }
        (Frame::Image(went), Frame::Image(came)) => {
            let bytes = |image: &super::Image| {
                let picture = image.picture();
                picture.map(|p| p.rgb().iter().map(|&b| f32::from(b)).collect::<Vec<f32>>())
            };
            let error = if rounding.compact {
                let both = bytes(went).zip(bytes(came));
                both.map_or(f64::INFINITY, |(went, came)| relative_error(&came, &went))
            } else {
                error(&went.image, &came.image)
            };
            vec![Held { name: "image", error, bound: coarse }]
        }
        _ => vec![Held { name: "stage", error: f64::INFINITY, bound }],
    }
}

/// A step's tensors in the order in which they come about. `pred`, `x0` and `next` follow from
/// them by the formula; the next call's latent is compared there.
fn steps(went: &Step, came: &Step, bound: f64, coarse: f64) -> Vec<Held> {
    let grids =
        |name, went: &Grid, came: &Grid, bound| Held { name, error: error(went, came), bound };
    let maybe = |name, went: Option<&Grid>, came: Option<&Grid>, bound| match (went, came) {
        (None, None) => None,
        (Some(went), Some(came)) => Some(grids(name, went, came, bound)),
        _ => Some(Held { name, error: f64::INFINITY, bound }),
    };
    let without = maybe("pred_uncond", went.pred_uncond.as_ref(), came.pred_uncond.as_ref(), bound);
    let extra = maybe("extra_noise", went.extra_noise.as_ref(), came.extra_noise.as_ref(), bound);
    let attention = went.attention.as_ref().zip(came.attention.as_ref()).map(|(went, came)| {
        let means = came.rows.width() / went.rows.width().max(1);
        let came = came.block_means(means).unwrap_or_else(|| came.clone());
        grids("attn", &went.rows, &came.rows, coarse)
    });
    let last = (went.call + 1 == went.calls).then(|| grids("next", &went.next, &came.next, bound));
    let first = [grids("latent", &went.latent, &came.latent, bound)];
    let answers =
        without.into_iter().chain([grids("pred_text", &went.pred_text, &came.pred_text, bound)]);
    first.into_iter().chain(answers).chain(attention).chain(extra).chain(last).collect()
}

/// Infinite where the shapes differ.
fn error(went: &Grid, came: &Grid) -> f64 {
    if went.shape() == came.shape() {
        relative_error(came.data(), went.data())
    } else {
        f64::INFINITY
    }
}

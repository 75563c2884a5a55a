//! A question with one place of the prompt masked.

use candle_core::Tensor;

use super::super::capture;
use super::super::pace::Pace;
use super::super::probe::Probe;
use super::super::weights::compute_failed;
use super::{Walk, out_of_order};
use crate::walk::{Grid, Problem, Stage, Watch};

impl Walk {
    /// The network's answer with one place of the prompt masked. A place whose weight in attention is 0 might
    /// as well not be there: the prompt's vectors go in without it, and the row of the negative
    /// prompt, which keeps all of its places, by itself.
    pub(super) fn ask_masked(
        &self,
        input: &Grid,
        timestep: f64,
        probe: &mut Probe,
        watch: &dyn Watch,
        (call, place): (usize, usize),
    ) -> Result<Grid, Problem> {
        let told = self.told.as_ref().ok_or_else(out_of_order)?;
        let context = &told.context;
        let pace = Pace::new(watch, Stage::Step, call);
        let networks = &self.parts.networks;
        let tensor = capture::tensor(input, networks.place())?;
        let failed = |error: candle_core::Error| compute_failed(&error);
        let (rows, places, _) = context.dims3().map_err(failed)?;
        let text = context.narrow(0, rows - 1, 1).map_err(failed)?;
        let without = text.narrow(1, 0, place).and_then(|before| {
            Tensor::cat(&[&before, &text.narrow(1, place + 1, places - place - 1)?], 1)
        });
        let last = told.rows(rows - 1, 1).map_err(failed)?;
        let without = last.with_context(without.map_err(failed)?);
        let with = networks.predict(&tensor, timestep, &without, probe, &pace)?;
        if rows == 1 {
            return capture::grid(&with);
        }
        let negative = told.rows(0, 1).map_err(failed)?;
        let without_prompt =
            networks.predict(&tensor, timestep, &negative, &mut Probe::nothing(), &pace)?;
        capture::grid(&Tensor::cat(&[&without_prompt, &with], 0).map_err(failed)?)
    }
}

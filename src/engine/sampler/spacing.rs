//! How timesteps are spread over the training steps, and Karras' spacing of σ. Numbers come as
//! numpy makes them, rounding included.

use crate::engine::scheduler_config::SchedulerConfig;
use crate::walk::{Problem, Settings, Spacing};

/// Falling timesteps for `count` steps, rounded except for linspace.
pub(super) fn timesteps(
    config: &SchedulerConfig,
    settings: &Settings,
) -> Result<Vec<f64>, Problem> {
    let (train, count) = (config.train_steps, settings.steps);
    Ok(match settings.spacing {
        Spacing::Leading => {
            leading(train, count, config.whole("steps_offset", 0, 0..=config.train_steps)?)
        }
        Spacing::Linspace => linspace(train, count),
        Spacing::Trailing => trailing(train, train, count),
    })
}

/// Timesteps and σ of the samplers that ask at fractions: the spaced timesteps, or Karras' levels
/// between the ends that the schedule has, unless `low` or `high` are given.
pub(super) fn fractional(
    config: &SchedulerConfig,
    settings: &Settings,
    table: &[f32],
    (low, high): (Option<f64>, Option<f64>),
) -> Result<(Vec<f64>, Vec<f64>), Problem> {
    let spaced: Vec<f64> =
        timesteps(config, settings)?.into_iter().map(|t| f64::from(t as f32)).collect();
    let sigmas: Vec<f64> = spaced.iter().map(|&t| interpolate(table, t)).collect();
    if !settings.karras {
        return Ok((spaced, sigmas));
    }
    let end = |given: Option<f64>, own: Option<&f64>| given.or(own.copied()).unwrap_or(1.0);
    let sigmas = karras(end(low, sigmas.last()), end(high, sigmas.first()), settings.steps);
    let timesteps = sigmas.iter().map(|&s| timestep_of(table, s)).collect();
    Ok((timesteps, sigmas))
}

/// Timesteps and σ of the multistep solvers: one point more than steps, the last one dropped,
/// except for trailing. `train` is how many training steps count; Karras' levels span the whole
/// table, whatever the spacing, unless `low` or `high` are given, and their timesteps are made
/// whole by `whole`.
pub(super) fn multistep(
    config: &SchedulerConfig,
    settings: &Settings,
    table: &[f32],
    train: usize,
    whole: &dyn Fn(f64) -> f64,
    (low, high): (Option<f64>, Option<f64>),
) -> Result<(Vec<f64>, Vec<f64>), Problem> {
    let count = settings.steps;
    if settings.karras {
        let end = |given: Option<f64>, own: Option<&f32>| {
            given.or(own.map(|&s| f64::from(s))).unwrap_or(1.0)
        };
        let sigmas = karras(end(low, table.first()), end(high, table.last()), count);
        let exact = sigmas.iter().map(|&s| timestep_of(table, s));
        return Ok((exact.map(whole).collect(), sigmas));
    }
    let timesteps: Vec<f64> = match settings.spacing {
        Spacing::Linspace => {
            let points = linspace(train.max(1), count + 1);
            points.into_iter().take(count).map(f64::round_ties_even).collect()
        }
        Spacing::Leading => {
            let offset = config.whole("steps_offset", 0, 0..=config.train_steps)?;
            leading(train, count + 1, offset).into_iter().take(count).collect()
        }
        Spacing::Trailing => trailing(train, config.train_steps, count),
    };
    let sigmas = timesteps.iter().map(|&t| interpolate(table, t)).collect();
    Ok((timesteps, sigmas))
}

/// Whole strides from 0, plus an offset.
pub(super) fn leading(train: usize, count: usize, offset: usize) -> Vec<f64> {
    (0..count).rev().map(|i| (i * (train / count) + offset) as f64).collect()
}

/// Evenly from the last training step to the first.
pub(super) fn linspace(train: usize, count: usize) -> Vec<f64> {
    let last = (train - 1) as f64;
    let stride = if count > 1 { last / (count - 1) as f64 } else { 0.0 };
    let value = |i: usize| if i > 0 && i + 1 == count { last } else { i as f64 * stride };
    (0..count).rev().map(value).collect()
}

/// Whole strides from the end. The count follows the float arithmetic of `numpy.arange`: for 61
/// steps of 1000, and a few others, there is one more, at −1.
pub(super) fn trailing(from: usize, train: usize, count: usize) -> Vec<f64> {
    let (start, stride) = (from as f64, train as f64 / count as f64);
    let length = (start / stride).ceil() as usize;
    let stride = start - (start - stride);
    (0..length).map(|i| (start - i as f64 * stride).round_ties_even() - 1.0).collect()
}

/// σ for each training step, rising.
pub(super) fn sigma_table(alphas: &[f32]) -> Vec<f32> {
    alphas.iter().map(|a| ((1.0 - a) / a).sqrt()).collect()
}

/// The table's value at a timestep that may have a fraction; the ends hold beyond the table.
pub(super) fn interpolate(table: &[f32], timestep: f64) -> f64 {
    let last = table.len().saturating_sub(1);
    let place = timestep.clamp(0.0, last as f64);
    let low = (place as usize).min(last.saturating_sub(1));
    let (a, b) = (f64::from(table[low]), f64::from(table[(low + 1).min(last)]));
    a + (b - a) * (place - low as f64)
}

/// Karras et al. 2022, equation 5, ρ = 7: `count` levels from `high` down to `low`.
pub(super) fn karras(low: f64, high: f64, count: usize) -> Vec<f64> {
    let (low, high) = (low.powf(1.0 / 7.0), high.powf(1.0 / 7.0));
    let last = count.saturating_sub(1).max(1) as f64;
    (0..count).map(|i| (high + i as f64 / last * (low - high)).powi(7)).collect()
}

/// The timestep, with a fraction, at which the table has this σ: linear in log σ.
pub(super) fn timestep_of(table: &[f32], sigma: f64) -> f64 {
    let log = sigma.max(1e-10).ln();
    let above = table.partition_point(|&s| f64::from(s.ln()) <= log);
    let low = above.saturating_sub(1).min(table.len().saturating_sub(2));
    let (a, b) = (f64::from(table[low].ln()), f64::from(table[low + 1].ln()));
    let share = ((a - log) / (a - b)).clamp(0.0, 1.0);
    (1.0 - share) * low as f64 + share * (low + 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_has_one_timestep_too_many_where_numpy_has() {
        let odd: Vec<usize> = (1..=200).filter(|&n| trailing(1000, 1000, n).len() != n).collect();
        assert_eq!(odd, [61, 103, 121, 122]);
        assert_eq!(trailing(1000, 1000, 61).last(), Some(&-1.0));
        assert_eq!(trailing(1000, 1000, 4), [999.0, 749.0, 499.0, 249.0]);
    }

    #[test]
    fn leading_never_begins_at_the_end_for_odd_counts() {
        assert_eq!(leading(1000, 7, 1)[0], 853.0);
        assert_eq!(leading(1000, 1, 1), [1.0]);
        assert_eq!(linspace(1000, 1), [0.0]);
    }
}

//! Several walks in step: what their networks are asked at the same timestep is asked in one
//! batch. On the processor this is faster for small latents, whose matrices are narrow.

use std::sync::Arc;
use std::time::Instant;

use super::capture;
use super::generate::{Answer, Walk};
use super::pace::Pace;
use super::probe::Probe;
use super::told::Told;
use super::weights::compute_failed;
use crate::walk::{Frame, Grid, Problem, Stage, Watch};

/// The most latent cells in a batch: as many as one picture of Stable Diffusion 1.x has, so that a
/// batch needs no more memory than such a picture.
const MOST_CELLS: usize = 64 * 64;

/// The next frame of each walk; `None` for a walk that is at its end.
pub fn next_together(
    walks: &mut [&mut Walk],
    watch: &dyn Watch,
) -> Vec<Option<Result<Frame, Problem>>> {
    let mut frames: Vec<Option<Result<Frame, Problem>>> = walks.iter().map(|_| None).collect();
    let mut left: Vec<usize> = (0..walks.len()).collect();
    while let Some(&first) = left.first() {
        let together = beside(walks, first, &left);
        left.retain(|i| !together.contains(i));
        if together.len() == 1 {
            frames[first] = walks[first].next(watch);
            continue;
        }
        match ask(walks, &together, watch) {
            Ok(answers) => {
                for (&i, answer) in together.iter().zip(answers) {
                    let call = walks[i].next_call().unwrap_or(0);
                    frames[i] = Some(walks[i].take_answer(call, answer, watch));
                }
            }
            Err(problem) => {
                for i in together {
                    frames[i] = Some(Err(problem.clone()));
                }
            }
        }
    }
    frames
}

/// The walks, `first` among them, whose next questions fit into one batch with its own.
fn beside(walks: &[&mut Walk], first: usize, left: &[usize]) -> Vec<usize> {
    let Some(question) = question(walks[first]) else { return vec![first] };
    let cells = question.0.width() * question.0.height();
    let fits = |i: &usize| {
        let other = self::question(walks[*i]);
        Arc::ptr_eq(walks[*i].parts(), walks[first].parts())
            && other
                .is_some_and(|other| other.1 == question.1 && other.0.shape() == question.0.shape())
    };
    left.iter().copied().filter(fits).take((MOST_CELLS / cells.max(1)).max(1)).collect()
}

fn question(walk: &Walk) -> Option<(Grid, f64)> {
    walk.question(walk.next_call()?).ok()
}

/// Asks the network once for all of them.
fn ask(walks: &[&mut Walk], together: &[usize], watch: &dyn Watch) -> Result<Vec<Answer>, Problem> {
    let began = Instant::now();
    let missing = || Problem::new("compute-failed").with("reason", "a walk without a question");
    let (mut numbers, mut all, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    let (mut shape, mut timestep, mut call) = (Vec::new(), 0.0, 0);
    for &i in together {
        let (input, at) = question(walks[i]).ok_or_else(missing)?;
        let told = walks[i].told().ok_or_else(missing)?;
        let copies = told.context.dims().first().copied().unwrap_or(1);
        rows.push((rows.last().map_or(0, |(end, _)| *end) + copies, copies));
        numbers.extend(input.data().repeat(copies));
        all.push(told);
        (shape, timestep) = (input.shape().to_vec(), at);
        call = walks[i].next_call().unwrap_or(0);
    }
    shape[0] = rows.last().map_or(0, |(end, _)| *end);
    let networks = &walks[together[0]].parts().networks;
    let batch = Grid::new(&shape, numbers).ok_or_else(missing)?;
    let tensor = capture::tensor(&batch, networks.place())?;
    let told = Told::joined(&all).map_err(|e| compute_failed(&e))?;
    let means: Vec<_> = together.iter().map(|&i| walks[i].wanted_mean(call)).collect();
    let wanted = rows.iter().zip(&means);
    let mut probe = Probe::of_rows(wanted.filter_map(|((end, _), mean)| Some((end - 1, (*mean)?))));
    let pace = Pace::new(watch, Stage::Step, call);
    let answer = networks.predict(&tensor, timestep, &told, &mut probe, &pace)?;
    let seconds = began.elapsed().as_secs_f32() / together.len() as f32;
    let (mut answers, mut place) = (Vec::new(), 0);
    for ((end, copies), mean) in rows.into_iter().zip(means) {
        let own = answer.narrow(0, end - copies, copies).map_err(|e| compute_failed(&e))?;
        let attention = mean.and_then(|_| probe.attention_of(place));
        place += usize::from(mean.is_some());
        let numbers = capture::grid(&own)?;
        answers.push(Answer { numbers, attention, probes: Vec::new(), seconds });
    }
    Ok(answers)
}

//! The numbers of a walk as CSV (RFC 4180): one row a call of the network.

use std::io::{self, Write};
use std::path::Path;

use super::whole_file;
use crate::walk::{Frame, Problem, Step, Trajectory, TrajectoryPoint};

/// What the columns are, for `--help`.
pub const COLUMNS: &str = "\
Columns of the CSV, one row a call of the network; a field is empty where there is nothing to
tell. Norms are L2, all latents in the common scale; distances are per number (the norm divided by
the square root of the count), so that sizes can be compared:
  step, call           from 1; some samplers call more often than they have steps
  timestep             that the network was told
  sigma, sigma_next    noise level before and after
  latent_norm          of the noisy latent
  uncond_norm          of the noise predicted without the prompt (guidance only)
  text_norm            of the noise predicted with the prompt
  guided_norm          of the mixed noise that the sampler works with
  difference_norm      of with minus without (guidance only)
  angle                between the two, in degrees (guidance only)
  x0_norm              of the guess of the picture
  x0_moved             how far it moved since the call before
  x0_from_final        how far it is from the last one (whole walks only)
  cosine_with_seed     of the mixed noise with the seed's noise
  seconds, peak_mb     time and memory of the call";

const HEADER: [&str; 17] = [
    "step",
    "call",
    "timestep",
    "sigma",
    "sigma_next",
    "latent_norm",
    "uncond_norm",
    "text_norm",
    "guided_norm",
    "difference_norm",
    "angle",
    "x0_norm",
    "x0_moved",
    "x0_from_final",
    "cosine_with_seed",
    "seconds",
    "peak_mb",
];

/// Writes the numbers of the frames so far.
///
/// # Errors
///
/// What writing a file can meet.
pub fn write(path: &Path, frames: &[Frame]) -> Result<(), Problem> {
    let trajectory = Trajectory::of(frames);
    whole_file::write(path, |out| {
        record(out, &HEADER.map(str::to_owned))?;
        let steps = frames.iter().filter_map(Frame::as_step);
        for (step, point) in steps.zip(&trajectory.points) {
            record(out, &fields(step, point))?;
        }
        Ok(())
    })
}

fn fields(step: &Step, point: &TrajectoryPoint) -> [String; 17] {
    let x0 = crate::walk::Statistics::of(&step.x0).norm;
    [
        (step.step + 1).to_string(),
        (step.call + 1).to_string(),
        step.timestep.to_string(),
        step.sigma.to_string(),
        step.sigma_next.to_string(),
        number(Some(point.latent_norm)),
        number(point.uncond_norm),
        number(Some(point.text_norm)),
        number(Some(point.guided_norm)),
        number(point.difference_norm),
        number(point.angle),
        number(Some(x0)),
        number(point.x0_moved),
        number(point.x0_from_final),
        number(point.cosine_with_seed),
        number(Some(step.seconds)),
        number(step.peak_mb),
    ]
}

fn number(value: Option<f32>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// One record: fields parted by commas, quoted where they must be, CRLF at the end.
pub(crate) fn record(out: &mut dyn Write, fields: &[String]) -> io::Result<()> {
    let line: Vec<String> = fields.iter().map(|field| quoted(field)).collect();
    write!(out, "{}\r\n", line.join(","))
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_rfc_4180_asks_for_it() {
        let mut out = Vec::new();
        let fields = ["a", "b,c", "say \"cat\"", "two\nlines", ""].map(str::to_owned);
        record(&mut out, &fields).expect("memory takes it");
        let text = "a,\"b,c\",\"say \"\"cat\"\"\",\"two\nlines\",\r\n";
        assert_eq!(String::from_utf8_lossy(&out), text);
    }

    #[test]
    fn the_help_names_every_column() {
        for name in HEADER {
            assert!(COLUMNS.contains(name), "{name}");
        }
    }
}

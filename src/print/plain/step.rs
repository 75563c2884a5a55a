//! A step as sentences: short ones at each step, pictures described at a few, the curves at the
//! end.

use std::io;

use crate::walk::{Attention, Stage, Statistics, Step};

use super::super::json::shares;
use super::super::lines::pictured;
use super::super::numbers::{plain_number, short};
use super::super::panels;
use super::{Spoken, curve, visible};

impl Spoken<'_> {
    pub(super) fn step(&mut self, step: &Step) -> io::Result<()> {
        if step.call == 0 {
            self.stage(Stage::Step)?;
        }
        writeln!(self.out)?;
        let facts = [
            ("step", (step.step + 1).to_string()),
            ("steps", step.steps.to_string()),
            ("timestep", plain_number(f64::from(step.timestep))),
            ("sigma", short(step.sigma)),
            ("next", short(step.sigma_next)),
        ];
        self.fill("print.plain.step", &facts)?;
        if step.calls != step.steps {
            let facts = [("call", (step.call + 1).to_string()), ("calls", step.calls.to_string())];
            self.fill("print.plain.call", &facts)?;
        }
        let norm = Statistics::of(&step.epsilon_of(&step.pred)).norm;
        self.fill("print.plain.epsilon", &[("norm", short(norm))])?;
        if let Some(angle) = self.past.angles.last().copied().flatten() {
            self.fill("print.plain.angle", &[("angle", format!("{angle:.1}"))])?;
        }
        if let Some(moved) = self.past.moved.last().copied().flatten() {
            self.fill("print.plain.moved", &[("moved", short(moved * 100.0))])?;
        }
        if pictured(step.call, step.calls) {
            self.pictures(step)?;
        }
        if step.call + 1 == step.calls {
            self.curves()?;
        }
        Ok(())
    }

    fn pictures(&mut self, step: &Step) -> io::Result<()> {
        let preview = self.past.card.preview.as_ref();
        self.picture("print.plain.latent", &panels::latent(&step.common_latent(), preview, 64))?;
        let key = match (&step.x0_image, preview) {
            (Some(_), _) => "print.plain.x0-decoded",
            (None, Some(_)) => "print.plain.x0-preview",
            (None, None) => "print.plain.x0-channel",
        };
        self.picture(key, &panels::x0(step, preview, 64))?;
        if let Some(decoded) = &step.x0_image {
            self.seen(decoded)?;
        }
        step.attention.as_ref().map_or(Ok(()), |attention| self.attention(attention))
    }

    /// The two pieces that took most of the picture, the marks left aside.
    fn attention(&mut self, attention: &Attention) -> io::Result<()> {
        let shares = shares(&attention.rows);
        let pieces = self.past.labels.len().saturating_sub(2);
        let mut ranks: Vec<usize> = (1..=pieces).filter(|&i| i < shares.len()).collect();
        ranks.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]));
        let per_cent = |i: usize| format!("{:.0}", shares[i] * 100.0);
        match ranks[..] {
            [] => Ok(()),
            [one] => self.fill(
                "print.plain.attention-one",
                &[("piece", visible(&self.past.labels[one])), ("share", per_cent(one))],
            ),
            [one, two, ..] => self.fill(
                "print.plain.attention",
                &[
                    ("piece", visible(&self.past.labels[one])),
                    ("share", per_cent(one)),
                    ("second", visible(&self.past.labels[two])),
                    ("second-share", per_cent(two)),
                    ("start", per_cent(0)),
                ],
            ),
        }
    }

    fn curves(&mut self) -> io::Result<()> {
        writeln!(self.out)?;
        let moved: Vec<f32> =
            self.past.moved.iter().copied().flatten().map(|m| m * 100.0).collect();
        if !moved.is_empty() {
            let curve = curve::said(self.words, &moved);
            self.fill("print.plain.moved-curve", &[("curve", curve)])?;
        }
        let angles: Vec<f32> = self.past.angles.iter().copied().flatten().collect();
        if !angles.is_empty() {
            let curve = curve::said(self.words, &angles);
            self.fill("print.plain.angle-curve", &[("curve", curve)])?;
        }
        Ok(())
    }
}

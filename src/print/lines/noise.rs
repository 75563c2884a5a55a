//! Schedule and noise as lines: curves, a histogram, four channels.

use std::io;

use crate::walk::{Histogram, Noise, Schedule, Stage, Statistics};

use super::super::Pictures;
use super::super::numbers::{plain_number, short, signed, thousands};
use super::super::panels::{signed_plane, widest};
use super::super::plot::{rows, spark, stretched};
use super::super::table::{left, right};
use super::{Page, filled};

/// Columns of a curve.
const CURVE: usize = 60;

impl Page<'_> {
    pub(super) fn schedule(&mut self, schedule: &Schedule) -> io::Result<()> {
        self.heading(Stage::Schedule)?;
        self.say(self.words.text("print.lines.levels"))?;
        let calls = schedule.timesteps.len();
        let before = &schedule.levels[..calls.min(schedule.levels.len())];
        self.curve(before, 4)?;
        self.say(self.words.text("print.lines.signal"))?;
        let signal: Vec<f32> = before.iter().map(|&s| Schedule::factors(s).0).collect();
        self.curve(&signal, 3)?;
        let facts = [("calls", calls.to_string())];
        let axis = filled(self.words, "print.lines.calls-axis", &facts);
        writeln!(self.out, "  {}{}", left("", 8), right(&axis, CURVE))?;
        let times: Vec<String> =
            schedule.timesteps.iter().map(|&t| plain_number(f64::from(t))).collect();
        self.pair("print.lines.timesteps", &times.join(" "))?;
        let start = short(schedule.init_noise_sigma);
        let text = self.words.fill("print.lines.start-scale", &[("scale", &start)]);
        if let (Some(strength), Some(first)) = (self.past.settings.strength, before.first()) {
            let gone = schedule.left_out.len();
            let facts = [
                ("strength", plain_number(strength)),
                ("count", gone.to_string()),
                ("all", (gone + calls).to_string()),
                ("sigma", short(*first)),
            ];
            return self.say(&filled(self.words, "schedule.left-out", &facts));
        }
        self.pair("print.lines.start", &text)
    }

    /// A curve as bars from zero, with its largest value on the axis.
    fn curve(&mut self, values: &[f32], height: usize) -> io::Result<()> {
        let lines = rows(&stretched(values, CURVE), height);
        let top = values.iter().copied().fold(0.0, f32::max);
        for (i, line) in lines.iter().enumerate() {
            let axis = match i {
                0 => format!("{} ┤", right(&short(top), 6)),
                n if n + 1 == height => format!("{} ┤", right("0", 6)),
                _ => format!("{} │", right("", 6)),
            };
            writeln!(self.out, "  {axis}{}", line.trim_end())?;
        }
        Ok(())
    }

    pub(super) fn noise(&mut self, noise: &Noise, pictures: &mut dyn Pictures) -> io::Result<()> {
        self.heading(Stage::Noise)?;
        let grid = &noise.noise;
        let planes = grid.planes().min(4);
        let width = widest(planes.max(1));
        let shown: Vec<_> = (0..planes).map(|i| signed_plane(grid, i, 3.0, width)).collect();
        let labels: Vec<String> = (1..=planes)
            .map(|i| self.words.fill("print.lines.channel", &[("number", &i.to_string())]))
            .collect();
        let block = shown.first().map_or(1, |s| s.1);
        let row: Vec<_> = shown.into_iter().map(|s| s.0).collect();
        let widths: Vec<usize> = row.iter().map(crate::walk::Picture::width).collect();
        self.captions(&widths, &labels)?;
        pictures.show(&row, self.out)?;
        let facts = [
            ("width", grid.width().to_string()),
            ("height", grid.height().to_string()),
            ("block", block.to_string()),
        ];
        let key = if block == 1 { "print.lines.cells" } else { "print.lines.cells-mean" };
        self.say(&filled(self.words, key, &facts))?;
        writeln!(self.out)?;
        self.histogram(grid.data())?;
        let s = Statistics::of(grid);
        let facts = [
            ("mean", signed(s.mean)),
            ("std", short(s.std)),
            ("min", short(s.min)),
            ("max", signed(s.max)),
        ];
        self.pair("print.lines.numbers", &filled(self.words, "print.lines.statistics", &facts))?;
        let first: Vec<String> =
            grid.data().iter().take(3).map(|&x| format!("{x:+.4}").replace('-', "−")).collect();
        let facts = [
            ("seed", noise.seed.to_string()),
            ("first", first.join(" ")),
            ("hash", format!("{:016x}", noise.hash())),
        ];
        self.pair("print.lines.seed", &filled(self.words, "print.lines.drawn", &facts))
    }

    /// Counts from −4 to 4, over the counts that the bell curve would give.
    fn histogram(&mut self, data: &[f32]) -> io::Result<()> {
        const BINS: usize = 41;
        let h = Histogram::of(data, -4.0, 4.0, BINS);
        let counts: Vec<f32> = h.counts.iter().map(|&n| n as f32).collect();
        let wanted: Vec<f32> = (0..BINS)
            .map(|i| {
                let x = (i as f32 + 0.5).mul_add(8.0 / BINS as f32, -4.0);
                (-x * x / 2.0).exp()
            })
            .collect();
        let count = thousands(data.len());
        let text = self.words.fill("print.lines.histogram", &[("count", &count)]);
        self.say(&text)?;
        self.pair("print.lines.counted", &spark(&counts).replace(' ', "\u{a0}"))?;
        self.pair("print.lines.bell", &spark(&wanted).replace(' ', "\u{a0}"))?;
        let axis = format!("−4{}0{}4", " ".repeat(18), " ".repeat(19));
        writeln!(self.out, "  {}{axis}", left("", 12))
    }
}

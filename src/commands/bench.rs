//! `safelight bench`: how long this machine takes for the networks of a family, before anything
//! is downloaded.

use super::interrupt::Interrupt;
use super::{print, remark};
use crate::cli::BenchFlags;
use crate::engine::timing::{Timed, time};
use crate::engine::{Place, threads};
use crate::walk::{Problem, Progress, Watch};
use crate::words::{Language, Words};

/// Measures and prints.
pub(super) fn bench(flags: &BenchFlags, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let place = Place::find(flags.device.unwrap_or_default(), flags.dtype.unwrap_or_default())?;
    if !flags.quiet {
        if let Some(note) = &place.note {
            remark(&words.problem(note));
        }
        remark(words.text("bench.measuring"));
    }
    let interrupt = Interrupt::listen();
    let timed = time(flags.timing(), &place, &Stopped(interrupt.clone()))
        .map_err(|problem| interrupt.problem(problem))?;
    if flags.json {
        print(&json(flags, &place, &timed))
    } else {
        print(&table(flags, &place, &timed, words))
    }
}

/// Whether the user wants an end; nobody is told how far it is.
struct Stopped(Interrupt);

impl Watch for Stopped {
    fn progress(&self, _: Progress) {}

    fn cancelled(&self) -> bool {
        self.0.wanted()
    }
}

fn json(flags: &BenchFlags, place: &Place, timed: &Timed) -> String {
    let object = serde_json::json!({
        "safelight": 1,
        "family": flags.family.name(),
        "size": timed.size,
        "device": place.device_name(),
        "dtype": place.dtype_name(),
        "threads": threads(),
        "rounds": flags.rounds,
        "text_seconds": timed.text,
        "step_seconds": timed.step,
        "decode_seconds": timed.decode,
        "gflops": timed.gflops(),
        "peak_mb": timed.peak_mb,
        "probe_percent": timed.probe_percent,
    });
    format!("{object}\n")
}

fn table(flags: &BenchFlags, place: &Place, timed: &Timed, words: Words) -> String {
    let head = words.fill(
        "bench.head",
        &[
            ("family", flags.family.name()),
            ("size", &timed.size.to_string()),
            ("device", place.device_name()),
            ("dtype", place.dtype_name()),
            ("threads", &threads().to_string()),
        ],
    );
    let line = |name: &str, facts: &[(&str, &str)]| words.fill(&format!("bench.{name}"), facts);
    let time = |name: &str, value: f64| line(name, &[("seconds", &seconds(value))]);
    let mut lines = vec![
        head,
        time("text", timed.text),
        time("step", timed.step),
        time("decode", timed.decode),
        line("rate", &[("gflops", &format!("{:.0}", timed.gflops()))]),
    ];
    if let Some(peak) = timed.peak_mb {
        lines.push(line("peak", &[("mb", &format!("{peak:.0}"))]));
    }
    lines.push(line("probes", &[("percent", &format!("{:+.1}", timed.probe_percent))]));
    lines.push(line("walk", &[("steps", "20"), ("seconds", &walk(timed))]));
    lines.into_iter().map(|line| line + "\n").collect()
}

/// Twenty steps from the text to the picture.
fn walk(timed: &Timed) -> String {
    seconds(timed.text + 20.0 * timed.step + timed.decode)
}

fn seconds(value: f64) -> String {
    if value < 0.1 { format!("{:.1} ms", value * 1e3) } else { format!("{value:.2} s") }
}

//! `safelight verify FILE`: a recording's settings walked again here, and how far the two agree.

use std::path::Path;

use super::interrupt::Interrupt;
use super::progress_bar::Progress;
use super::{DONE, FAILED, print, remark};
use crate::cli::Flags;
use crate::engine::{Engine, Look, ModelFolder, Walk};
use crate::recording::{Precision, Recording, read};
use crate::walk::{
    Agreement, Asked, AttachmentAsked, ForkAsked, Held, Problem, Rounding, Settings, Stage, Watch,
};
use crate::words::{Language, Words};

/// Walks again and prints a line a frame, then one sentence. Fails where the two part.
pub(super) fn receipt(file: &str, flags: &Flags, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let recording = read(Path::new(file))?;
    let asked = asked(&recording, flags)?;
    let model = ModelFolder::of(&asked)?.card()?;
    if model.family != recording.card.family || model.vae_factor != recording.card.vae_factor {
        let there = &recording.card.name;
        return Err(Problem::new("verify-other-family")
            .with("model", &model.name)
            .with("there", there));
    }
    let same_model = model.hash == recording.card.hash;
    if !same_model && !flags.quiet {
        remark(&words.fill("verify.other-model", &[("model", &recording.card.name)]));
    }
    let interrupt = Interrupt::listen();
    let progress = Progress::new(words, !flags.quiet, interrupt.clone());
    let printing = Printing { words, json: flags.json, calls: recording.calls };
    let walked = walked(&recording, (&asked, flags), &printing, &progress);
    progress.finish();
    let told = walked.map_err(|problem| interrupt.problem(problem))?;
    print(&printing.closing(&recording, &told, same_model))?;
    Ok(if told.parting.is_none() { DONE } else { FAILED })
}

/// The recording's settings, on the device and the model that the flags name.
fn asked(recording: &Recording, flags: &Flags) -> Result<Asked, Problem> {
    // Of a branch: the walk at the root, from which it is branched off again.
    let mut root = &recording.settings;
    while let Some(fork) = &root.fork {
        root = &fork.from;
    }
    let again = root.asked_again();
    if flags.model.is_none() && again.model.is_some() {
        return Err(Problem::new("verify-needs-model").with("model", &recording.card.name));
    }
    Ok(Asked {
        model: flags.model.clone(),
        model_config: flags.model_config.clone(),
        device: flags.device.unwrap_or_default(),
        dtype: flags.dtype.unwrap_or_default(),
        attachments: attachments(&again.attachments, flags),
        ..again
    })
}

/// The recording's attachments; a flag says where the file lies that bears one's name.
fn attachments(recorded: &[AttachmentAsked], flags: &Flags) -> Vec<AttachmentAsked> {
    let named = flags.attachments();
    let file_name = |path: &str| Path::new(path).file_name().map(ToOwned::to_owned);
    let path = |asked: &AttachmentAsked| {
        let of = |other: &&AttachmentAsked| file_name(&other.file) == file_name(&asked.file);
        named.iter().find(of).map_or_else(|| asked.file.clone(), |other| other.file.clone())
    };
    recorded.iter().map(|asked| AttachmentAsked { file: path(asked), ..asked.clone() }).collect()
}

/// What came out.
struct Told {
    rounding: Rounding,
    /// Device and numbers of the walk here.
    here: [String; 2],
    /// Frames that were compared.
    frames: usize,
    /// Where the two part: the frame and its tensor.
    parting: Option<(Agreement, Held)>,
    /// The largest error so far, of what is not kept in 8 bits.
    largest: f64,
}

fn walked(
    recording: &Recording,
    (asked, flags): (&Asked, &Flags),
    printing: &Printing,
    progress: &Progress,
) -> Result<Told, Problem> {
    let engine = Engine::open(asked, progress)?;
    let attention =
        recording.frames.iter().any(|f| f.as_step().is_some_and(|s| s.attention.is_some()));
    let look = Look { attention, ..Look::default() };
    let mut walk = again(&engine, &recording.settings, (asked, flags), look, progress)?;
    let settings = walk.settings().clone();
    let half = [&recording.settings.dtype, &settings.dtype].into_iter().any(|dtype| dtype != "f32");
    let compact = recording.precision == Precision::Compact;
    let mut told = Told {
        rounding: Rounding { compact, half },
        here: [settings.device, settings.dtype],
        frames: 0,
        parting: None,
        largest: 0.0,
    };
    progress.walk_of(recording.frames.len());
    for recorded in &recording.frames {
        let Some(here) = walk.next(progress) else { break };
        let agreement = Agreement::of(recorded, &here?, told.rounding);
        progress.frame();
        told.frames += 1;
        let fine = agreement.held.iter().filter(|held| held.bound <= told.rounding.bound());
        told.largest = fine.map(|held| held.error).fold(told.largest, f64::max);
        let first = told.parting.is_none().then(|| agreement.parting().cloned()).flatten();
        progress.beside(|| print(&printing.frame(&agreement, first.is_some())))?;
        if let Some(held) = first {
            told.parting = Some((agreement, held));
        }
    }
    Ok(told)
}

/// The walk of these settings; a branch is branched off again from the walk that it came from.
fn again(
    engine: &Engine,
    settings: &Settings,
    (asked, flags): (&Asked, &Flags),
    look: Look,
    watch: &dyn Watch,
) -> Result<Walk, Problem> {
    let Some(fork) = &settings.fork else {
        return engine.walk(&engine.settle(asked)?, look);
    };
    let mut trunk = again(engine, &fork.from, (asked, flags), look, watch)?;
    let mut past = Vec::new();
    let before = trunk.course().before_steps();
    while past.len() <= before + fork.call
        && let Some(frame) = trunk.next(watch)
    {
        past.push(frame?);
    }
    let (settings, change) = (trunk.settings().clone(), fork.change.clone());
    let other;
    let engine = match &change.attachments {
        None => engine,
        Some(laid) => {
            let laid = attachments(laid, flags);
            other = Engine::open(&Asked { attachments: laid, ..asked.clone() }, watch)?;
            &other
        }
    };
    engine.fork(&ForkAsked { settings, past, call: fork.call, change }, look)
}

/// How it is told.
struct Printing {
    words: Words,
    json: bool,
    calls: usize,
}

impl Printing {
    fn name(&self, agreement: &Agreement) -> String {
        match agreement.call {
            Some(call) => {
                let facts =
                    [("call", &*(call + 1).to_string()), ("calls", &self.calls.to_string())];
                self.words.fill("verify.call", &facts)
            }
            None => self.words.text(&format!("rail.{}", agreement.stage.stem())).to_owned(),
        }
    }

    /// One line: the frame, and each of its tensors with its error.
    fn frame(&self, agreement: &Agreement, parts_here: bool) -> String {
        if self.json {
            let errors: serde_json::Map<String, serde_json::Value> =
                agreement.held.iter().map(|h| (h.name.to_owned(), finite(h.error))).collect();
            let agrees = agreement.parting().is_none();
            let line = serde_json::json!({"safelight": 1, "stage": agreement.stage.stem(),
                "call": agreement.call, "errors": errors, "agrees": agrees});
            return format!("{line}\n");
        }
        let held: Vec<String> =
            agreement.held.iter().map(|h| format!("{} {}", h.name, error(h.error))).collect();
        let name = self.name(agreement);
        let wide = unicode_width::UnicodeWidthStr::width(&*name);
        let gap = " ".repeat(16usize.saturating_sub(wide).max(1));
        let mark = if parts_here { self.words.text("verify.here") } else { "" };
        let line = format!("{name}{gap}{}  {mark}", held.join("  "));
        format!("{}\n", line.trim_end())
    }

    /// The closing sentence, or its JSON.
    fn closing(&self, recording: &Recording, told: &Told, same_model: bool) -> String {
        let words = self.words;
        if self.json {
            let parting = told.parting.as_ref().map(|(frame, held)| {
                serde_json::json!({"stage": frame.stage.stem(), "call": frame.call,
                    "tensor": held.name, "error": finite(held.error)})
            });
            let line = serde_json::json!({"safelight": 1, "frames": told.frames,
                "agrees": told.parting.is_none(), "parts-at": parting,
                "largest": finite(told.largest), "bound": told.rounding.bound(),
                "same-model": same_model, "precision": recording.precision.name()});
            return format!("{line}\n");
        }
        let frames = told.frames.to_string();
        let bound = error(told.rounding.bound());
        let largest = error(told.largest);
        let mut line = match &told.parting {
            None => words.fill(
                "verify.agrees",
                &[("frames", &*frames), ("largest", &largest), ("bound", &bound)],
            ),
            Some((frame, held)) => {
                let facts = [
                    ("frame", &*self.name(frame)),
                    ("tensor", held.name),
                    ("error", &error(held.error)),
                    ("bound", &error(held.bound)),
                    ("why", words.text(reason(frame.stage))),
                ];
                words.fill("verify.parts", &facts)
            }
        };
        if told.rounding.compact {
            line.push_str(words.text("verify.sixteen"));
        }
        let there = [&recording.settings.device, &recording.settings.dtype];
        if there != told.here.each_ref() {
            let facts =
                [("there", &*there.map(String::as_str).join(" ")), ("here", &told.here.join(" "))];
            line.push_str(&words.fill("verify.devices", &facts));
        }
        format!("{line}\n")
    }
}

/// What it means that the two part at a stage.
const fn reason(stage: Stage) -> &'static str {
    match stage {
        Stage::Tokens => "verify.by-tokens",
        Stage::Embeddings => "verify.by-embeddings",
        Stage::Schedule => "verify.by-schedule",
        Stage::Encode => "verify.by-encode",
        Stage::Noise => "verify.by-noise",
        Stage::Step => "verify.by-step",
        Stage::Decode | Stage::Image => "verify.by-decode",
    }
}

fn error(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        v if v.is_finite() => format!("{v:.1e}"),
        _ => "∞".to_owned(),
    }
}

/// JSON has no word for infinite: null.
fn finite(value: f64) -> serde_json::Value {
    if value.is_finite() { value.into() } else { serde_json::Value::Null }
}

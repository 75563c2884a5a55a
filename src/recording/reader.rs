//! A file becomes a walk again. The file may come from anyone: nothing in it is believed before
//! it was checked, and what is wrong is said in one sentence.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::header::{FORMAT, Header, LONGEST};
use super::stored::{Fault, Stored};
use super::tensors_to_frame::{Common, decode, embeddings, encode, image, schedule, step};
use super::token_json::{TokensJson, clean};
use super::{Precision, Recording, VERSION};
use crate::walk::{Frame, ModelCard, Noise, Picture, Problem, Settings, Stage, Step, Tokens};

/// More calls than 1000 steps of any sampler make.
const MOST_CALLS: usize = 4096;
/// More cells across than any latent has.
const WIDE: usize = 1 << 16;

/// Reads a recording, also an unfinished one or one that was cut: up to its last whole frame.
///
/// # Errors
/// A file that is not there or cannot be read, is no recording, is of a newer version, or is
/// damaged; a recording in which no frame is whole.
pub fn read(path: &Path) -> Result<Recording, Problem> {
    let named = |key| Problem::new(key).with("file", path.display());
    let mut stored = open(path)?;
    let metadata = std::mem::take(&mut stored.header.metadata);
    let fact = |key: &str| metadata.get(key).map(String::as_str);
    if fact("format") != Some(FORMAT) {
        return Err(named("recording-foreign"));
    }
    let version: Option<u32> = fact("version").and_then(|v| v.parse().ok());
    match version {
        Some(VERSION) => {}
        Some(newer) if newer > VERSION => {
            let program: String = fact("program").map_or_else(|| "?".to_owned(), clean);
            let program: String = program.chars().take(40).collect();
            return Err(named("recording-newer")
                .with("version", newer)
                .with("known", VERSION)
                .with("program", program));
        }
        _ => return Err(damaged(path, "version")),
    }
    let (Some(mut settings), Some(mut card), Some(precision), Some(calls), Some(frames)) = (
        parsed::<Settings>(fact("settings")),
        parsed::<ModelCard>(fact("model")),
        fact("precision").and_then(Precision::from_name),
        fact("calls").and_then(|c| c.parse().ok()).filter(|c| (1..=MOST_CALLS).contains(c)),
        fact("frames").and_then(|f| f.trim().parse::<usize>().ok()),
    ) else {
        return Err(damaged(path, "__metadata__"));
    };
    let sizes = [settings.width, settings.height, settings.steps, card.vae_factor];
    if sizes.iter().any(|n| !(1..=1 << 16).contains(n)) || card.vae_factor > 64 {
        return Err(damaged(path, "__metadata__"));
    }
    if !settings.strength.is_none_or(|strength| (0.0..=1.0).contains(&strength)) {
        return Err(damaged(path, "__metadata__"));
    }
    tidy(&mut settings, &mut card);
    let tokens = parsed::<TokensJson>(fact("tokens")).and_then(TokensJson::tokens);
    let mut recording = Recording { settings, card, calls, precision, frames: Vec::new() };
    let frames = frames.min(recording.course().frames());
    match read_frames(&mut stored, &mut recording, tokens, frames) {
        Ok(()) | Err(Fault::Cut) if !recording.frames.is_empty() => Ok(recording),
        Ok(()) | Err(Fault::Cut) => Err(named("recording-no-frames")),
        Err(Fault::Damaged(what)) => Err(damaged(path, &what)),
        Err(Fault::Unread(error)) => Err(named("recording-unreadable").with("reason", error)),
    }
}

fn damaged(path: &Path, what: &str) -> Problem {
    let short: String = what.chars().take(60).collect();
    Problem::new("recording-damaged").with("file", path.display()).with("what", short)
}

fn parsed<T: DeserializeOwned>(text: Option<&str>) -> Option<T> {
    serde_json::from_str(text?).ok()
}

/// Reads and checks the header.
fn open(path: &Path) -> Result<Stored, Problem> {
    let named = |key| Problem::new(key).with("file", path.display());
    let unread = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => named("file-missing"),
        _ => named("recording-unreadable").with("reason", error),
    };
    let there = fs::metadata(path).map_err(unread)?;
    if !there.is_file() {
        return Err(named("recording-foreign"));
    }
    let mut file = File::open(path).map_err(unread)?;
    let length = file.metadata().map_err(unread)?.len();
    let mut size = [0; 8];
    if length < 10 || file.read_exact(&mut size).is_err() {
        return Err(named("recording-foreign"));
    }
    let size = u64::from_le_bytes(size);
    if size > LONGEST {
        return Err(named("recording-foreign"));
    }
    let mut bytes = vec![0; size.min(length - 8) as usize];
    file.read_exact(&mut bytes).map_err(unread)?;
    if bytes.first() != Some(&b'{') {
        return Err(named("recording-foreign"));
    }
    if size > length - 8 {
        return Err(named("recording-cut"));
    }
    let Ok(header) = Header::parse(&bytes) else {
        return Err(damaged(path, "header"));
    };
    if !header.is_contiguous() {
        return Err(damaged(path, "data_offsets"));
    }
    Ok(Stored { file, header, start: 8 + size, length })
}

/// Names that go to the terminal without being escaped there lose their control characters.
fn tidy(settings: &mut Settings, card: &mut ModelCard) {
    tidy_settings(settings);
    card.name = clean(&card.name);
    card.hash = clean(&card.hash);
    card.example = card.example.as_deref().map(clean);
    if let Some(taught) = &mut card.taught {
        let lists = [
            &mut taught.things,
            &mut taught.colours,
            &mut taught.backgrounds,
            &mut taught.sizes,
            &mut taught.other,
        ];
        for word in lists.into_iter().flatten() {
            *word = clean(word);
        }
    }
}

fn tidy_settings(settings: &mut Settings) {
    for text in [&mut settings.model, &mut settings.device, &mut settings.dtype] {
        *text = clean(text);
    }
    if let Some(image) = &mut settings.image {
        image.name = clean(&image.name);
        image.hash = clean(&image.hash);
    }
    settings.guessed = settings.guessed.iter().map(|name| clean(name)).collect();
    if let Some(fork) = &mut settings.fork {
        tidy_settings(&mut fork.from);
    }
}

/// Reads frame after frame into `recording`; stops with a fault at the first that cannot be had.
fn read_frames(
    stored: &mut Stored,
    recording: &mut Recording,
    mut tokens: Option<Tokens>,
    count: usize,
) -> Result<(), Fault> {
    let mut shape = Vec::new();
    let mut steps: Vec<Step> = Vec::new();
    let fork = recording.settings.fork.as_ref().map(|fork| fork.call);
    let course = recording.course();
    let result = (0..count).try_for_each(|place| {
        let frame = match course.stage_of(place) {
            Stage::Tokens => Frame::Tokens(tokens.take().ok_or_else(|| Fault::damaged("tokens"))?),
            Stage::Embeddings => Frame::Embeddings(embeddings(stored)?),
            Stage::Schedule => {
                Frame::Schedule(schedule(stored, &recording.settings, recording.calls)?)
            }
            Stage::Encode => {
                let size = (recording.settings.width, recording.settings.height);
                let factor = recording.card.vae_factor;
                let encode = encode(stored, recording.precision, size, factor)?;
                give_picture(&mut recording.settings, encode.picture().as_ref());
                Frame::Encode(Box::new(encode))
            }
            Stage::Noise => {
                let noise = stored.grid("noise")?;
                let [1, 4, 1..=WIDE, 1..=WIDE] = *noise.shape() else {
                    return Err(Fault::damaged("noise"));
                };
                shape = noise.shape().to_vec();
                Frame::Noise(Noise { noise, seed: recording.settings.seed })
            }
            Stage::Step => {
                let common = Common {
                    precision: recording.precision,
                    settings: &recording.settings,
                    calls: recording.calls,
                    shape: &shape,
                };
                let step = step(stored, common, &steps)?;
                if let Some(before) = steps.last_mut() {
                    follow(stored, before, &step, fork);
                }
                steps.push(step);
                return Ok(());
            }
            Stage::Decode => {
                put_steps(&mut steps, recording);
                Frame::Decode(decode(stored, &shape)?)
            }
            Stage::Image => Frame::Image(image(stored, recording.precision)?),
        };
        recording.frames.push(frame);
        Ok(())
    });
    put_steps(&mut steps, recording);
    result
}

/// The settings get back the picture that the walk began from: its pixels are kept once.
fn give_picture(settings: &mut Settings, picture: Option<&Picture>) {
    if let Some(image) = &mut settings.image {
        image.picture = picture.cloned();
    }
    if let Some(fork) = &mut settings.fork {
        give_picture(&mut fork.from, picture);
    }
}

fn put_steps(steps: &mut Vec<Step>, recording: &mut Recording) {
    recording.frames.extend(steps.drain(..).map(|step| Frame::Step(Box::new(step))));
}

/// Where a step's `next` was left out, it is the latent that the following call began with; not
/// where a fork begins, for it may begin in another scale or with fresh noise.
fn follow(stored: &Stored, before: &mut Step, step: &Step, fork: Option<usize>) {
    let left_out = !stored.has(&format!("step.{:03}.next", before.call));
    if left_out && fork != Some(step.call) {
        before.next = step.latent.clone();
    }
}

//! A walk as sentences, for a screen reader and for a pipe: no escape codes, no box drawing, no
//! symbol that has no word; every plot a sentence, every picture described from its pixels.

pub(super) mod curve;
mod encode;
mod step;

use std::io::{self, Write};

use crate::walk::{
    Decode, Embeddings, Encoding, Eyes, Frame, Grid, Image, LayerChange, Noise, Picture, Schedule,
    Stage, Statistics, Tokens, most_changed,
};
use crate::words::Words;
use crate::words::changed::networks;
use crate::words::told::{beside, second_encoder, zeros_for_negative};

use super::Past;
use super::attached::named;
use super::describe::Description;
use super::json::cosines;
use super::lines::{filled, rail_key, settings, visible};
use super::numbers::{plain_number, short, thousands};
use super::panels;
use super::seen::seen;

/// How many of the most changed layers are told.
const LAYERS: usize = 3;

/// What is being made, and with what.
pub(crate) fn title(past: &Past, words: Words, out: &mut dyn Write) -> io::Result<()> {
    let s = &past.settings;
    let mut page = Spoken { past, eyes: None, words, out };
    let prompt = visible(&s.prompt);
    if prompt.is_empty() {
        page.say(words.text("print.plain.no-prompt"))?;
    } else {
        page.fill("print.plain.prompt", &[("prompt", prompt)])?;
    }
    if let Some(negative) = s.negative.as_ref().filter(|n| !n.is_empty()) {
        page.fill("print.plain.negative", &[("negative", visible(negative))])?;
    }
    page.say(&settings(s, "print.plain.settings", words))?;
    if !s.guessed.is_empty() {
        page.fill("print.guessed", &[("names", words.list(&s.guessed))])?;
    }
    page.attachments()
}

/// One frame; with someone who looks, also what its finished picture shows.
pub(crate) fn frame(
    frame: &Frame,
    (past, eyes): (&Past, Option<Eyes>),
    words: Words,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Spoken { past, eyes, words, out };
    match frame {
        Frame::Tokens(tokens) => page.tokens(tokens),
        Frame::Embeddings(embeddings) => page.embeddings(embeddings),
        Frame::Schedule(schedule) => page.schedule(schedule),
        Frame::Encode(encode) => page.encode(encode),
        Frame::Noise(noise) => page.noise(noise),
        Frame::Step(step) => page.step(step),
        Frame::Decode(decode) => page.decode(decode),
        Frame::Image(image) => page.image(image),
    }
}

/// Where the sentences go, one a line.
struct Spoken<'a> {
    past: &'a Past,
    eyes: Option<Eyes>,
    words: Words,
    out: &'a mut dyn Write,
}

impl Spoken<'_> {
    fn say(&mut self, sentence: &str) -> io::Result<()> {
        writeln!(self.out, "{}", sentence.trim_end())
    }

    fn fill(&mut self, key: &str, facts: &[(&str, String)]) -> io::Result<()> {
        let sentence = filled(self.words, key, facts);
        self.say(&sentence)
    }

    fn stage(&mut self, stage: Stage) -> io::Result<()> {
        writeln!(self.out)?;
        let course = self.past.settings.course(self.past.calls);
        let number = course.stages().position(|other| other == stage).unwrap_or(0) + 1;
        let facts = [
            ("number", number.to_string()),
            ("stages", course.stages().count().to_string()),
            ("name", self.words.text(rail_key(stage)).to_owned()),
        ];
        self.fill("print.plain.stage", &facts)
    }

    /// What is laid over the model; nothing where nothing is.
    fn attachments(&mut self) -> io::Result<()> {
        let past = self.past;
        if past.settings.attachments.is_empty() {
            return Ok(());
        }
        for attachment in &past.settings.attachments {
            self.say(&named(attachment, self.words))?;
        }
        self.say(&networks(&past.card.changes, self.words))?;
        for layer in most_changed(&past.card.changes, LAYERS) {
            let change = LayerChange::percent(layer.change);
            self.fill("print.attached.layer", &[("layer", layer.short()), ("change", change)])?;
        }
        Ok(())
    }

    /// A picture, named and described.
    fn picture(&mut self, key: &str, picture: &Picture) -> io::Result<()> {
        let seen = Description::of(picture).sentence(self.words);
        self.fill(key, &[("description", seen)])
    }

    /// What a picture shows, where someone looks.
    fn seen(&mut self, picture: &Picture) -> io::Result<()> {
        let Some(eyes) = self.eyes else { return Ok(()) };
        let said = seen(picture, self.past.card.taught.is_some(), eyes, self.words);
        if said.is_empty() { Ok(()) } else { self.say(&said) }
    }

    fn tokens(&mut self, tokens: &Tokens) -> io::Result<()> {
        self.stage(Stage::Tokens)?;
        let Some(first) = tokens.encoders.first() else { return Ok(()) };
        self.pieces("print.plain.pieces", &first.prompt)?;
        if let Some(sentence) = second_encoder(tokens, self.words) {
            self.say(&sentence)?;
        }
        if zeros_for_negative(tokens, self.past.settings.guided()) {
            self.say(self.words.text("tokens.negative-zeros"))?;
        }
        match &first.negative {
            Some(negative) if !negative.text.is_empty() => {
                self.pieces("print.plain.negative-pieces", negative)
            }
            _ => Ok(()),
        }
    }

    fn pieces(&mut self, key: &str, encoding: &Encoding) -> io::Result<()> {
        let list: Vec<String> = encoding
            .pieces
            .iter()
            .take(encoding.kept)
            .map(|p| {
                let facts = [("piece", visible(&p.text)), ("id", p.id.to_string())];
                filled(self.words, "print.plain.piece", &facts)
            })
            .collect();
        let separator = self.words.text("print.plain.separator");
        let facts = [("count", encoding.kept.to_string()), ("pieces", list.join(separator))];
        self.fill(if list.is_empty() { "print.plain.no-pieces" } else { key }, &facts)?;
        for sentence in self.past.never_trained(encoding, self.words) {
            self.say(&sentence)?;
        }
        if let Some(offer) = self.past.offer(encoding) {
            self.say(&self.words.offered_command(&offer))?;
        }
        let facts = [
            ("used", (encoding.kept + 2).to_string()),
            ("padding", 75usize.saturating_sub(encoding.kept).to_string()),
        ];
        self.fill("print.plain.places", &facts)?;
        if encoding.cut.is_empty() {
            self.say(self.words.text("print.lines.nothing-cut"))
        } else {
            self.fill("print.plain.cut", &[("cut", visible(&encoding.cut))])
        }
    }

    fn embeddings(&mut self, embeddings: &Embeddings) -> io::Result<()> {
        self.stage(Stage::Embeddings)?;
        let layers = embeddings.encoders.iter().map(|e| e.layers.len().saturating_sub(1));
        let facts = [
            ("numbers", thousands(embeddings.context.width())),
            ("layers", layers.max().unwrap_or(0).to_string()),
        ];
        self.fill("print.plain.vectors", &facts)?;
        if let Some(first) = embeddings.encoders.first().and_then(|e| e.layers.first()) {
            self.alike("print.plain.alike-before", first)?;
        }
        self.alike("print.plain.alike-after", &embeddings.context)?;
        self.statistics("print.plain.context", &embeddings.context)?;
        for sentence in beside(&embeddings.beside, self.words) {
            self.say(&sentence)?;
        }
        let pieces = self.past.labels.iter().skip(1);
        for (piece, near) in pieces.zip(&embeddings.nearest).filter(|(_, near)| !near.is_empty()) {
            let list: Vec<String> = near
                .iter()
                .take(3)
                .map(|n| format!("{} {}", visible(&n.text), short(n.cosine)))
                .collect();
            let near = list.join(self.words.text("print.plain.separator"));
            self.fill("print.plain.nearest", &[("piece", visible(piece)), ("near", near)])?;
        }
        Ok(())
    }

    /// The two pieces that are most alike and the two that are least.
    fn alike(&mut self, key: &str, rows: &Grid) -> io::Result<()> {
        let pieces = self.past.labels.len().saturating_sub(1);
        let matrix = cosines(rows, pieces);
        let mut pairs: Vec<(f32, usize, usize)> = (1..matrix.len())
            .flat_map(|i| (i + 1..matrix.len()).map(move |j| (i, j)))
            .map(|(i, j)| (matrix[i][j], i, j))
            .collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (Some(most), Some(least)) = (pairs.first(), pairs.last()) else { return Ok(()) };
        let name = |i: usize| visible(&self.past.labels[i]);
        let facts = [
            ("a", name(most.1)),
            ("b", name(most.2)),
            ("most", short(most.0)),
            ("c", name(least.1)),
            ("d", name(least.2)),
            ("least", short(least.0)),
        ];
        self.fill(key, &facts)
    }

    fn statistics(&mut self, key: &str, grid: &Grid) -> io::Result<()> {
        let s = Statistics::of(grid);
        let facts = [
            ("count", thousands(grid.len())),
            ("mean", short(s.mean)),
            ("std", short(s.std)),
            ("min", short(s.min)),
            ("max", short(s.max)),
        ];
        self.fill(key, &facts)
    }

    fn schedule(&mut self, schedule: &Schedule) -> io::Result<()> {
        self.stage(Stage::Schedule)?;
        let s = &self.past.settings;
        let facts = [
            ("steps", s.steps.to_string()),
            ("sampler", s.sampler.name().to_owned()),
            ("calls", schedule.timesteps.len().to_string()),
            ("first", plain_number(f64::from(*schedule.timesteps.first().unwrap_or(&0.0)))),
            ("last", plain_number(f64::from(*schedule.timesteps.last().unwrap_or(&0.0)))),
        ];
        self.fill("print.plain.schedule", &facts)?;
        let levels = curve::said(self.words, &schedule.levels);
        self.fill("print.plain.levels", &[("curve", levels)])?;
        if let (Some(strength), Some(first)) = (s.strength, schedule.levels.first()) {
            let gone = schedule.left_out.len();
            let facts = [
                ("strength", plain_number(strength)),
                ("count", gone.to_string()),
                ("all", (gone + schedule.timesteps.len()).to_string()),
                ("sigma", short(*first)),
            ];
            self.fill("schedule.left-out", &facts)?;
        }
        let signal: Vec<f32> = schedule.levels.iter().map(|&s| Schedule::factors(s).0).collect();
        let signal = curve::said(self.words, &signal);
        self.fill("print.plain.signal", &[("curve", signal)])?;
        self.fill("print.plain.start", &[("scale", short(schedule.init_noise_sigma))])
    }

    fn noise(&mut self, noise: &Noise) -> io::Result<()> {
        self.stage(Stage::Noise)?;
        self.fill("print.plain.seed", &[("seed", noise.seed.to_string())])?;
        self.statistics("print.plain.noise", &noise.noise)?;
        let data = noise.noise.data();
        let within = |edge: f32| {
            let inside = data.iter().filter(|x| x.abs() <= edge).count();
            format!("{:.0}", inside as f32 / data.len().max(1) as f32 * 100.0)
        };
        self.fill("print.plain.bell", &[("one", within(1.0)), ("two", within(2.0))])?;
        let (picture, _) = panels::signed_plane(&noise.noise, 0, 3.0, 64);
        self.picture("print.plain.channel", &picture)?;
        self.fill("print.plain.hash", &[("hash", format!("{:016x}", noise.hash()))])
    }

    fn decode(&mut self, decode: &Decode) -> io::Result<()> {
        self.stage(Stage::Decode)?;
        let out = decode.levels.last().map_or(0, |l| l.shape.iter().product::<usize>());
        let facts = [
            ("numbers", thousands(decode.input.len())),
            ("pixels", thousands(out)),
            ("levels", decode.levels.len().to_string()),
            ("seconds", short(decode.seconds)),
        ];
        if decode.tiles > 1 {
            self.fill("print.plain.decode-in-tiles", &facts)?;
            self.fill("decode.tiles", &[("tiles", decode.tiles.to_string())])?;
        } else {
            self.fill("print.plain.decode", &facts)?;
        }
        for level in &decode.levels {
            let facts = [
                ("name", level.name.clone()),
                ("channels", level.shape[0].to_string()),
                ("width", level.shape[2].to_string()),
                ("height", level.shape[1].to_string()),
                ("mean", short(level.statistics.mean)),
                ("std", short(level.statistics.std)),
            ];
            self.fill("print.plain.level", &facts)?;
        }
        Ok(())
    }

    fn image(&mut self, image: &Image) -> io::Result<()> {
        self.stage(Stage::Image)?;
        let Some(picture) = image.picture() else { return Ok(()) };
        self.picture("print.plain.image", &picture)?;
        self.seen(&picture)?;
        self.fill("print.plain.clipped", &[("clipped", short(image.clipped() * 100.0))])
    }
}

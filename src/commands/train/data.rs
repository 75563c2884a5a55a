//! `safelight train data`: leafs through training pictures and captions.

use std::io::{self, IsTerminal, Write, stdin, stdout};
use std::path::Path;

use crate::cli::{DataFlags, Flags};
use crate::commands::keeping::{can_be_written, shown_name};
use crate::commands::printing::Shown;
use crate::commands::{DONE, not_printed, print, remark};
use crate::drawings::{Combination, HELD_SEED, SEED, Scene, Stage, World, render, scene};
use crate::export::contact_sheet::{self, Cell, Sheet};
use crate::print::Pictures;
use crate::walk::Problem;
use crate::words::{Language, Words};

/// Pictures that go into a pipe, where nothing else is said.
const PRINTED: usize = 4;
/// Pictures of a sheet, where nothing else is said, and how many stand in a row.
const ON_SHEET: (usize, usize) = (64, 8);
/// Pixels of a picture's edge on a sheet: each is doubled.
const SHEET_EDGE: usize = 128;

/// Shows what was asked for.
pub(super) fn data(flags: &DataFlags, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let shown = Data { world: World::get()?, flags };
    if flags.list {
        return shown.list(words);
    }
    if let Some(path) = &flags.out {
        return shown.sheet(path, words);
    }
    if flags.json {
        return shown.json();
    }
    shown.leaf(words)
}

struct Data<'a> {
    world: &'static World,
    flags: &'a DataFlags,
}

impl Data<'_> {
    /// The scene of a number.
    fn scene(&self, number: u64) -> Scene {
        let held = self.flags.held_out;
        let seed = self.flags.seed.unwrap_or(if held { HELD_SEED } else { SEED });
        scene(self.world, seed, number, &Stage::whole(self.world), held)
    }

    fn numbers(&self, default: usize) -> std::ops::Range<u64> {
        let count = self.flags.count.unwrap_or(default) as u64;
        self.flags.from..self.flags.from.saturating_add(count)
    }

    /// One combination a line, as the judge and the prompts of `train eval` say it.
    fn list(&self, words: Words) -> Result<u8, Problem> {
        let all = self.world.combinations(self.flags.held_out, self.world.things.len());
        let line = |one: &Combination| {
            if self.flags.json {
                return format!("{}\n", combination(one));
            }
            format!("{}\n", self.world.plain_caption(one))
        };
        print(&all.iter().map(line).collect::<String>())?;
        if !self.flags.quiet {
            let every = self.world.combinations(true, usize::MAX).len()
                + self.world.combinations(false, usize::MAX).len();
            let facts = [("count", all.len().to_string()), ("all", every.to_string())];
            let facts = facts.each_ref().map(|(name, value)| (*name, value.as_str()));
            let key = if self.flags.held_out { "data.held-out" } else { "data.shown" };
            remark(&words.fill(key, &facts));
        }
        Ok(DONE)
    }

    fn json(&self) -> Result<u8, Problem> {
        let mut lines = String::new();
        for number in self.numbers(PRINTED) {
            lines.push_str(&object(number, &self.scene(number)).to_string());
            lines.push('\n');
        }
        print(&lines)
    }

    /// Picture after picture; on a terminal each waits for Enter.
    fn leaf(&self, words: Words) -> Result<u8, Problem> {
        let (color, protocol) = (self.flags.color, self.flags.protocol);
        let mut pictures = Shown::of(&Flags { color, protocol, ..Flags::default() });
        let waits = stdin().is_terminal() && stdout().is_terminal() && self.flags.count.is_none();
        let default = if waits { usize::MAX } else { PRINTED };
        for number in self.numbers(default) {
            let scene = self.scene(number);
            let picture = render(self.world, &scene)?;
            let mut out = stdout().lock();
            let written = pictures
                .show(&[picture], &mut out)
                .and_then(|()| writeln!(out, "{}\n", told(number, &scene, words)))
                .and_then(|()| out.flush());
            written.map_err(|error| not_printed(&error))?;
            drop(out);
            if waits && !self.goes_on(words)? {
                break;
            }
        }
        Ok(DONE)
    }

    /// Waits for a line: whether another picture is wanted.
    fn goes_on(&self, words: Words) -> Result<bool, Problem> {
        if !self.flags.quiet {
            remark(words.text("data.more"));
        }
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).map_err(|error| not_printed(&error))?;
        Ok(read > 0 && !line.trim().eq_ignore_ascii_case("q"))
    }

    fn sheet(&self, path: &Path, words: Words) -> Result<u8, Problem> {
        can_be_written(path)?;
        let mut cells = Vec::new();
        for number in self.numbers(ON_SHEET.0) {
            let scene = self.scene(number);
            let picture = Some(render(self.world, &scene)?);
            cells.push(Cell { picture, label: in_lines(&scene.caption) });
        }
        let key = if self.flags.held_out { "data.sheet-held-out" } else { "data.sheet" };
        let sheet = Sheet {
            title: words.text(key).to_owned(),
            rows: cells.chunks(ON_SHEET.1).map(|row| (String::new(), row.to_vec())).collect(),
            edge: SHEET_EDGE,
            ..Sheet::default()
        };
        contact_sheet::write(path, &sheet, None)?;
        if !self.flags.quiet {
            remark(&words.fill("cli.written", &[("file", &shown_name(path))]));
        }
        Ok(DONE)
    }
}

/// A caption in two lines where it names the background.
pub(super) fn in_lines(caption: &str) -> String {
    caption.replacen(" on ", "\non ", 1)
}

/// The caption, and what it may not say.
fn told(number: u64, scene: &Scene, words: Words) -> String {
    let size = if scene.size == 0 { "data.small" } else { "data.big" };
    let mirrored = if scene.mirrored { words.text("data.mirrored") } else { "" };
    let facts = [
        ("number", number.to_string()),
        ("thing", scene.shows.thing.to_owned()),
        ("drawing", scene.drawing.to_string()),
        ("size", words.text(size).to_owned()),
        ("tilt", format!("{:+.0}", scene.tilt)),
        ("mirrored", mirrored.to_owned()),
    ];
    let facts = facts.each_ref().map(|(name, value)| (*name, value.as_str()));
    format!("  {}\n  {}", scene.caption, words.fill("data.picture", &facts))
}

fn combination(one: &Combination) -> serde_json::Value {
    serde_json::json!({
        "safelight": 1, "thing": one.thing, "colour": one.colour, "background": one.background,
    })
}

fn object(number: u64, scene: &Scene) -> serde_json::Value {
    serde_json::json!({
        "safelight": 1,
        "number": number,
        "caption": scene.caption,
        "thing": scene.shows.thing,
        "colour": scene.shows.colour,
        "background": scene.shows.background,
        "drawing": scene.drawing,
        "size": if scene.size == 0 { "small" } else { "big" },
        "mirrored": scene.mirrored,
        "tilt": scene.tilt,
        "scale": scene.scale,
        "x": scene.x,
        "y": scene.y,
        "light": scene.light,
        "ground_light": scene.ground_light,
    })
}

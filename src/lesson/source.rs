//! A lesson's text cut into head, beats and their parts, each with its line. Nothing is
//! understood here yet; what no lesson may hold is refused.

use super::{LIMIT, Mistake};
use crate::walk::Problem;

/// The most beats of a lesson.
pub(super) const MOST_BEATS: usize = 64;

/// A stretch of text and the line on which it begins, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) line: usize,
    pub(super) text: String,
}

/// A part of a beat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Paragraphs.
    Text(Block),
    /// Lines behind `>`, without it.
    Quote(Block),
    /// A fence with the word behind its three backticks.
    Fence(String, Block),
}

/// A beat, not yet understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawBeat {
    pub(super) line: usize,
    pub(super) title: String,
    pub(super) parts: Vec<Part>,
}

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) head: Block,
    pub(super) beats: Vec<RawBeat>,
}

/// Cuts a text.
pub(super) fn split(text: &str) -> Result<Source, Vec<Mistake>> {
    let one = |line, problem| Err(vec![Mistake::new(line, problem)]);
    if text.len() > LIMIT {
        return one(1, Problem::new("lesson-too-large").with("most", LIMIT / 1024));
    }
    let hidden = hidden(text);
    if !hidden.is_empty() {
        return Err(hidden);
    }
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line.trim_end()));
    if lines.next().is_none_or(|(_, line)| line != "+++") {
        return one(1, Problem::new("lesson-no-head"));
    }
    let mut head = Block { line: 2, text: String::new() };
    loop {
        match lines.next() {
            None => return one(1, Problem::new("lesson-no-head")),
            Some((_, "+++")) => break,
            Some((_, line)) => head.text.extend([line, "\n"]),
        }
    }
    let mut beats: Vec<RawBeat> = Vec::new();
    let mut fence: Option<(String, Block)> = None;
    for (number, line) in lines {
        if let Some((info, mut block)) = fence.take() {
            if line == "```" {
                if let Some(beat) = beats.last_mut() {
                    beat.parts.push(Part::Fence(info, block));
                }
            } else {
                block.text.extend([line, "\n"]);
                fence = Some((info, block));
            }
            continue;
        }
        if let Some(title) = line.strip_prefix("## ") {
            let title = title.trim().to_owned();
            beats.push(RawBeat { line: number, title, parts: Vec::new() });
        } else if let Some(beat) = beats.last_mut() {
            if let Some(info) = line.strip_prefix("```") {
                let block = Block { line: number + 1, text: String::new() };
                fence = Some((info.trim().to_owned(), block));
            } else {
                beat.take(number, line);
            }
        } else if !line.is_empty() && !line.starts_with("# ") {
            return one(number, Problem::new("lesson-text-before-beats"));
        }
    }
    if let Some((_, block)) = fence {
        return one(block.line - 1, Problem::new("lesson-open-fence"));
    }
    match beats.len() {
        0 => one(1, Problem::new("lesson-no-beats")),
        n if n > MOST_BEATS => one(1, Problem::new("lesson-many-beats").with("most", MOST_BEATS)),
        _ => Ok(Source { head, beats }),
    }
}

impl RawBeat {
    fn take(&mut self, number: usize, line: &str) {
        let quoted = line.strip_prefix('>').map(|rest| rest.strip_prefix(' ').unwrap_or(rest));
        match (quoted, self.parts.last_mut()) {
            (Some(line), Some(Part::Quote(block))) => block.text.extend(["\n", line]),
            (Some(line), _) => {
                self.parts.push(Part::Quote(Block { line: number, text: line.to_owned() }));
            }
            (None, Some(Part::Text(block))) => block.text.extend(["\n", line]),
            (None, _) if line.is_empty() => {}
            (None, _) => {
                self.parts.push(Part::Text(Block { line: number, text: line.to_owned() }));
            }
        }
    }
}

/// Characters that steer a terminal or turn the direction of writing, each with its line.
fn hidden(text: &str) -> Vec<Mistake> {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let found = text.split('\n').enumerate().filter_map(|(i, line)| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let c = line.chars().find(|c| steers(*c))?;
        let code = format!("U+{:04X}", u32::from(c));
        Some(Mistake::new(i + 1, Problem::new("lesson-control").with("code", code)))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "+++\ntitle = \"x\"\n+++\n\n# x\n\n## One\n\nRead\nthis.\n\n```ask\na = 1\n```\n\n> Because\n> so.\n\n## Two\n";

    #[test]
    fn every_part_has_its_line() {
        let source = split(SMALL).expect("whole");
        assert_eq!(source.head, Block { line: 2, text: "title = \"x\"\n".into() });
        let one = &source.beats[0];
        assert_eq!((one.line, one.title.as_str(), source.beats[1].line), (7, "One", 19));
        let text = Block { line: 9, text: "Read\nthis.\n".into() };
        let ask = Block { line: 13, text: "a = 1\n".into() };
        let quote = Block { line: 16, text: "Because\nso.".into() };
        assert_eq!(one.parts[0], Part::Text(text));
        assert_eq!(one.parts[1], Part::Fence("ask".into(), ask));
        assert_eq!(one.parts[2], Part::Quote(quote));
    }

    #[test]
    fn what_no_lesson_may_hold_is_named_by_its_line() {
        let of = |text: &str| split(text).expect_err("refused")[0].clone();
        let escape = SMALL.replace("Read", "Re\u{1b}[31mad");
        assert_eq!((of(&escape).line, of(&escape).problem.key()), (9, "lesson-control"));
        let turned = SMALL.replace("this", "th\u{202e}is");
        assert_eq!((of(&turned).line, of(&turned).problem.key()), (10, "lesson-control"));
        assert_eq!(of("no head").problem.key(), "lesson-no-head");
        assert_eq!(of("+++\n+++\n").problem.key(), "lesson-no-beats");
        let open = SMALL.replace("a = 1\n```", "a = 1");
        assert_eq!((of(&open).line, of(&open).problem.key()), (12, "lesson-open-fence"));
        assert_eq!(of("+++\n+++\nstray\n## a").line, 3);
    }
}

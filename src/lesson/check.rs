//! What is wrong with a lesson that can be read: what it shows, asks and says is held against
//! what there is.

use unicode_width::UnicodeWidthStr;

use super::beat::{Beat, Question, QuestionKind};
use super::fact::{FACTS, Known, named};
use super::show::Show;
use super::{Lesson, Mistake};
use crate::walk::{Problem, Stage};

mod shown;

/// Cells of text that fit under a view: three rows of 78.
const UNDER: usize = 3 * 78;
/// Cells of text that fit above a question.
const ABOVE: usize = 6 * 70;
/// Cells of one choice.
const CHOICE: usize = 70;
/// How wide a fact may become.
const FACT: usize = 8;

/// What a check must know of the world outside.
pub trait World {
    /// The pieces into which the model cuts a prompt.
    fn pieces(&self, prompt: &str) -> Vec<String>;
    /// Whether a recording is there.
    fn has_recording(&self, path: &str) -> bool;
}

/// Everything that is wrong, by line.
pub fn check(lesson: &Lesson, world: &dyn World) -> Vec<Mistake> {
    let mut found = Found { mistakes: Vec::new(), world };
    found.head(lesson);
    // What is known when a beat begins.
    let mut reached = Reached::default();
    let mut walk = lesson.head.walk.clone();
    for (place, beat) in lesson.beats.iter().enumerate() {
        if place == 0 && beat.show.is_none() {
            found.add(beat.line, Problem::new("lesson-first-shows"));
        }
        let before = reached;
        if let Some(show) = &beat.show {
            walk = show.walk.over(&walk);
            shown::check(&mut found, beat.show_line, show, &walk);
            reached.take(show);
        }
        found.texts(beat, before, reached);
        if let Some(question) = &beat.question {
            found.question(beat, question, reached);
        }
    }
    found.mistakes.sort_by_key(|mistake| mistake.line);
    found.mistakes
}

/// How far the beats so far have come.
#[derive(Clone, Copy, Debug, Default)]
struct Reached {
    stage: Option<Stage>,
    beside: bool,
    training: bool,
}

impl Reached {
    /// Runs are laid beside a walk that is whole; another walk begins anew, and its lesson may
    /// speak of the one before.
    fn take(&mut self, show: &Show) {
        let whole = show.compares().then_some(Stage::Image);
        self.stage = self.stage.max(show.stage()).max(whole);
        self.beside |= show.compares();
        self.training |= show.training.is_some();
    }

    fn knows(self, known: Known) -> bool {
        match known {
            Known::At(stage) => self.stage.is_some_and(|reached| reached >= stage),
            Known::Beside => self.beside,
            Known::Training => self.training,
        }
    }
}

struct Found<'a> {
    mistakes: Vec<Mistake>,
    world: &'a dyn World,
}

impl Found<'_> {
    fn add(&mut self, line: usize, problem: Problem) {
        self.mistakes.push(Mistake::new(line, problem));
    }

    fn head(&mut self, lesson: &Lesson) {
        let head = &lesson.head;
        if head.title.trim().is_empty() {
            self.add(2, Problem::new("lesson-empty").with("part", "title"));
        }
        if head.teaches.is_empty() {
            self.add(2, Problem::new("lesson-empty").with("part", "teaches"));
        }
        if !(1..=120).contains(&head.minutes) {
            self.add(2, Problem::new("lesson-minutes"));
        }
        shown::settings(self, 2, &head.walk);
    }

    fn texts(&mut self, beat: &Beat, before: Reached, after: Reached) {
        if beat.title.is_empty() {
            self.add(beat.line, Problem::new("lesson-empty").with("part", "##"));
        }
        let asks = beat.question.is_some();
        self.facts(beat.line, &beat.said, if asks { before } else { after });
        self.facts(beat.line, &beat.explained, after);
        let room = |asks: bool| if asks { ABOVE } else { UNDER };
        for (text, most) in [(&beat.said, room(asks)), (&beat.explained, UNDER)] {
            let wide = width(text);
            if wide > most {
                let problem = Problem::new("lesson-long").with("cells", wide).with("most", most);
                self.add(beat.line, problem);
            }
        }
        match (asks, beat.said.is_empty(), beat.explained.is_empty()) {
            (true, _, true) => self.add(beat.line, Problem::new("lesson-unexplained")),
            (false, true, _) => {
                self.add(beat.line, Problem::new("lesson-empty").with("part", beat.title.clone()));
            }
            (false, _, false) => self.add(beat.line, Problem::new("lesson-nothing-asked")),
            _ => {}
        }
    }

    /// Facts that there are, and that are known by then.
    fn facts(&mut self, line: usize, text: &str, reached: Reached) {
        for name in named(text) {
            match FACTS.iter().find(|(known, ..)| *known == name) {
                None => self.add(line, Problem::new("lesson-fact").with("name", name)),
                Some((_, known, _)) if !reached.knows(*known) => {
                    self.add(line, Problem::new("lesson-fact-early").with("name", name));
                }
                Some(_) => {}
            }
        }
    }

    fn question(&mut self, beat: &Beat, question: &Question, reached: Reached) {
        let line = beat.question_line;
        let count = question.choices.len();
        let choices = matches!(question.kind, QuestionKind::Choice | QuestionKind::Order);
        if question.question.trim().is_empty() {
            self.add(line, Problem::new("lesson-empty").with("part", "question"));
        }
        if choices && !(2..=4).contains(&count) {
            self.add(line, Problem::new("lesson-choices").with("count", count));
        }
        if question.choices.iter().any(|choice| choice.width() > CHOICE || choice.is_empty()) {
            self.add(line, Problem::new("lesson-choice").with("most", CHOICE));
        }
        if !(0.0..=100.0).contains(&question.tolerance) {
            self.add(line, Problem::new("lesson-tolerance"));
        }
        let letters = question.letters().map(|letters| letters.len());
        let reachable = match question.kind {
            QuestionKind::Choice => letters == Some(1),
            QuestionKind::Order => letters == Some(count),
            QuestionKind::Number if question.answer.contains('{') => {
                self.facts(line, &question.answer, reached);
                true
            }
            QuestionKind::Number => question.answer.trim().parse().is_ok_and(f64::is_finite),
            QuestionKind::Thought => true,
        };
        if !reachable {
            let problem = Problem::new("lesson-answer").with("answer", &question.answer);
            self.add(line, problem);
        }
    }
}

/// Cells of a text, with facts at their widest.
fn width(text: &str) -> usize {
    let names: usize = named(text).map(|name| name.width() + 2).sum();
    text.width() - names.min(text.width()) + named(text).count() * FACT
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Here;

    impl World for Here {
        fn pieces(&self, prompt: &str) -> Vec<String> {
            prompt.split(' ').map(str::to_owned).collect()
        }

        fn has_recording(&self, path: &str) -> bool {
            path == "there.safetensors"
        }
    }

    const GOOD: &str = r#"+++
format = 1
title = "t"
minutes = 5
teaches = ["x"]
walk = { prompt = "a red cat", seed = 7, steps = 20 }
+++
## One
```show
stage = "tokens"
piece = "cat"
```
There are {pieces}.
## Two
```ask
kind = "choice"
question = "Which?"
choices = ["x", "y"]
answer = "b"
```
```show
stage = "step"
call = 3
```
> It is {first-angle}.
"#;

    fn keys(text: &str) -> Vec<(usize, &'static str)> {
        let found = match Lesson::read("x", text) {
            Ok(lesson) => check(&lesson, &Here),
            Err(mistakes) => mistakes,
        };
        found.into_iter().map(|mistake| (mistake.line, mistake.problem.key())).collect()
    }

    #[test]
    fn a_whole_lesson_has_no_mistakes() {
        assert_eq!(keys(GOOD), []);
    }

    #[test]
    fn every_mistake_is_found_on_its_line() {
        for (from, to, line, key) in [
            ("stage = \"tokens\"", "stage = \"dreams\"", 10, "lesson-stage"),
            ("stage = \"tokens\"\n", "", 10, "lesson-no-stage"),
            ("piece = \"cat\"", "piece = \"dog\"", 10, "lesson-piece"),
            ("piece = \"cat\"", "recording = \"gone.safetensors\"", 10, "lesson-recording"),
            ("piece = \"cat\"", "call = 1", 10, "lesson-only-at-steps"),
            ("call = 3", "call = 400", 22, "lesson-call"),
            ("call = 3", "cal = 3", 23, "lesson-toml"),
            ("call = 3", "call = 3\nchannel = 9", 22, "lesson-channel"),
            ("call = 3", "call = 3\nnear = true", 22, "lesson-only-at-image"),
            ("call = 3", "call = 3\nplane = true", 22, "lesson-only-beside"),
            ("call = 3", "call = 3\nteach = \"x\"", 22, "lesson-one-thing"),
            ("call = 3", "call = 3\nbeside = [{}]", 22, "lesson-beside-same"),
            ("call = 3", "fork = { call = 3 }", 22, "lesson-fork-same"),
            ("call = 3", "fork = { call = 99, guidance = 9.0 }", 22, "lesson-call"),
            ("call = 3", "fork = { call = 3, off = \"dog\" }", 22, "lesson-piece"),
            ("call = 3", "fork = { call = 3, off = \"cat\", way = \"x\" }", 22, "lesson-name"),
            ("call = 3", "align = \"x\"\nbeside = [{ seed = 1 }]", 22, "lesson-name"),
            ("call = 3", "walk = { steps = 0 }", 22, "lesson-setting"),
            ("call = 3", "walk = { spacing = \"x\" }", 22, "lesson-name"),
            ("answer = \"b\"", "answer = \"c\"", 16, "lesson-answer"),
            ("answer = \"b\"", "answer = \"a b\"", 16, "lesson-answer"),
            ("kind = \"choice\"", "kind = \"guess\"", 16, "lesson-toml"),
            ("{pieces}", "{first-angle}", 8, "lesson-fact-early"),
            ("{first-angle}", "{weather}", 14, "lesson-fact"),
            ("> It is {first-angle}.\n", "", 14, "lesson-unexplained"),
            ("There are {pieces}.", &"word ".repeat(60), 8, "lesson-long"),
            ("There are {pieces}.\n", "", 8, "lesson-empty"),
            ("minutes = 5", "minutes = 500", 2, "lesson-minutes"),
            ("format = 1", "format = 9", 2, "lesson-format"),
            ("steps = 20", "sampler = \"x\"", 2, "lesson-sampler"),
            ("```ask", "```task", 15, "lesson-fence"),
        ] {
            let broken = GOOD.replacen(from, to, 1);
            assert!(keys(&broken).contains(&(line, key)), "{to}: {:?}", keys(&broken));
        }
    }
}

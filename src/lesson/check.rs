//! What is wrong with a lesson that can be read: what it shows, asks and says is held against
//! what there is.

use unicode_width::UnicodeWidthStr;

use super::beat::{Beat, Changes, Question, QuestionKind, Show};
use super::fact::{FACTS, named};
use super::{Lesson, Mistake};
use crate::walk::{Problem, Sampler, Stage};

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
    // What the walk on screen has reached when a beat begins.
    let mut reached = None;
    let mut walk = lesson.head.walk.clone();
    for (place, beat) in lesson.beats.iter().enumerate() {
        if place == 0 && beat.show.is_none() {
            found.add(beat.line, Problem::new("lesson-first-shows"));
        }
        let before = reached;
        if let Some(show) = &beat.show {
            walk = show.walk.over(&walk);
            found.show(beat, show, &walk);
            reached = reached.max(show.stage());
        }
        found.texts(beat, before, reached);
        if let Some(question) = &beat.question {
            found.question(beat, question, reached);
        }
    }
    found.mistakes.sort_by_key(|mistake| mistake.line);
    found.mistakes
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
        self.sampler(2, &head.walk);
    }

    fn sampler(&mut self, line: usize, walk: &Changes) {
        let stranger = walk.sampler.as_ref().filter(|name| Sampler::from_name(name).is_none());
        if let Some(name) = stranger {
            self.add(line, Problem::new("lesson-sampler").with("name", name));
        }
    }

    fn show(&mut self, beat: &Beat, show: &Show, walk: &Changes) {
        let line = beat.show_line;
        self.sampler(line, &show.walk);
        match (&show.stage, show.stage()) {
            (None, _) => self.add(line, Problem::new("lesson-no-stage")),
            (Some(name), None) => {
                self.add(line, Problem::new("lesson-stage").with("name", name));
            }
            _ => {}
        }
        let at_step = show.stage() == Some(Stage::Step);
        if !at_step && (show.call.is_some() || show.attention || show.by_hand) {
            self.add(line, Problem::new("lesson-only-at-steps"));
        }
        if let Some(call) = show
            .call
            .filter(|call| *call == 0 || walk.steps.is_some_and(|steps| *call > 2 * steps.max(1)))
        {
            self.add(line, Problem::new("lesson-call").with("call", call));
        }
        if let (Some(piece), Some(prompt)) = (&show.piece, &walk.prompt)
            && !self.world.pieces(prompt).contains(piece)
        {
            let problem = Problem::new("lesson-piece").with("piece", piece).with("prompt", prompt);
            self.add(line, problem);
        }
        if let Some(file) = show.recording.as_ref().filter(|file| !self.world.has_recording(file)) {
            self.add(line, Problem::new("lesson-recording").with("file", file));
        }
    }

    fn texts(&mut self, beat: &Beat, before: Option<Stage>, after: Option<Stage>) {
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
    fn facts(&mut self, line: usize, text: &str, reached: Option<Stage>) {
        for name in named(text) {
            match FACTS.iter().find(|(known, ..)| *known == name) {
                None => self.add(line, Problem::new("lesson-fact").with("name", name)),
                Some((_, stage, _)) if reached.is_none_or(|reached| reached < *stage) => {
                    self.add(line, Problem::new("lesson-fact-early").with("name", name));
                }
                Some(_) => {}
            }
        }
    }

    fn question(&mut self, beat: &Beat, question: &Question, reached: Option<Stage>) {
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

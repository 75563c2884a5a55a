//! The file of a learner's answers, version 1: what a teacher gets who asks for it.
//!
//! It holds no name unless one was given, and no time but the day. Whoever wrote it, it is read
//! within bounds: sizes, kinds and numbers are held against what a lesson can have.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::answer::{Answer, Verdict};
use super::beat::{Question, QuestionKind};
use super::record::{Record, Said};
use super::source::MOST_BEATS;
use super::{LIMIT, Lesson};
use crate::walk::Problem;
use crate::words::visible;

/// What stands under `format`.
const FORMAT: &str = "safelight-answers";
/// The version that this program writes and reads.
const VERSION: u32 = 1;
/// The longest text in it, in bytes.
const LONGEST: usize = 4000;
/// The most choices of a question.
const MOST_CHOICES: usize = 4;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswersFile {
    format: String,
    version: u32,
    program: String,
    /// The lesson's name.
    pub lesson: String,
    /// What it is called.
    pub title: String,
    /// The SHA-256 of its text, in hex.
    pub text_sha256: String,
    /// The code of its language.
    pub language: String,
    /// The day, as `2026-11-27`.
    pub date: String,
    /// The name that the learner gave, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learner: Option<String>,
    /// What was answered, in the order of the beats.
    pub answers: Vec<Answered>,
}

/// The answers to one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The beat, from 1.
    pub beat: usize,
    /// `choice`, `number`, `order` or `thought`.
    pub kind: QuestionKind,
    /// What was asked.
    pub question: String,
    /// What could be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The last answer.
    #[serde(flatten)]
    pub last: Given,
    /// How many there were.
    pub tries: usize,
    /// The first one.
    pub first: Given,
}

/// An answer as it stands in the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// `"b"`, `12.5`, `"c a b"`, or words.
    pub given: Value,
    /// What was said of it.
    pub verdict: Verdict,
}

/// Whose answers these are, and to which text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The SHA-256 of the lesson's text, in hex.
    pub text_sha256: String,
    /// The code of its language.
    pub language: String,
    /// The day, as `2026-11-27`.
    pub date: String,
    /// The learner, where a name was given.
    pub learner: Option<String>,
}

impl AnswersFile {
    /// What is written of a lesson's record.
    pub fn of(lesson: &Lesson, record: &Record, about: &About) -> Self {
        let answers = record.beats().filter_map(|(at, tried)| {
            let question = lesson.beats.get(at)?.question.as_ref()?;
            Some(Answered {
                beat: at + 1,
                kind: question.kind,
                question: question.question.clone(),
                choices: question.choices.clone(),
                last: Given::of(&tried.last)?,
                tries: tried.tries,
                first: Given::of(&tried.first)?,
            })
        });
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: concat!("safelight ", env!("CARGO_PKG_VERSION")).to_owned(),
            lesson: lesson.name.clone(),
            title: lesson.head.title.clone(),
            text_sha256: about.text_sha256.clone(),
            language: about.language.clone(),
            date: about.date.clone(),
            learner: about.learner.clone(),
            answers: answers.collect(),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    /// None that a record can cause; what the writer of JSON says.
    pub fn text(&self) -> Result<String, Problem> {
        let text = serde_json::to_string_pretty(self).map_err(|error| broken(&error))?;
        Ok(text + "\n")
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// `answers-too-large`, `answers-not-ours` for any other file, `answers-version` for one of
    /// another program, `answers-broken` where a part is not what it has to be.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.len() > LIMIT {
            return Err(Problem::new("answers-too-large").with("most", LIMIT / 1024));
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|error| broken(&error))?;
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(Problem::new("answers-not-ours"));
        }
        let version = value.get("version").and_then(Value::as_u64);
        if version != Some(u64::from(VERSION)) {
            let found = version.map_or_else(|| "?".to_owned(), |version| version.to_string());
            return Err(Problem::new("answers-version").with("found", found).with("read", VERSION));
        }
        let file: Self = serde_json::from_value(value).map_err(|error| broken(&error))?;
        match file.fault() {
            None => Ok(file),
            Some(part) => Err(Problem::new("answers-broken").with("reason", part)),
        }
    }

    /// The first part that no lesson could have written.
    fn fault(&self) -> Option<String> {
        let texts = [&self.lesson, &self.title, &self.text_sha256, &self.language, &self.date];
        if texts.into_iter().chain(&self.learner).any(|text| text.len() > LONGEST) {
            return Some("a text is too long".to_owned());
        }
        let mut before = 0;
        for answered in &self.answers {
            if answered.beat <= before || answered.beat > MOST_BEATS {
                return Some(format!("beat {}", answered.beat));
            }
            before = answered.beat;
            if !answered.is_sound() {
                return Some(format!("the answer at beat {}", answered.beat));
            }
        }
        None
    }
}

impl Answered {
    fn is_sound(&self) -> bool {
        let texts = || self.choices.iter().chain([&self.question]);
        self.choices.len() <= MOST_CHOICES
            && texts().all(|text| text.len() <= LONGEST)
            && (1..=1_000_000).contains(&self.tries)
            && [&self.first, &self.last].iter().all(|given| self.fits(given))
    }

    /// Whether an answer is one to this kind of question.
    fn fits(&self, given: &Given) -> bool {
        match (self.kind, &given.given) {
            (QuestionKind::Choice, Value::String(_)) => {
                self.places(given).is_some_and(|places| places.len() == 1)
            }
            (QuestionKind::Order, Value::String(_)) => {
                self.places(given).is_some_and(|places| places.len() == self.choices.len())
            }
            (QuestionKind::Number, Value::Number(number)) => {
                number.as_f64().is_some_and(f64::is_finite)
            }
            (QuestionKind::Thought, Value::String(text)) => text.len() <= LONGEST,
            _ => false,
        }
    }

    /// The places of the choices that an answer names, from 0; `None` where it names none that
    /// there is.
    pub fn places(&self, given: &Given) -> Option<Vec<usize>> {
        let question = Question {
            kind: self.kind,
            question: String::new(),
            choices: self.choices.clone(),
            answer: given.given.as_str()?.to_owned(),
            tolerance: 0.0,
        };
        question.letters()
    }
}

impl Given {
    /// `None` for a number that JSON cannot hold.
    fn of(said: &Said) -> Option<Self> {
        let given = match &said.answer {
            Answer::Choice(place) => Value::from(letters(&[*place])),
            Answer::Order(places) => Value::from(letters(places)),
            Answer::Number(number) => Value::Number(Number::from_f64(*number)?),
            Answer::Thought(text) => Value::from(text.clone()),
        };
        Some(Self { given, verdict: said.verdict })
    }

    /// The answer as it is read: letters, digits or words.
    pub fn shown(&self) -> String {
        match &self.given {
            Value::String(text) => text.clone(),
            other => other.as_f64().map_or_else(String::new, |number| number.to_string()),
        }
    }
}

/// `a` for the first place, `c a b` for three.
pub fn letters(places: &[usize]) -> String {
    let letter = |place: &usize| char::from(b'a' + u8::try_from(*place).unwrap_or(25).min(25));
    places.iter().map(|place| letter(place).to_string()).collect::<Vec<_>>().join(" ")
}

/// What could not be read, short and without what steers a terminal.
fn broken(error: &serde_json::Error) -> Problem {
    let reason: String = visible(&error.to_string()).chars().take(120).collect();
    Problem::new("answers-broken").with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson() -> Lesson {
        let text = "+++\nformat = 1\ntitle = \"t\"\nminutes = 5\nteaches = [\"x\"]\n+++\n## One\n```ask\nkind = \"number\"\nquestion = \"How many?\"\nanswer = \"3\"\n```\n```show\nstage = \"tokens\"\n```\n> So.\n## Two\n```ask\nkind = \"order\"\nquestion = \"In which order?\"\nchoices = [\"x\", \"y\"]\nanswer = \"b a\"\n```\n> So.\n";
        Lesson::read("small", text).expect("whole")
    }

    fn file() -> AnswersFile {
        let mut record = Record::default();
        record.tried(0, &Answer::Number(2.5));
        record.judged(0, Verdict::Wrong);
        record.tried(0, &Answer::Number(3.0));
        record.judged(0, Verdict::Right);
        record.tried(1, &Answer::Order(vec![1, 0]));
        let about = About {
            text_sha256: "00".to_owned(),
            language: "en".to_owned(),
            date: "2026-11-27".to_owned(),
            learner: None,
        };
        AnswersFile::of(&lesson(), &record, &about)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = file().text().expect("text");
        assert_eq!(AnswersFile::read(text.as_bytes()).expect("read"), file());
        assert!(!text.contains("learner"), "no name unless one was given");
        assert!(text.contains("\"given\": \"b a\"") && text.contains("\"tries\": 2"));
    }

    #[test]
    fn hostile_files_are_refused() {
        let text = file().text().expect("text");
        let large = vec![b' '; 10 << 20];
        assert_eq!(AnswersFile::read(&large).expect_err("large").key(), "answers-too-large");
        for (from, to, key) in [
            ("safelight-answers", "safelight-walk", "answers-not-ours"),
            ("\"version\": 1", "\"version\": 2", "answers-version"),
            ("\"version\": 1", "\"version\": \"1\"", "answers-version"),
            ("\"given\": 3.0", "\"given\": NaN", "answers-broken"),
            ("\"given\": 3.0", "\"given\": 1e999", "answers-broken"),
            ("\"given\": 3.0", "\"given\": \"3\"", "answers-broken"),
            ("\"given\": 3.0", "\"given\": null", "answers-broken"),
            ("\"b a\"", "\"b z\"", "answers-broken"),
            ("\"b a\"", "\"b b\"", "answers-broken"),
            ("\"tries\": 2", "\"tries\": 0", "answers-broken"),
            ("\"tries\": 2", "\"tries\": -1", "answers-broken"),
            ("\"beat\": 2", "\"beat\": 1", "answers-broken"),
            ("\"beat\": 2", "\"beat\": 65", "answers-broken"),
            ("\"right\"", "\"splendid\"", "answers-broken"),
            ("\"order\"", "\"\\u001b[31mred\"", "answers-broken"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            let problem = AnswersFile::read(changed.as_bytes()).expect_err(to);
            assert_eq!(problem.key(), key, "{to}");
            assert!(problem.facts().iter().all(|(_, fact)| !fact.contains('\u{1b}')), "{to}");
        }
        assert_eq!(AnswersFile::read(b"\xff\xfe").expect_err("bytes").key(), "answers-broken");
    }
}

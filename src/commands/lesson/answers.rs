//! `safelight lesson answers`: the answers of a class, summed up.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::hash_of;
use super::keep::read;
use crate::commands::keeping::shown_name;
use crate::commands::{DONE, print, remark};
use crate::lesson::{AnswersFile, Class, Count, Lesson, QuestionKind, Summed, shipped};
use crate::walk::Problem;
use crate::words::{Language, Words, visible};

/// Cells of the longest bar.
const BAR: usize = 24;
/// How many different numbers, or orders, are told one by one.
const MOST: usize = 12;

/// A file that is left out, and why.
type LeftOut = (PathBuf, Problem);

/// Sums up and prints.
pub(super) fn answers(files: &[PathBuf], json: bool, language: Language) -> Result<u8, Problem> {
    let words = Words::of(language);
    let (read, mut left_out) = all(files);
    let Some(most) = most_common(&read) else {
        say(&left_out, words);
        return Err(Problem::new("answers-none"));
    };
    let (of_it, others): (Vec<_>, Vec<_>) = read.into_iter().partition(|(_, f)| kin(f) == most);
    left_out.extend(others.into_iter().map(|(path, file)| {
        let same = of_it.first().is_some_and(|(_, first)| first.lesson == file.lesson);
        let key = if same { "answers-other-text" } else { "answers-other-lesson" };
        (path, Problem::new(key).with("lesson", visible(&file.lesson)))
    }));
    say(&left_out, words);
    let files: Vec<AnswersFile> = of_it.into_iter().map(|(_, file)| file).collect();
    let lesson = inside(&files, language);
    let class = Class::of(&files, lesson.as_ref());
    let title = lesson.map_or_else(
        || files.first().map_or_else(String::new, |file| file.title.clone()),
        |lesson| lesson.head.title,
    );
    if json {
        return print(&format!("{}\n", machine(&class, &title, &files, &left_out, words)));
    }
    print(&lines(&class, &title, words))?;
    Ok(DONE)
}

/// Every file that can be read, each once.
fn all(files: &[PathBuf]) -> (Vec<(PathBuf, AnswersFile)>, Vec<LeftOut>) {
    let (mut good, mut left_out, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for path in files {
        let one = path.canonicalize().unwrap_or_else(|_| path.clone());
        if !seen.insert(one) {
            left_out.push((path.clone(), Problem::new("answers-twice")));
            continue;
        }
        match read(path) {
            Ok(file) => good.push((path.clone(), file)),
            Err(problem) => left_out.push((path.clone(), problem)),
        }
    }
    (good, left_out)
}

/// One sentence for each file that is left out.
fn say(left_out: &[LeftOut], words: Words) {
    for (path, problem) in left_out {
        let reason = words.problem(problem);
        let facts = [("file", shown_name(path)), ("reason", reason)];
        let facts = facts.each_ref().map(|(name, value)| (*name, value.as_str()));
        remark(&words.fill("lesson.left-out", &facts));
    }
}

/// What files of one lesson have in common: the hash of its text. The languages of a lesson inside
/// the program are one lesson.
fn kin(file: &AnswersFile) -> String {
    let ours = Language::ALL.into_iter().flat_map(shipped);
    let inside = ours
        .filter(|shipped| shipped.name == file.lesson)
        .any(|shipped| hash_of(shipped.text) == file.text_sha256);
    if inside { format!("inside {}", file.lesson) } else { file.text_sha256.clone() }
}

/// What most files have in common; among equals the first.
fn most_common(files: &[(PathBuf, AnswersFile)]) -> Option<String> {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (place, (_, file)) in files.iter().enumerate() {
        counts.entry(kin(file)).or_insert((0, place)).0 += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, (count, place))| (*count, usize::MAX - place));
    most.map(|(kin, _)| kin)
}

/// The lesson itself, in the language of the sum, where it is inside the program.
fn inside(files: &[AnswersFile], language: Language) -> Option<Lesson> {
    let file = files.first().filter(|file| kin(file).starts_with("inside "))?;
    let found = shipped(language).find(|shipped| shipped.name == file.lesson)?;
    Lesson::read(found.name, found.text).ok()
}

fn lines(class: &Class, title: &str, words: Words) -> String {
    let mut text = format!("{}\n", visible(title));
    let files = class.files.to_string();
    let _ = writeln!(text, "{}", words.fill("lesson.summed", &[("files", &files)]));
    for summed in &class.questions {
        question(&mut text, summed, words);
    }
    text
}

/// One question: what was given how often, how many were right, what was thought.
fn question(text: &mut String, summed: &Summed, words: Words) {
    let _ = writeln!(text, "\n{}. {}", summed.beat, visible(&summed.question));
    let longest = summed.given.iter().map(|count| count.first.max(count.last)).max().unwrap_or(0);
    let wide = summed.given.iter().map(|count| count.answer.chars().count()).max().unwrap_or(0);
    for count in summed.given.iter().take(MOST) {
        let cells = (BAR * count.first).div_ceil(longest.max(1)).min(BAR);
        let bar = format!("{}{}", "█".repeat(cells), " ".repeat(BAR - cells));
        let mark = if count.right { "✓" } else { " " };
        let numbers = [count.first.to_string(), count.last.to_string()];
        let facts = [("first", numbers[0].as_str()), ("last", &numbers[1])];
        let told = words.fill("lesson.first-and-last", &facts);
        let said = count.text.as_deref().map_or_else(String::new, visible);
        let _ = writeln!(text, "   {mark} {:<wide$}  {bar} {told}  {said}", visible(&count.answer));
    }
    if let Some(more) = summed.given.len().checked_sub(MOST).filter(|more| *more > 0) {
        let _ =
            writeln!(text, "     {}", words.fill("lesson.more", &[("count", &more.to_string())]));
    }
    for thought in &summed.thoughts {
        let _ = writeln!(text, "     · {}", visible(thought));
    }
    let answered = summed.answered.to_string();
    let shares =
        summed.right.iter().zip(&summed.judged).map(|(right, judged)| share(*right, *judged));
    let shares: Vec<String> = shares.collect();
    let told = match shares.as_slice() {
        [first, last] if summed.judged[0] + summed.judged[1] > 0 => {
            let facts = [("answered", answered.as_str()), ("first", first), ("last", last)];
            words.fill("lesson.shares", &facts)
        }
        _ => words.fill("lesson.answered", &[("answered", &answered)]),
    };
    let _ = writeln!(text, "     {told}");
}

/// `13/23 = 57 %`.
fn share(right: usize, judged: usize) -> String {
    let per_cent = (right * 200 + judged) / (2 * judged.max(1));
    format!("{right}/{judged} = {per_cent} %")
}

fn machine(
    class: &Class,
    title: &str,
    files: &[AnswersFile],
    left_out: &[LeftOut],
    words: Words,
) -> Value {
    let first = files.first();
    let left: Vec<Value> = left_out
        .iter()
        .map(
            |(path, problem)| json!({ "file": shown_name(path), "reason": words.problem(problem) }),
        )
        .collect();
    let learners = files.iter().filter_map(|file| file.learner.as_deref().map(visible));
    let learners: Vec<String> = learners.collect();
    let questions: Vec<Value> = class.questions.iter().map(one).collect();
    json!({
        "format": "safelight-class",
        "version": 1,
        "lesson": first.map(|file| visible(&file.lesson)),
        "title": visible(title),
        "files": class.files,
        "learners": learners,
        "left_out": left,
        "questions": questions,
    })
}

fn one(summed: &Summed) -> Value {
    let given: Vec<Value> = summed.given.iter().map(count).collect();
    let ends = |of: [usize; 2]| json!({ "first": of[0], "last": of[1] });
    let mut value = json!({
        "beat": summed.beat,
        "kind": summed.kind,
        "question": visible(&summed.question),
        "answered": summed.answered,
        "tries": summed.tries,
        "judged": ends(summed.judged),
        "right": ends(summed.right),
    });
    let (key, list) = match summed.kind {
        QuestionKind::Thought => {
            ("thoughts", summed.thoughts.iter().map(|text| visible(text)).collect())
        }
        _ => ("given", Value::Array(given)),
    };
    if let Some(object) = value.as_object_mut() {
        object.insert(key.to_owned(), list);
    }
    value
}

fn count(count: &Count) -> Value {
    json!({
        "answer": visible(&count.answer),
        "text": count.text.as_deref().map(visible),
        "first": count.first,
        "last": count.last,
        "right": count.right,
    })
}

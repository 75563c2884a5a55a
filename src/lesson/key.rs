//! The key to a question, as a teacher reads it before the walk was seen.

use super::{FACTS, Question, QuestionKind};
use crate::words::Words;

/// What is right: letters or a number; a figure of the walk by its name; or that nothing is.
pub fn answer_key(question: &Question, words: Words) -> String {
    let fact = FACTS.iter().find(|(name, ..)| question.answer.contains(&format!("{{{name}}}")));
    match (question.kind, fact) {
        (QuestionKind::Thought, _) => words.text("lesson.free").to_owned(),
        (QuestionKind::Number, Some((name, ..))) => {
            words.fill("lesson.from-the-walk", &[("name", name)])
        }
        _ => question.answer.clone(),
    }
}

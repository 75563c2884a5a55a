//! A question as it is shown: what is said before it, what is asked and what may be chosen, in each
//! language that is shown.

use crate::app::{App, OpenLesson};
use crate::lesson::Beat;

/// The texts of a question.
pub(crate) struct Asked {
    /// What is read before it.
    pub(crate) said: Vec<String>,
    /// What is asked.
    pub(crate) question: Vec<String>,
    /// The choices; in two languages `a few whole numbers / 几个整数`.
    pub(crate) choices: Vec<String>,
}

/// The question of the beat on screen, whether it waits or was answered.
pub(crate) fn of(app: &App, open: &OpenLesson) -> Option<Asked> {
    let beats: Vec<&Beat> = open.beats_in(&app.tongues());
    let questions: Vec<_> = beats.iter().filter_map(|beat| beat.question.as_ref()).collect();
    let count = questions.first()?.choices.len();
    let choice = |place: usize| {
        let texts: Vec<String> = questions
            .iter()
            .filter_map(|question| Some(app.filled(question.choices.get(place)?)))
            .collect();
        texts.join(" / ")
    };
    Some(Asked {
        said: beats
            .iter()
            .map(|beat| app.filled(&beat.said).replace('\n', " "))
            .filter(|said| !said.is_empty())
            .collect(),
        question: questions.iter().map(|question| app.filled(&question.question)).collect(),
        choices: (0..count).map(choice).collect(),
    })
}

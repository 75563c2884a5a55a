//! A lesson on the screen: its beats, one after another, drive the walk that everything else
//! shows. A question comes before what answers it; left for free play, a lesson waits.

use std::collections::BTreeMap;

use super::action::{Action, Effect};
use super::key::{Code, Key};
use super::state::{App, Goal};
use super::walking;
use crate::lesson::{self, Answer, Beat, Changes, Facts, Lesson, Question, QuestionKind, Verdict};
use crate::walk::Stage;

/// The longest answer that is typed.
const LONGEST: usize = 200;

/// A lesson that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Learning {
    /// What was read.
    pub lesson: Lesson,
    /// The beat on screen, from 0.
    pub at: usize,
    /// Whether its question waits for an answer, and what it shows is still to come.
    pub asking: bool,
    /// Whether it was left for free play.
    pub away: bool,
    /// The choice under the cursor, for a question with choices.
    pub chosen: Option<usize>,
    /// Places in the order that was given so far.
    pub order: Vec<usize>,
    /// A number or a thought being typed.
    pub typed: String,
    /// What was answered, by beat.
    pub answers: BTreeMap<usize, Answer>,
    /// A piece that is chosen as soon as the tokens are there.
    piece: Option<String>,
    /// The settings of the walk on screen, as the lesson asked for them.
    walked: Option<Changes>,
}

impl Learning {
    /// A lesson at its beginning.
    pub const fn new(lesson: Lesson) -> Self {
        Self {
            lesson,
            at: 0,
            asking: false,
            away: false,
            chosen: None,
            order: Vec::new(),
            typed: String::new(),
            answers: BTreeMap::new(),
            piece: None,
            walked: None,
        }
    }

    /// The beat on screen.
    pub fn beat(&self) -> Option<&Beat> {
        self.lesson.beats.get(self.at)
    }

    /// The question that waits.
    pub fn question(&self) -> Option<&Question> {
        self.beat().filter(|_| self.asking && !self.away)?.question.as_ref()
    }

    /// What is said of the answer to the beat on screen.
    pub fn verdict(&self, facts: &Facts) -> Option<Verdict> {
        let (question, answer) = (self.beat()?.question.as_ref()?, self.answers.get(&self.at)?);
        Some(question.judge(answer, facts))
    }

    /// How many answers are right, and how many questions were answered.
    pub fn score(&self, facts: &Facts) -> (usize, usize) {
        let judged = self.answers.iter().filter_map(|(at, answer)| {
            let question = self.lesson.beats.get(*at)?.question.as_ref()?;
            Some(question.judge(answer, facts))
        });
        let judged: Vec<Verdict> = judged.filter(|verdict| *verdict != Verdict::Open).collect();
        (judged.iter().filter(|verdict| **verdict == Verdict::Right).count(), judged.len())
    }

    /// The settings of the walk at a beat: those of the head, and of every beat up to it.
    fn walk_at(&self, at: usize) -> Changes {
        let shows = self.lesson.beats.iter().take(at + 1).filter_map(|beat| beat.show.as_ref());
        shows.fold(self.lesson.head.walk.clone(), |walk, show| show.walk.over(&walk))
    }

    /// What the person has put down so far as an answer; `None` where it is none yet.
    fn answer(&self) -> Option<Answer> {
        let question = self.question()?;
        match question.kind {
            QuestionKind::Choice => self.chosen.map(Answer::Choice),
            QuestionKind::Number => {
                self.typed.trim().replace(',', ".").parse().ok().map(Answer::Number)
            }
            QuestionKind::Order => {
                let whole = self.order.len() == question.choices.len();
                whole.then(|| Answer::Order(self.order.clone()))
            }
            QuestionKind::Thought => {
                let text = self.typed.trim();
                (!text.is_empty()).then(|| Answer::Thought(text.to_owned()))
            }
        }
    }
}

impl App {
    /// What the walk on screen says, by name.
    pub fn facts(&self) -> Facts {
        lesson::facts(&self.walk.frames)
    }

    /// The lesson that takes the keys, if one does.
    pub fn learning_now(&self) -> Option<&Learning> {
        self.learning.as_ref().filter(|learning| !learning.away)
    }
}

/// Opens a lesson at its first beat.
pub fn begin_lesson(app: &mut App, lesson: Lesson) -> Vec<Effect> {
    app.learning = Some(Learning::new(lesson));
    enter(app, 0)
}

/// What an action does in a lesson; `None` where it does what it does in a walk.
pub(super) fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    if action == Action::Lesson {
        return Some(take_up(app));
    }
    let learning = app.learning.as_ref().filter(|learning| !learning.away)?;
    let (asking, at) = (learning.asking, learning.at);
    match action {
        Action::Next if asking => Some(commit(app)),
        Action::Next => Some(enter(app, at + 1)),
        Action::Back => Some(back(app)),
        Action::Accept if asking => Some(commit(app)),
        Action::TurnDown | Action::TurnUp if asking => {
            turn(app, action == Action::TurnDown);
            Some(Vec::new())
        }
        Action::Leave if app.overlay.is_none() => {
            leave(app);
            Some(Vec::new())
        }
        _ => None,
    }
}

/// A key that answers: a letter, or a character of what is typed.
pub(super) fn typed(app: &mut App, key: Key) {
    let Some(learning) = &mut app.learning else { return };
    let Some(question) = learning.question() else { return };
    let (kind, count) = (question.kind, question.choices.len());
    let place = key.typed().and_then(|c| "abcd".find(c)).filter(|place| *place < count);
    match (kind, key.code) {
        (QuestionKind::Choice, _) => learning.chosen = place.or(learning.chosen),
        (QuestionKind::Order, Code::Backspace) => {
            learning.order.pop();
        }
        (QuestionKind::Order, _) => {
            if let Some(place) = place.filter(|place| !learning.order.contains(place)) {
                learning.order.push(place);
            }
        }
        (_, Code::Backspace) => {
            learning.typed.pop();
        }
        (QuestionKind::Number, _) => {
            let digit = key.typed().filter(|c| c.is_ascii_digit() || ".,-".contains(*c));
            learning.typed.extend(digit.filter(|_| learning.typed.len() < 16));
        }
        (QuestionKind::Thought, _) => {
            let room = learning.typed.chars().count() < LONGEST;
            learning.typed.extend(key.typed().filter(|_| room));
        }
    }
}

/// After anything has changed: a piece that waits for the tokens is chosen.
pub(super) fn follow(app: &mut App) {
    let Some(learning) = &mut app.learning else { return };
    let Some(encoding) = app.walk.encoding() else { return };
    let Some(piece) = learning.piece.take() else { return };
    let kept = encoding.pieces.iter().take(encoding.kept);
    if let Some(at) = kept.into_iter().position(|found| found.text == piece) {
        app.look.piece = at + 1;
    }
}

/// Goes to a beat: to its question where it has one that was not answered, else to what it shows.
fn enter(app: &mut App, at: usize) -> Vec<Effect> {
    let Some(learning) = &mut app.learning else { return Vec::new() };
    let Some(beat) = learning.lesson.beats.get(at) else {
        return ended(app);
    };
    learning.at = at;
    learning.chosen = None;
    learning.order.clear();
    learning.typed.clear();
    learning.asking = beat.question.is_some() && !learning.answers.contains_key(&at);
    if learning.asking { Vec::new() } else { show(app) }
}

fn ended(app: &mut App) -> Vec<Effect> {
    let facts = app.facts();
    let Some(learning) = &mut app.learning else { return Vec::new() };
    learning.away = true;
    let (right, answered) = learning.score(&facts);
    let (right, answered) = (right.to_string(), answered.to_string());
    app.say("lesson.ended", &[("right", &right), ("answered", &answered)]);
    Vec::new()
}

/// Puts the answer down, if there is one, and shows.
fn commit(app: &mut App) -> Vec<Effect> {
    let Some(learning) = &mut app.learning else { return Vec::new() };
    if let Some(answer) = learning.answer() {
        learning.answers.insert(learning.at, answer);
    }
    learning.asking = false;
    show(app)
}

/// Back: from what was shown to its question, which can be tried again; else to the beat before.
fn back(app: &mut App) -> Vec<Effect> {
    let Some(learning) = &mut app.learning else { return Vec::new() };
    let asks = learning.beat().is_some_and(|beat| beat.question.is_some());
    if asks && !learning.asking {
        learning.asking = true;
        return Vec::new();
    }
    if learning.at == 0 {
        app.say("lesson.first", &[]);
        return Vec::new();
    }
    learning.at -= 1;
    learning.asking = false;
    show(app)
}

/// Lets the program show what the beat shows.
fn show(app: &mut App) -> Vec<Effect> {
    let Some(learning) = &mut app.learning else { return Vec::new() };
    let walk = learning.walk_at(learning.at);
    let Some(show) = learning.beat().and_then(|beat| beat.show.clone()) else { return Vec::new() };
    learning.piece.clone_from(&show.piece);
    let begun = learning.walked.as_ref() == Some(&walk) && app.walk.origin == super::Origin::Live;
    learning.walked = Some(walk.clone());
    app.look.attention = show.attention;
    app.look.by_hand = show.by_hand;
    app.look.enlarged = false;
    let stage = show.stage().unwrap_or(Stage::Tokens);
    let goal = match show.call.filter(|_| stage == Stage::Step) {
        Some(call) => Goal::Call(call.saturating_sub(1)),
        None => Goal::Stage(stage),
    };
    let effects = if begun {
        walking::go_on_to(app, goal)
    } else {
        walking::begin(app, walk.asked(), Some(goal))
    };
    follow(app);
    effects
}

/// The cursor of the choices.
fn turn(app: &mut App, down: bool) {
    let Some(learning) = &mut app.learning else { return };
    let count = learning.question().map_or(0, |question| question.choices.len());
    if count == 0 {
        return;
    }
    learning.chosen = Some(match (learning.chosen, down) {
        (None, true) => 0,
        (None, false) => count - 1,
        (Some(at), true) => (at + 1) % count,
        (Some(at), false) => (at + count - 1) % count,
    });
}

/// Leaves for free play; the walk stays as it is.
fn leave(app: &mut App) {
    if let Some(learning) = &mut app.learning {
        learning.away = true;
        app.say("lesson.left", &[]);
    }
}

/// Takes a lesson up again where it was left.
fn take_up(app: &mut App) -> Vec<Effect> {
    let Some(learning) = &mut app.learning else {
        app.say("lesson.none", &[]);
        return Vec::new();
    };
    learning.away = false;
    // Free play may have walked elsewhere.
    learning.walked = None;
    if learning.asking { Vec::new() } else { show(app) }
}

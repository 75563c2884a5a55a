//! A lesson on the screen: its beats, one after another, drive the walk that everything else
//! shows. A question comes before what answers it; left for free play, a lesson waits.

mod shown;

use std::collections::BTreeMap;

use super::action::{Action, Effect};
use super::hands::{self, Hands};
use super::key::{Code, Key};
use super::state::{App, Goal, Origin, Overlay, Scene};
use crate::lesson::{
    Answer, Beat, Changes, Facts, Lesson, Question, QuestionKind, Record, Show, Verdict, facts,
    facts_beside, facts_of_model, facts_of_training, fill, shipped_lessons,
};
use crate::walk::Asked;
use crate::words::Language;

use shown::show;
pub(super) use shown::{follow, opened};

/// The longest answer that is typed.
const LONGEST: usize = 200;

/// A lesson that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenLesson {
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
    /// What was said of it, once the walk on screen could tell.
    pub verdicts: BTreeMap<usize, Verdict>,
    /// Every answer that was put down, for who wants to know.
    pub record: Record,
    /// How many hands went up for what, before a room.
    pub hands: Hands,
    /// The same lesson in other languages.
    pub translations: Vec<(Language, Lesson)>,
    /// A piece that is chosen as soon as the tokens are there.
    piece: Option<String>,
    /// What is shown as soon as the walk is whole: runs beside it, pictures near its own.
    waits: Option<Box<Show>>,
    /// The settings of the walk on screen, as the lesson asked for them.
    walked: Option<Changes>,
    /// The recording on screen, by its path.
    recorded: Option<String>,
    /// Where the screen goes once the recording is open.
    aim: Option<Goal>,
    /// Model, device and numbers of its walks.
    base: Asked,
}

impl OpenLesson {
    /// A lesson at its beginning; `base` holds what its walks have beside what it asks for.
    pub fn new(lesson: Lesson, base: Asked) -> Self {
        Self {
            record: Record::of(&lesson.name),
            lesson,
            base,
            at: 0,
            asking: false,
            away: false,
            chosen: None,
            order: Vec::new(),
            typed: String::new(),
            answers: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            hands: Hands::default(),
            translations: Vec::new(),
            piece: None,
            waits: None,
            walked: None,
            recorded: None,
            aim: None,
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

    /// Whether its question is answered in a box.
    pub fn types(&self) -> bool {
        let typed = [QuestionKind::Number, QuestionKind::Thought];
        self.question().is_some_and(|question| typed.contains(&question.kind))
    }

    /// What is said of the answer to the beat on screen; nothing while the walk cannot tell.
    pub fn verdict(&self) -> Option<Verdict> {
        let question = self.beat()?.question.as_ref()?;
        self.answers.get(&self.at)?;
        let open = (question.kind == QuestionKind::Thought).then_some(Verdict::Open);
        self.verdicts.get(&self.at).copied().or(open)
    }

    /// How many answers are right, and how many questions were answered that have a right answer.
    pub fn score(&self) -> (usize, usize) {
        let right = self.verdicts.values().filter(|verdict| **verdict == Verdict::Right).count();
        (right, self.verdicts.len())
    }

    /// Holds the answer on screen against the figures that there are.
    fn judge(&mut self, facts: &Facts) {
        let judged = self
            .beat()
            .and_then(|beat| beat.question.as_ref())
            .and_then(|question| Some(question.judge(self.answers.get(&self.at)?, facts)));
        if let Some(verdict @ (Verdict::Right | Verdict::Wrong)) = judged {
            self.verdicts.insert(self.at, verdict);
            self.record.judged(self.at, verdict);
        }
    }

    /// What the person has put down so far as an answer; `None` where it is none yet.
    fn answer(&self) -> Option<Answer> {
        let question = self.question()?;
        match question.kind {
            // The hands of a room are nobody's answer.
            QuestionKind::Choice if self.hands.of(self.at).is_some() => None,
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
        let mut facts = facts(&self.walk.frames);
        if let Some(card) = &self.walk.card {
            facts_of_model(&mut facts, card);
        }
        let comparison = self.comparison.as_ref().filter(|comparison| comparison.walk.is_some());
        if let Some(comparison) = comparison {
            let walk = comparison.runs.iter().find(|run| Some(run.id) == comparison.walk);
            let beside = comparison.runs.iter().find(|run| Some(run.id) != comparison.walk);
            if let Some((walk, beside)) = walk.zip(beside) {
                facts_beside(&mut facts, walk, beside);
            }
        }
        let training = &self.training;
        let (recipe, moment) = (training.recipe.as_ref(), training.shown.as_ref());
        facts_of_training(&mut facts, recipe, moment, training.age);
        facts
    }

    /// A text of a lesson with its figures; they are looked up only where it names some.
    pub fn filled(&self, text: &str) -> String {
        if text.contains('{') { fill(text, &self.facts()) } else { text.to_owned() }
    }

    /// The lesson that takes the keys, if one does.
    pub fn lesson_now(&self) -> Option<&OpenLesson> {
        self.lesson.as_ref().filter(|open| !open.away)
    }
}

/// Opens a lesson at its first beat.
pub fn begin_lesson(app: &mut App, mut lesson: Lesson) -> Vec<Effect> {
    for (name, path) in &app.recordings {
        lesson.recordings.entry(name.clone()).or_insert_with(|| path.clone());
    }
    app.lesson = Some(OpenLesson::new(lesson, app.walk.asked.clone()));
    app.scene = Scene::Walk;
    enter(app, 0)
}

/// Lays the list of lessons over the screen.
pub(super) fn list(app: &mut App) {
    let name = app.lesson.as_ref().map(|open| &open.lesson.name);
    let inside = shipped_lessons(app.language);
    let chosen = inside.iter().position(|lesson| Some(&lesson.name) == name).unwrap_or(0);
    app.walk.running = false;
    app.overlay = Some(Overlay::Lessons { chosen });
}

/// Opens a lesson of the list, from a walk of the model at hand.
pub(super) fn open(app: &mut App, chosen: usize) -> Vec<Effect> {
    app.overlay = None;
    let Some(lesson) = shipped_lessons(app.language).get(chosen) else { return Vec::new() };
    let base = match app.walk.origin {
        Origin::Live => app.walk.asked_again(),
        Origin::Recording(_) | Origin::Run(_) => Asked::default(),
    };
    app.walk.asked = Asked {
        model: base.model,
        device: base.device,
        dtype: base.dtype,
        engine: base.engine,
        ..Asked::default()
    };
    begin_lesson(app, lesson.clone())
}

/// Goes to a beat and shows what it shows, its question left out: for who prints a lesson.
pub fn show_beat(app: &mut App, at: usize) -> Vec<Effect> {
    let Some(open) = &mut app.lesson else { return Vec::new() };
    (open.at, open.asking, open.away) = (at, false, false);
    show(app)
}

/// What an action does in a lesson; `None` where it does what it does on the screen behind it.
pub(super) fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    if action == Action::Lesson {
        return Some(take_up(app));
    }
    let open = app.lesson.as_ref().filter(|open| !open.away)?;
    let (asking, at) = (open.question().is_some(), open.at);
    match action {
        Action::Accept if asking => Some(commit(app)),
        Action::NextBeat => Some(enter(app, at + 1)),
        Action::PreviousBeat => Some(back(app)),
        Action::TurnDown | Action::TurnUp if asking => {
            turn(app, action == Action::TurnDown);
            Some(Vec::new())
        }
        Action::LeaveLesson if app.walk.computing && !asking => None,
        Action::LeaveLesson => {
            leave(app);
            Some(Vec::new())
        }
        _ => None,
    }
}

/// A key that answers: a letter, or a character of what is typed.
pub(super) fn typed(app: &mut App, key: Key) {
    if hands::typed(app, key) {
        return;
    }
    let Some(open) = &mut app.lesson else { return };
    let Some(question) = open.question() else { return };
    let (kind, count) = (question.kind, question.choices.len());
    let place = key.typed().and_then(|c| "abcd".find(c)).filter(|place| *place < count);
    match (kind, key.code) {
        (QuestionKind::Choice, _) => open.chosen = place.or(open.chosen),
        (QuestionKind::Order, Code::Backspace) => {
            open.order.pop();
        }
        (QuestionKind::Order, _) => {
            if let Some(place) = place.filter(|place| !open.order.contains(place)) {
                open.order.push(place);
            }
        }
        (_, Code::Backspace) => {
            open.typed.pop();
        }
        (QuestionKind::Number, _) => {
            let digit = key.typed().filter(|c| c.is_ascii_digit() || ".,-".contains(*c));
            open.typed.extend(digit.filter(|_| open.typed.len() < 16));
        }
        (QuestionKind::Thought, _) => {
            let room = open.typed.chars().count() < LONGEST;
            open.typed.extend(key.typed().filter(|_| room));
        }
    }
}

/// Goes to a beat: to its question where it has one that was not answered, else to what it shows.
fn enter(app: &mut App, at: usize) -> Vec<Effect> {
    let Some(open) = &mut app.lesson else { return Vec::new() };
    let Some(beat) = open.lesson.beats.get(at) else {
        return ended(app);
    };
    open.at = at;
    open.chosen = None;
    open.order.clear();
    open.typed.clear();
    open.asking = beat.question.is_some() && !open.answers.contains_key(&at);
    if open.asking { ask(app) } else { show(app) }
}

/// A question has the screen to itself.
fn ask(app: &mut App) -> Vec<Effect> {
    app.scene = Scene::Walk;
    app.overlay = None;
    app.walk.running = false;
    Vec::new()
}

fn ended(app: &mut App) -> Vec<Effect> {
    let Some(open) = &mut app.lesson else { return Vec::new() };
    open.away = true;
    let (right, answered) = open.score();
    let (right, answered) = (right.to_string(), answered.to_string());
    app.say("lesson.ended", &[("right", &right), ("answered", &answered)]);
    Vec::new()
}

/// Puts the answer down, if there is one, and shows.
fn commit(app: &mut App) -> Vec<Effect> {
    let Some(open) = &mut app.lesson else { return Vec::new() };
    if let Some(answer) = open.answer() {
        open.record.tried(open.at, &answer);
        open.answers.insert(open.at, answer);
        open.verdicts.remove(&open.at);
        // Only a figure of the walk has to be waited for.
        let known = open.question().is_some_and(|question| !question.answer.contains('{'));
        if known {
            open.judge(&Facts::new());
        }
    }
    open.asking = false;
    show(app)
}

/// Back: from what was shown to its question, which can be tried again; else to the beat before.
fn back(app: &mut App) -> Vec<Effect> {
    let Some(open) = &mut app.lesson else { return Vec::new() };
    let asks = open.beat().is_some_and(|beat| beat.question.is_some());
    if asks && !open.asking {
        open.asking = true;
        open.chosen = None;
        open.order.clear();
        open.typed.clear();
        return ask(app);
    }
    if open.at == 0 {
        app.say("lesson.first", &[]);
        return Vec::new();
    }
    open.at -= 1;
    open.asking = false;
    show(app)
}

/// The cursor of the choices.
fn turn(app: &mut App, down: bool) {
    let Some(open) = &mut app.lesson else { return };
    let count = open.question().map_or(0, |question| question.choices.len());
    if count == 0 {
        return;
    }
    open.hands.turn();
    open.chosen = Some(match (open.chosen, down) {
        (None, true) => 0,
        (None, false) => count - 1,
        (Some(at), true) => (at + 1) % count,
        (Some(at), false) => (at + count - 1) % count,
    });
}

/// Leaves for free play; the walk stays as it is.
fn leave(app: &mut App) {
    if let Some(open) = &mut app.lesson {
        open.away = true;
        app.say("lesson.left", &[]);
    }
}

/// Takes a lesson up again where it was left; without one there is the list.
fn take_up(app: &mut App) -> Vec<Effect> {
    let Some(open) = &mut app.lesson else {
        list(app);
        return Vec::new();
    };
    open.away = false;
    // Free play may have walked elsewhere.
    (open.walked, open.recorded) = (None, None);
    if open.asking { ask(app) } else { show(app) }
}

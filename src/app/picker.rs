//! A prompt built of taught words: a cursor goes over the lists, and what is picked takes its
//! place in a [`Phrase`], in the order of the captions that the model was trained on.

use super::action::{Action, Effect};
use super::looking::TaughtList;
use super::state::{App, Overlay};
use super::update::again;
use crate::walk::{Asked, Part, Phrase};
use crate::words::reading;

/// Words of a list stand in so many columns, read across.
pub const COLUMNS: usize = 3;

/// Words of the lists "sizes" and so on that are put in by themselves; these two are not.
const OF_PICTURE: [&str; 2] = ["picture", "of"];

/// The lists, the cursor on them, and what is built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picker {
    /// Place of the chosen list among those that there are.
    pub list: usize,
    /// Place of the cursor among its words.
    pub word: usize,
    /// The prompt so far.
    pub phrase: Phrase,
    /// Its filled places in the order in which they were picked, the newest last.
    pub picked: Vec<Part>,
}

/// A word that can be picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As the model's list has it.
    pub word: String,
    /// Its place in a caption; `None` for words that are put in by themselves.
    pub part: Option<Part>,
}

impl Picker {
    /// Begins with the taught words of a prompt.
    fn of(app: &App, prompt: &str) -> Self {
        let read = app.taught().map(|taught| reading::read(prompt, taught));
        let phrase = read.unwrap_or_default().phrase;
        let picked = phrase.parts().collect();
        Self { list: 0, word: 0, phrase, picked }
    }

    /// Whether a word stands in the prompt.
    pub fn holds(&self, choice: &Choice) -> bool {
        choice.part.is_some_and(|part| {
            self.phrase.word(part).is_some_and(|word| part == Part::Picture || word == choice.word)
        })
    }

    /// Puts a word into its place, or takes it out again.
    fn toggle(&mut self, choice: &Choice, part: Part) {
        let there = self.holds(choice);
        self.picked.retain(|other| *other != part);
        self.phrase.put(part, (!there).then_some(choice.word.as_str()));
        if !there {
            self.picked.push(part);
        }
    }

    /// Takes out what was picked last.
    fn take_back(&mut self) {
        if let Some(part) = self.picked.pop() {
            self.phrase.put(part, None);
        }
    }
}

impl App {
    /// The words of a list that a cursor can go over; of the words of the prompt that were never
    /// trained, the nearest taught ones.
    pub fn choices(&self, list: TaughtList) -> Vec<Choice> {
        let Some(taught) = self.taught() else { return Vec::new() };
        let lists = taught.lists();
        let part = |stem: &str, word: &str| match stem {
            "things" => Some(Part::Thing),
            "colours" => Some(Part::Colour),
            "backgrounds" => Some(Part::Background),
            "sizes" => Some(Part::Size),
            _ if OF_PICTURE.contains(&word) => Some(Part::Picture),
            // Another spelling of a background's colour.
            _ => (word == reading::GREY).then_some(Part::Background),
        };
        let choice =
            |stem: &str, word: &str| Choice { word: word.to_owned(), part: part(stem, word) };
        match list {
            TaughtList::Words(i) => lists.get(i).map_or_else(Vec::new, |(stem, words)| {
                words.iter().map(|word| choice(stem, word)).collect()
            }),
            TaughtList::Strangers => {
                let mut near: Vec<Choice> = Vec::new();
                for word in self.strangers().iter().flat_map(|stranger| &stranger.near) {
                    let of = lists.iter().find(|(_, words)| words.contains(&word.word));
                    let Some((stem, _)) = of else { continue };
                    let choice = choice(stem, &word.word);
                    if !near.contains(&choice) {
                        near.push(choice);
                    }
                }
                near
            }
        }
    }

    fn choices_at(&self, list: usize) -> Vec<Choice> {
        self.taught_lists().get(list).map_or_else(Vec::new, |list| self.choices(*list))
    }
}

/// Opens the lists over the view or over the box of a prompt, or closes them; a model without
/// lists has nothing to show.
pub(super) fn toggle(app: &mut App) {
    let picker = match &app.overlay {
        Some(Overlay::Taught(_)) => None,
        _ if app.taught().is_none() => {
            app.say("never.no-list", &[]);
            return;
        }
        Some(Overlay::Prompt { text, .. }) => Some(Picker::of(app, text)),
        _ => {
            let settled = app.walk.settings.as_ref().map(|settings| settings.prompt.as_str());
            let prompt = settled.or(app.walk.asked.prompt.as_deref()).unwrap_or_default();
            Some(Picker::of(app, prompt))
        }
    };
    app.overlay = picker.map(|picker| Overlay::Taught(Box::new(picker)));
}

/// What a key does over the lists; `None` where it means there what it means everywhere.
pub(super) fn act(app: &mut App, action: Action) -> Option<Vec<Effect>> {
    let Some(Overlay::Taught(picker)) = &app.overlay else { return None };
    let mut picker = picker.clone();
    match action {
        Action::Next => move_on(app, &mut picker, 1),
        Action::Back => move_back(app, &mut picker, 1),
        Action::TurnDown => move_on(app, &mut picker, COLUMNS),
        Action::TurnUp => move_back(app, &mut picker, COLUMNS),
        Action::First => picker.word = 0,
        Action::Last => picker.word = app.choices_at(picker.list).len().saturating_sub(1),
        Action::NextPart => next_list(app, &mut picker, 1),
        Action::PreviousPart => {
            let lists = app.taught_lists().len();
            next_list(app, &mut picker, lists.saturating_sub(1));
        }
        Action::Accept => pick(app, &mut picker),
        Action::TakeBack => picker.take_back(),
        Action::WalkPicked => return Some(walk(app, &picker.phrase)),
        Action::Prompt => {
            let text = picker.phrase.english();
            let cursor = text.chars().count();
            app.overlay = Some(Overlay::Prompt { text, cursor });
            return Some(Vec::new());
        }
        _ => return None,
    }
    app.overlay = Some(Overlay::Taught(picker));
    Some(Vec::new())
}

/// Forward by so many words; past the last one into the next list.
fn move_on(app: &App, picker: &mut Picker, by: usize) {
    let count = app.choices_at(picker.list).len();
    let last_row = picker.word / by * by + by >= count;
    if picker.word + by < count {
        picker.word += by;
    } else if !last_row {
        // The last row is short: down to its end.
        picker.word = count - 1;
    } else if picker.list + 1 < app.taught_lists().len() {
        picker.list += 1;
        picker.word = if by == 1 { 0 } else { picker.word % by };
        let count = app.choices_at(picker.list).len();
        picker.word = picker.word.min(count.saturating_sub(1));
    }
}

/// Back by so many words; before the first one into the list before.
fn move_back(app: &App, picker: &mut Picker, by: usize) {
    if picker.word >= by {
        picker.word -= by;
    } else if picker.list > 0 {
        picker.list -= 1;
        let count = app.choices_at(picker.list).len();
        let column = if by == 1 { 0 } else { picker.word };
        let row = count.saturating_sub(1) / by * by;
        picker.word = (row + column).min(count.saturating_sub(1));
    }
}

fn next_list(app: &App, picker: &mut Picker, by: usize) {
    let lists = app.taught_lists().len().max(1);
    picker.list = (picker.list + by) % lists;
    picker.word = 0;
}

fn pick(app: &mut App, picker: &mut Picker) {
    let Some(choice) = app.choices_at(picker.list).into_iter().nth(picker.word) else { return };
    match choice.part {
        Some(part) => picker.toggle(&choice, part),
        None => app.say("never.by-itself", &[("word", &choice.word)]),
    }
}

/// Walks what was built.
fn walk(app: &mut App, phrase: &Phrase) -> Vec<Effect> {
    let prompt = phrase.english();
    if prompt.is_empty() {
        app.say("never.nothing-picked", &[]);
        return Vec::new();
    }
    let asked = Asked { prompt: Some(prompt), ..app.walk.asked_again() };
    again(app, asked)
}

/// Walks the English form of the prompt on screen.
pub(super) fn walk_in_english(app: &mut App) -> Vec<Effect> {
    let Some(offer) = app.offer() else {
        app.say("never.no-english", &[]);
        return Vec::new();
    };
    let asked = Asked { prompt: Some(offer.english), ..app.walk.asked_again() };
    again(app, asked)
}

//! A prompt built of taught words: where the cursor goes, what is picked, and what is walked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use safelight::app::{App, Code, Effect, Event, Key, Overlay, Picker, Place, keys, update};
use safelight::engine::ModelFolder;
use safelight::walk::{Stage, Taught};
use safelight::words::Language;

use crate::screens;

/// A walk of the pocket's words, at its tokens.
fn walk(prompt: &str) -> App {
    let mut app = screens::at(Stage::Tokens, Language::Zh);
    app.walk.card.as_mut().unwrap().taught = Some(pocket());
    prompt.clone_into(&mut app.walk.settings.as_mut().unwrap().prompt);
    app
}

fn pocket() -> Taught {
    ModelFolder::pocket().card().unwrap().taught.unwrap()
}

fn press(app: &mut App, code: Code) -> Vec<Effect> {
    update(app, Event::Key(Key::plain(code)))
}

fn types(app: &mut App, text: &str) {
    text.chars().for_each(|c| drop(press(app, Code::Char(c))));
}

fn picker(app: &App) -> &Picker {
    match &app.overlay {
        Some(Overlay::Taught(picker)) => picker,
        other => unreachable!("{other:?}"),
    }
}

fn built(app: &App) -> String {
    picker(app).phrase.english()
}

fn walked(effects: &[Effect]) -> Option<String> {
    effects.iter().find_map(|effect| match effect {
        Effect::Begin(asked) => asked.prompt.clone(),
        _ => None,
    })
}

#[test]
fn words_take_their_place_in_whatever_order_they_are_picked() {
    let mut app = walk("");
    press(&mut app, Code::Char('v'));
    assert_eq!(built(&app), "");
    // Backgrounds, then things, then colours.
    types(&mut app, " ");
    press(&mut app, Code::Tab);
    press(&mut app, Code::Tab);
    press(&mut app, Code::Right);
    press(&mut app, Code::Enter);
    assert_eq!(built(&app), "a cat on an orange background");
    press(&mut app, Code::BackTab);
    press(&mut app, Code::Enter);
    assert_eq!(built(&app), "a red cat on an orange background");
    press(&mut app, Code::Backspace);
    assert_eq!(built(&app), "a cat on an orange background");
    // The same once more takes it out; another one takes its place.
    press(&mut app, Code::PageUp);
    press(&mut app, Code::Enter);
    assert_eq!(built(&app), "an orange background");
    press(&mut app, Code::Down);
    press(&mut app, Code::Enter);
    assert_eq!(built(&app), "a house on an orange background");
    assert_eq!(
        walked(&press(&mut app, Code::Char('w'))).as_deref(),
        Some("a house on an orange background")
    );
    assert!(app.overlay.is_none());
}

#[test]
fn it_begins_with_the_words_of_the_prompt_and_comes_from_its_box() {
    let mut app = walk("a small red cat on a blue background");
    press(&mut app, Code::Char('v'));
    assert_eq!(built(&app), "a small red cat on a blue background");
    press(&mut app, Code::Char('v'));
    assert!(app.overlay.is_none());
    press(&mut app, Code::Char('/'));
    assert_eq!(keys::place(&app), Place::PromptBox);
    assert!(keys::hints(&app).iter().any(|hint| hint.text == "选词"));
    let Some(Overlay::Prompt { text, cursor }) = &mut app.overlay else { unreachable!() };
    (*text, *cursor) = ("黄色背景上的大鱼".to_owned(), 8);
    press(&mut app, Code::Tab);
    assert_eq!(built(&app), "a big fish on a yellow background");
    press(&mut app, Code::Char('/'));
    assert!(
        matches!(&app.overlay, Some(Overlay::Prompt { text, .. }) if text == "a big fish on a yellow background")
    );
}

#[test]
fn words_that_come_by_themselves_say_so_and_nothing_walks_nowhere() {
    let mut app = walk("");
    press(&mut app, Code::Char('v'));
    assert_eq!(walked(&press(&mut app, Code::Char('w'))), None);
    assert_eq!(app.toast.as_ref().unwrap().0, "never.nothing-picked");
    press(&mut app, Code::BackTab);
    press(&mut app, Code::Enter);
    assert_eq!(app.toast.as_ref().unwrap().0, "never.by-itself");
    assert_eq!(built(&app), "");
}

#[test]
fn the_english_form_of_a_chinese_prompt_is_one_key_away() {
    let mut app = screens::chinese_prompt(Language::Zh);
    assert!(keys::hints(&app).iter().any(|hint| hint.label == "E"));
    let effects = press(&mut app, Code::Char('E'));
    assert_eq!(walked(&effects).as_deref(), Some("a red cat on a blue background"));
    let mut app = walk("a red cat");
    assert!(keys::hints(&app).iter().all(|hint| hint.label != "E"));
    assert_eq!(walked(&press(&mut app, Code::Char('E'))), None);
    assert_eq!(app.toast.as_ref().unwrap().0, "never.no-english");
}

#[test]
fn arrows_go_through_all_lists_and_back() {
    let mut app = walk("");
    press(&mut app, Code::Char('v'));
    let count = pocket().all().count();
    for _ in 0..count + 5 {
        press(&mut app, Code::Right);
    }
    let last = (picker(&app).list, picker(&app).word);
    assert_eq!(last, (4, pocket().other.len() - 1));
    for _ in 0..count + 5 {
        press(&mut app, Code::Left);
    }
    assert_eq!((picker(&app).list, picker(&app).word), (0, 0));
    for _ in 0..40 {
        press(&mut app, Code::Down);
    }
    assert_eq!(picker(&app).list, 4);
    for _ in 0..40 {
        press(&mut app, Code::Up);
    }
    assert_eq!((picker(&app).list, picker(&app).word), (0, 0));
}

proptest! {
    #[test]
    fn no_keys_lead_out_of_the_lists(keys in proptest::collection::vec(0usize..13, 0..60)) {
        let codes = [
            Code::Left, Code::Right, Code::Up, Code::Down, Code::Tab, Code::BackTab, Code::Home,
            Code::End, Code::Enter, Code::Backspace, Code::Char(' '), Code::PageDown, Code::PageUp,
        ];
        let mut app = walk("");
        press(&mut app, Code::Char('v'));
        for key in keys {
            press(&mut app, codes[key]);
            let picker = picker(&app);
            let lists = app.taught_lists();
            prop_assert!(picker.list < lists.len());
            prop_assert!(picker.word < app.choices(lists[picker.list]).len());
            prop_assert_eq!(picker.picked.len(), picker.phrase.parts().count());
        }
    }
}

//! A lesson as one HTML page that needs nothing else, in a browser and on paper; and a lesson plan
//! to be printed.
//!
//! There is no script on it: choices, answers and the languages are switched by the browser's own
//! radio buttons and disclosures, and its policy allows nothing but its own style. On paper the
//! questions come first and the answers at the end, on a page of their own.

mod beats;
mod figure;
pub mod figures;
mod plan;

use std::fmt::Write as _;

use super::markup::{escaped, fill, hash};
use crate::lesson::{Facts, Lesson};
use crate::walk::Picture;
use crate::words::{Language, Words, visible};

pub use figure::{Caption, Figure};
pub use figures::Looked;

const TEMPLATE: &str = include_str!("lesson_page/page.html");
const STYLE: &str = include_str!("lesson_page/page.css");

/// What became of one beat when the lesson was acted out.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// What is to be seen.
    pub figures: Vec<Figure>,
    /// The figures of the walk that were known before, by name.
    pub before: Facts,
    /// Those that are known once it was shown.
    pub after: Facts,
}

/// A lesson in one language, acted out.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The language.
    pub language: Language,
    /// The lesson.
    pub lesson: Lesson,
    /// Its beats, in their order.
    pub leaves: Vec<Leaf>,
}

/// A picture in words, from its pixels alone.
pub type Describe = Box<dyn Fn(&Picture, Words) -> String>;

/// What becomes a page.
pub struct LessonPage {
    /// The lesson in each of the page's languages; it opens in the first.
    pub told: Vec<Told>,
    /// What a screen reader says of a picture.
    pub describe: Describe,
}

/// The page of a lesson.
pub fn page(page: &LessonPage) -> String {
    let head = page.both("p", |told, words| {
        let (minutes, asks) = (told.lesson.head.minutes.to_string(), told.lesson.questions());
        let facts = [("minutes", minutes.as_str()), ("questions", &asks.to_string())];
        escaped(&words.fill("lesson.about", &facts))
    });
    let teaches = page.both("ul", |told, _| told.taught());
    let body = format!("{head}\n{teaches}\n{}\n{}", beats::beats(page), beats::key(page, true));
    page.whole(&body, "lesson", "lesson-page.keys")
}

/// The page of a lesson plan, for A4.
pub fn plan(page: &LessonPage) -> String {
    page.whole(&plan::body(page), "plan", "lesson-page.no-keys")
}

impl Told {
    /// What it teaches, as the items of a list.
    fn taught(&self) -> String {
        let taught = self.lesson.head.teaches.iter();
        taught.map(|text| ["<li>", &escaped(&visible(text)), "</li>"].concat()).collect()
    }
}

impl LessonPage {
    /// The page around its body.
    fn whole(&self, body: &str, kind: &str, foot: &'static str) -> String {
        let language = self.told.first().map_or(Language::En, |told| told.language);
        let title = self.told.first().map_or("", |told| told.lesson.head.title.as_str());
        let style = format!("{STYLE}{}", self.shown());
        let policy = format!(
            "default-src 'none'; img-src data:; style-src '{}'; base-uri 'none'; form-action 'none'",
            hash(&style)
        );
        let heading = self.both("span", |told, _| escaped(&visible(&told.lesson.head.title)));
        let program = concat!("safelight ", env!("CARGO_PKG_VERSION"));
        let foot = self.both("p", |_, words| escaped(&words.fill(foot, &[("program", program)])));
        fill(
            TEMPLATE,
            &[
                ("language", language.code()),
                ("policy", &policy),
                ("style", &style),
                ("kind", kind),
                ("title", &escaped(&visible(title))),
                ("switch", &self.switch()),
                ("heading", &heading),
                ("body", body),
                ("foot", &foot),
            ],
        )
    }

    /// The switch between languages: the browser's own buttons, nothing else.
    fn switch(&self) -> String {
        if self.told.len() < 2 {
            return String::new();
        }
        let one = |(place, told): (usize, &Told)| {
            let code = told.language.code();
            let checked = if place == 0 { " checked" } else { "" };
            let name = escaped(Words::of(told.language).text("lesson-page.language"));
            format!(
                "<input type=\"radio\" name=\"language\" id=\"in-{code}\" class=\"switch\"{checked}>\
                 <label for=\"in-{code}\" class=\"switch\" lang=\"{code}\">{name}</label>"
            )
        };
        self.told.iter().enumerate().map(one).collect()
    }

    /// Which language is shown, as rules of the style: a button hides all others.
    fn shown(&self) -> String {
        let codes: Vec<&str> = self.told.iter().map(|told| told.language.code()).collect();
        let mut rules = String::new();
        for code in &codes {
            for other in codes.iter().filter(|other| *other != code) {
                let _ = writeln!(rules, "#in-{code}:checked ~ main .{other} {{ display: none; }}");
            }
        }
        rules
    }

    /// An element once in each language; `inside` gives markup.
    fn both(&self, tag: &str, inside: impl Fn(&Told, Words) -> String) -> String {
        let one = |told: &Told| {
            let inside = inside(told, Words::of(told.language));
            if inside.is_empty() {
                return String::new();
            }
            let code = told.language.code();
            format!("<{tag} class=\"{code}\" lang=\"{code}\">{inside}</{tag}>")
        };
        self.told.iter().map(one).collect()
    }

    /// A word of the page in each language.
    fn word(&self, tag: &str, key: &'static str) -> String {
        self.both(tag, |_, words| escaped(words.text(key)))
    }
}

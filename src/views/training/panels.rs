//! The pictures of one moment: the training picture, with noise, what is right, what was said,
//! where that is wrong, and the clean picture that it implies.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Scene;
use crate::views::Slot;
use crate::views::parts::heatmap::{self, Map};
use crate::views::parts::numbers::fixed;
use crate::views::parts::{layout, picture, text};
use crate::walk::{Answer, Grid, Noising};

/// The limits of a target's colours: v and ε are nearly unit normal.
const LIMIT: f32 = 3.0;
/// The limits of an error's colours, the same at every timestep and age.
const ERROR_LIMIT: f32 = 1.0;
/// Columns of the narrowest panel: sixteen cells, and room to the next.
const WIDTH: u16 = 19;

/// What a panel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Picture,
    Noisy,
    Target,
    Said,
    Error,
    Implied,
}

use Subject::{Error, Implied, Noisy, Picture, Said, Target};

const ALL: [Subject; 6] = [Picture, Noisy, Target, Said, Error, Implied];
/// What a small screen shows, the one or the other.
const SETS: [[Subject; 4]; 2] = [[Picture, Noisy, Target, Said], [Target, Said, Error, Implied]];

/// Rows that the pictures take of a view.
pub(super) fn rows(area: Rect) -> u16 {
    let captions = if area.height >= 22 { 2 } else { 1 };
    let tall = area.height >= 44 && area.width / 6 >= 34;
    1 + if tall { 16 } else { 8 } + captions
}

/// Draws as many as stand beside each other.
pub(super) fn draw(
    scene: Scene,
    shown: &Noising,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let fit = usize::from((area.width + 2) / WIDTH);
    let subjects: &[Subject] = match (fit, scene.training.set) {
        (6.., _) => &ALL,
        (4 | 5, set) => &SETS[set.min(1)],
        (_, 0) => &[Noisy, Target, Said],
        _ => &[Said, Error, Implied],
    };
    let count = subjects.len() as u16;
    for (subject, place) in subjects.iter().zip(layout::columns(area, count, 2)) {
        draw_one(scene, shown, *subject, place, buf, slots);
    }
}

fn draw_one(
    scene: Scene,
    shown: &Noising,
    subject: Subject,
    area: Rect,
    buf: &mut Buffer,
    slots: &mut Vec<Slot>,
) {
    let Scene { training, words, ground } = scene;
    let (head, rest) = layout::top(area, 1);
    let (body, captions) = layout::bottom(rest, if area.height > 10 { 2 } else { 1 });
    let symbol = [("symbol", scene.symbol()), ("age", scene.age(training.age))];
    let title = words.fill(title_key(subject), &symbol);
    text::put(buf, head, &title, ground.strong());
    let answer = shown.answers.iter().find(|answer| answer.age == training.age);
    let mut lines = Vec::new();
    match subject {
        Picture => {
            picture::draw(&shown.picture, body, ground, buf, slots);
            lines.push(words.text("training.in-pixels").to_owned());
        }
        Implied => {
            if let Some(answer) = answer {
                picture::draw(&answer.picture, body, ground, buf, slots);
            }
            lines.push(words.text("training.through-vae").to_owned());
            lines.push(words.text("training.estimate").to_owned());
        }
        Noisy => {
            let preview = training.recipe.as_ref().and_then(|recipe| recipe.preview.as_ref());
            if let Some(colours) = preview.and_then(|preview| preview.apply(&shown.noisy)) {
                picture::cells(&colours, body, ground, buf);
                lines.push(words.text("training.preview").to_owned());
            } else {
                signed(scene, &shown.noisy, LIMIT, body, buf);
                lines.push(scale(scene, LIMIT));
            }
        }
        Target => {
            let right = if training.epsilon { &shown.noise } else { &shown.target };
            signed(scene, right, LIMIT, body, buf);
            lines.push(scale(scene, LIMIT));
        }
        Said => {
            if let Some(said) = answer.map(|answer| said(answer, training.epsilon)) {
                signed(scene, said, LIMIT, body, buf);
            }
            lines.push(scale(scene, LIMIT));
        }
        Error => {
            let right = if training.epsilon { &shown.noise } else { &shown.target };
            let wrong = answer.and_then(|a| said(a, training.epsilon).zip(right, |s, r| s - r));
            if let Some(wrong) = wrong {
                signed(scene, &wrong, ERROR_LIMIT, body, buf);
            }
            let error = scene.error(shown, training.age).unwrap_or(f32::NAN);
            lines.push(words.fill("training.mse", &[("error", &fixed(error, 3))]));
            lines.push(scale(scene, ERROR_LIMIT));
        }
    }
    for (i, line) in (0..captions.height).zip(&lines) {
        text::put(buf, layout::row(captions, i), line, ground.dim());
    }
}

const fn title_key(subject: Subject) -> &'static str {
    match subject {
        Picture => "training.picture",
        Noisy => "training.noisy",
        Target => "training.target",
        Said => "training.said",
        Error => "training.error",
        Implied => "training.implied",
    }
}

fn said(answer: &Answer, epsilon: bool) -> &Grid {
    if epsilon { &answer.epsilon } else { &answer.v }
}

/// One channel in the diverging map.
fn signed(scene: Scene, grid: &Grid, limit: f32, area: Rect, buf: &mut Buffer) {
    let channel = scene.training.channel.min(grid.planes().saturating_sub(1));
    heatmap::draw(grid, channel, Map::Signed { limit }, area, scene.ground, buf);
}

/// Which channel, and what the fullest colours stand for.
fn scale(scene: Scene, limit: f32) -> String {
    let channel = (scene.training.channel + 1).to_string();
    scene.words.fill("training.channel", &[("channel", &channel), ("limit", &limit.to_string())])
}

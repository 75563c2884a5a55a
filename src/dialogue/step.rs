//! What is said beside a frame: where the chosen word was drawn on, a guess that was decoded, one
//! number by hand, what the judge sees, the nearest training pictures.

use super::{Judge, line};
use crate::app::App;
use crate::print::describe::{self, Description};
use crate::walk::{Frame, Image, Picture, Step};
use crate::words::{Words, visible};

/// Everything beside the frame's own sentences.
pub(super) fn beside_the_frame(app: &App, frame: &Frame, judge: Judge<'_>, text: &mut String) {
    match frame {
        Frame::Step(step) => {
            attention(app, step, text);
            decoded(app, step, judge, text);
        }
        Frame::Image(image) => picture(app, image, judge, text),
        _ => {}
    }
    if app.look.by_hand {
        for sentence in crate::views::worked_by_hand(app) {
            line(text, &sentence);
        }
    }
}

/// Of the chosen piece: how much of the picture drew on it, and where most.
fn attention(app: &App, step: &Step, text: &mut String) {
    let words = app.words();
    let (Some(attention), Some(prompt)) = (&step.attention, app.walk.encoding()) else { return };
    let row = app.look.piece;
    let labels = prompt.row_labels();
    let rows = &attention.rows;
    let (Some(label), (width, height)) = (labels.get(row), (rows.width(), rows.height())) else {
        return;
    };
    if row >= rows.planes() {
        return;
    }
    let shares = rows.plane(row);
    let whole: f32 = shares.iter().sum::<f32>() / shares.len().max(1) as f32;
    let mut parts = [0.0f32; 9];
    for (i, share) in shares.iter().enumerate() {
        let (x, y) = (i % width.max(1) * 3 / width.max(1), i / width.max(1) * 3 / height.max(1));
        parts[y.min(2) * 3 + x.min(2)] += share;
    }
    let most = (0..9).max_by(|&a, &b| parts[a].total_cmp(&parts[b])).unwrap_or(4);
    let facts = [
        ("piece", &*visible(label)),
        ("share", &format!("{:.0}", whole * 100.0)),
        ("place", words.text(describe::place(most % 3, most / 3))),
    ];
    line(text, &words.fill("dialogue.attention", &facts));
}

/// The guess of this step, where it was put through the decoder.
fn decoded(app: &App, step: &Step, judge: Judge<'_>, text: &mut String) {
    let Some(picture) = app.walk.x0_pictures.get(&step.call) else { return };
    let words = app.words();
    let seen = Description::of(picture).sentence(words);
    line(text, &words.fill("print.plain.x0-decoded", &[("description", &seen)]));
    judged(app, picture, judge, text);
}

fn picture(app: &App, image: &Image, judge: Judge<'_>, text: &mut String) {
    let Some(picture) = image.picture() else { return };
    judged(app, &picture, judge, text);
    if !app.look.near {
        return;
    }
    let words = app.words();
    for near in app.walk.near_pictures.iter().flat_map(|near| &near.pictures) {
        let facts = [
            ("caption", near.shown.caption.as_str()),
            ("distance", &format!("{:.1}", near.distance)),
        ];
        line(text, &words.fill("dialogue.near", &facts));
    }
}

/// What the judge sees, with how often it is wrong; only of the model whose drawings it knows.
fn judged(app: &App, picture: &Picture, judge: Judge<'_>, text: &mut String) {
    let words = app.words();
    if app.taught().is_none() {
        grid(picture, words, text);
        return;
    }
    let Some(seen) = judge(picture) else { return };
    let facts = [
        ("colour", seen.colour.as_str()),
        ("thing", &seen.thing),
        ("background", &seen.background),
    ];
    line(text, &words.fill("dialogue.judge", &facts));
}

/// Named colours of a picture, third by third.
fn grid(picture: &Picture, words: Words, text: &mut String) {
    let named: Vec<String> = describe::thirds(picture)
        .into_iter()
        .enumerate()
        .map(|(at, colour)| {
            let place = words.text(describe::place(at % 3, at / 3)).to_owned();
            let facts = [("place", place.as_str()), ("colour", words.text(colour.key()))];
            words.fill("dialogue.third", &facts)
        })
        .collect();
    line(text, &named.join(words.text("print.plain.separator")));
}

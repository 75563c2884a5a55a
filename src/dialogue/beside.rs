//! What is said beside a frame: a stretch that is turned to, a picture that is chosen, a guess that
//! was decoded, one number by hand, the nearest training pictures.

use super::line;
use super::moment::Moment;
use super::plane::told;
use crate::app::{App, LatentLook};
use crate::print::describe::Description;
use crate::print::seen::seen;
use crate::views::{Painted, Told, chosen_picture};
use crate::walk::{Eyes, Frame, Schedule, Stage};

/// How far the view on screen is turned.
pub(super) fn turn(app: &App) -> usize {
    let turn = app.look.turn.get(app.walk.stage().index()).copied().unwrap_or(0);
    turn.min(app.turns() - 1)
}

/// Noise levels and levels of the decoder, once someone turns through them.
pub(super) fn turned(app: &App) -> Option<Moment> {
    let turns = matches!(app.walk.frame()?, Frame::Schedule(_) | Frame::Decode(_));
    let turn = turn(app);
    (turns && turn > 0).then_some(Moment::Turned(app.walk.at, turn))
}

/// A picture that is not among those that are said by themselves.
pub(super) fn chosen(app: &App) -> Option<Moment> {
    let look = &app.look;
    match app.walk.frame()? {
        Frame::Step(_) => {
            let set = turn(app);
            let usual = (look.picture, set, look.latent) == (0, 0, LatentLook::Preview);
            let guidance = look.guidance.map(|guidance| guidance.to_string());
            // Attention is told as a sentence of its own.
            let moment = Moment::Chosen(app.walk.at, look.picture, set, look.latent, guidance);
            let told = usual && look.guidance.is_none() || (set == 2 && look.picture == 0);
            (!told).then_some(moment)
        }
        Frame::Noise(noise) => {
            let turned = match look.latent {
                LatentLook::Preview => 0,
                LatentLook::Channel(channel) => channel,
            };
            let channel = (look.picture + turned) % noise.noise.planes().max(1);
            (channel > 0).then_some(Moment::Channel(app.walk.at, channel))
        }
        _ => None,
    }
}

/// The guess of this step, where it was put through the decoder.
pub(super) fn decoded(app: &App) -> Option<Moment> {
    let step = app.walk.frame()?.as_step()?;
    let there = app.walk.x0_pictures.contains_key(&step.call);
    there.then_some(Moment::Decoded(app.walk.at))
}

/// The pixel under the lens of the finished picture.
pub(super) fn pixel(app: &App) -> Option<Moment> {
    let at_image = app.walk.stage() == Stage::Image;
    at_image.then_some(Moment::Pixel(app.walk.at, app.look.pixel))
}

/// One number by hand, where that is asked for.
pub(super) fn by_hand(app: &App) -> Option<Moment> {
    let place = match app.walk.stage() {
        Stage::Image => app.look.pixel,
        _ => app.look.lens,
    };
    app.look.by_hand.then_some(Moment::ByHand(app.walk.at, place, app.look.latent))
}

/// The nearest training pictures, once they are found.
pub(super) fn near(app: &App) -> Option<Moment> {
    let found = app.walk.stage() == Stage::Image && app.walk.near_pictures.is_some();
    (found && app.look.near).then_some(Moment::Near(app.walk.at))
}

/// Says what stands at the noise level, or the level of the decoder, that is turned to.
pub(super) fn say_turned(app: &App, turn: usize, text: &mut String) {
    let words = app.words();
    match app.walk.frame() {
        Some(Frame::Schedule(schedule)) => {
            let (Some(t), Some(level)) = (schedule.timesteps.get(turn), schedule.levels.get(turn))
            else {
                return;
            };
            let (signal, noise) = Schedule::factors(*level);
            let facts = [
                ("call", &*(turn + 1).to_string()),
                ("t", &format!("{t:.0}")),
                ("sigma", &format!("{level:.3}")),
                ("signal", &format!("{signal:.3}")),
                ("noise", &format!("{noise:.3}")),
            ];
            line(text, &words.fill("dialogue.level-of-noise", &facts));
        }
        Some(Frame::Decode(decode)) => {
            let Some(level) = decode.levels.get(turn - 1) else {
                line(text, words.text("decode.what-picture"));
                return;
            };
            let kind = match level.name.as_str() {
                "post_quant_conv" => "post-quant",
                "conv_in" => "conv-in",
                "mid" => "mid",
                "conv_out" => "conv-out",
                _ => "up",
            };
            line(text, &format!("{}. {}", level.name, words.text(&format!("decode.what-{kind}"))));
        }
        _ => {}
    }
}

/// Says what the chosen picture of a step shows.
pub(super) fn say_chosen(app: &App, text: &mut String) {
    let words = app.words();
    let Some(Told { title, look, facts, painted }) = chosen_picture(app) else { return };
    let mut parts = vec![title, look];
    parts.extend(facts);
    parts.retain(|part| !part.is_empty());
    let said = parts.join(words.text("print.plain.separator"));
    let shown = match painted {
        Painted::Picture(picture) => Description::of(&picture).sentence(words),
        Painted::Numbers(grid) => told(&grid, 0, words),
        Painted::Nothing(why) => why,
    };
    line(text, &words.fill("dialogue.chosen", &[("picture", &said), ("shown", &shown)]));
}

/// Says what one channel of the noise shows.
pub(super) fn say_channel(app: &App, channel: usize, text: &mut String) {
    let Some(Frame::Noise(noise)) = app.walk.frame() else { return };
    let words = app.words();
    let name = words.fill("noise.channel", &[("n", &(channel + 1).to_string())]);
    let shown = told(&noise.noise, channel, words);
    line(text, &words.fill("dialogue.chosen", &[("picture", &name), ("shown", &shown)]));
}

/// Says the three numbers of a pixel.
pub(super) fn say_pixel(app: &App, (x, y): (usize, usize), text: &mut String) {
    let Some(Frame::Image(image)) = app.walk.frame() else { return };
    let Some(picture) = image.picture() else { return };
    if x >= picture.width() || y >= picture.height() {
        return;
    }
    let [red, green, blue] = picture.pixel(x, y).map(|value| value.to_string());
    let facts = [
        ("column", &*(x + 1).to_string()),
        ("row", &(y + 1).to_string()),
        ("red", &red),
        ("green", &green),
        ("blue", &blue),
    ];
    line(text, &app.words().fill("dialogue.pixel", &facts));
}

/// Describes the guess of this step.
pub(super) fn say_decoded(app: &App, eyes: Eyes, text: &mut String) {
    let call = app.walk.frame().and_then(Frame::as_step).map(|step| step.call);
    let Some(picture) = call.and_then(|call| app.walk.x0_pictures.get(&call)) else { return };
    let words = app.words();
    let described = Description::of(picture).sentence(words);
    line(text, &words.fill("print.plain.x0-decoded", &[("description", &described)]));
    line(text, &seen(picture, app.taught().is_some(), eyes, words));
}

/// Says the calculation.
pub(super) fn say_by_hand(app: &App, text: &mut String) {
    for sentence in crate::views::worked_by_hand(app) {
        line(text, &sentence);
    }
}

/// Names the nearest training pictures.
pub(super) fn say_near(app: &App, text: &mut String) {
    let words = app.words();
    for near in app.walk.near_pictures.iter().flat_map(|near| &near.pictures) {
        let distance = format!("{:.1}", near.distance);
        let facts = [("caption", near.shown.caption.as_str()), ("distance", &distance)];
        line(text, &words.fill("dialogue.near", &facts));
    }
    let apart = app.walk.near_pictures.as_ref().and_then(|near| near.apart);
    if let Some(apart) = apart {
        let facts = [("distance", &*format!("{apart:.1}"))];
        line(text, &words.fill("dialogue.near-apart", &facts));
    }
}

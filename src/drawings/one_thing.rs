//! Pictures of one thing to teach a word from: a thing of the world, or an SVG of a user with the
//! same classes, in colours and poses of chance.

use std::fs;
use std::path::Path;

use super::render::render_body;
use super::scene::{Scene, Stage, scene};
use super::templates;
use super::world::World;
use crate::walk::{Picture, Problem};

/// The largest SVG that is read, in bytes.
const LARGEST: u64 = 1 << 18;
/// What a drawing must not hold: it would read other files, or grow without end.
const NOT_DRAWN: &[&str] = &["<image", "<!ENTITY", "<script", "<foreignObject", "<feImage"];

/// So many pictures with their captions' scenes as names: `name` is a thing of the world, or the
/// path of an SVG. The same seed gives the same pictures.
///
/// # Errors
/// `drawing-unknown` for a name that is neither, `drawing-file` for a file that is no drawing,
/// `drawing-failed` where it cannot be drawn.
pub fn scenes_of(
    world: &'static World,
    name: &str,
    seed: u64,
    count: usize,
) -> Result<Vec<(String, Picture)>, Problem> {
    let thing = world.things.iter().copied().find(|thing| *thing == name);
    let own = match thing {
        Some(_) => None,
        None => Some(read(name)?),
    };
    let stage = Stage::whole(world);
    (0..count as u64)
        .map(|number| {
            let scene = scene(world, seed, number, &stage, false);
            let body = match (&own, thing) {
                (Some(body), _) => Some(body.as_str()),
                (None, thing) => templates::body(thing.unwrap_or_default(), scene.drawing),
            };
            let body = body.ok_or_else(|| unknown(name))?;
            Ok((said(&scene), render_body(world, &scene, body)?))
        })
        .collect()
}

fn said(scene: &Scene) -> String {
    format!("{} on {}", scene.shows.colour, scene.shows.background)
}

fn unknown(name: &str) -> Problem {
    Problem::usage("drawing-unknown").with("name", name)
}

/// The body of a user's drawing: what stands between its own style, if it has one, and its end.
fn read(path: &str) -> Result<String, Problem> {
    let there = fs::metadata(Path::new(path)).map_err(|_| unknown(path))?;
    let refused =
        |reason: &str| Problem::new("drawing-file").with("file", path).with("reason", reason);
    if !there.is_file() || there.len() > LARGEST {
        return Err(refused("size"));
    }
    let text = fs::read_to_string(path).map_err(|error| refused(&error.to_string()))?;
    if let Some(part) = NOT_DRAWN.iter().find(|part| text.contains(**part)) {
        return Err(refused(part));
    }
    let after = text
        .split_once("</style>")
        .or_else(|| text.split_once("<svg")?.1.split_once('>'))
        .map(|(_, after)| after);
    let body = after.and_then(|after| after.rsplit_once("</svg>")).map(|(body, _)| body);
    body.map(str::to_owned).ok_or_else(|| refused("<svg>"))
}

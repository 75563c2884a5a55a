//! A scene becomes a picture: its drawing as SVG with the scene's colours and pose, drawn by resvg
//! twice as large, then averaged in boxes.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::scene::Scene;
use super::templates;
use super::world::{Rgb, World};
use crate::walk::{Picture, Problem};

/// Width and height of a picture in pixels.
pub const EDGE: usize = 64;
/// Drawn this many times larger, then averaged in boxes.
const OVER: usize = 2;

/// The picture of a scene, 64×64.
///
/// # Errors
/// `drawing-failed` where the world has no such drawing or colour, or resvg refuses it.
pub fn render(world: &World, scene: &Scene) -> Result<Picture, Problem> {
    let text = svg(world, scene).ok_or_else(|| failed("no such drawing or colour"))?;
    rendered(&text)
}

/// The picture of a scene with another drawing in it.
pub(super) fn render_body(world: &World, scene: &Scene, body: &str) -> Result<Picture, Problem> {
    let text = posed(world, scene, body).ok_or_else(|| failed("no such colour"))?;
    rendered(&text)
}

fn rendered(text: &str) -> Result<Picture, Problem> {
    let tree = Tree::from_str(text, &Options::default()).map_err(failed)?;
    let edge = (EDGE * OVER) as u32;
    let mut large = Pixmap::new(edge, edge).ok_or_else(|| failed("no memory"))?;
    resvg::render(&tree, Transform::identity(), &mut large.as_mut());
    Ok(averaged(&large))
}

fn failed(reason: impl std::fmt::Display) -> Problem {
    Problem::new("drawing-failed").with("reason", reason)
}

/// The means of boxes of [`OVER`]×[`OVER`] pixels. The background covers everything, so no pixel
/// lets anything shine through.
fn averaged(large: &Pixmap) -> Picture {
    let pixels = large.pixels();
    Picture::from_fn(EDGE, EDGE, |x, y| {
        let mut sum = [0_u32; 3];
        for (dx, dy) in (0..OVER).flat_map(|dy| (0..OVER).map(move |dx| (dx, dy))) {
            let at = (y * OVER + dy) * EDGE * OVER + x * OVER + dx;
            if let Some(pixel) = pixels.get(at) {
                let rgb = [pixel.red(), pixel.green(), pixel.blue()];
                sum.iter_mut().zip(rgb).for_each(|(sum, value)| *sum += u32::from(value));
            }
        }
        let count = (OVER * OVER) as u32;
        sum.map(|sum| u8::try_from((sum + count / 2) / count).unwrap_or(u8::MAX))
    })
}

/// A scene as SVG; `None` where the world has no such drawing or colour.
pub fn svg(world: &World, scene: &Scene) -> Option<String> {
    posed(world, scene, templates::body(scene.shows.thing, scene.drawing)?)
}

fn posed(world: &World, scene: &Scene, body: &str) -> Option<String> {
    let ground = world.background(scene.shows.background)?;
    let ground = shaded(ground.rgb, scene.ground_light);
    let shades = world.colour(scene.shows.colour)?.shades;
    let style = style(shades.map(|shade| shaded(shade, scene.light)));
    let across = if scene.mirrored { -scene.scale } else { scene.scale };
    let edge = EDGE * OVER;
    let (x, y, tilt, scale) = (50.0 + scene.x, 50.0 + scene.y, scene.tilt, scene.scale);
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 100\" width=\"{edge}\" \
         height=\"{edge}\"><style>{style}</style>\
         <rect width=\"100\" height=\"100\" fill=\"{ground}\"/>\
         <g transform=\"translate({x:.2} {y:.2}) rotate({tilt:.2}) scale({across:.3} {scale:.3}) \
         translate(-50 -50)\">{body}</g></svg>"
    ))
}

/// The style sheet that gives a drawing its colours.
fn style([fill, dark, light, line]: [String; 4]) -> String {
    let edge = format!("stroke:{line};stroke-width:4;stroke-linejoin:round");
    format!(
        ".fill{{fill:{fill};{edge}}}.dark{{fill:{dark};{edge}}}.light{{fill:{light}}}\
         .line{{fill:none;stroke:{line};stroke-width:4;stroke-linecap:round;stroke-linejoin:round}}\
         .grip{{fill:none;stroke:{fill};stroke-width:6}}"
    )
}

/// A colour a little lighter or darker, as CSS.
fn shaded(rgb: Rgb, factor: f64) -> String {
    let [r, g, b] = rgb.map(|v| (f64::from(v) * factor + 0.5).floor().clamp(0.0, 255.0) as u8);
    format!("rgb({r},{g},{b})")
}

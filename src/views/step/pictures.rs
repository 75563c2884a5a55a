//! The eight pictures of a step as data: what each shows, in which look, and what explains it.
//!
//! Limits are fixed over the steps of a walk, else progress could not be seen. Only the
//! difference of the two answers has limits of its own at each step, with the factor printed.

use crate::app::{App, LatentLook};
use crate::views::parts::numbers::{fixed, short};
use crate::views::parts::theme::{Colours, Ground};
use crate::walk::statistics::{Statistics, norm_over_planes};
use crate::walk::trajectory::TrajectoryPoint;
use crate::walk::{Frame, Grid, Picture, Prediction, Stage, Step, Trajectory};
use crate::words::Words;

/// Full colour of a signed latent in the common scale: three deviations of the unit normal.
pub(in crate::views) const SIGNED_LIMIT: f32 = 3.0;
/// Full colour of the norm over four channels: unit noise lies near 2.
pub(in crate::views) const NORM_LIMIT: f32 = 4.0;

/// One of the eight pictures, in the order of `tab`: what happens, then how it was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// The noisy latent.
    Latent,
    /// The guided answer, as noise.
    Guided,
    /// The clean latent that it implies.
    X0,
    /// The latent after the step.
    Next,
    /// The answer without the prompt, as noise.
    Without,
    /// The answer with the prompt, as noise.
    With,
    /// With minus without.
    Difference,
    /// How much each cell took from the chosen piece.
    Attention,
}

impl Subject {
    /// All of them in the order of `tab`.
    pub(super) const ALL: [Self; 8] = [
        Self::Latent,
        Self::Guided,
        Self::X0,
        Self::Next,
        Self::Without,
        Self::With,
        Self::Difference,
        Self::Attention,
    ];

    /// The one that `tab` and `↑↓` have come to.
    pub(super) fn chosen(app: &App) -> Self {
        Self::ALL[(app.look.picture + turned(app)) % Self::ALL.len()]
    }

    /// What `tab` would have counted when it has come to this one.
    pub(super) fn place(self, app: &App) -> usize {
        (self as usize + Self::ALL.len() - turned(app)) % Self::ALL.len()
    }

    /// The three that a small screen shows when this one is chosen.
    pub(super) const fn trio(self) -> [Self; 3] {
        match self {
            Self::Latent | Self::Guided | Self::X0 => [Self::Latent, Self::Guided, Self::X0],
            Self::Without | Self::With | Self::Difference => {
                [Self::Without, Self::With, Self::Difference]
            }
            Self::Next | Self::Attention => [Self::X0, Self::Next, Self::Attention],
        }
    }
}

/// How many pictures `↑↓` has turned on: to the answers, then to the attention.
fn turned(app: &App) -> usize {
    [0, 4, 7][app.look.turn[Stage::Step.index()] % 3]
}

/// What is painted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Canvas {
    /// Colours: the linear preview, or the VAE's own picture.
    Colours(Picture),
    /// Signed numbers `[1,h,w]`, full colour at ± `limit`.
    Signed { plane: Grid, limit: f32 },
    /// Unsigned numbers `[1,h,w]`, from 0 to `high`.
    Unsigned { plane: Grid, high: f32 },
    /// Nothing, and the key of the sentence that says why.
    Empty(&'static str),
}

/// One picture with its words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Panel {
    /// Which of the eight.
    pub(super) subject: Subject,
    /// Its name.
    pub(super) title: String,
    /// In which look it is shown, with the limits.
    pub(super) look: String,
    /// The numbers that explain it, the most telling first.
    pub(super) facts: Vec<String>,
    /// The picture.
    pub(super) canvas: Canvas,
    /// Whether `canvas` is a true picture that a terminal may paint in pixels.
    pub(super) pixels: bool,
}

/// Everything that the eight pictures draw on.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    /// The state.
    pub(super) app: &'a App,
    /// The catalogue.
    pub(super) words: Words,
    /// The step on screen.
    pub(super) step: &'a Step,
    /// The curves of the walk.
    pub(super) path: &'a Trajectory,
    /// What the terminal can show.
    pub(super) ground: &'a Ground,
}

impl Scene<'_> {
    /// The picture of a subject.
    pub(super) fn panel(&self, subject: Subject) -> Panel {
        let (canvas, look, pixels) = match subject {
            Subject::Latent | Subject::X0 | Subject::Next => self.latent_canvas(subject),
            Subject::Attention => self.attention_canvas(),
            Subject::Difference => self.difference_canvas(),
            Subject::Guided | Subject::Without | Subject::With => self.noise_canvas(subject),
        };
        Panel {
            subject,
            title: self.title(subject),
            look,
            facts: self.facts(subject),
            canvas,
            pixels,
        }
    }

    fn title(&self, subject: Subject) -> String {
        let w = self.words;
        let negative = self
            .app
            .walk
            .settings
            .as_ref()
            .is_some_and(|s| s.negative.as_ref().is_some_and(|text| !text.is_empty()));
        match subject {
            Subject::Latent => w.text("step.latent").to_owned(),
            Subject::Guided if self.step.pred_uncond.is_none() => w.text("step.noise").to_owned(),
            Subject::Guided => w.text("step.guided").to_owned(),
            Subject::X0 => w.text("step.x0").to_owned(),
            Subject::Next => w.text("step.next").to_owned(),
            Subject::Without if negative => w.text("step.negative").to_owned(),
            Subject::Without => w.text("step.without").to_owned(),
            Subject::With => w.text("step.with").to_owned(),
            Subject::Difference => w.text("step.difference").to_owned(),
            Subject::Attention => w.fill("step.attention", &[("piece", &self.piece())]),
        }
    }

    /// The chosen piece's name: `S`, the pieces, `E`, or the padding.
    pub(super) fn piece(&self) -> String {
        let labels = self.app.walk.frames.iter().find_map(|frame| match frame {
            Frame::Tokens(tokens) => tokens.encoders.first().map(|e| e.prompt.row_labels()),
            _ => None,
        });
        labels
            .and_then(|labels| labels.into_iter().nth(self.app.look.piece))
            .unwrap_or_else(|| self.words.text("step.padding").to_owned())
    }

    /// The numbers of a subject, all channels.
    pub(super) fn grid(&self, subject: Subject) -> Option<Grid> {
        let step = self.step;
        let raw = self.app.look.raw;
        Some(match subject {
            Subject::Latent if raw => step.latent.clone(),
            Subject::Latent => step.common_latent(),
            Subject::Next if raw => step.next.clone(),
            Subject::Next => step.common_next(),
            Subject::X0 => step.x0.clone(),
            Subject::Guided => step.epsilon_of(&step.pred),
            Subject::With => step.epsilon_of(&step.pred_text),
            Subject::Without => step.epsilon_of(step.pred_uncond.as_ref()?),
            Subject::Difference => step.difference()?,
            Subject::Attention => self.attention_row()?,
        })
    }

    fn latent_canvas(&self, subject: Subject) -> (Canvas, String, bool) {
        let Some(grid) = self.grid(subject) else {
            return (Canvas::Empty("step.none"), String::new(), false);
        };
        if let LatentLook::Channel(channel) = self.app.look.latent {
            return self.channel_canvas(&grid, channel, self.latent_limit(subject));
        }
        if subject == Subject::X0
            && let Some(picture) = self.vae_picture()
        {
            let look = self.words.text("step.through-vae").to_owned();
            return (Canvas::Colours(picture.clone()), look, true);
        }
        // Without colours a preview would say nothing.
        if self.ground.colours == Colours::None {
            return self.channel_canvas(&grid, 0, self.latent_limit(subject));
        }
        let common = match subject {
            Subject::Latent => self.step.common_latent(),
            Subject::Next => self.step.common_next(),
            _ => grid.clone(),
        };
        let preview = self.app.walk.card.as_ref().and_then(|card| card.preview.as_ref());
        match preview.and_then(|preview| Some((preview.apply(&common)?, preview.r2))) {
            Some((picture, r2)) => {
                let look = self.words.fill("step.preview", &[("r2", &format!("{r2:.2}"))]);
                (Canvas::Colours(picture), look, false)
            }
            None => self.channel_canvas(&grid, 0, self.latent_limit(subject)),
        }
    }

    /// x0 through the VAE, where someone asked for it.
    pub(super) fn vae_picture(&self) -> Option<&Picture> {
        if self.app.look.guidance.is_some() {
            return None;
        }
        self.step.x0_image.as_ref().or_else(|| self.app.walk.x0_pictures.get(&self.step.call))
    }

    fn latent_limit(&self, subject: Subject) -> f32 {
        if self.app.look.raw && subject != Subject::X0 {
            let start = self.app.walk.frames.iter().find_map(|frame| match frame {
                Frame::Schedule(schedule) => Some(schedule.init_noise_sigma),
                _ => None,
            });
            SIGNED_LIMIT * start.unwrap_or(1.0).max(1.0)
        } else {
            SIGNED_LIMIT
        }
    }

    fn channel_canvas(&self, grid: &Grid, channel: usize, limit: f32) -> (Canvas, String, bool) {
        let channel = channel.min(grid.planes().saturating_sub(1));
        let look = self.words.fill(
            "step.channel",
            &[("channel", &(channel + 1).to_string()), ("limit", &short(limit))],
        );
        (Canvas::Signed { plane: plane_of(grid, channel), limit }, look, false)
    }

    fn noise_canvas(&self, subject: Subject) -> (Canvas, String, bool) {
        let Some(grid) = self.grid(subject) else {
            return (Canvas::Empty("step.no-guidance"), String::new(), false);
        };
        if let LatentLook::Channel(channel) = self.app.look.latent {
            return self.channel_canvas(&grid, channel, SIGNED_LIMIT);
        }
        let look = self.words.fill("step.norm", &[("high", &short(NORM_LIMIT))]);
        (Canvas::Unsigned { plane: norm_over_planes(&grid), high: NORM_LIMIT }, look, false)
    }

    fn difference_canvas(&self) -> (Canvas, String, bool) {
        let Some(grid) = self.grid(Subject::Difference) else {
            return (Canvas::Empty("step.no-guidance"), String::new(), false);
        };
        if let LatentLook::Channel(channel) = self.app.look.latent {
            let plane = plane_of(&grid, channel.min(grid.planes().saturating_sub(1)));
            let factor = factor_for(&plane, SIGNED_LIMIT);
            let limit = SIGNED_LIMIT / factor;
            let look = self.words.fill(
                "step.channel-factor",
                &[
                    ("channel", &(channel + 1).to_string()),
                    ("limit", &fine(limit)),
                    ("factor", &factor_text(factor)),
                ],
            );
            return (Canvas::Signed { plane, limit }, look, false);
        }
        let plane = norm_over_planes(&grid);
        let factor = factor_for(&plane, NORM_LIMIT);
        let high = NORM_LIMIT / factor;
        let look = self
            .words
            .fill("step.norm-factor", &[("high", &fine(high)), ("factor", &factor_text(factor))]);
        (Canvas::Unsigned { plane, high }, look, false)
    }

    /// The chosen piece's row `[1,h,w]`; all padding is one row, the last.
    pub(super) fn attention_row(&self) -> Option<Grid> {
        let rows = &self.step.attention.as_ref()?.rows;
        let row = self.app.look.piece.min(rows.planes().checked_sub(1)?);
        Some(plane_of(rows, row))
    }

    fn attention_canvas(&self) -> (Canvas, String, bool) {
        let Some(plane) = self.attention_row() else {
            return (Canvas::Empty("step.no-attention"), String::new(), false);
        };
        let high = self.attention_limit();
        let mut look = self.words.fill("step.share", &[("high", &short(high))]);
        // A recording keeps the attention of a long prompt in means.
        let means = self.step.latent.width() / plane.width().max(1);
        if means > 1 {
            look.push_str(", ");
            look.push_str(&self.words.fill("step.block", &[("n", &means.to_string())]));
        }
        (Canvas::Unsigned { plane, high }, look, false)
    }

    /// The largest share that this piece takes anywhere in the walk so far, rounded up to a
    /// twentieth: one limit for all steps on screen.
    fn attention_limit(&self) -> f32 {
        let piece = self.app.look.piece;
        let most = self
            .app
            .walk
            .steps()
            .filter_map(|step| {
                let rows = &step.attention.as_ref()?.rows;
                let row = piece.min(rows.planes().checked_sub(1)?);
                rows.plane(row).iter().copied().reduce(f32::max)
            })
            .fold(0.0, f32::max);
        ((most * 20.0).ceil() / 20.0).clamp(0.05, 1.0)
    }

    fn facts(&self, subject: Subject) -> Vec<String> {
        let (w, step) = (self.words, self.step);
        let Some(grid) = self.grid(subject) else { return Vec::new() };
        let statistics = Statistics::of(&grid);
        let norm = |key: &str| w.fill(key, &[("norm", &short(statistics.norm))]);
        let spread = w.fill(
            "step.spread",
            &[("mean", &fixed(statistics.mean, 2)), ("std", &short(statistics.std))],
        );
        let mut facts = match subject {
            Subject::Latent => {
                let (before, after) = (short(step.sigma), short(step.sigma_next));
                vec![w.fill("step.sigmas", &[("sigma", &before), ("next", &after)]), spread]
            }
            Subject::Next => {
                vec![w.fill("step.sigma", &[("sigma", &short(step.sigma_next))]), spread]
            }
            Subject::X0 => {
                let mut facts = self.x0_facts();
                facts.push(spread);
                facts
            }
            Subject::Guided => self.guided_facts(&statistics),
            Subject::Without | Subject::With => vec![norm("step.norm-of"), spread],
            Subject::Difference => {
                let angle = self.point().and_then(|point| point.angle);
                let mut facts: Vec<String> = angle
                    .map(|angle| w.fill("step.angle", &[("angle", &format!("{angle:.1}"))]))
                    .into_iter()
                    .collect();
                facts.push(norm("step.norm-of-difference"));
                facts
            }
            Subject::Attention => vec![
                w.fill(
                    "step.taken",
                    &[("mean", &share(statistics.mean)), ("most", &share(statistics.max))],
                ),
                w.fill("step.start-mark", &[("mean", &share(self.start_mark()))]),
            ],
        };
        if statistics.non_finite > 0 {
            let count = statistics.non_finite.to_string();
            facts.insert(0, w.fill("step.non-finite", &[("count", &count)]));
        }
        facts
    }

    fn guided_facts(&self, statistics: &Statistics) -> Vec<String> {
        let (w, step) = (self.words, self.step);
        let mut facts = vec![w.fill("step.norm-of", &[("norm", &short(statistics.norm))])];
        let from = match step.formula.prediction {
            Prediction::Epsilon => None,
            Prediction::V => Some("step.from-v"),
            Prediction::Sample => Some("step.from-x0"),
        };
        if let Some(key) = from {
            facts[0].push_str("  ");
            facts[0].push_str(w.text(key));
        }
        if let Some(cosine) = self.point().and_then(|point| point.cosine_with_seed) {
            facts.push(w.fill("step.seed-cosine", &[("cosine", &fixed(cosine, 2))]));
        }
        facts
    }

    fn x0_facts(&self) -> Vec<String> {
        let w = self.words;
        let point = self.point();
        let mut facts = vec![match point.and_then(|point| point.x0_moved) {
            Some(moved) => w.fill("step.moved", &[("moved", &short(moved))]),
            None => w.text("step.first-guess").to_owned(),
        }];
        if let Some(left) = point.and_then(|point| point.x0_from_final) {
            facts.push(w.fill("step.to-final", &[("left", &short(left))]));
        }
        if self.app.walk.x0_pending == Some(self.step.call) {
            facts.insert(0, w.text("step.decoding").to_owned());
        } else if self.vae_picture().is_none() && self.app.look.guidance.is_none() {
            facts.push(w.text("step.decode-hint").to_owned());
        }
        facts
    }

    /// This call's point of the curves.
    pub(super) fn point(&self) -> Option<&TrajectoryPoint> {
        self.path.points.iter().find(|point| point.call == self.step.call)
    }

    fn start_mark(&self) -> f32 {
        self.step
            .attention
            .as_ref()
            .map_or(0.0, |attention| Statistics::of_slice(attention.rows.plane(0)).mean)
    }
}

/// Plane `i` of a grid, alone.
pub(in crate::views) fn plane_of(grid: &Grid, i: usize) -> Grid {
    Grid::new(&[1, grid.height(), grid.width()], grid.plane(i).to_vec())
        .unwrap_or_else(|| Grid::filled(&[1, 1, 1], 0.0))
}

/// By how much the difference is drawn stronger than the answers, so that its largest number just
/// stays within full colour: whole from 3 up, else in tenths, so that what is printed is what is
/// drawn.
pub(in crate::views) fn factor_for(plane: &Grid, limit: f32) -> f32 {
    let largest =
        plane.data().iter().filter(|x| x.is_finite()).fold(0.0, |m: f32, x| m.max(x.abs()));
    if largest <= 0.0 {
        return 1.0;
    }
    let factor = limit / largest;
    let rounded = if factor >= 3.0 { factor.floor() } else { (factor * 10.0).floor() / 10.0 };
    rounded.clamp(0.1, 999.0)
}

/// The limit of a difference, fine enough that factor × limit gives the limit of the others.
fn fine(limit: f32) -> String {
    fixed(limit, if limit >= 0.1 { 3 } else { 4 })
}

/// The factor as printed: `12`, `1.4`.
pub(in crate::views) fn factor_text(factor: f32) -> String {
    if factor >= 3.0 { format!("{factor:.0}") } else { format!("{factor:.1}") }
}

/// A share of 1.
fn share(x: f32) -> String {
    format!("{x:.2}")
}

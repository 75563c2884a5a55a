//! The pictures of a teaching: what is said of each, and their latents, once as they are and once
//! mirrored.

use candle_core::Tensor;

use super::captions::{Naming, caption};
use crate::drawings::{World, pixel_distance};
use crate::engine::pace::Pace;
use crate::engine::vae::Vae;
use crate::engine::{ModelFolder, Place};
use crate::walk::{LessonPicture, NearPicture, Picture, Problem, Stage, Unwatched};

/// The pictures of a teaching.
#[derive(Clone, Debug)]
pub struct Lesson {
    word: String,
    shown: Vec<LessonPicture>,
    /// What the model knows already, with its captions.
    beside: Vec<(String, Picture)>,
    /// Of the lesson's pictures, of their mirror images, and of what stands beside.
    latents: Vec<Tensor>,
}

impl Lesson {
    /// Pictures of one size with their names; colour and background are told from the pixels in
    /// words that `naming` has.
    ///
    /// # Errors
    /// No picture at all.
    pub fn new(
        word: &str,
        pictures: Vec<(String, Picture)>,
        world: &World,
        naming: &Naming,
    ) -> Result<Self, Problem> {
        if pictures.is_empty() {
            return Err(Problem::new("teach-no-pictures"));
        }
        let (shown, word) = (described(pictures, world, naming), word.to_owned());
        Ok(Self { word, shown, beside: Vec::new(), latents: Vec::new() })
    }

    /// The same with pictures beside, which are shown so that the model keeps them.
    #[must_use]
    pub fn beside(self, pictures: Vec<(String, Picture)>) -> Self {
        Self { beside: pictures, ..self }
    }

    /// The same with the latents of a model's autoencoder (the mean of what its encoder says).
    pub(super) fn encoded(mut self, folder: &ModelFolder, place: &Place) -> Result<Self, Problem> {
        let vae = Vae::load(folder, place)?;
        let pace = Pace::new(&Unwatched, Stage::Decode, 0);
        let latent = |picture: &Picture, mirrored| {
            let mean = vae.encode(&pixels(picture, mirrored, place)?, &pace)?.mean;
            Ok::<Tensor, Problem>((mean * vae.scaling_factor())?)
        };
        let mut latents = Vec::new();
        for mirrored in [false, true] {
            for shown in &self.shown {
                latents.push(latent(&shown.picture, mirrored)?);
            }
        }
        for (_, picture) in &self.beside {
            latents.push(latent(picture, false)?);
        }
        self.latents = latents;
        Ok(self)
    }

    /// How many pictures stand beside.
    pub(super) const fn beside_count(&self) -> usize {
        self.beside.len()
    }

    /// The place of a latent that stands beside, and its caption.
    pub(super) fn beside_at(&self, number: usize) -> (usize, String) {
        let caption = self.beside.get(number).map(|(caption, _)| caption.clone());
        (self.variants() + number, caption.unwrap_or_default())
    }

    /// How many latents of the lesson there are, mirror images included.
    pub(super) const fn variants(&self) -> usize {
        2 * self.shown.len()
    }

    /// A latent `[1,4,h,w]`, scaled as the noise predictor sees it.
    pub(super) fn latent(&self, variant: usize) -> Option<&Tensor> {
        self.latents.get(variant)
    }

    /// The pictures, and what is told of them.
    pub fn pictures(&self) -> &[LessonPicture] {
        &self.shown
    }

    /// What is said of a picture: mostly all that can be told, of ten times twice only the word,
    /// and once each the word with one of the two.
    pub(super) fn caption(&self, variant: usize, of_ten: usize) -> String {
        let shown = self.shown.get(variant % self.shown.len().max(1));
        let (colour, background) = shown
            .map_or((None, None), |shown| (shown.colour.as_deref(), shown.background.as_deref()));
        match of_ten {
            9 | 8 => caption(None, &self.word, None),
            7 => caption(None, &self.word, background),
            6 => caption(colour, &self.word, None),
            _ => caption(colour, &self.word, background),
        }
    }

    /// All that is said of each picture.
    pub fn captions(&self) -> Vec<String> {
        (0..self.shown.len()).map(|i| self.caption(i, 0)).collect()
    }

    /// Whether a picture has this colour on this background.
    pub(super) fn has(&self, colour: &str, background: &str) -> bool {
        self.shown.iter().any(|shown| {
            shown.colour.as_deref() == Some(colour)
                && shown.background.as_deref() == Some(background)
        })
    }

    /// Whether a picture has this colour, on whatever background.
    pub(super) fn has_colour(&self, colour: &str) -> bool {
        self.shown.iter().any(|shown| shown.colour.as_deref() == Some(colour))
    }

    /// Its pictures, nearest to another one first.
    pub(super) fn nearest(&self, to: &Picture, count: usize) -> Vec<NearPicture> {
        let near = self.shown.iter().map(|shown| NearPicture {
            name: shown.name.clone(),
            picture: shown.picture.clone(),
            distance: pixel_distance(to, &shown.picture),
        });
        let mut near: Vec<NearPicture> = near.collect();
        near.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        near.truncate(count);
        near
    }
}

/// Pictures with what can be told of them in words that `naming` has.
pub fn described(
    pictures: Vec<(String, Picture)>,
    world: &World,
    naming: &Naming,
) -> Vec<LessonPicture> {
    let shown = |(name, picture): (String, Picture)| {
        let [colour, background] = naming.of(world, &picture);
        LessonPicture { name, picture, colour, background }
    };
    pictures.into_iter().map(shown).collect()
}

/// A picture as `[1,3,H,W]` in −1..1.
fn pixels(picture: &Picture, mirrored: bool, place: &Place) -> Result<Tensor, Problem> {
    let (width, height) = (picture.width(), picture.height());
    let mut numbers = Vec::with_capacity(3 * width * height);
    for channel in 0..3 {
        for y in 0..height {
            for x in 0..width {
                let x = if mirrored { width - 1 - x } else { x };
                let value = picture.rgb().get((y * width + x) * 3 + channel).copied().unwrap_or(0);
                numbers.push(f32::from(value) / 127.5 - 1.0);
            }
        }
    }
    Ok(Tensor::from_vec(numbers, (1, 3, height, width), &place.device)?.to_dtype(place.dtype)?)
}

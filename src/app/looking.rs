//! How frames are looked at: how far a view can be turned, which piece, which picture, the lens.

use super::setting::Setting;
use super::state::{App, LatentLook, Look, NotesDepth, WalkState};
use crate::walk::{Beside, EncoderTokens, Encoding, Frame, NeverTrained, Picture, Stage, Taught};
use crate::words::reading::{self, Offer};

impl NotesDepth {
    /// The next one, for a key that turns through them.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Plain => Self::Formulas,
            Self::Formulas => Self::Off,
            Self::Off => Self::Plain,
        }
    }
}

impl LatentLook {
    /// Preview, then the four channels.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Preview => Self::Channel(0),
            Self::Channel(c) if c < 3 => Self::Channel(c + 1),
            Self::Channel(_) => Self::Preview,
        }
    }
}

impl Look {
    /// The piece that a walk begins with: the first thing that the model was taught to draw, else
    /// the first piece.
    pub fn choose_first_piece(&mut self, walk: &WalkState) {
        let Some(encoding) = walk.encoding() else { return };
        let things = walk.card.as_ref().and_then(|card| card.taught.as_ref());
        let thing = things.and_then(|taught| {
            let kept = encoding.pieces.iter().take(encoding.kept);
            kept.into_iter().position(|piece| taught.things.contains(&piece.text))
        });
        let rows = encoding.kept + 2;
        if self.piece == 0 || self.piece >= rows {
            self.piece = thing.map_or(1, |at| at + 1);
        }
    }

    /// The lenses begin in the middle; where one was moved, it stays.
    pub fn place_lens(&mut self, walk: &WalkState) {
        let (Some(settings), Some(card)) = (&walk.settings, &walk.card) else { return };
        let middle = |size: usize| (settings.width / (2 * size), settings.height / (2 * size));
        if self.lens == (0, 0) {
            self.lens = middle(card.vae_factor.max(1));
        }
        if self.pixel == (0, 0) {
            self.pixel = middle(1);
        }
    }
}

impl WalkState {
    /// The prompt as the first encoder cut it, once it is there.
    pub fn encoding(&self) -> Option<&Encoding> {
        match self.frames.first() {
            Some(Frame::Tokens(tokens)) => {
                tokens.encoders.first().map(|EncoderTokens { prompt, .. }| prompt)
            }
            _ => None,
        }
    }

    /// What the network is told beside the prompt's vectors, once these are there.
    pub fn beside(&self) -> Option<&Beside> {
        self.frames.iter().find_map(|frame| match frame {
            Frame::Embeddings(embeddings) => Some(&embeddings.beside),
            _ => None,
        })
    }

    /// How many rows a piece can be chosen from: start mark, kept pieces, end mark; 0 before the
    /// tokens are there.
    pub fn rows(&self) -> usize {
        self.encoding().map_or(0, |encoding| encoding.kept + 2)
    }
}

/// A list of words that the screen of taught words can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaughtList {
    /// What the prompt on screen holds that was never trained, with the nearest taught words.
    Strangers,
    /// One of the model's lists, by its place in [`Taught::lists`].
    Words(usize),
}

impl App {
    /// The rows of the settings, by the model on screen.
    pub fn setting_rows(&self) -> Vec<Setting> {
        Setting::rows(self.walk.card.as_ref())
    }

    /// The words that the model of the walk on screen was taught, where it keeps a list.
    pub fn taught(&self) -> Option<&Taught> {
        self.walk.card.as_ref().and_then(|card| card.taught.as_ref())
    }

    /// The words of the prompt on screen that were never trained; none where the model keeps no
    /// list.
    pub fn strangers(&self) -> Vec<NeverTrained> {
        let (taught, encoding) = (self.taught(), self.walk.encoding());
        taught.zip(encoding).map_or_else(Vec::new, |(taught, prompt)| taught.strangers(prompt))
    }

    /// The same without those whose English form is offered.
    pub fn strangers_left(&self) -> Vec<NeverTrained> {
        let mut strangers = self.strangers();
        if self.offer().is_some() {
            strangers.retain(|stranger| stranger.word.is_ascii());
        }
        strangers
    }

    /// The English form of the prompt on screen, where it is written in another language and the
    /// model keeps a list of the words that it was taught.
    pub fn offer(&self) -> Option<Offer> {
        let prompt = match (self.walk.encoding(), &self.walk.settings) {
            (Some(encoding), _) => encoding.text.as_str(),
            (None, Some(settings)) => settings.prompt.as_str(),
            (None, None) => return None,
        };
        reading::offer(prompt, self.taught()?)
    }

    /// The lists of words that there are.
    pub fn taught_lists(&self) -> Vec<TaughtList> {
        let Some(taught) = self.taught() else { return Vec::new() };
        let strangers = (!self.strangers().is_empty()).then_some(TaughtList::Strangers);
        let lists = taught.lists().into_iter().enumerate();
        let lists = lists.filter(|(_, (_, words))| !words.is_empty());
        strangers.into_iter().chain(lists.map(|(i, _)| TaughtList::Words(i))).collect()
    }

    /// In how many positions `↑` `↓` turn the view on screen: merges of the chosen piece's word,
    /// layers, noise levels, sets of pictures, decoder levels. 1 where nothing turns.
    pub fn turns(&self) -> usize {
        match self.walk.frame() {
            Some(Frame::Tokens(_)) => self.merges() + 1,
            Some(Frame::Embeddings(embeddings)) => embeddings.states(),
            Some(Frame::Schedule(schedule)) => schedule.timesteps.len(),
            Some(Frame::Step(_)) => 3,
            // The latent that goes in, the levels, and the picture once it is there.
            Some(Frame::Decode(decode)) => {
                decode.levels.len() + if self.walk.complete() { 2 } else { 1 }
            }
            Some(Frame::Encode(_) | Frame::Noise(_) | Frame::Image(_)) | None => 1,
        }
        .max(1)
    }

    fn merges(&self) -> usize {
        let Some(encoding) = self.walk.encoding() else { return 0 };
        let Some(piece) = self.look.piece.checked_sub(1) else { return 0 };
        let word = encoding.words.iter().find(|word| word.pieces.contains(&piece));
        word.map_or(0, |word| word.merges.len())
    }

    /// Between how many pictures `tab` moves on the view on screen.
    pub fn pictures(&self) -> usize {
        match self.walk.frame() {
            Some(Frame::Noise(_) | Frame::Encode(_)) => 4,
            Some(Frame::Step(_)) => 8,
            Some(Frame::Decode(decode)) => decode.levels.len().max(1),
            _ => 1,
        }
    }

    /// Columns and rows of what the lens moves over.
    pub fn lens_extent(&self) -> (usize, usize) {
        match self.walk.frame() {
            Some(Frame::Image(image)) => (image.image.width(), image.image.height()),
            Some(Frame::Step(step)) => (step.latent.width(), step.latent.height()),
            Some(Frame::Noise(noise)) => (noise.noise.width(), noise.noise.height()),
            Some(Frame::Encode(encode)) => (encode.noise.width(), encode.noise.height()),
            _ => (1, 1),
        }
    }

    /// Turns the view by one; it stops at its ends.
    pub(super) fn turn(&mut self, on: bool) {
        let most = self.turns() - 1;
        if let Some(turn) = self.look.turn.get_mut(self.walk.stage().index()) {
            let now = (*turn).min(most);
            *turn = if on { (now + 1).min(most) } else { now.saturating_sub(1) };
        }
    }

    /// The next piece, or the one before, in a circle.
    pub(super) fn turn_piece(&mut self, on: bool) {
        let rows = self.walk.rows();
        if rows > 0 {
            let by = if on { 1 } else { rows - 1 };
            self.choose_piece((self.look.piece.min(rows - 1) + by) % rows);
        }
    }

    /// Chooses a piece; its merges are shown from the first.
    pub(super) fn choose_piece(&mut self, row: usize) {
        if row < self.walk.rows() {
            self.look.piece = row;
            self.look.turn[Stage::Tokens.index()] = 0;
        }
    }

    /// The next picture, or the one before, in a circle.
    pub(super) fn turn_picture(&mut self, on: bool) {
        let count = self.pictures();
        let by = if on { 1 } else { count - 1 };
        self.look.picture = (self.look.picture % count + by) % count;
    }

    /// Moves the lens; it stops at the edges.
    pub(super) fn move_lens(&mut self, right: i8, down: i8) {
        let (columns, rows) = self.lens_extent();
        let (x, y) = *self.lens();
        let moved = |at: usize, by: i8, most: usize| {
            at.saturating_add_signed(isize::from(by)).min(most.saturating_sub(1))
        };
        *self.lens() = (moved(x, right, columns), moved(y, down, rows));
    }

    /// The lens of the view on screen.
    pub(super) fn lens(&mut self) -> &mut (usize, usize) {
        match self.walk.frame() {
            Some(Frame::Image(_)) => &mut self.look.pixel,
            _ => &mut self.look.lens,
        }
    }

    /// The picture that an export of this view writes: the finished one, an x0 through the VAE, or
    /// the preview of a latent. `None` where there is none.
    pub fn picture(&self) -> Option<Picture> {
        let preview = self.walk.card.as_ref().and_then(|card| card.preview.as_ref());
        match self.walk.frame()? {
            Frame::Image(image) => image.picture(),
            Frame::Step(step) => {
                let decoded = self.walk.x0_pictures.get(&step.call).or(step.x0_image.as_ref());
                decoded.cloned().or_else(|| preview?.apply(&step.x0))
            }
            Frame::Encode(encode) => encode.picture(),
            Frame::Noise(noise) => preview?.apply(&noise.noise),
            Frame::Schedule(schedule) => schedule.sample.clone(),
            _ => None,
        }
    }
}

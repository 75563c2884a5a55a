//! What the lines of a walk need to know of its frames so far.

use crate::walk::statistics::{angle_degrees, relative_error};
use crate::walk::{Encoding, Frame, Grid, ModelCard, NeverTrained, Settings, Step};
use crate::words::Words;
use crate::words::reading::{self, Offer};

/// The settings, and what was seen in earlier frames.
#[derive(Clone, Debug)]
pub struct Past {
    /// What was settled.
    pub settings: Settings,
    /// The model.
    pub card: ModelCard,
    /// How many times the network is called in the whole walk.
    pub calls: usize,
    /// Labels of the rows of text tensors: start mark, pieces, end mark.
    pub labels: Vec<String>,
    /// For each call so far, how far x0 moved since the call before, as a share of its own norm;
    /// `None` at the first.
    pub moved: Vec<Option<f32>>,
    /// For each call so far, the angle in degrees between the noise predicted with the prompt and
    /// without it; `None` where guidance is off.
    pub angles: Vec<Option<f32>>,
    x0: Option<Grid>,
}

impl Past {
    /// Nothing seen yet.
    pub const fn new(settings: Settings, card: ModelCard, calls: usize) -> Self {
        Self {
            settings,
            card,
            calls,
            labels: Vec::new(),
            moved: Vec::new(),
            angles: Vec::new(),
            x0: None,
        }
    }

    /// The words of a text that the model was never trained on; none where it keeps no list.
    pub fn strangers(&self, text: &Encoding) -> Vec<NeverTrained> {
        self.card.taught.as_ref().map_or_else(Vec::new, |taught| taught.strangers(text))
    }

    /// What of a text was never trained, a sentence each; none where the model keeps no list.
    pub fn never_trained(&self, text: &Encoding, words: Words) -> Vec<String> {
        let taught = self.card.taught.as_ref();
        taught.map_or_else(Vec::new, |taught| words.never_trained_in(text, taught))
    }

    /// The English form of a text in another language, where the model knows it.
    pub fn offer(&self, text: &Encoding) -> Option<Offer> {
        reading::offer(&text.text, self.card.taught.as_ref()?)
    }

    /// Takes note of a frame, before it is printed.
    pub fn take(&mut self, frame: &Frame) {
        match frame {
            Frame::Tokens(tokens) => {
                self.labels =
                    tokens.encoders.first().map(|e| e.prompt.row_labels()).unwrap_or_default();
            }
            Frame::Step(step) => {
                let moved =
                    self.x0.as_ref().map(|x0| relative_error(x0.data(), step.x0.data()) as f32);
                self.moved.push(moved);
                self.angles.push(angle(step));
                self.x0 = Some(step.x0.clone());
            }
            Frame::Embeddings(_)
            | Frame::Schedule(_)
            | Frame::Encode(_)
            | Frame::Noise(_)
            | Frame::Decode(_)
            | Frame::Image(_) => {}
        }
    }
}

fn angle(step: &Step) -> Option<f32> {
    let without = step.epsilon_of(step.pred_uncond.as_ref()?);
    let with = step.epsilon_of(&step.pred_text);
    Some(angle_degrees(without.data(), with.data()))
}

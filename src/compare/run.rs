//! One run of a comparison: a walk with a name, perhaps still growing, perhaps a fork of another.

use crate::walk::{
    Course, Encode, Frame, Image, ModelCard, News, Noise, Problem, Schedule, Settings, Step, Tokens,
};

/// A walk laid beside others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// The number under which its news come; unique in a comparison.
    pub id: usize,
    /// What tells it from the others, as a person would say it: `seed 2`, or a file's name.
    pub name: String,
    /// What was settled, once it is.
    pub settings: Option<Settings>,
    /// The model, once it is open.
    pub card: Option<ModelCard>,
    /// How many calls of the network the whole walk has; 0 while unknown.
    pub calls: usize,
    /// The frames so far, in order.
    pub frames: Vec<Frame>,
    /// How far it has come.
    pub state: State,
    /// The run that it branched from, by id, and the first call that is its own.
    pub parent: Option<(usize, usize)>,
}

/// How far a run has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum State {
    /// It waits for its turn.
    #[default]
    Waiting,
    /// Its frames are being computed.
    Computing,
    /// No frame comes any more (a recording may hold fewer than the whole walk).
    Done,
    /// It broke off; the frames so far stay good.
    Failed(Problem),
}

impl Run {
    /// A run that waits.
    pub fn waiting(id: usize, name: String) -> Self {
        Self { id, name, ..Self::default() }
    }

    /// Takes news about this run.
    pub fn take(&mut self, news: News) {
        match news {
            News::Opened { card, settings, calls, .. } => {
                (self.card, self.settings, self.calls) = (Some(*card), Some(*settings), calls);
                self.frames.clear();
                self.state = State::Computing;
            }
            News::Frame(frame) => self.frames.push(*frame),
            News::Finished => self.state = State::Done,
            News::Failed(problem) => self.state = State::Failed(problem),
            News::Cancelled => self.state = State::Waiting,
            News::Progress(_)
            | News::X0 { .. }
            | News::Preview { .. }
            | News::Training(_)
            | News::Teaching(_)
            | News::Run { .. } => {}
        }
    }

    /// The frames that the whole walk has.
    pub fn course(&self) -> Course {
        let encodes = self.settings.as_ref().is_some_and(|settings| settings.image.is_some());
        Course { calls: self.calls, encodes }
    }

    /// Whether every frame of the walk is there.
    pub fn complete(&self) -> bool {
        self.calls > 0 && self.frames.len() >= self.course().frames()
    }

    /// The tokens, if they are there.
    pub fn tokens(&self) -> Option<&Tokens> {
        self.frames
            .iter()
            .find_map(|f| if let Frame::Tokens(tokens) = f { Some(tokens) } else { None })
    }

    /// The embeddings, if they are there.
    pub fn embeddings(&self) -> Option<&crate::walk::Embeddings> {
        self.frames.iter().find_map(|f| if let Frame::Embeddings(e) = f { Some(e) } else { None })
    }

    /// The schedule, if it is there.
    pub fn schedule(&self) -> Option<&Schedule> {
        self.frames.iter().find_map(|f| if let Frame::Schedule(s) = f { Some(s) } else { None })
    }

    /// The picture that it began from, if it began from one and is so far.
    pub fn encode(&self) -> Option<&Encode> {
        self.frames.iter().find_map(|f| if let Frame::Encode(e) = f { Some(&**e) } else { None })
    }

    /// The noise, if it is there.
    pub fn noise(&self) -> Option<&Noise> {
        self.frames
            .iter()
            .find_map(|f| if let Frame::Noise(noise) = f { Some(noise) } else { None })
    }

    /// The steps so far, one for each call of the network.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.frames.iter().filter_map(Frame::as_step)
    }

    /// The step of call `call`, from 0, if it is there.
    pub fn step_at(&self, call: usize) -> Option<&Step> {
        // Calls stand in order behind the stages before them, in every whole walk.
        let place = call.saturating_add(self.course().before_steps());
        let expected = self.frames.get(place).and_then(Frame::as_step);
        expected.filter(|s| s.call == call).or_else(|| self.steps().find(|s| s.call == call))
    }

    /// The picture, if it is there.
    pub fn image(&self) -> Option<&Image> {
        self.frames
            .iter()
            .find_map(|f| if let Frame::Image(image) = f { Some(image) } else { None })
    }
}

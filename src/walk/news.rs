//! What whoever makes frames tells whoever shows them, in the order of events.

use super::{
    Frame, ModelCard, Picture, Preview, Problem, Progress, Settings, TeachingNews, TrainingNews,
};

/// News of the walk that was begun last, or of a run beside it.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The model is there and the settings are complete.
    Opened {
        /// What is known of the model.
        card: Box<ModelCard>,
        /// What was settled.
        settings: Box<Settings>,
        /// How many calls of the network the walk will have.
        calls: usize,
        /// Something to be said that is no failure, such as a GPU that is not there.
        note: Option<Problem>,
    },
    /// A frame in the making has come so far.
    Progress(Progress),
    /// A frame is whole.
    Frame(Box<Frame>),
    /// A picture of an x0.
    X0 {
        /// The call that it belongs to.
        call: usize,
        /// The picture.
        picture: Picture,
    },
    /// A preview was fitted for the model of this walk.
    Preview {
        /// The preview with its R².
        preview: Box<Preview>,
        /// Whether it is kept for the next time.
        kept: bool,
    },
    /// The last frame was given; there is no next one.
    Finished,
    /// The order under way was given up, as asked. The walk stands where it stood: asking again
    /// goes on with the same frame.
    Cancelled,
    /// The order could not be carried out. The frames so far stay good.
    Failed(Problem),
    /// Something about the training that is looked at.
    Training(Box<TrainingNews>),
    /// Something about a word that is taught.
    Teaching(Box<TeachingNews>),
    /// Something about a run that is laid beside others: [`Self::Opened`], [`Self::Frame`],
    /// [`Self::Finished`], [`Self::Cancelled`] or [`Self::Failed`] of that run.
    Run {
        /// The number that it was ordered under.
        id: usize,
        /// What happened.
        news: Box<News>,
    },
}

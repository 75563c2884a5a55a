//! Plain data of one generation: what was asked, what was settled, and the frames.
//!
//! A *walk* is [`Settings`] and the [`Frame`]s computed so far. Nothing in here is a handle to a
//! device, a network, a file or a terminal: every floor of the house may read these types, and
//! none of them says where a frame came from.

pub mod age;
pub mod attachment;
pub mod colour_map;
pub mod course;
pub mod curves;
pub mod dice;
pub mod drawn;
pub mod encode;
pub mod evaluation;
pub mod fork;
pub mod formula;
pub mod frame;
pub mod grid;
pub mod layer_strip;
pub mod learning;
pub mod model_about;
pub mod model_card;
pub mod models_apart;
pub mod news;
pub mod noising;
pub mod phrase;
pub mod picture;
pub mod problem;
pub mod progress;
pub mod receipt;
pub mod run;
pub mod settings;
pub mod stage;
pub mod start;
pub mod statistics;
pub mod taught;
pub mod teaching;
mod text_state;
pub mod tokens;
pub mod training_picture;
pub mod trajectory;
pub mod weight_syntax;

pub use age::Age;
pub use attachment::{
    Attachment, AttachmentAsked, AttachmentKind, LayerChange, Network, NetworkChange, most_changed,
};
pub use course::Course;
pub use curves::{Curve, Curves, Mark};
pub use dice::Dice;
pub use drawn::Drawn;
pub use encode::Encode;
pub use evaluation::{Evaluation, Scores, ThingScore};
pub use fork::{Blend, Change, Fork, FreshNoise, Off, OffWay};
pub use formula::{Formula, Quantity, Term};
pub use frame::{
    Attention, Beside, Decode, Embeddings, Frame, Image, LeftOut, Level, Neighbour, Noise,
    Schedule, Step, TextLayers,
};
pub use grid::Grid;
pub use layer_strip::LayerStrip;
pub use learning::{Learning, LearningPlan, LearningStep, Onlooker};
pub use model_about::{MemoryNeed, ModelAbout, ModelForm, Untold};
pub use model_card::{Distilled, Family, ModelCard, Preview};
pub use models_apart::ModelsApart;
pub use news::News;
pub use noising::{
    Answer, ErrorCurve, Mixture, Noising, NoisingAsked, Recipe, RecipePoint, TIMESTEPS,
    TrainingNews, mean_squared_error,
};
pub use phrase::{Part, Phrase, with_articles};
pub use picture::Picture;
pub use problem::Problem;
pub use progress::{Progress, Unwatched, Watch};
pub use receipt::{Agreement, Held, Rounding};
pub use run::{ForkAsked, RunAsked};
pub use settings::{
    Asked, DeviceChoice, DtypeChoice, EngineChoice, Prediction, Sampler, Settings, Spacing,
};
pub use stage::Stage;
pub use start::{ImageAsked, StartImage};
pub use statistics::{Histogram, Statistics};
pub use taught::{Near, Nearness, NeverTrained, Taught};
pub use teaching::{
    BeforeAfter, Intensity, LessonAsked, LessonPicture, LessonPictures, NearPicture, PicturesFrom,
    TaughtKind, TaughtLesson, TaughtReport, TeachingAsked, TeachingNews,
};
pub use text_state::TextState;
pub use tokens::{EncoderTokens, Encoding, Merge, Piece, Tokens, Word};
pub use training_picture::{
    Eyes, NearPictures, PicturesAsked, PicturesFound, Seen, TrainingNeighbour, TrainingPicture,
    Unsaid,
};
pub use trajectory::{Trajectory, TrajectoryPoint};

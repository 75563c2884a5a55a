//! The networks, samplers and noise: settings in, frames out. Knows no terminal.

pub mod fork;
pub mod generate;
mod together;

mod about;
mod ages;
mod beginning;
pub mod open;
pub mod settle;
mod start;

pub mod attachments;
pub mod family;
pub mod model_folder;
mod models_apart;
pub mod pocket;
pub mod single_file;

pub mod device;
mod footprint;
pub mod memory;
pub mod pace;
mod survey;
pub mod weights;

pub mod noise;
pub mod noising;
pub mod sampler;
pub mod scheduler_config;
pub mod tokenizer;

mod attention_anywhere;
mod conv_anywhere;
mod gradient;
mod kernels;
mod layers;
mod resnet;
mod stored;

pub mod networks;
pub mod stock;
pub mod text;
mod texts;
pub mod told;
pub mod unet;
pub mod vae;

pub mod capture;
pub mod probe;

pub mod preview;
mod preview_file;

pub mod timing;
pub mod verify;

pub use about::about;
pub use beginning::untrained;
pub use device::{Place, threads, use_threads};
pub use generate::{Look, Walk};
pub use model_folder::ModelFolder;
pub use models_apart::models_apart;
pub use open::{Engine, tokenize};
pub use preview::Fitting;
pub use preview_file::CACHE;
pub use survey::{Gpu, Machine, survey};
pub use together::next_together;
pub use verify::{Compared, verify};

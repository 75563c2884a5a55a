//! An open model: networks, tokenizer and scheduler, read once and kept while settings change.

use std::path::PathBuf;
use std::sync::Arc;

use super::device::Place;
use super::family;
use super::footprint::Footprint;
use super::generate::{Look, Walk};
use super::model_folder::ModelFolder;
use super::networks::Networks;
use super::preview_file::{CACHE, PreviewFile};
use super::scheduler_config::SchedulerConfig;
use super::settle::settle;
use super::start::start;
use super::tokenizer::Tokenizer;
use crate::walk::{
    Asked, Attachment, AttachmentAsked, DeviceChoice, DtypeChoice, EncoderTokens, EngineChoice,
    ForkAsked, ModelCard, Picture, Preview, Problem, Settings, Taught, Tokens, Watch,
};

/// What a walk needs of its model.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) card: ModelCard,
    /// One for each text encoder.
    pub(super) tokenizers: Vec<Tokenizer>,
    pub(super) scheduler: SchedulerConfig,
    pub(super) networks: Networks,
    pub(super) footprint: Footprint,
    /// A picture from the model's training, where its folder has one.
    pub(super) sample: Option<Picture>,
    /// Whether zeros stand for the vectors of a negative prompt that was not given.
    pub(super) zero_negative: bool,
    /// What is laid over the weights.
    pub(super) attachments: Vec<Attachment>,
}

/// An open model on one device; cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {
    parts: Arc<Parts>,
    card: ModelCard,
    preview_file: Option<PreviewFile>,
    opened: Opened,
}

/// What decides the networks that are open.
type Opened =
    (Option<String>, Option<String>, DeviceChoice, DtypeChoice, EngineChoice, Vec<AttachmentAsked>);

impl Engine {
    /// Reads the model that `asked` names, on the device and in the numbers that it asks for.
    /// Wrong settings are found before the weights are read.
    ///
    /// # Errors
    /// A missing or damaged file, a configuration that does not fit, a device that is not there,
    /// wrong settings, or cancelled.
    pub fn open(asked: &Asked, watch: &dyn Watch) -> Result<Self, Problem> {
        let folder = ModelFolder::of(asked)?.with(&asked.attachments)?;
        Self::open_in(&folder, asked, watch)
    }

    /// The same for a folder that is at hand, with what is laid over it; `asked.model` and
    /// `asked.attachments` are not looked at.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_in(
        folder: &ModelFolder,
        asked: &Asked,
        watch: &dyn Watch,
    ) -> Result<Self, Problem> {
        let place = Place::find(asked.device, asked.dtype)?;
        let card = folder.card()?;
        let scheduler = SchedulerConfig::of(folder)?;
        let named = (place.device_name(), place.dtype_name());
        let mut settings = settle(asked, &card, &scheduler, named)?;
        begin_from_image(asked, &mut settings)?;
        let footprint = Footprint::read(folder, &card)?;
        footprint.check(&settings, &place, false)?;
        let tokenizers = tokenizers(folder, card.taught.as_ref())?;
        if watch.cancelled() {
            return Err(Problem::cancelled());
        }
        let networks = Networks::load(folder, asked.engine, &place)?;
        let cache = std::env::var_os(CACHE).map(PathBuf::from);
        let preview_file = PreviewFile::of(folder, cache.as_deref())?;
        let mut shown = card.clone();
        if shown.preview.is_none() {
            shown.preview = preview_file.as_ref().and_then(PreviewFile::read);
        }
        let parts = Arc::new(Parts {
            card,
            tokenizers,
            zero_negative: family::read(folder)?.zero_negative,
            scheduler,
            networks,
            footprint,
            sample: folder.sample()?,
            attachments: folder.attached().map(|a| a.told().to_vec()).unwrap_or_default(),
        });
        Ok(Self { parts, card: shown, preview_file, opened: key(asked) })
    }

    /// What is known of the model.
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// Takes a preview that was fitted for this model, and keeps it where it may be kept; gives
    /// whether it is on disk now.
    pub fn keep_preview(&mut self, preview: &Preview) -> bool {
        self.card.preview = Some(preview.clone());
        self.preview_file.as_ref().is_some_and(|file| file.write(preview))
    }

    /// Something to be said that is no failure, such as a GPU that is not there.
    pub fn note(&self) -> Option<&Problem> {
        self.parts.networks.place().note.as_ref()
    }

    /// Whether the text encoder has the exact GELU, which candle-transformers lacks.
    pub(super) fn has_exact_gelu(&self) -> bool {
        self.parts.networks.has_exact_gelu()
    }

    /// Whether `asked` needs another model, device, number format or set of networks than the
    /// ones that are open.
    pub fn reopen_needed(&self, asked: &Asked) -> bool {
        self.opened != key(asked)
    }

    /// Completes `asked` from the model's own files, then from a table by family.
    ///
    /// # Errors
    /// Usage problems: steps, sizes or a prompt outside their ranges; a picture to begin from that
    /// cannot be read.
    pub fn settle(&self, asked: &Asked) -> Result<Settings, Problem> {
        let place = self.parts.networks.place();
        let device = (place.device_name(), place.dtype_name());
        let mut settings = settle(asked, &self.parts.card, &self.parts.scheduler, device)?;
        begin_from_image(asked, &mut settings)?;
        Ok(Settings { attachments: self.parts.attachments.clone(), ..settings })
    }

    /// Begins a walk. The walk keeps the networks alive by itself.
    ///
    /// # Errors
    /// Settings that this model or its sampler cannot carry out.
    pub fn walk(&self, settings: &Settings, look: Look) -> Result<Walk, Problem> {
        Walk::begin(Arc::clone(&self.parts), settings, look)
    }

    /// Begins a fork: its frames are those of a whole walk, the first steps shared with the walk that
    /// it branches from.
    ///
    /// # Errors
    /// A past that does not reach the fork's call, a change that is out of range, a sampler that
    /// cannot go on from there.
    pub fn fork(&self, asked: &ForkAsked, look: Look) -> Result<Walk, Problem> {
        super::fork::begin(Arc::clone(&self.parts), asked, look)
    }
}

/// Reads the picture that the walk is to begin from, if it is.
fn begin_from_image(asked: &Asked, settings: &mut Settings) -> Result<(), Problem> {
    let size = (settings.width, settings.height);
    settings.image = asked.image.as_ref().map(|image| start(image, size)).transpose()?;
    Ok(())
}

/// Cuts a text with a model's tokenizer, without opening its networks.
///
/// # Errors
/// A tokenizer that is missing or damaged, or a text of 100 kB and more.
pub fn tokenize(folder: &ModelFolder, text: &str) -> Result<Tokens, Problem> {
    let tokenizers = tokenizers(folder, folder.card()?.taught.as_ref())?;
    let encoders = tokenizers
        .iter()
        .map(|tokenizer| Ok(EncoderTokens { prompt: tokenizer.encode(text)?, negative: None }));
    Ok(Tokens { encoders: encoders.collect::<Result<_, Problem>>()? })
}

/// One tokenizer for each text encoder.
fn tokenizers(folder: &ModelFolder, taught: Option<&Taught>) -> Result<Vec<Tokenizer>, Problem> {
    let mut tokenizers = vec![Tokenizer::open(folder, taught)?];
    if folder.has_second_text()? {
        tokenizers.push(Tokenizer::open_second(folder)?);
    }
    Ok(tokenizers)
}

fn key(asked: &Asked) -> Opened {
    let (model, config) = (asked.model.clone(), asked.model_config.clone());
    (model, config, asked.device, asked.dtype, asked.engine, asked.attachments.clone())
}

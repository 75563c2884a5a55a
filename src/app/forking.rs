//! The form for a branch: what shall be different from this step on, each row as it is now until
//! it is changed.

use super::action::Effect;
use super::comparing;
use super::setting::{Value, moved, number, stepped, turned};
use super::state::{App, Origin, Overlay, Scene};
use crate::compare::Run;
use crate::walk::{
    Attachment, AttachmentAsked, AttachmentKind, Blend, Change, ForkAsked, Frame, FreshNoise, Off,
    OffWay, Problem, RunAsked, Sampler, Settings,
};

/// Half of both texts, until someone says otherwise.
const HALF: f32 = 0.5;

/// The form being filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Forking {
    /// The chosen row.
    pub chosen: usize,
    /// The walk that it branches from: its settings, and its frames up to and with this call.
    pub parent: ForkAsked,
    /// The run that it branches from, by id; `None`: the walk on screen.
    pub run: Option<usize>,
    /// The step of the call, from 0.
    pub step: usize,
    /// The noise levels that remain: before the call, and after it and each later one.
    pub levels: Vec<f32>,
    /// The pieces of the prompt, for turning one off.
    pub pieces: Vec<String>,
    /// Whether the latent comes from a file, which may hold 16 bits a number.
    pub recorded: bool,
    /// Share of the other text in a blend.
    pub weight: f32,
    /// Seed of the fresh noise.
    pub seed: u64,
    /// How a piece is turned off.
    pub way: OffWay,
    /// The text being typed for the chosen row, if it is being edited.
    pub editing: Option<String>,
}

/// A row of the form. `fork.STEM` of the catalogue is its label, `fork.STEM-note` what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForkRow {
    /// Another guidance scale.
    Guidance,
    /// Another sampler over the noise levels that remain.
    Sampler,
    /// Other words.
    Prompt,
    /// Something else to steer away from.
    Negative,
    /// Other files of LoRA laid over the model, or none.
    Lora,
    /// How much of the noise is drawn anew.
    FreshShare,
    /// From which seed.
    FreshSeed,
    /// A second text whose vectors are mixed in.
    Blend,
    /// How much of it.
    BlendWeight,
    /// A piece turned off.
    Off,
    /// In which way.
    OffWay,
}

impl ForkRow {
    /// All rows, in the order of the screen.
    pub const ALL: [Self; 11] = [
        Self::Guidance,
        Self::Sampler,
        Self::Prompt,
        Self::Negative,
        Self::Lora,
        Self::FreshShare,
        Self::FreshSeed,
        Self::Blend,
        Self::BlendWeight,
        Self::Off,
        Self::OffWay,
    ];

    /// The stem of its words.
    pub const fn stem(self) -> &'static str {
        match self {
            Self::Guidance => "guidance",
            Self::Sampler => "sampler",
            Self::Prompt => "prompt",
            Self::Negative => "negative",
            Self::Lora => "lora",
            Self::FreshShare => "fresh-share",
            Self::FreshSeed => "fresh-seed",
            Self::Blend => "blend",
            Self::BlendWeight => "blend-weight",
            Self::Off => "off",
            Self::OffWay => "off-way",
        }
    }

    /// Whether text can be typed into it.
    pub const fn types(self) -> bool {
        !matches!(self, Self::Sampler | Self::Off | Self::OffWay)
    }
}

impl Forking {
    /// The chosen row.
    pub fn row(&self) -> ForkRow {
        ForkRow::ALL[self.chosen.min(ForkRow::ALL.len() - 1)]
    }

    /// The sampler that goes on: another one starts afresh, at the same noise level.
    pub fn sampler(&self) -> Sampler {
        self.parent.change.sampler.unwrap_or(self.parent.settings.sampler)
    }

    /// What a row shows; `unset` where the branch goes on as its parent did.
    pub fn value(&self, row: ForkRow) -> Value {
        let (change, settings) = (&self.parent.change, &self.parent.settings);
        let (text, set) = match row {
            ForkRow::Guidance => (
                change.guidance.unwrap_or(settings.guidance).to_string(),
                change.guidance.is_some(),
            ),
            ForkRow::Sampler => (self.sampler().name().to_owned(), change.sampler.is_some()),
            ForkRow::Prompt => {
                let text = change.prompt.as_ref().unwrap_or(&settings.prompt);
                (text.clone(), change.prompt.is_some())
            }
            ForkRow::Negative => {
                let text = change.negative.as_ref().or(settings.negative.as_ref());
                (text.cloned().unwrap_or_default(), change.negative.is_some())
            }
            ForkRow::Lora => (self.laid(), change.attachments.is_some()),
            ForkRow::FreshShare => {
                let share = change.fresh_noise.map_or(0.0, |fresh| fresh.share);
                (share.to_string(), change.fresh_noise.is_some())
            }
            ForkRow::FreshSeed => (self.seed.to_string(), change.fresh_noise.is_some()),
            ForkRow::Blend => {
                let other = change.blend.as_ref().map(|blend| blend.prompt.clone());
                (other.unwrap_or_default(), change.blend.is_some())
            }
            ForkRow::BlendWeight => (self.weight.to_string(), change.blend.is_some()),
            ForkRow::Off => {
                let piece = change.off.and_then(|off| self.pieces.get(off.place - 1));
                (piece.cloned().unwrap_or_default(), change.off.is_some())
            }
            ForkRow::OffWay => (self.way.name().to_owned(), change.off.is_some()),
        };
        Value { text, unset: !set }
    }

    /// Its next value, or the one before.
    pub(super) fn turn(&mut self, up: bool) {
        let now = self.value(self.row()).text;
        match self.row() {
            ForkRow::Guidance => {
                let next = stepped(&now, self.parent.settings.guidance, 0.5, up, 0.0, 50.0);
                self.guide(Some(next));
            }
            ForkRow::Sampler => {
                let next = turned(&Sampler::ALL.map(Sampler::name), &now, up);
                let next = Sampler::from_name(&next);
                let same = next == Some(self.parent.settings.sampler);
                self.parent.change.sampler = next.filter(|_| !same);
            }
            ForkRow::Lora => {
                let bare = self.parent.change.attachments.is_none();
                self.lay(bare.then(Vec::new));
            }
            ForkRow::FreshShare => self.share(stepped(&now, 0.0, 0.1, up, 0.0, 1.0) as f32),
            ForkRow::FreshSeed => self.seed = moved(&now, 1, 1, up, u64::MAX),
            ForkRow::BlendWeight => self.weight = stepped(&now, 0.5, 0.1, up, 0.0, 1.0) as f32,
            ForkRow::Off => self.turn_piece(up),
            ForkRow::OffWay => {
                let next = turned(&OffWay::ALL.map(OffWay::name), &now, up);
                self.way = OffWay::from_name(&next).unwrap_or_default();
            }
            ForkRow::Prompt | ForkRow::Negative | ForkRow::Blend => {}
        }
        self.settle();
    }

    /// The files of LoRA that the branch goes on with, by their names.
    fn laid(&self) -> String {
        let of = AttachmentKind::Lora;
        let names: Vec<String> = if let Some(asked) = &self.parent.change.attachments {
            asked.iter().filter(|a| a.kind == of).map(AttachmentAsked::flag_value).collect()
        } else {
            let laid = &self.parent.settings.attachments;
            laid.iter().filter(|a| a.kind == of).map(Attachment::label).collect()
        };
        names.join(", ")
    }

    /// Lays these files of LoRA over the model in the place of the parent's; learned words stay.
    fn lay(&mut self, loras: Option<Vec<AttachmentAsked>>) {
        let laid = &self.parent.settings.attachments;
        let had = laid.iter().any(|a| a.kind == AttachmentKind::Lora);
        let words = laid.iter().filter(|a| a.kind == AttachmentKind::Embedding);
        let words: Vec<_> = words.map(Attachment::asked_again).collect();
        self.parent.change.attachments = loras
            .filter(|loras| had || !loras.is_empty())
            .map(|loras| words.into_iter().chain(loras).collect());
    }

    /// None, then each piece, in a circle.
    fn turn_piece(&mut self, up: bool) {
        let places = self.pieces.len() + 1;
        let now = self.parent.change.off.map_or(0, |off| off.place);
        let next = (now + if up { 1 } else { places - 1 }) % places;
        self.parent.change.off = (next > 0).then_some(Off { place: next, way: self.way });
    }

    fn guide(&mut self, guidance: Option<f64>) {
        let same = guidance == Some(self.parent.settings.guidance);
        self.parent.change.guidance = guidance.filter(|_| !same);
    }

    fn share(&mut self, share: f32) {
        self.parent.change.fresh_noise =
            (share > 0.0).then_some(FreshNoise { share, seed: self.seed });
    }

    /// What belongs together is kept together.
    fn settle(&mut self) {
        let change = &mut self.parent.change;
        if let Some(fresh) = &mut change.fresh_noise {
            fresh.seed = self.seed;
        }
        if let Some(blend) = &mut change.blend {
            blend.weight = self.weight;
        }
        if let Some(off) = &mut change.off {
            off.way = self.way;
        }
    }

    /// The text being typed for the chosen row, begun if it was not; `None` where nothing is typed.
    pub(super) fn text(&mut self) -> Option<&mut String> {
        let row = self.row();
        if !row.types() {
            return None;
        }
        let before = match row {
            ForkRow::Prompt | ForkRow::Negative | ForkRow::Blend => self.value(row).text,
            _ => String::new(),
        };
        Some(self.editing.get_or_insert(before))
    }

    /// Takes what was typed; the empty text means: as in the parent.
    pub(super) fn keep(&mut self) -> Result<(), Problem> {
        let Some(typed) = self.editing.take() else { return Ok(()) };
        let (row, trimmed) = (self.row(), typed.trim());
        let settings = &self.parent.settings;
        match row {
            ForkRow::Guidance => {
                let guidance = number(row.stem(), trimmed, 0.0, 100.0)?;
                self.guide(guidance);
            }
            ForkRow::Prompt => {
                let other = typed != settings.prompt && !trimmed.is_empty();
                self.parent.change.prompt = other.then_some(typed);
            }
            ForkRow::Negative => {
                let other = Some(&typed) != settings.negative.as_ref()
                    && !(typed.is_empty() && settings.negative.is_none());
                self.parent.change.negative = other.then_some(typed);
            }
            ForkRow::Lora => {
                let parts = trimmed.split(',').map(str::trim).filter(|part| !part.is_empty());
                let loras: Vec<_> = parts.map(AttachmentAsked::lora).collect();
                self.lay((!loras.is_empty()).then_some(loras));
            }
            ForkRow::FreshShare => {
                let share = number(row.stem(), trimmed, 0.0, 1.0)?;
                self.share(share.unwrap_or(0.0));
            }
            ForkRow::FreshSeed => {
                self.seed = number(row.stem(), trimmed, 0, u64::MAX)?.unwrap_or(self.seed);
            }
            ForkRow::Blend => {
                let weight = self.weight;
                self.parent.change.blend =
                    (!trimmed.is_empty()).then_some(Blend { prompt: typed, weight });
            }
            ForkRow::BlendWeight => {
                self.weight = number(row.stem(), trimmed, 0.0, 1.0)?.unwrap_or(HALF);
            }
            ForkRow::Sampler | ForkRow::Off | ForkRow::OffWay => {}
        }
        self.settle();
        Ok(())
    }

    /// Where it branches and what is different, as a person would say it.
    fn name(&self, app: &App) -> String {
        let words = app.words();
        let label = |row: ForkRow| words.text(&format!("fork.{}", row.stem())).to_owned();
        let leading = [
            ForkRow::Guidance,
            ForkRow::Sampler,
            ForkRow::Prompt,
            ForkRow::Negative,
            ForkRow::Lora,
            ForkRow::FreshShare,
            ForkRow::Blend,
            ForkRow::Off,
        ];
        let changes: Vec<String> = leading
            .into_iter()
            .filter(|row| !self.value(*row).unset)
            .map(|row| {
                let value: String = self.value(row).text.chars().take(40).collect();
                let way = words.text(&format!("fork.way-{}", self.way.name())).to_owned();
                match row {
                    ForkRow::Sampler => value,
                    ForkRow::Guidance => words.fill("title.guidance", &[("scale", &value)]),
                    ForkRow::Prompt => words.fill("fork.quoted", &[("text", &value)]),
                    ForkRow::Off => {
                        let quoted = words.fill("fork.quoted", &[("text", &value)]);
                        format!("{quoted} {way}")
                    }
                    _ => format!("{} {value}", label(row)),
                }
            })
            .collect();
        let step = (self.step + 1).to_string();
        let change = changes.join(words.text("beside.and"));
        words.fill("fork.name", &[("step", &step), ("change", &change)])
    }
}

/// Opens the form on the step on screen: of the walk, or of the chosen run in a comparison.
pub(super) fn open(app: &mut App) {
    let form = match (&app.comparison, app.scene) {
        (Some(comparison), Scene::Compare) => {
            comparison.chosen_run().zip(comparison.reference_run()).and_then(|(run, reference)| {
                let moment = comparison.alignment.align(reference, comparison.call(), run)?;
                let recorded = comparison.recorded.contains(&run.id);
                let (settings, id) = (run.settings.as_ref()?, Some(run.id));
                form(settings, &run.frames, moment.call, (id, recorded))
            })
        }
        _ => app.walk.frame().and_then(Frame::as_step).and_then(|step| {
            let recorded = matches!(app.walk.origin, Origin::Recording(_));
            let settings = app.walk.settings.as_ref()?;
            form(settings, &app.walk.frames, step.call, (None, recorded))
        }),
    };
    match form {
        Some(form) => app.overlay = Some(Overlay::Forking(Box::new(form))),
        None => app.say("toast.run-not-there", &[]),
    }
}

fn form(
    settings: &Settings,
    frames: &[Frame],
    call: usize,
    (run, recorded): (Option<usize>, bool),
) -> Option<Forking> {
    let at = frames.iter().position(|f| f.as_step().is_some_and(|step| step.call == call))?;
    let step = frames.get(at).and_then(Frame::as_step)?;
    let schedule = frames.iter().find_map(|frame| match frame {
        Frame::Schedule(schedule) => Some(schedule),
        _ => None,
    })?;
    let pieces = frames.iter().find_map(|frame| match frame {
        Frame::Tokens(tokens) => tokens.encoders.first().map(|encoder| &encoder.prompt),
        _ => None,
    })?;
    let past = frames.get(..=at)?.to_vec();
    let settings = settings.clone();
    Some(Forking {
        chosen: 0,
        run,
        step: step.step,
        levels: schedule.levels.get(call..).unwrap_or_default().to_vec(),
        pieces: pieces.pieces.iter().take(pieces.kept).map(|piece| piece.text.clone()).collect(),
        recorded,
        weight: HALF,
        seed: settings.seed.wrapping_add(1),
        way: OffWay::default(),
        editing: None,
        parent: ForkAsked { settings, past, call, change: Change::default() },
    })
}

/// A branch of the walk on screen, from this call on, laid beside it.
pub(super) fn branch(app: &mut App, call: usize, change: Change) -> Vec<Effect> {
    let recorded = matches!(app.walk.origin, Origin::Recording(_));
    let made = app.walk.settings.as_ref();
    let Some(mut form) =
        made.and_then(|settings| form(settings, &app.walk.frames, call, (None, recorded)))
    else {
        return Vec::new();
    };
    form.weight = change.blend.as_ref().map_or(form.weight, |blend| blend.weight);
    form.seed = change.fresh_noise.map_or(form.seed, |fresh| fresh.seed);
    form.way = change.off.map_or(form.way, |off| off.way);
    form.parent.change = change;
    accept(app, form)
}

/// Enter: the branch is ordered and laid beside its parent.
pub(super) fn accept(app: &mut App, mut form: Forking) -> Vec<Effect> {
    let kept = form.keep();
    let nothing = form.parent.change == Change::default();
    if let Some(problem) = kept.err().or(nothing.then(|| Problem::usage("fork-nothing"))) {
        app.problem = Some(problem);
        app.overlay = Some(Overlay::Forking(Box::new(form)));
        return Vec::new();
    }
    let name = form.name(app);
    let mut asked = app.walk.asked_as_here(&form.parent.settings);
    if let Some(attachments) = &form.parent.change.attachments {
        // Learned words that stay are known here by where they lie.
        let known = asked.attachments.iter().filter(|a| a.kind == AttachmentKind::Embedding);
        let loras = attachments.iter().filter(|a| a.kind == AttachmentKind::Lora);
        asked.attachments = known.chain(loras).cloned().collect();
    }
    app.overlay = None;
    let (parent, call) = (form.run, form.parent.call);
    let mut effects = if app.scene == Scene::Compare { Vec::new() } else { comparing::enter(app) };
    let parent = parent.or_else(|| app.comparison.as_ref().and_then(|comparison| comparison.walk));
    effects.extend(comparing::add(app, |id| {
        let run = Run { parent: parent.map(|id| (id, call)), ..Run::waiting(id, name) };
        (run, RunAsked { id, asked, fork: Some(Box::new(form.parent)), keep: None, turn: None })
    }));
    if let Some(comparison) = &mut app.comparison
        && let Some(at) = comparison.runs.iter().position(|run| Some(run.id) == parent)
    {
        comparison.reference = at;
        comparison.cursor = call;
    }
    effects
}

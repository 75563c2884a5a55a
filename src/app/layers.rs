//! What was laid over the model, layer by layer, and two checkpoints held against each other: which
//! of the two is on screen, and the walk without what was laid over it.

use super::action::Effect;
use super::comparing;
use super::state::{App, Overlay, Scene};
use crate::compare::Run;
use crate::walk::{Attachment, LayerChange, ModelsApart, RunAsked, Settings};

/// What the layers on screen are about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Layers<'a> {
    /// What attachments changed.
    Attached {
        /// Which they are.
        attachments: &'a [Attachment],
        /// By how much each layer changed.
        changes: &'a [LayerChange],
    },
    /// Two models.
    Models(&'a ModelsApart),
    /// Two models that are still being held against each other, by name.
    Pending([&'a str; 2]),
}

impl App {
    /// What there is to show of layers: of the walk on screen, or of the chosen run in a comparison
    /// and its reference.
    pub fn layers(&self) -> Option<Layers<'_>> {
        if self.scene != Scene::Compare {
            let (settings, card) = (self.walk.settings.as_ref()?, self.walk.card.as_ref()?);
            return attached(settings, &card.changes);
        }
        let comparison = self.comparison.as_ref()?;
        let (chosen, reference) = (comparison.chosen_run()?, comparison.reference_run()?);
        if let Some(names) = models(chosen, reference) {
            let found = comparison.models_apart.iter().find(|apart| names_of(apart) == names);
            return Some(found.map_or(Layers::Pending(names), Layers::Models));
        }
        [chosen, reference]
            .into_iter()
            .find_map(|run| attached(run.settings.as_ref()?, &run.card.as_ref()?.changes))
    }
}

fn names_of(apart: &ModelsApart) -> [&str; 2] {
    [&apart.names[0], &apart.names[1]]
}

fn attached<'a>(settings: &'a Settings, changes: &'a [LayerChange]) -> Option<Layers<'a>> {
    let attachments = settings.attachments.as_slice();
    (!attachments.is_empty()).then_some(Layers::Attached { attachments, changes })
}

/// The names of reference and chosen run where their models are not the same.
fn models<'a>(chosen: &'a Run, reference: &'a Run) -> Option<[&'a str; 2]> {
    let (ours, theirs) = (reference.card.as_ref()?, chosen.card.as_ref()?);
    (ours.hash != theirs.hash).then_some([&ours.name, &theirs.name])
}

/// Opens the layers, and closes them again; two models are held against each other first.
pub(super) fn toggle(app: &mut App) -> Vec<Effect> {
    if app.overlay == Some(Overlay::Layers) {
        app.overlay = None;
        return Vec::new();
    }
    let effect = match app.layers() {
        None => {
            app.say("toast.nothing-attached", &[]);
            return Vec::new();
        }
        Some(Layers::Pending(names)) => Some(Effect::ModelsApart(names.map(str::to_owned))),
        Some(Layers::Attached { .. } | Layers::Models(_)) => None,
    };
    app.overlay = Some(Overlay::Layers);
    effect.into_iter().collect()
}

/// Two models were held against each other.
pub(super) fn take(app: &mut App, apart: ModelsApart) {
    if let Some(comparison) = &mut app.comparison {
        comparison.models_apart.push(apart);
    }
}

/// Enter: the same walk without what was laid over the model, beside this one.
pub(super) fn without(app: &mut App) -> Vec<Effect> {
    let Some(Layers::Attached { attachments, .. }) = app.layers() else {
        app.overlay = None;
        return Vec::new();
    };
    let labels: Vec<String> = attachments.iter().map(Attachment::label).collect();
    let labels = labels.join(app.words().text("beside.and"));
    let name = app.words().fill("layers.without", &[("names", &labels)]);
    let run = app.comparison.as_ref().filter(|_| app.scene == Scene::Compare);
    let of_run = run.and_then(|c| {
        [c.chosen_run(), c.reference_run()].into_iter().flatten().find_map(|run| {
            run.settings.clone().filter(|settings| !settings.attachments.is_empty())
        })
    });
    let Some(settings) = of_run.or_else(|| app.walk.settings.clone()) else { return Vec::new() };
    let mut asked = app.walk.asked_as_here(&settings);
    asked.attachments.clear();
    app.overlay = None;
    comparing::add(app, |id| {
        let run = Run::waiting(id, name);
        (run, RunAsked { id, asked, fork: None, keep: None, turn: None })
    })
}

//! What a sitting opens on, on the screen and in lines alike: the state at first, and what begins
//! at once.

use super::Options;
use crate::app::{self, App, Effect, Scene};
use crate::views::Marks;

/// The state that the command line asked for.
pub(super) fn app(options: &Options) -> App {
    let mut app = match &options.comparison {
        Some(comparison) => App::comparing(options.language, comparison.clone()),
        None => App::new(options.language, options.asked.clone()),
    };
    app.ascii = options.marks == Marks::Ascii;
    app.recordings.clone_from(&options.recordings);
    app.second = options.second;
    app.present = options.present;
    app.telling = options.tells.then(app::Telling::default);
    if options.recording.is_some() || options.lesson.is_some() {
        app.scene = Scene::Walk;
    }
    app
}

/// What begins without a key.
pub(super) fn begin(app: &mut App, options: &Options) -> Vec<Effect> {
    if let Some(path) = &options.recording {
        return vec![Effect::OpenRecording(path.clone())];
    }
    if let Some(lesson) = &options.lesson {
        let mut effects = app::begin_lesson(app, lesson.clone());
        app.hold_translations(options.translations.clone());
        effects.extend(app::tell(app));
        return effects;
    }
    match app.scene {
        Scene::Walk => app::begin(app),
        Scene::Compare => app::begin_comparison(app),
        _ => Vec::new(),
    }
}

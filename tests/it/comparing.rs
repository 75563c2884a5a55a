//! Runs side by side on the screen: what the keys do, in which order runs are computed, and what
//! a person reads at 80 × 24 and at 120 × 40.

#![expect(clippy::unwrap_used, reason = "the walks are made by hand")]

use ratatui::layout::Rect;
use safelight::app::{
    self, App, Code, Comparison, Effect, Event, Heads, Key, News, Origin, Overlay, Scene, Target,
    update,
};
use safelight::compare::{Run, State, between_pictures, change_and_claim};
use safelight::source::Recorded;
use safelight::views;
use safelight::walk::{
    Asked, Change, Fork, Grid, Off, OffWay, Picture, Problem, RunAsked, Sampler, Stage,
};
use safelight::words::Language;

use crate::drawn::text;
use crate::frames::{self, PLAIN, Variation};

fn run_of(id: usize, name: &str, variation: Variation) -> Run {
    let Recorded { card, settings, calls, frames } = frames::varied(variation);
    Run {
        id,
        name: name.to_owned(),
        settings: Some(settings),
        card: Some(card),
        calls,
        frames,
        state: State::Done,
        parent: None,
    }
}

/// Runs that differ in steps, seed and words.
pub(crate) fn three() -> Vec<Run> {
    vec![
        run_of(0, "20 steps", PLAIN),
        run_of(1, "10 steps", Variation { calls: 10, ..PLAIN }),
        run_of(2, "a red fish", Variation { radius: 3.0, thing: ("fish", 2759), ..PLAIN }),
    ]
}

pub(crate) fn comparing(language: Language, runs: Vec<Run>, stage: Stage) -> App {
    let mut app = App::comparing(language, Comparison::new(runs, None, Vec::new()));
    let comparison = app.comparison.as_mut().unwrap();
    comparison.stage = Some(stage);
    comparison.cursor = 7;
    comparison.chosen = 1;
    app
}

/// A grid of three seeds and three scales, half of it computed, one cell failed.
pub(crate) fn grid(language: Language) -> App {
    let name = |i: usize| format!("seed {}, cfg {}", i % 3 + 1, [1, 4, 8][i / 3]);
    let runs: Vec<Run> = (0..9)
        .map(|i| {
            let guidance = [1.0, 4.0, 8.0][i / 3];
            let seed = (i % 3 + 1) as u64;
            let mut run = run_of(i, &name(i), Variation { seed, guidance, ..PLAIN });
            match i {
                0..4 => {}
                4 => {
                    run.frames.truncate(13);
                    run.state = State::Computing;
                }
                5 => {
                    run.frames.clear();
                    run.state =
                        State::Failed(Problem::new("compute-failed").with("reason", "no memory"));
                }
                _ => run = Run::waiting(i, name(i)),
            }
            run
        })
        .collect();
    let heads = Heads {
        across: ["seed 1", "seed 2", "seed 3"].map(str::to_owned).to_vec(),
        down: ["cfg 1", "cfg 4", "cfg 8"].map(str::to_owned).to_vec(),
        pages: Vec::new(),
    };
    let asked = |id| RunAsked { id, asked: Asked::default(), fork: None, keep: None, turn: None };
    let mut comparison = Comparison::new(runs, Some(heads), (6..9).map(asked).collect());
    comparison.under_way = vec![asked(4)];
    comparison.chosen = 1;
    comparison.cursor = 7;
    App::comparing(language, comparison)
}

/// A walk on screen at its eighth step.
pub(crate) fn walk() -> App {
    let mut app =
        App::new(Language::En, Asked { prompt: Some(frames::PROMPT.into()), ..Asked::default() });
    let Recorded { card, settings, calls, frames } = frames::walk();
    app.scene = Scene::Walk;
    (app.walk.card, app.walk.settings) = (Some(card), Some(settings));
    (app.walk.calls, app.walk.frames, app.walk.finished) = (calls, frames, true);
    app.walk.at = 11;
    app.look.piece = 3;
    app
}

/// One snapshot a size in English, and the small one in Chinese.
fn check(name: &str, app: impl Fn(Language) -> App) {
    for (size, language) in
        [((80, 24), Language::En), ((120, 40), Language::En), ((80, 24), Language::Zh)]
    {
        let name = format!("compare_{name}_{}x{}_{}", size.0, size.1, language.code());
        insta::assert_snapshot!(name, text(&app(language), size));
    }
}

fn press(app: &mut App, key: char) -> Vec<Effect> {
    update(app, Event::Key(Key::char(key)))
}

fn code(app: &mut App, code: Code) -> Vec<Effect> {
    update(app, Event::Key(Key::plain(code)))
}

fn told(app: &mut App, id: usize, news: News) -> Vec<Effect> {
    update(app, Event::News(News::Run { id, news: Box::new(news) }))
}

fn opened(recorded: &Recorded) -> News {
    News::Opened {
        card: Box::new(recorded.card.clone()),
        settings: Box::new(recorded.settings.clone()),
        calls: recorded.calls,
        note: None,
    }
}

/// The runs that an effect orders.
fn ordered(effects: &[Effect]) -> Vec<usize> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Runs(runs) = effect { Some(runs) } else { None })
        .flatten()
        .map(|asked| asked.id)
        .collect()
}

#[test]
fn every_stage_is_compared_with_the_reference() {
    for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Encode) {
        check(stage.stem(), |language| comparing(language, three(), stage));
    }
}

#[test]
fn two_runs_stand_side_by_side_and_a_difference_takes_their_place() {
    let two = || three().into_iter().take(2).collect::<Vec<_>>();
    check("two", |language| comparing(language, two(), Stage::Step));
    check("difference", |language| {
        let mut app = comparing(language, two(), Stage::Step);
        press(&mut app, 'x');
        press(&mut app, 'a');
        app
    });
}

#[test]
fn nine_cells_stand_in_a_grid_that_grows() {
    check("grid", grid);
    check("grid-steps", |language| {
        let mut app = grid(language);
        press(&mut app, '5');
        app
    });
}

#[test]
fn the_paths_lie_in_one_plane() {
    check("plane", |language| {
        let mut app = comparing(language, three(), Stage::Step);
        press(&mut app, 'p');
        app
    });
}

#[test]
fn a_branch_stands_in_the_tree_and_beside_what_its_piece_claimed() {
    let forked = || {
        let mut runs = three();
        let change =
            Change { off: Some(Off { place: 3, way: OffWay::Masked }), ..Change::default() };
        let from = Box::new(runs[0].settings.clone().unwrap());
        runs[2].name = "from step 8: “cat” masked".into();
        runs[2].parent = Some((0, 7));
        runs[2].settings.as_mut().unwrap().fork = Some(Fork { call: 7, change, from });
        runs.remove(1);
        runs
    };
    check("branch", |language| comparing(language, forked(), Stage::Step));
    check("branch-image", |language| comparing(language, forked(), Stage::Image));
}

#[test]
fn the_forms_say_what_they_will_do() {
    check("adding", |language| {
        let mut app = walk();
        app.language = language;
        press(&mut app, 'c');
        app
    });
    check("forking", |language| {
        let mut app = walk();
        app.language = language;
        press(&mut app, 'f');
        for code_ in [Code::Right, Code::Down, Code::Left] {
            code(&mut app, code_);
        }
        app
    });
}

#[test]
fn guidance_is_mixed_again_at_once_and_only_for_this_step() {
    let mut app = walk();
    let before = text(&app, (120, 40));
    for _ in 0..6 {
        assert!(press(&mut app, '>').is_empty(), "no network is asked");
    }
    assert_eq!(app.look.guidance, Some(7.0));
    let mixed = text(&app, (120, 40));
    assert!(mixed.contains("guidance 7, not 4: exact for this step only"), "{mixed}");
    assert_ne!(before, mixed);
    code(&mut app, Code::Esc);
    assert_eq!(app.look.guidance, None);
    assert_eq!(text(&app, (120, 40)), before);
}

#[test]
fn a_sentence_on_mixed_guidance_fits_the_smallest_whole_screen() {
    for language in Language::ALL {
        let mut app = walk();
        app.language = language;
        for recorded in [false, true] {
            app.look.guidance = Some(12.5);
            if recorded {
                app.walk.origin = Origin::Recording("walk.safetensors".into());
            }
            assert!(!text(&app, (80, 24)).lines().nth(19).unwrap().contains('…'));
        }
    }
}

#[test]
fn a_change_where_the_attention_was_correlates_with_it() {
    let edge = frames::EDGE;
    let map = Grid::from_fn(&[1, edge, edge], |i| (i % edge) as f32);
    let base = Picture::from_fn(4 * edge, 4 * edge, |_, _| [100; 3]);
    let along = Picture::from_fn(4 * edge, 4 * edge, |x, _| [100 + (x / 4) as u8; 3]);
    let across = Picture::from_fn(4 * edge, 4 * edge, |_, y| [100 + (y / 4) as u8; 3]);
    let together = |picture| {
        let apart = between_pictures(&base, picture).unwrap();
        change_and_claim(&apart, &map).unwrap()
    };
    assert!((together(&along) - 1.0).abs() < 1e-3);
    assert!(together(&across).abs() < 1e-3);
}

#[test]
fn another_seed_is_laid_beside_the_walk_and_computed() {
    let mut app = walk();
    assert!(press(&mut app, 'c').is_empty());
    let effects = code(&mut app, Code::Enter);
    assert_eq!((app.scene, ordered(&effects)), (Scene::Compare, vec![1]));
    let Some(Effect::Runs(runs)) = effects.first() else { panic!("a run is ordered") };
    assert_eq!(runs[0].asked.seed, Some(8));
    let other = frames::varied(Variation { seed: 8, ..PLAIN });
    told(&mut app, 1, opened(&other));
    for frame in &other.frames {
        assert!(told(&mut app, 1, News::Frame(Box::new(frame.clone()))).is_empty());
    }
    told(&mut app, 1, News::Finished);
    let comparison = app.comparison.as_ref().unwrap();
    assert!(comparison.runs.iter().all(|run| run.state == State::Done && run.complete()));
    assert_eq!(comparison.stage(), Stage::Step, "at the stage where the walk was");
    assert_eq!(comparison.call(), 7, "and at its step");
}

#[test]
fn runs_are_named_by_what_tells_them_apart() {
    let mut app = walk();
    press(&mut app, 'c');
    for key in [Code::Left, Code::Down, Code::Left, Code::Enter] {
        code(&mut app, key);
    }
    let comparison = app.comparison.as_ref().unwrap();
    let names: Vec<&str> = comparison.runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(names, ["steps 20", "steps 19"]);
}

#[test]
fn a_run_opens_as_the_walk_on_screen_and_the_walk_comes_back() {
    let mut app = comparing(Language::En, three(), Stage::Step);
    code(&mut app, Code::Enter);
    assert_eq!(app.scene, Scene::Walk);
    assert_eq!(app.walk.calls, 10);
    let step = app.walk.frame().unwrap().as_step().unwrap();
    let reference = app.comparison.as_ref().unwrap().runs[0].step_at(7).unwrap();
    assert!((step.sigma / reference.sigma).ln().abs() < 0.7, "the nearest noise level");
    press(&mut app, 'c');
    assert_eq!(app.scene, Scene::Compare);
    let comparison = app.comparison.as_mut().unwrap();
    assert_eq!(comparison.runs.len(), 3, "it is one of the runs already");
    comparison.chosen = 0;
    code(&mut app, Code::Enter);
    assert_eq!(app.walk.calls, 20);
    assert!(code(&mut app, Code::Right).is_empty(), "its frames are at hand");
}

#[test]
fn a_run_that_was_opened_while_it_grows_goes_on_growing() {
    let mut app = grid(Language::En);
    app.comparison.as_mut().unwrap().chosen = 4;
    code(&mut app, Code::Enter);
    assert_eq!((app.scene, app.walk.frames.len()), (Scene::Walk, 13));
    let frames = frames::varied(PLAIN).frames;
    told(&mut app, 4, News::Frame(Box::new(frames[13].clone())));
    let run = &app.comparison.as_ref().unwrap().runs[4];
    assert_eq!((run.frames.len(), app.walk.frames.len()), (14, 14));
    assert_eq!(run.state, State::Computing);
}

#[test]
fn a_click_chooses_a_run_and_a_second_one_opens_it() {
    let mut app = grid(Language::En);
    let area = Rect::new(0, 0, 80, 24);
    let at = |app: &App| views::target(app, area, 9, 12).unwrap();
    let target = at(&app);
    assert_eq!(target, Target::Picture(3));
    update(&mut app, Event::Click(target));
    assert_eq!(app.comparison.as_ref().unwrap().chosen, 3);
    let target = at(&app);
    update(&mut app, Event::Click(target));
    assert_eq!(app.scene, Scene::Walk);
}

#[test]
fn the_nearest_cells_come_first_and_a_failed_one_holds_nothing_up() {
    let mut app = grid(Language::En);
    app.comparison.as_mut().unwrap().chosen = 8;
    let failed = News::Failed(Problem::new("compute-failed").with("reason", "no memory"));
    assert_eq!(ordered(&told(&mut app, 4, failed)), [8], "the chosen cell is next");
    app.comparison.as_mut().unwrap().chosen = 0;
    assert_eq!(ordered(&told(&mut app, 8, News::Finished)), [6]);
    let states: Vec<bool> = app
        .comparison
        .as_ref()
        .unwrap()
        .runs
        .iter()
        .map(|run| matches!(run.state, State::Failed(_)))
        .collect();
    assert_eq!(states.iter().filter(|failed| **failed).count(), 2);
}

#[test]
fn esc_stops_the_computing_and_space_goes_on_with_the_same_cell() {
    let mut app = grid(Language::En);
    assert_eq!(code(&mut app, Code::Esc), [Effect::Cancel]);
    assert!(told(&mut app, 4, News::Cancelled).is_empty(), "nothing is ordered by itself");
    assert_eq!(app.scene, Scene::Compare);
    app.comparison.as_mut().unwrap().chosen = 4;
    assert_eq!(ordered(&press(&mut app, ' ')), [4]);
}

#[test]
fn a_source_that_breaks_off_leaves_no_run_computing_for_ever() {
    let mut app = grid(Language::En);
    let effects = update(&mut app, Event::News(News::Failed(Problem::new("worker-panicked"))));
    assert!(matches!(app.comparison.as_ref().unwrap().runs[4].state, State::Failed(_)));
    assert_eq!(ordered(&effects).len(), 1, "and the next has its turn");
}

#[test]
fn a_branch_takes_the_past_along_and_only_what_was_changed() {
    let mut app = walk();
    press(&mut app, 'f');
    assert!(matches!(app.overlay, Some(Overlay::Forking(_))));
    assert!(code(&mut app, Code::Enter).is_empty(), "nothing is different yet");
    assert_eq!(app.problem.as_ref().unwrap().key(), "fork-nothing");
    for code_ in [Code::Right, Code::Down, Code::Left] {
        code(&mut app, code_);
    }
    let effects = code(&mut app, Code::Enter);
    let Some(Effect::Runs(runs)) = effects.first() else { panic!("a branch is ordered") };
    let fork = runs[0].fork.as_ref().unwrap();
    assert_eq!((fork.call, fork.past.len()), (7, 12));
    assert_eq!(fork.past.last().unwrap().as_step().unwrap().call, 7);
    let change = Change { guidance: Some(4.5), sampler: Some(Sampler::Lcm), ..Change::default() };
    assert_eq!(fork.change, change);
    let comparison = app.comparison.as_ref().unwrap();
    assert_eq!(comparison.runs[1].parent, Some((0, 7)));
    assert_eq!(comparison.reference_run().unwrap().id, 0, "held against its parent");
}

#[test]
fn typed_rows_of_a_branch_are_kept_together() {
    let mut app = walk();
    press(&mut app, 'f');
    for _ in 0..7 {
        code(&mut app, Code::Down);
    }
    for c in "a dog".chars() {
        press(&mut app, c);
    }
    code(&mut app, Code::Enter);
    code(&mut app, Code::Down);
    code(&mut app, Code::Right);
    code(&mut app, Code::Down);
    code(&mut app, Code::Right);
    code(&mut app, Code::Down);
    code(&mut app, Code::Right);
    let Some(Overlay::Forking(form)) = &app.overlay else { panic!("the form is open") };
    let change = &form.parent.change;
    let blend = change.blend.as_ref().unwrap();
    assert_eq!((blend.prompt.as_str(), blend.weight), ("a dog", 0.6));
    assert_eq!(change.off, Some(Off { place: 1, way: OffWay::Padded }));
}

#[test]
fn a_recording_is_laid_beside_the_walk() {
    let mut app = walk();
    press(&mut app, 'c');
    for _ in 0..9 {
        code(&mut app, Code::Down);
    }
    for c in "other.safetensors".chars() {
        press(&mut app, c);
    }
    code(&mut app, Code::Enter);
    let effects = code(&mut app, Code::Enter);
    assert_eq!(effects, [Effect::OpenRun("other.safetensors".into())]);
    let Recorded { card, settings, calls, frames } = frames::varied(Variation { seed: 9, ..PLAIN });
    let (card, settings) = (Box::new(card), Box::new(settings));
    let name = "other.safetensors".to_owned();
    update(&mut app, Event::RunOpened { name, card, settings, calls, frames });
    let comparison = app.comparison.as_ref().unwrap();
    assert_eq!(comparison.runs.len(), 2);
    assert!(comparison.pending.is_empty() && comparison.chosen == 1);
}

#[test]
fn the_walk_is_finished_before_another_run_is_computed() {
    let mut app = walk();
    app.walk.frames.truncate(12);
    app.walk.finished = false;
    press(&mut app, 'c');
    assert_eq!(code(&mut app, Code::Enter), [Effect::Next]);
    let rest = frames::walk().frames.split_off(12);
    let count = rest.len();
    for (i, frame) in rest.into_iter().enumerate() {
        let effects = update(&mut app, Event::News(News::Frame(Box::new(frame))));
        if i + 1 < count {
            assert_eq!(effects, [Effect::Next]);
        } else {
            assert_eq!(ordered(&effects), [1]);
        }
    }
    assert!(app.comparison.as_ref().unwrap().runs[0].complete());
}

#[test]
fn a_comparison_that_is_given_at_the_start_begins_at_once() {
    let runs = vec![Run::waiting(0, "seed 1".into()), Run::waiting(1, "seed 2".into())];
    let asked = |id| RunAsked { id, asked: Asked::default(), fork: None, keep: None, turn: None };
    let comparison = Comparison::new(runs, None, vec![asked(0), asked(1)]);
    let mut app = App::comparing(Language::En, comparison);
    assert_eq!(ordered(&app::begin_comparison(&mut app)), [0]);
    assert_eq!(app.scene, Scene::Compare);
    let mut together = app.comparison.clone().unwrap();
    together.under_way.clear();
    (together.batch, together.pending) = (4, vec![asked(0), asked(1)]);
    let mut app = App::comparing(Language::En, together);
    assert_eq!(ordered(&app::begin_comparison(&mut app)), [0, 1], "alike runs go together");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 60, ..Default::default() })]
    #[test]
    fn no_keys_and_no_size_make_a_comparison_fail(
        keys in proptest::collection::vec(0usize..26, 0..14),
        (width, height) in (0u16..170, 0u16..50),
        gridded in proptest::prelude::any::<bool>(),
    ) {
        let mut app = if gridded {
            grid(Language::En)
        } else {
            comparing(Language::Zh, three(), Stage::Step)
        };
        for key in keys {
            let key = match "hl1234567xapvkrc f?nL".chars().nth(key) {
                Some(c) => Key::char(c),
                None => Key::plain(
                    [Code::Tab, Code::Down, Code::PageDown, Code::Enter, Code::Esc][key % 5],
                ),
            };
            update(&mut app, Event::Key(key));
            text(&app, (width, height));
        }
    }
}

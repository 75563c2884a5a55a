//! The state keeps its promises, whatever is pressed: a source that answers at once plays along.

use std::collections::VecDeque;

use proptest::prelude::*;
use safelight::app::{
    self, App, Code, Effect, Event, Goal, Key, News, Origin, Overlay, PathPurpose, Scene, Target,
    update,
};
use safelight::source::Recorded;
use safelight::walk::{Asked, Frame, Picture, Problem, Sampler, Spacing, Stage};
use safelight::words::Language;

use super::frames;

/// The walk that every source here plays; made once.
fn recorded() -> &'static Recorded {
    static RECORDED: std::sync::OnceLock<Recorded> = std::sync::OnceLock::new();
    RECORDED.get_or_init(frames::walk)
}

/// A state with a source that answers each order when `answer` is called.
struct Play {
    app: App,
    recorded: Recorded,
    given: usize,
    orders: VecDeque<Effect>,
    /// How many frames were ordered in all.
    ordered: usize,
    others: Vec<Effect>,
}

impl Play {
    fn doors() -> Self {
        let app = App::new(Language::En, Asked::default());
        Self {
            app,
            recorded: recorded().clone(),
            given: 0,
            orders: VecDeque::new(),
            ordered: 0,
            others: Vec::new(),
        }
    }

    /// A walk with its first `count` frames there, the last of them on screen.
    fn at(count: usize) -> Self {
        let mut play = Self::doors();
        play.press(Code::Enter);
        play.answer_all();
        for _ in 1..count {
            play.press(Code::Right);
            play.answer_all();
        }
        assert_eq!(play.app.walk.at + 1, count);
        play
    }

    fn event(&mut self, event: Event) {
        for effect in update(&mut self.app, event) {
            match effect {
                Effect::Begin(_) | Effect::Replay => {
                    self.orders.clear();
                    self.orders.push_back(effect);
                }
                Effect::Next => {
                    self.ordered += 1;
                    self.orders.push_back(effect);
                }
                Effect::DecodeX0(_) | Effect::Cancel => self.orders.push_back(effect),
                other => self.others.push(other),
            }
        }
        self.check();
    }

    fn press(&mut self, code: Code) {
        self.event(Event::Key(Key::plain(code)));
    }

    fn char(&mut self, c: char) {
        self.event(Event::Key(Key::char(c)));
    }

    /// Answers one order; whether there was one.
    fn answer(&mut self) -> bool {
        let Some(order) = self.orders.pop_front() else { return false };
        let news = match order {
            Effect::Begin(_) | Effect::Replay => {
                self.given = 0;
                vec![News::Opened {
                    card: Box::new(self.recorded.card.clone()),
                    settings: Box::new(self.recorded.settings.clone()),
                    calls: self.recorded.calls,
                    note: None,
                }]
            }
            Effect::Next => self.next_frame(),
            Effect::DecodeX0(call) => {
                let picture = Picture::from_fn(2, 2, |_, _| [1, 2, 3]);
                vec![News::X0 { call, picture }]
            }
            _ => {
                let void = self.orders.len();
                self.orders.clear();
                vec![News::Cancelled; void]
            }
        };
        for news in news {
            self.event(Event::News(news));
        }
        true
    }

    fn next_frame(&mut self) -> Vec<News> {
        let mut news = Vec::new();
        if let Some(frame) = self.recorded.frames.get(self.given) {
            self.given += 1;
            news.push(News::Frame(Box::new(frame.clone())));
        }
        if self.given >= self.recorded.frames.len() {
            news.push(News::Finished);
        }
        news
    }

    fn answer_all(&mut self) {
        while self.answer() {}
    }

    /// What holds after every event.
    fn check(&self) {
        let walk = &self.app.walk;
        assert!(walk.at <= walk.frames.len(), "{} of {}", walk.at, walk.frames.len());
        if let Some(frame) = walk.frame() {
            assert_eq!(frame.stage(), walk.stage());
        }
        let (columns, rows) = self.app.lens_extent();
        assert!(columns > 0 && rows > 0);
        assert!(self.app.look.piece < 100 && self.app.look.picture < 100);
        assert!(self.app.look.turn.iter().all(|turn| *turn < 100));
        if walk.running {
            assert_eq!(self.app.scene, Scene::Walk);
        }
    }
}

#[test]
fn going_back_never_orders_a_frame() {
    let mut play = Play::at(12);
    let before = play.ordered;
    for code in [Code::Left, Code::Left, Code::Home, Code::End, Code::Left, Code::PageUp] {
        play.press(code);
    }
    for stage in ['1', '2', '3', '4', '5'] {
        play.char(stage);
    }
    assert_eq!(play.ordered, before);
    assert_eq!(play.app.walk.at, 4);
}

#[test]
fn going_on_shows_what_is_there_and_orders_what_is_missing() {
    let mut play = Play::at(3);
    assert_eq!(play.ordered, 3);
    play.press(Code::Left);
    play.press(Code::Right);
    assert_eq!(play.ordered, 3, "the frame was there");
    play.press(Code::Right);
    play.press(Code::Right);
    assert_eq!(play.ordered, 4, "a frame on its way is not ordered again");
    assert!(play.app.walk.computing && play.app.walk.frame().is_none());
    play.answer_all();
    assert_eq!(play.app.walk.stage(), Stage::Noise);
}

#[test]
fn going_on_while_the_model_opens_is_remembered_once() {
    let mut play = Play::doors();
    play.press(Code::Enter);
    assert!(play.app.walk.frames.is_empty() && play.app.walk.computing);
    for _ in 0..3 {
        play.press(Code::Right);
    }
    play.answer_all();
    assert_eq!(play.app.walk.stage(), Stage::Embeddings);
    let mut play = Play::doors();
    for code in [Code::Enter, Code::Right, Code::Left] {
        play.press(code);
    }
    play.answer_all();
    assert_eq!(play.app.walk.stage(), Stage::Tokens, "going back takes it away");
}

#[test]
fn a_stage_key_walks_there() {
    let mut play = Play::at(1);
    play.char('7');
    assert_eq!(play.app.walk.goal, Some(Goal::Stage(Stage::Image)));
    play.answer_all();
    assert!(matches!(play.app.walk.frame(), Some(Frame::Image(_))));
    assert_eq!(play.ordered, frames::CALLS + 6);
}

#[test]
fn esc_cancels_and_the_walk_so_far_stays() {
    let mut play = Play::at(5);
    play.press(Code::Right);
    play.press(Code::Esc);
    assert_eq!(play.orders.back(), Some(&Effect::Cancel));
    play.orders.pop_front();
    play.orders.clear();
    play.event(Event::News(News::Cancelled));
    assert_eq!((play.app.walk.frames.len(), play.app.walk.at), (5, 4));
    play.press(Code::Right);
    play.answer_all();
    assert_eq!(play.app.walk.at, 5, "asking again goes on");
}

#[test]
fn a_failure_is_shown_until_the_next_key_and_nothing_is_lost() {
    let mut play = Play::at(5);
    play.press(Code::Right);
    play.orders.clear();
    play.event(Event::News(News::Failed(Problem::new("worker-panicked"))));
    assert!(play.app.problem.is_some() && play.app.walk.frame().is_some());
    play.press(Code::Left);
    assert!(play.app.problem.is_none());
    assert_eq!(play.app.walk.frames.len(), 5);
}

#[test]
fn running_on_reaches_the_picture_by_itself_and_stops() {
    let mut play = Play::at(1);
    play.char(' ');
    for _ in 0..2000 {
        play.answer_all();
        play.event(Event::Tick(0.25));
    }
    assert!(matches!(play.app.walk.frame(), Some(Frame::Image(_))));
    assert!(!play.app.walk.running);
    play.char(' ');
    assert_eq!((play.app.walk.at, play.app.walk.running), (0, true), "again from the first");
}

#[test]
fn faster_takes_less_time() {
    let time = |keys: usize| {
        let mut play = Play::at(1);
        (0..keys).for_each(|_| play.char('+'));
        play.char(' ');
        let mut ticks = 0;
        while !play.app.walk.complete() {
            play.answer_all();
            play.event(Event::Tick(0.1));
            ticks += 1;
        }
        ticks
    };
    assert!(time(1) < time(0));
    assert!(time(2) < time(1));
}

#[test]
fn another_seed_walks_to_the_same_place() {
    let mut play = Play::at(8);
    play.char('r');
    let Some(Effect::Begin(asked)) = play.orders.front().cloned() else { panic!("no walk") };
    assert_eq!(asked.seed, Some(play.recorded.settings.seed + 1));
    play.answer_all();
    assert_eq!(play.app.walk.at, 7);
}

#[test]
fn walking_again_with_fewer_steps_keeps_the_stage() {
    let mut play = Play::at(frames::CALLS + 6);
    play.recorded.calls = 3;
    play.recorded.frames.drain(7..4 + frames::CALLS);
    play.char('r');
    play.answer_all();
    assert_eq!(play.app.walk.stage(), Stage::Image);
    let mut play = Play::at(20);
    play.recorded.calls = 3;
    play.recorded.frames.drain(7..4 + frames::CALLS);
    play.char('r');
    play.answer_all();
    assert_eq!(play.app.walk.at, 6, "the last step that there is");
}

#[test]
fn a_setting_is_changed_by_arrows_and_by_typing_and_enter_walks_again() {
    let mut play = Play::at(4);
    play.char('s');
    for _ in 0..3 {
        play.press(Code::Down);
    }
    play.press(Code::Right);
    play.press(Code::Down);
    play.press(Code::Down);
    for c in "7.5".chars() {
        play.char(c);
    }
    play.press(Code::Enter);
    play.press(Code::Enter);
    let Some(Effect::Begin(asked)) = play.orders.front().cloned() else { panic!("no walk") };
    assert_eq!(asked.steps, Some(play.recorded.settings.steps + 1));
    assert_eq!(asked.guidance, Some(7.5));
    assert!(play.app.overlay.is_none());
}

#[test]
fn a_sampler_that_chooses_its_own_timesteps_is_not_told_a_spacing() {
    let mut play = Play::at(4);
    play.app.walk.asked.spacing = Some(Spacing::Trailing);
    play.char('s');
    for _ in 0..4 {
        play.press(Code::Down);
    }
    play.press(Code::Left);
    play.press(Code::Enter);
    let Some(Effect::Begin(asked)) = play.orders.front().cloned() else { panic!("no walk") };
    assert_eq!((asked.sampler, asked.spacing), (Some(Sampler::Lcm), None));
}

#[test]
fn a_wrong_number_is_said_and_not_taken() {
    let mut play = Play::at(4);
    play.char('s');
    for _ in 0..3 {
        play.press(Code::Down);
    }
    for c in "10000".chars() {
        play.char(c);
    }
    play.press(Code::Enter);
    assert_eq!(play.app.problem.as_ref().map(Problem::key), Some("setting-number"));
    let Some(Overlay::Settings { draft, .. }) = &play.app.overlay else { panic!("closed") };
    assert_eq!(draft.steps, None);
}

#[test]
fn the_doors_lead_to_the_example_to_a_prompt_and_to_a_recording() {
    let mut play = Play::doors();
    play.press(Code::Down);
    play.event(Event::Paste(" and\na hat\u{1b}[2J".into()));
    play.press(Code::Enter);
    let Some(Effect::Begin(asked)) = play.orders.front() else { panic!("no walk") };
    assert_eq!(asked.prompt.as_deref(), Some("a red cat on a blue background and a hat[2J"));

    let mut play = Play::doors();
    for _ in 0..5 {
        play.press(Code::Up);
    }
    play.press(Code::Enter);
    assert_eq!(play.app.problem.as_ref().map(Problem::key), Some("path-empty"));
    for c in "q.safetensors".chars() {
        play.char(c);
    }
    play.press(Code::Enter);
    assert_eq!(play.others, [Effect::OpenRecording("q.safetensors".into())]);
    play.event(Event::RecordingOpened("q.safetensors".into()));
    play.answer_all();
    assert_eq!(play.app.walk.origin, Origin::Recording("q.safetensors".into()));
    assert_eq!((play.app.walk.frames.len(), play.app.walk.at), (frames::CALLS + 6, 0));
}

#[test]
fn a_recording_that_was_cut_short_ends_where_it_ends() {
    let mut play = Play::doors();
    play.recorded = frames::walk_of(9);
    play.event(Event::RecordingOpened("cut".into()));
    play.answer_all();
    play.char('7');
    play.answer_all();
    assert_eq!((play.app.walk.at, play.app.walk.computing), (8, false));
}

#[test]
fn ctrl_c_cancels_first_and_quits_when_said_twice() {
    let mut play = Play::at(5);
    play.press(Code::Right);
    let ctrl_c = Event::Key(Key::control('c'));
    play.event(ctrl_c.clone());
    assert!(!play.app.quitting && play.orders.contains(&Effect::Cancel));
    play.press(Code::Left);
    play.event(ctrl_c.clone());
    assert!(!play.app.quitting, "a key between takes it back");
    play.event(ctrl_c);
    assert!(play.app.quitting && play.app.ended_by_interrupt);
    assert_eq!(play.others.last(), Some(&Effect::Quit));
}

#[test]
fn what_is_written_has_a_good_name() {
    let mut play = Play::at(6);
    play.char('e');
    let Some(Overlay::Path { purpose, text, .. }) = &play.app.overlay else { panic!("no box") };
    assert_eq!(*purpose, PathPurpose::ExportPicture);
    assert!(std::path::Path::new(text).extension().is_some_and(|e| e == "png"), "{text}");
    play.press(Code::Enter);
    assert!(matches!(play.others.as_slice(), [Effect::Export { picture: Some(_), .. }]));
}

#[test]
fn the_same_keys_give_the_same_state() {
    let keys = "5 tTak+ b 3 r n L g j ? kq";
    let play = || {
        let mut play = Play::at(2);
        for c in keys.chars() {
            play.char(c);
            play.answer();
        }
        format!("{:?}", play.app)
    };
    assert_eq!(play(), play());
}

fn any_key() -> impl Strategy<Value = Key> {
    let codes = prop_oneof![
        6 => prop::sample::select("lhtTadkbusr/wey1234567 +-ngLm?qojx[]{}猫é\u{7}".chars().collect::<Vec<_>>())
            .prop_map(Code::Char),
        4 => prop::sample::select(vec![
            Code::Enter, Code::Esc, Code::Tab, Code::BackTab, Code::Backspace, Code::Delete,
            Code::Left, Code::Right, Code::Up, Code::Down, Code::Home, Code::End, Code::PageUp,
            Code::PageDown, Code::Function(1), Code::Function(12),
        ]),
    ];
    (codes, prop::bool::weighted(0.05), prop::bool::weighted(0.05))
        .prop_map(|(code, control, shift)| Key { code, control, alt: false, shift })
}

fn any_event() -> impl Strategy<Value = Option<Event>> {
    prop_oneof![
        12 => any_key().prop_map(|key| Some(Event::Key(key))),
        // The source answers one order.
        8 => Just(None),
        1 => (0f32..3.0).prop_map(|t| Some(Event::Tick(t))),
        1 => any::<String>().prop_map(|text| Some(Event::Paste(text))),
        1 => (-2i8..3).prop_map(|by| Some(Event::Wheel(by))),
        1 => prop_oneof![
            (0usize..40).prop_map(Target::Frame), (0usize..99).prop_map(Target::Piece),
            (0usize..20).prop_map(Target::Picture), (0usize..5).prop_map(Target::Door),
            (0usize..40).prop_map(Target::Row), (0usize..99, 0usize..99).prop_map(|(x, y)| Target::Pixel(x, y)),
            (0usize..7).prop_map(|i| Target::Stage(Stage::ALL[i])),
        ].prop_map(|target| Some(Event::Click(target))),
        1 => Just(Some(Event::News(News::Failed(Problem::new("worker-panicked"))))),
        1 => Just(Some(Event::RecordingOpened("r".into()))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    /// `Play::check` holds after every event; nothing panics; a quiet source leaves nothing open.
    #[test]
    fn no_sequence_of_events_breaks_the_state(events in prop::collection::vec(any_event(), 1..120)) {
        let mut play = Play::doors();
        for event in events {
            match event {
                Some(event) => play.event(event),
                None => drop(play.answer()),
            }
            if play.app.quitting {
                return Ok(());
            }
        }
        play.answer_all();
        prop_assert!(!play.app.walk.computing, "something is waited for that nobody ordered");
        prop_assert!(play.app.walk.frames.is_empty() || play.app.walk.at < play.app.walk.frames.len());
        let _ = app::keys::hints(&play.app);
    }
}

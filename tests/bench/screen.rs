//! From a key to the cells of the next frame: update and draw, a walk at hand.

use divan::Bencher;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use safelight::app::{App, Code, Event, Key, News, update};
use safelight::views::{Ground, draw};
use safelight::walk::Asked;
use safelight::words::Language;

use super::frames;

/// A state in which every frame of the walk is there.
fn whole() -> App {
    let walk = frames::walk();
    let mut app = App::new(Language::En, Asked::default());
    safelight::app::begin(&mut app);
    let opened = News::Opened {
        card: Box::new(walk.card),
        settings: Box::new(walk.settings),
        calls: walk.calls,
        note: None,
    };
    update(&mut app, Event::News(opened));
    for frame in walk.frames {
        update(&mut app, Event::Key(Key::plain(Code::Right)));
        update(&mut app, Event::News(News::Frame(Box::new(frame))));
    }
    assert!(app.walk.complete());
    app
}

/// Back one frame, forth one frame, a screen drawn after each; the step's view.
#[divan::bench(args = [(80, 24), (120, 40), (200, 60)])]
fn key_to_frame(bencher: Bencher, (columns, rows): (u16, u16)) {
    let mut app = whole();
    let ground = Ground::default();
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    for _ in 0..8 {
        update(&mut app, Event::Key(Key::plain(Code::Left)));
    }
    bencher.counter(2usize).bench_local(|| {
        for code in [Code::Left, Code::Right] {
            update(&mut app, Event::Key(Key::plain(code)));
            buffer.reset();
            divan::black_box(draw(&app, &ground, area, &mut buffer));
        }
    });
}

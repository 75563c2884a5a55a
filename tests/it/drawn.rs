//! The screen as a test sees it: drawn into a buffer, and read back as lines of text.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use safelight::app::App;
use safelight::views::{self, Ground, Slot};
use unicode_width::UnicodeWidthStr;

/// The screen, and where pictures would be shown.
pub(crate) fn buffer(
    app: &App,
    ground: Ground,
    (width, height): (u16, u16),
) -> (Buffer, Vec<Slot>) {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    let slots = views::draw(app, &ground, area, &mut buf);
    (buf, slots)
}

/// The lines of a buffer, without spaces at their ends; behind a wide character stands nothing.
pub(crate) fn lines(buf: &Buffer) -> String {
    let area = buf.area;
    let mut lines = Vec::new();
    for y in area.top()..area.bottom() {
        let (mut line, mut x) = (String::new(), area.left());
        while x < area.right() {
            let symbol = buf[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap_or(1);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// The screen as text on the ground that is not asked for.
pub(crate) fn text(app: &App, size: (u16, u16)) -> String {
    text_on(app, Ground::default(), size)
}

/// The screen as text.
pub(crate) fn text_on(app: &App, ground: Ground, size: (u16, u16)) -> String {
    lines(&buffer(app, ground, size).0)
}

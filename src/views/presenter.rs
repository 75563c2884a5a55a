//! The teacher's own screen beside a lesson: the notes of the beat that is on, the key to its
//! question with the hands that went up, what comes next, and the time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::parts::theme::Ground;
use super::parts::{layout, text};
use crate::lesson::{Beat, Lesson, Told, answer_key};
use crate::walk::Problem;
use crate::words::{Language, Words};

/// What the teacher's screen knows.
#[derive(Clone, Debug)]
pub struct Presenter {
    /// The lesson in each language that is shown; the first is the language of everything else.
    pub lessons: Vec<(Language, Lesson)>,
    /// Where it is, once that was told.
    pub told: Option<Told>,
    /// Why it is not known now.
    pub problem: Option<Problem>,
    /// Seconds since the lesson began.
    pub seconds: u64,
    /// Rows of the notes that were scrolled away.
    pub scroll: u16,
}

impl Presenter {
    /// The catalogue of the first language.
    pub fn words(&self) -> Words {
        Words::of(self.language())
    }

    fn language(&self) -> Language {
        self.lessons.first().map_or_else(Language::default, |(language, _)| *language)
    }

    /// The beat so many places after the one on screen, in each language.
    fn beats(&self, further: usize) -> Vec<(Language, &Beat)> {
        let at = self.told.as_ref().map_or(0, |told| told.beat) + further;
        let mut beats = Vec::new();
        for (language, lesson) in &self.lessons {
            beats.extend(lesson.beats.get(at).map(|beat| (*language, beat)));
        }
        beats
    }
}

/// A line of the notes with its style.
type Line = (String, Style);

/// Draws the whole screen.
pub fn draw_presenter(presenter: &Presenter, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(*buf.area());
    buf.set_style(area, ground.base());
    let area = layout::inset(area, 1, 0);
    let words = presenter.words();
    let (head, rest) = layout::top(area, 3);
    draw_head(presenter, ground, head, buf);
    let (rest, hints) = layout::bottom(rest, 1);
    let (rest, state) = layout::bottom(rest, 1);
    let (body, next) = layout::bottom(rest, 2);
    draw_notes(presenter, ground, body, buf);
    let titles: Vec<&str> =
        presenter.beats(1).iter().map(|(_, beat)| beat.title.as_str()).collect();
    let following = if titles.is_empty() {
        words.text("presenter.last").to_owned()
    } else {
        words.fill("presenter.next", &[("title", &titles.join(" / "))])
    };
    text::put(buf, layout::row(next, 1), &following, ground.strong());
    if let Some(problem) = &presenter.problem {
        text::put(buf, state, &words.problem(problem), ground.wrong());
    }
    text::put(buf, hints, words.text("presenter.keys"), ground.dim());
}

/// The lesson, the beat and the time.
fn draw_head(presenter: &Presenter, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let words = presenter.words();
    let Some((_, lesson)) = presenter.lessons.first() else { return };
    let (minutes, planned) = (presenter.seconds / 60, u64::from(lesson.head.minutes));
    let facts = [
        ("minutes", &*minutes.to_string()),
        ("seconds", &format!("{:02}", presenter.seconds % 60)),
        ("planned", &planned.to_string()),
    ];
    let over = presenter.told.is_some() && presenter.seconds > planned * 60;
    let time = words.fill("presenter.time", &facts);
    let wide =
        text::put_right(buf, area, &time, if over { ground.right() } else { ground.strong() });
    let title = layout::left(area, area.width.saturating_sub(wide + 2), 0).0;
    text::put(buf, title, &lesson.head.title, ground.prompt());
    let Some(told) = &presenter.told else { return };
    let (beat, beats) = ((told.beat + 1).to_string(), told.beats.to_string());
    let place = words.fill("lesson.beat", &[("beat", &beat), ("beats", &beats)]);
    let doing = match (told.away, told.asking) {
        (true, _) => "presenter.away",
        (false, true) => "presenter.asking",
        (false, false) => "presenter.shown",
    };
    let row = layout::row(area, 1);
    let wide = text::put_right(buf, row, words.text(doing), ground.strong());
    let row = layout::left(row, row.width.saturating_sub(wide + 2), 0).0;
    let titles: Vec<&str> =
        presenter.beats(0).iter().map(|(_, beat)| beat.title.as_str()).collect();
    let titles = format!("  {}", titles.join(" / "));
    text::put_spans(buf, row, &[(&place, ground.fact()), (&titles, ground.strong())]);
    for position in layout::row(area, 2).positions() {
        if let Some(cell) = buf.cell_mut(position) {
            cell.set_symbol("─").set_style(ground.line());
        }
    }
}

/// Notes and key, from the row that was scrolled to.
fn draw_notes(presenter: &Presenter, ground: &Ground, area: Rect, buf: &mut Buffer) {
    let mut lines: Vec<Line> = Vec::new();
    if presenter.told.is_some() {
        for (place, (language, beat)) in presenter.beats(0).into_iter().enumerate() {
            if place > 0 {
                lines.push((String::new(), ground.fact()));
            }
            question(presenter, (language, beat), ground, &mut lines);
            lines.extend(beat.notes.lines().map(|line| (line.to_owned(), ground.fact())));
        }
    }
    let wrapped: Vec<Line> = lines
        .into_iter()
        .flat_map(|(line, style)| {
            let rows = text::wrap(&text::escape(&line), area.width);
            let rows = if rows.is_empty() { vec![String::new()] } else { rows };
            rows.into_iter().map(move |row| (row, style))
        })
        .collect();
    let most = wrapped.len().saturating_sub(usize::from(area.height));
    let first = usize::from(presenter.scroll).min(most);
    for ((line, style), i) in wrapped.iter().skip(first).zip(0..area.height) {
        text::put(buf, layout::row(area, i), line, *style);
    }
}

/// The question with its choices, what is right, and how many hands went up.
fn question(
    presenter: &Presenter,
    (language, beat): (Language, &Beat),
    ground: &Ground,
    lines: &mut Vec<Line>,
) {
    let Some(question) = &beat.question else { return };
    let words = Words::of(language);
    lines.push((format!("? {}", question.question), ground.strong()));
    let right = question.letters().unwrap_or_default();
    for (place, choice) in question.choices.iter().enumerate() {
        let letter = char::from(b'a' + u8::try_from(place).unwrap_or(0));
        let sign = if right.first() == Some(&place) { '✓' } else { ' ' };
        let hands = presenter.told.as_ref().and_then(|told| told.hands.get(place));
        let hands = hands.map_or_else(String::new, |count| format!("   {count}"));
        let style = if sign == '✓' { ground.right() } else { ground.fact() };
        lines.push((format!("  {letter} {sign} {choice}{hands}"), style));
    }
    let key = answer_key(question, words);
    lines.push((words.fill("lesson.key", &[("answer", &key)]), ground.strong()));
    lines.push((String::new(), ground.fact()));
}

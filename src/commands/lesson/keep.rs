//! `--export-answers`: the answers of a lesson in a file, written anew whenever one was put down.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::commands::keeping::can_be_written;
use crate::export::whole_file;
use crate::lesson::{About, AnswersFile, LIMIT, Lesson, Record};
use crate::walk::Problem;

/// The longest name of a learner, in characters.
const LONGEST: usize = 80;

/// Where answers go.
#[derive(Debug)]
pub(in crate::commands) struct Kept {
    path: PathBuf,
    lesson: Lesson,
    about: About,
    state: Mutex<State>,
}

/// What is known, and whether it is in the file.
#[derive(Debug, Default)]
struct State {
    record: Record,
    stale: bool,
}

impl Kept {
    /// Looks whether answers can be written there.
    ///
    /// # Errors
    /// A place that cannot be written; unless `force`, a file that holds anything but answers to
    /// this lesson; a name with control characters.
    pub(super) fn open(
        path: &Path,
        force: bool,
        lesson: &Lesson,
        about: About,
    ) -> Result<Self, Problem> {
        let named = about.learner.as_deref().unwrap_or_default();
        if named.chars().count() > LONGEST || named.chars().any(char::is_control) {
            return Err(Problem::usage("learner-name").with("most", LONGEST));
        }
        can_be_written(path)?;
        if !force && path.exists() {
            let stranger = |key| Problem::new(key).with("file", path.display());
            match read(path) {
                Ok(file) if file.lesson == lesson.name => {}
                Ok(file) => {
                    return Err(stranger("answers-of-another").with("lesson", file.lesson));
                }
                Err(_) => return Err(stranger("answers-would-overwrite")),
            }
        }
        let (path, lesson) = (path.to_owned(), lesson.clone());
        Ok(Self { path, lesson, about, state: Mutex::default() })
    }

    /// Where they go.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes what was answered so far, and returns at once; whether it is of this lesson, and not
    /// of another one that was opened from the list.
    pub(in crate::commands) fn take(&self, record: &Record) -> bool {
        let ours = record.lesson() == self.lesson.name;
        if let Ok(mut state) = self.state.lock()
            && ours
        {
            *state = State { record: record.clone(), stale: true };
        }
        ours
    }

    /// Writes what was taken last, where the file does not hold it yet. Whoever comes while another
    /// writes waits and finds nothing left to do.
    ///
    /// # Errors
    /// What keeps the file from being written.
    pub(in crate::commands) fn write(&self) -> Result<(), Problem> {
        let Ok(mut state) = self.state.lock() else { return Ok(()) };
        if !state.stale {
            return Ok(());
        }
        let text = AnswersFile::of(&self.lesson, &state.record, &self.about).text()?;
        whole_file::write(&self.path, |out| out.write_all(text.as_bytes()))?;
        state.stale = false;
        Ok(())
    }

    /// At the end: writes what is left; says whether anything was answered at all.
    ///
    /// # Errors
    /// What keeps the file from being written.
    pub(super) fn finish(&self) -> Result<bool, Problem> {
        self.write()?;
        Ok(self.state.lock().is_ok_and(|state| !state.record.is_empty()))
    }
}

/// Reads a file of answers.
///
/// # Errors
/// `answers-unreadable` or `answers-not-a-file` where there is no such file, else as [`AnswersFile::read`].
pub(super) fn read(path: &Path) -> Result<AnswersFile, Problem> {
    let unreadable = |reason: String| Problem::new("answers-unreadable").with("reason", reason);
    // A pipe would be waited for, a device never end.
    let is_file = path.metadata().map_err(|error| unreadable(error.to_string()))?.is_file();
    if !is_file {
        return Err(Problem::new("answers-not-a-file"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let reading = file.take(LIMIT as u64 + 1).read_to_end(&mut bytes);
    reading.map_err(|error| unreadable(error.to_string()))?;
    AnswersFile::read(&bytes)
}

/// The day in Greenwich, as `2026-11-27`.
pub(super) fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    date(since.as_secs() / 86_400)
}

/// The date so many days after the first of January 1970, by the Gregorian rule: years counted
/// from March, so that a leap day is the last of its year.
fn date(days: u64) -> String {
    const DAYS_OF_400_YEARS: u64 = 146_097;
    let days = days + 719_468;
    let (era, day) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{of_month:02}", era * 400 + year + next)
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_become_dates() {
        for (days, there) in [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (20_784, "2026-11-27"),
        ] {
            assert_eq!(date(days), there);
        }
    }
}

//! `safelight doctor`: what this machine and this terminal have, and what would be used.

use serde_json::{Value, json};

use super::print;
use crate::cli::{DoctorFlags, language_of_locale};
use crate::engine::{CACHE, Gpu, Machine, survey};
use crate::library::{self, HubCache};
use crate::print::models::size;
use crate::terminal::{self, Colours, Protocol, Surveyed};
use crate::walk::Problem;
use crate::words::{Language, Words, visible};

/// What was compiled in beyond the processor.
const FEATURES: &[(&str, bool)] = &[
    ("cuda", cfg!(feature = "cuda")),
    ("cudnn", cfg!(feature = "cudnn")),
    ("metal", cfg!(any(feature = "metal", target_os = "macos"))),
];
/// The variables that a locale is read from, the first that is set.
const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// All that was found.
struct Found {
    machine: Machine,
    terminal: Surveyed,
    term: String,
    locale: String,
    /// Models of the Hugging Face cache that are whole, and folders of models here.
    models: Vec<String>,
    hub: Option<String>,
    previews: Option<String>,
}

/// Looks, and tells.
pub(super) fn doctor(flags: &DoctorFlags, language: Language) -> Result<u8, Problem> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let cache = HubCache::of_user();
    let found = Found {
        machine: survey()?,
        terminal: terminal::survey(),
        term: variable("TERM").unwrap_or_default(),
        locale: LOCALE.into_iter().find_map(variable).unwrap_or_default(),
        models: models(cache.as_ref()),
        hub: cache.map(|cache| cache.path().display().to_string()),
        previews: variable(CACHE),
    };
    if flags.json {
        return print(&format!("{}\n", found.object()));
    }
    print(&found.lines(Words::of(language)))
}

fn models(cache: Option<&HubCache>) -> Vec<String> {
    let here = library::found_in(std::path::Path::new("."));
    let folders = here.iter().filter(|found| matches!(found, library::Found::Folder(_)));
    let here = folders.map(|found| found.path().display().to_string());
    let cached = cache.into_iter().flat_map(|cache| {
        let models = cache.models().into_iter();
        models.filter_map(|(id, _)| cache.whole(&id).map(|_| id.as_str().to_owned()))
    });
    cached.chain(here).collect()
}

impl Found {
    fn lines(&self, words: Words) -> String {
        let mut rows = vec![("program", program(words))];
        rows.extend(self.computing(words));
        rows.extend(self.showing(words));
        rows.extend(self.keeping(words));
        rows.push(("used", self.used(words)));
        let label = |name: &str| words.text(&format!("doctor.{name}")).to_owned();
        let columns = |text: &str| unicode_width::UnicodeWidthStr::width(text);
        let widest = rows.iter().map(|(name, _)| columns(&label(name))).max().unwrap_or(0);
        let line = |(name, text): &(&str, String)| {
            let label = label(name);
            format!("{label}{}  {}\n", " ".repeat(widest - columns(&label)), visible(text))
        };
        rows.iter().map(line).collect()
    }

    fn computing(&self, words: Words) -> Vec<(&'static str, String)> {
        let machine = &self.machine;
        let name = machine.processor.clone().unwrap_or_else(|| std::env::consts::ARCH.to_owned());
        let cores = machine.cores.to_string();
        let facts =
            [("name", &*name), ("cores", &cores), ("features", &machine.features.join(" "))];
        let mut rows = vec![("processor", words.fill("doctor.processor-is", &facts))];
        if let Some(free) = machine.memory_free {
            rows.push(("memory", words.fill("doctor.memory-is", &[("free", &size(free))])));
        }
        let driver = match &machine.driver {
            Some(version) => words.fill("doctor.driver-is", &[("version", version)]),
            None => words.text("doctor.driver-none").to_owned(),
        };
        if cfg!(target_os = "linux") {
            rows.push(("driver", driver));
            rows.push(("libraries", self.libraries(words)));
        }
        rows.extend(machine.gpus.iter().map(|gpu| (gpu.kind, told(gpu, words))));
        rows
    }

    fn libraries(&self, words: Words) -> String {
        let state = |(name, there, needed): &(&'static str, bool, bool)| {
            let key = match (there, needed) {
                (true, _) => "doctor.library-there",
                (false, true) => "doctor.library-missing",
                (false, false) => "doctor.library-optional",
            };
            words.fill(key, &[("name", name)])
        };
        words.list(&self.machine.libraries.iter().map(state).collect::<Vec<_>>())
    }

    fn showing(&self, words: Words) -> Vec<(&'static str, String)> {
        let terminal = &self.terminal;
        let sides = terminal.size.map(|(w, h)| format!("{w} × {h}")).unwrap_or_default();
        let facts = [("term", &*self.term), ("size", &*sides)];
        let key = if terminal.asked { "doctor.terminal-is" } else { "doctor.terminal-none" };
        let light = match terminal.light {
            Some(true) => "doctor.light",
            Some(false) => "doctor.dark",
            None => "doctor.light-unknown",
        };
        let colours = [("colours", colours(terminal.colours)), ("ground", words.text(light))];
        let language = language_of_locale().code();
        let locale = [("locale", &*self.locale), ("language", language)];
        vec![
            ("terminal", words.fill(key, &facts)),
            ("colours", words.fill("doctor.colours-are", &colours)),
            ("pictures", words.text(&format!("doctor.{}", protocol(terminal.protocol))).to_owned()),
            ("locale", words.fill("doctor.locale-is", &locale)),
        ]
    }

    fn keeping(&self, words: Words) -> Vec<(&'static str, String)> {
        let none = || words.text("doctor.none").to_owned();
        let models = if self.models.is_empty() { none() } else { words.list(&self.models) };
        let previews = self.previews.clone();
        vec![
            ("models", words.fill("doctor.models-are", &[("models", &models)])),
            ("hub", self.hub.clone().unwrap_or_else(none)),
            ("previews", previews.unwrap_or_else(|| words.text("doctor.previews-none").to_owned())),
        ]
    }

    fn used(&self, words: Words) -> String {
        let place = &self.machine.used;
        let facts = [
            ("device", place.device_name()),
            ("dtype", place.dtype_name()),
            ("cores", &*self.machine.cores.to_string()),
        ];
        let used = words.fill("doctor.used-is", &facts);
        match &place.note {
            Some(note) => format!("{used} {}", words.problem(note)),
            None => used,
        }
    }

    fn object(&self) -> Value {
        let machine = &self.machine;
        let features: Vec<&str> =
            FEATURES.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
        let gpus = machine.gpus.iter().map(|gpu| {
            let memory = gpu.memory.map(|(free, all)| json!({"free": free, "all": all}));
            let (name, problem) = match &gpu.found {
                Ok(name) => (Some(name), None),
                Err(problem) => (None, Some(problem.key())),
            };
            let works = gpu.found.is_ok();
            let gpu_object = json!({"works": works, "name": name, "problem": problem,
                "memory": memory});
            (gpu.kind.to_owned(), gpu_object)
        });
        let libraries =
            machine.libraries.iter().map(|(n, there, _)| ((*n).to_owned(), (*there).into()));
        let place = &machine.used;
        json!({
            "safelight": 1,
            "version": env!("CARGO_PKG_VERSION"),
            "features": features,
            "processor": {"name": machine.processor, "cores": machine.cores,
                "features": machine.features, "memory_free": machine.memory_free},
            "driver": machine.driver,
            "libraries": libraries.collect::<serde_json::Map<String, Value>>(),
            "devices": gpus.collect::<serde_json::Map<String, Value>>(),
            "terminal": {"asked": self.terminal.asked, "term": self.term,
                "columns": self.terminal.size.map(|(columns, _)| columns),
                "rows": self.terminal.size.map(|(_, rows)| rows),
                "colours": colours(self.terminal.colours),
                "pictures": protocol(self.terminal.protocol),
                "light": self.terminal.light},
            "locale": self.locale,
            "language": language_of_locale().code(),
            "models": self.models,
            "hub": self.hub,
            "previews": self.previews,
            "used": {"model": "pocket", "device": place.device_name(),
                "dtype": place.dtype_name(), "threads": machine.cores,
                "note": place.note.as_ref().map(Problem::key)},
        })
    }
}

fn program(words: Words) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let with: Vec<&str> = FEATURES.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    if with.is_empty() {
        return words.fill("doctor.built-plain", &[("version", version)]);
    }
    words.fill("doctor.built-with", &[("version", version), ("features", &words.list(&with))])
}

fn told(gpu: &Gpu, words: Words) -> String {
    let name = match &gpu.found {
        Ok(name) => name,
        Err(problem) => return words.problem(problem),
    };
    let Some((free, all)) = gpu.memory else { return name.clone() };
    words.fill("doctor.gpu-is", &[("name", name), ("free", &size(free)), ("all", &size(all))])
}

const fn colours(colours: Colours) -> &'static str {
    match colours {
        Colours::True => "true",
        Colours::Ansi256 => "256",
        Colours::Ansi16 => "16",
        Colours::None => "none",
    }
}

const fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Kitty => "kitty",
        Protocol::Sixel => "sixel",
        Protocol::Iterm2 => "iterm2",
        Protocol::Auto | Protocol::Blocks => "blocks",
        Protocol::None => "none",
    }
}

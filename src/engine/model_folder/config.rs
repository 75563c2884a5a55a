//! A network's `config.json`: typed access, and one sentence for what does not fit.

use serde_json::{Map, Value};

use crate::walk::Problem;

/// A network's `config.json`: typed access, and one sentence for what does not fit.
#[derive(Clone, Debug)]
pub struct Config {
    map: Map<String, Value>,
    file: String,
}

impl Config {
    /// The object in a `config.json` that is no file of a folder; `file` names it in sentences.
    pub fn new(file: &str, map: Map<String, Value>) -> Self {
        Self { map, file: file.to_owned() }
    }

    /// A whole number of at least 1 and at most 2²⁰; `default` where the key is absent or null.
    /// A list gives its first entry.
    pub fn size(&self, key: &str, default: usize) -> Result<usize, Problem> {
        match self.present(key) {
            None => Ok(default),
            Some(Value::Array(list)) => self.whole(key, list.first().unwrap_or(&Value::Null)),
            Some(value) => self.whole(key, value),
        }
    }

    /// A list of sizes that has to be there, with 1 to 8 entries.
    pub fn list(&self, key: &str) -> Result<Vec<usize>, Problem> {
        match self.present(key) {
            Some(Value::Array(list)) if (1..=8).contains(&list.len()) => {
                list.iter().map(|value| self.whole(key, value)).collect()
            }
            value => Err(self.unfit(key, value)),
        }
    }

    /// One size for each of `levels` levels: a list of that length, or one number for all.
    pub fn per_level(
        &self,
        key: &str,
        levels: usize,
        default: usize,
    ) -> Result<Vec<usize>, Problem> {
        match self.present(key) {
            Some(value @ Value::Array(_)) => {
                let list = self.list(key)?;
                if list.len() == levels { Ok(list) } else { Err(self.unfit(key, Some(value))) }
            }
            _ => Ok(vec![self.size(key, default)?; levels]),
        }
    }

    /// One size for all levels: a number, or a list that says the same number for each.
    pub fn same_size(&self, key: &str, default: usize) -> Result<usize, Problem> {
        let size = self.size(key, default)?;
        match self.present(key) {
            Some(value @ Value::Array(list))
                if list.iter().any(|n| n.as_u64() != Some(size as u64)) =>
            {
                Err(self.unfit(key, Some(value)))
            }
            _ => Ok(size),
        }
    }

    /// A size, where the key is there and not null.
    pub fn maybe_size(&self, key: &str) -> Result<Option<usize>, Problem> {
        self.present(key).map(|value| self.whole(key, value)).transpose()
    }

    /// The value of a key that is there and not null.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.present(key)
    }

    /// Whether the key is there and says null.
    pub fn is_null(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(Value::is_null)
    }

    /// Whether the key is there and not null.
    pub fn has(&self, key: &str) -> bool {
        self.present(key).is_some()
    }

    /// A list of names that has to be there.
    pub fn names(&self, key: &str) -> Result<Vec<&str>, Problem> {
        let value = self.present(key);
        let list = value.and_then(Value::as_array).ok_or_else(|| self.unfit(key, value))?;
        list.iter().map(|v| v.as_str().ok_or_else(|| self.unfit(key, value))).collect()
    }

    /// A finite number.
    pub fn number(&self, key: &str, default: f64) -> Result<f64, Problem> {
        let Some(value) = self.present(key) else { return Ok(default) };
        value.as_f64().filter(|x| x.is_finite()).ok_or_else(|| self.unfit(key, Some(value)))
    }

    /// Yes or no.
    pub fn flag(&self, key: &str, default: bool) -> Result<bool, Problem> {
        let Some(value) = self.present(key) else { return Ok(default) };
        value.as_bool().ok_or_else(|| self.unfit(key, Some(value)))
    }

    /// A word.
    pub fn text<'a>(&'a self, key: &str, default: &'a str) -> Result<&'a str, Problem> {
        let Some(value) = self.present(key) else { return Ok(default) };
        value.as_str().ok_or_else(|| self.unfit(key, Some(value)))
    }

    /// Refuses every key that is neither in `known` (read by the network), nor in `fixed` with
    /// the one value that the network is built for, nor null, false, an empty list or private
    /// (`_…`): such a key would change the result.
    pub fn only(&self, known: &[&str], fixed: &[(&str, Value)]) -> Result<(), Problem> {
        for (key, value) in &self.map {
            let off = |value: &Value| value.is_null() || value == &Value::Bool(false);
            let idle = off(value) || value.as_array().is_some_and(|list| list.iter().all(off));
            let same = |only: &Value| {
                only == value || (only.is_number() && only.as_f64() == value.as_f64())
            };
            let allowed = fixed.iter().any(|(name, only)| name == key && same(only));
            let told = fixed.iter().any(|(name, _)| name == key);
            let fits = known.contains(&key.as_str()) || allowed || (idle && !told);
            if !fits && !key.starts_with('_') {
                return Err(self.unfit(key, Some(value)));
            }
        }
        Ok(())
    }

    /// The sentence for a value that this program cannot follow.
    pub fn unfit(&self, key: &str, value: Option<&Value>) -> Problem {
        let shown: String = value.map_or_else(|| "–".to_owned(), Value::to_string);
        let shown: String = shown.chars().take(80).collect();
        Problem::new("config-value").with("file", &self.file).with("key", key).with("value", shown)
    }

    fn present(&self, key: &str) -> Option<&Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn whole(&self, key: &str, value: &Value) -> Result<usize, Problem> {
        value
            .as_u64()
            .filter(|n| (1..=1 << 20).contains(n))
            .map(|n| n as usize)
            .ok_or_else(|| self.unfit(key, Some(value)))
    }
}

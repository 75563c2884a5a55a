//! `scheduler_config.json` with all its keys: read, checked, and turned into ᾱ.
//!
//! A key that would change the result and that this program does not follow is a [`Problem`] that
//! names it. Keys that are missing have the defaults of the sampler's class in diffusers.

use serde_json::{Map, Value};

use super::model_folder::ModelFolder;
use crate::walk::{Prediction, Problem, Sampler, Spacing};

/// ᾱ never falls below this where a noise level is computed from it: the smallest 16-bit number,
/// which diffusers puts in place of 0 (`rescale_betas_zero_snr`).
pub(crate) const SMALLEST_ALPHA: f32 = 1.0 / 16_777_216.0;

/// A model's scheduler configuration.
#[derive(Clone, Debug)]
pub struct SchedulerConfig {
    map: Map<String, Value>,
    file: String,
    class: Option<String>,
    /// The sampler of `_class_name`; `None` where this program does not have it.
    pub own: Option<Sampler>,
    /// How the network's answer is read.
    pub prediction: Prediction,
    /// Whether no file of the model says so: it is that of the more usual model of its family.
    pub prediction_guessed: bool,
    /// Training steps.
    pub train_steps: usize,
    /// β of each training step.
    betas: Vec<f32>,
    /// Whether β are rescaled so that ᾱ ends at 0.
    zero_snr: bool,
}

/// What no sampler here follows, with the one value at which a key changes nothing. Keys that are
/// null or false are idle anyway.
const ONLY: &[(&str, &str)] = &[("interpolation_type", "linear"), ("timestep_type", "discrete")];

/// Keys that, being true, would change the result in a way that is not built.
const NEVER: &[&str] = &[
    "thresholding",
    "clip_sample",
    "use_exponential_sigmas",
    "use_beta_sigmas",
    "use_lu_lambdas",
    "use_flow_sigmas",
    "use_dynamic_shifting",
];

/// The variances that a sampler adds by itself; a learned one comes from the network.
const VARIANCES: &[&str] = &["fixed_small", "fixed_small_log", "fixed_large"];

/// Keys that are followed, or that only speak about a key of [`NEVER`].
const KNOWN: &[&str] = &[
    "num_train_timesteps",
    "beta_start",
    "beta_end",
    "beta_schedule",
    "trained_betas",
    "prediction_type",
    "rescale_betas_zero_snr",
    "timestep_spacing",
    "steps_offset",
    "set_alpha_to_one",
    "skip_prk_steps",
    "use_karras_sigmas",
    "sigma_min",
    "sigma_max",
    "final_sigmas_type",
    "solver_order",
    "solver_type",
    "algorithm_type",
    "variance_type",
    "predict_x0",
    "disable_corrector",
    "original_inference_steps",
    "timestep_scaling",
    "lower_order_final",
    "euler_at_final",
    "lambda_min_clipped",
    "clip_sample_range",
    "dynamic_thresholding_ratio",
    "sample_max_value",
    "flow_shift",
    "time_shift_type",
    "base_image_seq_len",
    "base_shift",
    "max_image_seq_len",
    "max_shift",
];

impl SchedulerConfig {
    /// Reads `scheduler/` of a model's folder.
    pub fn of(folder: &ModelFolder) -> Result<Self, Problem> {
        const FILE: &str = "scheduler/scheduler_config.json";
        let file = folder.path_of(FILE);
        let bytes = folder
            .read(FILE)?
            .ok_or_else(|| Problem::new("model-file-missing").with("file", &file))?;
        // Only where the scheduler's own file does not name its class.
        let index = folder.json("model_index.json").ok();
        let class = index.as_ref().and_then(|index| index.get("scheduler")?.get(1)?.as_str());
        let config = Self::parse(&bytes, &file, class)?;
        Ok(Self { prediction_guessed: folder.prediction_is_guessed(), ..config })
    }

    /// The class that the files name.
    pub fn class(&self) -> Option<&str> {
        self.class.as_deref()
    }

    /// Parses the bytes of `scheduler_config.json`; `file` names it in sentences. `class` is the
    /// class from `model_index.json`, for a file without `_class_name`.
    pub fn parse(bytes: &[u8], file: &str, class: Option<&str>) -> Result<Self, Problem> {
        let text = finite_json(&String::from_utf8_lossy(bytes));
        let map: Map<String, Value> = serde_json::from_str(&text).map_err(|error| {
            let reason: String = error.to_string().chars().take(160).collect();
            Problem::new("not-json").with("file", file).with("reason", reason)
        })?;
        let class = map.get("_class_name").and_then(Value::as_str).or(class).map(str::to_owned);
        let mut config = Self {
            map,
            file: file.to_owned(),
            own: None,
            class,
            prediction: Prediction::Epsilon,
            prediction_guessed: false,
            train_steps: 1000,
            betas: Vec::new(),
            zero_snr: false,
        };
        let stochastic = config.text("algorithm_type", "dpmsolver++")? == "sde-dpmsolver++";
        config.own = config.class.as_deref().and_then(|class| sampler_of(class, stochastic));
        config.check_keys()?;
        if !VARIANCES.contains(&config.text("variance_type", "fixed_small")?) {
            return Err(config.unfit("variance_type"));
        }
        config.prediction = match config.text("prediction_type", "epsilon")? {
            "epsilon" => Prediction::Epsilon,
            "v_prediction" => Prediction::V,
            "sample" => Prediction::Sample,
            _ => return Err(config.unfit("prediction_type")),
        };
        config.train_steps = config.whole("num_train_timesteps", 1000, 1..=100_000)?;
        config.zero_snr = config.flag("rescale_betas_zero_snr", false)?;
        config.betas = config.read_betas()?;
        Ok(config)
    }

    /// The sampler of this file.
    ///
    /// # Errors
    /// A class that this program does not have; `--sampler` can choose another.
    pub fn own_sampler(&self) -> Result<Sampler, Problem> {
        let class = self.class.as_deref().unwrap_or("–");
        self.own.ok_or_else(|| {
            Problem::new("scheduler-class").with("file", &self.file).with("class", class)
        })
    }

    /// ᾱ for each training step: the running product of 1 − β, to the last bit as torch makes it
    /// (1 − β in f32; from β in f64 the first noise level would differ by 1.3e-5).
    pub fn alphas_cumprod(&self) -> Vec<f32> {
        running_product(&self.betas)
    }

    /// The same for samplers that work in σ: the last ᾱ is never 0, so that σ stays finite.
    pub(crate) fn alphas_for_sigmas(&self) -> Vec<f32> {
        let mut alphas = self.alphas_cumprod();
        if let (true, Some(last)) = (self.zero_snr, alphas.last_mut()) {
            *last = SMALLEST_ALPHA;
        }
        alphas
    }

    /// How timesteps are spread, where the file says so.
    pub fn spacing(&self, sampler: Sampler) -> Result<Spacing, Problem> {
        let usual = match sampler {
            Sampler::Ddim | Sampler::Ddpm | Sampler::Pndm | Sampler::Lcm => "leading",
            Sampler::Euler
            | Sampler::EulerA
            | Sampler::Heun
            | Sampler::DpmPp2m
            | Sampler::DpmPp2mSde
            | Sampler::UniPc => "linspace",
        };
        Spacing::from_name(self.text("timestep_spacing", usual)?)
            .ok_or_else(|| self.unfit("timestep_spacing"))
    }

    /// Whether ᾱ ends at 0, so that the walk begins with noise alone.
    pub(crate) const fn ends_without_signal(&self) -> bool {
        self.zero_snr
    }

    /// Whether σ follow Karras' spacing.
    pub fn karras(&self) -> Result<bool, Problem> {
        self.flag("use_karras_sigmas", false)
    }

    /// How many timesteps a latent consistency model was distilled on.
    pub(crate) fn original_steps(&self) -> Result<usize, Problem> {
        self.whole("original_inference_steps", 50, 1..=self.train_steps)
    }

    /// Whether the β schedule is the cosine one, whose timesteps are not rounded.
    pub(crate) fn cosine(&self) -> bool {
        self.map.get("beta_schedule").and_then(Value::as_str) == Some("squaredcos_cap_v2")
    }

    pub(crate) fn flag(&self, key: &str, default: bool) -> Result<bool, Problem> {
        self.present(key).map_or(Ok(default), |v| v.as_bool().ok_or_else(|| self.unfit(key)))
    }

    pub(crate) fn text<'a>(&'a self, key: &str, default: &'a str) -> Result<&'a str, Problem> {
        self.present(key).map_or(Ok(default), |v| v.as_str().ok_or_else(|| self.unfit(key)))
    }

    pub(crate) fn number(&self, key: &str) -> Result<Option<f64>, Problem> {
        let read = |v: &Value| v.as_f64().filter(|x| x.is_finite());
        self.present(key).map(|v| read(v).ok_or_else(|| self.unfit(key))).transpose()
    }

    pub(crate) fn whole(
        &self,
        key: &str,
        default: usize,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, Problem> {
        let Some(value) = self.present(key) else { return Ok(default) };
        let whole = value.as_u64().and_then(|n| usize::try_from(n).ok());
        whole.filter(|n| range.contains(n)).ok_or_else(|| self.unfit(key))
    }

    /// A list of places, empty where the key is missing.
    pub(crate) fn places(&self, key: &str) -> Result<Vec<usize>, Problem> {
        let place = |v: &Value| v.as_u64().and_then(|n| usize::try_from(n).ok());
        match self.present(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) if list.len() <= self.train_steps => {
                list.iter().map(place).collect::<Option<_>>().ok_or_else(|| self.unfit(key))
            }
            Some(_) => Err(self.unfit(key)),
        }
    }

    /// The sentence for a value that cannot be followed.
    pub(crate) fn unfit(&self, key: &str) -> Problem {
        let value = self.map.get(key).map_or_else(|| "–".to_owned(), Value::to_string);
        let value: String = value.chars().take(80).collect();
        Problem::new("scheduler-value")
            .with("file", &self.file)
            .with("key", key)
            .with("value", value)
    }

    fn present(&self, key: &str) -> Option<&Value> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    fn check_keys(&self) -> Result<(), Problem> {
        for (key, value) in self.map.iter().filter(|(key, _)| !key.starts_with('_')) {
            let idle = value.is_null() || value == &Value::Bool(false);
            let only = ONLY.iter().find(|(name, _)| name == key);
            let fits = match only {
                Some((_, fixed)) => value.as_str() == Some(fixed),
                // Keys of a class that this program lacks mean nothing to the sampler chosen instead.
                None => KNOWN.contains(&key.as_str()) || self.own.is_none(),
            };
            let refused = NEVER.contains(&key.as_str()) || !fits;
            if refused && !idle {
                return Err(self.unfit(key));
            }
        }
        Ok(())
    }

    fn read_betas(&self) -> Result<Vec<f32>, Problem> {
        let betas = match self.present("trained_betas") {
            Some(Value::Array(list)) if list.len() == self.train_steps => {
                let numbers = list.iter().map(|v| v.as_f64().map(|x| x as f32));
                numbers.collect::<Option<Vec<f32>>>().ok_or_else(|| self.unfit("trained_betas"))?
            }
            Some(_) => return Err(self.unfit("trained_betas")),
            None => self.computed_betas()?,
        };
        if !betas.iter().all(|b| (0.0..1.0).contains(b)) {
            return Err(self.unfit("beta_end"));
        }
        Ok(if self.zero_snr { rescaled(&betas) } else { betas })
    }

    fn computed_betas(&self) -> Result<Vec<f32>, Problem> {
        let (first, last, usual) = match self.own {
            Some(Sampler::Heun) => (0.00085, 0.012, "linear"),
            Some(Sampler::Lcm) => (0.00085, 0.012, "scaled_linear"),
            _ => (0.0001, 0.02, "linear"),
        };
        let start = self.number("beta_start")?.unwrap_or(first);
        let end = self.number("beta_end")?.unwrap_or(last);
        let steps = self.train_steps;
        match self.text("beta_schedule", usual)? {
            "linear" => Ok(linspace(start as f32, end as f32, steps)),
            "scaled_linear" => {
                let roots = linspace(start.sqrt() as f32, end.sqrt() as f32, steps);
                Ok(roots.into_iter().map(|x| x * x).collect())
            }
            "squaredcos_cap_v2" => Ok(cosine_betas(steps)),
            _ => Err(self.unfit("beta_schedule")),
        }
    }
}

fn sampler_of(class: &str, stochastic: bool) -> Option<Sampler> {
    match class {
        "DDPMScheduler" => Some(Sampler::Ddpm),
        "HeunDiscreteScheduler" => Some(Sampler::Heun),
        "UniPCMultistepScheduler" => Some(Sampler::UniPc),
        "LCMScheduler" => Some(Sampler::Lcm),
        "DPMSolverMultistepScheduler" if stochastic => Some(Sampler::DpmPp2mSde),
        "DDIMScheduler" => Some(Sampler::Ddim),
        "PNDMScheduler" => Some(Sampler::Pndm),
        "EulerDiscreteScheduler" => Some(Sampler::Euler),
        "EulerAncestralDiscreteScheduler" => Some(Sampler::EulerA),
        "DPMSolverMultistepScheduler" => Some(Sampler::DpmPp2m),
        _ => None,
    }
}

/// Python writes infinities as bare words, which JSON does not have: they become strings.
fn finite_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    for part in text.split_inclusive('"') {
        if quoted {
            out.push_str(part);
            quoted = part.ends_with("\\\"") || !part.ends_with('"');
        } else {
            out.push_str(
                &part
                    .replace("-Infinity", "\u{1}")
                    .replace("Infinity", "\"Infinity\"")
                    .replace('\u{1}', "\"-Infinity\"")
                    .replace("NaN", "\"NaN\""),
            );
            quoted = part.ends_with('"');
        }
    }
    out
}

/// `torch.cumprod` of 1 − β: factors in f32, the product carried in f64.
fn running_product(betas: &[f32]) -> Vec<f32> {
    let mut product = 1.0f64;
    betas
        .iter()
        .map(|beta| {
            product *= f64::from(1.0 - beta);
            product as f32
        })
        .collect()
}

/// `torch.linspace` in f32: from both ends towards the middle, with fused multiply-add.
fn linspace(start: f32, end: f32, count: usize) -> Vec<f32> {
    let step = (end - start) / count.saturating_sub(1).max(1) as f32;
    (0..count)
        .map(|i| {
            if i < count / 2 {
                step.mul_add(i as f32, start)
            } else {
                (-step).mul_add((count - 1 - i) as f32, end)
            }
        })
        .collect()
}

/// The cosine schedule of Nichol & Dhariwal 2021, each β capped at 0.999.
fn cosine_betas(count: usize) -> Vec<f32> {
    let bar = |t: f64| ((t + 0.008) / 1.008 * std::f64::consts::FRAC_PI_2).cos().powi(2);
    let n = count as f64;
    (0..count)
        .map(|i| (1.0 - bar((i + 1) as f64 / n) / bar(i as f64 / n)).min(0.999) as f32)
        .collect()
}

/// β for a schedule whose last ᾱ is 0 (Lin et al. 2023, algorithm 1).
fn rescaled(betas: &[f32]) -> Vec<f32> {
    let mut roots: Vec<f32> = running_product(betas).into_iter().map(f32::sqrt).collect();
    let (Some(&first), Some(&last)) = (roots.first(), roots.last()) else { return Vec::new() };
    for root in &mut roots {
        *root = (*root - last) * (first / (first - last));
    }
    let bars: Vec<f32> = roots.iter().map(|root| root * root).collect();
    (0..bars.len()).map(|i| 1.0 - if i == 0 { bars[0] } else { bars[i] / bars[i - 1] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<SchedulerConfig, Problem> {
        SchedulerConfig::parse(json.as_bytes(), "scheduler_config.json", None)
    }

    #[test]
    fn a_key_that_would_change_the_result_is_named() {
        for json in [
            r#"{"thresholding": true}"#,
            r#"{"use_beta_sigmas": true}"#,
            r#"{"prediction_type": "flow_prediction"}"#,
            r#"{"beta_schedule": "sigmoid"}"#,
            r#"{"variance_type": "learned_range"}"#,
            r#"{"interpolation_type": "log_linear"}"#,
            r#"{"something_new": 3, "_class_name": "DDIMScheduler"}"#,
            r#"{"num_train_timesteps": "many"}"#,
        ] {
            let problem = parse(json).expect_err(json);
            let key = json.split('"').nth(1).expect("a key");
            assert!(problem.facts().contains(&("key", key.to_owned())), "{problem}");
        }
    }

    #[test]
    fn keys_that_change_nothing_are_accepted() {
        let json = r#"{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity,
            "flow_shift": 1.0, "thresholding": false, "trained_betas": null, "variance_type": null,
            "something_new": null}"#;
        assert_eq!(parse(json).map(|config| config.own), Ok(Some(Sampler::DpmPp2m)));
    }

    #[test]
    fn rescaled_betas_end_without_any_signal() {
        let config = parse(
            r#"{"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
                "rescale_betas_zero_snr": true}"#,
        )
        .expect("valid");
        assert_eq!(config.alphas_cumprod().last(), Some(&0.0));
        assert_eq!(config.alphas_for_sigmas().last(), Some(&SMALLEST_ALPHA));
    }
}

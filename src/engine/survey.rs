//! What this machine has to compute on: processor, memory, NVIDIA's driver and libraries, and
//! which devices can be opened.

use std::path::Path;

use super::device::{self, Place};
use super::memory;
use crate::walk::{DeviceChoice, DtypeChoice, Problem};

/// The libraries that a CUDA build opens when it computes, and whether it can do without. Their
/// major is that of the CUDA that the build is made with.
#[cfg(target_os = "linux")]
const LIBRARIES: &[(&str, bool)] = &[
    ("libcuda.so.1", true),
    ("libcublas.so.13", true),
    ("libcublasLt.so.13", true),
    ("libcurand.so.10", false),
];
#[cfg(not(target_os = "linux"))]
const LIBRARIES: &[(&str, bool)] = &[];

/// What was found.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The processor's own name, where the system says it.
    pub processor: Option<String>,
    /// What of it the kernels can use: `avx2`, `avx512f`, `neon`.
    pub features: Vec<&'static str>,
    /// How many threads the system gives the program.
    pub cores: usize,
    /// Bytes that may still be taken, where the system says it.
    pub memory_free: Option<u64>,
    /// The version of NVIDIA's driver.
    pub driver: Option<String>,
    /// NVIDIA's libraries: name, whether it is there, whether a CUDA build needs it.
    pub libraries: Vec<(&'static str, bool, bool)>,
    /// `cuda` and `metal`, as far as they are built in or could be, and what opening them gave.
    pub gpus: Vec<Gpu>,
    /// What `--device auto` takes.
    pub used: Place,
}

/// A kind of GPU.
#[derive(Clone, Debug)]
pub struct Gpu {
    /// `cuda` or `metal`.
    pub kind: &'static str,
    /// Its own name, or why it cannot be used.
    pub found: Result<String, Problem>,
    /// Bytes free and in all, where it says it.
    pub memory: Option<(u64, u64)>,
}

/// Looks.
///
/// # Errors
/// None so far: `auto` always finds the processor.
pub fn survey() -> Result<Machine, Problem> {
    Ok(Machine {
        processor: processor(),
        features: features(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        memory_free: memory::available(),
        driver: driver(),
        libraries: LIBRARIES
            .iter()
            .map(|(name, needed)| (*name, device::library_is_there(name), *needed))
            .collect(),
        gpus: vec![gpu(DeviceChoice::Cuda, "cuda"), gpu(DeviceChoice::Metal, "metal")],
        used: Place::find(DeviceChoice::Auto, DtypeChoice::Auto)?,
    })
}

fn gpu(choice: DeviceChoice, kind: &'static str) -> Gpu {
    match Place::find(choice, DtypeChoice::Auto) {
        Ok(place) => Gpu { kind, found: Ok(place.device_title()), memory: place.device_memory() },
        Err(problem) => Gpu { kind, found: Err(problem), memory: None },
    }
}

fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    let name: String = line.split_once(':')?.1.trim().chars().take(80).collect();
    Some(name).filter(|name| !name.is_empty())
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let all = [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("f16c", is_x86_feature_detected!("f16c")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
}

#[cfg(target_arch = "aarch64")]
fn features() -> Vec<&'static str> {
    vec!["neon"]
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn features() -> Vec<&'static str> {
    Vec::new()
}

/// The version in the kernel module's own words: `… Kernel Module  580.65.06  …`.
fn driver() -> Option<String> {
    let text = std::fs::read_to_string(Path::new("/proc/driver/nvidia/version")).ok()?;
    let version =
        |word: &&str| word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.split_whitespace().find(version).map(str::to_owned)
}

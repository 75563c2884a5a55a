//! Where to compute and in which numbers, and the sentences for a GPU that is not there.

mod gpu;

use candle_core::{DType, Device, Tensor};

use crate::walk::{DeviceChoice, DtypeChoice, Problem};

pub(super) use gpu::library_is_there;

/// A device with the number type to compute in.
#[derive(Clone, Debug)]
pub struct Place {
    /// The device.
    pub device: Device,
    /// The type of weights and activations.
    pub dtype: DType,
    /// Something to be said that is no failure: `auto` found no GPU that works.
    pub note: Option<Problem>,
}

impl Place {
    /// The processor with 32-bit floats: what the references were made with.
    pub const fn cpu() -> Self {
        Self { device: Device::Cpu, dtype: DType::F32, note: None }
    }

    /// Finds the device and the type that were asked for. A named device that is not there is a
    /// [`Problem`]; `auto` falls back to the processor, with a note where the build has a GPU.
    pub fn find(device: DeviceChoice, dtype: DtypeChoice) -> Result<Self, Problem> {
        let (device, note) = match device {
            DeviceChoice::Cpu => (Device::Cpu, None),
            DeviceChoice::Cuda => (cuda().map_err(NoCuda::refused)?, None),
            DeviceChoice::Metal => (metal()?, None),
            DeviceChoice::Auto => automatic(),
        };
        let dtype = number_type(&device, dtype)?;
        Ok(Self { device, dtype, note })
    }

    /// `cpu`, `cuda:0` or `metal:0`.
    pub const fn device_name(&self) -> &'static str {
        match self.device {
            Device::Cpu => "cpu",
            Device::Cuda(_) => "cuda:0",
            Device::Metal(_) => "metal:0",
        }
    }

    /// Where small networks compute that are asked once: beside a GPU, whose memory the noise
    /// predictor needs, on the processor, and nowhere in 16 bits.
    pub(super) fn beside(&self) -> Self {
        if self.device.is_cpu() && self.dtype == widened(self.dtype) {
            return self.clone();
        }
        Self { note: self.note.clone(), ..Self::cpu() }
    }

    /// A tensor in this place's numbers, on its device.
    pub(super) fn take(&self, tensor: &Tensor) -> candle_core::Result<Tensor> {
        tensor.to_dtype(self.dtype)?.to_device(&self.device)
    }

    /// What the device calls itself.
    pub(super) fn device_title(&self) -> String {
        gpu::title(&self.device).unwrap_or_else(|| self.device_name().to_owned())
    }

    /// Bytes of the device that are free, and all of them; `None` where it does not say.
    pub(super) fn device_memory(&self) -> Option<(u64, u64)> {
        gpu::memory(&self.device)
    }

    /// `f32`, `f16` or `bf16`.
    pub fn dtype_name(&self) -> &'static str {
        self.dtype.as_str()
    }
}

/// The type itself, or 32 bits where it has 16.
pub(super) const fn widened(dtype: DType) -> DType {
    match dtype {
        DType::F16 | DType::BF16 => DType::F32,
        other => other,
    }
}

/// Sets how many threads compute; `None` takes the processor's cores. To be called first thing
/// in `main`: the pools below read it once, at their first use, and later calls change nothing.
pub fn use_threads(threads: Option<usize>) {
    let Some(threads) = threads.filter(|&n| n > 0) else { return };
    for name in ["RAYON_NUM_THREADS", "CANDLE_NUM_THREADS"] {
        #[expect(unsafe_code, reason = "candle reads its thread count from the environment only")]
        // SAFETY: called first thing in main, before any other thread exists.
        unsafe {
            std::env::set_var(name, threads.to_string());
        }
    }
}

/// How many threads compute.
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// The GPU that the build has, else the processor, with a sentence that says why.
fn automatic() -> (Device, Option<Problem>) {
    let found = match (cfg!(feature = "cuda"), gpu::has_metal()) {
        (true, _) => cuda().map_err(NoCuda::falls_back),
        (_, true) => metal().map_err(|why| auto_cpu(&why)),
        _ => return (Device::Cpu, None),
    };
    match found {
        Ok(device) => (device, None),
        Err(note) => (Device::Cpu, Some(note)),
    }
}

fn auto_cpu(why: &Problem) -> Problem {
    let reason = why.facts().iter().find(|(name, _)| *name == "reason");
    Problem::new("gpu-auto-cpu").with("reason", reason.map_or("", |(_, text)| text))
}

/// Why there is no CUDA device, read from what the driver's functions answered.
#[derive(Debug)]
enum NoCuda {
    NotBuilt,
    NoDriver,
    NoDevice,
    NoCublas,
    Else(String),
}

impl NoCuda {
    fn of(error: &candle_core::Error) -> Self {
        let text = error.to_string();
        let has = |name: &str| text.contains(name);
        match () {
            () if has("NO_DEVICE") => Self::NoDevice,
            () if has("SHARED_OBJECT") => Self::NoDriver,
            () if has("CUBLAS") => Self::NoCublas,
            () => Self::Else(first_line(&text)),
        }
    }

    /// The sentence where CUDA was asked for by name.
    fn refused(self) -> Problem {
        match self {
            Self::NotBuilt => Problem::new("cuda-not-built"),
            Self::NoDriver => Problem::new("cuda-no-driver"),
            Self::NoDevice => Problem::new("cuda-no-device"),
            Self::NoCublas => Problem::new("cuda-no-cublas"),
            Self::Else(reason) => Problem::new("cuda-not-there").with("reason", reason),
        }
    }

    /// The sentence where the processor does it instead.
    fn falls_back(self) -> Problem {
        match self {
            Self::NotBuilt => Problem::new("gpu-auto-cpu").with("reason", "no CUDA"),
            Self::NoDriver => Problem::new("auto-no-driver"),
            Self::NoDevice => Problem::new("auto-no-device"),
            Self::NoCublas => Problem::new("auto-no-cublas"),
            Self::Else(reason) => Problem::new("gpu-auto-cpu").with("reason", reason),
        }
    }
}

fn cuda() -> Result<Device, NoCuda> {
    if !cfg!(feature = "cuda") {
        return Err(NoCuda::NotBuilt);
    }
    Device::new_cuda(0).map_err(|error| NoCuda::of(&error))
}

fn metal() -> Result<Device, Problem> {
    if !gpu::has_metal() {
        return Err(Problem::new("metal-not-built"));
    }
    Device::new_metal(0)
        .map_err(|e| Problem::new("metal-not-there").with("reason", first_line(&e.to_string())))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("").chars().take(160).collect()
}

fn number_type(device: &Device, asked: DtypeChoice) -> Result<DType, Problem> {
    match asked {
        DtypeChoice::Auto if device.is_cpu() => Ok(DType::F32),
        DtypeChoice::Auto | DtypeChoice::F16 => Ok(DType::F16),
        DtypeChoice::F32 => Ok(DType::F32),
        // candle has no bf16 convolution on the CPU, and kernels built for 7.x have none at all.
        DtypeChoice::Bf16 if device.is_cpu() => Err(Problem::usage("bf16-on-cpu")),
        DtypeChoice::Bf16 if device.is_cuda() && !built_for_bf16() => {
            Err(Problem::usage("bf16-not-built"))
        }
        DtypeChoice::Bf16 => Ok(DType::BF16),
    }
}

/// Whether the CUDA kernels were compiled for a chip that adds in bf16 (8.0 and newer).
fn built_for_bf16() -> bool {
    option_env!("CUDA_COMPUTE_CAP")
        .and_then(|capability| capability.parse::<u32>().ok())
        .is_some_and(|capability| capability >= 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_computes_in_f32_unless_told_otherwise() {
        let place = Place::find(DeviceChoice::Cpu, DtypeChoice::Auto).expect("always there");
        assert_eq!((place.device_name(), place.dtype_name()), ("cpu", "f32"));
    }

    #[test]
    fn what_the_driver_answers_becomes_a_plain_sentence() {
        let of = |text: &str| NoCuda::of(&candle_core::Error::Msg(text.to_owned()));
        for (text, refused, falls_back) in [
            ("DriverError(CUDA_ERROR_NO_DEVICE, x)", "cuda-no-device", "auto-no-device"),
            ("CUDA_ERROR_SHARED_OBJECT_INIT_FAILED\n", "cuda-no-driver", "auto-no-driver"),
            ("CublasError(CUBLAS_STATUS_NOT_INITIALIZED)", "cuda-no-cublas", "auto-no-cublas"),
            ("something else\nand its trace", "cuda-not-there", "gpu-auto-cpu"),
        ] {
            assert_eq!(of(text).refused().key(), refused);
            assert_eq!(of(text).falls_back().key(), falls_back);
        }
        let told = of("something else\nand its trace").refused();
        assert_eq!(told.facts(), [("reason", "something else".to_owned())]);
    }

    #[test]
    fn bf16_on_the_processor_is_a_wrong_use() {
        let problem = Place::find(DeviceChoice::Cpu, DtypeChoice::Bf16).expect_err("refused");
        assert!(problem.is_usage());
    }

    #[cfg(not(any(feature = "cuda", feature = "metal", target_os = "macos")))]
    #[test]
    fn a_named_gpu_that_the_build_lacks_is_a_problem_and_auto_is_not() {
        assert!(Place::find(DeviceChoice::Cuda, DtypeChoice::Auto).is_err());
        assert!(Place::find(DeviceChoice::Metal, DtypeChoice::Auto).is_err());
        assert!(Place::find(DeviceChoice::Auto, DtypeChoice::Auto).is_ok());
    }
}

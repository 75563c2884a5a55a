//! Where to compute and in which numbers, and the sentences for a GPU that is not there.

use candle_core::{DType, Device};

use crate::walk::{DeviceChoice, DtypeChoice, Problem};

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
            DeviceChoice::Cuda => (cuda()?, None),
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

    /// `f32`, `f16` or `bf16`.
    pub fn dtype_name(&self) -> &'static str {
        self.dtype.as_str()
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

fn automatic() -> (Device, Option<Problem>) {
    let found = match (cfg!(feature = "cuda"), cfg!(feature = "metal")) {
        (true, _) => cuda(),
        (_, true) => metal(),
        _ => return (Device::Cpu, None),
    };
    match found {
        Ok(device) => (device, None),
        Err(why) => (Device::Cpu, Some(on_the_processor(&why))),
    }
}

fn on_the_processor(why: &Problem) -> Problem {
    let reason = why.facts().iter().find(|(name, _)| *name == "reason");
    Problem::new("gpu-auto-cpu").with("reason", reason.map_or("", |(_, text)| text))
}

fn cuda() -> Result<Device, Problem> {
    if !cfg!(feature = "cuda") {
        return Err(Problem::new("cuda-not-built"));
    }
    Device::new_cuda(0).map_err(|error| {
        let text = error.to_string();
        let key = if text.contains("NO_DEVICE") {
            "cuda-no-device"
        } else if text.contains("SHARED_OBJECT") {
            "cuda-no-driver"
        } else if text.contains("CUBLAS") {
            "cuda-no-cublas"
        } else {
            "cuda-not-there"
        };
        let problem = match key {
            "cuda-no-device" => Problem::new("cuda-no-device"),
            "cuda-no-driver" => Problem::new("cuda-no-driver"),
            "cuda-no-cublas" => Problem::new("cuda-no-cublas"),
            _ => Problem::new("cuda-not-there"),
        };
        problem.with("reason", first_line(&text))
    })
}

fn metal() -> Result<Device, Problem> {
    if !cfg!(feature = "metal") {
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
    fn bf16_on_the_processor_is_a_wrong_use() {
        let problem = Place::find(DeviceChoice::Cpu, DtypeChoice::Bf16).expect_err("refused");
        assert!(problem.is_usage());
    }

    #[cfg(not(any(feature = "cuda", feature = "metal")))]
    #[test]
    fn a_named_gpu_that_the_build_lacks_is_a_problem_and_auto_is_not() {
        assert!(Place::find(DeviceChoice::Cuda, DtypeChoice::Auto).is_err());
        assert!(Place::find(DeviceChoice::Metal, DtypeChoice::Auto).is_err());
        assert!(Place::find(DeviceChoice::Auto, DtypeChoice::Auto).is_ok());
    }
}

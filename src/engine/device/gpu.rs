//! What a GPU says of itself, and whether a library of the system is there. What a build has not,
//! is answered with nothing.

use candle_core::Device;

/// Whether Metal is built in: by feature, and on every Mac.
pub(super) const fn has_metal() -> bool {
    cfg!(any(feature = "metal", target_os = "macos"))
}

/// The device's name and, of NVIDIA's, its compute capability.
pub(super) fn title(device: &Device) -> Option<String> {
    match device {
        #[cfg(feature = "cuda")]
        Device::Cuda(device) => {
            let context = device.cuda_stream().context().clone();
            let (major, minor) = context.compute_capability().ok()?;
            Some(format!("{}, compute capability {major}.{minor}", context.name().ok()?))
        }
        _ => None,
    }
}

/// Bytes free and in all.
pub(super) fn memory(device: &Device) -> Option<(u64, u64)> {
    match device {
        #[cfg(feature = "cuda")]
        Device::Cuda(device) => {
            let (free, all) = device.cuda_stream().context().mem_get_info().ok()?;
            Some((free as u64, all as u64))
        }
        #[cfg(any(feature = "metal", target_os = "macos"))]
        Device::Metal(device) => {
            // One memory for both: what the system would give the GPU of it.
            let device = device.metal_device();
            let all = device.recommended_max_working_set_size() as u64;
            Some((all.saturating_sub(device.current_allocated_size() as u64), all))
        }
        _ => None,
    }
}

/// Whether the system finds a shared library by its name. Looked for by opening it and closing it
/// again: only the loader knows all its places.
#[cfg(target_os = "linux")]
pub(in crate::engine) fn library_is_there(name: &str) -> bool {
    let Ok(name) = std::ffi::CString::new(name) else { return false };
    #[expect(unsafe_code, reason = "only the loader knows where libraries are")]
    // SAFETY: the names are NVIDIA's libraries, whose start has no effect that outlives closing.
    unsafe {
        let handle = libc::dlopen(name.as_ptr(), libc::RTLD_LAZY | libc::RTLD_LOCAL);
        !handle.is_null() && libc::dlclose(handle) == 0
    }
}

/// Not asked here.
#[cfg(not(target_os = "linux"))]
pub(in crate::engine) fn library_is_there(_name: &str) -> bool {
    false
}

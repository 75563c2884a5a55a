//! How much memory the process has taken, where the system says so.

/// Begins a new measurement of the peak.
pub(crate) fn forget_peak() {
    #[cfg(target_os = "linux")]
    {
        // Refused in some containers; then the peak is that of the whole process.
        drop(std::fs::write("/proc/self/clear_refs", "5"));
    }
}

/// The peak of resident memory since then, in MB; `None` where it is not known.
pub(crate) fn peak_mb() -> Option<f32> {
    #[cfg(target_os = "linux")]
    {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kilobytes: f32 = line.split_whitespace().next()?.parse().ok()?;
        Some(kilobytes / 1024.0)
    }
    #[cfg(not(target_os = "linux"))]
    None
}

//! How much memory the process has taken and may still take, where the system says so.

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

/// How many bytes may still be taken: the least of what the machine, the process's group and its
/// own limit leave; `None` where the system does not say.
pub(crate) fn available() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        [machine(), group(), own_limit()].into_iter().flatten().min()
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// What the machine has free, caches counted in.
#[cfg(target_os = "linux")]
fn machine() -> Option<u64> {
    Some(number_after(&read("/proc/meminfo")?, "MemAvailable:")? * 1024)
}

/// What the control group leaves, in either version of the kernel's interface.
#[cfg(target_os = "linux")]
fn group() -> Option<u64> {
    let groups = read("/proc/self/cgroup")?;
    let (second, first) = (("memory.max", "memory.current"), MEMORY_V1);
    let mut places = vec![("/sys/fs/cgroup".to_owned(), second)];
    places.push(("/sys/fs/cgroup/memory".to_owned(), first));
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        match (parts.next(), parts.next()) {
            (Some(""), Some(path)) => places.push((format!("/sys/fs/cgroup{path}"), second)),
            (Some("memory"), Some(path)) => {
                places.push((format!("/sys/fs/cgroup/memory{path}"), first));
            }
            _ => {}
        }
    }
    let left = |(folder, (limit, used)): &(String, (&str, &str))| {
        let number = |name: &str| read(&format!("{folder}/{name}"))?.trim().parse::<u64>().ok();
        let (limit, used) = (number(limit)?, number(used)?);
        let statistics = read(&format!("{folder}/memory.stat")).unwrap_or_default();
        let cache = ["inactive_file ", "active_file "]
            .iter()
            .filter_map(|name| number_after(&statistics, name))
            .sum::<u64>();
        Some(limit.saturating_sub(used.saturating_sub(cache)))
    };
    places.iter().filter_map(left).min()
}

/// The limit and the use of a group in the first version.
#[cfg(target_os = "linux")]
const MEMORY_V1: (&str, &str) = ("memory.limit_in_bytes", "memory.usage_in_bytes");

/// What the limit on addresses (`ulimit -v`) leaves.
#[cfg(target_os = "linux")]
fn own_limit() -> Option<u64> {
    let limit = number_after(&read("/proc/self/limits")?, "Max address space")?;
    let taken = number_after(&read("/proc/self/status")?, "VmSize:")? * 1024;
    Some(limit.saturating_sub(taken))
}

#[cfg(target_os = "linux")]
fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The number that follows `name` at the beginning of a line.
#[cfg(target_os = "linux")]
fn number_after(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

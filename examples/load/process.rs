//! What a process has used: processor time and memory, from /proc.

use std::error::Error;
use std::fs;

/// Ticks a second of the times in /proc/PID/stat (`USER_HZ`, the same on every Linux).
const TICKS: f64 = 100.0;

/// Processor time and memory of a process.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    /// Seconds of processor time, in user and kernel mode together.
    pub(crate) cpu: f64,
    /// Resident memory, in bytes.
    pub(crate) memory: u64,
    /// The most that was ever resident, in bytes.
    pub(crate) peak: u64,
}

impl Usage {
    /// What a process has used up to now.
    pub(crate) fn of(pid: u32) -> Result<Self, Box<dyn Error>> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The second field is the name in parentheses, which may hold anything.
        let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/PID/stat")?;
        let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).ok_or("/proc/PID/stat");
        let cpu = (ticks(11)? + ticks(12)?) / TICKS;
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        Ok(Self { cpu, memory: kilobytes(&status, "VmRSS:") << 10, peak: kilobytes(&status, "VmHWM:") << 10 })
    }

    /// The processor time since then, with the memory of now.
    pub(crate) fn since(self, before: &Self) -> Self {
        Self { cpu: self.cpu - before.cpu, ..self }
    }
}

fn kilobytes(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|number| number.parse().ok()).unwrap_or_default()
}

//! What was measured, in a row.

/// One round of one server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) calls_per_second: f64,
    /// CPU time of the server for a call, in microseconds.
    pub(crate) cpu_us: f64,
}

/// All rounds of one server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series(Vec<Sample>);

impl Series {
    pub(crate) fn push(&mut self, sample: Sample) {
        self.0.push(sample);
    }

    /// The median of calls a second.
    pub(crate) fn calls(&self) -> f64 {
        median(self.0.iter().map(|sample| sample.calls_per_second).collect())
    }

    /// The median of CPU time for a call, in microseconds.
    pub(crate) fn cpu(&self) -> f64 {
        median(self.0.iter().map(|sample| sample.cpu_us).collect())
    }

    /// Our calls a second for one of the other's: ratio of medians, and the rounds' spread.
    pub(crate) fn ratio_of_calls(&self, other: &Self) -> String {
        let rounds = self.0.iter().zip(&other.0);
        let ratios = rounds.map(|(ours, its)| ours.calls_per_second / its.calls_per_second);
        told(self.calls() / other.calls(), ratios.collect())
    }

    /// The other's CPU time for one of ours: ratio of medians, and the rounds' spread.
    pub(crate) fn ratio_of_cpu(&self, other: &Self) -> String {
        let rounds = self.0.iter().zip(&other.0);
        let ratios = rounds.map(|(ours, its)| its.cpu_us / ours.cpu_us);
        told(other.cpu() / self.cpu(), ratios.collect())
    }
}

fn told(ratio: f64, rounds: Vec<f64>) -> String {
    let rounds = sorted(rounds);
    let (least, most) = (rounds.first().unwrap_or(&0.0), rounds.last().unwrap_or(&0.0));
    format!("{ratio:.2} ({least:.2}–{most:.2})")
}

/// Median, least and most.
pub(crate) fn spread(values: Vec<f64>) -> String {
    let values = sorted(values);
    let (least, most) = (values.first().unwrap_or(&0.0), values.last().unwrap_or(&0.0));
    let middle = median(values.clone());
    format!("{middle:.1} ({least:.1}–{most:.1})")
}

pub(crate) fn median(values: Vec<f64>) -> f64 {
    let values = sorted(values);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// The machine in one line.
pub(crate) fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    let model = value(&read("/proc/cpuinfo"), "model name").unwrap_or_default();
    let memory = value(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    format!("{cores} cores ({model}), {memory} memory, load before the start {load}")
}

//! Latency: the reply comes late.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::settings::{Chance, Millis};
use crate::model::{dice::Dice, reply::Delivery};

/// Waits before the first byte: always as long, or as the dice fall.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "LatencyFile")]
#[schemars(with = "LatencyFile")]
pub struct Latency {
    spread: Spread,
    at_most: Millis,
    pub(super) chance: Chance,
}

/// Waits before the first byte, ten minutes at the most. One of: `delay-ms`; `from-ms` and `to-ms`;
/// `mean-ms` and `deviation-ms`; `p50-ms` and `p99-ms`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(rename = "Latency")]
struct LatencyFile {
    /// Always so long, in milliseconds.
    delay_ms: Option<Millis>,
    /// Any time from here, each as likely as the others.
    from_ms: Option<Millis>,
    /// To here.
    to_ms: Option<Millis>,
    /// Around this, as a normal distribution has it; never less than nothing.
    mean_ms: Option<Millis>,
    /// The standard deviation: two in three waits are not farther from the mean.
    deviation_ms: Option<Millis>,
    /// Half of the waits are shorter, as a log-normal distribution has it.
    p50_ms: Option<Millis>,
    /// Ninety-nine in a hundred are shorter.
    p99_ms: Option<Millis>,
    /// No wait is longer.
    at_most_ms: Option<Millis>,
    /// How likely it is, from 0 to 1; left out, certain.
    chance: Chance,
}

/// How waits are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spread {
    Fixed(Millis),
    Uniform(Millis, Millis),
    Normal { mean: Millis, deviation: Millis },
    LogNormal { p50: Millis, p99: Millis },
}

impl TryFrom<LatencyFile> for Latency {
    type Error = String;

    fn try_from(file: LatencyFile) -> Result<Self, String> {
        let pairs = [
            (file.from_ms, file.to_ms, "`from-ms` and `to-ms`"),
            (file.mean_ms, file.deviation_ms, "`mean-ms` and `deviation-ms`"),
            (file.p50_ms, file.p99_ms, "`p50-ms` and `p99-ms`"),
        ];
        for (one, other, names) in pairs {
            if one.is_some() != other.is_some() {
                return Err(format!("{names} go together"));
            }
        }
        let pairs = pairs.map(|(one, other, _)| one.zip(other));
        let spread = match (file.delay_ms, pairs) {
            (Some(delay), [None, None, None]) => Spread::Fixed(delay),
            (None, [Some((from, to)), None, None]) => Spread::Uniform(from, to),
            (None, [None, Some((mean, deviation)), None]) => Spread::Normal { mean, deviation },
            (None, [None, None, Some((p50, p99))]) => Spread::LogNormal { p50, p99 },
            _ => {
                return Err("how late is said in one way: `delay-ms`, `from-ms` and `to-ms`, \
                            `mean-ms` and `deviation-ms`, or `p50-ms` and `p99-ms`"
                    .to_owned());
            }
        };
        match spread {
            Spread::Uniform(from, to) if from > to => {
                return Err("`from-ms` is more than `to-ms`".to_owned());
            }
            Spread::LogNormal { p50, p99 } if p50.get() == 0 || p50 > p99 => {
                return Err("`p50-ms` is at least 1, and not more than `p99-ms`".to_owned());
            }
            _ => {}
        }
        Ok(Self {
            spread,
            at_most: file.at_most_ms.unwrap_or(Millis::longest()),
            chance: file.chance,
        })
    }
}

/// How many deviations the 99th percentile of a normal distribution is above its mean.
const Z99: f64 = 2.326_347_874_040_841;

impl Latency {
    /// Always so late.
    #[must_use]
    pub fn fixed(delay: Millis) -> Self {
        Self {
            spread: Spread::Fixed(delay),
            at_most: Millis::longest(),
            chance: Chance::default(),
        }
    }

    pub(super) fn told(&self) -> String {
        let told = match self.spread {
            Spread::Fixed(delay) => format!("{} ms late", delay.get()),
            Spread::Uniform(from, to) => format!("{} to {} ms late", from.get(), to.get()),
            Spread::Normal { mean, deviation } => {
                format!("about {} ms late (± {})", mean.get(), deviation.get())
            }
            Spread::LogNormal { p50, p99 } => {
                format!("{} ms late, {} ms once in a hundred", p50.get(), p99.get())
            }
        };
        if self.at_most == Millis::longest() {
            told
        } else {
            format!("{told}, {} ms at the most", self.at_most.get())
        }
    }

    pub(super) fn apply(&self, delivery: &mut Delivery, dice: &mut Dice) {
        delivery.late(self.wait(dice).min(self.at_most.time()));
    }

    fn wait(&self, dice: &mut Dice) -> Duration {
        let seconds = |millis: Millis| millis.time().as_secs_f64();
        let wait = match self.spread {
            Spread::Fixed(delay) => return delay.time(),
            Spread::Uniform(from, to) => seconds(from) + dice.unit() * (seconds(to) - seconds(from)),
            Spread::Normal { mean, deviation } => seconds(mean) + dice.normal() * seconds(deviation),
            Spread::LogNormal { p50, p99 } => {
                let deviation = (seconds(p99) / seconds(p50)).ln() / Z99;
                seconds(p50) * (dice.normal() * deviation).exp()
            }
        };
        // Whole milliseconds: what a machine makes of the last digits of a logarithm is its own.
        let wait = Duration::try_from_secs_f64(wait.max(0.0)).unwrap_or(Duration::MAX);
        Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Fault, tests::plain};

    fn late(settings: &str) -> Fault {
        Fault::parse(&format!("latency({settings})")).expect("it is one")
    }

    /// The waits of a thousand calls, in order of length.
    fn waits(settings: &str) -> Vec<u128> {
        let fault = late(settings);
        let wait = |call: u64| {
            let mut dice = Dice::new(1, 2, &call.to_le_bytes());
            fault.apply(plain(), &mut dice).wait.as_millis()
        };
        let mut waits: Vec<_> = (0..1_000).map(wait).collect();
        waits.sort_unstable();
        waits
    }

    #[test]
    fn two_latencies_add_up() {
        let mut dice = Dice::new(1, 2, b"");
        let late = late("delay-ms=800");

        let delivery = late.apply(late.apply(plain(), &mut dice), &mut dice);

        assert_eq!(delivery.wait, Duration::from_millis(1_600));
        assert_eq!(delivery.reply, plain().reply, "latency leaves the words alone");
        assert_eq!(delivery.faults, ["latency", "latency"]);
    }

    #[test]
    fn no_reply_waits_longer_than_ten_minutes() {
        let mut dice = Dice::new(1, 2, b"");
        let late = late("delay-ms=600000");

        let delivery = late.apply(late.apply(plain(), &mut dice), &mut dice);

        assert_eq!(delivery.wait, Duration::from_mins(10));
    }

    #[test]
    fn uniform_waits_lie_between_and_everywhere() {
        let waits = waits("from-ms=100,to-ms=200");

        assert!((100..=200).contains(&waits[0]) && (100..=200).contains(&waits[999]));
        assert!((145..=155).contains(&waits[500]), "{}", waits[500]);
    }

    #[test]
    fn normal_waits_lie_around_their_mean() {
        let waits = waits("mean-ms=1000,deviation-ms=100");

        assert!((985..=1_015).contains(&waits[500]), "{}", waits[500]);
        assert!((880..=920).contains(&waits[159]), "one deviation below: {}", waits[159]);
        assert!((1_080..=1_120).contains(&waits[841]), "one above: {}", waits[841]);
    }

    #[test]
    fn log_normal_waits_have_the_percentiles_that_were_asked_for() {
        let waits = waits("p50-ms=200,p99-ms=2000");

        assert!((180..=220).contains(&waits[500]), "{}", waits[500]);
        assert!((1_500..=2_600).contains(&waits[990]), "{}", waits[990]);
    }

    #[test]
    fn no_wait_is_longer_than_the_most() {
        let waits = waits("p50-ms=200,p99-ms=2000,at-most-ms=500");

        assert_eq!(waits[999], 500);
        assert!(waits[100] < 200, "others are as they were");
    }

    #[test]
    fn a_wait_that_is_said_twice_or_half_is_none() {
        for (settings, says) in [
            ("", "in one way"),
            ("delay-ms=1,from-ms=1,to-ms=2", "in one way"),
            ("from-ms=1", "go together"),
            ("p99-ms=1", "go together"),
            ("from-ms=2,to-ms=1", "more than"),
            ("p50-ms=0,p99-ms=1", "at least 1"),
            ("delay-ms=600001", "ten minutes"),
        ] {
            let error = Fault::parse(&format!("latency({settings})")).expect_err(settings);
            assert!(error.message.contains(says), "{settings}: {error}");
        }
    }
}

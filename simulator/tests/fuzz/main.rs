//! Targets for a fuzzer: whatever comes in from outside, nothing panics, and what is wrong is told.
//!
//! As plain tests each looks at the same few thousand changes of things that are right every time,
//! so that most of a text still is what a parser expects and a run can be repeated.
//! `BOLERO_RANDOM_TEST_TIME_MS=60000 cargo test --test fuzz` looks at new ones for so long, and
//! `cargo bolero test -p gsp-simulator --test fuzz TARGET` goes by coverage. What one finds becomes
//! a test of its own beside the code that was wrong.

use std::{
    panic::{AssertUnwindSafe, RefUnwindSafe},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use bolero::generator::bolero_generator::driver::{ByteSliceDriver, Options};
use gsp_simulator::finding::{Finding, Source};
use rand::{Rng as _, SeedableRng as _, rngs::ChaCha8Rng};

mod calls;
#[path = "../behaviour/common/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the behaviour tests share more than these need")]
mod common;
mod files;
mod keys;

/// So many things each target looks at, unless its environment says otherwise …
const COUNT: u64 = 5_000;

/// … and on a slow machine for no longer than this.
const TIME: Duration = Duration::from_secs(8);

/// Set where a target is to look at new things.
const EXPLORE: [&str; 3] =
    ["BOLERO_RANDOM_TEST_TIME_MS", "BOLERO_RANDOM_ITERATIONS", "BOLERO_LIBTEST_HARNESS"];

/// Where, how and with what to change a text.
type Edit = (u16, u8, Vec<u8>);

/// Letters that mean something to one parser or other.
const TELLING: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "\"",
    "'",
    "\\",
    "\n",
    "[",
    "]",
    "{",
    "}",
    "=",
    "#",
    "..",
    "..=",
    "$",
    "&",
    "%",
    "%00",
    "\u{feff}",
    "\u{202e}",
    "é",
    "0",
    "-1",
    "99999999999999999999",
    "1e309",
    "null",
    "true",
    ";",
    ",",
    "/",
    "~1",
    "|",
    "*",
    "(",
    ")",
    "^",
    "@",
    "\t",
    "\r\n",
    " ",
];

/// Looks at what a fuzzer thinks of: at the same things every time, or at new ones.
///
/// A panic ends the run; that nothing is used after one is what bolero wants to hear.
fn fuzz<T>(look: impl Fn(&T))
where
    T: bolero::TypeGenerator + std::fmt::Debug + 'static,
{
    struct Look<F>(F);
    impl<F> RefUnwindSafe for Look<F> {}
    impl<F> Look<F> {
        fn at<T>(&self, value: &T)
        where
            F: Fn(&T),
        {
            (self.0)(value);
        }
    }
    if EXPLORE.iter().any(|name| std::env::var_os(name).is_some()) {
        let look = Look(look);
        bolero::check!().with_type::<T>().for_each(|value| look.at(value));
        return;
    }
    let begun = Instant::now();
    for seed in 0..COUNT {
        let mut bytes = [0; 512];
        ChaCha8Rng::seed_from_u64(seed).fill_bytes(&mut bytes);
        let value = T::generate(&mut ByteSliceDriver::new(&bytes, &Options::default()));
        let value = value.expect("a type makes something of any bytes");
        let told = std::panic::catch_unwind(AssertUnwindSafe(|| look(&value)));
        if let Err(panic) = told {
            complain(seed, &value);
            std::panic::resume_unwind(panic);
        }
        if begun.elapsed() > TIME {
            break;
        }
    }
}

/// Says at what a target panicked.
#[expect(clippy::print_stderr, reason = "the test's own panic is told by the runner")]
fn complain(seed: u64, value: &dyn std::fmt::Debug) {
    eprintln!("thing {seed} of a fuzzer's list: {value:?}");
}

/// A text with edits made to it; about its length, and still a text.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (at, kind, with) in edits.iter().take(8) {
        let place = usize::from(*at) * (bytes.len() + 1) / 65_536;
        let end = (place + 1 + with.len().min(40)).min(bytes.len());
        let telling = || {
            let choice = with.iter().fold(0, |sum, byte| sum + usize::from(*byte));
            TELLING[choice % TELLING.len()].bytes()
        };
        match kind % 6 {
            0 => drop(bytes.splice(place..place, with.iter().copied().take(40))),
            1 => drop(bytes.splice(place..place, telling())),
            2 => drop(bytes.drain(place..end)),
            3 => drop(bytes.splice(place..end, telling())),
            4 => {
                let copied = bytes[place..end].to_vec();
                drop(bytes.splice(place..place, copied));
            }
            _ => bytes.truncate(place.max(bytes.len() / 2)),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A file of that text.
fn source(path: &str, text: String) -> Source {
    Source { path: Path::new(path).to_owned(), text: Arc::from(text) }
}

/// Every finding says something, at a place that is in its file, and can be drawn.
fn are_told(findings: &[Finding]) {
    assert!(!findings.is_empty(), "what is refused is told why");
    for finding in findings {
        assert!(!finding.message.is_empty(), "a finding says what is wrong: {finding:?}");
        if let (Some(source), Some(span)) = (&finding.source, &finding.span) {
            assert!(
                span.start <= span.end && span.end <= source.text.len(),
                "{span:?} is not in a file of {} bytes: {}",
                source.text.len(),
                finding.message,
            );
        }
        let drawn = finding.to_string();
        assert!(drawn.contains(finding.message.lines().next().unwrap_or_default()), "{drawn}");
        let _ = finding.record();
    }
}

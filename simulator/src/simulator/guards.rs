//! For tests: what is begun is ended, and what is expected is looked at, when a guard is dropped.

use std::{panic::Location, sync::Arc, thread, time::Duration};

use super::Simulator;
use crate::{
    journal::{Page, Query},
    render::expression::closest,
    server::App,
    tell::coverage::{Covered, coverage},
    tenant::Tenant,
    verify::{Calls, Expectation, Expectations, Findings},
};

/// A story that is played until this is dropped.
#[derive(Debug)]
#[must_use = "the story ends when this is dropped; bind it: `let _story = …`"]
pub struct Story {
    tenant: Arc<Tenant>,
    name: String,
}

impl Drop for Story {
    fn drop(&mut self) {
        self.tenant.end(&self.name);
    }
}

/// What must have come between the making of this and its end: looked at when it is dropped.
///
/// Where nothing is said of a number, an order or a distance, one exchange at least must fit. A test
/// that panics already is not told more.
#[derive(Debug)]
#[must_use = "it is looked at when this is dropped; bind it: `let _once = …`"]
pub struct Expected {
    tenant: Arc<Tenant>,
    from: u64,
    expectation: Expectation,
    place: &'static Location<'static>,
}

impl Expected {
    /// So many exchanges fit.
    pub fn exactly(mut self, number: u64) -> Self {
        self.expectation.exactly = Some(number);
        self
    }

    /// So many or more.
    pub fn at_least(mut self, number: u64) -> Self {
        self.expectation.at_least = Some(number);
        self
    }

    /// So many or fewer.
    pub fn at_most(mut self, number: u64) -> Self {
        self.expectation.at_most = Some(number);
        self
    }

    /// No fewer than the first number, no more than the second.
    pub fn between(mut self, least: u64, most: u64) -> Self {
        self.expectation.between = Some([least, most]);
        self
    }

    /// None.
    pub fn never(mut self) -> Self {
        self.expectation.never = Some(true);
        self
    }

    /// These came one after the other; others may have come between.
    pub fn in_order<C: Into<Calls>>(mut self, order: impl IntoIterator<Item = C>) -> Self {
        self.expectation.in_order = order.into_iter().map(Into::into).collect();
        self
    }

    /// Once one of these was answered, none of those came.
    pub fn none_after(mut self, calls: impl Into<Calls>) -> Self {
        self.expectation.none_after = Some(calls.into());
        self
    }

    /// From each to the next it was as long at least, by the tenant's clock.
    pub fn gap_at_least(mut self, gap: Duration) -> Self {
        self.expectation.gap_at_least = Some(format!("{}ms", gap.as_millis()));
        self
    }

    /// How it stands now.
    #[must_use]
    pub fn findings(&self) -> Findings {
        verified(&self.tenant, &self.expectation, self.from)
    }
}

fn verified(tenant: &Tenant, expectation: &Expectation, from: u64) -> Findings {
    Expectations::from(vec![expectation.clone()]).verify(&tenant.journal, from)
}

impl Drop for Expected {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        let wrong = Expectations::from(vec![self.expectation.clone()]).check().err();
        if let Some(wrong) = wrong {
            panic!("the expectation of {} is none: {} ({})", self.place, wrong.detail, wrong.hint);
        }
        let findings = self.findings();
        assert!(findings.ok, "what is expected at {} is not so\n{}", self.place, findings.told());
    }
}

/// One tenant of a simulator, as a test uses it.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    pub(super) app: Arc<App>,
    pub(super) tenant: Arc<Tenant>,
}

impl Ground {
    #[track_caller]
    pub(super) fn play(&self, name: &str) -> Story {
        let world = self.app.world.load_full();
        let Some(scenario) = world.scenarios.get(name) else {
            let names: Vec<_> = world.scenarios.keys().cloned().collect();
            panic!("there is no scenario `{name}`; {}", closest(name, &names));
        };
        self.tenant.play(scenario);
        Story { tenant: Arc::clone(&self.tenant), name: name.to_owned() }
    }

    #[track_caller]
    pub(super) fn expect(&self, calls: Calls) -> Expected {
        let expectation = Expectation::from(calls);
        let expected = Expectations::from(vec![expectation.clone()]);
        if let Err(wrong) = expected.check_names(&self.app.world.load()) {
            panic!("{}; {}", wrong.detail, wrong.hint);
        }
        let from = self.tenant.journal.mark();
        let tenant = Arc::clone(&self.tenant);
        Expected { tenant, from, expectation, place: Location::caller() }
    }

    pub(super) fn coverage(&self) -> Covered {
        coverage(&self.app.world.load(), &self.tenant.coverage)
    }
}

impl Simulator {
    fn ground(&self) -> Ground {
        let tenant = Arc::clone(self.app.tenants.default_tenant());
        Ground { app: Arc::clone(&self.app), tenant }
    }

    /// Plays a story until what is given back is dropped.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), gsp_simulator::StartError> {
    /// use gsp_simulator::Simulator;
    ///
    /// let sim = Simulator::builder().start().await?;
    /// let story = sim.play("first-two-fail");
    /// // … the code under test calls `sim.url()` …
    /// drop(story);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such story.
    #[track_caller]
    pub fn play(&self, name: &str) -> Story {
        self.ground().play(name)
    }

    /// Says what must come from now on, until what is given back is dropped; `"alpha"` is a vendor,
    /// `"alpha::lookup"` one of its endpoints, [`Calls`] says more.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), gsp_simulator::StartError> {
    /// use gsp_simulator::{Simulator, verify::Calls};
    ///
    /// let sim = Simulator::builder().start().await?;
    /// let once = sim.expect(Calls::any().status(404)).exactly(1);
    /// let never = sim.expect(Calls::any().outcome("found")).never();
    /// # use std::io::{Read, Write};
    /// # let address = sim.address();
    /// # tokio::task::spawn_blocking(move || {
    /// #     let mut stream = std::net::TcpStream::connect(address).unwrap();
    /// #     stream.write_all(b"GET /nobody HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    /// #     stream.read_to_end(&mut Vec::new()).unwrap();
    /// # }).await.unwrap();
    /// // … the code under test calls `sim.url()` …
    /// assert!(once.findings().ok, "it can be asked for at any time");
    /// # Ok(())
    /// # } // Here both are looked at; one that is not so panics and says what came closest.
    /// ```
    ///
    /// # Panics
    ///
    /// When it names a vendor, an endpoint, an outcome or a code that nothing has; and, where it is
    /// dropped, when it is not so.
    #[track_caller]
    pub fn expect(&self, calls: impl Into<Calls>) -> Expected {
        self.ground().expect(calls.into())
    }

    /// What it has received.
    #[must_use]
    pub fn journal(&self, query: &Query) -> Page {
        self.app.tenants.default_tenant().journal.page(query)
    }

    /// Whether what is expected was received.
    #[must_use]
    pub fn verify(&self, expected: &Expectations) -> Findings {
        expected.verify(&self.app.tenants.default_tenant().journal, 0)
    }

    /// Which endpoints, outcomes and codes were met, of how many.
    #[must_use]
    pub fn coverage(&self) -> Covered {
        self.ground().coverage()
    }
}

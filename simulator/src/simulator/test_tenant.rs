//! A tenant of a test's own: nobody else sees what it does.

use std::sync::Arc;

use super::{
    Simulator,
    guards::{Expected, Ground, Story},
};
use crate::{
    journal::{Page, Query},
    memory::clock::{Adjustment, Clock},
    tell::{
        Teller,
        coverage::Covered,
        tenant::{TenantFacts, tenant},
    },
    tenant::{Beginning, Tenant},
    tenants::End,
    verify::{Calls, Expectations, Findings},
};

/// A tenant with credentials, stories, clock and journal of its own; dropping it ends it.
#[derive(Debug)]
#[must_use = "the tenant ends when this is dropped"]
pub struct TestTenant {
    ground: Ground,
}

impl Simulator {
    /// Begins a tenant: its calls are those that carry its credentials, or go to its prefix.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), gsp_simulator::StartError> {
    /// use gsp_simulator::Simulator;
    ///
    /// let sim = Simulator::builder().start().await?;
    /// let (one, other) = (sim.tenant(), sim.tenant());
    /// let _story = one.play("first-two-fail");
    /// let _none = other.expect(gsp_simulator::verify::Calls::any()).never();
    /// let vendor = &one.facts().credentials[0];
    /// println!("call {} with {:?}", one.url(&vendor.vendor), one.headers(&vendor.vendor));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Never: a name is made up that no tenant has.
    pub fn tenant(&self) -> TestTenant {
        let habits = self.app.tenants.habits();
        let (clock, journal) = (habits.clock, habits.journal);
        let beginning = Beginning { clock, journal, seed: None, ttl: None, scenarios: Vec::new() };
        let made =
            self.app.tenants.begin(None, |name, begun| Tenant::begin(name, begun, beginning));
        let tenant = made.expect("a name that was made up is free");
        TestTenant { ground: Ground { app: Arc::clone(&self.app), tenant } }
    }
}

impl TestTenant {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.ground.tenant.name
    }

    /// Where a vendor is for this tenant, whatever a call carries.
    #[must_use]
    pub fn url(&self, vendor: &str) -> String {
        format!("{}/t/{}/{vendor}", self.ground.app.url, self.name())
    }

    /// Everything about it: base URLs, what to send, GSTINs that no other tenant was given.
    #[must_use]
    pub fn facts(&self) -> TenantFacts {
        let Ground { app, tenant: own } = &self.ground;
        let world = app.world.load_full();
        let teller = Teller {
            world: &world,
            examples: world.examples(),
            base_url: &app.url,
            at_ms: own.memory.clock.now_ms(),
            tenant: own.scope_name(),
        };
        tenant(&teller, own, Clock::Wall.now_ms())
    }

    /// The headers that its first account at a vendor sends, where it sends headers.
    #[must_use]
    pub fn headers(&self, vendor: &str) -> Vec<(String, String)> {
        let facts = self.facts();
        let found = facts.credentials.into_iter().find(|one| one.vendor == vendor);
        let sent = found.into_iter().flat_map(|one| one.accounts.into_iter().take(1));
        let sent = sent.flat_map(|account| account.send).filter(|sent| sent.place == "header");
        sent.filter_map(|sent| Some((sent.name, sent.value?))).collect()
    }

    /// As [`Simulator::play`], for this tenant.
    ///
    /// # Panics
    ///
    /// When there is no such story.
    #[track_caller]
    pub fn play(&self, name: &str) -> Story {
        self.ground.play(name)
    }

    /// As [`Simulator::expect`], of this tenant's calls.
    ///
    /// # Panics
    ///
    /// When it names what nothing has; and, where it is dropped, when it is not so.
    #[track_caller]
    pub fn expect(&self, calls: impl Into<Calls>) -> Expected {
        self.ground.expect(calls.into())
    }

    /// Moves its clock on; false where it cannot tell that time.
    #[must_use]
    pub fn advance(&self, by: std::time::Duration) -> bool {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let adjustment = Adjustment { advance_ms: Some(by_ms), ..Adjustment::default() };
        self.ground.tenant.memory.clock.adjust(&adjustment)
    }

    /// What it has sent.
    #[must_use]
    pub fn journal(&self, query: &Query) -> Page {
        self.ground.tenant.journal.page(query)
    }

    /// Whether what is expected was received of it.
    #[must_use]
    pub fn verify(&self, expected: &Expectations) -> Findings {
        expected.verify(&self.ground.tenant.journal, 0)
    }

    /// Which endpoints, outcomes and codes it has met, of how many.
    #[must_use]
    pub fn coverage(&self) -> Covered {
        self.ground.coverage()
    }
}

impl Drop for TestTenant {
    fn drop(&mut self) {
        self.ground.app.tenants.end(self.name(), End::Deleted);
    }
}

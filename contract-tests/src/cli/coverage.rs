//! `gsp-contract coverage`: which codes of the catalog runs have tried and a client has met.

use std::{path::PathBuf, time::Duration};

use gsp_contract_tests::{
    coverage::{Catalog, Covered, Met},
    http,
    target::TargetError,
};
use gsp_simulator::tenants::TENANT_HEADER;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use super::{DONE, MISMATCHES, Packs, Trouble, print, reports};

/// So long a simulator may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which codes of the catalog contract runs have tried, and which a client has met.
///
/// A simulator counts what its client has met; `--url` asks it. `--run` reads a run that was kept;
/// without either, the last run is read. Codes that are missing are told with how to get them from a
/// simulator: a magic GSTIN, an account, a header.
///
/// Exit codes: 0 done, 1 a share is less than `--at-least`, 2 a file or an argument is wrong, 3 the
/// simulator is out of reach.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The simulator that the client talks to: what `gspsim serve` prints.
    #[arg(long, value_name = "URL", env = "GSPSIM_URL", hide_env_values = true)]
    url: Option<String>,
    /// The simulator's tenant that is the client's; may be given several times. The one that is
    /// always there unless said otherwise.
    #[arg(long, value_name = "NAME", env = "GSPSIM_TENANT", hide_env_values = true)]
    tenant: Vec<String>,
    /// All tenants that the simulator has, together: tests with a tenant each are one client.
    #[arg(long, conflicts_with = "tenant", requires = "url")]
    all_tenants: bool,
    /// The simulator's admin token, where it wants one.
    #[arg(long, value_name = "TOKEN", env = "GSPSIM_ADMIN_TOKEN", hide_env_values = true)]
    admin_token: Option<SecretString>,
    /// A run that was kept; may be given several times.
    #[arg(long, value_name = "FILE")]
    run: Vec<PathBuf>,
    /// Only this vendor; may be given several times.
    #[arg(long)]
    vendor: Vec<String>,
    /// Ends with 1 where less of a vendor's codes was met, by the client where `--url` is given, else
    /// by the runs: of each vendor that is named, or else of each that was called at all.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    at_least: Option<u8>,
    #[command(flatten)]
    packs: Packs,
    /// Tell it as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Args) -> Result<u8, Trouble> {
    let suite = arguments.packs.suite()?;
    for name in &arguments.vendor {
        super::known_vendor(&suite, name)?;
    }
    let mut files = arguments.run.clone();
    if files.is_empty() && arguments.url.is_none() {
        files.push(reports::last_run());
    }
    let runs = files.iter().map(|file| reports::read_run(file)).collect::<Result<Vec<_>, _>>()?;
    let client = match &arguments.url {
        Some(url) => Some(met(url, arguments).await?),
        None => None,
    };
    let mut covered = Catalog::of(&suite).covered(&runs, client.as_ref());
    covered.retain(|one| arguments.vendor.is_empty() || arguments.vendor.contains(&one.vendor));
    let ingredients = arguments.packs.ingredients()?;
    for one in &mut covered {
        one.show_ways(&suite, &ingredients);
    }
    let short = arguments.at_least.map(|least| short(&covered, arguments, usize::from(least)));
    let short = short.unwrap_or_default();
    if arguments.json {
        let told: Vec<&str> = short.iter().map(|one| one.vendor.as_str()).collect();
        let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
        let all = json!({
            "url": arguments.url, "runs": names, "at_least": arguments.at_least,
            "below": told, "vendors": covered,
        });
        print(&format!("{all:#}\n"));
    } else {
        print(&reports::terminal().coverage(&covered));
        for one in &short {
            let least = arguments.at_least.unwrap_or_default();
            let told = gsp_contract_tests::coverage::told::share(one.share());
            print(&format!("\n{}: {told}, and at least {least} % is wanted\n", one.vendor));
        }
    }
    Ok(if short.is_empty() { DONE } else { MISMATCHES })
}

/// The vendors of which less was met than is wanted. Where nobody was called at all, that is all
/// of them.
fn short<'a>(covered: &'a [Covered], arguments: &Args, least: usize) -> Vec<&'a Covered> {
    let called = covered.iter().any(|one| one.share().met > 0);
    let counts = |one: &&Covered| !arguments.vendor.is_empty() || !called || one.share().met > 0;
    let is_short = |one: &&Covered| one.share().met * 100 < least * one.share().of;
    covered.iter().filter(counts).filter(is_short).collect()
}

/// What a simulator says that its client has met: all of its tenants together, where that is wanted.
async fn met(url: &str, arguments: &Args) -> Result<Met, Trouble> {
    let simulator = Simulator::new(url, arguments)?;
    let mut tenants: Vec<Option<String>> = arguments.tenant.iter().cloned().map(Some).collect();
    if arguments.all_tenants {
        let all: Tenants = simulator.ask("tenants", None).await?;
        tenants = all.tenants.into_iter().map(|tenant| Some(tenant.name)).collect();
    }
    if tenants.is_empty() {
        tenants.push(None);
    }
    let mut met = Met::default();
    for tenant in tenants {
        met.add(simulator.ask("coverage", tenant.as_deref()).await?);
    }
    Ok(met)
}

/// The tenants of a simulator.
#[derive(Debug, Deserialize)]
struct Tenants {
    tenants: Vec<Tenant>,
}

/// One of them.
#[derive(Debug, Deserialize)]
struct Tenant {
    name: String,
}

/// A running simulator.
struct Simulator<'a> {
    url: &'a str,
    token: Option<&'a SecretString>,
    client: reqwest::Client,
}

impl<'a> Simulator<'a> {
    fn new(url: &'a str, arguments: &'a Args) -> Result<Self, Trouble> {
        let url = url.trim_end_matches('/');
        let client = http::client().no_proxy().timeout(PATIENCE).build();
        let client = client.map_err(|error| out_of_reach(url, &error))?;
        Ok(Self { url, token: arguments.admin_token.as_ref(), client })
    }

    /// Asks the admin API, for a tenant.
    async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        tenant: Option<&str>,
    ) -> Result<T, Trouble> {
        let url = self.url;
        let mut request = self.client.get(format!("{url}/__sim/{path}"));
        if let Some(tenant) = tenant {
            request = request.header(TENANT_HEADER, tenant);
        }
        if let Some(token) = self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let reply = request.send().await.map_err(|error| out_of_reach(url, &error))?;
        let status = reply.status();
        if status.is_client_error() {
            return Err(Trouble::Input(format!(
                "error: the simulator at {url} does not tell its {path}: {status}\nhint: `--tenant` names one that is there, `--admin-token` gives what `gspsim serve` printed"
            )));
        }
        let none = |_| Trouble::Target(TargetError::NoSimulator { url: url.to_owned() });
        reply.json().await.map_err(none)
    }
}

fn out_of_reach(url: &str, error: &reqwest::Error) -> Trouble {
    Trouble::Target(TargetError::OutOfReach { url: url.to_owned(), why: error.to_string() })
}

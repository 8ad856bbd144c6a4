//! Whether one tenant's calls wait for each other: the walk and the journal, without sockets, in one
//! thread and in two at once.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use gsp_simulator::{
    exchange::{self, Exchange},
    journal::{Bounds, Entry, Secrets},
    memory::clock::Clock,
    pack::Pack,
    tenant::Tenant,
    world::World,
};

use crate::{
    Effort, FEW, Fallible,
    cases::Case,
    numbers::Numbers,
    parts::call,
    tables::{median, spread},
};

/// Prints a row for each vendor's success path.
pub(crate) fn print(world: &World, cases: &[Case], effort: Effort) -> Fallible {
    println!(
        "| call, walked and kept in the journal | one thread | two, of one tenant | to one: ratio | two, of a tenant each | to one: ratio |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for case in cases.iter().filter(|case| case.is_main) {
        let (mut alone, mut shared, mut apart) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..effort.rounds {
            let [one, other] = [tenant(), tenant()];
            alone.push(rate(world, case, &[&one], effort.time)?);
            shared.push(rate(world, case, &[&one, &one], effort.time)?);
            apart.push(rate(world, case, &[&one, &other], effort.time)?);
        }
        let to_alone = |rates: &[f64]| {
            let ratios = rates.iter().zip(&alone).map(|(rate, alone)| rate / alone);
            spread(ratios.collect())
        };
        println!(
            "| `{}` | {:.0}/s | {:.0}/s | **{}** | {:.0}/s | {} |",
            case.name,
            median(alone.clone()),
            median(shared.clone()),
            to_alone(&shared),
            median(apart.clone()),
            to_alone(&apart),
        );
    }
    println!();
    Ok(())
}

fn tenant() -> Tenant {
    Tenant::new("default", Clock::Wall, Bounds::default())
}

/// Calls a second, with a thread for each of these tenants.
fn rate(world: &World, case: &Case, tenants: &[&Tenant], time: Duration) -> Fallible<f64> {
    let (vendor, _) = case.name.split_once("::").ok_or("a case without a vendor")?;
    let pack = world.vendor(vendor).ok_or("a case of no vendor")?;
    std::thread::scope(|scope| {
        let threads: Vec<_> = tenants
            .iter()
            .enumerate()
            .map(|(at, tenant)| {
                scope.spawn(move || {
                    let mut numbers = Numbers::new(FEW, at);
                    let mut request = case.request.clone();
                    let mut calls = 0_u32;
                    let begun = Instant::now();
                    while begun.elapsed() < time {
                        for _ in 0..16 {
                            let gstin = numbers.next();
                            for &at in &case.gstins {
                                request[at..at + 15].copy_from_slice(&gstin);
                            }
                            let call =
                                call(pack, tenant, &request).map_err(|error| error.to_string())?;
                            let exchange = exchange::play(world, tenant, pack, call)
                                .map_err(|error| error.to_string())?;
                            keep(tenant, pack, &exchange);
                            black_box(&exchange);
                            calls += 1;
                        }
                    }
                    Ok::<_, String>(f64::from(calls) / begun.elapsed().as_secs_f64())
                })
            })
            .collect();
        let rates = threads.into_iter().map(|thread| thread.join().map_err(|_| "a panic")?);
        Ok(rates.sum::<Result<f64, String>>()?)
    })
}

/// Keeps an exchange as the server does.
fn keep(tenant: &Tenant, pack: &Pack, exchange: &Exchange) {
    let scene = &exchange.scene;
    let endpoint = scene.endpoint();
    let gstin = endpoint.and_then(|endpoint| endpoint.lookup?.gstin_field());
    tenant.journal.keep(&Entry {
        call: &scene.call,
        secrets: Secrets { headers: &pack.secret_headers, queries: &pack.secret_queries },
        vendor: &pack.name,
        endpoint: endpoint.map_or("", |endpoint| &endpoint.name),
        account: scene.account.map_or("", |account| &pack.accounts[account].name),
        gstin: gstin.and_then(|field| scene.field(field)?.as_str()).unwrap_or_default(),
        outcome: exchange.outcome.as_str(),
        code: &exchange.code,
        via: exchange.via,
        reply: &exchange.delivery.reply,
        streamed: None,
        wait_ms: 0,
        hint: "",
        opened: ("", ""),
        faults: &[],
        wire: "",
    });
}

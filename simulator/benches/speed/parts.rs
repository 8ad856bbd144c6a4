//! Where a call's time goes, without sockets: the walk of a call, and the register in it.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use bytes::Bytes;
use gsp_simulator::{
    exchange,
    journal::Bounds,
    memory::clock::Clock,
    model::{call::Call, period::ist_date},
    pack::Pack,
    tenant::Tenant,
    world::World,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::{FEW, Fallible, MANY, cases::Case, numbers::Numbers};

/// Prints a row for each case.
pub(crate) fn print(world: &World, cases: &[Case], time: Duration) -> Fallible {
    println!(
        "| call, in one thread without sockets | of 1,000 taxpayers | all of them different | of it: who is registered |"
    );
    println!("|---|--:|--:|--:|");
    for case in cases {
        println!(
            "| `{}` | {:.1} µs | {:.1} µs | {:.1} µs |",
            case.name,
            walk(world, case, FEW, time)?,
            walk(world, case, MANY, time)?,
            look_up(world, time)?
        );
    }
    println!();
    Ok(())
}

/// Microseconds for the walk of one call.
pub(crate) fn walk(world: &World, case: &Case, distinct: u64, time: Duration) -> Fallible<f64> {
    let (vendor, _) = case.name.split_once("::").ok_or("a case without a vendor")?;
    let pack = world.vendor(vendor).ok_or("a case of no vendor")?;
    let tenant = Tenant::new("default", Clock::Wall, Bounds::default());
    let mut numbers = Numbers::new(distinct, 0);
    let mut request = case.request.clone();
    let mut calls = 0_u32;
    let mut spent = Duration::ZERO;
    while spent < time {
        let mut made = Vec::with_capacity(64);
        for _ in 0..64 {
            let gstin = numbers.next();
            for &at in &case.gstins {
                request[at..at + 15].copy_from_slice(&gstin);
            }
            made.push(call(pack, &tenant, &request)?);
        }
        let begun = Instant::now();
        for call in made {
            let exchange = exchange::play(world, &tenant, pack, call)?;
            black_box(exchange.delivery.reply.body.len());
            calls += 1;
        }
        spent += begun.elapsed();
    }
    Ok(spent.as_secs_f64() * 1e6 / f64::from(calls))
}

fn look_up(world: &World, time: Duration) -> Fallible<f64> {
    let on = ist_date(Clock::Wall.now_ms());
    let mut numbers = Numbers::new(MANY, 0);
    let mut calls = 0_u32;
    let begun = Instant::now();
    while begun.elapsed() < time {
        for _ in 0..64 {
            let gstin = numbers.next();
            black_box(world.register.look_up(std::str::from_utf8(&gstin)?, on));
            calls += 1;
        }
    }
    Ok(begun.elapsed().as_secs_f64() * 1e6 / f64::from(calls))
}

/// The call that a request's bytes are.
pub(crate) fn call(pack: &Pack, tenant: &Tenant, request: &[u8]) -> Fallible<Call> {
    let text = std::str::from_utf8(request)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("a request without an end")?;
    let mut lines = head.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let method = Method::from_bytes(words.next().unwrap_or_default().as_bytes())?;
    let target = words.next().unwrap_or_default();
    let target = target.strip_prefix('/').and_then(|rest| rest.strip_prefix(pack.name.as_str()));
    let target = target.ok_or("a request to another vendor")?;
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        headers.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
    }
    Ok(Call {
        number: tenant.memory.count_call(),
        at_ms: tenant.memory.clock.now_ms(),
        method,
        path: path.to_owned(),
        query,
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
        ended: None,
    })
}

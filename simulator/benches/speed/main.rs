//! `cargo bench -p gsp-simulator`: how fast the simulator is next to a bare axum server.
//!
//! Both serve from a process of their own with one thread on one core; this process loads them in
//! turn from the other core. Prints Markdown tables for `docs/performance.md`; `--quick` takes
//! fewer and shorter rounds (`cargo bench -p gsp-simulator -- --quick`), `--walk` leaves the sockets
//! out, and a part of a case's name takes only the cases that have it.

#![expect(clippy::print_stdout, reason = "printing is this program's job")]

use std::{error::Error, time::Duration};

use gsp_simulator::world::{Ingredients, World};

mod bare;
mod cases;
mod child;
mod cores;
mod handshake;
mod large;
mod load;
mod numbers;
mod parts;
mod reference;
mod rules;
mod sealed;
mod session;
mod tables;

use self::{
    cases::Case,
    child::{Child, Program, Setup},
    load::Load,
    numbers::Numbers,
    tables::Series,
};

type Fallible<T = ()> = Result<T, Box<dyn Error>>;

/// Distinct GSTINs, where nothing else is said.
const FEW: u64 = 1_000;
/// Distinct GSTINs, where they are many.
const MANY: u64 = 10_000_000;
/// How many scenario rules are loaded.
const RULES: [usize; 3] = [1, 1_000, 10_000];
/// How many stories are being played.
const STORIES: [usize; 3] = [0, 1, 5];
/// How many tenants there are besides the default one.
const TENANTS: [usize; 3] = [1, 100, 10_000];
/// How many exchanges a journal keeps.
const JOURNALS: [usize; 3] = [0, 1_000, 100_000];

/// How long is measured.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    time: Duration,
    starts: usize,
    /// How many files of a large return are downloaded.
    files: usize,
}

fn main() -> Fallible {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let text: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match text.as_slice() {
        ["serve-simulator", setup, folder] => return child::serve_simulator(setup, folder),
        ["serve-reference", plan] => return reference::serve(plan),
        _ => {}
    }
    let effort = if text.contains(&"--quick") {
        Effort { rounds: 3, time: Duration::from_millis(250), starts: 5, files: 5 }
    } else {
        Effort { rounds: 9, time: Duration::from_millis(400), starts: 15, files: 100 }
    };
    let only = text.iter().find(|argument| !argument.starts_with("--")).copied();
    measure(effort, only, text.contains(&"--walk"))
}

fn measure(effort: Effort, only: Option<&str>, walk_only: bool) -> Fallible {
    let world = World::load(&Ingredients::default())
        .map_err(|findings| format!("{} findings in the fixtures", findings.len()))?;
    let mut cases = cases::read(&world)?;
    cases.retain(|case| only.is_none_or(|part| case.name.contains(part)));
    if walk_only {
        parts::print(&world, &cases, effort.time)?;
        return cores::print(&world, &cases, effort);
    }
    println!("{}\n", tables::machine());
    if !cases.is_empty() {
        calls(effort, &world, cases)?;
    }
    child::pin_this()?;
    handshake::print(&world, effort, only)?;
    sealed::print(effort, only)?;
    large::print(&world, effort, only)
}

/// Calls of every vendor, against a bare server.
fn calls(effort: Effort, world: &World, mut cases: Vec<Case>) -> Fallible {
    let simulators: Vec<Child> =
        of_each(RULES, |rules| Setup { stories: 1, rules, ..Setup::default() })?;
    for case in &mut cases {
        case.reply_bytes = Load::open(simulators[0].address)?.mean_reply(case, FEW)?;
    }
    at_rest(effort)?;
    parts::print(world, &cases, effort.time)?;
    cores::print(world, &cases, effort)?;
    let bench = Bench { effort, simulators };
    child::pin_this()?;
    bench.against_axum(&cases)?;
    let main: Vec<&Case> = cases.iter().filter(|case| case.is_main).collect();
    bench.with_rules(&main)?;
    bench.with_numbers(&main)?;
    bench.memory()?;
    drop(bench);

    let stories = of_each(STORIES, |stories| Setup { stories, rules: 1, ..Setup::default() })?;
    Bench { effort, simulators: stories }.with_more("stories played", STORIES, &main)?;
    let journals =
        of_each(JOURNALS, |journal| Setup { journal: Some(journal), ..Setup::default() })?;
    Bench { effort, simulators: journals }.with_more("exchanges kept", JOURNALS, &main)?;
    let tenants = of_each(TENANTS, |tenants| Setup { tenants, ..Setup::default() })?;
    Bench { effort, simulators: tenants }.with_tenants(&main)
}

/// A simulator for each number.
fn of_each(numbers: [usize; 3], setup: impl Fn(usize) -> Setup) -> Fallible<Vec<Child>> {
    numbers.into_iter().map(|number| Child::simulator(setup(number))).collect()
}

/// The servers, and how long each is loaded.
struct Bench {
    effort: Effort,
    /// One for each number of a table.
    simulators: Vec<Child>,
}

impl Bench {
    /// Loads servers in turn, round by round; one series each.
    fn in_turn(&self, case: &Case, servers: &[(&Child, u64)]) -> Fallible<Vec<Series>> {
        let mut series = vec![Series::default(); servers.len()];
        let mut loads: Vec<Load> = servers
            .iter()
            .map(|(server, _)| Load::open(server.address))
            .collect::<Fallible<_>>()?;
        for round in 0..=self.effort.rounds {
            for (at, (server, distinct)) in servers.iter().enumerate() {
                let mut numbers = Numbers::new(*distinct, round);
                let sample = loads[at].run(server, case, &mut numbers, self.effort.time)?;
                // The first round warms caches up and is not counted.
                if round > 0 {
                    series[at].push(sample);
                }
            }
        }
        Ok(series)
    }

    fn against_axum(&self, cases: &[Case]) -> Fallible {
        println!(
            "| call | reply | axum: calls/s | ours: calls/s | ratio (spread) | axum: CPU | ours: CPU | CPU ratio (spread) |"
        );
        println!("|---|--:|--:|--:|--:|--:|--:|--:|");
        for case in cases {
            let reference = Child::reference(case)?;
            let servers = [(&reference, FEW), (&self.simulators[0], FEW)];
            let series = self.in_turn(case, &servers)?;
            let (axum, ours) = (&series[0], &series[1]);
            println!(
                "| `{}` | {:.1} KB | {:.0} | {:.0} | **{}** | {:.1} µs | {:.1} µs | {} |",
                case.name,
                kilobytes(case.reply_bytes),
                axum.calls(),
                ours.calls(),
                ours.ratio_of_calls(axum),
                axum.cpu(),
                ours.cpu(),
                ours.ratio_of_cpu(axum),
            );
        }
        println!();
        Ok(())
    }

    fn with_rules(&self, cases: &[&Case]) -> Fallible {
        self.with_more("rules of the story that is played", RULES, cases)
    }

    /// A column for each simulator, and the last one's ratio to the first.
    fn with_more(&self, what: &str, numbers: [usize; 3], cases: &[&Case]) -> Fallible {
        let [least, more, most] = numbers;
        println!("| call, {what} | {least} | {more} | {most} | {most} to {least}: calls/s | CPU |");
        println!("|---|--:|--:|--:|--:|--:|");
        for case in cases {
            let servers: Vec<_> = self.simulators.iter().map(|server| (server, FEW)).collect();
            self.row(case, &servers)?;
        }
        println!();
        Ok(())
    }

    /// Calls to a tenant among others, and what all of them take.
    fn with_tenants(&self, cases: &[&Case]) -> Fallible {
        let mut taken = Vec::new();
        for (server, tenants) in self.simulators.iter().zip(TENANTS) {
            taken.push((tenants, server.memory()? / 1024.0));
        }
        let cases: Vec<_> = cases.iter().map(|case| case.of_tenant("t0")).collect();
        let cases: Vec<_> = cases.iter().collect();
        self.with_more("tenants besides the default one", TENANTS, &cases)?;
        println!("| tenants | memory before any of them was called |");
        println!("|---|--:|");
        for (tenants, megabytes) in taken {
            println!("| {tenants} | {megabytes:.1} MB |");
        }
        println!();
        Ok(())
    }

    fn with_numbers(&self, cases: &[&Case]) -> Fallible {
        println!("| call, distinct GSTINs | 1,000 | 10,000,000 | many to few: calls/s | CPU |");
        println!("|---|--:|--:|--:|--:|");
        for case in cases {
            self.row(case, &[(&self.simulators[0], FEW), (&self.simulators[0], MANY)])?;
        }
        println!();
        Ok(())
    }

    /// A row of calls a second and CPU for each server, and the last one's ratios to the first.
    fn row(&self, case: &Case, servers: &[(&Child, u64)]) -> Fallible {
        let series = self.in_turn(case, servers)?;
        let cells: Vec<String> =
            series.iter().map(|one| format!("{:.0}/s, {:.1} µs", one.calls(), one.cpu())).collect();
        let (first, last) = (&series[0], &series[series.len() - 1]);
        println!(
            "| `{}` | {} | {} | {} |",
            case.name,
            cells.join(" | "),
            last.ratio_of_calls(first),
            last.ratio_of_cpu(first)
        );
        Ok(())
    }

    fn memory(&self) -> Fallible {
        println!("| memory after all this load | value |");
        println!("|---|--:|");
        for (server, rules) in self.simulators.iter().zip(RULES) {
            println!("| {rules} rules | {:.1} MB |", server.memory()? / 1024.0);
        }
        println!();
        Ok(())
    }
}

fn at_rest(effort: Effort) -> Fallible {
    println!("| at rest | exec to first reply | memory then |");
    println!("|---|--:|--:|");
    for (name, program) in
        [("this bench's server", Program::Bench), ("`gspsim serve`", Program::Gspsim)]
    {
        let (mut times, mut memory) = (Vec::new(), Vec::new());
        for _ in 0..effort.starts {
            let (time, kilobytes) = child::start(program)?;
            times.push(time.as_secs_f64() * 1e3);
            memory.push(kilobytes / 1024.0);
        }
        println!("| {name} | {} ms | {} MB |", tables::spread(times), tables::spread(memory));
    }
    println!();
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a body is far below 2^52 bytes")]
fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

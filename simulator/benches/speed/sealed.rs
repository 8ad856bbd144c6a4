//! Sealed GSTR-1 answers, in one thread and without sockets: invoices a second, and next to what the
//! same bytes cost bare.
//!
//! Three things of ours are told apart: the answer rendered and sealed from books that are open;
//! the same with the books told anew, which the bare side never does; the whole call, with its
//! session and its rules. Time is this thread's on a core.

use std::{hint::black_box, sync::Arc, time::Duration};

use gsp_simulator::{
    exchange,
    gstn::Key,
    journal::Bounds,
    memory::clock::Clock,
    model::{gstin::check_character, period::ist_date},
    pack::{Body, folder::Folder},
    render::{
        expression::{Locals, Scope},
        scene::Scene,
        tree::Tree,
    },
    route,
    tell::request::Request,
    tenant::Tenant,
    world::{Ingredients, World},
};

use crate::{
    Effort, Fallible,
    bare::Section,
    session::{self, Gateway, NOW_MS, Session},
    tables::{Sample, Series},
};

/// Invoices of an answer.
const SIZES: [u32; 3] = [10, 1_000, 10_000];

/// The persona with very many invoices, of whom there are copies with fewer.
const PERSONA: &str = "taxpayers/invoices-25000.json";

/// The user of all sessions here.
const USER: &str = "speed";

/// Prints a row for each size, at every vendor that seals returns.
pub(crate) fn print(effort: Effort, only: Option<&str>) -> Fallible {
    let world = world()?;
    let mut head = false;
    for gateway in Gateway::all(&world)? {
        for (index, size) in SIZES.into_iter().enumerate() {
            let name = format!("{}::sealed-{size}", gateway.pack.name);
            if only.is_some_and(|part| !name.contains(part)) {
                continue;
            }
            if !head {
                println!(
                    "| sealed GSTR-1 of | JSON | bare | rendered and sealed: ratio | and books told: ratio | whole call: ratio |"
                );
                println!("|---|--:|--:|--:|--:|--:|");
                head = true;
            }
            row(&world, &gateway, &name, &gstin(index)?, effort)?;
        }
    }
    if head {
        println!();
    }
    Ok(())
}

/// The world with taxpayers who have so many invoices a month.
fn world() -> Fallible<World> {
    let persona = Folder::embedded_fixtures().source(PERSONA).ok_or("the persona is gone")?;
    let mut files = Vec::new();
    for (index, size) in SIZES.into_iter().enumerate() {
        let mut persona: serde_json::Value = serde_json::from_str(&persona.text)?;
        persona["gstin"] = gstin(index)?.into();
        persona["invoices_per_month"] = size.into();
        files.push((format!("taxpayers/speed-{size}.json"), persona.to_string()));
    }
    let mut ingredients = Ingredients::default();
    ingredients.fixtures.push(Folder::of_texts("speed", files));
    World::load(&ingredients).map_err(|findings| format!("{findings:#?}").into())
}

/// Another registration of that persona's PAN.
fn gstin(index: usize) -> Fallible<String> {
    let mut gstin = *b"29AAACV0000D5Z0";
    gstin[11] += u8::try_from(index)?;
    gstin[14] = check_character(&gstin[..14]).ok_or("a GSTIN without a check character")?;
    Ok(String::from_utf8(gstin.to_vec())?)
}

fn row(world: &World, gateway: &Gateway, name: &str, gstin: &str, effort: Effort) -> Fallible {
    let stage = Stage::set(world, gateway, gstin)?;
    let json = stage.json()?;
    let section = Section::read(&json)?;
    if section.count().to_string() != name.rsplit('-').next().unwrap_or_default() {
        return Err(format!("`{name}` has {} invoices", section.count()).into());
    }
    let mut numbers = 1_000..;
    let mut ways: [Box<dyn FnMut() -> Fallible<usize> + '_>; 4] = [
        Box::new(|| Ok(section.sealed(&Key([1; 32]), &Key([2; 32])).len())),
        Box::new(|| stage.render(&stage.open)),
        Box::new(|| stage.render(&stage.fresh())),
        Box::new(|| stage.play(numbers.next().unwrap_or_default())),
    ];
    let mut series: [Series; 4] = Default::default();
    for round in 0..=effort.rounds {
        for (one, way) in series.iter_mut().zip(&mut ways) {
            let sample = sample(way, effort.time / 2)?;
            if round > 0 {
                one.push(sample);
            }
        }
    }
    let [bare, sealed, told, whole] = &series;
    let speed = |one: &Series| {
        format!("{:.0}/s, {:.0} MB/s", one.calls(), one.calls() * megabytes(json.len()))
    };
    println!(
        "| `{name}` | {:.0} KB | {} | {}: **{}** | {}: **{}** | {}: **{}** |",
        crate::kilobytes(json.len()),
        speed(bare),
        speed(sealed),
        sealed.ratio_of_cpu(bare),
        speed(told),
        told.ratio_of_cpu(bare),
        speed(whole),
        whole.ratio_of_cpu(bare),
    );
    Ok(())
}

/// Does something for so long, on this thread's own time.
fn sample(act: &mut dyn FnMut() -> Fallible<usize>, time: Duration) -> Fallible<Sample> {
    let mut calls = 0_u32;
    let begun = own_time()?;
    loop {
        let batch = (calls / 4).clamp(1, 1_000);
        for _ in 0..batch {
            black_box(act()?);
        }
        calls += batch;
        let spent = own_time()?.saturating_sub(begun);
        if spent >= time {
            let cpu_us = spent.as_secs_f64() * 1e6 / f64::from(calls);
            return Ok(Sample { calls_per_second: 1e6 / cpu_us, cpu_us });
        }
    }
}

/// How long this thread has been on a core.
pub(crate) fn own_time() -> Fallible<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(Duration::from_nanos(text.split(' ').next().unwrap_or_default().parse()?))
}

/// All that one answer takes.
struct Stage<'world> {
    world: &'world World,
    gateway: &'world Gateway,
    tenant: Tenant,
    session: Session,
    request: Request,
    /// A scene whose books are open.
    open: Arc<Scene>,
}

impl<'world> Stage<'world> {
    /// Opens a session, and the books.
    fn set(world: &'world World, gateway: &'world Gateway, gstin: &str) -> Fallible<Self> {
        let tenant = Tenant::new("default", Clock::Frozen(NOW_MS), Bounds::default());
        let mut number = 0;
        let mut play = |request: Request| {
            number += 1;
            let call = session::call(&request, number);
            exchange::play(world, &tenant, &gateway.pack, call)
        };
        play(gateway.otp_request(USER, &gstin[..2])?)?;
        let opened = play(gateway.log_in(USER, &gstin[..2])?)?;
        let session = Gateway::session(USER, &opened.delivery.reply.body)?;
        let request = gateway.invoices(&session, gstin)?;
        let said = play(request.clone())?.delivery.reply.body;
        let open = fresh(world, gateway, &session, &request);
        let stage = Self { world, gateway, tenant, session, request, open };
        // What is rendered here is what the whole call says.
        if stage.json()? != stage.session.open(&said)? {
            return Err("the rendered answer is not the played one".into());
        }
        Ok(stage)
    }

    fn fresh(&self) -> Arc<Scene> {
        fresh(self.world, self.gateway, &self.session, &self.request)
    }

    fn tree(&self) -> Fallible<&Tree> {
        let endpoint = self.gateway.gstr1().ok_or("no GSTR-1")?;
        match &*endpoint.replies.all[endpoint.success].body {
            Body::Json(tree) => Ok(tree),
            _ => Err("a GSTR-1 that is no JSON".into()),
        }
    }

    fn render(&self, scene: &Arc<Scene>) -> Fallible<usize> {
        let mut out = Vec::new();
        self.tree()?.write(Scope { scene, locals: &Locals::Empty }, &mut out)?;
        Ok(black_box(out).len())
    }

    /// What the sealed part says.
    fn json(&self) -> Fallible<Vec<u8>> {
        let mut out = Vec::new();
        let scene = self.fresh();
        self.tree()?.write(Scope { scene: &scene, locals: &Locals::Empty }, &mut out)?;
        self.session.open(&out)
    }

    fn play(&self, number: u64) -> Fallible<usize> {
        let call = session::call(&self.request, number);
        let played = exchange::play(self.world, &self.tenant, &self.gateway.pack, call)?;
        Ok(played.delivery.reply.body.len())
    }
}

/// The scene of a call as it is when it is rendered; no book is open.
fn fresh(world: &World, gateway: &Gateway, session: &Session, request: &Request) -> Arc<Scene> {
    let (pack, register) = (&gateway.pack, &world.register);
    let call = session::call(request, 3);
    let mut scene = Scene::new(Arc::clone(pack), Arc::clone(register), world.seed, call);
    let _ = route::find(pack, &mut scene);
    let gstin = request.query.get("gstin").map(String::as_str).unwrap_or_default();
    scene.taxpayer = register.recall(gstin, ist_date(NOW_MS));
    scene.consent = Some(session.consent());
    Arc::new(scene)
}

#[expect(clippy::cast_precision_loss, reason = "a body is far below 2^52 bytes")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

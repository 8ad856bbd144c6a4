//! The ways to a vendor, and what each reply says of itself.

use crate::common::{
    Connection, Natural, Request, WORLD, builder, call, lookups, record, settled, simulator,
};

/// The natural call at the root, as behind the vendor's own host name.
fn at_root(natural: &Natural) -> Request {
    Request { target: natural.target(), ..natural.request() }
}

#[tokio::test]
async fn the_vendors_real_host_name_leads_to_it() {
    let simulator = simulator().await;
    let mut tried = 0;
    for natural in lookups(&WORLD) {
        let good = call(&simulator, &natural.request()).await;
        for host in &natural.pack.hosts {
            for host in [host.clone(), host.to_uppercase(), format!("{host}:443")] {
                let reply = call(&simulator, &at_root(&natural).with("Host", &host)).await;
                assert_eq!(settled(&reply.body), settled(&good.body), "{host}");
                tried += 1;
            }
            // Below that name everything is the vendor's: the admin API is not there.
            let admin = call(&simulator, &Request::get("/__sim/health").with("host", host)).await;
            assert_eq!(record(&simulator, &admin)["vendor"], natural.pack.name, "{host}");
        }
    }
    assert!(tried > 8, "most vendors have a host name");
}

#[tokio::test]
async fn a_host_name_in_the_target_counts_like_one_in_the_header() {
    let simulator = simulator().await;
    for natural in lookups(&WORLD) {
        let Some(host) = natural.pack.hosts.first() else { continue };
        let mut request = at_root(&natural).with("host", host);
        request.target = format!("http://{host}{}", request.target);
        assert_eq!(call(&simulator, &request).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn a_mounted_vendor_is_at_the_root_of_a_port_of_its_own() {
    let mut mounting = builder();
    for pack in &WORLD.packs {
        mounting = mounting.mount(&pack.name, 0);
    }
    let simulator = mounting.start().await.expect("free ports are there");
    assert_eq!(simulator.mounts().len(), WORLD.packs.len());
    for natural in lookups(&WORLD) {
        let good = call(&simulator, &natural.request()).await;
        let (_, address) = simulator
            .mounts()
            .iter()
            .find(|(vendor, _)| *vendor == natural.pack.name)
            .expect("it is mounted");
        let mut connection = Connection::open(*address).await;
        connection.send(&at_root(&natural).bytes()).await;
        let reply = connection.reply().await.expect("it is answered");
        assert_eq!(settled(&reply.body), settled(&good.body), "{}", natural.name());

        connection.send(&Request::get("/__sim/health").bytes()).await;
        let admin = connection.reply().await.expect("it is answered");
        assert_eq!(record(&simulator, &admin)["vendor"], natural.pack.name, "no admin API there");
    }
}

#[tokio::test]
async fn mounting_nobody_fails_and_names_those_there_are() {
    let error = builder().mount("nobody", 0).start().await.expect_err("nobody is there");
    assert!(error.to_string().contains("no vendor `nobody`"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains(&WORLD.packs[0].name)));
}

#[tokio::test]
async fn an_address_of_nobody_lists_the_vendors() {
    let simulator = simulator().await;
    for target in ["/nobody/at/all", "//", "/nobody", "/%2f", "/../x", "/?x=1"] {
        let reply = call(&simulator, &Request::get(target)).await;
        if target == "/?x=1" {
            assert_eq!(reply.status, 200, "the front page");
            continue;
        }
        assert_eq!(reply.status, 404, "{target}");
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        let hint = reply.header("x-sim-hint").expect("there is a hint").to_owned();
        for pack in &WORLD.packs {
            assert!(hint.contains(&format!("/{}", pack.name)), "{hint}");
        }
        let record = record(&simulator, &reply);
        let path = target.split('?').next().unwrap_or_default();
        assert_eq!(
            record["request"]["target"].as_str(),
            Some(target),
            "the address as it was sent"
        );
        assert!(record["hint"].as_str().is_some_and(|hint| hint.contains(path)), "{record}");
        assert_eq!((record["via"].as_str(), record["vendor"].as_str()), (Some("nobody"), Some("")));
    }
}

#[tokio::test]
async fn the_front_page_has_each_vendors_address() {
    let simulator = simulator().await;
    let page = call(&simulator, &Request::get("/")).await;
    for pack in &WORLD.packs {
        assert!(page.text().contains(&format!("{}/{}", simulator.url(), pack.name)), "{page:?}");
    }
}

#[tokio::test]
async fn each_reply_names_its_exchange_even_a_problem_of_ours() {
    let simulator = simulator().await;
    let natural = &lookups(&WORLD)[0];
    let good = record(&simulator, &call(&simulator, &natural.request()).await);
    assert_eq!(good["endpoint"], natural.endpoint().name);
    let wished = natural.request().with("x-sim-outcome", "nonsense");
    let problem = call(&simulator, &wished).await;
    let kept = record(&simulator, &problem);
    assert_eq!(kept["reply"]["status"], 400);
    assert_eq!(kept["vendor"], natural.pack.name);
}

#[tokio::test]
async fn a_stopped_simulator_takes_no_more_connections() {
    let simulator = simulator().await;
    let address = simulator.address();
    let natural = &lookups(&WORLD)[0];
    let mut idle = Connection::open(address).await;
    call(&simulator, &natural.request()).await;
    simulator.stop().await;
    assert!(idle.ends().await, "a connection without a call is ended");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

//! Vendors come and go with their folders: one more, one less, one in place of another.

use std::{fs, path::Path};

use gsp_simulator::{
    Simulator, StartError,
    pack::folder::Folder,
    world::{Ingredients, World},
};

use crate::common::{NOW, Natural, Request, WORLD, call, lookups, settled, simulator};

/// A built-in vendor's files, to be changed: path below its folder, text.
fn files(vendor: &str) -> Vec<(String, String)> {
    let fixtures = Folder::embedded_fixtures();
    let prefix = format!("{vendor}/");
    let paths: Vec<_> = fixtures.below(&prefix).map(str::to_owned).collect();
    paths
        .into_iter()
        .map(|path| {
            let source = fixtures.source(&format!("{prefix}{path}")).expect("it is listed");
            (path, source.text.to_string())
        })
        .collect()
}

fn write(folder: &Path, files: &[(String, String)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
}

/// A look-up whose refusal of nobody's credentials shows the catalog's wording, and that wording.
async fn worded(simulator: &Simulator) -> (Natural, String) {
    for natural in lookups(&WORLD) {
        let endpoint = natural.endpoint();
        let Some(plan) = endpoint.auth_missing.map(|index| &endpoint.replies.all[index]) else {
            continue;
        };
        let Some(code) = natural.pack.code_of(plan) else { continue };
        let reply = call(simulator, &nameless(&natural.request())).await;
        if !code.message.is_empty() && reply.text().contains(&code.message) {
            let message = code.message.clone();
            return (natural, message);
        }
    }
    panic!("no vendor shows its wording");
}

fn nameless(request: &Request) -> Request {
    let mut request = request.clone();
    request.headers.retain(|(name, _)| name == "content-type");
    request
}

const WORDING: &str = "Nobody of that name lives here";

fn reworded(mut files: Vec<(String, String)>, message: &str) -> Vec<(String, String)> {
    for (path, text) in &mut files {
        if path == "errors.toml" {
            let old = format!("message = \"{message}\"");
            assert!(text.contains(&old), "{old}");
            *text = text.replace(&old, &format!("message = \"{WORDING}\""));
        }
    }
    files
}

#[tokio::test]
async fn a_copy_with_other_paths_and_another_wording_is_one_more_vendor() {
    let plain = simulator().await;
    let (natural, message) = worded(&plain).await;
    let mut files = reworded(files(&natural.pack.name), &message);
    for (path, text) in &mut files {
        if path == "vendor.toml" {
            *text = text.replace("\npath = \"/", "\npath = \"/moved/");
        }
    }
    let folder = tempfile::tempdir().expect("there is room");
    write(&folder.path().join("sixth"), &files);
    let builder = Simulator::builder().now(NOW).and_then(|builder| builder.fixtures(folder.path()));
    let simulator = builder.expect("it can be read").start().await.expect("it is right");
    assert_eq!(simulator.world().packs.len(), WORLD.packs.len() + 1);

    let mut moved = natural.request();
    moved.target = format!("/sixth/moved{}", natural.target());
    let good = call(&plain, &natural.request()).await;
    let reply = call(&simulator, &moved).await;
    assert_eq!((reply.status, settled(&reply.body)), (good.status, settled(&good.body)));
    let refused = call(&simulator, &nameless(&moved)).await;
    assert!(refused.text().contains(WORDING), "{refused:?}");
    let old = Request { target: format!("/sixth{}", natural.target()), ..natural.request() };
    assert_ne!(call(&simulator, &old).await.status, 200, "the old path is gone");

    // The one it was copied from is as it was.
    let reply = call(&simulator, &natural.request()).await;
    assert_eq!(settled(&reply.body), settled(&good.body));
    let refused = call(&simulator, &nameless(&natural.request())).await;
    assert!(refused.text().contains(&message), "{refused:?}");
    let host = natural.pack.hosts.first().expect("it has a host name");
    let by_host = Request { target: natural.target(), ..natural.request() }.with("host", host);
    assert_eq!(call(&simulator, &by_host).await.status, 200, "the host name stays the first one's");
}

#[tokio::test]
async fn a_folder_of_the_same_name_takes_a_vendors_place() {
    let (natural, message) = worded(&simulator().await).await;
    let folder = tempfile::tempdir().expect("there is room");
    write(&folder.path().join(&natural.pack.name), &reworded(files(&natural.pack.name), &message));
    let builder = Simulator::builder().now(NOW).and_then(|builder| builder.fixtures(folder.path()));
    let simulator = builder.expect("it can be read").start().await.expect("it is right");
    assert_eq!(simulator.world().packs.len(), WORLD.packs.len());
    let refused = call(&simulator, &nameless(&natural.request())).await;
    assert!(refused.text().contains(WORDING), "{refused:?}");
    assert_eq!(call(&simulator, &natural.request()).await.status, 200);
}

#[tokio::test]
async fn a_vendor_whose_folder_is_gone_is_gone() {
    let gone = &WORLD.packs[0].name;
    let all = Folder::embedded_fixtures();
    let folder = tempfile::tempdir().expect("there is room");
    let kept: Vec<_> = all
        .below("")
        .filter(|path| !path.starts_with(&format!("{gone}/")))
        .map(|path| (path.to_owned(), all.source(path).expect("it is listed").text.to_string()))
        .collect();
    write(folder.path(), &kept);
    let ingredients = Ingredients {
        fixtures: vec![Folder::read(folder.path()).expect("it can be read")],
        ..Ingredients::default()
    };
    let world = World::load(&ingredients).expect("the others are whole without it");
    assert_eq!(world.packs.len(), WORLD.packs.len() - 1);
    let builder = Simulator::builder().world(world.into()).now(NOW).expect("it is a time");
    let simulator = builder.start().await.expect("it starts");
    for natural in lookups(&WORLD) {
        let reply = call(&simulator, &natural.request()).await;
        let expected = if natural.pack.name == *gone { 404 } else { 200 };
        assert_eq!(reply.status, expected, "{}", natural.name());
        assert!(!simulator.url().contains(gone.as_str()));
    }
    let page = call(&simulator, &Request::get("/")).await;
    assert!(!page.text().contains(&format!("/{gone}")), "{page:?}");
}

#[tokio::test]
async fn a_broken_folder_is_told_with_file_line_and_word() {
    let name = &WORLD.packs[0].name;
    let mut files = files(name);
    for (path, text) in &mut files {
        if path == "vendor.toml" {
            *text = text.replacen("success = ", "succes = ", 1).replacen(
                "method = \"POST\"",
                "method = \"PO ST\"",
                1,
            );
        }
    }
    let folder = tempfile::tempdir().expect("there is room");
    write(&folder.path().join("broken"), &files);
    let builder = Simulator::builder().fixtures(folder.path()).expect("it can be read");
    let Err(StartError::Files(findings)) = builder.start().await else { panic!("it is wrong") };
    let drawn = findings[0].draw(false);
    assert!(drawn.contains("vendor.toml:"), "{drawn}");
    assert!(drawn.contains("PO ST"), "{drawn}");
}

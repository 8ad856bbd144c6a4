//! Every recorded request, sent to a simulator that plays the recording.

use std::sync::Arc;

use gsp_simulator::{
    Simulator, StartError,
    finding::Finding,
    pack::folder::Folder,
    world::{Ingredients, World},
};
use reqwest::{Method, redirect::Policy};
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use super::Files;
use crate::{
    http,
    recording::{
        exchange::{Body, Taken, TakenReply},
        file::Recording,
    },
};

/// An answer that is another than the recorded one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The exchange, from 1.
    pub exchange: usize,
    /// Its request in a line.
    pub request: String,
    /// What was recorded.
    pub recorded: String,
    /// What the simulator says.
    pub played: String,
}

/// Why a replay cannot be tried.
#[derive(Debug, Error)]
pub enum CheckError {
    /// The files are wrong.
    #[error("the simulator does not take the files")]
    Files(Vec<Finding>),
    /// The simulator does not start.
    #[error("the simulator does not start")]
    Start(#[from] StartError),
    /// It does not answer.
    #[error("the simulator does not answer: {0}")]
    Answer(#[from] reqwest::Error),
}

/// Plays the files in this process and asks all that was asked.
///
/// # Errors
///
/// Where the files cannot be played.
pub async fn check(
    recording: &Recording,
    files: &Files,
    name: &str,
    mut ingredients: Ingredients,
) -> Result<Vec<Difference>, CheckError> {
    let people =
        files.personas.iter().map(|(name, text)| (format!("taxpayers/{name}"), text.clone()));
    ingredients.fixtures.push(Folder::of_texts("fixtures", people));
    let story = [(format!("{name}.toml"), files.scenario.clone())];
    ingredients.scenarios.push(Folder::of_texts("scenarios", story));
    let world = World::load(&ingredients).map_err(CheckError::Files)?;
    let simulator = Simulator::builder().world(Arc::new(world)).scenario(name).start().await?;
    let client = http::client().no_proxy().redirect(Policy::none()).no_gzip().build()?;
    let base = format!("{}/{}", simulator.url(), recording.head.vendor.value);
    let mut differences = Vec::new();
    for (at, exchange) in recording.exchanges.iter().enumerate() {
        let taken = &exchange.value;
        let Some(recorded) = &taken.reply else { continue };
        let played = ask(&client, &base, taken).await?;
        if !same(recorded, &played) {
            differences.push(Difference {
                exchange: at + 1,
                request: format!("{} {}", taken.method, taken.path),
                recorded: told(recorded),
                played: told(&played),
            });
        }
    }
    simulator.stop().await;
    Ok(differences)
}

async fn ask(client: &reqwest::Client, base: &str, taken: &Taken) -> reqwest::Result<TakenReply> {
    let method = Method::from_bytes(taken.method.as_bytes()).unwrap_or(Method::GET);
    let query = taken.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let mut request = client.request(method, format!("{base}{}{query}", taken.path));
    for (name, value) in &taken.headers {
        request = request.header(name, value);
    }
    let reply = request.body(taken.body.text().to_owned()).send().await?;
    let status = reply.status().as_u16();
    let text = String::from_utf8_lossy(&reply.bytes().await?).into_owned();
    let body = if text.is_empty() { Body::None } else { Body::Text(text) };
    Ok(TakenReply { status, headers: Vec::new(), body })
}

/// The same status, and the same JSON or text.
fn same(recorded: &TakenReply, played: &TakenReply) -> bool {
    let json = |body: &Body| serde_json::from_str::<Value>(body.text()).ok();
    let bodies = match (json(&recorded.body), json(&played.body)) {
        (Some(one), Some(other)) => one == other,
        _ => recorded.body.text() == played.body.text(),
    };
    recorded.status == played.status && bodies
}

fn told(reply: &TakenReply) -> String {
    let start: String = reply.body.text().split_whitespace().collect::<Vec<_>>().join(" ");
    let start: String = start.chars().take(200).collect();
    format!("HTTP {} {start}", reply.status)
}

//! What a flow does beside the vendor's requests, and puts back where others use the target too.

use gsp_simulator::pack::contract::flows::Act;
use reqwest::Method;
use serde_json::{Value, json};

use super::{FlowStep, Run};
use crate::{case::request::RequestError, target::TargetError};

/// What a flow has changed at its target.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// The clock as it was.
    clock: Option<Value>,
    /// By how much it was moved, in the words of the steps.
    advanced: Vec<String>,
    /// Scenarios that were begun.
    scenarios: Vec<String>,
    /// Certificates that were rotated, and how many there are.
    rotated: (u64, u64),
}

impl Run<'_> {
    pub(super) async fn act(&mut self, step: &FlowStep, act: &Act) -> Result<(), TargetError> {
        match act {
            Act::LogIn(kind) => return self.log_in(step, kind).await,
            Act::FetchCertificate => {
                let kind = self.flow.ways.first().map_or("", |way| &way.handshake.kind);
                return self.visit.trust(&step.client, &self.flow.vendor, kind).await;
            }
            Act::Advance(by) => {
                if self.changed.clock.is_none() {
                    self.changed.clock = Some(self.target.tell(Method::GET, "clock", None).await?);
                }
                self.target.set_clock(&json!({ "advance": by.value })).await?;
                self.changed.advanced.push(by.value.clone());
            }
            Act::Begin(name) => {
                let told = self.target.tell(Method::PUT, &scenario(name), None).await?;
                if told["active"] != true {
                    let why = told["detail"].as_str().unwrap_or("it is not played");
                    return Err(RequestError::Session(format!("scenario `{name}`: {why}")).into());
                }
                self.changed.scenarios.push(name.value.clone());
            }
            Act::End(name) => {
                self.target.tell(Method::DELETE, &scenario(name), None).await?;
                self.changed.scenarios.retain(|known| *known != name.value);
            }
            Act::RotateCertificate => {
                let of = self.rotate().await?;
                self.changed.rotated = (self.changed.rotated.0 + 1, of);
            }
        }
        Ok(())
    }

    /// How many certificates there are.
    async fn rotate(&self) -> Result<u64, TargetError> {
        let told = self.target.tell(Method::PUT, "gstn/certificate/rotate", None).await?;
        Ok(told["of"].as_u64().unwrap_or(1))
    }

    /// Puts back what was changed; a simulator of the flow's own ends with it.
    pub(super) async fn put_back(&mut self) -> Result<(), TargetError> {
        if self.target.is_own() {
            return Ok(());
        }
        for name in std::mem::take(&mut self.changed.scenarios) {
            self.target.tell(Method::DELETE, &scenario(&name), None).await?;
        }
        if let Some(clock) = self.changed.clock.take() {
            for change in back(&clock, &self.changed.advanced) {
                self.target.set_clock(&change).await?;
            }
        }
        let (times, of) = self.changed.rotated;
        for _ in 0..(of - times % of.max(1)) % of.max(1) {
            self.rotate().await?;
        }
        Ok(())
    }
}

fn scenario(name: &str) -> String {
    format!("scenarios/{name}")
}

/// What brings a clock back to where it was.
fn back(clock: &Value, advanced: &[String]) -> Vec<Value> {
    if clock["wall"] == true {
        return vec![json!({ "now": "wall" })];
    }
    if clock["frozen"] == true {
        return vec![json!({ "now": clock["now"] })];
    }
    advanced.iter().map(|by| json!({ "advance": format!("-{by}") })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_goes_back_to_where_it_was() {
        let at = "2026-11-21T04:30:00Z";
        let by = ["30m".to_owned(), "6h".to_owned()];
        assert_eq!(back(&json!({ "now": at, "wall": true }), &by), [json!({ "now": "wall" })]);
        assert_eq!(back(&json!({ "now": at, "frozen": true }), &by), [json!({ "now": at })]);
        assert_eq!(
            back(&json!({ "now": at, "frozen": false, "wall": false }), &by),
            [json!({ "advance": "-30m" }), json!({ "advance": "-6h" })]
        );
    }
}

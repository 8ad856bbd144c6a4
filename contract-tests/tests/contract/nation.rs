//! One nation: every vendor tells the same of the same taxpayer, each in its own words.
//!
//! The table of words names vendors, for it undoes what each of them does.

use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use gsp_contract_tests::{
    case::Case,
    target::{Answer, Target},
};
use gsp_simulator::pack::contract::RequestBody;
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use super::Stage;

/// How many of the crowd are asked about.
const CROWD: usize = 50;

/// How a vendor is asked, and where its answer has what.
struct Words {
    /// The case whose request is sent, with another GSTIN.
    case: &'static str,
    /// Where the answer about the taxpayer begins.
    root: &'static str,
    legal_name: &'static str,
    trade_name: &'static str,
    status: &'static str,
    registered: &'static str,
    /// How the day of registration is written.
    date: &'static str,
    pin: &'static str,
}

const VENDORS: [Words; 5] = [
    Words {
        case: "finagg::search::found",
        root: "",
        legal_name: "/lgnm",
        trade_name: "/tradeNam",
        status: "/sts",
        registered: "/rgdt",
        date: "%d/%m/%Y",
        pin: "/pradr/addr/pncd",
    },
    Words {
        case: "attestr::verify-gstin::without-filings",
        root: "",
        legal_name: "/legalName",
        trade_name: "/tradeName",
        status: "/active",
        registered: "/registered",
        date: "%d-%m-%Y",
        pin: "/addresses/0/zip",
    },
    Words {
        case: "hyperverge::search-gstin-v2::found",
        root: "/result/data",
        legal_name: "/legalName",
        trade_name: "/tradeName",
        status: "/status",
        registered: "/registeredDate",
        date: "%d/%m/%Y",
        pin: "/pradr/addr/pincode",
    },
    Words {
        case: "hms::check::found",
        root: "/data",
        legal_name: "/legalName",
        trade_name: "/tradeName",
        status: "/status",
        registered: "/registrationDate",
        date: "%Y-%m-%d",
        pin: "/address/pincode",
    },
    Words {
        case: "accuauth::indian-gst::found",
        root: "/result",
        legal_name: "/lgnm",
        trade_name: "/trade_nam",
        status: "/sts",
        registered: "/rgdt",
        date: "%d/%m/%Y",
        // The last word of an address in one line.
        pin: "/pradr/adr",
    },
];

/// What a vendor says of a taxpayer, in nobody's words.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    legal_name: String,
    trade_name: String,
    registered: String,
    pin: String,
    active: bool,
}

pub(crate) fn trials(stage: &Arc<Stage>) -> Vec<Trial> {
    let stage = Arc::clone(stage);
    vec![Trial::test("nation::the-same-taxpayer-through-every-vendor", move || same(&stage))]
}

fn same(stage: &Stage) -> Result<(), Failed> {
    let (runtime, target) = stage.target()?;
    let register = &stage.suite.world.register;
    // The pages' examples are what each page prints, and the others need not know them.
    let personas = register.personas().filter(|one| !one.absent && !one.documented_example);
    let mut gstins: Vec<String> = personas.map(|persona| persona.gstin.clone()).collect();
    gstins.extend(register.population(CROWD, None).map(|gstin| gstin.to_string()));
    let mut differences = Vec::new();
    for gstin in &gstins {
        let mut first: Option<(&str, Told, String)> = None;
        for words in &VENDORS {
            let case = stage.suite.cases.iter().find(|case| case.id() == words.case);
            let case = case.ok_or_else(|| format!("there is no case `{}`", words.case))?;
            let answer = runtime.block_on(ask(target, case, gstin))?;
            let (told, status) = words.told(&answer).map_err(|why| format!("{gstin}: {why}"))?;
            match &first {
                None => first = Some((words.case, told, status)),
                Some((other, expected, _)) if *expected != told => differences.push(format!(
                    "{gstin}\n    {other}: {expected:?}\n    {}: {told:?}",
                    words.case
                )),
                Some((other, _, word)) if !status.is_empty() && !alike(word, &status) => {
                    differences.push(format!(
                        "{gstin}: {other} says {word}, {} says {status}",
                        words.case
                    ));
                }
                Some(_) => {}
            }
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!("vendors contradict each other:\n  {}", differences.join("\n  ")).into())
}

async fn ask(target: &Target, case: &Case, gstin: &str) -> Result<Answer, Failed> {
    let mut request = target.request(case).await?;
    for (key, value) in &mut request.query {
        if key == "gstin" {
            gstin.clone_into(value);
        }
    }
    if let RequestBody::Json(body) = &mut request.body {
        body["gstin"] = gstin.into();
    }
    Ok(target.send(case, request).await?)
}

/// Some vendors know fewer states of a registration than others.
fn alike(one: &str, other: &str) -> bool {
    let short = |word: &str| match word {
        "Provisional" => "Active".to_owned(),
        "Inactive" => "Cancelled".to_owned(),
        word => word.split(' ').next().unwrap_or_default().to_owned(),
    };
    short(one) == short(other)
}

impl Words {
    /// What the answer tells, and the word for the registration's state where there is one.
    fn told(&self, answer: &Answer) -> Result<(Told, String), String> {
        let text = String::from_utf8_lossy(&answer.body);
        if answer.status != 200 {
            return Err(format!("{}: status {}: {text}", self.case, answer.status));
        }
        let mut json: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if let Some(encoded) = json["data"].as_str() {
            let inside = BASE64_STANDARD.decode(encoded).map_err(|error| error.to_string())?;
            json = serde_json::from_slice(&inside).map_err(|error| error.to_string())?;
        }
        let at = |pointer: &str| json.pointer(&format!("{}{pointer}", self.root));
        let text =
            |pointer: &str| at(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let legal_name = text(self.legal_name);
        if legal_name.is_empty() {
            return Err(format!("{}: no name in {json}", self.case));
        }
        let registered = text(self.registered);
        let day = jiff::civil::Date::strptime(self.date, &registered)
            .map_err(|error| format!("{}: {registered}: {error}", self.case))?;
        let status = text(self.status);
        let told = Told {
            legal_name,
            trade_name: text(self.trade_name),
            registered: day.to_string(),
            pin: pin(&text(self.pin)),
            active: at(self.status)
                .and_then(Value::as_bool)
                .unwrap_or_else(|| alike(&status, "Active")),
        };
        Ok((told, status))
    }
}

/// The PIN at the end of an address; none abroad.
fn pin(address: &str) -> String {
    let last = address.rsplit(", ").next().unwrap_or_default();
    let is_pin = last.len() == 6 && last.bytes().all(|byte| byte.is_ascii_digit());
    if is_pin { last.to_owned() } else { String::new() }
}

//! `gspsim gstin`: numbers made, checked and taken apart.

use std::collections::HashSet;

use clap::{Subcommand, ValueEnum};
use gsp_simulator::{
    model::{
        dice::Dice,
        gstin::{Gstin, GstinError, GstinKind, STATES, anatomy, state},
    },
    tell::taxpayer::persona_names,
};
use serde_json::{Value, json};

use super::{
    Exit, Failure, Said, Told,
    global::Session,
    paint::{Table, bold, dim, error_label},
};

/// What `gstin` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make valid GSTINs that nobody real has: their PAN carries the serial 0000
    New(New),
    /// Say whether texts are GSTINs; ends with 1 where one is not
    Check {
        /// What to check
        #[arg(required = true, value_name = "GSTIN")]
        gstins: Vec<String>,
    },
    /// Take a GSTIN apart, or a text that ought to be one
    Explain {
        /// What to take apart
        gstin: String,
    },
}

#[derive(Debug, clap::Args)]
struct New {
    /// State code, such as 27; left out, any state
    #[arg(long, value_name = "CODE")]
    state: Option<String>,
    /// What sort of registration
    #[arg(long, default_value = "ordinary", value_name = "KIND")]
    kind: Kind,
    /// How many
    #[arg(long, default_value_t = 1, value_name = "N")]
    count: usize,
}

/// What sort of registration a number tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// State, PAN, entity number, Z: nearly every taxpayer
    Ordinary,
    /// A government department without a PAN
    Government,
    /// Deducts tax at source (TDS)
    TaxDeductor,
    /// Collects tax at source (TCS)
    TaxCollector,
    /// A non-resident taxable person
    NonResident,
    /// Online services from abroad (OIDAR)
    OnlineServices,
    /// A UN body, an embassy or another notified person (UIN)
    Embassy,
}

/// Names the stream of random numbers for made-up numbers.
const MADE_UP: u64 = 0x6773_7469;

/// After so many numbers in a row that are taken, there are no more.
const PATIENCE: usize = 10_000;

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    match &args.command {
        Command::New(new) => make(session, new),
        Command::Check { gstins } => Ok(check(session, gstins)),
        Command::Explain { gstin } => Ok(explain(session, gstin)),
    }
}

fn make(session: &Session, new: &New) -> Result<Said, Failure> {
    if let Some(code) = &new.state {
        known_state(code)?;
        if new.kind == Kind::OnlineServices && code != "99" {
            return Err(Failure::new(format!(
                "online services are not registered in state {code}"
            ))
            .hint("they have the state code 99: leave `--state` out"));
        }
    }
    let told = Told::load(session)?;
    let mut taken: HashSet<String> =
        told.world.register.personas().map(|persona| persona.gstin.clone()).collect();
    taken.extend(told.world.magic.rows().map(|row| row.gstin.value.clone()));
    let mut dice = Dice::new(session.ingredients.seed, MADE_UP, &[new.kind as u8]);
    let mut made = Vec::new();
    let mut failed = 0;
    while made.len() < new.count {
        let first_14 = draft(&mut dice, new.kind, new.state.as_deref());
        match Gstin::complete(&first_14) {
            Ok(gstin) if taken.insert(gstin.to_string()) => {
                failed = 0;
                made.push(gstin.to_string());
            }
            _ => failed += 1,
        }
        if failed > PATIENCE {
            let message = format!("there are only {} such numbers", made.len());
            return Err(Failure::new(message).hint("ask for fewer, or leave `--state` out"));
        }
    }
    Ok(if session.json { Said::json(&made) } else { Said::text(lines(&made)) })
}

/// Each on a line of its own.
fn lines(texts: &[String]) -> String {
    texts.iter().flat_map(|text| [text, "\n"]).collect()
}

/// The state with this code, which some GSTIN may begin with.
pub(crate) fn known_state(code: &str) -> Result<(), Failure> {
    if state(code).is_some() {
        return Ok(());
    }
    Err(Failure::new(format!("`{code}` is no state code"))
        .hint("two digits: 01 to 38, such as 27 for Maharashtra, or 97 or 99"))
}

/// The first 14 characters of a number that is nobody's.
fn draft(dice: &mut Dice, kind: Kind, wanted: Option<&str>) -> String {
    let letter = |dice: &mut Dice| char::from(*dice.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    // Codes that are no longer given out, or that are no state's, only when asked for.
    let usual = |code: &str| !matches!(code, "25" | "28" | "97" | "99");
    let state = match (wanted, kind) {
        (Some(code), _) => code.to_owned(),
        (None, Kind::OnlineServices) => "99".to_owned(),
        (None, _) => loop {
            let code = dice.pick(&STATES).code;
            if usual(code) {
                break code.to_owned();
            }
        },
    };
    let foreign = |dice: &mut Dice, mark: &str| {
        let year = 17 + dice.below(9);
        let country: String = (0..3).map(|_| letter(dice)).collect();
        format!("{state}{year}{country}00000{mark}")
    };
    let mark = match kind {
        Kind::NonResident => return foreign(dice, "NR"),
        Kind::OnlineServices => return foreign(dice, "OS"),
        Kind::Embassy => return foreign(dice, "UN"),
        Kind::Government => {
            let letters: String = (0..4).map(|_| letter(dice)).collect();
            return format!("{state}{letters}00000{}1Z", letter(dice));
        }
        Kind::TaxDeductor => 'D',
        Kind::TaxCollector => 'C',
        Kind::Ordinary => 'Z',
    };
    let running: String = (0..3).map(|_| letter(dice)).collect();
    let holder = char::from(*dice.pick(b"PPPPCCCCFFHATBLJG"));
    format!("{state}{running}{holder}{}0000{}1{mark}", letter(dice), letter(dice))
}

fn check(session: &Session, gstins: &[String]) -> Said {
    let read: Vec<(&str, Result<Gstin, GstinError>)> =
        gstins.iter().map(|text| (text.as_str(), text.parse())).collect();
    let right = read.iter().all(|(_, gstin)| gstin.is_ok());
    let exit = if right { Exit::Done } else { Exit::Mismatch };
    if session.json {
        let records: Vec<_> = read.iter().map(|(text, gstin)| record(text, gstin)).collect();
        return Said::json(&records).ending(exit);
    }
    let mut table = Table::new(&["gstin", "verdict", "what it is"]);
    for (text, gstin) in &read {
        let (verdict, what) = match gstin {
            Ok(gstin) => {
                let place = state(gstin.state_code()).map_or("", |state| state.name);
                ("valid", format!("{}, {place}", kind_word(gstin.kind())))
            }
            Err(error) => ("not valid", error.to_string()),
        };
        table.row([(*text).to_owned(), verdict.to_owned(), what]);
    }
    Said::text(table.draw()).ending(exit)
}

fn record(text: &str, gstin: &Result<Gstin, GstinError>) -> Value {
    match gstin {
        Ok(gstin) => json!({
            "gstin": text,
            "valid": true,
            "kind": kind_word(gstin.kind()),
            "state_code": gstin.state_code(),
            "state": state(gstin.state_code()).map(|state| state.name),
            "pan": gstin.pan(),
            "error": null,
        }),
        Err(error) => json!({
            "gstin": text,
            "valid": false,
            "kind": null,
            "state_code": null,
            "state": null,
            "pan": null,
            "error": error.to_string(),
        }),
    }
}

fn kind_word(kind: GstinKind) -> &'static str {
    match kind {
        GstinKind::Ordinary => "ordinary",
        GstinKind::GovernmentDepartment => "government",
        GstinKind::TaxDeductor => "tax-deductor",
        GstinKind::TaxCollector => "tax-collector",
        GstinKind::NonResident => "non-resident",
        GstinKind::OnlineServices => "online-services",
        GstinKind::Embassy => "embassy",
    }
}

fn explain(session: &Session, text: &str) -> Said {
    let parts = anatomy(text);
    let verdict = text.parse::<Gstin>();
    let sound = verdict.is_ok() || parts.iter().any(|part| part.fault.is_some());
    let fixtures = &session.ingredients.fixtures;
    let persona = persona_names(fixtures).into_iter().find(|name| {
        gsp_simulator::tell::taxpayer::gstin_of(fixtures, name).as_deref() == Some(text)
    });
    if session.json {
        let parts: Vec<_> = parts
            .iter()
            .map(|part| {
                json!({
                    "from": part.range.start + 1,
                    "to": part.range.end,
                    "text": part.text,
                    "meaning": part.meaning,
                    "fault": part.fault,
                })
            })
            .collect();
        return Said::json(&json!({
            "gstin": text,
            "valid": verdict.is_ok(),
            "kind": verdict.as_ref().ok().map(|gstin| kind_word(gstin.kind())),
            "parts": parts,
            "persona": persona,
        }));
    }
    let mut out = match &verdict {
        Ok(gstin) => {
            format!("{}  {}\n\n", bold(text), dim(&format!("valid, {}", kind_word(gstin.kind()))))
        }
        Err(_) => format!("{}  not a valid GSTIN\n\n", bold(text)),
    };
    let mut table = Table::new(&["place", "text", "what it says"]).flexible(2).indented(2);
    for part in &parts {
        let place = match (part.range.start + 1, part.range.end) {
            (from, to) if from >= to => from.to_string(),
            (from, to) => format!("{from}-{to}"),
        };
        let fault = part.fault.as_ref().map(|fault| format!("\nwrong: {fault}"));
        table.row([place, part.text.clone(), part.meaning.clone() + &fault.unwrap_or_default()]);
    }
    out += &table.draw();
    if let (Err(error), false) = (&verdict, sound) {
        say!(out, "\n  {} {error}\n", error_label());
    }
    if verdict.as_ref().is_ok_and(|gstin| gstin.pan().is_some_and(|pan| &pan[5..9] == "0000")) {
        say!(out, "\n  {}\n", dim("The PAN's serial is 0000: nobody real has this number."));
    }
    if let Some(name) = persona {
        say!(out, "  It is the persona `{name}`.\n");
    }
    Said::text(out)
}

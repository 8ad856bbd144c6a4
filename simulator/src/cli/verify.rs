//! `gspsim verify`: whether a running simulator received what is expected.

use std::{
    fs,
    io::{self, Read as _},
    path::PathBuf,
    sync::Arc,
};

use gsp_simulator::{
    finding::{Finding, Source},
    verify::{Difference, Expectation, Expectations, Findings, Wrong},
};
use http::{Request, StatusCode};
use serde::Deserialize;

use super::{
    Exit, Failure, Said,
    global::Session,
    paint::{bad, dim, good},
    remote::{self, Remote, Target},
};

/// What `verify` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What is expected, as TOML (`[[expect]]`) or JSON; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    target: Target,
}

/// A TOML file with expectations.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectFile {
    /// What is expected.
    expect: Vec<Expectation>,
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let source = source(&args.file)?;
    let expected = read(&source)?;
    expected.check().map_err(|wrong| not_so(&wrong))?;
    let remote = Remote::new(session, &args.target)?;
    let body = serde_json::to_string(&expected)
        .map_err(|error| Failure::new(format!("the expectations cannot be written: {error}")))?;
    let (status, text) = remote::runtime()?.block_on(async {
        let request = Request::builder().method("POST");
        let response = remote.ask(request, "/__sim/verify", Some(body)).await?;
        let status = response.status();
        Ok::<_, Failure>((status, remote::text(response).await?))
    })?;
    if status != StatusCode::OK {
        return Err(remote::problem(status, &text));
    }
    let findings: Findings = serde_json::from_str(&text).map_err(|error| {
        Failure::new(format!("the verdict cannot be read: {error}"))
            .hint("is it a gspsim of the same version?")
    })?;
    let exit = if findings.ok { Exit::Done } else { Exit::Mismatch };
    let said = if session.json { Said::json(&findings) } else { Said::text(told(&findings)) };
    Ok(said.ending(exit))
}

fn source(path: &PathBuf) -> Result<Source, Failure> {
    let read = if path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    let text = read.map_err(|error| {
        Failure::new(format!("cannot read `{}`: {error}", path.display()))
            .hint("give a file of expectations, or `-` for standard input")
    })?;
    Ok(Source { path: path.clone(), text: Arc::from(text) })
}

/// Reads TOML or JSON, by the file's ending or else by how it begins.
fn read(source: &Source) -> Result<Expectations, Failure> {
    let start = source.text.trim_start();
    let looks = start.starts_with('{') || (start.starts_with('[') && !start.starts_with("[["));
    let is_json = match source.path.extension().and_then(|ending| ending.to_str()) {
        Some(ending) if ending.eq_ignore_ascii_case("json") => true,
        Some(ending) if ending.eq_ignore_ascii_case("toml") => false,
        _ => looks,
    };
    let wrong = |finding: Finding| {
        let hint = "`gspsim schema expectations` tells what an expectation may say";
        Failure::findings(vec![finding.within(source).hint(hint)])
    };
    if is_json {
        return serde_json::from_str(&source.text).map_err(|error| {
            let text = &source.text;
            let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
            let at = lines.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            // Its place is told by drawing it.
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            wrong(Finding::new(message).at(at..at))
        });
    }
    let file: ExpectFile =
        toml::from_str(&source.text).map_err(|error| wrong(Finding::from_toml(&error)))?;
    Ok(file.expect.into())
}

fn not_so(wrong: &Wrong) -> Failure {
    let Wrong { field, detail, hint } = wrong;
    let message = if field == "." { detail.clone() } else { format!("`{field}`: {detail}") };
    Failure::new(message).hint(hint.clone())
}

fn told(findings: &Findings) -> String {
    let mut out = String::new();
    for verdict in &findings.verdicts {
        let mark = if verdict.ok { good("ok") } else { bad("not ok") };
        let name = verdict.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        say!(out, "{mark}  {name}{}\n", verdict.told);
        for closest in &verdict.closest {
            say!(out, "  {} {}\n", dim(&format!("exchange {}:", closest.exchange)), closest.told);
            for Difference { field, wanted, found } in &closest.differs {
                say!(out, "    {field}: {wanted} wanted, {found} found\n");
            }
        }
    }
    if !findings.whole {
        let note =
            "The journal has let exchanges go: what is counted is the least there can have been.";
        say!(out, "{}\n", dim(note));
    }
    out
}

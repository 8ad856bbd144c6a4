//! Whom to ask, and which cases: what the commands that ask share.

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use gsp_contract_tests::{
    case::{Case, Suite, tags::TAGS},
    config::{Config, FILE_NAME, FILE_VARIABLE, Given, Lack},
    flow::FlowCase,
    runner::Manner,
    target::{Target, TargetError},
};
use gsp_simulator::{finding::Finding, render::expression::closest, world::World};

use super::{Packs, Trouble, known_vendor};

/// Whom to ask, and which cases.
#[derive(Debug, clap::Args)]
pub(crate) struct Choice {
    /// Who is asked: `embedded`, the address that `gspsim serve` prints, or a target's name in
    /// contract.toml.
    #[arg(long, default_value = "embedded", value_name = "embedded|URL|NAME")]
    pub(crate) target: String,
    /// The file with targets; left out, contract.toml of the current folder.
    #[arg(long, value_name = "FILE", env = FILE_VARIABLE)]
    pub(crate) config: Option<PathBuf>,
    /// Only this vendor's cases.
    #[arg(long)]
    pub(crate) vendor: Option<String>,
    /// Only cases whose name (`vendor::endpoint::case`) has this in it.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) case: Option<String>,
    /// Only cases of this kind: success, error, client-error, server-error, asked-for, account,
    /// session, edges, written, flows. Several: those that are of each.
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    #[command(flatten)]
    pub(crate) packs: Packs,
}

/// Cases and flows that are to be tried.
pub(crate) type Chosen<'suite> = (Vec<&'suite Case>, Vec<&'suite FlowCase>);

impl Choice {
    /// The configuration; `None` where there is none and none was named.
    pub(crate) fn config(&self) -> Result<Option<Config>, Trouble> {
        let path = match &self.config {
            Some(path) => path.as_path(),
            None if Path::new(FILE_NAME).is_file() => Path::new(FILE_NAME),
            None => return Ok(None),
        };
        Config::read(path).map(Some).map_err(|findings| {
            let drawn: Vec<_> =
                findings.iter().map(|finding: &Finding| finding.draw(false)).collect();
            Trouble::Input(drawn.join("\n\n"))
        })
    }

    /// The target as contract.toml has it, and what it lacks; `None` where the name is none of its.
    pub(crate) fn given(&self, world: &World) -> Result<Option<(Given, Vec<Lack>)>, Trouble> {
        if self.target == "embedded" || self.target.contains("://") {
            return Ok(None);
        }
        let Some(config) = self.config()? else {
            return Err(Trouble::Input(format!(
                "error: `{}` is no target: there is no {FILE_NAME} here\nhint: write `embedded`, an address such as http://127.0.0.1:4777, or name the file with `--config`; docs/targets.md tells what stands in it",
                self.target
            )));
        };
        config.given(&self.target, world).map(Some).map_err(Trouble::Input)
    }

    /// Whom to ask, ready.
    pub(crate) async fn target(&self, suite: &Suite) -> Result<Target, Trouble> {
        if self.target == "embedded" {
            return Ok(Target::embedded(suite.world.clone()).await?);
        }
        let Some((given, lacks)) = self.given(&suite.world)? else {
            return Ok(Target::at(&self.target).await?);
        };
        // What other vendors lack does not matter here.
        let mine = |lack: &Lack| match (&lack.vendor, &self.vendor) {
            (Some(of), Some(wanted)) => of == wanted,
            _ => true,
        };
        let lacks: Vec<_> = lacks.into_iter().filter(mine).collect();
        if !lacks.is_empty() {
            return Err(TargetError::Lacks { name: self.target.clone(), lacks }.into());
        }
        Ok(Target::given(given, suite).await?)
    }

    /// How cases are tried there; `parallel` is in place of what contract.toml says.
    pub(crate) fn manner(
        &self,
        suite: &Suite,
        parallel: Option<NonZeroUsize>,
    ) -> Result<Manner, Trouble> {
        let given = self.given(&suite.world)?.map(|(given, _)| given);
        let given =
            given.map(|given| (given.parallel, usize::try_from(given.retries).unwrap_or(0)));
        let (own, retries) = given.unwrap_or((1, 0));
        let parallel = parallel.map_or(own, NonZeroUsize::get);
        Ok(Manner { parallel, retries, ..Manner::default() })
    }

    /// The cases that are meant.
    pub(crate) fn cases<'suite>(&self, suite: &'suite Suite) -> Result<Chosen<'suite>, Trouble> {
        if let Some(vendor) = &self.vendor {
            known_vendor(suite, vendor)?;
        }
        for tag in &self.tag {
            let names: Vec<_> = TAGS.iter().map(|(name, _)| (*name).to_owned()).collect();
            if !names.contains(tag) {
                let hint = closest(tag, &names);
                return Err(Trouble::Input(format!(
                    "error: there is no tag `{tag}`\nhint: {hint}"
                )));
            }
        }
        let wanted = |vendor: &str, id: String, tags: Vec<&str>| {
            self.vendor.as_ref().is_none_or(|name| name == vendor)
                && self.case.as_ref().is_none_or(|part| id.contains(part.as_str()))
                && self.tag.iter().all(|tag| tags.contains(&tag.as_str()))
        };
        let cases = suite.cases.iter();
        let cases: Vec<_> =
            cases.filter(|case| wanted(&case.vendor, case.id(), case.tags())).collect();
        let flows = suite.flows.iter();
        let flows: Vec<_> =
            flows.filter(|flow| wanted(&flow.vendor, flow.id(), flow.tags())).collect();
        if cases.is_empty() && flows.is_empty() {
            let part = self.case.as_deref().unwrap_or_default();
            let of = if self.tag.is_empty() {
                String::new()
            } else {
                format!(" and is tagged {}", self.tag.join(" and "))
            };
            return Err(Trouble::Input(format!(
                "error: no case has `{part}` in its name{of}\nhint: names look like `vendor::endpoint::not-found`; `cargo test -p gsp-contract-tests --test contract -- --list` lists them"
            )));
        }
        Ok((cases, flows))
    }
}

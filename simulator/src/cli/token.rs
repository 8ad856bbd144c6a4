//! `gspsim token`: a PASETO for a vendor that takes them.

use gsp_simulator::{
    auth::{Part, PartCheck, paseto::Verifier},
    pack::{Account, Pack},
    render::expression::closest,
    tell::credentials::with_word,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Failure, Said, Told, credentials::tenant_name, global::Session};

/// What `token` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The vendor
    vendor: String,
    /// Make its bearer a member of this organisation; may be given several times
    #[arg(long = "org", value_name = "ID")]
    orgs: Vec<String>,
    /// Its life: seconds, or such as 90s, 15m, 1h, 2d; a negative one has expired already
    #[arg(long, value_name = "TIME", value_parser = seconds, allow_hyphen_values = true)]
    ttl: Option<i64>,
    /// Whose token it is
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Make it this tenant's: the name goes behind its `jti`
    #[arg(long, value_name = "NAME", value_parser = tenant_name)]
    tenant: Option<String>,
    /// One more claim, its value as JSON; text needs no quotes
    #[arg(long = "claim", value_name = "NAME=JSON")]
    claims: Vec<String>,
}

pub(crate) fn run(session: &Session, args: &Args) -> Result<Said, Failure> {
    let told = Told::load(session)?;
    let pack = told.vendor(&args.vendor)?;
    let (part, verifier) = verifier(pack).ok_or_else(|| no_tokens(pack))?;
    let account = account(pack, args.account.as_deref())?;
    let mut claims = account.map(|account| account.claims.clone()).unwrap_or_default();
    if !args.orgs.is_empty() {
        let orgs = args.orgs.iter().map(|id| json!({ "id": id, "role": "owner" }));
        claims.insert("orgs".to_owned(), orgs.collect());
    }
    claims.extend(more_claims(&args.claims)?);
    let at_ms = session.clock.now_ms();
    let life_s = args.ttl.unwrap_or_else(|| verifier.life_s());
    let token = verifier
        .mint_for(args.tenant.as_deref(), at_ms, Some(life_s), claims)
        .map_err(|error| Failure::new(format!("no token can be made: {error}")))?;
    if !session.json {
        return Ok(Said::text(token + "\n"));
    }
    let expires_at = Timestamp::from_millisecond(at_ms.saturating_add(life_s.saturating_mul(1000)));
    Ok(Said::json(&json!({
        "vendor": pack.name,
        "tenant": args.tenant,
        "account": account.map(|account| &account.name),
        "token": token,
        "send": with_word(part, &token),
        "expires_at": expires_at.map(|moment| moment.to_string()).ok(),
        "key_id": verifier.key_id(),
        "public_key": verifier.public_key(),
    })))
}

fn verifier(pack: &Pack) -> Option<(&Part, &Verifier)> {
    pack.schemes.iter().flat_map(|scheme| &scheme.parts).find_map(|part| match &part.check {
        PartCheck::Paseto(verifier) => Some((part, &**verifier)),
        _ => None,
    })
}

fn no_tokens(pack: &Pack) -> Failure {
    Failure::new(format!("`{}` takes no PASETO tokens", pack.name))
        .hint(format!("`gspsim credentials --vendor {}` shows what it takes", pack.name))
}

fn account<'pack>(
    pack: &'pack Pack,
    name: Option<&str>,
) -> Result<Option<&'pack Account>, Failure> {
    let Some(name) = name else { return Ok(pack.accounts.first()) };
    let found = pack.accounts.iter().find(|account| account.name == name);
    found.map(Some).ok_or_else(|| {
        let names: Vec<_> = pack.accounts.iter().map(|account| account.name.clone()).collect();
        Failure::new(format!("`{}` has no account `{name}`", pack.name)).hint(closest(name, &names))
    })
}

fn more_claims(texts: &[String]) -> Result<Map<String, Value>, Failure> {
    let mut claims = Map::new();
    for text in texts {
        let Some((name, value)) = text.split_once('=') else {
            return Err(Failure::new(format!("`--claim {text}` cannot be read"))
                .hint("write `--claim NAME=JSON`, such as `--claim admin=true`"));
        };
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        claims.insert(name.to_owned(), value);
    }
    Ok(claims)
}

/// `90`, `90s`, `15m`, `1h` or `2d`, in seconds.
fn seconds(text: &str) -> Result<i64, String> {
    let (number, factor) = match text.char_indices().last() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 3_600),
        Some((at, 'd')) => (&text[..at], 86_400),
        _ => (text, 1),
    };
    number
        .parse::<i64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| "write seconds, or such as 90s, 15m, 1h, 2d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_seconds_or_has_a_unit() {
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("1h"), Ok(3_600));
        assert_eq!(seconds("-5m"), Ok(-300));
        assert!(seconds("soon").is_err());
        assert!(seconds("").is_err());
    }
}

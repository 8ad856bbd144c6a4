//! Access: credentials that are somebody else's, in another place, or in another form.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::{
    auth::{Part, PartCheck, Scheme, owned::JOINT},
    pack::{
        Endpoint, Pack,
        file::{AuthPlace, Encoding},
    },
    render::scene::Scene,
    world::World,
};

pub(super) fn look(world: &World, scene: &Scene, endpoint: &Endpoint, hints: &mut Vec<String>) {
    let Some(scheme) = endpoint.scheme.and_then(|index| scene.pack.schemes.get(index)) else {
        return;
    };
    let before = hints.len();
    hints.extend(scheme.parts.iter().filter_map(|part| in_another_form(scene, part)));
    if hints.len() == before {
        hints.extend(misplaced(scene, scheme));
    }
    if hints.len() == before {
        hints.extend(mixed(scene, scheme));
    }
    if hints.len() == before {
        hints.extend(of_another_vendor(world, scene, scheme));
    }
}

/// A header's text.
fn sent<'scene>(scene: &'scene Scene, part: &Part) -> Option<&'scene str> {
    scene.call.headers.get(part.header.as_ref()?)?.to_str().ok().map(str::trim)
}

/// A credential without its word, with another one, or not encoded as it should be.
fn in_another_form(scene: &Scene, part: &Part) -> Option<String> {
    let text = sent(scene, part).filter(|text| !text.is_empty())?;
    let header = part.header.as_ref()?;
    let value = match &part.word {
        None => text,
        Some(word) => match text.split_once(' ') {
            None => return Some(format!("`{header}` has one word; `{word}` belongs before it")),
            Some((before, _)) if !before.eq_ignore_ascii_case(word) => {
                // Only words that are one are repeated: a credential may stand there.
                let known = ["Basic", "Bearer", "Digest", "Token", "ApiKey"];
                let known = known.iter().find(|known| known.eq_ignore_ascii_case(before));
                let begins = known.map_or("with another word", |known| *known);
                return Some(format!("`{header}` begins {begins}; `{word}` belongs there"));
            }
            Some((_, value)) => value.trim_start(),
        },
    };
    if !matches!(part.check, PartCheck::Secret(Encoding::Base64)) {
        return None;
    }
    match BASE64_STANDARD.decode(value) {
        Err(_) if value.contains(':') => {
            Some(format!("`{header}` is sent as it is; its Base64 belongs there"))
        }
        Err(_) => Some(format!("`{header}` is no Base64")),
        Ok(bytes) if bytes.ends_with(b"\n") => Some(format!(
            "the Base64 in `{header}` ends in a line break, as `echo` makes one; `printf` does not"
        )),
        Ok(_) => None,
    }
}

/// Where the call carries an account's value, as it is or encoded.
fn carrier<'scene>(scene: &'scene Scene, value: &str) -> Option<&'scene str> {
    // A tenant's credentials have its name behind them.
    let bare =
        |text: &str| text == value || text.rsplit_once(JOINT).is_some_and(|(own, _)| own == value);
    let is = |text: &str| {
        let last = text.trim().rsplit(' ').next().unwrap_or_default();
        let decoded = || String::from_utf8(BASE64_STANDARD.decode(last).ok()?).ok();
        bare(text.trim()) || bare(last) || decoded().is_some_and(|text| bare(&text))
    };
    let mut headers = scene.call.headers.iter();
    let found = headers.find(|(_, text)| text.to_str().is_ok_and(is));
    found.map(|(name, _)| name.as_str())
}

/// The vendor's own credential in a header that is not for it.
fn misplaced(scene: &Scene, scheme: &Scheme) -> Option<String> {
    scheme.parts.iter().find_map(|part| {
        let header = part.header.as_ref()?;
        let values = scene.pack.accounts.iter().flat_map(|account| &account.credentials);
        let mut own = values.filter(|(name, _)| *name == part.name);
        let carrier = own.find_map(|(_, value)| carrier(scene, value))?;
        (carrier != header.as_str())
            .then(|| format!("`{carrier}` carries what belongs in `{header}`"))
    })
}

/// Credentials that are right one by one, but of different accounts.
fn mixed(scene: &Scene, scheme: &Scheme) -> Option<String> {
    let mut whose = Vec::new();
    for part in &scheme.parts {
        let text = sent(scene, part)?;
        let owner = scene.pack.accounts.iter().find(|account| {
            account.credentials.iter().any(|(name, value)| *name == part.name && value == text)
        })?;
        whose.push((part.header.as_ref()?, &owner.name));
    }
    let [(first, one), .., (last, other)] = whose.as_slice() else { return None };
    (one != other).then(|| format!("`{first}` is of the account `{one}`, `{last}` of `{other}`"))
}

/// What another vendor's callers send.
fn of_another_vendor(world: &World, scene: &Scene, scheme: &Scheme) -> Option<String> {
    let others = || world.packs.iter().filter(|pack| pack.name != scene.pack.name);
    let wanted = || {
        let headers = scheme.parts.iter().filter_map(|part| part.header.as_ref());
        headers.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
    };
    let own = &scene.pack.name;
    for pack in others() {
        let values = pack.accounts.iter().flat_map(|account| &account.credentials);
        if let Some(carrier) = values.into_iter().find_map(|(_, value)| carrier(scene, value)) {
            let other = &pack.name;
            return Some(format!(
                "`{carrier}` carries credentials of `{other}`; `{own}` has its own, in {}",
                wanted()
            ));
        }
    }
    let is_own = |name: &str| scheme.parts.iter().any(|part| is_header(part, name));
    let headers = others().flat_map(|pack| header_parts(pack)).filter_map(|part| {
        part.header.as_ref().map(http::HeaderName::as_str).filter(|name| !is_own(name))
    });
    let header = headers.into_iter().find(|name| scene.call.headers.contains_key(*name))?;
    // Of several vendors with this header, those whose word stands there.
    let users = others().filter(|pack| {
        header_parts(pack).any(|part| is_header(part, header) && has_word(scene, part))
    });
    let users: Vec<_> = users.map(|pack| format!("`{}`", pack.name)).collect();
    let users = if users.is_empty() { "another vendor".to_owned() } else { users.join(" and ") };
    Some(format!("`{header}` is for {users}; `{own}` wants {}", wanted()))
}

fn has_word(scene: &Scene, part: &Part) -> bool {
    part.word.as_ref().is_none_or(|word| {
        let before =
            sent(scene, part).and_then(|text| text.split_once(' ')).map(|(before, _)| before);
        before.is_some_and(|before| before.eq_ignore_ascii_case(word))
    })
}

fn is_header(part: &Part, name: &str) -> bool {
    part.header.as_ref().is_some_and(|header| header.as_str() == name)
}

/// Headers by which a vendor's callers show who they are.
fn header_parts(pack: &Pack) -> impl Iterator<Item = &Part> {
    let parts = pack.schemes.iter().flat_map(|scheme| &scheme.parts);
    parts.filter(|part| matches!(part.place, AuthPlace::Header(_)))
}

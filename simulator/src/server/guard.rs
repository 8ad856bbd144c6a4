//! Who may use the admin API: anybody on this machine, but no web page; else whoever has the token.

use std::net::IpAddr;

use axum::body::Body;
use http::{HeaderMap, Request, Response, StatusCode, header};

use super::{App, admin::docs, answer::tenant_of_path, problem};

/// Lets a request through, or says why not.
pub(super) fn check<T>(
    app: &App,
    request: &Request<T>,
    _peer: IpAddr,
) -> Result<(), Box<Response<Body>>> {
    let refuse = |status, detail, hint| Box::new(refusal(status, detail, hint));
    let headers = request.headers();
    let Ok(host) = only(headers, &header::HOST) else {
        return Err(refuse(
            StatusCode::FORBIDDEN,
            "the request names its host twice, or not in letters",
            "send one `Host`, such as 127.0.0.1 or localhost",
        ));
    };
    let origin = only(headers, &header::ORIGIN);
    if origin.is_err() || origin.is_ok_and(|origin| origin.is_some_and(|text| !is_own(text, host)))
    {
        return Err(refuse(
            StatusCode::FORBIDDEN,
            "the admin API takes no requests of other web pages",
            "call it from a program, or from a page of its own address",
        ));
    }
    let Some(token) = &app.admin_token else {
        if is_local(host.unwrap_or("localhost")) {
            return Ok(());
        }
        return Err(refuse(
            StatusCode::FORBIDDEN,
            "the admin API is only for this machine's own names",
            "call it as 127.0.0.1 or localhost, or start with --admin-token",
        ));
    };
    // A browser opens a page without a token; the page asks for it and sends it along.
    let (_, path) = tenant_of_path(request.uri().path());
    if docs::is_page(path) {
        return Ok(());
    }
    let sent = only(headers, &header::AUTHORIZATION).ok().flatten();
    let sent = sent.and_then(|value| value.split_once(' '));
    let sent = sent.filter(|(word, _)| word.eq_ignore_ascii_case("Bearer")).map(|(_, sent)| sent);
    if sent.is_some_and(|sent| same(sent.trim().as_bytes(), token.as_bytes())) {
        return Ok(());
    }
    Err(refuse(
        StatusCode::UNAUTHORIZED,
        "the admin API wants a token here",
        "send `Authorization: Bearer TOKEN`; the token was given with --admin-token, or printed at the start",
    ))
}

fn refusal(status: StatusCode, detail: &str, hint: &str) -> Response<Body> {
    let mut response = problem::response(status, detail, Some(hint));
    if status == StatusCode::UNAUTHORIZED {
        let challenge = http::HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// A header's text, where it is there; an error where it is there twice or is no text.
fn only<'headers>(
    headers: &'headers HeaderMap,
    name: &header::HeaderName,
) -> Result<Option<&'headers str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

/// Whether an origin is the address the request was sent to.
fn is_own(origin: &str, host: Option<&str>) -> bool {
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    authority.is_some() && authority == host
}

/// Names and addresses that only this machine has; a foreign name that points here is none.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Compares without telling by time where two texts differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_local() {
        for local in ["localhost", "localhost:4777", "127.0.0.1:4777", "[::1]:4777", "127.8.9.1"] {
            assert!(is_local(local), "{local}");
        }
        for foreign in
            ["example.test", "10.0.0.1:4777", "localhost.example.test", "127.0.0.1.nip.test"]
        {
            assert!(!is_local(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_page_of_our_own_address_is_no_foreign_one() {
        assert!(is_own("http://127.0.0.1:4777", Some("127.0.0.1:4777")));
        assert!(!is_own("http://evil.test", Some("127.0.0.1:4777")));
        assert!(!is_own("null", Some("127.0.0.1:4777")));
    }
}

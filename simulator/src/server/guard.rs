//! Who may use the admin API: anybody on this machine, but no web page; else whoever has the token.

use std::net::IpAddr;

use axum::body::Body;
use http::{HeaderMap, Request, Response, StatusCode, header};

use super::{App, problem};

/// Lets a request through, or says why not.
pub(super) fn check<T>(
    app: &App,
    request: &Request<T>,
    _peer: IpAddr,
) -> Result<(), Box<Response<Body>>> {
    let headers = request.headers();
    if let Some(origin) = text(headers, &header::ORIGIN)
        && !is_own(origin, text(headers, &header::HOST))
    {
        return Err(refuse(
            StatusCode::FORBIDDEN,
            "the admin API takes no requests of other web pages",
            "call it from a program, or from a page of its own address",
        ));
    }
    let Some(token) = &app.admin_token else {
        let host = text(headers, &header::HOST).unwrap_or("localhost");
        if is_local(host) {
            return Ok(());
        }
        return Err(refuse(
            StatusCode::FORBIDDEN,
            "the admin API is only for this machine's own names",
            "call it as 127.0.0.1 or localhost, or start with --admin-token",
        ));
    };
    let sent =
        text(headers, &header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    if sent.is_some_and(|sent| same(sent.trim().as_bytes(), token.as_bytes())) {
        return Ok(());
    }
    Err(refuse(
        StatusCode::UNAUTHORIZED,
        "the admin API wants a token here",
        "send `Authorization: Bearer TOKEN`; the token was given with --admin-token, or printed at the start",
    ))
}

fn refuse(status: StatusCode, detail: &str, hint: &str) -> Box<Response<Body>> {
    let mut response = problem::response(status, detail, Some(hint));
    if status == StatusCode::UNAUTHORIZED {
        let challenge = http::HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    Box::new(response)
}

fn text<'headers>(
    headers: &'headers HeaderMap,
    name: &header::HeaderName,
) -> Option<&'headers str> {
    headers.get(name)?.to_str().ok()
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
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
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

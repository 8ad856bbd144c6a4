//! What an admin request brings, body or query: read whole, or refused with the field that is wrong.

use std::error::Error;

use axum::extract::{FromRequest, FromRequestParts, Query, Request, rejection::QueryRejection};
use bytes::Bytes;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// What can be brought: it knows all its fields, and refuses others.
pub(super) trait Brought: DeserializeOwned {
    /// What it looks like, for whoever got it wrong.
    const LIKE: &'static str;
    /// Whether it may be a list; serde would take one for a struct, by the order of its fields.
    const MAY_BE_LIST: bool = false;
    /// Whether nothing at all may be brought, which is `{}`.
    const MAY_BE_EMPTY: bool = false;
}

/// A JSON body, whatever `content-type` says: whoever calls by hand forgets it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<T>(pub(super) T);

/// A query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filters<T>(pub(super) T);

impl<T: Brought, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|error| Problem {
            status: error.status(),
            ..Problem::bad(error.body_text(), T::LIKE)
        })?;
        read(&bytes).map(Self)
    }
}

/// Reads a JSON body.
fn read<T: Brought>(bytes: &[u8]) -> Result<T, Problem> {
    let is_empty = bytes.iter().all(u8::is_ascii_whitespace);
    let bytes = if is_empty && T::MAY_BE_EMPTY { b"{}" } else { bytes };
    if is_empty && !T::MAY_BE_EMPTY {
        return Err(Problem::bad("the body is empty; JSON belongs there", T::LIKE));
    }
    if !T::MAY_BE_LIST && bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::bad("the body is a list; an object belongs there", T::LIKE));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        // Text that is no JSON is wrong at a place, not in a field.
        if error.inner().is_data() {
            wrong::<T>(&error.path().to_string(), &error.inner().to_string())
        } else {
            Problem::bad(format!("the body is no JSON: {}", error.inner()), T::LIKE)
        }
    })?;
    reader.end().map_err(|error| {
        Problem::bad(format!("the body goes on after its JSON: {error}"), T::LIKE)
    })?;
    Ok(value)
}

/// A field's trouble; the root has no name.
fn wrong<T: Brought>(path: &str, what: &str) -> Problem {
    // Of what is missing or there twice, serde tells the owner's path, and the name in words.
    let name = ["missing field `", "duplicate field `"]
        .iter()
        .find_map(|words| what.strip_prefix(words)?.split('`').next());
    let field = match (path, name) {
        (".", None) => return Problem::bad(what, T::LIKE),
        (".", Some(name)) => name.to_owned(),
        (path, None) => path.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
    };
    let detail = format!("`{field}`: {what}");
    Problem::field(field, detail, T::LIKE)
}

impl<T: Brought, S: Send + Sync> FromRequestParts<S> for Filters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(filters)) => Ok(Self(filters)),
            Err(rejection) => Err(refused::<T>(&rejection)),
        }
    }
}

fn refused<T: Brought>(rejection: &QueryRejection) -> Problem {
    type Located = serde_path_to_error::Error<serde::de::value::Error>;
    let mut cause: Option<&(dyn Error + 'static)> = Some(rejection);
    while let Some(error) = cause {
        if let Some(located) = error.downcast_ref::<Located>() {
            return wrong::<T>(&located.path().to_string(), &located.inner().to_string());
        }
        cause = error.source();
    }
    Problem::bad(rejection.body_text(), T::LIKE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        list: Vec<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        number: u8,
    }

    impl Brought for Outer {
        const LIKE: &'static str = r#"{"list": [{"number": 1}]}"#;
    }

    fn problem(text: &str) -> Problem {
        read::<Outer>(text.as_bytes()).expect_err("it is wrong")
    }

    #[test]
    fn a_problem_names_the_field_down_to_the_last_step() {
        let field = |text: &str| problem(text).field;
        assert_eq!(
            field(r#"{"list": [{"number": 1}, {"number": -1}]}"#).unwrap(),
            "list[1].number"
        );
        assert_eq!(field(r#"{"list": [{"nubmer": 1}]}"#).unwrap(), "list[0].nubmer");
        assert_eq!(field(r#"{"lists": []}"#).unwrap(), "lists");
        assert_eq!(field("[]"), None, "the whole is wrong");
        assert_eq!(field(r#"{"list": [{}]}"#).unwrap(), "list[0].number");
        assert_eq!(field(r#"{"list": [], "list": []}"#).unwrap(), "list");
        let whole = read::<Outer>(br#"{"list": [{"number": 1}]}"#).expect("it is right");
        assert_eq!(whole.list[0].number, 1);
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, told) in [
            (" ", "the body is empty"),
            (r#"{"list": [}"#, "column 11"),
            (r#"{"list": []} x"#, "goes on"),
            ("\u{e9}", "no JSON"),
        ] {
            let problem = problem(text);
            assert!(problem.detail.contains(told), "{text:?}: {problem:?}");
            assert_eq!(problem.field, None, "{text:?}");
            assert_eq!(problem.hint.as_deref(), Some(Outer::LIKE));
        }
    }
}

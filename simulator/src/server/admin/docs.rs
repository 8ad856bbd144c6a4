//! The page at `/__sim/docs`: the documents, to read and to try out. All of it is in the program.
//!
//! Swagger UI draws it; what is ours chooses the document and the account. The page may load and
//! call nothing but this address.

use std::io::Read as _;

use axum::{
    body::Bytes,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use flate2::read::GzDecoder;

use super::{Problem, Route};

/// Where the page is; what it is made of lies below.
pub(in crate::server) const PAGE: &str = "/__sim/docs";

/// What the page may load, and from where.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// A file of the page.
#[derive(Clone, Copy)]
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    /// Whether the bytes are compressed.
    gzip: bool,
}

macro_rules! asset {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/docs/", $name))
    };
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

const INDEX: Asset =
    Asset { name: "", content_type: HTML, bytes: asset!("index.html"), gzip: false };

const ASSETS: [Asset; 5] = [
    Asset { name: "page.js", content_type: SCRIPT, bytes: asset!("page.js"), gzip: false },
    Asset { name: "page.css", content_type: STYLE, bytes: asset!("page.css"), gzip: false },
    Asset {
        name: "swagger-ui-bundle.js",
        content_type: SCRIPT,
        bytes: asset!("swagger-ui-bundle.js.gz"),
        gzip: true,
    },
    Asset {
        name: "swagger-ui.css",
        content_type: STYLE,
        bytes: asset!("swagger-ui.css.gz"),
        gzip: true,
    },
    Asset {
        name: "LICENSE.swagger-ui.txt",
        content_type: "text/plain; charset=utf-8",
        bytes: asset!("LICENSE.swagger-ui.txt"),
        gzip: false,
    },
];

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(PAGE, index)
            .of_all()
            .about("The documents as a page, to read and to try out")
            .text("text/html", "The page"),
        Route::get("/__sim/docs/{file}", asset)
            .of_all()
            .about("A file of that page")
            .text("text/javascript", "A script")
            .text("text/css", "or a style sheet")
            .text("text/plain", "or the licences")
            .refuses(404, "There is no such file"),
    ]
}

/// Whether this is the page or a file of it: they say nothing that anybody may not know.
pub(in crate::server) fn is_page(path: &str) -> bool {
    path.strip_prefix(PAGE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

async fn index(headers: HeaderMap) -> Response {
    sent(INDEX, &headers)
}

async fn asset(headers: HeaderMap, Path(file): Path<String>) -> Result<Response, Problem> {
    let found = ASSETS.into_iter().find(|asset| asset.name == file);
    let found = found.ok_or_else(|| {
        Problem::not_found(format!("the page has no file `{file}`"), format!("the page is {PAGE}"))
    })?;
    Ok(sent(found, &headers))
}

fn sent(asset: Asset, headers: &HeaderMap) -> Response {
    const NO_SNIFF: HeaderName = HeaderName::from_static("x-content-type-options");
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let takes_gzip = accepts.unwrap_or_default().contains("gzip");
    let bytes = if asset.gzip && !takes_gzip {
        let mut plain = Vec::new();
        // What was compressed for the program can be read again.
        let _ = GzDecoder::new(asset.bytes).read_to_end(&mut plain);
        Bytes::from(plain)
    } else {
        Bytes::from_static(asset.bytes)
    };
    let mut response = bytes.into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    out.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    out.insert(NO_SNIFF, HeaderValue::from_static("nosniff"));
    out.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if asset.gzip {
        out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
        if takes_gzip {
            out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    } else {
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
    response
}

//! The HTTP client that all of the harness uses: one that can speak TLS and hides nothing.

use std::sync::Once;

/// A client to be set up: it neither asks again by itself, nor takes a proxy for granted.
///
/// TLS is *ring*'s. The choice is made once a process, and one that the program made before stays.
pub fn client() -> reqwest::ClientBuilder {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error says that there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder().retry(reqwest::retry::never())
}

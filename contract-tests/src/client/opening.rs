//! What is sealed in an answer, opened as a client does.

use gsp_simulator::pack::contract::Handshake;
use serde_json::Value;

use super::{
    Client,
    crypto::{self, Key, base64, from_base64},
};
use crate::{
    mismatch::{Mismatch, brief},
    schema::Inside,
};

impl Client {
    /// Opens what an answer seals; `None` where it seals nothing.
    ///
    /// # Errors
    ///
    /// Where the answer is not sealed as the network promises.
    pub fn open_answer(
        &self,
        answer: &Value,
        way: &Handshake,
    ) -> Result<Option<Inside>, Box<Mismatch>> {
        let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str);
        let Some(data) = text(&way.data) else { return Ok(None) };
        let wrapped = text(&way.response_key).unwrap_or_default();
        let mismatch = |at: &str, promised: &str| {
            let found = brief(answer.pointer(at).unwrap_or(&Value::Null));
            Box::new(Mismatch::new(at, promised, found))
        };
        if wrapped.is_empty() {
            let json = from_base64(data).and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let json = json.ok_or_else(|| mismatch(&way.data, "base64 of JSON"))?;
            return Ok(Some(Inside { pointer: way.data.clone(), json }));
        }
        // The answer of a session that has ended is still read with its keys.
        let session = self.session.as_ref();
        let session =
            session.ok_or_else(|| mismatch(&way.response_key, "no key without a session"))?;
        let key = super::unwrapped(&session.session_key, wrapped)
            .ok_or_else(|| mismatch(&way.response_key, "a key under the session key"))?;
        let inner = inner(&key, data)
            .ok_or_else(|| mismatch(&way.data, "AES-256-ECB under the answer's key"))?;
        let promised = "HMAC-SHA256 of the inner base64 under the answer's key";
        if text(&way.hmac) != Some(&*base64(&crypto::hmac(&key, &inner))) {
            return Err(mismatch(&way.hmac, promised));
        }
        let json = std::str::from_utf8(&inner)
            .ok()
            .and_then(from_base64)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| mismatch(&way.data, "base64 of JSON, encrypted"))?;
        Ok(Some(Inside { pointer: way.data.clone(), json }))
    }
}

/// What AES gives of a Base64 text.
fn inner(key: &Key, data: &str) -> Option<Vec<u8>> {
    crypto::decrypt(key, &from_base64(data)?)
}

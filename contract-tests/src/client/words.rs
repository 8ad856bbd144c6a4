//! What fills the holes of a request: what a right client sends, and what wrong ones do.

use serde_json::Value;

use super::{
    Client, Session,
    crypto::{self, Key, Padding, base64, hex},
};

/// A network that this one is not: whoever encrypts for it has an old certificate.
const ANOTHER_NETWORK: &str = include_str!("another-network.pem");

impl Client {
    /// What stands for `{{ consent.<word> }}`; `seal` is what the request's data says.
    ///
    /// # Errors
    ///
    /// What the client has not, in words.
    pub fn fill(&mut self, word: &str, seal: Option<&Value>) -> Result<String, String> {
        match word {
            "user" => return Ok(self.user.clone()),
            "state" => return Ok(self.state.clone()),
            "gstin" => return Ok(self.gstin.clone()),
            "token" => return Ok(self.open()?.token.clone()),
            "token_old" => return Ok(self.stale()?.token.clone()),
            _ => {}
        }
        if word.starts_with("app_key") {
            let text = self.app_key_text(word)?;
            self.sent_app_key = Some(text.clone());
            return Ok(text);
        }
        if word.starts_with("otp") {
            return Ok(self.otp_text(word));
        }
        if word.starts_with("refresh_key") {
            return self.refresh_text(word);
        }
        let seal = seal.ok_or("the request has no `seal` that it could be made from")?;
        let json = seal.to_string();
        if word.starts_with("data") {
            return self.data_text(word, json.as_bytes());
        }
        self.hmac_text(word, json.as_bytes())
    }

    fn open(&self) -> Result<&Session, String> {
        self.session.as_ref().ok_or_else(|| "no session was opened".to_owned())
    }

    fn stale(&self) -> Result<&Session, String> {
        self.before.as_ref().ok_or_else(|| "no session was refreshed".to_owned())
    }

    fn by_rsa(&mut self, padding: Padding, plain: &[u8]) -> Result<Vec<u8>, String> {
        let seed = self.seed();
        crypto::rsa(&self.network, padding, plain, seed).ok_or_else(|| "RSA fails".to_owned())
    }

    fn app_key_text(&mut self, word: &str) -> Result<String, String> {
        let key = self.app_key;
        let bytes = match word {
            "app_key_same" => {
                return self.sent_app_key.clone().ok_or_else(|| "no key was sent".to_owned());
            }
            "app_key_other" => {
                let other = self.other_key.unwrap_or_else(|| self.fresh_key());
                self.by_rsa(Padding::Pkcs1, &other)?
            }
            "app_key_oaep" => self.by_rsa(Padding::Oaep, &key)?,
            "app_key_oaep_sha256" => self.by_rsa(Padding::OaepSha256, &key)?,
            "app_key_unpadded" => self.by_rsa(Padding::None, &key)?,
            "app_key_private_padding" => self.by_rsa(Padding::Pkcs1OfSignatures, &key)?,
            "app_key_plain" => key.to_vec(),
            "app_key_31_bytes" => self.by_rsa(Padding::Pkcs1, &key[..31])?,
            "app_key_of_base64" => self.by_rsa(Padding::Pkcs1, base64(&key).as_bytes())?,
            "app_key_old_certificate" => {
                let seed = self.seed();
                let old = match &self.network_before {
                    Some(old) => old.clone(),
                    None => super::certificate::public_key(ANOTHER_NETWORK)?,
                };
                crypto::rsa(&old, Padding::Pkcs1, &key, seed).ok_or("RSA fails")?
            }
            "app_key_hex" => return Ok(hex(&self.by_rsa(Padding::Pkcs1, &key)?)),
            "app_key_url_safe" => {
                // Some key text has letters in which the alphabets differ.
                let text = base64(&self.by_rsa(Padding::Pkcs1, &key)?);
                return Ok(text.replace('+', "-").replace('/', "_"));
            }
            _ => self.by_rsa(Padding::Pkcs1, &key)?,
        };
        Ok(base64(&bytes))
    }

    fn otp_text(&mut self, word: &str) -> String {
        // Who has none guesses.
        let otp = self.otp.clone().unwrap_or_else(|| "000000".to_owned());
        let key = self.other_key.unwrap_or(self.app_key);
        let bytes = match word {
            "otp_plain" => return otp,
            "otp_base64" => otp.into_bytes(),
            "otp_wrong" => crypto::encrypt(&key, another(&otp).as_bytes()),
            "otp_of_base64" => crypto::encrypt(&key, base64(otp.as_bytes()).as_bytes()),
            "otp_cbc" => crypto::encrypt_cbc(&key, otp.as_bytes()),
            "otp_under_another_key" => crypto::encrypt(&self.fresh_key(), otp.as_bytes()),
            "otp_under_session_key" => {
                let key = self.session.as_ref().map_or([0x20; 32], |session| session.session_key);
                crypto::encrypt(&key, otp.as_bytes())
            }
            _ => crypto::encrypt(&key, otp.as_bytes()),
        };
        base64(&bytes)
    }

    fn refresh_text(&mut self, word: &str) -> Result<String, String> {
        let session = self.open()?.clone();
        let new = if word == "refresh_key_old" { session.app_key } else { self.fresh_key() };
        self.next_app_key = Some(new);
        let bytes = match word {
            "refresh_key_rsa" => self.by_rsa(Padding::Pkcs1, &new)?,
            "refresh_key_double_base64" => {
                crypto::encrypt(&session.session_key, base64(&new).as_bytes())
            }
            "refresh_key_stale" => crypto::encrypt(&self.stale()?.session_key, &new),
            "refresh_key_under_app_key" => crypto::encrypt(&session.app_key, &new),
            "refresh_key_plain" => new.to_vec(),
            _ => crypto::encrypt(&session.session_key, &new),
        };
        Ok(base64(&bytes))
    }

    fn data_text(&self, word: &str, json: &[u8]) -> Result<String, String> {
        let session = self.open()?;
        let inner = base64(json);
        let under = |key: &Key| crypto::encrypt(key, inner.as_bytes());
        let bytes = match word {
            "data_raw_json" => crypto::encrypt(&session.session_key, json),
            "data_cbc" => crypto::encrypt_cbc(&session.session_key, inner.as_bytes()),
            "data_plain" => json.to_vec(),
            "data_under_app_key" => under(&session.app_key),
            "data_stale" => under(&self.stale()?.session_key),
            _ => under(&session.session_key),
        };
        Ok(base64(&bytes))
    }

    fn hmac_text(&self, word: &str, json: &[u8]) -> Result<String, String> {
        let session = self.open()?;
        let key = &session.session_key;
        let inner = base64(json);
        let mac = match word {
            "hmac_over_json" => crypto::hmac(key, json),
            "hmac_over_data" => crypto::hmac(key, &crypto::encrypt(key, inner.as_bytes())),
            "hmac_wrong_key" => crypto::hmac(&session.app_key, inner.as_bytes()),
            "hmac_stale" => crypto::hmac(&self.stale()?.session_key, inner.as_bytes()),
            "hmac_hex" => return Ok(hex(&crypto::hmac(key, inner.as_bytes()))),
            _ => crypto::hmac(key, inner.as_bytes()),
        };
        Ok(base64(&mac))
    }
}

/// As many digits, and another number.
fn another(otp: &str) -> String {
    otp.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}

//! Links: as they are given, and as calls bring them.

use super::text;
use crate::{bulk::link::LinkKey, pack::BulkKind, render::scene::Scene, route};

/// A path with its signature and its end.
pub(super) fn signed(key: &LinkKey, kind: &BulkKind, path: &str, expires_at_ms: i64) -> String {
    let expires_s = expires_at_ms.div_euclid(1000);
    let signature = key.sign(path, expires_s);
    format!("{path}?{}={signature}&{}={expires_s}", kind.signature, kind.expires)
}

/// A link as a call brings it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) path: String,
    pub(super) signature: String,
    pub(super) expires: String,
}

impl Link {
    /// The link in a field, or the call's own.
    ///
    /// A link in a query parameter may come with its own `&` as they are: what follows the first is
    /// then the call's.
    pub(super) fn of(scene: &Scene, kind: &BulkKind, field: Option<usize>) -> Self {
        let whole = field.map_or(scene.call.path.as_str(), |field| text(scene, field));
        let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
        let path = path.find(&kind.lead).map_or(path, |at| &path[at..]);
        let parameter = |name: &str| {
            let own = query.split('&').filter_map(|pair| pair.split_once('='));
            let own = own.filter(|(known, _)| *known == name).map(|(_, value)| value).next();
            let of_call = scene.query.iter().find(|(known, _)| known == name);
            own.or(of_call.map(|(_, value)| value.as_str())).unwrap_or_default().to_owned()
        };
        Self {
            path: route::decode_path(path).into_owned(),
            signature: parameter(&kind.signature),
            expires: parameter(&kind.expires),
        }
    }
}

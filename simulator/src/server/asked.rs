//! Whose business an admin request is: the tenant of its path, of its header, or the default one.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::{Request, Uri, request::Parts, uri::PathAndQuery};

use super::{App, problem::Problem};
use crate::{
    tenant::Tenant,
    tenants::{NoTenant, TENANT_HEADER},
    world::World,
};

/// An admin request's tenant, and the world as it is while it is answered.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) app: Arc<App>,
    pub(super) world: Arc<World>,
    pub(super) tenant: Arc<Tenant>,
}

/// The tenant that a path began with.
#[derive(Clone, Debug)]
struct Prefix(String);

/// The request below a tenant's prefix.
pub(super) fn within<T>(mut request: Request<T>, tenant: String, path: &str) -> Request<T> {
    request.extensions_mut().insert(Prefix(tenant));
    let target = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    if let Ok(target) = target.parse::<PathAndQuery>() {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = Some(target);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let prefix = parts.extensions.get::<Prefix>().map(|prefix| prefix.0.as_str());
        let named = || parts.headers.get(TENANT_HEADER)?.to_str().ok();
        let tenant = match prefix.or_else(named) {
            Some(name) => app.tenants.find(name)?,
            None => Arc::clone(app.tenants.default_tenant()),
        };
        Ok(Self { app: Arc::clone(app), world: app.world.load_full(), tenant })
    }
}

impl From<NoTenant> for Problem {
    fn from(NoTenant { name, ended }: NoTenant) -> Self {
        let detail = match ended {
            Some(end) => end.told(&name).to_string(),
            None => format!("there is no tenant `{name}`"),
        };
        Self::not_found(detail, "POST /__sim/tenants makes one, GET lists those there are")
    }
}

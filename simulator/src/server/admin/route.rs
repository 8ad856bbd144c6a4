//! Routes as data: the router and the admin API's own OpenAPI document are made from one table.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    routing::{MethodFilter, MethodRouter, on},
};
use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::App;

/// Makes a schema, its definitions going to the generator.
pub(super) type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// One address with one method: who answers it, and what a document tells of that.
pub(super) struct Route {
    pub(super) method: Method,
    /// The address as the router has it.
    pub(super) path: &'static str,
    /// The address as people have it, where that is another.
    pub(super) shown: &'static str,
    /// What it belongs to.
    pub(super) tag: &'static str,
    /// What it does, as one sentence.
    pub(super) about: &'static str,
    /// The JSON body that it reads.
    pub(super) body: Option<MakeSchema>,
    /// Whether there may be none.
    pub(super) body_optional: bool,
    /// What the body looks like.
    pub(super) like: &'static str,
    /// The query that it reads: an object.
    pub(super) filters: Option<MakeSchema>,
    /// Headers that it reads: name, what for.
    pub(super) headers: &'static [(&'static str, &'static str)],
    /// What it answers, the plain answer first.
    pub(super) answers: Vec<Answer>,
    /// Whether it is about one tenant.
    pub(super) of_tenant: bool,
    handler: MethodRouter<Arc<App>>,
}

/// One answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) about: &'static str,
    pub(super) form: Form,
}

/// What an answer's body is.
pub(super) enum Form {
    Nothing,
    Json(MakeSchema),
    /// A text of this content type.
    Text(&'static str),
    /// A problem.
    Problem,
}

impl Route {
    fn new<H, T>(method: Method, filter: MethodFilter, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        Self {
            method,
            path,
            shown: path,
            tag: "",
            about: "",
            body: None,
            body_optional: false,
            like: "",
            filters: None,
            headers: &[],
            answers: Vec::new(),
            of_tenant: true,
            handler: on(filter, handler),
        }
    }

    pub(super) fn get<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, answer: H) -> Self {
        Self::new(Method::GET, MethodFilter::GET, path, answer)
    }

    pub(super) fn put<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, answer: H) -> Self {
        Self::new(Method::PUT, MethodFilter::PUT, path, answer)
    }

    pub(super) fn post<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, answer: H) -> Self {
        Self::new(Method::POST, MethodFilter::POST, path, answer)
    }

    pub(super) fn patch<H: Handler<T, Arc<App>>, T: 'static>(
        path: &'static str,
        answer: H,
    ) -> Self {
        Self::new(Method::PATCH, MethodFilter::PATCH, path, answer)
    }

    pub(super) fn delete<H: Handler<T, Arc<App>>, T: 'static>(
        path: &'static str,
        answer: H,
    ) -> Self {
        Self::new(Method::DELETE, MethodFilter::DELETE, path, answer)
    }

    /// What it belongs to.
    pub(super) fn tagged(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }

    /// What it does.
    pub(super) fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// How people write the address.
    pub(super) fn shown(self, shown: &'static str) -> Self {
        Self { shown, ..self }
    }

    /// It is about the simulator, whoever asks.
    pub(super) fn of_all(self) -> Self {
        Self { of_tenant: false, ..self }
    }

    /// It reads such a JSON body.
    pub(super) fn takes<T: super::Brought + JsonSchema>(self) -> Self {
        Self {
            body: Some(SchemaGenerator::subschema_for::<T>),
            body_optional: T::MAY_BE_EMPTY,
            like: T::LIKE,
            ..self
        }
    }

    /// It reads such a query.
    pub(super) fn filtered<T: super::Brought + JsonSchema>(self) -> Self {
        Self { filters: Some(T::json_schema), ..self }
    }

    /// It reads these headers besides.
    pub(super) fn hears(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }

    fn with(mut self, status: u16, about: &'static str, form: Form) -> Self {
        self.answers.push(Answer { status, about, form });
        self
    }

    /// It answers with such JSON.
    pub(super) fn json<T: JsonSchema>(self, about: &'static str) -> Self {
        self.with(200, about, Form::Json(SchemaGenerator::subschema_for::<T>))
    }

    /// It makes something, and answers with such JSON.
    pub(super) fn created<T: JsonSchema>(self, about: &'static str) -> Self {
        self.with(201, about, Form::Json(SchemaGenerator::subschema_for::<T>))
    }

    /// It answers with a text of this content type.
    pub(super) fn text(self, content_type: &'static str, about: &'static str) -> Self {
        self.with(200, about, Form::Text(content_type))
    }

    /// It answers with nothing.
    pub(super) fn nothing(self, about: &'static str) -> Self {
        self.with(204, about, Form::Nothing)
    }

    /// It may refuse so.
    pub(super) fn refuses(self, status: u16, about: &'static str) -> Self {
        self.with(status, about, Form::Problem)
    }

    /// Puts it into a router.
    pub(super) fn join(self, router: Router<Arc<App>>) -> Router<Arc<App>> {
        router.route(self.path, self.handler)
    }
}

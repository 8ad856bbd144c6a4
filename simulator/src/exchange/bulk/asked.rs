//! What was asked for, told part by part: the call is looked at anew for each of them.

use std::sync::Arc;

use minijinja::Error;

use crate::{
    bulk::{
        job::{Contents, Part},
        seen,
    },
    pack::Body,
    render::{
        expression::{Culprit, Locals, Scope},
        scene::Scene,
        template::Template,
    },
};

/// What was asked for, told part by part.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) scene: Scene,
    pub(super) contents: Arc<Body>,
    pub(super) member: Arc<Template>,
    pub(super) path: Arc<Template>,
}

impl Asked {
    fn fill(&self, template: &Template, part: &Part) -> Result<String, String> {
        let mut scene = self.scene.again();
        scene.part = Some(seen::Part::of(part));
        let mut text = String::new();
        let scope = Scope { scene: &Arc::new(scene), locals: &Locals::Empty };
        template.fill(scope, &mut text).map_err(|error| words(&error))?;
        Ok(text)
    }
}

impl Contents for Asked {
    fn json(&self, part: &Part, out: &mut Vec<u8>) -> Result<(), String> {
        let Body::Json(tree) = &*self.contents else { return Err("it is no JSON".to_owned()) };
        let mut scene = self.scene.again();
        scene.window = Some(part.records.clone());
        scene.part = Some(seen::Part::of(part));
        let scope = Scope { scene: &Arc::new(scene), locals: &Locals::Empty };
        tree.write(scope, out).map(|_| ()).map_err(|error| words(&error))
    }

    fn member(&self, part: &Part) -> Result<String, String> {
        self.fill(&self.member, part)
    }

    fn path(&self, part: &Part) -> Result<String, String> {
        self.fill(&self.path, part)
    }
}

/// What an expression says, and which one.
fn words(error: &Error) -> String {
    let source =
        std::error::Error::source(error).and_then(|source| source.downcast_ref::<Culprit>());
    let place = source.map(|culprit| format!(" {culprit}")).unwrap_or_default();
    format!("{error}{place}")
}

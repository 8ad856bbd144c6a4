//! Changes of a reply's JSON, ready to be made.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::{
    pack::located::Located,
    render::edit::{Edit, Pointer},
    scenario::file::{EditFile, Many, OperationFile, OperationKind},
};

/// What is wrong: message, place where it has one of its own, hint.
type Wrong = Vec<(String, Option<Range<usize>>, String)>;

/// The changes of one entry of a file.
pub(super) fn compile(file: &EditFile) -> Result<Vec<Edit>, Wrong> {
    match file {
        EditFile::Merge(object) => Ok(vec![Edit::Merge(Value::Object(object.0.clone()))]),
        EditFile::Patch(operations) => patch(operations).map(|patch| vec![Edit::Patch(patch)]),
        EditFile::Remove(at) => each(at, Edit::Remove),
        EditFile::Null(at) => each(at, Edit::Null),
        EditFile::Retype(retype) => each(&retype.at, |at| Edit::Retype(at, retype.to)),
        EditFile::Add(add) => Ok(vec![Edit::Add(pointer(&add.at)?, add.value.clone())]),
        EditFile::RepeatKey(repeat) => {
            Ok(vec![Edit::Repeat(pointer(&repeat.at)?, repeat.value.clone())])
        }
        EditFile::OtherGstin(text) => Ok(vec![Edit::OtherGstin(text.value.clone())]),
    }
}

fn each(at: &Many, edit: impl Fn(Pointer) -> Edit) -> Result<Vec<Edit>, Wrong> {
    let mut wrong = Vec::new();
    let mut edits = Vec::new();
    for at in &at.0 {
        match pointer(at) {
            Ok(at) => edits.push(edit(at)),
            Err(more) => wrong.extend(more),
        }
    }
    if edits.is_empty() && wrong.is_empty() {
        wrong.push((
            "an edit of nothing".to_owned(),
            None,
            "name a place, such as \"/data/gstin\"".to_owned(),
        ));
    }
    if wrong.is_empty() { Ok(edits) } else { Err(wrong) }
}

fn pointer(text: &Located<String>) -> Result<Pointer, Wrong> {
    text.parse().map_err(|message| {
        let hint =
            "`/a/b` is the member `b` of `a`, `/a/0` the first item of `a`, `/**/b` every `b`";
        vec![(message, Some(text.span.clone()), hint.to_owned())]
    })
}

fn patch(operations: &[Located<OperationFile>]) -> Result<json_patch::Patch, Wrong> {
    let mut wrong = Vec::new();
    let mut list = Vec::new();
    for operation in operations {
        match read(operation) {
            Ok(operation) => list.push(operation),
            Err((message, hint)) => wrong.push((message, Some(operation.span.clone()), hint)),
        }
    }
    if wrong.is_empty() { Ok(json_patch::Patch(list)) } else { Err(wrong) }
}

fn read(file: &OperationFile) -> Result<json_patch::PatchOperation, (String, String)> {
    use OperationKind::{Add, Copy, Move, Remove, Replace, Test};
    let (name, from, value) = match file.op {
        Add => ("add", false, true),
        Remove => ("remove", false, false),
        Replace => ("replace", false, true),
        Move => ("move", true, false),
        Copy => ("copy", true, false),
        Test => ("test", false, true),
    };
    let wants = |there: bool, wanted: bool, key: &str| match (there, wanted) {
        (false, true) => Err((format!("`{name}` needs a `{key}`"), format!("give it `{key} = …`"))),
        (true, false) => Err((format!("`{name}` takes no `{key}`"), format!("take `{key}` out"))),
        _ => Ok(()),
    };
    wants(file.from.is_some(), from, "from")?;
    wants(file.value.is_some(), value, "value")?;
    let mut operation = Map::new();
    operation.insert("op".to_owned(), name.into());
    operation.insert("path".to_owned(), file.path.value.clone().into());
    if let Some(from) = &file.from {
        operation.insert("from".to_owned(), from.value.clone().into());
    }
    if let Some(value) = &file.value {
        operation.insert("value".to_owned(), value.clone());
    }
    serde_json::from_value(operation.into()).map_err(|error| {
        (
            format!("this is no operation of a JSON Patch: {error}"),
            "a pointer is \"\" or begins with `/`, such as \"/data/gstin\"".to_owned(),
        )
    })
}

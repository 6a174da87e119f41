//! Every documented operation has a row in its façade's table, and the row agrees with the document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::contract::{Contract, DOCUMENT, documented};

pub(crate) async fn every_documented_operation_has_one_row_and_every_row_an_operation<C: Contract>() {
    let mut rows = BTreeMap::new();
    for operation in C::operations() {
        *rows.entry(operation.name.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), documented::<C>());
    assert!(rows.values().all(|count| *count == 1), "one row each");
}

pub(crate) async fn a_row_has_a_body_where_the_document_has_one<C: Contract>() {
    for operation in C::operations() {
        assert_eq!(operation.schema().is_some(), !operation.body.is_empty(), "{}", operation.name);
    }
}

pub(crate) async fn the_document_says_which_operations_need_no_session<C: Contract>() {
    for operation in C::operations() {
        let security = &operation.documented()["security"];
        let needs_none = *security == json!([]) || *security == json!([{}, {"bearer": []}]);
        assert_eq!(needs_none, operation.expected[0] != 401, "{}", operation.name);
        assert!(needs_none || security.is_null(), "{}: nothing in between", operation.name);
    }
    assert_eq!(DOCUMENT["security"], json!([{"bearer": []}]));
}

pub(crate) async fn what_an_operation_answers_when_it_goes_well_is_documented<C: Contract>() {
    for operation in C::operations() {
        assert_eq!(operation.expected.len(), C::ROLES.len(), "{}", operation.name);
        for status in operation.expected.iter().filter(|status| **status < 300) {
            let answer = &operation.documented()["responses"][status.to_string()];
            assert!(answer.is_object(), "{}: {status}", operation.name);
        }
    }
}

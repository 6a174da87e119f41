//! What the stories of the tutoring façade share.

use serde_json::Value as Json;

use crate::Person;

/// Every page of a list from this address on, by the links in its answers: the rows of each.
pub async fn pages(person: &Person, path: &str, link: &str) -> Vec<Vec<Json>> {
    let mut pages = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let page = person.get(&path).await.is(200);
        pages.push(page["results"].as_array().expect("rows").clone());
        next = page[link].as_str().map(below_the_host);
        assert!(pages.len() < 2_000, "a list that does not end");
    }
    pages
}

/// All rows of a list, page by page.
pub async fn rows(person: &Person, path: &str) -> Vec<Json> {
    pages(person, path, "next").await.concat()
}

/// Path and query of a whole address.
pub fn below_the_host(address: &str) -> String {
    let url = url::Url::parse(address).expect("an address");
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

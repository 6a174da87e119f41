//! API Gateway's route selection for HTTP APIs.
//!
//! The most specific path wins, segment by segment: a literal before `{name}` before `{name+}`,
//! and `$default` last. A path that ends in `/` has one empty segment more, so `/x` does not match
//! a request for `/x/` while `/x/{proxy+}` does.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// One route of one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    method: String,
    path: String,
    function: String,
}

/// The route that was chosen for a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Selected<'a> {
    pub route: &'a Route,
    pub path_parameters: BTreeMap<String, String>,
}

/// How well a segment of a route fits; the order is the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Greedy,
    Named,
    Literal,
}

impl Route {
    /// `path` as in the template: `/x`, `/x/{id}`, `/x/{proxy+}` or `$default`.
    #[must_use]
    pub fn new(method: &str, path: &str, function: &str) -> Self {
        // SAM drops a trailing slash without a word, so a route that relies on one is a mistake
        // that must show here too.
        let path = if path == "/" { path } else { path.trim_end_matches('/') };
        Self { method: method.to_uppercase(), path: path.to_owned(), function: function.to_owned() }
    }

    /// The logical id of the function behind this route.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.function
    }

    /// As API Gateway names it: `ANY /x/{proxy+}`, `$default`.
    #[must_use]
    pub fn key(&self) -> String {
        if self.is_default() { self.path.clone() } else { format!("{} {}", self.method, self.path) }
    }

    fn is_default(&self) -> bool {
        self.path == "$default"
    }

    fn takes(&self, method: &str) -> bool {
        self.method == "ANY" || self.method == method
    }

    fn fit(&self, path: &str) -> Option<(Vec<Fit>, BTreeMap<String, String>)> {
        let mut fits = Vec::new();
        let mut parameters = BTreeMap::new();
        if self.is_default() {
            return Some((fits, parameters));
        }
        let mut rest = Some(path.strip_prefix('/')?);
        for segment in self.path.trim_start_matches('/').split('/') {
            let left = rest?;
            let name = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
            if let Some(name) = name.and_then(|name| name.strip_suffix('+')) {
                parameters.insert(name.to_owned(), left.to_owned());
                fits.push(Fit::Greedy);
                return Some((fits, parameters));
            }
            let (here, after) = match left.split_once('/') {
                Some((here, after)) => (here, Some(after)),
                None => (left, None),
            };
            match name {
                Some(name) if !here.is_empty() => {
                    parameters.insert(name.to_owned(), here.to_owned());
                    fits.push(Fit::Named);
                }
                None if here == segment => fits.push(Fit::Literal),
                _ => return None,
            }
            rest = after;
        }
        rest.is_none().then_some((fits, parameters))
    }
}

/// The route for a request, by its decoded path. Nothing if no route matches and there is no
/// `$default`.
#[must_use]
pub fn select<'a>(routes: &'a [Route], method: &str, path: &str) -> Option<Selected<'a>> {
    routes
        .iter()
        .filter(|route| route.takes(method))
        .filter_map(|route| Some((route, route.fit(path)?)))
        .max_by_key(|(route, (fits, _))| (!route.is_default(), fits.clone(), Reverse(route.method == "ANY")))
        .map(|(route, (_, path_parameters))| Selected { route, path_parameters })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes() -> Vec<Route> {
        vec![
            Route::new("ANY", "/api/users", "experts"),
            Route::new("ANY", "/api/users/{proxy+}", "experts"),
            Route::new("ANY", "/api/users/me", "accounts"),
            Route::new("ANY", "/api/users/me/{proxy+}", "accounts"),
            Route::new("GET", "/api/users/{id}/card", "cards"),
            Route::new("post", "/api/users/me", "posts"),
            Route::new("ANY", "$default", "platform"),
        ]
    }

    fn chosen(method: &str, path: &str) -> (String, Option<String>) {
        let routes = routes();
        let selected = select(&routes, method, path).unwrap();
        (selected.route.function.clone(), selected.path_parameters.get("proxy").cloned())
    }

    #[test]
    fn an_exact_path_wins_over_a_greedy_one() {
        assert_eq!(chosen("GET", "/api/users/me"), ("accounts".into(), None));
        assert_eq!(chosen("GET", "/api/users"), ("experts".into(), None));
    }

    #[test]
    fn the_longest_greedy_prefix_wins() {
        assert_eq!(
            chosen("GET", "/api/users/me/profile_picture/"),
            ("accounts".into(), Some("profile_picture/".into()))
        );
        assert_eq!(chosen("GET", "/api/users/7/"), ("experts".into(), Some("7/".into())));
        assert_eq!(chosen("GET", "/api/users/meeting"), ("experts".into(), Some("meeting".into())));
    }

    #[test]
    fn a_trailing_slash_is_a_segment_that_only_a_greedy_route_takes() {
        assert_eq!(chosen("GET", "/api/users/"), ("experts".into(), Some(String::new())));
        assert_eq!(chosen("GET", "/api/users/me/"), ("accounts".into(), Some(String::new())));
    }

    #[test]
    fn a_named_segment_wins_over_a_greedy_one_and_never_takes_an_empty_one() {
        let routes = routes();
        let selected = select(&routes, "GET", "/api/users/7/card").unwrap();
        assert_eq!(selected.route.function(), "cards");
        assert_eq!(selected.path_parameters["id"], "7");
        assert_eq!(chosen("GET", "/api/users//card").0, "experts");
        assert_eq!(chosen("PUT", "/api/users/7/card").0, "experts");
    }

    #[test]
    fn a_named_method_wins_over_any() {
        assert_eq!(chosen("POST", "/api/users/me").0, "posts");
        assert_eq!(chosen("PATCH", "/api/users/me").0, "accounts");
    }

    #[test]
    fn the_default_route_takes_what_is_left() {
        assert_eq!(chosen("GET", "/").0, "platform");
        assert_eq!(chosen("GET", "/api/user").0, "platform");
        assert_eq!(chosen("BREW", "/API/users").0, "platform");
    }

    #[test]
    fn without_a_default_route_nothing_is_chosen() {
        assert_eq!(select(&routes()[..4], "GET", "/other"), None);
    }
}

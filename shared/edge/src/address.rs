//! The client's address, which rate limits count by.

use std::net::{IpAddr, Ipv6Addr};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use http::{HeaderMap, HeaderName};

/// CloudFront sets this header on every request (`template.yaml`) and overwrites what a client sent under its name.
const ORIGIN_KEY: HeaderName = HeaderName::from_static("x-origin-key");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address of a request that reached the gateway from `seen`. `X-Forwarded-For` counts only in a request that
/// came through CloudFront, which proves it by `X-Origin-Key`.
pub fn address(key: Option<&str>, headers: &HeaderMap, seen: Option<&str>) -> String {
    let viewer = is_from_cloudfront(key, headers).then(|| viewer(headers, seen)).flatten();
    viewer.or(seen).map_or_else(|| app::people::UNKNOWN.to_owned(), counted)
}

fn is_from_cloudfront(key: Option<&str>, headers: &HeaderMap) -> bool {
    let (Some(key), Some(sent)) = (key.filter(|key| !key.is_empty()), headers.get(ORIGIN_KEY)) else {
        return false;
    };
    verify_slices_are_equal(key.as_bytes(), sent.as_bytes()).is_ok()
}

/// `X-Forwarded-For` grows to the right: what the client sent, then the client's address as CloudFront saw it, then, if the
/// gateway added it, CloudFront's own. Only the last two are trustworthy.
fn viewer<'a>(headers: &'a HeaderMap, seen: Option<&str>) -> Option<&'a str> {
    let last = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?;
    let mut hops = last.rsplit(',').map(str::trim);
    let hop = hops.next().filter(|hop| !hop.is_empty())?;
    let is_gateways = seen.is_some_and(|seen| parse(seen) == parse(hop));
    if is_gateways { hops.next().filter(|hop| !hop.is_empty()) } else { Some(hop) }
}

fn parse(address: &str) -> Option<IpAddr> {
    address.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// An IPv6 address stands for its network of 64 bits: so many are given to one household, and a limit each would be none.
fn counted(address: &str) -> String {
    match parse(address) {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        Some(IpAddr::V4(address)) => address.to_string(),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const CLOUDFRONT: &str = "130.176.0.1";

    fn from(shown: Option<&'static str>, forwarded: &'static str) -> String {
        let mut headers = HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static(forwarded))]);
        headers.extend(shown.map(|shown| (ORIGIN_KEY, HeaderValue::from_static(shown))));
        address(Some("the key"), &headers, Some(CLOUDFRONT))
    }

    #[test]
    fn with_the_key_it_is_whom_cloudfront_heard() {
        assert_eq!(from(Some("the key"), "203.0.113.7, 130.176.0.1"), "203.0.113.7");
        assert_eq!(from(Some("the key"), "203.0.113.7"), "203.0.113.7");
    }

    #[test]
    fn what_the_client_wrote_before_does_not_count() {
        assert_eq!(from(Some("the key"), "1.1.1.1, 203.0.113.7, 130.176.0.1"), "203.0.113.7");
        assert_eq!(from(Some("the key"), "1.1.1.1, 203.0.113.7"), "203.0.113.7");
    }

    #[test]
    fn without_the_key_it_is_whom_the_gateway_saw() {
        for shown in [None, Some(""), Some("the ke"), Some("the key "), Some("another")] {
            assert_eq!(from(shown, "203.0.113.7, 130.176.0.1"), CLOUDFRONT, "{shown:?}");
        }
    }

    #[test]
    fn where_there_is_no_key_nobody_has_it() {
        let headers = HeaderMap::from_iter([
            (ORIGIN_KEY, HeaderValue::from_static("")),
            (FORWARDED_FOR, HeaderValue::from_static("203.0.113.7")),
        ]);
        for key in [None, Some("")] {
            assert_eq!(address(key, &headers, Some(CLOUDFRONT)), CLOUDFRONT);
        }
    }

    #[test]
    fn a_chain_that_names_nobody_is_not_believed() {
        for forwarded in ["", ",", "130.176.0.1", ", 130.176.0.1"] {
            assert_eq!(from(Some("the key"), forwarded), CLOUDFRONT, "{forwarded:?}");
        }
    }

    #[test]
    fn an_address_of_the_new_kind_counts_as_its_network() {
        assert_eq!(from(Some("the key"), "2001:db8:1:2:aaaa::1, 130.176.0.1"), "2001:db8:1:2::/64");
        assert_eq!(address(None, &HeaderMap::new(), Some("2001:DB8:1:2::7")), "2001:db8:1:2::/64");
        assert_eq!(address(None, &HeaderMap::new(), Some("::ffff:203.0.113.7")), "203.0.113.7");
    }

    #[test]
    fn nobody_knows_where_a_bare_request_comes_from() {
        assert_eq!(address(None, &HeaderMap::new(), None), "unknown");
    }
}

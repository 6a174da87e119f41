//! CloudFront's function: one code in the template and in the file that the local gateway runs.

use super::tree::{read, resources, template};

#[test]
fn the_function_of_the_template_is_the_file() {
    let functions = resources(&template(), "AWS::CloudFront::Function");
    assert_eq!(functions.len(), 1);
    let deployed = functions[0].1["FunctionCode"].as_str().unwrap();
    assert_eq!(deployed.trim_end(), read("infra/edge/sockets.js").trim_end());
}

#[test]
fn cloudfront_takes_no_function_larger_than_this() {
    assert!(read("infra/edge/sockets.js").len() <= 10 * 1024);
}

#[test]
fn no_answer_is_kept_at_the_edge() {
    let config = &resources(&template(), "AWS::CloudFront::Distribution")[0].1["DistributionConfig"];
    let caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
    let below = config["CacheBehaviors"].as_sequence().unwrap();
    for behavior in below.iter().chain([&config["DefaultCacheBehavior"]]) {
        assert_eq!(behavior["CachePolicyId"], caching_disabled);
        assert_eq!(behavior["ViewerProtocolPolicy"], "https-only");
    }
    // Errors are kept by another setting; these are all it knows.
    let errors = config["CustomErrorResponses"].as_sequence().unwrap();
    let codes: Vec<_> = errors.iter().map(|error| error["ErrorCode"].as_u64().unwrap()).collect();
    assert_eq!(codes, [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]);
    assert!(errors.iter().all(|error| error["ErrorCachingMinTTL"] == 0));
}

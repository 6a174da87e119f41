//! CloudFront's functions: one code in the template and in the file that the local gateway, or a test of it, runs.

use super::tree::{inner, read, resources, template};

const FILES: [(&str, &str); 2] = [("SocketPaths", "infra/edge/sockets.js"), ("FilePaths", "infra/edge/files.js")];

/// What is kept where nothing leads to is not found by anybody, and may not even be written.
#[test]
fn every_folder_that_files_are_kept_in_is_served_and_some_function_may_write_it() {
    let (code, template) = (read("shared/app/src/uploads.rs"), read("template.yaml"));
    let arms = code.split("let folder = match purpose {").nth(1).and_then(|rest| rest.split("};").next()).unwrap();
    let folders: Vec<_> = arms.lines().filter_map(|line| line.split("=> \"").nth(1)?.split('"').next()).collect();
    assert!(folders.len() >= 3, "{folders:?}");
    let writes = |folder: &str| {
        let of_files = template.lines().filter(|line| line.contains("${FilesBucket.Arn}/uploads/*"));
        of_files.filter(|line| line.contains(&format!("${{FilesBucket.Arn}}/{folder}/*"))).count() > 0
    };
    for folder in folders {
        assert!(template.contains(&format!("PathPattern: /{folder}/*")), "{folder} is not served");
        assert!(writes(folder), "nobody may write {folder}");
    }
}

#[test]
fn the_functions_of_the_template_are_the_files() {
    let functions = resources(&template(), "AWS::CloudFront::Function");
    assert_eq!(functions.len(), FILES.len());
    for (name, path) in FILES {
        let (_, function) = functions.iter().find(|(id, _)| id == name).unwrap();
        assert_eq!(function["FunctionCode"].as_str().unwrap().trim_end(), read(path).trim_end(), "{path}");
    }
}

#[test]
fn cloudfront_takes_no_function_larger_than_this() {
    assert!(FILES.iter().all(|(_, path)| read(path).len() <= 10 * 1024));
}

/// S3 refuses an `Authorization` beside a signed URL, whatever it says.
#[test]
fn no_token_reaches_the_bucket() {
    let config = &resources(&template(), "AWS::CloudFront::Distribution")[0].1["DistributionConfig"];
    let behaviors = config["CacheBehaviors"].as_sequence().unwrap();
    let files: Vec<_> = behaviors.iter().filter(|behavior| behavior["TargetOriginId"] == "files").collect();
    let paths: Vec<_> = files.iter().map(|behavior| behavior["PathPattern"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/pictures/*", "/documents/*", "/attachments/*", "/uploads/*"]);
    for behavior in files {
        let function = &behavior["FunctionAssociations"][0];
        assert_eq!(function["EventType"], "viewer-request");
        assert_eq!(inner(&function["FunctionARN"]), "FilePaths.FunctionARN");
    }
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

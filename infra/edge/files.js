// Files of the bucket, by signed URLs. S3 refuses two mechanisms of authentication at once, and some
// clients send the API's token to every address of its host: here it goes no further. (CloudFront by
// itself drops the header of a GET, but not of a PUT.)
//
// A viewer-request function of CloudFront (cloudfront-js-2.0).

function handler(event) {
    const request = event.request;
    delete request.headers.authorization;
    return request;
}

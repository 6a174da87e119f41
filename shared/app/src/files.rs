//! The file store: one private bucket, reached by short-lived signed URLs.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use chrono::{DateTime, TimeDelta, Utc};
use domain::file::{Attachment, LARGEST};

use crate::clock::machine_time;
use crate::file_type::{self, TELLING};
use crate::{Common, Error, Result};

#[derive(Clone, Debug)]
pub struct Files {
    client: Client,
    bucket: String,
    /// What signed URLs begin with instead of the bucket's own address.
    public_url: Option<String>,
}

/// Where and how to send bytes.
#[derive(Clone, Debug)]
pub struct Upload {
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub expires_at: DateTime<Utc>,
}

/// The beginning of an object, and how long it is in all.
pub struct Head {
    pub first_bytes: Vec<u8>,
    pub size: u64,
    /// Which of the objects that lay there one after the other it was.
    version: Option<String>,
}

/// A link to a picture is good for an hour at least, one to any other file for a quarter. Its signature is dated to the
/// last full five minutes, so that a polled answer stays the same for a while.
const PICTURE_LINK: Duration = Duration::from_secs(65 * 60);
const ATTACHMENT_LINK: Duration = Duration::from_secs(20 * 60);
const LINK_STEP_SECONDS: i64 = 300;

pub(crate) const UPLOAD: Duration = Duration::from_secs(15 * 60);

fn broken(what: &'static str, error: impl std::error::Error) -> Error {
    Error::Common(Common::Broken { what, detail: DisplayErrorContext(error).to_string() })
}

impl Files {
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self { client, bucket: bucket.into(), public_url: None }
    }

    /// Whether all the world reaches the bucket under another origin. A signature covers the bucket's own name: whoever
    /// answers there must ask the bucket by it.
    pub fn reached_by(self, public_url: Option<&str>) -> Self {
        Self { public_url: public_url.map(str::to_owned), ..self }
    }

    /// A signed URL as the world sees it.
    fn outside(&self, signed: &str) -> String {
        let Some(public_url) = &self.public_url else { return signed.to_owned() };
        // What follows scheme and host is signed as it is written, so it is not parsed.
        let after_scheme = signed.find("://").map_or(0, |at| at + 3);
        let path = signed[after_scheme..].find('/').map_or("", |at| &signed[after_scheme + at..]);
        format!("{public_url}{path}")
    }

    /// A URL for one upload of exactly this type and size.
    pub async fn presign_upload(&self, key: &str, content_type: &str, size: u64) -> Result<Upload> {
        let config = PresigningConfig::expires_in(UPLOAD).map_err(|error| broken("signing an upload", error))?;
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .content_length(i64::try_from(size).unwrap_or(i64::MAX))
            .presigned(config)
            .await
            .map_err(|error| broken("signing an upload", error))?;
        let headers = request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let expires_at = machine_time() + TimeDelta::from_std(UPLOAD).unwrap_or_default();
        Ok(Upload { url: self.outside(request.uri()), headers, expires_at })
    }

    /// A URL that serves a picture for an hour.
    pub async fn presign_link(&self, key: &str) -> Result<String> {
        self.presign_for(key, PICTURE_LINK).await
    }

    /// A URL that serves a file for a quarter of an hour.
    pub(crate) async fn presign_attachment(&self, key: &str) -> Result<String> {
        self.presign_for(key, ATTACHMENT_LINK).await
    }

    async fn presign_for(&self, key: &str, lifetime: Duration) -> Result<String> {
        let now = machine_time().timestamp();
        let start = u64::try_from(now - now.rem_euclid(LINK_STEP_SECONDS)).unwrap_or_default();
        let config = PresigningConfig::builder()
            .start_time(std::time::UNIX_EPOCH + Duration::from_secs(start))
            .expires_in(lifetime)
            .build()
            .map_err(|error| broken("signing a link", error))?;
        let request = self.client.get_object().bucket(&self.bucket).key(key).presigned(config).await;
        Ok(self.outside(request.map_err(|error| broken("signing a link", error))?.uri()))
    }

    pub(crate) async fn put(&self, key: &str, content_type: &str, bytes: Vec<u8>) -> Result<()> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| broken("storing a file", error))
    }

    /// Keeps a file that came with a request. What it is served as is written on it.
    pub(crate) async fn put_attachment(&self, file: &Attachment, bytes: Vec<u8>) -> Result<()> {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .key(&file.key)
            .content_type(&file.content_type)
            .content_disposition(disposition(file))
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| broken("storing a file", error))
    }

    /// As many first bytes of an object as tell what it is; `None` if there is no such object.
    pub(crate) async fn telling(&self, key: &str) -> Result<Option<Head>> {
        let head = self.head(key, TELLING).await?;
        match &head {
            Some(head) if head.size <= LARGEST && file_type::wants_all(&head.first_bytes) => {
                self.head(key, LARGEST as usize).await
            }
            _ => Ok(head),
        }
    }

    /// The first bytes of an object, at most so many; `None` if there is no such object.
    async fn head(&self, key: &str, most: usize) -> Result<Option<Head>> {
        let range = format!("bytes=0-{}", most.saturating_sub(1));
        let request = self.client.get_object().bucket(&self.bucket).key(key).range(range);
        let object = match request.send().await {
            Ok(object) => object,
            // An empty object has no first bytes to give.
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "NotFound" | "InvalidRange")) => return Ok(None),
            Err(error) => return Err(broken("reading a file", error)),
        };
        let whole =
            object.content_range().and_then(|range| range.rsplit_once('/')).and_then(|(_, all)| all.parse().ok());
        let length = object.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or_default();
        let version = object.e_tag().map(str::to_owned);
        let bytes = object.body.collect().await.map_err(|error| broken("reading a file", error))?;
        Ok(Some(Head { first_bytes: bytes.to_vec(), size: whole.unwrap_or(length), version }))
    }

    /// Keeps an upload under its final name, with the type its bytes have; `false` if other bytes lie there by now than
    /// those that were looked at.
    pub(crate) async fn adopt(&self, from: &str, head: &Head, to: &str, content_type: &str) -> Result<bool> {
        self.copy(from, head, to, content_type, None).await
    }

    /// Keeps an upload as this file, in the same way.
    pub(crate) async fn adopt_attachment(&self, from: &str, head: &Head, file: &Attachment) -> Result<bool> {
        self.copy(from, head, &file.key, &file.content_type, Some(disposition(file))).await
    }

    async fn copy(
        &self,
        from: &str,
        head: &Head,
        to: &str,
        content_type: &str,
        disposition: Option<String>,
    ) -> Result<bool> {
        let copied = self
            .client
            .copy_object()
            .bucket(&self.bucket)
            .copy_source(format!("{}/{from}", self.bucket))
            .set_copy_source_if_match(head.version.clone())
            .key(to)
            .content_type(content_type)
            .set_content_disposition(disposition)
            .metadata_directive(aws_sdk_s3::types::MetadataDirective::Replace)
            .send()
            .await;
        match copied {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.code(), Some("PreconditionFailed" | "NoSuchKey")) => Ok(false),
            Err(error) => Err(broken("keeping a file", error)),
        }
    }
}

/// How a browser takes the file: an image in place, everything else by saving it, under its owner's name for it.
fn disposition(file: &Attachment) -> String {
    let how = if file.is_image() { "inline" } else { "attachment" };
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(byte); // RFC 8187
    let letter = |byte: u8| if is_plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let name: String = file.name.bytes().map(letter).collect();
    format!("{how}; filename*=UTF-8''{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &str = "https://files.s3.eu-west-1.amazonaws.com/pictures/7/a%20b?X-Amz-Date=1&X-Amz-Signature=2%2F";

    fn files(public_url: Option<&str>) -> Files {
        let config = aws_sdk_s3::Config::builder().behavior_version_latest().build();
        Files::new(Client::from_conf(config), "files").reached_by(public_url)
    }

    #[test]
    fn a_signed_url_begins_with_the_public_address() {
        assert_eq!(
            files(Some("https://api.example.com")).outside(SIGNED),
            "https://api.example.com/pictures/7/a%20b?X-Amz-Date=1&X-Amz-Signature=2%2F"
        );
    }

    #[test]
    fn without_a_public_address_it_leads_to_the_bucket() {
        assert_eq!(files(None).outside(SIGNED), SIGNED);
    }
    #[test]
    fn a_file_is_saved_under_its_name_and_an_image_is_shown() {
        let file = |name: &str, content_type: &str| Attachment {
            key: String::new(),
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            size: 1,
        };
        assert_eq!(
            disposition(&file("ż \"a\"\r\n;.pdf", "application/pdf")),
            "attachment; filename*=UTF-8''%C5%BC%20%22a%22%0D%0A%3B.pdf"
        );
        assert_eq!(disposition(&file("a.png", "image/png")), "inline; filename*=UTF-8''a.png");
    }
}

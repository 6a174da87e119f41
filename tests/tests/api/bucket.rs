//! The file store of a test: real S3 over a folder, behind the real client, without a socket. Signatures count.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use app::files::Files;
use app::tokens::Tokens;
use app::{App, Hashing, Keyring, Mint, Parts};
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region, RequestChecksumCalculation};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use store::Cursors;
use tests::World;
use tower::ServiceExt;

/// Removed with the last of its clones.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _nobody_minds = std::fs::remove_dir_all(&self.0);
    }
}

#[derive(Clone)]
pub(crate) struct Bucket {
    service: S3Service,
    _folder: Arc<Folder>,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Bucket")
    }
}

impl Bucket {
    fn fresh(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("expertconnect-bucket-{}-{number}", std::process::id()));
        std::fs::create_dir_all(folder.join(name)).expect("a folder can be made");
        let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(&folder).expect("a file store"));
        builder.set_auth(SimpleAuth::from_single("test", "secret"));
        Self { service: builder.build(), _folder: Arc::new(Folder(folder)) }
    }

    fn client(&self) -> aws_sdk_s3::Client {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("test", "secret", None, None, "tests"))
            .endpoint_url("http://files.test")
            .force_path_style(true)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .http_client(self.clone());
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// What a browser does with a signed URL.
    pub(crate) async fn fetch(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (mut head, body) = request.into_parts();
        let host = head.uri.host().expect("an absolute URL").parse().expect("a host");
        head.headers.insert("host", host);
        head.headers.insert("content-length", body.len().into());
        let request = Request::from_parts(head, Full::new(body).map_err(|never| match never {}));
        let answer = self.service.clone().oneshot(request).await.expect("the file store answers");
        let (head, body) = answer.into_parts();
        Response::from_parts(head, body.collect().await.expect("a body").to_bytes())
    }
}

impl HttpConnector for Bucket {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let bucket = self.clone();
        HttpConnectorFuture::new(async move {
            let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(ConnectorError::user)?.to_bytes();
            let answer = bucket.fetch(Request::from_parts(head, body)).await;
            HttpResponse::try_from(answer.map(SdkBody::from)).map_err(|error| ConnectorError::user(error.into()))
        })
    }
}

impl HttpClient for Bucket {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The application of a world, with a file store that answers. Sessions of the world are good here too.
pub(crate) fn with_bucket(world: &World) -> (App, Bucket) {
    let settings = world.app.settings.clone();
    let bucket = Bucket::fresh(&settings.files_bucket);
    let key = b"the key of every world in the tests";
    let app = App::assemble(Parts {
        store: world.app.store.clone(),
        files: Files::new(bucket.client(), &settings.files_bucket),
        clock: world.app.clock.clone(),
        mint: Mint::default(),
        tokens: Tokens::new(key),
        cursors: Cursors::new(key),
        origin_key: None,
        keyring: Keyring::default(),
        gateway: app::payments::Gateway::Local,
        hashing: Hashing { memory_kib: 8, passes: 1 },
        capacity: None,
        settings,
    });
    (app, bucket)
}

//! The AWS services behind the functions: embedded, or real ones by the usual variables.

use std::collections::HashMap;
use std::fs;

use crate::Fault;
use crate::data::{Home, Secrets};
use crate::embedded::dynamo::Dynamo;
use crate::embedded::files::{self, Files};
use crate::template::Template;

pub(crate) struct Services {
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub s3: aws_sdk_s3::Client,
    /// What has to be kept running; absent with real services.
    pub dynamo: Option<Dynamo>,
    pub files: Option<Files>,
}

impl Services {
    /// # Errors
    /// The folder cannot be written, or the template's table cannot be made.
    pub(crate) fn embedded(
        template: &Template,
        home: &Home,
        secrets: &Secrets,
        environment: &HashMap<String, String>,
        base_url: &str,
    ) -> Result<Self, Fault> {
        let table = template.table()?;
        let dynamo =
            if home.is_kept() { Dynamo::start_file(home.path(), &table)? } else { Dynamo::start_memory(&table)? };
        let origins = environment.get("CORS_ORIGINS").map(String::as_str).unwrap_or_default();
        let origins = origins.split(',').map(|origin| origin.trim().trim_end_matches('/').to_owned());
        let folder = home.path().join("files");
        fs::create_dir_all(&folder)?;
        let files = Files::open(&folder, &template.bucket()?, &secrets.files_key, origins.collect())?;
        Ok(Self {
            dynamodb: dynamo.client(),
            s3: files::client(base_url, &secrets.files_key),
            dynamo: Some(dynamo),
            files: Some(files),
        })
    }

    /// As the functions do on AWS: region, credentials and endpoints by the usual variables.
    pub(crate) async fn real() -> Self {
        let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            s3: aws_sdk_s3::Client::new(&config),
            dynamo: None,
            files: None,
        }
    }
}

//! The AWS services behind the functions: embedded, or real ones by the usual variables.

use std::collections::HashMap;
use std::fs;

use crate::Fault;
use crate::data::{Home, Secrets};
use crate::embedded::dynamo::Dynamo;
use crate::embedded::files::{self, Files};
use crate::embedded::mail::Mail;
use crate::embedded::queues::Queues;
use crate::template::Template;

pub(crate) struct Services {
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub s3: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub ses: aws_sdk_sesv2::Client,
    /// What has to be kept running; absent with real services.
    pub dynamo: Option<Dynamo>,
    pub files: Option<Files>,
    pub queues: Option<Queues>,
    pub mail: Option<Mail>,
}

impl Services {
    /// # Errors
    /// The folder cannot be written, or the template's table cannot be made.
    pub(crate) async fn embedded(
        template: &Template,
        home: &Home,
        secrets: &Secrets,
        environment: &HashMap<String, String>,
        base_url: &str,
    ) -> Result<Self, Fault> {
        let table = template.table()?;
        let start = if home.is_kept() { Dynamo::start_file } else { Dynamo::start_scratch };
        let dynamo = start(home.path(), &table)?;
        let queues = Queues::open(template.queues()).await?;
        let mail = Mail::default();
        let origins = environment.get("CORS_ORIGINS").map(String::as_str).unwrap_or_default();
        let origins = origins.split(',').map(|origin| origin.trim().trim_end_matches('/').to_owned());
        let folder = home.path().join("files");
        fs::create_dir_all(&folder)?;
        let files = Files::open(&folder, &template.bucket()?, &secrets.files_key, origins.collect())?;
        Ok(Self {
            dynamodb: dynamo.client(),
            s3: files::client(base_url, &secrets.files_key),
            sqs: queues.client.clone(),
            ses: mail.client(),
            dynamo: Some(dynamo),
            files: Some(files),
            queues: Some(queues),
            mail: Some(mail),
        })
    }

    /// As the functions do on AWS: region, credentials and endpoints by the usual variables.
    pub(crate) async fn real() -> Self {
        let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            s3: aws_sdk_s3::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            ses: aws_sdk_sesv2::Client::new(&config),
            dynamo: None,
            files: None,
            queues: None,
            mail: None,
        }
    }
}

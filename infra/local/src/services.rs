//! The AWS services behind the functions: embedded, or real ones by the usual variables.

use std::collections::HashMap;
use std::fs;

use store::Store;

use crate::Fault;
use crate::data::{Home, Secrets};
use crate::embedded::files::{self, Files};
use crate::embedded::mail::Mail;
use crate::embedded::queues::Queues;
use crate::embedded::table::Table;
use crate::template::Template;

pub(crate) struct Services {
    pub store: Store,
    pub s3: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub ses: aws_sdk_sesv2::Client,
    /// What has to be kept running; absent with real services.
    pub table: Option<Table>,
    pub files: Option<Files>,
    pub queues: Option<Queues>,
    pub mail: Option<Mail>,
}

impl Services {
    /// # Errors
    /// The folder cannot be written, or a queue of the template cannot be made.
    pub(crate) async fn embedded(
        template: &Template,
        table: Table,
        home: &Home,
        secrets: &Secrets,
        environment: &HashMap<String, String>,
        base_url: &str,
    ) -> Result<Self, Fault> {
        let queues = Queues::open(template.queues()).await?;
        let mail = Mail::default();
        let origins = environment.get("CORS_ORIGINS").map(String::as_str).unwrap_or_default();
        let origins = origins.split(',').map(|origin| origin.trim().trim_end_matches('/').to_owned());
        let folder = home.path().join("files");
        fs::create_dir_all(&folder)?;
        let files = Files::open(&folder, &template.bucket()?, &secrets.files_key, origins.collect())?;
        Ok(Self {
            store: Store::new(table.engine()),
            s3: files::client(base_url, &secrets.files_key),
            sqs: queues.client.clone(),
            ses: mail.client(),
            table: Some(table),
            files: Some(files),
            queues: Some(queues),
            mail: Some(mail),
        })
    }

    /// As the functions do on AWS: region, credentials and endpoints by the usual variables.
    pub(crate) async fn real(table: &str) -> Self {
        let config = aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await;
        Self {
            store: Store::new(dynamo::Table::new(&aws_sdk_dynamodb::Client::new(&config), table)),
            s3: aws_sdk_s3::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
            ses: aws_sdk_sesv2::Client::new(&config),
            table: None,
            files: None,
            queues: None,
            mail: None,
        }
    }
}

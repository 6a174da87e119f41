//! SQS in this process, behind the real SDK client. All in memory: what must outlive the process
//! is a fact in the table, and is carried out again from there.
//!
//! Its time-outs go by the machine's clock, whatever the application's was moved to.

use std::sync::{Arc, Once};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Region};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName};
use winterbaume_core::MockAws;
use winterbaume_sqs::SqsService;

use super::bell::Bell;
use crate::Fault;
use crate::template::sources::Queue;
use crate::template::{ACCOUNT, REGION};

/// The most that one call may ask for.
const AT_ONCE: usize = 10;

/// What SQS itself can say of a queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Depth {
    /// Never received.
    pub fresh: usize,
    /// Not to be received yet.
    pub delayed: usize,
    /// Received and hidden.
    pub hidden: usize,
}

/// All queues of the template. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Queues {
    pub client: Client,
    pub bell: Bell,
    queues: Arc<[Queue]>,
}

impl Queues {
    /// # Errors
    /// The service refuses the definition of a queue.
    pub(crate) async fn open(queues: Vec<Queue>) -> Result<Self, Fault> {
        // The template's ARNs and URLs have this account in them. It is the process's, not the client's.
        static ACCOUNT_IS_SET: Once = Once::new();
        ACCOUNT_IS_SET.call_once(|| winterbaume_core::set_default_account_id(ACCOUNT));

        let service = MockAws::builder().with_service(SqsService::new()).build();
        let bell = Bell::default();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(service.credentials_provider())
            .http_client(service.http_client())
            .interceptor(bell.clone())
            .build();
        let client = Client::from_conf(config);
        for queue in &queues {
            let mut create = client.create_queue().queue_name(&queue.name);
            for (name, value) in &queue.attributes {
                create = create.attributes(QueueAttributeName::from(name.as_str()), value);
            }
            let url = create.send().await?.queue_url;
            if url.as_ref() != Some(&queue.url) {
                return Err(format!("the queue {} got another address: {url:?}", queue.name).into());
            }
        }
        Ok(Self { client, bell, queues: queues.into() })
    }

    pub(crate) fn all(&self) -> &[Queue] {
        &self.queues
    }

    /// # Errors
    /// There is no such queue.
    pub(crate) fn by_arn(&self, arn: &str) -> Result<&Queue, Fault> {
        self.queues.iter().find(|queue| queue.arn == arn).ok_or_else(|| format!("there is no queue {arn}").into())
    }

    /// Up to `most` messages that are visible now.
    ///
    /// # Errors
    /// The service refuses.
    pub(crate) async fn receive(&self, queue: &Queue, most: usize) -> Result<Vec<Message>, Fault> {
        let mut messages = Vec::new();
        while messages.len() < most {
            let count = (most - messages.len()).min(AT_ONCE);
            let receive = self.client.receive_message().queue_url(&queue.url).wait_time_seconds(0);
            let receive = receive
                .max_number_of_messages(i32::try_from(count).unwrap_or(1))
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .message_attribute_names("All");
            let received = receive.send().await?.messages.unwrap_or_default();
            let is_last = received.len() < count;
            messages.extend(received);
            if is_last {
                break;
            }
        }
        Ok(messages)
    }

    /// # Errors
    /// The service refuses.
    pub(crate) async fn delete(&self, queue: &Queue, receipts: &[String]) -> Result<(), Fault> {
        for chunk in receipts.chunks(AT_ONCE) {
            let entries = chunk.iter().enumerate().map(|(index, receipt)| {
                DeleteMessageBatchRequestEntry::builder().id(index.to_string()).receipt_handle(receipt).build()
            });
            let entries = entries.collect::<Result<_, _>>()?;
            self.client.delete_message_batch().queue_url(&queue.url).set_entries(Some(entries)).send().await?;
        }
        Ok(())
    }

    /// # Errors
    /// There is no such queue, or the service refuses.
    pub(crate) async fn send(&self, arn: &str, body: String) -> Result<(), Fault> {
        let queue = self.by_arn(arn)?;
        self.client.send_message().queue_url(&queue.url).message_body(body).send().await?;
        Ok(())
    }

    /// # Errors
    /// The service refuses.
    pub(crate) async fn depth(&self, queue: &Queue) -> Result<Depth, Fault> {
        let asked = self.client.get_queue_attributes().queue_url(&queue.url).attribute_names(QueueAttributeName::All);
        let told = asked.send().await?.attributes.unwrap_or_default();
        let count = |name| told.get(&name).and_then(|count| count.parse().ok()).unwrap_or(0_usize);
        Ok(Depth {
            fresh: count(QueueAttributeName::ApproximateNumberOfMessages),
            delayed: count(QueueAttributeName::ApproximateNumberOfMessagesDelayed),
            hidden: count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible),
        })
    }
}

//! What SES says no to, through the real client: what passes waits and is sent later, what never will be is given up and
//! its owner told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use app::background::{Background, Job};
use app::mail::Post;
use app::mailing::{self, Posted};
use aws_sdk_sesv2::config::{
    BehaviorVersion, Config, Credentials, HttpClient, Region, RuntimeComponents, SharedHttpClient, retry::RetryConfig,
};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value as Json, json};
use store::MailOf;
use tests::{Person, Setup, World, minute};

/// SES with what it answers next, code and message; afterwards it takes everything.
#[derive(Clone, Debug, Default)]
struct Ses {
    answers: Arc<Mutex<VecDeque<(&'static str, &'static str)>>>,
    asked: Arc<Mutex<Vec<Json>>>,
}

impl HttpClient for Ses {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Ses {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap_or_default();
        self.asked.lock().unwrap().push(serde_json::from_slice(body).unwrap_or_default());
        let answer = match self.answers.lock().unwrap().pop_front() {
            None => http::Response::builder().status(200).body(json!({"MessageId": "1"})),
            Some((code, message)) => {
                http::Response::builder().status(400).header("x-amzn-errortype", code).body(json!({"message": message}))
            }
        };
        let answer = answer.unwrap().map(|body| SdkBody::from(body.to_string()));
        HttpConnectorFuture::ready(Ok(HttpResponse::try_from(answer).unwrap()))
    }
}

impl Ses {
    fn of(&self, world: &World) -> Background {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-west-1"))
            .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(SharedHttpClient::new(self.clone()))
            .build();
        let post = Post::Live(aws_sdk_sesv2::Client::from_conf(config));
        Background { post, ..world.background.context.clone() }
    }

    fn says(&self, code: &'static str, message: &'static str, times: usize) {
        self.answers.lock().unwrap().extend(std::iter::repeat_n((code, message), times));
    }
}

/// Somebody who is asked for a meeting, and the mail about it.
async fn asked(ses: &Ses) -> (World, Background, Person, MailOf) {
    let world = World::with(Setup::live()).await;
    let (ada, bob) = (world.register("ada").await, world.register("bob").await);
    world.settles().await;
    ada.requests(&bob, minute(600), 30).await.is(201);
    assert!(world.carries_out().await);
    let jobs = world.background.take_jobs();
    let mail = jobs.iter().find_map(|job| match job {
        Job::Mail(mail) if mail.user.get() == bob.id => Some(*mail),
        _ => None,
    });
    (world.clone(), ses.of(&world), bob, mail.unwrap())
}

#[tokio::test]
async fn a_mail_of_a_new_deployment_waits_until_its_sender_is_verified() {
    let ses = Ses::default();
    let (world, background, bob, mail) = asked(&ses).await;
    let why =
        "Email address is not verified. The following identities failed the check in region EU-WEST-1: x@y.example";
    ses.says("MessageRejected", why, 19);
    for attempt in 0..19 {
        let error = mailing::send(&background, mail).await.unwrap_err();
        assert!(!error.to_string().contains('@'), "{attempt}: {error}");
    }
    assert_eq!(mailing::send(&background, mail).await.unwrap(), Posted::Sent);
    assert_eq!(mailing::send(&background, mail).await.unwrap(), Posted::Before);
    let asked = ses.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 20);
    let tags = asked[0]["EmailTags"].as_array().unwrap();
    assert!(tags.contains(&json!({"Name": "person", "Value": bob.id.to_string()})), "{tags:?}");
    assert_eq!(asked[0]["ConfigurationSetName"], json!(world.app.settings.mail_configuration_set));
    assert!(world.app.settings.mail_configuration_set.is_some());
    assert_eq!(bob.all("/api/notifications/").await.len(), 1, "only that somebody asks");
}

#[tokio::test]
async fn only_an_address_that_is_none_is_given_up_and_its_owner_told() {
    for code in ["BadRequestException", "MessageRejected"] {
        let ses = Ses::default();
        let (_, background, bob, mail) = asked(&ses).await;
        ses.says(code, "Local address contains control or whitespace", 1);
        assert_eq!(mailing::send(&background, mail).await.unwrap(), Posted::Refused);
        assert_eq!(mailing::send(&background, mail).await.unwrap(), Posted::Unreachable);
        assert_eq!(ses.asked.lock().unwrap().len(), 1, "{code}");
        let titles: Vec<_> = bob.all("/api/notifications/").await.iter().map(|n| n["title"].clone()).collect();
        assert_eq!(titles, ["Mail does not reach you", "Meeting Request"]);
    }
}

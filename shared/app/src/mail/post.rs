//! Sending: through SES, or into a list where nothing is to leave the machine.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sesv2::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, MessageTag, RawMessage};
use domain::Instant;

use super::mime::{Sender, ascii_address};
use super::{Mail, PERSON_TAG, REQUEST_TAG};
use crate::Settings;

/// Where mails go.
#[derive(Clone)]
pub enum Post {
    Live(aws_sdk_sesv2::Client),
    /// Kept in the order they were sent.
    Recorded(Arc<Mutex<Vec<SentMail>>>),
}

/// A mail that was sent: to whom, as typed, and the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct SentMail {
    pub to: String,
    pub raw: Vec<u8>,
}

/// Why a mail was not sent. The text names the cause and no person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PostFault {
    /// It did not go out; a later try may succeed.
    #[error("mail cannot be sent for now: {0}")]
    Retry(String),
    /// No answer came: it may have gone out.
    #[error("whether the mail was sent is not known: {0}")]
    Unknown(String),
    /// No later try will.
    #[error("the mail was refused: {0}")]
    Refused(String),
}

impl Post {
    pub async fn send(&self, settings: &Settings, mail: &Mail, now: Instant) -> Result<(), PostFault> {
        let raw = mail.to_mime(settings, now);
        match self {
            Post::Live(client) => live(client, settings, mail, raw).await,
            Post::Recorded(sent) => {
                let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
                sent.push(SentMail { to: mail.to.clone(), raw });
                Ok(())
            }
        }
    }
}

async fn live(client: &aws_sdk_sesv2::Client, settings: &Settings, mail: &Mail, raw: Vec<u8>) -> Result<(), PostFault> {
    let message =
        RawMessage::builder().data(Blob::new(raw)).build().map_err(|error| PostFault::Refused(error.to_string()))?;
    let sent = client
        .send_email()
        .from_email_address(Sender::parse(&settings.mail_from).address)
        .destination(Destination::builder().to_addresses(ascii_address(&mail.to)).build())
        .content(EmailContent::builder().raw(message).build())
        .set_configuration_set_name(settings.mail_configuration_set.clone())
        .set_email_tags(Some(tags(mail)))
        .send()
        .await;
    let sent = sent.map_err(|error| fault(&error))?;
    tracing::info!(message = sent.message_id(), "SES has taken a mail");
    Ok(())
}

/// What SES tells again with whatever becomes of the mail. It takes few signs and no empty text.
fn tags(mail: &Mail) -> Vec<MessageTag> {
    let (person, request) = (mail.person.to_string(), mail.request.as_deref().unwrap_or_default());
    let tag = |(name, value): (&str, &str)| {
        let fits = |c: &char| c.is_ascii_alphanumeric() || "-_.@".contains(*c);
        let value: String = value.chars().filter(fits).take(256).collect();
        (!value.is_empty()).then(|| MessageTag::builder().name(name).value(value).build().ok()).flatten()
    };
    [(PERSON_TAG, person.as_str()), (REQUEST_TAG, request)].into_iter().filter_map(tag).collect()
}

/// What the messages of an address that no server could take begin with. They are those of the mail library behind SES,
/// which passes them on (SES Developer Guide, "Amazon SES error messages").
const MALFORMED: [&str; 8] = [
    "Missing final '@domain'",
    "Missing local name",
    "Missing domain",
    "Illegal address",
    "Invalid domain name",
    "Domain contains",
    "Domain starts with dot",
    "Local address ",
];

/// Only what can never succeed is final: an address that is none. A sender that is not verified yet, a sandbox, an account
/// that is paused are states of ours: a mail given up because of them would be lost, one try too many ends among the dead
/// letters. SES's messages name addresses, which do not belong in logs; its codes do not.
fn fault<R: std::fmt::Debug>(error: &SdkError<SendEmailError, R>) -> PostFault {
    match error {
        SdkError::ServiceError(answer) => {
            let code = error.code().unwrap_or("no code").to_owned();
            if is_malformed(answer.err()) { PostFault::Refused(code) } else { PostFault::Retry(code) }
        }
        // Nothing left the machine.
        SdkError::ConstructionFailure(_) => PostFault::Retry(DisplayErrorContext(error).to_string()),
        _ => PostFault::Unknown(DisplayErrorContext(error).to_string()),
    }
}

/// Decided by code and text: each of the two codes also stands for what passes (`MessageRejected`: "Email address is not
/// verified."; `BadRequestException`: a configuration set that is yet to be made).
fn is_malformed(error: &SendEmailError) -> bool {
    let may_be = matches!(error, SendEmailError::MessageRejected(_) | SendEmailError::BadRequestException(_));
    may_be && error.message().is_some_and(|text| MALFORMED.iter().any(|words| text.starts_with(words)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_sesv2::error::ErrorMetadata;
    use aws_sdk_sesv2::types::error as ses;

    macro_rules! told {
        ($error:ty, $code:literal, $text:expr) => {
            <$error>::builder().message($text).meta(ErrorMetadata::builder().code($code).message($text).build()).build()
        };
    }
    /// Every error that the reference of the API names for SendEmail, with what SES is known to say, and common ones.
    fn errors() -> Vec<(SendEmailError, bool)> {
        use SendEmailError as E;
        let metadata = |code: &str, text: &str| ErrorMetadata::builder().code(code).message(text).build();
        let rejected = |text: &str| E::MessageRejected(told!(ses::MessageRejected, "MessageRejected", text));
        let bad = |text: &str| E::BadRequestException(told!(ses::BadRequestException, "BadRequestException", text));
        let mut errors = vec![
            (
                E::AccountSuspendedException(told!(ses::AccountSuspendedException, "AccountSuspendedException", "")),
                false,
            ),
            (E::LimitExceededException(told!(ses::LimitExceededException, "LimitExceededException", "")), false),
            (
                E::MailFromDomainNotVerifiedException(told!(
                    ses::MailFromDomainNotVerifiedException,
                    "MailFromDomainNotVerifiedException",
                    ""
                )),
                false,
            ),
            (
                E::NotFoundException(told!(
                    ses::NotFoundException,
                    "NotFoundException",
                    "Configuration set <expertconnect> does not exist."
                )),
                false,
            ),
            (E::SendingPausedException(told!(ses::SendingPausedException, "SendingPausedException", "")), false),
            (
                E::TooManyRequestsException(told!(
                    ses::TooManyRequestsException,
                    "TooManyRequestsException",
                    "Maximum sending rate exceeded."
                )),
                false,
            ),
        ];
        for text in [
            "Email address is not verified. The following identities failed the check in region EU-WEST-1: ada@example.org",
            "Email address is not verified. The following identities failed the check in region EU-WEST-1: \
             ExpertConnect <no-reply@example.org>",
            "Sending suspended for this account. For more information, please check the inbox of the email address \
             associated with your AWS account.",
            "Address blacklisted.",
            "The message can't be sent because it contains invalid content.",
            "",
        ] {
            errors.push((rejected(text), false));
        }
        for text in ["Missing final '@domain'", "Illegal address", "Local address contains control or whitespace"] {
            errors.extend([(rejected(text), true), (bad(text), true)]);
        }
        for text in ["Invalid domain name: 'example..org'", "Domain contains dot-dot", "Domain starts with dot"] {
            errors.push((bad(text), true));
        }
        for text in ["The input you provided is invalid.", "Configuration set does not exist.", ""] {
            errors.push((bad(text), false));
        }
        for code in ["AccessDeniedException", "ExpiredToken", "InternalFailure", "ServiceUnavailable", "Throttling"] {
            errors.push((E::generic(metadata(code, "Illegal address")), false));
        }
        errors
    }

    #[test]
    fn only_what_can_never_succeed_is_final() {
        for (error, is_final) in errors() {
            let told = format!("{error:?}");
            let fault = fault(&SdkError::<SendEmailError, ()>::service_error(error, ()));
            assert_eq!(matches!(fault, PostFault::Refused(_)), is_final, "{told}");
            assert_eq!(matches!(fault, PostFault::Retry(_)), !is_final, "{told}");
            assert!(!fault.to_string().contains('@'), "{fault}");
        }
    }

    #[test]
    fn what_never_left_is_tried_again_and_what_may_have_left_is_not_known() {
        let never_sent = SdkError::<SendEmailError, ()>::construction_failure("no such field");
        assert!(matches!(fault(&never_sent), PostFault::Retry(_)));
        let late = SdkError::<SendEmailError, ()>::timeout_error("too late");
        assert!(matches!(fault(&late), PostFault::Unknown(_)), "it may have gone out");
    }
}

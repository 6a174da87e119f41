//! Sending: through SES, or into a list where nothing is to leave the machine.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_sesv2::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};
use domain::Instant;

use super::Mail;
use super::mime::{Sender, ascii_address};
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
        .send()
        .await;
    sent.map(|_| ()).map_err(|error| fault(&error))
}

/// Only what SES says is final is final: a retry too many ends in the dead-letter queue, a mail given up is lost.
/// Its messages name addresses, which do not belong in logs; its codes do not.
fn fault<R: std::fmt::Debug>(error: &SdkError<SendEmailError, R>) -> PostFault {
    let text = match error {
        SdkError::ServiceError(_) => error.code().unwrap_or("no code").to_owned(),
        _ => DisplayErrorContext(error).to_string(),
    };
    let is_refused = |error: &SendEmailError| {
        matches!(error, SendEmailError::MessageRejected(_) | SendEmailError::BadRequestException(_))
    };
    match error {
        SdkError::ConstructionFailure(_) => PostFault::Refused(text),
        // A suspended account, a domain yet to be verified: a state of ours, not of this mail.
        SdkError::ServiceError(answer) if is_refused(answer.err()) => PostFault::Refused(text),
        SdkError::ServiceError(_) => PostFault::Retry(text),
        _ => PostFault::Unknown(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_sesv2::error::ErrorMetadata;
    use aws_sdk_sesv2::types::error::{
        AccountSuspendedException, BadRequestException, MailFromDomainNotVerifiedException, MessageRejected,
        SendingPausedException, TooManyRequestsException,
    };

    fn judged(error: SendEmailError) -> PostFault {
        fault(&SdkError::service_error(error, ()))
    }

    #[test]
    fn what_ses_will_never_take_is_not_tried_again() {
        for error in [
            SendEmailError::MessageRejected(MessageRejected::builder().message("to ada@example.org").build()),
            SendEmailError::BadRequestException(BadRequestException::builder().build()),
        ] {
            let fault = judged(error);
            assert!(matches!(fault, PostFault::Refused(_)), "{fault}");
            assert!(!fault.to_string().contains('@'), "{fault}");
        }
        let never_sent = SdkError::<SendEmailError, ()>::construction_failure("no such field");
        assert!(matches!(fault(&never_sent), PostFault::Refused(_)));
    }

    #[test]
    fn what_is_no_fault_of_the_mail_is_tried_again() {
        let unknown = ErrorMetadata::builder().code("InternalFailure").build();
        for error in [
            SendEmailError::TooManyRequestsException(TooManyRequestsException::builder().build()),
            SendEmailError::MailFromDomainNotVerifiedException(MailFromDomainNotVerifiedException::builder().build()),
            SendEmailError::AccountSuspendedException(AccountSuspendedException::builder().build()),
            SendEmailError::SendingPausedException(SendingPausedException::builder().build()),
            SendEmailError::generic(unknown),
        ] {
            let fault = judged(error);
            assert!(matches!(fault, PostFault::Retry(_)), "{fault}");
        }
        let late = SdkError::<SendEmailError, ()>::timeout_error("too late");
        assert!(matches!(fault(&late), PostFault::Unknown(_)), "it may have gone out");
    }
}

//! Mails sent with the real client and read back.

use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Body, Content as Words, Destination, EmailContent, Message, RawMessage};
use mail_builder::MessageBuilder;

use super::*;

pub(crate) async fn send_raw(client: &Client, to: &str, raw: Vec<u8>) {
    let raw = RawMessage::builder().data(Blob::new(raw)).build().unwrap();
    let send = client.send_email().from_email_address("ExpertConnect <no-reply@localhost>");
    let send = send.destination(Destination::builder().to_addresses(to).build());
    send.content(EmailContent::builder().raw(raw).build()).send().await.unwrap();
}

#[tokio::test]
async fn a_raw_mail_is_read_back_with_its_umlauts_and_its_attachment() {
    let mail = Mail::default();
    let client = mail.client();
    let raw = MessageBuilder::new()
        .from(("ExpertConnect", "no-reply@localhost"))
        .to("zoe@example.org")
        .subject("Treffen bestätigt – bis später 🎉")
        .text_body("Grüße\n")
        .html_body("<p>Grüße</p>")
        .attachment("text/calendar; method=REQUEST; x=\"a b\"", "invite.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        .attachment("image/png", "x.png", &b"\x89PNG"[..])
        .write_to_vec()
        .unwrap();
    send_raw(&client, "Zoë <zoe@example.org>", raw).await;
    let letters = mail.read(Some("ZOE@example.org"));
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!((&*letter.to, &*letter.subject), ("zoe@example.org", "Treffen bestätigt – bis später 🎉"));
    assert_eq!(letter.text.as_deref().map(str::trim_end), Some("Grüße"));
    assert_eq!(letter.html.as_deref(), Some("<p>Grüße</p>"));
    let [calendar, image] = &letter.attachments[..] else { panic!("{letter:?}") };
    assert_eq!(
        (calendar.name.as_deref(), &*calendar.content_type),
        (Some("invite.ics"), "text/calendar; method=REQUEST; x=\"a b\"; charset=utf-8")
    );
    assert!(letter.raw.as_ref().unwrap().contains("method=REQUEST"));
    assert!(calendar.text.as_ref().unwrap().starts_with("BEGIN:VCALENDAR"));
    assert_eq!((&*image.content_type, &image.text), ("image/png", &None));
    assert!(letter.sent_at.ends_with('Z'));
    assert!(mail.read(Some("zoe@example.com")).is_empty());
}

#[tokio::test]
async fn a_mail_without_html_has_none_and_the_newest_comes_first() {
    let mail = Mail::default();
    let client = mail.client();
    send_raw(&client, "a@example.org", b"Subject: one\r\n\r\nplain\r\n".to_vec()).await;
    let words = |text: &str| Words::builder().data(text).build().unwrap();
    let message = Message::builder().subject(words("two")).body(Body::builder().text(words("hi")).build()).build();
    let send = client.send_email().from_email_address("no-reply@localhost");
    let send = send.destination(Destination::builder().to_addresses("b@example.org").build());
    send.content(EmailContent::builder().simple(message).build()).send().await.unwrap();
    let letters = mail.read(None);
    assert_eq!(letters.iter().map(|letter| &*letter.subject).collect::<Vec<_>>(), ["two", "one"]);
    assert_eq!(letters[1].raw.as_deref(), Some("Subject: one\r\n\r\nplain\r\n"));
    assert_eq!((letters[1].html.as_ref(), letters[0].text.as_deref()), (None, Some("hi")));
}

#[tokio::test]
async fn what_the_service_refuses_is_not_kept() {
    let mail = Mail::default();
    let refused = mail.client().send_email().send().await.unwrap_err();
    assert!(refused.as_service_error().is_some_and(|error| error.is_bad_request_exception()), "{refused:?}");
    assert!(mail.read(None).is_empty());
}

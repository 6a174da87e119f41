//! What students and tutors say of themselves, and how long it may be (`tutoring.md` §2 and §4.1).

use app::App;
use app::caller::Caller;
use app::uploads::{self, FileSource, Taken};
use domain::Sentence;
use domain::details::between_commas;
use domain::file::Purpose;
use domain::ids::UploadId;
use edge::form::{Brought, FieldValue, Fields, Kind, comma_separated, file_or_id, or_empty, text};
use tutoring::Refused;
use tutoring::money::amount;
use tutoring::problem::of_file;

pub(super) const LONGEST_BIO: usize = 5000;

const MOST_WORDS: usize = 50;
const LONGEST_WORD: usize = 50;
/// With the blanks people put around commas.
const LONGEST_LIST: usize = 5000;

/// Skills or languages, as they are kept.
fn listed(said: &str) -> Result<String, Sentence> {
    let words: Vec<_> = between_commas(said).collect();
    if words.len() > MOST_WORDS {
        return Err("There may be at most 50 of them.");
    }
    if words.iter().any(|word| word.chars().count() > LONGEST_WORD) {
        return Err("Each may have at most 50 characters.");
    }
    Ok(words.join(", "))
}

/// Skills and languages; `None` each, where nothing is said.
pub(super) fn lists(fields: &mut Fields<'_>) -> Option<[Option<String>; 2]> {
    const ABOUT: &str = "At most 50 of at most 50 characters: with commas between, repeated, or a list.";
    let kind = || comma_separated(text(..=LONGEST_LIST)).parse(listed).about(ABOUT);
    let skills = fields.optional("skills", kind());
    let languages = fields.optional("languages", kind());
    Some([skills?, languages?])
}

/// Hundredths.
type Price = Option<Option<u64>>;

/// What an hour and a lesson cost; null and an empty text: not set.
pub(super) fn prices(fields: &mut Fields<'_>) -> Option<[Price; 2]> {
    let kind = || or_empty(amount()).about("At most 99999999.99, and two decimals. Null: not set.");
    let changed = |value: FieldValue<Option<u64>>| value.change().map(Option::flatten);
    let hourly = fields.nullable("hourly_rate", kind());
    let lesson = fields.nullable("price_per_lesson", kind());
    Some([changed(hourly?), changed(lesson?)])
}

/// A curriculum or a certificate.
pub(super) type Sheet = Brought<UploadId>;

pub(super) const SHEET: &str = "A PDF, DOC, DOCX, JPEG or PNG file; or the id of an upload.";

pub(super) fn sheets(fields: &mut Fields<'_>) -> Option<[Option<Sheet>; 2]> {
    let cv = fields.optional("cv", file_or_id().about(SHEET));
    let certificate = fields.optional("certificate", file_or_id().about(SHEET));
    Some([cv?, certificate?])
}

/// Checks and keeps what the caller has sent under this name.
pub(super) async fn keep(
    app: &App,
    caller: Caller,
    field: &'static str,
    sheet: Option<Sheet>,
) -> Result<Option<Taken>, Refused> {
    let source = match sheet {
        None => return Ok(None),
        Some(Brought::Id(upload)) => FileSource::Upload(upload),
        Some(Brought::File(file)) => FileSource::Bytes { name: file.name, bytes: file.bytes.into() },
    };
    uploads::take(app, caller, source, Purpose::Paper).await.map(Some).map_err(of_file(field))
}

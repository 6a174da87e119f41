//! Tables as files: UTF-8 without a mark, RFC 4180, a header line.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use crate::problem::Problem;

/// A text as it goes into a cell: a spreadsheet must not take it for a formula. Never for amounts, which would become texts.
pub fn text(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// The file. Every row has as many cells as the header.
///
/// # Errors
/// A row has not.
pub fn bytes<R: AsRef<[String]>>(header: &[&str], rows: impl IntoIterator<Item = R>) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row.as_ref())?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// An attachment of this name. Every row has as many cells as the header.
pub fn attachment<const N: usize>(
    name: &'static str,
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<Response, Problem> {
    let bytes = bytes(&header, rows).map_err(|error| {
        tracing::error!(%error, "a table could not be written");
        Problem::internal()
    })?;
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, bytes).into_response())
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn cells_are_quoted_where_they_must_be_and_formulas_are_texts() {
        let rows = [["1".to_owned(), text("a, \"b\"\nc")], ["-5.00".to_owned(), text("=1+1")]];
        let file = attachment("a.csv", ["amount", "text"], rows).unwrap();
        assert_eq!(file.headers()[CONTENT_DISPOSITION], "attachment; filename=\"a.csv\"");
        assert_eq!(file.headers()[CONTENT_TYPE], "text/csv; charset=utf-8");
        let bytes = file.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes, "amount,text\r\n1,\"a, \"\"b\"\"\nc\"\r\n-5.00,'=1+1\r\n");
    }

    #[test]
    fn only_what_a_spreadsheet_would_compute_is_marked() {
        for formula in ["=1", "+1", "-1", "@a", "\t=1", "\r=1"] {
            assert_eq!(text(formula), format!("'{formula}"));
        }
        for plain in ["", "a=1", " =1", "'=1", "1-1"] {
            assert_eq!(text(plain), plain);
        }
    }
}

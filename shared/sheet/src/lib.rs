//! A table of texts as a PDF: A4, landscape, its header on every page, pages numbered. Knows nothing of who reads it.
//!
//! A cell that is wider than its column goes on in the next line; nothing is cut off. Fonts are in the program: a letter that
//! none of them has is shown as U+FFFD. Only the letters that occur are put into the file, which is the same for the same
//! table, byte by byte.

mod fonts;
mod layout;
mod page;

/// What stands above a table.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    pub title: &'a str,
    /// In smaller letters below: of which days, how many rows.
    pub remark: &'a str,
}

/// Why no PDF was made.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("a font of the program cannot be read")]
    Font,
    #[error("the PDF cannot be written: {0}")]
    Writer(String),
}

/// A table as a PDF. `columns` has the words of the header; each row has as many cells.
///
/// # Errors
/// None that a table can cause: the program's own fonts, or the library that writes PDF, failed.
pub fn pdf(heading: Heading<'_>, columns: &[&str], rows: &[Vec<String>]) -> Result<Vec<u8>, Failure> {
    let fonts = fonts::Fonts::load()?;
    let table = layout::Table::new(&fonts, columns, rows);
    page::write(&fonts, heading, &table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_table_is_the_same_file_and_a_table_of_many_rows_has_many_pages() {
        let rows = |count: usize| (0..count).map(|n| vec![n.to_string(), "山田 太郎".to_owned()]).collect::<Vec<_>>();
        let of = |count| pdf(Heading { title: "People", remark: "all" }, &["id", "name"], &rows(count)).expect("a PDF");
        assert_eq!(of(200), of(200));
        let pages = |bytes: &[u8]| String::from_utf8_lossy(bytes).matches("/Type/Page/").count();
        assert!(of(0).starts_with(b"%PDF-"));
        assert_eq!((pages(&of(0)), pages(&of(200))), (1, 4));
    }
}

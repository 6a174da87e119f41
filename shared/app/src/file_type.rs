//! What a file is by its bytes, whatever it is called and claimed to be.

use domain::file::{DOC, DOCX};

/// So many first bytes tell.
pub(crate) const TELLING: usize = 64 * 1024;

const ZIP_ENTRY: &[u8] = b"PK\x03\x04";
/// Of an entry's header, before its name.
const ZIP_HEADER: usize = 30;

const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// The content type; `None` for what we do not know.
pub(crate) fn content_type(first_bytes: &[u8]) -> Option<&'static str> {
    if first_bytes.starts_with(OLE) {
        // The old Word's container. Which of the old programs wrote it stands anywhere in the file.
        return Some(DOC);
    }
    if first_bytes.starts_with(ZIP_ENTRY) {
        return is_word(first_bytes).then_some(DOCX);
    }
    infer::get(first_bytes).map(|found| found.mime_type())
}

/// Whether the archive has the folder of a Word document among its first entries, in whatever order they were packed.
fn is_word(archive: &[u8]) -> bool {
    let names = (0..archive.len())
        .filter(|at| archive[*at..].starts_with(ZIP_ENTRY))
        .filter_map(|at| archive.get(at + ZIP_HEADER..));
    names.into_iter().any(|name| name.starts_with(b"word/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, content: &[u8]) -> Vec<u8> {
        let mut header = vec![0; ZIP_HEADER];
        header[..4].copy_from_slice(ZIP_ENTRY);
        [&header, name.as_bytes(), content].concat()
    }

    #[test]
    fn a_word_document_is_an_archive_with_its_folder_wherever_it_stands() {
        let types = entry("[Content_Types].xml", b"<xml/>");
        let rels = entry("_rels/.rels", &[7; 5_000]);
        for archive in [
            [&types[..], &rels, &entry("word/document.xml", b"x")].concat(),
            [&rels[..], &entry("docProps/app.xml", b"x"), &entry("customXml/item.xml", b"x"), &entry("word/x", b"")]
                .concat(),
            entry("word/document.xml", b""),
        ] {
            assert_eq!(content_type(&archive), Some(DOCX));
        }
        for archive in [
            [&types[..], &rels, &entry("xl/workbook.xml", b"x")].concat(),
            entry("evil.exe", b"word/"),
            ZIP_ENTRY.to_vec(),
        ] {
            assert_eq!(content_type(&archive), None);
        }
    }

    #[test]
    fn the_first_bytes_tell() {
        for (bytes, kind) in [
            (&b"%PDF-1.7\n"[..], Some("application/pdf")),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some("image/png")),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Some("image/jpeg")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", Some(DOC)),
            (b"", None),
            (b"plain words", None),
        ] {
            assert_eq!(content_type(bytes), kind, "{bytes:?}");
        }
    }
}

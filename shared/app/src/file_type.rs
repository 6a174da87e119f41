//! What a file is by its bytes, whatever it is called and claimed to be: the type its beginning says, and for types that
//! are containers what they hold.

use std::io::Cursor;

use domain::file::{DOC, DOCX, GIF, JPEG, MP3, MP4, PDF, PNG, Refusal, WEBP, ZIP, shows};
use imagesize::ImageType;

/// So many first bytes tell, but for [`wants_all`].
pub(crate) const TELLING: usize = 64 * 1024;

const PDF_HEADER: &[u8] = b"%PDF-";
/// A PNG begins with its header and nothing else.
const PNG_HEADER: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
const ZIP_ENTRY: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Whether the beginning does not tell: an archive has its list of contents at the end, and a photograph may have a
/// great deal in front of its dimensions.
pub(crate) fn wants_all(first_bytes: &[u8]) -> bool {
    first_bytes.starts_with(ZIP_ENTRY)
        || first_bytes.starts_with(OLE)
        || picture(first_bytes).is_some() && imagesize::blob_size(first_bytes).is_err()
}

/// The content type of a file, by all of its bytes or as many as tell.
pub(crate) fn content_type(bytes: &[u8]) -> Result<&'static str, Refusal> {
    // Elsewhere a PDF may begin anywhere in the first kilobyte: behind a page of HTML, say.
    if bytes.starts_with(PDF_HEADER) {
        return Ok(PDF);
    }
    if bytes.starts_with(ZIP_ENTRY) {
        return archive(bytes).ok_or(Refusal::UnsupportedType);
    }
    if bytes.starts_with(OLE) {
        return if is_old_word(bytes) { Ok(DOC) } else { Err(Refusal::UnsupportedType) };
    }
    if is_film(bytes) {
        return Ok(MP4);
    }
    if is_sound(bytes) {
        return Ok(MP3);
    }
    let content_type = picture(bytes).ok_or(Refusal::UnsupportedType)?;
    let size = imagesize::blob_size(bytes).map_err(|_| Refusal::UnsupportedType)?;
    shows(size.width, size.height)?;
    Ok(content_type)
}

fn picture(bytes: &[u8]) -> Option<&'static str> {
    match imagesize::image_type(bytes).ok()? {
        ImageType::Png => bytes.starts_with(PNG_HEADER).then_some(PNG),
        ImageType::Jpeg => Some(JPEG),
        ImageType::Gif => Some(GIF),
        ImageType::Webp => Some(WEBP),
        // Of a library that knows more in another build.
        _ => None,
    }
}

/// What an archive is that nothing stands before: a Word document, if it is one without macros.
fn archive(bytes: &[u8]) -> Option<&'static str> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).ok().filter(|archive| archive.offset() == 0)?;
    let has = |is: fn(&[u8]) -> bool| archive.file_names_raw().any(is);
    let is_word = has(|name| name == b"[Content_Types].xml")
        && has(|name| name.starts_with(b"word/"))
        && !has(|name| name.to_ascii_lowercase().ends_with(b"vbaproject.bin"));
    Some(if is_word { DOCX } else { ZIP })
}

/// The brands of ISO 14496-12 that browsers play as MP4.
const FILM_BRANDS: &[&[u8; 4]] =
    &[b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV"];

/// Whether it begins with the box that says so (ISO 14496-12, 4.3).
fn is_film(bytes: &[u8]) -> bool {
    let Some((head, rest)) = bytes.split_first_chunk::<8>() else { return false };
    let [a, b, c, d, kind @ ..] = *head;
    let size = u32::from_be_bytes([a, b, c, d]) as usize;
    let is_box = &kind == b"ftyp" && (16..=bytes.len()).contains(&size) && size.is_multiple_of(4);
    is_box && rest.first_chunk::<4>().is_some_and(|brand| FILM_BRANDS.contains(&brand))
}

/// Whether it begins with a tag of ID3v2, or with a frame of MPEG audio, layer III (ISO 11172-3, 2.4.2.3).
fn is_sound(bytes: &[u8]) -> bool {
    if let [b'I', b'D', b'3', major, minor, _, size @ ..] = bytes {
        return *major < 0xff && *minor < 0xff && size.len() > 4 && size[..4].iter().all(|byte| *byte < 0x80);
    }
    let [0xff, second, third, _, ..] = bytes else { return false };
    let is_layer_iii = second & 0xe6 == 0xe2 && second & 0x18 != 0x08;
    let (rate, frequency) = (third >> 4, third >> 2 & 3);
    is_layer_iii && (1..15).contains(&rate) && frequency != 3
}

fn is_old_word(bytes: &[u8]) -> bool {
    cfb::CompoundFile::open(Cursor::new(bytes)).is_ok_and(|file| file.is_stream("/WordDocument"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn archive(names: &[&str]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for name in names {
            archive.start_file(*name, stored).unwrap();
            archive.write_all(b"word/document.xml").unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn compound(stream: &str) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream(stream).unwrap().write_all(b"x").unwrap();
        file.into_inner().into_inner()
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        [PNG_HEADER, &width.to_be_bytes(), &height.to_be_bytes(), b"\x08\x06\0\0\0"].concat()
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let [width, height] = [width, height].map(u16::to_be_bytes);
        [b"\xff\xd8\xff\xe0\0\x04XX\xff\xc0\0\x0b\x08", &height[..], &width, b"\x01\x01\x11\0"].concat()
    }

    fn gif(width: u16, height: u16) -> Vec<u8> {
        [b"GIF89a", &width.to_le_bytes()[..], &height.to_le_bytes(), b"\0\0\0"].concat()
    }

    /// The extended kind: its canvas, less one, in three bytes a side.
    fn webp(width: u32, height: u32) -> Vec<u8> {
        let [width, height] = [width, height].map(|side| (side - 1).to_le_bytes());
        [b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0", &width[..3], &height[..3]].concat()
    }

    const UNSUPPORTED: Result<&str, Refusal> = Err(Refusal::UnsupportedType);

    #[test]
    fn the_first_bytes_tell() {
        for (bytes, kind) in
            [(&b"%PDF-1.7\n"[..], PDF), (&png(1, 1), PNG), (&jpeg(1, 1), JPEG), (&gif(1, 1), GIF), (&webp(1, 1), WEBP)]
        {
            assert_eq!(content_type(bytes), Ok(kind), "{bytes:?}");
            assert!(!wants_all(bytes));
            // Nothing may stand before it, however little.
            for before in [&b" "[..], b"\n", b"<html><script>alert(1)</script>", b"\xef\xbb\xbf", b"MZ"] {
                assert_eq!(content_type(&[before, bytes].concat()), UNSUPPORTED, "{before:?} {bytes:?}");
            }
        }
        for bytes in [
            &b""[..],
            b"plain words",
            b"%PDF",
            b"<html>xWEBPVP8X and so on",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"BM\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x01\0\0\0",
        ] {
            assert_eq!(content_type(bytes), UNSUPPORTED, "{bytes:?}");
        }
    }

    #[test]
    fn a_picture_has_a_size_that_can_be_shown() {
        let sized: [fn(u16, u16) -> Vec<u8>; 4] =
            [|w, h| png(w.into(), h.into()), jpeg, gif, |w, h| webp(w.into(), h.into())];
        for make in sized {
            assert!(content_type(&make(8_000, 8_000)).is_ok());
            assert!(content_type(&make(16_384, 3_000)).is_ok());
            for (width, height) in [(60_000, 60_000), (8_001, 8_000), (16_385, 1), (1, 65_535)] {
                assert_eq!(content_type(&make(width, height)), Err(Refusal::TooManyPixels), "{width} x {height}");
            }
        }
        assert_eq!(content_type(&png(u32::MAX, u32::MAX)), Err(Refusal::TooManyPixels));
        for empty in [png(0, 9), jpeg(9, 0), gif(0, 0)] {
            assert_eq!(content_type(&empty), UNSUPPORTED);
        }
        // Headers that break off, or are none.
        for cut in
            [&png(1, 1)[..20], &jpeg(1, 1)[..12], &gif(1, 1)[..7], b"\x89PNG\r\n\x1a\n\0\0\0\rIDAT\0\0\0\x01\0\0\0\x01"]
        {
            assert_eq!(content_type(cut), UNSUPPORTED, "{cut:?}");
        }
    }

    #[test]
    fn a_photograph_is_read_to_its_dimensions_however_much_stands_before_them() {
        let profile = [&b"\xff\xe2\xff\xff"[..], &[7; 65_533]].concat();
        let photograph = [&b"\xff\xd8"[..], &profile, &profile, &jpeg(60_000, 60_000)[2..]].concat();
        assert!(wants_all(&photograph[..TELLING]));
        assert_eq!(content_type(&photograph), Err(Refusal::TooManyPixels));
    }

    #[test]
    fn a_word_document_is_an_archive_of_its_parts_in_whatever_order() {
        for names in [
            &["[Content_Types].xml", "_rels/.rels", "word/document.xml"][..],
            &["_rels/.rels", "docProps/app.xml", "customXml/item.xml", "word/document2.xml", "[Content_Types].xml"],
        ] {
            let word = archive(names);
            assert_eq!(content_type(&word), Ok(DOCX), "{names:?}");
            assert!(wants_all(&word[..40]));
            assert_eq!(content_type(&word[..word.len() - 30]), UNSUPPORTED, "cut off");
            assert_eq!(content_type(&[b"PK\x03\x04", &word[..]].concat()), UNSUPPORTED, "something before it");
        }
        for names in [
            &["[Content_Types].xml", "xl/workbook.xml"][..],
            &["word/document.xml"],
            &["evil.exe"],
            &["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"],
            &["[Content_Types].xml", "password/document.xml"],
        ] {
            assert_eq!(content_type(&archive(names)), Ok(ZIP), "{names:?}");
        }
        assert_eq!(content_type(ZIP_ENTRY), UNSUPPORTED);
    }

    #[test]
    fn films_and_sounds_are_known_by_how_they_begin() {
        let film = |brand: &[u8; 4]| [b"\0\0\0\x10ftyp", &brand[..], b"\0\0\x02\0", b"moov"].concat();
        for (bytes, kind) in [
            (film(b"isom"), MP4),
            (film(b"mp42"), MP4),
            (b"ID3\x04\0\0\0\0\0\x0aTIT2".to_vec(), MP3),
            (b"\xff\xfb\x90\x64 and so on".to_vec(), MP3),
            (b"\xff\xf3\x44\xc4".to_vec(), MP3),
        ] {
            assert_eq!(content_type(&bytes), Ok(kind), "{bytes:?}");
        }
        for bytes in [
            film(b"heic"),
            film(b"qt  "),
            b"\0\0\0\x40ftypisom\0\0\0\0".to_vec(),
            b"\0\0\0\x10ftyp".to_vec(),
            b"ID3\x04\0\0\x80\0\0\x0aT".to_vec(),
            b"ID3".to_vec(),
            b"\xff\xfeutf-16".to_vec(),
            b"\xff\xfb\xf0\x64".to_vec(),
            b"\xff\xfb\x9c\x64".to_vec(),
            b"\xff\xea\x90\x64".to_vec(),
        ] {
            assert_eq!(content_type(&bytes), UNSUPPORTED, "{bytes:?}");
        }
    }

    #[test]
    fn an_old_word_document_is_the_container_that_holds_one() {
        assert_eq!(content_type(&compound("/WordDocument")), Ok(DOC));
        for other in ["/Workbook", "/PowerPoint Document", "/x"] {
            assert_eq!(content_type(&compound(other)), UNSUPPORTED, "{other}");
        }
        assert_eq!(content_type(&[OLE, &[0; 600][..]].concat()), UNSUPPORTED);
    }
}

//! Letters and how wide they are. A text is cut into runs, each of the first font that has its letters; each run is shaped, so
//! that letters which change beside others are drawn as their readers expect.

use std::collections::HashMap;
use std::ops::Range;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Face, ShapePlan, UnicodeBuffer};

use crate::Failure;

/// Latin, Greek and Cyrillic; Devanagari; Han and kana. Their licences are beside them.
const FILES: [&[u8]; 3] = [
    include_bytes!("../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../fonts/NotoSansDevanagari-Regular.ttf"),
    include_bytes!("../fonts/DroidSansFallbackFull.ttf"),
];
const UNKNOWN: char = '\u{fffd}';

pub(crate) struct Fonts {
    faces: Vec<Face<'static>>,
    pub(crate) drawn: Vec<Font>,
}

/// A text that is ready to be drawn: its letters in order, in parts of their font's size.
#[derive(Debug)]
pub(crate) struct Shaped {
    /// As drawn: what the glyphs' ranges are of.
    pub(crate) text: String,
    pub(crate) glyphs: Vec<KrillaGlyph>,
    /// Which glyphs are of which font.
    runs: Vec<(usize, Range<usize>)>,
}

impl Shaped {
    pub(crate) fn width(&self) -> f32 {
        width(&self.glyphs)
    }

    /// Some of its glyphs, font by font.
    pub(crate) fn runs(&self, some: Range<usize>) -> impl Iterator<Item = (usize, &[KrillaGlyph])> {
        let part = move |run: &Range<usize>| run.start.max(some.start)..run.end.min(some.end);
        let runs = self.runs.iter().map(move |(font, run)| (*font, part(run)));
        runs.filter(|(_, run)| !run.is_empty()).map(|(font, run)| (font, &self.glyphs[run]))
    }
}

pub(crate) fn width(glyphs: &[KrillaGlyph]) -> f32 {
    glyphs.iter().map(|glyph| glyph.x_advance).sum()
}

impl Fonts {
    pub(crate) fn load() -> Result<Self, Failure> {
        let faces = FILES.iter().map(|bytes| Face::from_slice(bytes, 0)).collect::<Option<_>>();
        let drawn = FILES.iter().map(|bytes| Font::new((*bytes).into(), 0)).collect::<Option<_>>();
        let (faces, drawn) = faces.zip(drawn).ok_or(Failure::Font)?;
        Ok(Self { faces, drawn })
    }

    /// The first font that has a letter.
    fn of(&self, letter: char) -> Option<usize> {
        self.faces.iter().position(|face| face.glyph_index(letter).is_some())
    }

    pub(crate) fn shape(&self, text: &str) -> Shaped {
        let known = |letter: char| if self.of(letter).is_some() { letter } else { UNKNOWN };
        // What a line cannot show moves nothing.
        let shown = |letter: char| if letter.is_whitespace() { ' ' } else { known(letter) };
        let text: String =
            text.chars().filter(|letter| !letter.is_control() || letter.is_whitespace()).map(shown).collect();
        let (mut glyphs, mut runs) = (Vec::new(), Vec::new());
        for (font, range) in self.runs(&text) {
            let begin = glyphs.len();
            self.add(&mut glyphs, font, &text, range);
            runs.push((font, begin..glyphs.len()));
        }
        Shaped { text, glyphs, runs }
    }

    /// Where which font is needed: a letter stays in the font of the one before, if that has it.
    fn runs(&self, text: &str) -> Vec<(usize, Range<usize>)> {
        let mut runs: Vec<(usize, Range<usize>)> = Vec::new();
        for (at, letter) in text.char_indices() {
            let end = at + letter.len_utf8();
            match runs.last_mut() {
                Some((font, range))
                    if self.faces[*font].glyph_index(letter).is_some() && !self.is_latin(*font, letter) =>
                {
                    range.end = end;
                }
                _ => runs.push((self.of(letter).unwrap_or_default(), at..end)),
            }
        }
        runs
    }

    /// Whether a letter looks better in the first font than in the one before it.
    fn is_latin(&self, font: usize, letter: char) -> bool {
        font != 0 && letter != ' ' && self.of(letter) == Some(0)
    }

    /// Adds the glyphs of a run.
    fn add(&self, glyphs: &mut Vec<KrillaGlyph>, font: usize, text: &str, range: Range<usize>) {
        let face = &self.faces[font];
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text[range.clone()]);
        buffer.guess_segment_properties();
        let plan = ShapePlan::new(face, buffer.direction(), Some(buffer.script()), None, &[]);
        let shaped = rustybuzz::shape_with_plan(face, &plan, buffer);
        let size = face.units_per_em() as f32;
        let part = |units: i32| units as f32 / size;
        // Each cluster reaches to where the next one in the text begins.
        let mut begins: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        begins.sort_unstable();
        begins.dedup();
        let ends: HashMap<usize, usize> =
            begins.iter().copied().zip(begins.iter().copied().skip(1).chain([range.len()])).collect();
        glyphs.extend(shaped.glyph_infos().iter().zip(shaped.glyph_positions()).map(|(info, position)| {
            let begin = info.cluster as usize;
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                part(position.x_advance),
                part(position.x_offset),
                part(position.y_offset),
                part(position.y_advance),
                range.start + begin..range.start + ends[&begin],
                None,
            )
        }));
    }
}

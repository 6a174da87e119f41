//! How wide the columns are, and where the text of a cell goes on in the next line.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use krilla::text::KrillaGlyph;

use crate::fonts::{Fonts, Shaped};

/// Points.
pub(crate) const LETTERS: f32 = 7.0;
pub(crate) const LINE: f32 = 9.5;
pub(crate) const PAGE: (f32, f32) = (841.89, 595.28);
pub(crate) const MARGIN: f32 = 28.0;
const BETWEEN: f32 = 6.0;
/// No column is so narrow that letters would not fit.
const NARROWEST: f32 = 2.0 * LETTERS;
/// What fits on every page, below the header.
const LINES: usize = 45;

/// A text, and which of its glyphs each line has.
pub(crate) struct Cell {
    pub(crate) text: Rc<Shaped>,
    pub(crate) lines: Vec<Range<usize>>,
}

pub(crate) struct Table {
    /// Where each column begins, from the left edge of the page.
    pub(crate) begins: Vec<f32>,
    pub(crate) header: Vec<Cell>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// How high a row is.
pub(crate) fn height(cells: &[Cell]) -> f32 {
    cells.iter().map(|cell| cell.lines.len()).max().unwrap_or_default().max(1) as f32 * LINE
}

impl Table {
    pub(crate) fn new(fonts: &Fonts, columns: &[&str], rows: &[Vec<String>]) -> Self {
        // The same words stand in many cells.
        let mut known: HashMap<&str, Rc<Shaped>> = HashMap::new();
        let mut shape = |text| known.entry(text).or_insert_with(|| Rc::new(fonts.shape(text))).clone();
        let header: Vec<_> = columns.iter().map(|word| shape(word)).collect();
        let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|cell| shape(cell)).collect()).collect();
        let widths = widths(&header, &rows);
        let begins = widths.iter().scan(MARGIN, |at, width| {
            let begin = *at;
            *at += width + BETWEEN;
            Some(begin)
        });
        let cells = |row: &[Rc<Shaped>]| row.iter().zip(&widths).map(|(cell, width)| broken(cell, *width)).collect();
        Self {
            begins: begins.collect(),
            header: cells(&header),
            rows: rows.iter().flat_map(|row| parts(cells(row))).collect(),
        }
    }
}

/// A row, or several where it is higher than a page.
fn parts(cells: Vec<Cell>) -> Vec<Vec<Cell>> {
    let most = |cells: &[Cell]| cells.iter().map(|cell| cell.lines.len()).max().unwrap_or_default();
    if most(&cells) <= LINES {
        return vec![cells];
    }
    let part = |number: usize| {
        let some = |cell: &Cell| cell.lines.iter().skip(number * LINES).take(LINES).cloned().collect();
        cells.iter().map(|cell| Cell { text: cell.text.clone(), lines: some(cell) }).collect()
    };
    (0..most(&cells).div_ceil(LINES)).map(part).collect()
}

/// As wide as the widest cell where there is room. Else the widest columns give way, down to what all can have.
fn widths(header: &[Rc<Shaped>], rows: &[Vec<Rc<Shaped>>]) -> Vec<f32> {
    let mut wanted: Vec<f32> = header.iter().map(|word| word.width()).collect();
    for row in rows {
        for (wanted, cell) in wanted.iter_mut().zip(row) {
            *wanted = wanted.max(cell.width());
        }
    }
    // One letter's tenth more, so that rounding breaks no line.
    let wanted: Vec<f32> = wanted.iter().map(|width| ((width + 0.1) * LETTERS).max(NARROWEST)).collect();
    let between = BETWEEN * wanted.len().saturating_sub(1) as f32;
    let room = (PAGE.0 - 2.0 * MARGIN - between).max(NARROWEST * wanted.len() as f32);
    let mut widest: Vec<f32> = wanted.clone();
    widest.sort_by(f32::total_cmp);
    let mut left = room;
    let mut most = f32::INFINITY;
    for (number, width) in widest.iter().enumerate() {
        let share = left / (widest.len() - number) as f32;
        if *width > share {
            most = share;
            break;
        }
        left -= width;
    }
    wanted.into_iter().map(|width| width.min(most)).collect()
}

/// The lines of a text, each as wide as its column at most. A word goes whole into the next line if it fits there.
fn broken(text: &Rc<Shaped>, width: f32) -> Cell {
    let (glyphs, most) = (&text.glyphs, width / LETTERS);
    let (mut lines, mut begin, mut room, mut last) = (Vec::new(), 0, most, None);
    let mut number = 0;
    while number < glyphs.len() {
        let glyph = &glyphs[number];
        if glyph.x_advance > room && number > begin {
            let end = last.unwrap_or_else(|| whole(glyphs, begin, number));
            lines.push(begin..end);
            (begin, number, room, last) = (end, end, most, None);
            continue;
        }
        room -= glyph.x_advance;
        number += 1;
        let letter = text.text[glyph.text_range.clone()].chars().next_back();
        if letter.is_some_and(|letter| " @-_.,/".contains(letter)) {
            last = Some(number);
        }
    }
    lines.push(begin..glyphs.len());
    Cell { text: text.clone(), lines }
}

/// The last place up to `number` at which no letter is cut that consists of several glyphs.
fn whole(glyphs: &[KrillaGlyph], begin: usize, number: usize) -> usize {
    let cuts = |at: &usize| glyphs[*at].text_range == glyphs[*at - 1].text_range;
    (begin + 1..=number).rev().find(|at| !cuts(at)).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fonts() -> Fonts {
        Fonts::load().expect("the program's fonts")
    }

    /// Letters of several scripts, spaces, and what cannot be shown.
    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z @.-]{0,60}",
            "[α-ωἀ-ᾼ]{0,12} [а-я]{0,12}",
            "[\u{915}-\u{939}][\u{93e}-\u{94d}]{0,2}[\u{915}-\u{939}]{0,6}",
            "[一-鿿ぁ-ん]{0,30}",
            "\\PC{0,20}",
            any::<String>(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn every_letter_of_a_cell_is_in_one_of_its_lines_and_no_line_is_wider_than_its_column(
            text in cell(), width in NARROWEST..300.0f32
        ) {
            let cell = broken(&Rc::new(fonts().shape(&text)), width);
            let mut end = 0;
            for line in &cell.lines {
                prop_assert_eq!(line.start, end);
                end = line.end;
                let glyphs = &cell.text.glyphs[line.clone()];
                let letters: std::collections::BTreeSet<_> = glyphs.iter().map(|glyph| glyph.text_range.start).collect();
                let fits = crate::fonts::width(glyphs) * LETTERS <= width + 0.1;
                prop_assert!(fits || letters.len() == 1, "{:?} of {:?}", line, cell.text.text);
            }
            prop_assert_eq!(end, cell.text.glyphs.len());
        }

        #[test]
        fn columns_stand_side_by_side_on_the_page(
            rows in prop::collection::vec(prop::collection::vec(cell(), 12), 0..4)
        ) {
            let columns = ["a"; 12];
            let table = Table::new(&fonts(), &columns, &rows);
            prop_assert!(table.begins.windows(2).all(|two| two[0] + NARROWEST <= two[1]), "{:?}", table.begins);
            prop_assert!(table.begins[11] + NARROWEST <= PAGE.0 - MARGIN + 0.1, "{:?}", table.begins);
        }
    }

    #[test]
    fn a_word_goes_whole_into_the_next_line_where_it_fits() {
        let cell = broken(&Rc::new(fonts().shape("Ada Lovelace")), 40.0);
        let words: Vec<&str> = cell
            .lines
            .iter()
            .map(|line| {
                let glyphs = &cell.text.glyphs[line.clone()];
                &cell.text.text[glyphs[0].text_range.start..glyphs[glyphs.len() - 1].text_range.end]
            })
            .collect();
        assert_eq!(words, ["Ada ", "Lovelace"]);
    }

    #[test]
    fn a_row_higher_than_a_page_goes_on_on_the_next() {
        let rows = [vec!["word ".repeat(9_000)], vec!["2".to_owned()]];
        let table = Table::new(&fonts(), &["text"], &rows);
        let lines = |row: &Vec<Cell>| row[0].lines.clone();
        let all: Vec<_> = table.rows.iter().flat_map(lines).collect();
        assert!(table.rows.len() > 3 && table.rows.iter().all(|row| lines(row).len() <= LINES));
        assert!(all.windows(2).take(all.len() - 2).all(|two| two[0].end == two[1].start), "no line is left out");
    }

    #[test]
    fn letters_that_belong_together_are_drawn_as_one() {
        let shaped = fonts().shape("क्ष");
        assert_eq!(shaped.glyphs.len(), 1, "a conjunct is one glyph");
        assert_eq!(fonts().shape("한\u{0}글\n").text, "\u{fffd}\u{fffd} ", "no font has Hangul");
    }
}

//! The pages: heading on the first, header and number on each.

use std::ops::Range;

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;

use crate::fonts::{Fonts, Shaped, width};
use crate::layout::{Cell, LETTERS, LINE, MARGIN, PAGE, Table, height};
use crate::{Failure, Heading};

const TITLE: f32 = 14.0;
const BLACK: [u8; 3] = [0, 0, 0];
const GREY: [u8; 3] = [226, 228, 232];

pub(crate) fn write(fonts: &Fonts, heading: Heading<'_>, table: &Table) -> Result<Vec<u8>, Failure> {
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(heading.title.to_owned()));
    let pages = pages(table);
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| Failure::Writer("no such page".to_owned()))?;
    let mut rows = table.rows.iter();
    for (number, count) in pages.iter().enumerate() {
        let mut page = document.start_page_with(settings.clone());
        let mut ink = Ink { surface: page.surface(), fonts };
        let mut y = MARGIN;
        if number == 0 {
            ink.text((MARGIN, y + TITLE), TITLE, heading.title);
            ink.text((MARGIN, y + TITLE + 1.5 * LINE), LETTERS, heading.remark);
            y += above(0) - MARGIN;
        }
        ink.band(y, height(&table.header));
        y = ink.row(y, table, &table.header);
        for row in rows.by_ref().take(*count) {
            y = ink.row(y, table, row);
        }
        let words = format!("{} / {}", number + 1, pages.len());
        let width = fonts.shape(&words).width() * LETTERS;
        ink.text((PAGE.0 - MARGIN - width, PAGE.1 - MARGIN + LINE), LETTERS, &words);
        ink.surface.finish();
    }
    document.finish().map_err(|error| Failure::Writer(format!("{error:?}")))
}

/// Where the table begins on a page.
fn above(page: usize) -> f32 {
    if page == 0 { MARGIN + TITLE + 2.5 * LINE } else { MARGIN }
}

/// How many rows each page has.
fn pages(table: &Table) -> Vec<usize> {
    let mut pages = vec![0];
    let room = |page: usize| PAGE.1 - MARGIN - LINE - above(page) - height(&table.header);
    let mut left = room(0);
    for row in &table.rows {
        let page = pages.len() - 1;
        if height(row) > left && pages[page] > 0 {
            pages.push(0);
            left = room(pages.len() - 1);
        }
        left -= height(row);
        *pages.last_mut().expect("one page") += 1;
    }
    pages
}

struct Ink<'a> {
    surface: Surface<'a>,
    fonts: &'a Fonts,
}

impl Ink<'_> {
    fn fill(&mut self, [red, green, blue]: [u8; 3]) {
        let paint = rgb::Color::new(red, green, blue).into();
        self.surface.set_fill(Some(Fill { paint, ..Fill::default() }));
    }

    /// Behind the header.
    fn band(&mut self, y: f32, height: f32) {
        let mut path = PathBuilder::new();
        if let Some(area) = Rect::from_xywh(MARGIN - 3.0, y, PAGE.0 - 2.0 * MARGIN + 6.0, height + 1.0) {
            path.push_rect(area);
        }
        if let Some(path) = path.finish() {
            self.fill(GREY);
            self.surface.draw_path(&path);
        }
    }

    /// Draws a row and says where the next begins.
    fn row(&mut self, y: f32, table: &Table, cells: &[Cell]) -> f32 {
        for (cell, x) in cells.iter().zip(&table.begins) {
            for (number, line) in cell.lines.iter().enumerate() {
                self.glyphs((*x, y + LETTERS + number as f32 * LINE), LETTERS, &cell.text, line.clone());
            }
        }
        y + height(cells)
    }

    fn text(&mut self, at: (f32, f32), size: f32, text: &str) {
        let shaped = self.fonts.shape(text);
        self.glyphs(at, size, &shaped, 0..shaped.glyphs.len());
    }

    fn glyphs(&mut self, (mut x, y): (f32, f32), size: f32, text: &Shaped, some: Range<usize>) {
        self.fill(BLACK);
        for (font, glyphs) in text.runs(some) {
            let drawn = self.fonts.drawn[font].clone();
            self.surface.draw_glyphs(Point::from_xy(x, y), glyphs, drawn, &text.text, size, false);
            x += width(glyphs) * size;
        }
    }
}

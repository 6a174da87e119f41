"""The reports that the tests have written: each PDF, as PDFium reads it, holds every cell of its CSV, row by row."""

import csv
import pathlib
import re
import sys

import pypdfium2


def words(text):
    """All of it without blanks: a cell may go on in the next line."""
    return re.sub(r"\s+", "", text)


folder = pathlib.Path(sys.argv[1])
files = sorted(folder.glob("*.csv"))
assert files, f"{folder}: no reports"
for path in files:
    document = pypdfium2.PdfDocument(path.with_suffix(".pdf"))
    text = words("".join(page.get_textpage().get_text_range() for page in document))
    rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
    for row in rows:
        for cell in row:
            assert words(cell.removeprefix("'")) in text, f"{path.name}: {cell!r} is not in the PDF"
    print(f"{path.name}: {len(rows) - 1} rows, {len(document)} pages")

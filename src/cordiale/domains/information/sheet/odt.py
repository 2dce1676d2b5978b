"""A sheet as ODT (OpenDocument 1.3): the header and footer of its one master page carry the marking."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from cordiale.domains.information.sheet.layout import Block, Heading, Paragraph, Run, Runs, Sheet, Table
from cordiale.domains.information.sheet.packed import legal, xml, zipped

MEDIA_TYPE: Final = "application/vnd.oasis.opendocument.text"

_ROOT: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_SPACES: Final = {
    "office": _ROOT + "office:1.0",
    "style": _ROOT + "style:1.0",
    "text": _ROOT + "text:1.0",
    "table": _ROOT + "table:1.0",
    "fo": _ROOT + "xsl-fo-compatible:1.0",
    "meta": _ROOT + "meta:1.0",
    "manifest": _ROOT + "manifest:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
for _prefix, _space in _SPACES.items():
    ET.register_namespace(_prefix, _space)

LOOKS: Final[dict[str, dict[str, str]]] = {
    "": {},
    "strong": {"fo:font-weight": "bold"},
    "quiet": {"fo:color": "#545c68"},
    "changed": {
        "fo:font-weight": "bold",
        "fo:background-color": "#fff1b3",
        "style:text-underline-style": "solid",
        "style:text-underline-width": "auto",
        "style:text-underline-color": "font-color",
    },
    "code": {"fo:font-family": "monospace", "fo:font-size": "7.5pt"},
}
LANGUAGES: Final = {"en": ("en", "GB"), "fr": ("fr", "FR"), "fr-CA": ("fr", "CA")}
"""Languages whose words office programs check the spelling of; other text is marked as of none."""


def write_odt(sheet: Sheet) -> bytes:
    """Return the sheet as an ODT file."""
    return zipped(
        [
            ("META-INF/manifest.xml", xml(_manifest())),
            ("content.xml", xml(_content(sheet))),
            ("styles.xml", xml(_styles(sheet.marking))),
            ("meta.xml", xml(_meta(sheet))),
        ],
        first=("mimetype", MEDIA_TYPE.encode()),
    )


def _named(name: str) -> str:
    prefix, _colon, local = name.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"


def _e(parent: ET.Element | None, name: str, values: dict[str, str] | None = None) -> ET.Element:
    made = ET.Element(_named(name), {_named(key): legal(value) for key, value in (values or {}).items()})
    if parent is not None:
        parent.append(made)
    return made


def _content(sheet: Sheet) -> ET.Element:
    root = _e(None, "office:document-content", {"office:version": "1.3"})
    automatic = _e(root, "office:automatic-styles")
    tables = [block for part in sheet.parts for block in part.blocks if isinstance(block, Table)]
    for number, table in enumerate(tables, start=1):
        for column, width in enumerate(table.widths, start=1):
            style = _e(automatic, "style:style", {"style:name": f"T{number}.{column}", "style:family": "table-column"})  # fmt: skip
            _e(style, "style:table-column-properties", {"style:rel-column-width": f"{width}*"})
    for look, properties in LOOKS.items():
        for lang in ("", *LANGUAGES):
            language, country = LANGUAGES.get(lang, ("none", "none"))
            style = _e(automatic, "style:style", {"style:name": _style(look, lang), "style:family": "text"})
            spoken = {"fo:language": language, "fo:country": country}
            _e(style, "style:text-properties", {**properties, **spoken})
    body = _e(_e(root, "office:body"), "office:text")
    count = 0
    for place, part in enumerate(sheet.parts):
        for number, block in enumerate(part.blocks):
            count += isinstance(block, Table)
            _block(body, block, part.lang, count, new_page=place > 0 and number == 0)
    return root


def _style(look: str, lang: str) -> str:
    return f"{look or 'plain'}-{lang if lang in LANGUAGES else 'other'}"


def _block(body: ET.Element, block: Block, lang: str, number: int, *, new_page: bool) -> None:
    if isinstance(block, Table):
        _table(body, block, lang, number)
        return
    if isinstance(block, Heading):
        named = "Heading_1_page" if new_page else f"Heading_{block.level}"
        heading = {"text:style-name": named, "text:outline-level": str(block.level)}
        _runs(_e(body, "text:h", heading), (Run(block.text),), lang)
        return
    if isinstance(block, Paragraph) and block.item:
        paragraph = _e(body, "text:p", {"text:style-name": "Item"})
        _runs(paragraph, (Run("• "), *block.runs), lang)
        return
    _runs(_e(body, "text:p", {"text:style-name": "Standard"}), block.runs, lang)


def _table(body: ET.Element, block: Table, lang: str, number: int) -> None:
    table = _e(body, "table:table", {"table:name": f"T{number}"})
    for column in range(1, len(block.columns) + 1):
        _e(table, "table:table-column", {"table:style-name": f"T{number}.{column}"})
    head = tuple((Run(name, "strong"),) for name in block.columns)
    first = _e(table, "table:table-header-rows")
    for place, cells in enumerate((head, *block.rows)):
        row = _e(first if place == 0 else table, "table:table-row")
        for runs in cells:
            cell = _e(row, "table:table-cell", {"table:style-name": "Cell", "office:value-type": "string"})
            _runs(_e(cell, "text:p", {"text:style-name": "Standard"}), runs, lang)


def _runs(paragraph: ET.Element, runs: Runs, lang: str) -> None:
    for run in runs:
        span = _e(paragraph, "text:span", {"text:style-name": _style(run.look, run.lang or lang)})
        _text(span, run.text)


def _text(parent: ET.Element, words: str) -> None:
    """Write text as OpenDocument asks: it folds white space, so lines and runs of spaces are elements."""
    last: ET.Element | None = None
    for number, line in enumerate(legal(words).replace("\t", " ").splitlines()):
        if number:
            last = _e(parent, "text:line-break")
        for place, piece in enumerate(line.split(" ")):
            if place:
                last = _e(parent, "text:s")
            if last is None:
                parent.text = (parent.text or "") + piece
            else:
                last.tail = (last.tail or "") + piece


def _styles(marking: str) -> ET.Element:
    root = _e(None, "office:document-styles", {"office:version": "1.3"})
    styles = _e(root, "office:styles")
    _paragraph(styles, "Standard", {"fo:margin-bottom": "1.5mm"}, {"fo:font-family": "sans-serif", "fo:font-size": "10pt"})  # fmt: skip
    for level, size in ((1, "18pt"), (2, "13pt"), (3, "11pt")):
        above = {"fo:margin-top": "4mm", "fo:margin-bottom": "1.5mm", "fo:keep-with-next": "always"}
        bold = {"fo:font-weight": "bold", "fo:font-size": size}
        _paragraph(styles, f"Heading_{level}", above, bold, "Standard")
    _paragraph(styles, "Heading_1_page", {"fo:break-before": "page"}, {}, "Heading_1")
    _paragraph(styles, "Item", {"fo:margin-left": "5mm", "fo:text-indent": "-3mm"}, {}, "Standard")
    _paragraph(styles, "Marking", {"fo:text-align": "center"}, {"fo:font-weight": "bold"}, "Standard")
    cell = _e(styles, "style:style", {"style:name": "Cell", "style:family": "table-cell"})
    _e(cell, "style:table-cell-properties", {"fo:padding": "1mm", "fo:border-bottom": "0.5pt solid #808080"})
    automatic = _e(root, "office:automatic-styles")
    layout = _e(automatic, "style:page-layout", {"style:name": "Across"})
    page = {
        "fo:page-width": "297mm",
        "fo:page-height": "210mm",
        "style:print-orientation": "landscape",
        "fo:margin-top": "10mm",
        "fo:margin-bottom": "10mm",
        "fo:margin-left": "15mm",
        "fo:margin-right": "15mm",
    }
    _e(layout, "style:page-layout-properties", page)
    for name, side in (("style:header-style", "fo:margin-bottom"), ("style:footer-style", "fo:margin-top")):
        _e(_e(layout, name), "style:header-footer-properties", {"fo:min-height": "8mm", side: "2mm"})
    master = _e(_e(root, "office:master-styles"), "style:master-page", {"style:name": "Standard", "style:page-layout-name": "Across"})  # fmt: skip
    for name in ("style:header", "style:footer"):
        paragraph = _e(_e(master, name), "text:p", {"text:style-name": "Marking"})
        span = _e(paragraph, "text:span")
        _text(span, marking)
        if name == "style:footer":
            span.tail = "\u2003–\u2003"
            _e(paragraph, "text:page-number", {"text:select-page": "current"}).text = "1"
    return root


def _paragraph(
    styles: ET.Element, name: str, paragraph: dict[str, str], letters: dict[str, str], parent: str = ""
) -> None:
    named = {"style:name": name, "style:family": "paragraph"}
    style = _e(styles, "style:style", {**named, "style:parent-style-name": parent} if parent else named)
    if paragraph:
        _e(style, "style:paragraph-properties", paragraph)
    if letters:
        _e(style, "style:text-properties", letters)


def _manifest() -> ET.Element:
    root = _e(None, "manifest:manifest", {"manifest:version": "1.3"})
    entries = [
        ("/", MEDIA_TYPE),
        ("content.xml", "text/xml"),
        ("styles.xml", "text/xml"),
        ("meta.xml", "text/xml"),
    ]
    for path, kind in entries:
        _e(
            root,
            "manifest:file-entry",
            {"manifest:full-path": path, "manifest:media-type": kind, "manifest:version": "1.3"}
            if path == "/"
            else {"manifest:full-path": path, "manifest:media-type": kind},
        )
    return root


def _meta(sheet: Sheet) -> ET.Element:
    root = _e(None, "office:document-meta", {"office:version": "1.3"})
    meta = _e(root, "office:meta")
    _e(meta, "dc:title").text = legal(sheet.title)
    _e(meta, "dc:description").text = legal(sheet.marking)
    return root

"""A sheet as DOCX (ECMA-376, WordprocessingML): header and footer carry the marking on every page."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from cordiale.domains.information.sheet.layout import Block, Heading, Run, Runs, Sheet, Table
from cordiale.domains.information.sheet.packed import legal, xml, zipped

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_DC: Final = "http://purl.org/dc/elements/1.1/"
_CORE: Final = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"

WIDTH: Final = 15_138
"""Width of text on an A4 page laid across with margins of 15 mm, in twentieths of a point."""

for _prefix, _space in (("w", _W), ("r", _R), ("dc", _DC), ("cp", _CORE)):
    ET.register_namespace(_prefix, _space)


def write_docx(sheet: Sheet) -> bytes:
    """Return the sheet as a DOCX file."""
    return zipped(
        [
            ("[Content_Types].xml", xml(_content_types())),
            ("_rels/.rels", xml(_relations([("officeDocument", "word/document.xml")], core=True))),
            ("docProps/core.xml", xml(_core(sheet))),
            ("word/_rels/document.xml.rels", xml(_relations(_PARTS))),
            ("word/document.xml", xml(_document(sheet))),
            ("word/styles.xml", xml(_styles())),
            ("word/header1.xml", xml(_marking("hdr", sheet.marking))),
            ("word/footer1.xml", xml(_marking("ftr", sheet.marking, page=True))),
        ]
    )


LANGUAGES: Final = {"en": "en-GB", "fr": "fr-FR"}
"""Languages as office programs name those whose spelling they check."""

_PARTS: Final = [("styles", "styles.xml"), ("header", "header1.xml"), ("footer", "footer1.xml")]


def _w(parent: ET.Element | None, name: str, **values: object) -> ET.Element:
    attributes = {f"{{{_W}}}{key}": legal(str(value)) for key, value in values.items()}
    made = ET.Element(f"{{{_W}}}{name}", attributes)
    if parent is not None:
        parent.append(made)
    return made


def _document(sheet: Sheet) -> ET.Element:
    root = _w(None, "document")
    body = _w(root, "body")
    for number, part in enumerate(sheet.parts):
        for place, block in enumerate(part.blocks):
            _block(body, block, part.lang, new_page=number > 0 and place == 0)
    section = _w(body, "sectPr")
    for kind, relation in (("headerReference", "rId2"), ("footerReference", "rId3")):
        _w(section, kind, type="default").set(f"{{{_R}}}id", relation)
    _w(section, "pgSz", w=16_838, h=11_906, orient="landscape")
    _w(section, "pgMar", top=1_134, right=850, bottom=1_134, left=850, header=454, footer=454, gutter=0)
    return root


def _block(body: ET.Element, block: Block, lang: str, *, new_page: bool) -> None:
    if isinstance(block, Table):
        _table(body, block, lang)
        _w(body, "p")  # two tables without a paragraph between them would be one
        return
    paragraph = _w(body, "p")
    style = _w(paragraph, "pPr")
    if isinstance(block, Heading):
        _w(style, "pStyle", val=f"Heading{block.level}")
        if new_page:
            _w(style, "pageBreakBefore")
        _runs(paragraph, (Run(block.text),), lang)
        return
    if block.item:
        _w(style, "pStyle", val="Item")
    _runs(paragraph, (Run("• "), *block.runs) if block.item else block.runs, lang)


def _table(body: ET.Element, block: Table, lang: str) -> None:
    table = _w(body, "tbl")
    style = _w(table, "tblPr")
    _w(style, "tblStyle", val="Grid")
    _w(style, "tblW", w=WIDTH, type="dxa")
    _w(style, "tblLayout", type="fixed")
    widths = [WIDTH * width // sum(block.widths) for width in block.widths]
    grid = _w(table, "tblGrid")
    for width in widths:
        _w(grid, "gridCol", w=width)
    head = tuple((Run(name, "strong"),) for name in block.columns)
    for number, cells in enumerate((head, *block.rows)):
        row = _w(table, "tr")
        kept = _w(row, "trPr")
        _w(kept, "cantSplit")
        if number == 0:
            _w(kept, "tblHeader")
        for width, runs in zip(widths, cells, strict=True):
            cell = _w(row, "tc")
            _w(_w(cell, "tcPr"), "tcW", w=width, type="dxa")
            _runs(_w(cell, "p"), runs, lang)


def _runs(paragraph: ET.Element, runs: Runs, lang: str) -> None:
    for run in runs:
        made = _w(paragraph, "r")
        look = _w(made, "rPr")  # the schema fixes the order of what stands in here
        if run.look == "code":
            _w(look, "rFonts", ascii="Consolas", hAnsi="Consolas", cs="Consolas")
        if run.look in ("strong", "changed"):
            _w(look, "b")
        if run.look == "quiet":
            _w(look, "color", val="545C68")
        if run.look == "code":
            _w(look, "sz", val=15)
        if run.look == "changed":
            _w(look, "highlight", val="yellow")
            _w(look, "u", val="single")
        _w(look, "lang", val=LANGUAGES.get(run.lang or lang, run.lang or lang))
        _text(made, run.text)


def _text(run: ET.Element, words: str) -> None:
    for number, line in enumerate(legal(words).splitlines() or [""]):
        if number:
            _w(run, "br")
        text = _w(run, "t")
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        text.text = line


def _marking(name: str, marking: str, *, page: bool = False) -> ET.Element:
    root = _w(None, name)
    paragraph = _w(root, "p")
    _w(_w(paragraph, "pPr"), "jc", val="center")
    run = _w(paragraph, "r")
    _w(_w(run, "rPr"), "b")
    _text(run, marking)
    if page:
        _text(_w(paragraph, "r"), "   –   ")
        field = _w(paragraph, "fldSimple", instr="PAGE")
        _text(_w(field, "r"), "1")
    return root


def _styles() -> ET.Element:
    root = _w(None, "styles")
    defaults = _w(_w(_w(root, "docDefaults"), "rPrDefault"), "rPr")
    _w(defaults, "rFonts", ascii="Calibri", hAnsi="Calibri", cs="Calibri")
    _w(defaults, "sz", val=20)
    normal = _w(root, "style", type="paragraph", styleId="Normal", default=1)
    _w(normal, "name", val="Normal")
    _w(_w(normal, "pPr"), "spacing", after=80)
    for level, size in ((1, 36), (2, 26), (3, 22)):
        style = _w(root, "style", type="paragraph", styleId=f"Heading{level}")
        _w(style, "name", val=f"heading {level}")
        _w(style, "basedOn", val="Normal")
        _w(style, "next", val="Normal")
        paragraph = _w(style, "pPr")
        _w(paragraph, "keepNext")
        _w(paragraph, "spacing", before=240, after=80)
        _w(paragraph, "outlineLvl", val=level - 1)
        run = _w(style, "rPr")
        _w(run, "b")
        _w(run, "sz", val=size)
    item = _w(root, "style", type="paragraph", styleId="Item")
    _w(item, "name", val="Item")
    _w(item, "basedOn", val="Normal")
    _w(_w(item, "pPr"), "ind", left=284, hanging=284)
    table = _w(root, "style", type="table", styleId="Grid")
    _w(table, "name", val="Grid")
    look = _w(table, "tblPr")
    borders = _w(look, "tblBorders")
    for side in ("top", "bottom", "insideH"):
        _w(borders, side, val="single", sz=4, space=0, color="808080")
    margins = _w(look, "tblCellMar")
    for side in ("left", "right"):
        _w(margins, side, w=85, type="dxa")
    return root


def _content_types() -> ET.Element:
    root = ET.Element("Types", xmlns=_TYPES)
    ET.SubElement(
        root,
        "Default",
        Extension="rels",
        ContentType="application/vnd.openxmlformats-package.relationships+xml",
    )
    ET.SubElement(root, "Default", Extension="xml", ContentType="application/xml")
    kinds = [
        ("/word/document.xml", _KIND + "document.main+xml"),
        ("/word/styles.xml", _KIND + "styles+xml"),
        ("/word/header1.xml", _KIND + "header+xml"),
        ("/word/footer1.xml", _KIND + "footer+xml"),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    ]
    for name, kind in kinds:
        ET.SubElement(root, "Override", PartName=name, ContentType=kind)
    return root


def _relations(targets: list[tuple[str, str]], *, core: bool = False) -> ET.Element:
    root = ET.Element("Relationships", xmlns=_RELS)
    for number, (kind, target) in enumerate(targets, start=1):
        ET.SubElement(root, "Relationship", Id=f"rId{number}", Type=f"{_R}/{kind}", Target=target)
    if core:
        kind = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
        ET.SubElement(root, "Relationship", Id="rIdCore", Type=kind, Target="docProps/core.xml")
    return root


def _core(sheet: Sheet) -> ET.Element:
    root = ET.Element(f"{{{_CORE}}}coreProperties")
    ET.SubElement(root, f"{{{_DC}}}title").text = legal(sheet.title)
    ET.SubElement(root, f"{{{_DC}}}description").text = legal(sheet.marking)
    return root

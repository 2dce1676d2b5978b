"""A sheet as one HTML file: no script, nothing from elsewhere, the marking on every printed page."""

from __future__ import annotations

from html import escape
from typing import Final

from cordiale.domains.information.sheet.layout import Block, Heading, Paragraph, Run, Runs, Sheet, Table
from cordiale.domains.information.sheet.packed import legal
from cordiale.platform.languages import _, text

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What came from hostile pages is only ever text here; should that fail once, a browser still fetches and runs nothing."""

STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: light-dark(#14181f, #e6e9ee); background: light-dark(#fff, #14181f); }
.page { border-collapse: collapse; width: 100%; }
.page > thead td, .page > tfoot td { background: #000; color: #fff; text-align: center; font-weight: 700; font-size: 13px; padding: 4px 12px; border: 0; overflow-wrap: anywhere; }
.page > thead td { position: sticky; top: 0; } .page > tbody > tr > td { padding: 16px 24px; }
h1 { font-size: 24px; margin: 8px 0; } h2 { font-size: 18px; margin: 28px 0 8px; } h3 { font-size: 15px; margin: 20px 0 4px; }
section + section { border-top: 3px solid currentColor; margin-top: 40px; padding-top: 16px; }
table.grid { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: 14px; }
.grid th, .grid td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0; border-bottom: 1px solid light-dark(#c9ced6, #4a525d); overflow-wrap: anywhere; }
.grid th { font-size: 12.5px; }
.quiet { color: light-dark(#545c68, #a9b1bd); } code { font: 12px/1.5 ui-monospace, monospace; }
mark { background: light-dark(#fff1b3, #5a4a00); color: inherit; text-decoration: underline; text-underline-offset: 3px; font-weight: 600; }
ul { padding-left: 20px; } li { margin: 4px 0; }
@media (max-width: 760px) { .page > tbody > tr > td { padding: 12px; } .grid thead { position: absolute; left: -9999px; } .grid tr { display: block; padding: 8px 0; border-bottom: 1px solid; } .grid td { display: block; border: 0; padding: 2px 0; }
  .grid td::before { content: attr(data-label) " "; font-size: 12px; font-weight: 600; display: block; } }
@media print { @page { size: A4 landscape; margin: 10mm; } body { color: #000; background: #fff; font-size: 10pt; } .page > thead td, .page > tfoot td { position: static; background: #fff; color: #000; border: 1px solid #000; }
  .page > tbody > tr > td { padding: 8px 0; } .page > thead { display: table-header-group; } .page > tfoot { display: table-footer-group; } .grid tr, li { break-inside: avoid; } h2, h3 { break-after: avoid; }
  section + section { break-before: page; border: 0; } .quiet { color: #333; } mark { background: #fff; text-decoration-thickness: 2px; } }
"""


def write_html(sheet: Sheet) -> bytes:
    """Return the sheet as one page of HTML in UTF-8."""
    first = sheet.parts[0].lang if sheet.parts else "en"
    marking = f"<tr><td>{_safe(sheet.marking)}</td></tr>"
    parts = "\n".join(
        f'<section lang="{_safe(part.lang)}">{_blocks(part.blocks)}</section>' for part in sheet.parts
    )
    page = (
        f'<!doctype html>\n<html lang="{_safe(first)}">\n<head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_safe(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="referrer" content="no-referrer"><title>{_safe(sheet.title)} – {_safe(sheet.marking)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n"
        f'<table class="page" role="presentation"><thead aria-label="{_safe(text(first, _("Marking")))}">{marking}</thead><tfoot aria-hidden="true">{marking}</tfoot>'
        f"<tbody><tr><td><main>\n{parts}\n</main></td></tr></tbody></table>\n</body>\n</html>\n"
    )
    return page.encode()


def _blocks(blocks: tuple[Block, ...]) -> str:
    out: list[str] = []
    listing = False
    for block in blocks:
        item = isinstance(block, Paragraph) and block.item
        if item != listing:
            out.append("<ul>" if item else "</ul>")
            listing = item
        out.append(_block(block))
    return "\n".join([*out, "</ul>"] if listing else out)


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{_safe(block.text)}</h{block.level}>"
    if isinstance(block, Table):
        return _table(block)
    return f"<li>{_runs(block.runs)}</li>" if block.item else f"<p>{_runs(block.runs)}</p>"


def _table(table: Table) -> str:
    columns = "".join(f'<col width="{width}%">' for width in table.widths)
    head = "".join(f'<th scope="col">{_safe(one)}</th>' for one in table.columns)
    rows = "\n".join(
        "<tr>"
        + "".join(
            f'<td data-label="{_safe(name)}" dir="auto">{_runs(cell)}</td>'
            for name, cell in zip(table.columns, row, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    return f'<table class="grid"><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>'


_ELEMENTS: Final = {"strong": "strong", "changed": "mark", "code": "code"}


def _runs(runs: Runs) -> str:
    return "".join(_run(one) for one in runs)


def _run(run: Run) -> str:
    element = _ELEMENTS.get(run.look, "span")
    kind = ' class="quiet"' if run.look == "quiet" else ""
    spoken = f' lang="{_safe(run.lang)}"' if run.lang else ""
    if element == "span" and not kind and not spoken:
        return _safe(run.text)
    return f"<{element}{kind}{spoken}>{_safe(run.text)}</{element}>"


def _safe(words: str) -> str:
    return escape(legal(words), quote=True)

"""`cordiale information sheet`: what became of the claims of a text, on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from cordiale.cli.information import DOCUMENTS, MODEL, app
from cordiale.cli.output import emit, progress
from cordiale.cli.session import current
from cordiale.cli.tree import Command, tr
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _, is_french, text
from cordiale.platform.replacing import replace_file

UNMARKED = _("Unmarked")


class Written(msgspec.Struct, frozen=True):
    """The file that was written: its name, format, size in bytes, languages, and how many claims drifted."""

    out: str
    format: str
    bytes: int
    languages: list[str]
    texts: int
    drifted: int


@app.command(
    "sheet",
    cls=Command,
    help=tr(
        _(
            "Write a drift sheet: which text derives from which, what became of each claim, what was left out, with the SHA-256 of every file. HTML, DOCX or ODT, by the name of the file to write."
        )
    ),
)
def sheet(
    files: Annotated[list[Path], DOCUMENTS],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=tr(_("File to write.")))],
    languages: Annotated[
        str, typer.Option("--lang", metavar="en|fr|both", help=tr(_("Languages of the sheet.")))
    ] = "both",
    marking: Annotated[
        list[str] | None,
        typer.Option(
            "--marking", "-m", metavar="ATOM…", help=tr(_("Marking at the top and foot of every page."))
        ),
    ] = None,
    model: Annotated[str, MODEL] = "",
) -> None:
    """Write a drift sheet."""
    from cordiale.domains.information.drift.words import DRIFTED
    from cordiale.domains.information.lineage.trace import traced
    from cordiale.domains.information.readers.content import read_file
    from cordiale.domains.information.semantic.model import chosen
    from cordiale.domains.information.sheet.content import sheet as made
    from cordiale.domains.information.sheet.written import write
    from cordiale.platform.clock import system_clock

    langs = _langs(languages)
    lines = _lines(marking, langs)
    documents = [document for file in files for document in read_file(file, file.name).documents]
    with progress(tr(_("Comparing texts"))) as report:
        answers = traced(documents, langs, report, model=chosen(model))
    data, _kind = write(made(answers, lines, system_clock()), out.suffix.lstrip(".").lower())
    replace_file(out, data, 0o600)
    answer = answers[langs[0]]
    written = Written(
        out=str(out),
        format=out.suffix.lstrip(".").lower(),
        bytes=len(data),
        languages=langs,
        texts=len(documents),
        drifted=sum(pair.label in DRIFTED and pair.region == "body" for pair in answer.pairs),
    )
    emit(written, lambda: _words(written))


def _langs(chosen: str) -> list[str]:
    """Return the languages of a sheet; of both, that of the reader first."""
    if chosen == "both":
        return ["fr", "en"] if is_french(current().lang) else ["en", "fr"]
    if chosen not in ("en", "fr"):
        raise InputError("sheet-language", _("--lang is en, fr or both."))
    return [chosen]


def _lines(marking: list[str] | None, langs: list[str]) -> dict[str, str]:
    from cordiale.desk.written import marking_of
    from cordiale.release.banner import banner, line

    if not marking:
        return {lang: text(lang, UNMARKED) for lang in langs}
    atoms = marking_of(marking)
    return {lang: line(banner(atoms, lang)) for lang in langs}


def _words(written: Any) -> str:
    return tr(
        _("{out}: {texts} texts, {drifted} claims that drifted."),
        out=written.out,
        texts=written.texts,
        drifted=written.drifted,
    )

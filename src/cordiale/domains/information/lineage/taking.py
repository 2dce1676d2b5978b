"""The form of a suspect article and its sources: what was pasted or dropped is sealed, compared, and kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from cordiale import __version__
from cordiale.desk.actor import authorise
from cordiale.desk.domain import Sent
from cordiale.desk.incoming.uploads import job_resume_beside
from cordiale.desk.jobs import job_stop
from cordiale.domains.information.captures import capture
from cordiale.domains.information.document import Document
from cordiale.domains.information.lineage.kept import Kept, keep
from cordiale.domains.information.lineage.run import Asked, lineage_beside, sealed
from cordiale.domains.information.lineage.trace import traced
from cordiale.domains.information.readers.content import read_file
from cordiale.domains.information.readers.result import Read
from cordiale.domains.information.semantic.model import chosen
from cordiale.domains.information.sheet.packed import legal
from cordiale.domains.information.tabs import ROOT
from cordiale.platform.errors import InputError
from cordiale.platform.languages import _, text

if TYPE_CHECKING:
    from cordiale.desk.actor import Actor
    from cordiale.desk.desk import Desk

TEXTS: Final = 40
CHARACTERS: Final = 400_000
"""Most texts, and characters of them, that are compared while somebody waits: some ten seconds. More are a job."""
MOST_TEXTS: Final = 2_000
MOST_CHARACTERS: Final = 40_000_000
"""Most that one job compares."""
MEANT: Final = 60_000
"""Up to so many a sentence model is asked as well: another ten seconds. The answer says when it was not."""

ROLES: Final = ("suspect", "source")
_UNFIT: Final = re.compile(r"[^\w.,()'’ -]+")


def lineages(desk: Desk, actor: Actor, lang: str, sent: Sent) -> str:
    """Seal the texts of a form, trace them, keep the result, and return its address; many of them are compared as a job.

    With `do`, a job is stopped or goes on. Raises InputError where the suspect article or its source is missing, cannot be read, or is too much to wait for.
    """
    authorise(actor, "import")
    authorise(actor, "attach")
    if sent.fields.get("do") in ("stop", "resume"):
        job = sent.fields.get("job", "")
        if sent.fields["do"] == "stop":
            job_stop(desk, actor, job)
        else:
            job_resume_beside(desk, actor, job)
        return f"{ROOT}lineages"
    with TemporaryDirectory(dir=desk.folder, prefix="form-") as folder:
        given = {role: list(_files(Path(folder), role, lang, sent)) for role in ROLES}
        if not given["suspect"]:
            raise InputError(
                "no-suspect", _("Paste the suspect article, or choose its file: there is nothing to look at.")
            ).at("suspect")
        if not given["source"]:
            raise InputError(
                "no-source-text",
                _("Paste the source, or choose its file: drift is told from what the text comes from."),
            ).at("source")
        read = [(role, path, read_file(path, path.name)) for role in ROLES for path in given[role]]
        documents = tuple(document for _role, _path, one in read for document in one.documents)
        large = _bounded(documents)
        marking = sent.fields.get("marking", "").strip() or None
        captures = [capture(desk, actor, path, one, marking) for _role, path, one in read]
        if large:
            given_as = [role == "source" for role, _path, _one in read]
            asked = Asked(files=sealed(captures, given_as), marking=marking or "", lang=lang)
            begun = lineage_beside(desk, actor, asked)
            return f"{ROOT}lineages" + (f"?job={begun.id}" if begun else "")
        sources = tuple(_sources(read))
        few = sum(len(block.text) for one in documents for block in one.blocks) <= MEANT
        model = chosen(desk.settings.information.model) if few else None
        answers = traced(documents, ("en", "fr"), sources=sources, model=model)
        names = {one.id: one.name for one in captures}
        kept = Kept(desk.clock(), __version__, documents, answers, sources, names)
        name = text(lang, _("Lineage: {title}"), title=legal(documents[0].title or documents[0].name))
        identifier = keep(desk, actor, kept, name[:250], captures, marking)
    return f"{ROOT}lineage?id={identifier}"


def _files(folder: Path, role: str, lang: str, sent: Sent) -> Iterator[Path]:
    """Return the files of a role: what was pasted, under the name it was given, then what was uploaded."""
    pasted = sent.fields.get(role, "")
    if pasted.strip():
        default = text(lang, _("suspect")) if role == "suspect" else text(lang, _("source"))
        name = _UNFIT.sub(" ", sent.fields.get(f"{role}_name", "")).strip(" .")[:80] or default
        place = folder / role
        place.mkdir(mode=0o700)
        path = place / f"{name}.txt"
        path.write_text(pasted, "utf-8", newline="")
        yield path
    yield from sent.files.get(f"{role}_file", ())


def _sources(read: list[tuple[str, Path, Read]]) -> Iterator[int]:
    place = 0
    for role, _path, one in read:
        for _document in one.documents:
            if role == "source":
                yield place
            place += 1


def _bounded(documents: tuple[Document, ...]) -> bool:
    """Tell whether these are too many texts to wait for; raises InputError for two of one name, and for more than a job takes."""
    names = [(one.name, one.segment) for one in documents]
    twice = next((name for name, segment in names if names.count((name, segment)) > 1), None)
    if twice is not None:
        raise InputError(
            "text-named-twice",
            _(
                "Two of the texts are named {name}: name them after their outlets, so that they can be told apart."
            ),
            name=twice,
        ).at("source_name")
    size = sum(len(block.text) for one in documents for block in one.blocks)
    if len(documents) > MOST_TEXTS or size > MOST_CHARACTERS:
        raise InputError(
            "lineage-too-much",
            _(
                "These are {texts} texts of {size} characters; {most} texts of {largest} are the most that are compared at once."
            ),
            texts=len(documents),
            size=size,
            most=MOST_TEXTS,
            largest=MOST_CHARACTERS,
        )
    return len(documents) > TEXTS or size > CHARACTERS

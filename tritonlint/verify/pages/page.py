"""The report as a page: `index.html` and its pictures in one folder, from a run and from receipts.

What needs a GPU comes from this run where there was one, and from the receipts otherwise; the page
says of each which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

from tritonlint.errors import UsageError
from tritonlint.verify.case import Probe, load_verifier
from tritonlint.verify.cases import recorded
from tritonlint.verify.cases.outcome import Outcome
from tritonlint.verify.cases.run import Report, name_of
from tritonlint.verify.cases.sources import Source
from tritonlint.verify.gpu.impact import Impact, from_record
from tritonlint.verify.pages import impact_report, origin, pictures
from tritonlint.verify.pages.album import Album, plain
from tritonlint.verify.pages.html import document, linked, table
from tritonlint.verify.pages.show import verdict_of

NAME = "index.html"
FLAVOUR = "e4m3fn"
_INTRODUCTION = (
    "Each case is a kernel with a launch that tritonlint flags. It is compiled, and run on a GPU,"
    " as flagged and as the tool fixes it; what it wrote is compared bit by bit with an"
    ' independent quantizer. Figures of a GPU are of this run, or, where a cell says "on record",'
    " from a receipt that matches the present code."
)


@dataclass(frozen=True)
class _Case:
    """What is known of one case."""

    name: str
    source: Source
    outcomes: tuple[Outcome, ...]
    impacts: tuple[Impact, ...]

    @property
    def anchor(self) -> str:
        return plain(self.name)


def write(sources: Sequence[Source], report: Report, into: Path) -> Path:
    """Write the page of the cases to the folder `into`; the path of its `index.html`.

    Raises VerifyError when matplotlib or NumPy are missing, UsageError when the folder cannot be
    written.
    """
    pictures.matplotlib()
    every = (*report.outcomes, *report.recorded)
    found = recorded.impacts(sources)
    cases = []
    for source in sources:
        name = name_of(source.folder)
        outcomes = tuple(each for each in every if each.case == name)
        impacts = tuple(from_record(case, run) for case, run in found if case == name)
        cases.append(_Case(name, source, outcomes, impacts))
    try:
        into.mkdir(parents=True, exist_ok=True)
        made = origin.line(sources[0].folder if sources else Path())
        body = [f"<p>{escape(_INTRODUCTION)}</p>", f"<p class='note'>{escape(made)}</p>"]
        body += [_summary(cases), *_not_run(report)]
        album = Album(into)
        body += [_section(case, album) for case in cases]
        (into / NAME).write_text(document("What tritonlint confirms", body), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{into}: cannot be written: {error.strerror or error}") from error
    return into / NAME


def _not_run(report: Report) -> list[str]:
    return [f"<p class='note'>{escape(line)}</p>" for line in report.not_run]


def _summary(cases: Sequence[_Case]) -> str:
    """A row for each case, a column for each target that was compiled for and each device."""
    columns = sorted({_column(each) for case in cases for each in case.outcomes})
    rows = []
    for case in cases:
        cells = {_column(each): _cell(each) for each in case.outcomes}
        link = f"<a href='#{case.anchor}'>{escape(case.name)}</a>"
        rows.append([link, *(cells.get(column, "") for column in columns)])
    heads = ["case", *(f"{escape(oracle)}<br>{escape(target)}" for oracle, target in columns)]
    return table(heads, rows)


def _column(outcome: Outcome) -> tuple[str, str]:
    """Compiled before run; a device's receipts and its run now are one column."""
    return ("compile" if outcome.oracle == "compile" else "run", outcome.target)


def _cell(outcome: Outcome) -> str:
    verdict = verdict_of(outcome)
    if outcome.oracle == "compile":
        return f"<span class='{_class(outcome)}'>{escape(verdict)}</span>"
    named = (("as flagged", outcome.flagged), ("as fixed", outcome.fixed))
    figures = "<br>".join(f"{name}: {escape(text)}" for name, text in named if outcome.figures)
    return f"{figures}<br><span class='{_class(outcome)}'>{escape(verdict)}</span>"


def _class(outcome: Outcome) -> str:
    return outcome.verdict.replace(" ", "-")


def _section(case: _Case, album: Album) -> str:
    """A case: what its verifier says of itself, its outcomes, its pictures, its figures."""
    parts = [f"<h2 id='{case.anchor}'>{escape(case.name)}</h2>"]
    heads = ["oracle", "target", "as flagged", "as fixed", "verdict", ""]
    rows = [
        [each.oracle, each.target, each.flagged, each.fixed, verdict_of(each), each.reason]
        for each in case.outcomes
    ]
    parts.append(table(heads, [[escape(cell) for cell in row] for row in rows]))
    shown = [each for each in case.outcomes if each.verdict == "confirmed"]
    for outcome in (each for each in shown if each.oracle != "compile"):
        parts += _measured(case, outcome, album)
    if not any(each.curve for each in shown):
        parts += _documented(case, album)
    for impact in case.impacts:
        parts.append(_impact(case, impact, album))
    return "\n".join(parts)


def _measured(case: _Case, outcome: Outcome, album: Album) -> list[str]:
    """The pictures of one device, and its figures folded away."""
    parts: list[str] = []
    device = outcome.target
    if (drawn := outcome.map) is not None:
        caption = f"One block on {device}: {drawn.configuration}, block {drawn.block}"
        names = (case.name, "map", device)
        parts.append(
            album.add(partial(pictures.draw_map, drawn), names, f"{caption} of {drawn.region}.")
        )
    if (curve := outcome.curve) is not None:
        caption = f"What the kernel stores on {device}, read back, against the number."
        draw = partial(pictures.draw_curve, curve, device)
        parts.append(album.add(draw, (case.name, "curve", device), caption))
    heads = ["configuration", "region", "size of a block", "as flagged", "as fixed", "reference"]
    rows = [
        [f.configuration, f.region, str(f.bytes_per_block), _counts(f.flagged), _counts(f.fixed)]
        for f in outcome.figures
    ]
    references = [linked(f.reference) for f in outcome.figures]
    cells = [[escape(cell) for cell in row] for row in rows]
    inner = table(heads, [[*row, link] for row, link in zip(cells, references, strict=True)])
    title = f"Bytes or values that differ in each block on {device}"
    parts.append(f"<details><summary>{escape(title)}</summary>{inner}</details>")
    return parts


def _counts(counts: Sequence[int]) -> str:
    return " ".join(map(str, counts))


def _documented(case: _Case, album: Album) -> list[str]:
    """The picture of the cast where no run measured it: by what the vendors document."""
    probes = load_verifier(case.source.folder).probes
    directions = {probe.direction for probe in probes if isinstance(probe, Probe)}
    parts = []
    if "store" in directions:
        text = "What the casts store, read back, against the number; documented, not run here."
        draw = partial(pictures.draw_documented, FLAVOUR)
        parts.append(album.add(draw, (case.name, "stores"), text))
    if "load" in directions:
        draw = partial(pictures.draw_load, FLAVOUR)
        names = (case.name, "loads")
        parts.append(album.add(draw, names, "What the kernel reads from each byte."))
    return parts


def _impact(case: _Case, impact: Impact, album: Album) -> str:
    names = (case.name, "impact", str(impact.device["device"]))
    return album.add(partial(impact_report.plot, impact), names, impact_report.NOTE)

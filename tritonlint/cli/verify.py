"""`tritonlint verify`: confirm fixtures by compiling their kernels and by running them."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tritonlint.cli.progress import observed
from tritonlint.errors import UsageError
from tritonlint.report import output

if TYPE_CHECKING:
    from rich.console import Console

    from tritonlint.verify.cases.outcome import Outcome
    from tritonlint.verify.cases.run import Report
    from tritonlint.verify.cases.sources import Source

DEFAULT = Path("fixtures")
WIDTH = 160
CLEAN, NOT_CONFIRMED, FAILED = 0, 1, 2


def _folder(exists: bool = False) -> click.Path:
    return click.Path(file_okay=False, exists=exists, path_type=Path)


@click.command("verify", short_help="Confirm fixtures by compiling and running them.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--oracle",
    "oracles",
    multiple=True,
    type=click.Choice(["compile", "gpu", "interpret"]),
    help="What to ask; may be repeated. Default: compile, and gpu where there is one.",
)
@click.option(
    "--launch",
    metavar="MODULE:FUNCTION",
    help="Call this function of yours, and replay the launches that `check PATH` flags, with the"
    " argument as passed and as fixed. Default PATH: the current folder.",
)
@click.option(
    "--release",
    type=_folder(exists=True),
    metavar="DIR",
    help="Run the cases of public releases, which are unpacked in DIR.",
)
@click.option(
    "--impact", is_flag=True, help="Measure what the hazard does to top-k selection (GPU)."
)
@click.option(
    "--output", "into", type=_folder(), help="With --impact: the folder for its table and picture."
)
@click.option(
    "--report",
    type=_folder(),
    metavar="DIR",
    help="Write a page with pictures to DIR, from this run and from the receipts.",
)
@click.option(
    "--receipts", is_flag=True, help="Run nothing: show the receipts, and check that they are true."
)
@click.option(
    "--write-receipts",
    type=_folder(),
    metavar="DIR",
    help="Run the gpu oracle too, and add what it confirms to the receipts"
    " DIR/<rule>/<case>/receipt.json.",
)
@click.option(
    "--unconfined",
    is_flag=True,
    help="Let the compile oracle execute code as you, where nothing can confine it.",
)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(
    paths: tuple[Path, ...],
    oracles: tuple[str, ...],
    launch: str | None,
    release: Path | None,
    impact: bool,
    into: Path | None,
    report: Path | None,
    receipts: bool,
    write_receipts: Path | None,
    unconfined: bool,
    output_format: str,
) -> int:
    """Confirm the cases at PATH (default: ./fixtures): folders with a flagged.py and a verifier.py.

    It executes their code. compile: Triton's IR for NVIDIA and AMD targets, on any machine; what
    runs is confined. gpu: the kernel as flagged and as fixed, against an independent reference;
    what runs does so as you. interpret: a smoke test that proves nothing about dtypes.

    Exit code: 0 all confirmed, 1 some not, 2 an oracle that was asked for could not run or finish.
    """
    gc.enable()
    as_json = output_format == "json"
    if into is not None and not impact:
        raise UsageError("--output goes with --impact")
    _one_thing({"--launch": launch, "--impact": impact, "--receipts": receipts}, oracles)
    if launch is not None:
        return _replay(launch, paths, as_json)
    sources = _sources(paths, release, records=receipts)
    if impact:
        return _impact(sources, into, write_receipts, as_json)
    if receipts:
        return _check_receipts(sources, report, as_json)
    asked = oracles or (("gpu",) if release is not None else ())
    return _run(sources, asked, write_receipts, report, as_json, release, unconfined)


def _one_thing(modes: Mapping[str, object], oracles: tuple[str, ...]) -> None:
    """Raises UsageError for options of which one would be passed over in silence."""
    given = [name for name, value in modes.items() if value]
    given += ["--oracle"] if oracles else []
    if len(given) > 1:
        raise UsageError(f"{given[1]} goes without {given[0]}: give one of them")


def _sources(paths: tuple[Path, ...], release: Path | None, records: bool) -> list[Source]:
    from tritonlint.verify.cases.sources import collect, with_records

    if not paths and not DEFAULT.is_dir():
        raise UsageError("no folder `fixtures` here; name the cases to verify")
    return (with_records if records else collect)(paths or (DEFAULT,), release)


def _run(
    sources: list[Source],
    oracles: tuple[str, ...],
    write_receipts: Path | None,
    into: Path | None,
    as_json: bool,
    releases: Path | None,
    unconfined: bool,
) -> int:
    from tritonlint.verify.cases import recorded
    from tritonlint.verify.cases.run import run

    if into is not None:
        from tritonlint.verify.pages import pictures

        # Before the runs, which may take minutes.
        pictures.matplotlib()
    if write_receipts is not None:
        # Without a GPU nothing would be written, which must not pass for done.
        oracles = tuple(dict.fromkeys((*(oracles or ("compile",)), "gpu")))
    with observed(False, "Verifying") as observer:
        report = run(sources, oracles or None, write_receipts, releases, unconfined, observer)
    if "gpu" in (oracles or ("gpu",)):
        ran_on = report.device["device"] if report.device else ""
        report = replace(report, recorded=recorded.outcomes(sources, but=ran_on))
    _show(report, as_json)
    if into is not None:
        _page(sources, report, into)
    if report.missing:
        output.complain(report.not_run)
        return FAILED
    if oracles and report.failed:
        return FAILED
    wrong = any(outcome.verdict == "not confirmed" for outcome in report.outcomes)
    return NOT_CONFIRMED if wrong or report.failed else CLEAN


def _show(report: Report, as_json: bool) -> None:
    from tritonlint.verify.pages import show

    if as_json:
        _write(show.as_json(report) + "\n")
    else:
        _print(lambda console: show.show(report, console))


def _write(text: str) -> None:
    with output.destination(None) as stream:
        stream.write(text)


def _print(show: Callable[[Console], None]) -> None:
    from rich.console import Console

    with output.destination(None) as stream:
        width = None if stream.isatty() else WIDTH
        show(Console(file=stream, no_color=not output.use_color(stream), width=width))


def _page(sources: list[Source], report: Report, into: Path) -> None:
    from tritonlint.verify.pages import page

    click.echo(f"wrote {page.write(sources, report, into)}", err=True)


def _check_receipts(sources: list[Source], into: Path | None, as_json: bool) -> int:
    from tritonlint.verify.cases import recorded
    from tritonlint.verify.cases.run import Report

    found = recorded.outcomes(sources)
    report = Report((), recorded=found)
    _show(report if as_json else replace(report, recorded=_without_reasons(found)), as_json)
    if into is not None:
        _page(sources, report, into)
    problems = recorded.check(sources)
    lines = problems or ["all receipts match the sources"]
    for line in lines:
        click.echo(line, err=as_json)
    return NOT_CONFIRMED if problems else CLEAN


def _without_reasons(found: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """The outcomes for a table below which the reasons come with the paths of the receipts."""
    return tuple(replace(each, reason="") for each in found)


def _impact(
    sources: list[Source], into: Path | None, write_receipts: Path | None, as_json: bool
) -> int:
    from tritonlint.verify.gpu.impact import measure, record
    from tritonlint.verify.pages import impact_report

    result, case = measure(sources)
    _write(impact_report.as_json(result) if as_json else impact_report.text(result))
    written = [record(result, case, write_receipts)] if write_receipts else []
    for path in [*written, *(impact_report.write(result, into) if into else ())]:
        click.echo(f"wrote {path}", err=True)
    return CLEAN


def _replay(launch: str, paths: tuple[Path, ...], as_json: bool) -> int:
    from tritonlint.verify.replay import replay, replay_report

    result = replay.replay(launch, paths or (Path(),))
    if as_json:
        _write(replay_report.as_json(result) + "\n")
    else:
        _print(lambda console: replay_report.show(result, console))
    if result.error or any(each.reason for each in result.launches):
        return FAILED
    return CLEAN if all(each.differs for each in result.launches) else NOT_CONFIRMED

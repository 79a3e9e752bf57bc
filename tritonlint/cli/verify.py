"""`tritonlint verify`: confirm fixtures by compiling their kernels and by running them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tritonlint.cli import output
from tritonlint.errors import UsageError

if TYPE_CHECKING:
    from tritonlint.verify.run import Report

DEFAULT = Path("fixtures")
WIDTH = 160
CLEAN, NOT_CONFIRMED, FAILED = 0, 1, 2


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
    "--impact", is_flag=True, help="Measure what the hazard does to top-k selection (GPU)."
)
@click.option(
    "--output",
    "into",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --impact: the folder for its table and picture.",
)
@click.option("--receipts", is_flag=True, help="Only check that the receipts match the sources.")
@click.option(
    "--write-receipts",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write receipts of confirmed GPU runs to DIR/<rule>/<case>/receipt.json.",
)
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def command(
    paths: tuple[Path, ...],
    oracles: tuple[str, ...],
    impact: bool,
    into: Path | None,
    receipts: bool,
    write_receipts: Path | None,
    output_format: str,
) -> int:
    """Confirm the cases at PATH (default: ./fixtures): folders with a flagged.py and a verifier.py.

    It executes their code. compile: Triton's IR for NVIDIA and AMD targets, on any machine. gpu:
    the kernel as flagged and as fixed, against an independent reference. interpret: a smoke test
    that proves nothing about dtypes.

    Exit code: 0 all confirmed, 1 some not, 2 an oracle that was asked for could not run or finish.
    """
    from tritonlint.verify.case import find_cases

    if into is not None and not impact:
        raise UsageError("--output goes with --impact")
    folders = find_cases(paths or (_default(),))
    if receipts:
        return _check_receipts(folders)
    if impact:
        return _impact(folders, into, output_format)
    from tritonlint.verify.run import run

    report = run(folders, oracles or None, write_receipts)
    _show(report, output_format)
    if report.missing:
        output.complain(report.not_run)
        return FAILED
    if oracles and report.failed:
        return FAILED
    wrong = any(outcome.verdict == "not confirmed" for outcome in report.outcomes)
    return NOT_CONFIRMED if wrong or report.failed else CLEAN


def _default() -> Path:
    if not DEFAULT.is_dir():
        raise UsageError("no folder `fixtures` here; name the cases to verify")
    return DEFAULT


def _show(report: Report, output_format: str) -> None:
    from tritonlint.verify import show

    with output.destination(None) as stream:
        if output_format == "json":
            stream.write(show.as_json(report) + "\n")
            return
        from rich.console import Console

        width = None if stream.isatty() else WIDTH
        show.show(report, Console(file=stream, no_color=not output.use_color(stream), width=width))


def _check_receipts(folders: list[Path]) -> int:
    from tritonlint.verify.run import check_receipts

    problems = check_receipts(folders)
    with output.destination(None) as stream:
        stream.writelines(f"{problem}\n" for problem in problems)
        if not problems:
            stream.write("all receipts match the sources\n")
    return NOT_CONFIRMED if problems else CLEAN


def _impact(folders: list[Path], into: Path | None, output_format: str) -> int:
    from tritonlint.verify import impact_report
    from tritonlint.verify.impact import measure

    result = measure(folders)
    render = impact_report.as_json if output_format == "json" else impact_report.text
    with output.destination(None) as stream:
        stream.write(render(result))
    for path in impact_report.write(result, into) if into else ():
        click.echo(f"wrote {path}", err=True)
    return CLEAN

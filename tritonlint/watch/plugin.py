"""The pytest plugin: `pytest --tritonlint` watches the launches of a test session.

It is loaded in every session where tritonlint is installed: nothing else of tritonlint is imported
before it is asked for.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tritonlint.watch.session import Asked

_OPTION = "--tritonlint"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options."""
    group = parser.getgroup("tritonlint", "element types at Triton launches (tritonlint)")
    group.addoption(
        _OPTION,
        nargs="?",
        const="report",
        default=None,
        metavar="error",
        dest="tritonlint",
        help="Watch every Triton launch, and report those that break their kernel's contract at "
        "the end; with =error, fail the test at that launch.",
    )
    group.addoption(
        "--tritonlint-report",
        action="append",
        default=[],
        metavar="FILE",
        dest="tritonlint_report",
        help="Write the findings to a file: FORMAT=FILE with a format of `tritonlint check`, or a "
        "file whose suffix says it (.json, .sarif, .xml). May be repeated.",
    )
    group.addoption(
        "--tritonlint-record",
        metavar="FILE",
        dest="tritonlint_record",
        help="Keep the element types that were seen, for `tritonlint check --launches FILE`.",
    )
    _add_flags(group)


def _add_flags(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--tritonlint-confirm",
        action="store_true",
        dest="tritonlint_confirm",
        help="Look each finding up in Triton's IR of the kernel as it was compiled for the launch.",
    )
    group.addoption(
        "--tritonlint-dry-run",
        action="store_true",
        dest="tritonlint_dry_run",
        help="Let launches return at once, computing nothing: for machines without a GPU. Tests "
        "that fail after such a launch count as skipped.",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> None:
    """`--tritonlint tests/` does not mean the mode `tests/`."""
    if _OPTION in args:
        args[:] = [f"{_OPTION}=report" if each == _OPTION else each for each in args]
        early_config.known_args_namespace = parser.parse_known_args(
            args, namespace=copy.copy(early_config.option)
        )


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch, where that is asked for."""
    asked = _asked(config)
    if asked is not None:
        from tritonlint.watch.session import Session

        session = Session(config, asked)
        config.pluginmanager.register(session, "tritonlint-session")
        session.start()


def _asked(config: pytest.Config) -> Asked | None:
    """What the command line asks for; None for nothing. Raises pytest's UsageError."""
    option = config.option
    given = (option.tritonlint, option.tritonlint_report, option.tritonlint_record)
    if not any((*given, option.tritonlint_confirm, option.tritonlint_dry_run)):
        return None
    if option.tritonlint not in (None, "report", "error"):
        raise pytest.UsageError(f"--tritonlint={option.tritonlint}: expected nothing, or `error`")
    from tritonlint.errors import TritonlintError
    from tritonlint.watch.judging import report_file
    from tritonlint.watch.session import Asked

    try:
        reports = tuple(map(report_file, option.tritonlint_report))
    except TritonlintError as error:
        raise pytest.UsageError(f"--tritonlint-report: {error}") from error
    judged = bool(option.tritonlint or reports or option.tritonlint_confirm)
    record = option.tritonlint_record
    return Asked(
        judged or not record,
        option.tritonlint == "error",
        reports,
        record,
        option.tritonlint_confirm,
        option.tritonlint_dry_run,
    )

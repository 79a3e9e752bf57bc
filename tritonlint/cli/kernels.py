"""`tritonlint kernels`: list what each kernel does with the memory behind its pointer
parameters."""

from __future__ import annotations

import atexit
import gc
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

import click

from tritonlint.cli import options
from tritonlint.errors import SourceError
from tritonlint.facts.device import KernelContract, Load, Store, byte_contracts
from tritonlint.facts.project.kernels import kernels
from tritonlint.facts.project.project import Project
from tritonlint.report import output
from tritonlint.source import read_bytes

CLEAN, FAILED = 0, 2
# A file without one of these words holds no jit function.
_GATE = (b"triton", b"gluon")


@dataclass(frozen=True)
class Effect:
    """What becomes of the element type at one load or store."""

    line: int
    effect: str


@dataclass(frozen=True)
class Parameter:
    """One pointer parameter of one kernel, were it `uint8`. `line` is that of the kernel's
    `def`."""

    path: str
    kernel: str
    line: int
    parameter: str
    stores: tuple[Effect, ...]
    loads: tuple[Effect, ...]
    incomplete: str | None = None


@click.command("kernels", short_help="List what each kernel does with its pointers.")
@click.argument("paths", nargs=-1, metavar="[PATHS]...", type=click.Path(path_type=Path))
@click.option(
    "--output-format", type=click.Choice(("text", "json")), default="text", show_default=True
)
def command(paths: tuple[Path, ...], output_format: str) -> int:
    """List the contract of every Triton and Gluon kernel: for each pointer parameter its loads and
    stores, and what they would do to the element type were the parameter uint8.

    PATHS are files or folders; the default is the working directory. Exit code: 0, or 2 when some
    file could not be read.
    """
    from tritonlint.engine.discovery import discover

    paths = paths or (Path("."),)
    failures: list[SourceError] = []
    files = discover(paths, options.settings_for(paths, {}), failures.append)
    # Trees of a whole project live until the end: looking for garbage among them takes most of the
    # time, and once more when Python ends.
    atexit.register(gc.freeze)
    gc.disable()
    try:
        parameters = list(_parameters(paths, files, failures))
        with output.destination(None) as stream:
            if output_format == "json":
                _write_json(parameters, failures, stream)
            else:
                _write_text(parameters, stream)
    finally:
        gc.enable()
    output.complain(str(each) for each in failures)
    return FAILED if failures else CLEAN


def _parameters(
    paths: tuple[Path, ...], files: list[Path], failures: list[SourceError]
) -> Iterator[Parameter]:
    project = Project([path if path.is_dir() else path.parent for path in paths])
    for file in files:
        try:
            data = read_bytes(file)
            if not any(word in data for word in _GATE):
                continue
            found = kernels(project.module(file))
        except SourceError as error:
            failures.append(error)
            continue
        except OSError as error:
            failures.append(SourceError(str(file), f"cannot be read: {error.strerror or error}"))
            continue
        for kernel in found:
            for name, contract in byte_contracts(kernel).items():
                yield _parameter(contract, name)


def _parameter(contract: KernelContract, name: str) -> Parameter:
    return Parameter(
        contract.path,
        contract.name,
        contract.line,
        name,
        _effects(contract.stores, name),
        _effects(contract.loads, name),
        contract.incomplete,
    )


def _effects(accesses: Iterable[Store | Load], parameter: str) -> tuple[Effect, ...]:
    """Each effect on `parameter` once: a device function is called from many places."""
    mine = [each for each in accesses if each.parameter == parameter]
    return tuple(dict.fromkeys(Effect(each.place.line, each.effect) for each in mine))


def _write_json(parameters: list[Parameter], failures: list[SourceError], stream: TextIO) -> None:
    skipped = [{"path": each.path, "reason": each.reason} for each in failures]
    json.dump(
        {"version": 1, "parameters": [asdict(each) for each in parameters], "skipped": skipped},
        stream,
        indent=1,
    )
    stream.write("\n")


def _write_text(parameters: list[Parameter], stream: TextIO) -> None:
    last: tuple[str, int] | None = None
    for each in parameters:
        if (each.path, each.line) != last:
            last = (each.path, each.line)
            note = f"  (incomplete: {each.incomplete})" if each.incomplete else ""
            stream.write(f"{each.path}:{each.line}: {each.kernel}{note}\n")
        effects = [f"store {e.effect} (line {e.line})" for e in each.stores]
        effects += [f"load {e.effect} (line {e.line})" for e in each.loads]
        stream.write(f"  {each.parameter}: {', '.join(effects) or 'not used'}\n")

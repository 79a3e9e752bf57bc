"""`tritonlint record`: run a program, and keep what its launches pass."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

import click

from tritonlint.errors import UsageError
from tritonlint.report import output


@click.command(
    "record",
    short_help="Run a program and keep what its launches pass.",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option(
    "--output-file",
    type=click.Path(path_type=Path),
    default=Path("launches.jsonl"),
    show_default=True,
    help="Write the record here; what an earlier one there holds is kept.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def command(output_file: Path, command: tuple[str, ...]) -> int:
    """Run COMMAND, and keep the element types that reach each Triton launch, for `tritonlint check
    --launches`.

    Every Python process that COMMAND starts is watched. Exit code: that of COMMAND; 2 when it
    cannot be run or the record cannot be written.
    """
    from tritonlint.facts.hazards.launched import record_file
    from tritonlint.watch import recording

    known = record_file.read(output_file) if output_file.exists() else []
    with tempfile.TemporaryDirectory(prefix="tritonlint-") as folder:
        try:
            ran = subprocess.run(command, env=_environment(folder, command), check=False)
        except OSError as error:
            raise UsageError(f"{command[0]}: cannot be run: {error.strerror or error}") from error
        seen = recording.parts(Path(folder))
    try:
        output_file.write_text(record_file.dump([*known, *seen]), encoding="ascii")
    except OSError as error:
        raise UsageError(f"{output_file}: cannot be written: {error.strerror}") from error
    output.note([f"{len(seen)} kinds of launches are recorded in {output_file}"])
    return ran.returncode if ran.returncode >= 0 else 128 - ran.returncode


def _environment(folder: str, command: tuple[str, ...]) -> dict[str, str]:
    """The environment in which Python starts with the recorder."""
    import tritonlint
    from tritonlint.watch import recording, startup

    own = Path(startup.__file__).parent
    rest = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(own), *([rest] if rest else [])]),
        recording.FOLDER: folder,
        recording.COMMAND: shlex.join(command),
        recording.HOME: str(Path(tritonlint.__file__).parent.parent),
    }

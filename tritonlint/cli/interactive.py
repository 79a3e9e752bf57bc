"""Asking fix by fix, as `git add --patch` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from tritonlint.cli.diffs import write_diff
from tritonlint.findings import Finding
from tritonlint.fixing.plans import Change
from tritonlint.report import output

_HELP = """\
y - make this fix
n - leave it
a - make it and all that follow
q - leave it and all that follow
? - this list
"""


@dataclass
class Questions:
    """Whether the user wants each fix; `a` and `q` answer for those that follow too."""

    rest: bool | None = None

    def ask(self, finding: Finding, changes: Sequence[Change]) -> bool:
        """Show what the fix of `finding` changes, and whether to make it. Raises click.Abort at the
        end of the input or an interruption: then nothing is written."""
        if self.rest is not None:
            return self.rest
        span, fix = finding.span, finding.fix
        click.echo(f"{span.path}:{span.line}:{span.column}: {finding.code} {finding.line}")
        with output.destination(None) as stream:
            write_diff(stream, changes)
        applicability = fix.applicability if fix else "safe"
        while True:
            answer = click.prompt(f"Make this {applicability} fix [y,n,a,q,?]", prompt_suffix="? ")
            match answer.strip().lower():
                case "y" | "yes":
                    return True
                case "n" | "no":
                    return False
                case "a" | "q" as letter:
                    self.rest = letter == "a"
                    return self.rest
                case _:
                    click.echo(_HELP, nl=False)

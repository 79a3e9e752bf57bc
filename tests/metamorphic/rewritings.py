"""All rewritings by name. Each is a function that changes a program in place, keeps what it means,
and says whether it found something to change."""

from __future__ import annotations

from collections.abc import Sequence

from tests.metamorphic.accesses import ACCESSES
from tests.metamorphic.carrying import EACH, carried
from tests.metamorphic.checks import CHECKS
from tests.metamorphic.classes import CLASSES
from tests.metamorphic.functions import FUNCTIONS
from tests.metamorphic.kernels import KERNELS
from tests.metamorphic.launching import LAUNCHING
from tests.metamorphic.naming import NAMING
from tests.metamorphic.program import Program
from tests.metamorphic.statements import STATEMENTS
from tests.metamorphic.views import VIEWS

REWRITINGS = {
    **STATEMENTS,
    **FUNCTIONS,
    **CLASSES,
    **{f"through_{name}": carried(carrier) for name, carrier in EACH.items()},
    **LAUNCHING,
    **NAMING,
    **CHECKS,
    **VIEWS,
    **ACCESSES,
    **KERNELS,
}


def rewritten(text: str, names: Sequence[str]) -> str | None:
    """`text` after the rewritings in turn; None where one of them has nothing to change."""
    for name in names:
        program = Program(text)
        if not REWRITINGS[name](program):
            return None
        text = program.text
        compile(text, name, "exec", dont_inherit=True)
    return text

"""The compile oracle over cases: their verifiers run, and their kernels are compiled, in processes
of their own that are confined."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.verify.cases.load import stage
from tritonlint.verify.cases.outcome import Outcome
from tritonlint.verify.confined.confined import Confined, Unconfined, printable

SECONDS = 60.0
TARGETS = ("cuda:90", "hip:gfx942", "hip:gfx950")
_MODULE = "tritonlint.verify.compiler.compile"
# Triton warns when it is unset; a matter of the backends, which the raw IR never reaches.
_ENVIRONMENT = {"TRITON_DEFAULT_FP_FUSION": "1"}
# The folder of a case, its name, and the texts of its files as fixed.
Compiled = tuple[Path, str, Mapping[str, str]]


def outcomes(cases: Sequence[Compiled], unconfined: bool) -> Iterator[tuple[Outcome, bool]]:
    """The outcome of every case for every target, and whether the oracle broke on it. Raises
    Unconfined where nothing can confine the child, and it must be."""
    with tempfile.TemporaryDirectory(prefix="tritonlint-") as scratch:
        preload = (_MODULE, "triton.compiler", "triton.backends.compiler")
        with Confined(
            _ENVIRONMENT,
            readable=(Path(scratch),),
            preload=preload,
            unconfined=unconfined,
        ) as child:
            for number, (folder, name, texts) in enumerate(cases):
                here = Path(scratch) / str(number)
                fixed = stage(folder, texts, here / "fixed")
                yield from _outcomes(child, folder, _copied(folder, here), fixed, name)


def _copied(folder: Path, into: Path) -> Path:
    """A copy of a case, beside the modules that the cases of its family share: the folder that they
    stand in cannot be searched by a child that may read some of its files only."""
    own = folder.resolve()
    copy = into / own.parent.name / own.name
    shutil.copytree(own, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for each in own.parent.glob("*.py"):
        shutil.copy(each, copy.parent)
    return copy


def _outcomes(
    child: Confined, case_folder: Path, folder: Path, fixed: Path, name: str
) -> Iterator[tuple[Outcome, bool]]:
    """The outcomes of the case in `case_folder`, of which `folder` is a copy. Its code runs in a
    process that says no more than what the case asks, and what constants its kernels read."""
    case: Any = None
    for target in TARGETS:
        try:
            case = case or child.ask(_MODULE, "asked", (folder, fixed, list(TARGETS)), SECONDS)
            said = child.ask(_MODULE, "judged", (folder, fixed, name, target, case), SECONDS)
            yield _believed(said, name, target), False
        except Unconfined:
            raise
        except VerifyError as error:
            reason = str(error).replace(str(folder), str(case_folder))
            yield Outcome(name, "compile", target, "not confirmed", reason=reason), True


def _believed(said: Any, name: str, target: str) -> Outcome:
    """The outcome that a child states. Raises VerifyError for what is none."""
    said = said if isinstance(said, dict) else {}
    verdict, texts = said.get("verdict"), [said.get(n) for n in ("flagged", "fixed", "reason")]
    told = [printable(each) for each in texts if isinstance(each, str)]
    if verdict not in ("confirmed", "not confirmed", "not run") or len(told) != len(texts):
        raise VerifyError("what its process said is no outcome")
    flagged, fixed, reason = told
    return Outcome(name, "compile", target, verdict, flagged, fixed, reason)

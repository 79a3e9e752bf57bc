"""What the compiler said in earlier runs, as JSON: by question, by version of Triton, and by the
files that took part."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from tritonlint import __version__
from tritonlint.caching.kept import keep, kept, tidy
from tritonlint.verify.confirm.examine import Answer
from tritonlint.verify.confirm.question import Question

FOLDER = "confirmed"
# So many answers are kept; the oldest go first.
_KEPT = 4096
_VERDICTS = ("confirmed", "refuted", "undecided")


class Answers:
    """The answers below `folder`, which need not exist; None keeps nothing. What cannot be read, or
    was not kept by this installation, is as if it were not there; what cannot be written is not."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / FOLDER if folder is not None else None

    def load(self, question: Question) -> Answer | None:
        """The answer to `question`, when no file that it depends on has changed."""
        if self._folder is None:
            return None
        try:
            name = _name(question)
            data = kept(self._folder / f"{name}.json", name)
            files = {str(path): str(digest) for path, digest in data["files"].items()}
            answer = Answer(data["verdict"], str(data["reason"]), tuple(files))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        fresh = all(_digest(path) == digest for path, digest in files.items())
        return answer if fresh and answer.verdict in _VERDICTS else None

    def store(self, question: Question, answer: Answer) -> None:
        """Keep an answer. One that depends on no file says nothing about the kernel, and is not
        kept."""
        if self._folder is None or not answer.files:
            return
        files = {path: _digest(path) for path in answer.files}
        data: dict[str, Any] = {"verdict": answer.verdict, "reason": answer.reason, "files": files}
        name = _name(question)
        with contextlib.suppress(OSError):
            keep(self._folder / f"{name}.json", name, data)
            self._prune(self._folder)
            tidy(self._folder)

    @staticmethod
    def _prune(folder: Path) -> None:
        files = sorted(folder.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)
        for each in files[_KEPT:]:
            each.unlink(missing_ok=True)


def _name(question: Question) -> str:
    """What a question is kept under: itself, and the versions of this tool and of Triton."""
    asked = json.dumps(asdict(question), sort_keys=True)
    said = (__version__, _own_digest(), metadata.version("triton"), asked)
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:40]


def _own_digest() -> str:
    """A digest of the files that make the answer."""
    folder = Path(__file__).parents[1]
    return hashlib.sha256(
        b"".join(each.read_bytes() for each in sorted(folder.rglob("*.py")))
    ).hexdigest()


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return "absent"

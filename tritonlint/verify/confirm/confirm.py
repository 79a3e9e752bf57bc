"""`check --confirm compile`: each finding is put to Triton's compiler, in child processes with
limits on time and memory, one for each core.

A confirmed finding keeps its confidence, a refuted one drops to `possible`; nothing that goes wrong
with a kernel ends the run. Answers are kept in the cache.
"""

from __future__ import annotations

import importlib.util
import os
import queue
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from tritonlint.edits.edits import apply
from tritonlint.errors import SourceError, VerifyError
from tritonlint.extras import install_hint
from tritonlint.findings import Confirmed, Edit, Finding
from tritonlint.findings.claim import Claim
from tritonlint.rule import registry
from tritonlint.settings.config import Settings
from tritonlint.source import Span, read_source
from tritonlint.verify.compiler.raw_ir import parse_target
from tritonlint.verify.confined.confined import Confined, Unconfined, printable
from tritonlint.verify.confirm.answers import Answers
from tritonlint.verify.confirm.examine import Answer
from tritonlint.verify.confirm.question import Constants, Question, files_of
from tritonlint.verify.confirm.sides import Place

# What one question may take of the processor, whatever else the machine does; after how many its
# process is ended by the system, and when for not coming back.
SECONDS = 10.0
PROCESSOR_SECONDS = 30
HARD_SECONDS = 60.0
MEMORY_BYTES = 6 * 2**30
# How long the constants of a kernel may take.
CONSTANTS_SECONDS = 20.0
_EXAMINE = "tritonlint.verify.confirm.examine"
_QUESTION = "tritonlint.verify.confirm.question"
ENVIRONMENT = {
    # Triton warns when it is unset; a matter of the backends, which the raw IR never reaches.
    "TRITON_DEFAULT_FP_FUSION": "1",
    # A constant is taken out of its module by its value; that it is annotated as one is lost.
    "TRITON_ALLOW_NON_CONSTEXPR_GLOBALS": "1",
}


def confirm(
    findings: Sequence[Finding], settings: Settings, answers: Answers, unconfined: bool = False
) -> list[Finding]:
    """`findings` with what the compiler says of each. With `unconfined` kernels are compiled where
    they cannot be confined, too.

    Raises VerifyError where Triton is not installed, a target of the settings is none, or the
    kernels cannot be confined.
    """
    if not has_triton():
        raise VerifyError(f"triton is not installed ({install_hint('verify')})")
    for target in settings.targets:
        parse_target(target)
    questions = [question_of(each, settings.targets) for each in findings]
    asked = {each: None for each in questions if isinstance(each, Question)}
    found = _answered(list(asked), answers, unconfined)
    told = [found[each] if isinstance(each, Question) else each for each in questions]
    return [_with(*each) for each in zip(findings, told, strict=True)]


def has_triton() -> bool:
    """Whether Triton can be imported here."""
    return importlib.util.find_spec("triton") is not None


def _with(finding: Finding, answer: Answer) -> Finding:
    """The finding with the answer; one that is refuted is no more than possible."""
    confidence = "possible" if answer.verdict == "refuted" else finding.confidence
    return replace(
        finding,
        confirmed=answer.verdict,
        confirmed_reason=answer.reason,
        confidence=confidence,
    )


def question_of(finding: Finding, targets: tuple[str, ...]) -> Question | Answer:
    """What to ask about a finding; undecided where there is nothing to ask."""
    order = registry.signature_of(finding)
    why = registry.unasked(finding)
    if order is None or why:
        return Answer("undecided", why)
    span = finding.span
    claim = finding.claim or Claim(span.path, span.line, "")
    claim = replace(claim, path=os.path.abspath(claim.path))
    # The way to the harm has places of its own: where a byte is loaded, where a limit is taken.
    spans = dict.fromkeys((span, *(each.span for each in finding.trace)))
    question = Question(claim, order, targets, tuple(map(_place, spans)))
    if order.through or finding.fix is None:
        return question
    try:
        return _as_fixed(question, finding.fix.edits)
    except (ValueError, SourceError) as error:
        return Answer("undecided", f"its fix cannot be made: {error}")


def _as_fixed(question: Question, edits: Iterable[Edit]) -> Question:
    """The question with the texts that the edits make, and where its places are in them."""
    by_path: dict[str, list[Edit]] = {}
    for each in edits:
        by_path.setdefault(os.path.abspath(each.span.path), []).append(each)
    texts = tuple(
        (path, apply(read_source(Path(path)).text, these)) for path, these in by_path.items()
    )
    kernel = by_path.get(question.claim.path, [])
    return replace(
        question,
        fixed_texts=texts,
        fixed_line=question.claim.line + _added(kernel, question.claim.line),
        fixed_places=tuple(_moved(each, by_path.get(each[0], [])) for each in question.places),
    )


def _place(span: Span) -> Place:
    return (os.path.abspath(span.path), span.line, span.end_line)


def _moved(place: Place, edits: Sequence[Edit]) -> Place:
    """Where a place is once the edits of its file are made."""
    path, first, last = place
    return (path, first + _added(edits, first), last + _added(edits, last + 1))


def _added(edits: Iterable[Edit], line: int) -> int:
    """How many lines the edits that begin before `line` add."""
    return sum(
        each.replacement.count("\n") - (each.span.end_line - each.span.line)
        for each in edits
        if each.span.line < line
    )


def _answered(
    questions: Sequence[Question], answers: Answers, unconfined: bool
) -> dict[Question, Answer]:
    """The answer to each question: as kept, else from child processes, one for each core."""
    found: dict[Question, Answer] = {}
    waiting: queue.SimpleQueue[Question] = queue.SimpleQueue()
    for each in questions:
        kept = answers.load(each)
        if kept is not None:
            found[each] = kept
        else:
            waiting.put(each)

    refused: list[Unconfined] = []
    count = min(_cores(), waiting.qsize())
    passed = (waiting, found, answers, refused, unconfined)
    threads = [threading.Thread(target=_ask_all, args=passed, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in refused:
        raise VerifyError(
            f"{error}; install bubblewrap, or use --confirm-unconfined, with which kernels run as "
            "you do"
        )
    return found


def _ask_all(
    waiting: queue.SimpleQueue[Question],
    found: dict[Question, Answer],
    answers: Answers,
    refused: list[Unconfined],
    unconfined: bool,
) -> None:
    """Put waiting questions to a child process until there are none, or one was refused."""
    with child(unconfined) as worker:
        while not refused:
            try:
                question = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                found[question] = ask(worker, question)
            except Unconfined as error:
                refused.append(error)
                return
            answers.store(question, found[question])


def child(unconfined: bool = False) -> Confined:
    """A child process that questions are put to."""
    return Confined(
        ENVIRONMENT,
        MEMORY_BYTES,
        PROCESSOR_SECONDS,
        preload=(_EXAMINE, "triton.compiler", "triton.backends.compiler"),
        unconfined=unconfined,
    )


def ask(worker: Confined, question: Question) -> Answer:
    """The answer of a child process; undecided where it gives none. Raises Unconfined."""
    try:
        files = files_of(question)
        # Code of the project runs in a process that says no more than what its constants are.
        told = worker.ask(_QUESTION, "constants_of", (question, files), CONSTANTS_SECONDS)
        task = (question, SECONDS, files, _constants(told, question))
        said = worker.ask(_EXAMINE, "examine", task, HARD_SECONDS)
        return _believed(said, {each.path for each in files})
    except Unconfined:
        raise
    except (VerifyError, SourceError) as error:
        return Answer("undecided", f"the compiler did not answer: {printable(str(error))}")


def _constants(said: Any, question: Question) -> Constants:
    """What a child that ran code of the project says its constants are. Raises VerifyError for what
    cannot be that."""
    known = said if isinstance(said, dict) else {}
    for target in question.targets:
        each = known.get(target)
        if not isinstance(each, list) or not all(isinstance(values, dict) for values in each):
            raise VerifyError("what it said of the constants is none")
    return known


def _believed(said: Any, files: set[str]) -> Answer:
    """What a child said, if it has the form of an answer. It can depend on no other files than it
    was given. Raises VerifyError."""
    if isinstance(said, dict) and said.get("verdict") in get_args(Confirmed):
        used = said.get("files")
        if isinstance(used, list) and isinstance(said.get("reason"), str):
            known = tuple(each for each in used if isinstance(each, str) and each in files)
            return Answer(said["verdict"], printable(said["reason"]), known)
    raise VerifyError("what it said is no answer")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

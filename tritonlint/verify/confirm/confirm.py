"""`check --confirm compile`: each finding is put to Triton's compiler, in child processes with
limits on time and memory, one a core.

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

from tritonlint.edits.edits import apply
from tritonlint.errors import SourceError, VerifyError
from tritonlint.extras import install_hint
from tritonlint.findings import Edit, Finding
from tritonlint.findings.claim import Claim
from tritonlint.rule import registry
from tritonlint.settings.config import Settings
from tritonlint.source import Span, read_source
from tritonlint.verify.compiler.compile import parse_target
from tritonlint.verify.confirm.answers import Answers
from tritonlint.verify.confirm.examine import Answer, Question
from tritonlint.verify.confirm.sides import Place
from tritonlint.verify.worker import Worker

# What one question may take of the processor, whatever else the machine does, and when its process
# is ended for not coming back.
SECONDS = 10.0
HARD_SECONDS = 120.0
MEMORY_BYTES = 6 * 2**30
ENVIRONMENT = {
    # Triton warns when it is unset; a matter of the backends, which the raw IR never reaches.
    "TRITON_DEFAULT_FP_FUSION": "1",
    # A constant is taken out of its module by its value; that it is annotated as one is lost.
    "TRITON_ALLOW_NON_CONSTEXPR_GLOBALS": "1",
}


def confirm(findings: Sequence[Finding], settings: Settings, answers: Answers) -> list[Finding]:
    """`findings` with what the compiler says of each. Raises VerifyError where Triton is not
    installed or a target of the settings is none."""
    if not has_triton():
        raise VerifyError(f"triton is not installed ({install_hint('verify')})")
    for target in settings.targets:
        parse_target(target)
    questions = [question_of(each, settings.targets) for each in findings]
    asked = {each: None for each in questions if isinstance(each, Question)}
    found = _answered(list(asked), answers)
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
    order = registry.load(finding.code).signature
    if order is None:
        return Answer("undecided", f"{finding.code} has no meaning to the compiler")
    if finding.claim is None and order.through:
        return Answer("undecided", "the finding does not say which parameter it is about")
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


def _answered(questions: Sequence[Question], answers: Answers) -> dict[Question, Answer]:
    """The answer to each question: as kept, else from child processes, one a core."""
    found: dict[Question, Answer] = {}
    waiting: queue.SimpleQueue[Question] = queue.SimpleQueue()
    for each in questions:
        kept = answers.load(each)
        if kept is not None:
            found[each] = kept
        else:
            waiting.put(each)

    def work() -> None:
        with Worker(ENVIRONMENT, MEMORY_BYTES) as worker:
            while True:
                try:
                    question = waiting.get_nowait()
                except queue.Empty:
                    return
                found[question] = ask(worker, question)
                answers.store(question, found[question])

    count = min(_cores(), waiting.qsize())
    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def ask(worker: Worker, question: Question) -> Answer:
    """The answer of a child process; undecided where it gives none."""
    try:
        answer: Answer = worker.ask(
            "tritonlint.verify.confirm.examine",
            "examine_quietly",
            (question, SECONDS),
            HARD_SECONDS,
        )
    except VerifyError as error:
        return Answer("undecided", f"the compiler did not answer: {error}")
    return answer


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

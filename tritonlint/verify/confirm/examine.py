"""Asks the compiler about one finding: does the kernel do what the finding says as the launch has
it, and not as fixed? Runs in a child process, since it has kernel source compiled.

The settings that the launch leaves open are searched for; flags are tried both ways. `confirmed`
needs one setting under which the kernel compiles and shows the rule's order as flagged and not as
fixed (as flagged, where there is no fix); `refuted` needs that it compiles and shows none under
every setting that the launch leaves open.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tritonlint.errors import TritonlintError
from tritonlint.findings import Confirmed
from tritonlint.rule.signature import FLOAT_TO_INTEGER, INTEGER_TO_FLOAT
from tritonlint.verify.compiler.compile import Conversion, listed
from tritonlint.verify.compiler.extract import extract
from tritonlint.verify.compiler.held import Held
from tritonlint.verify.compiler.raw_ir import CompileError, compiled_for
from tritonlint.verify.compiler.values import Values
from tritonlint.verify.confirm.parameters import Settings, choices_of, settings_key
from tritonlint.verify.confirm.question import (
    Constants,
    Definitions,
    Question,
    constants_of,
    definitions,
)
from tritonlint.verify.confirm.search import MAX_COMPILES, Search, Try, Unsettled
from tritonlint.verify.confirm.sides import Side, Testimony, near_fixes, testimony
from tritonlint.verify.confirm.variations import MAX_VARIATIONS, doubtful, variations

# Where no settings were found for one target, another target seldom is a way out.
_TRIES_AFTER_FAILURE = 6


@dataclass(frozen=True)
class Answer:
    """What the compiler says, and why; `files` are those that it depends on."""

    verdict: Confirmed
    reason: str
    files: tuple[str, ...] = ()


def examine(
    question: Question,
    seconds: float,
    files: Sequence[Held] | None = None,
    constants: Constants | None = None,
) -> Answer:
    """The answer to a question, found in about `seconds` of processor time. `files` are those that
    the kernel is made of (None: they are read), `constants` what `constants_of` says (None: it is
    asked here, which runs code of the project). A kernel that cannot be taken out of its file or
    does not compile is undecided; nothing is raised."""
    try:
        sides = definitions(question, files)
        constants = constants_of(question, files) if constants is None else constants
    except TritonlintError as error:
        return Answer("undecided", str(error))
    until = time.process_time() + seconds
    answers: list[tuple[str, Answer]] = []
    start: Settings = {}
    tries = MAX_COMPILES
    for target in question.targets:
        try:
            with compiled_for(target):
                made = _sides(question, sides, constants[target])
                each = _Examination(question, made, target, until, start)
                answer = each.answer(tries)
            start = each.settled
            tries = MAX_COMPILES if start else _TRIES_AFTER_FAILURE
        except TritonlintError as error:
            answer = Answer("undecided", str(error))
        except (Exception, RecursionError) as error:
            answer = Answer("undecided", f"{type(error).__name__}: {error}")
        answers.append((target, answer))
    told = _summed(answers)
    # An answer for want of time says nothing about the files, and is not worth keeping.
    late = told.verdict == "undecided" and time.process_time() > until
    return replace(told, files=()) if late else told


def _summed(answers: list[tuple[str, Answer]]) -> Answer:
    """One answer for all targets: confirmed where it is for one, refuted where it is for all."""
    order: tuple[Confirmed, ...] = ("confirmed", "undecided", "refuted")
    for verdict in order:
        found = [(target, each) for target, each in answers if each.verdict == verdict]
        if found:
            files = sorted({file for _, each in answers for file in each.files})
            targets = ", ".join(target for target, _ in found)
            return Answer(verdict, f"{found[0][1].reason} ({targets})", tuple(files))
    return Answer("undecided", "no target to compile for")


class _Examination:
    """One question for one target. `settled` are the settings under which it compiled last, to
    begin with for the next."""

    def __init__(
        self,
        question: Question,
        sides: tuple[Side, Side | None],
        target: str,
        until: float,
        start: Settings,
    ) -> None:
        claim = question.claim
        self._order, self._target, self._until = question.order, target, until
        self._rejected = claim.rejected
        self._flagged, self._fixed = sides
        self._files = tuple(str(each) for each in self._flagged.extracted.files)
        parameters = (claim.parameter,) if claim.parameter else ()
        self._choices = choices_of(self._flagged.extracted, claim.known, parameters)
        self._start = {
            name: start.get(name, each.options[0]) for name, each in self._choices.items()
        }
        self._testimonies: dict[tuple[str, str], Testimony] = {}
        self.settled: Settings = start

    def answer(self, tries: int) -> Answer:
        """What the compiler says, when it is tried at most `tries` times to get it to compile."""
        try:
            self.settled = self._settled_somehow(tries)
        except Unsettled as error:
            return self._unsettled(f"no way to compile it was found: {error}", tries)
        rejection = self._rejection(self.settled) if self._rejected else ""
        if rejection:
            return self._answer("confirmed", rejection)
        return self._vary(self.settled)

    def _settled_somehow(self, tries: int) -> Settings:
        """Settings under which both sides compile, with the fix of the finding or one that comes
        near. Raises Unsettled, with what there is against the finding's."""
        attempt = self._as_fixed if self._rejected else self._as_both
        fixed = self._fixed
        try:
            return self._settle(attempt, tries)
        except Unsettled as error:
            for near in near_fixes(self._flagged, fixed, self._order, self._choices):
                self._fixed = near
                with contextlib.suppress(Unsettled):
                    return self._settle(attempt, _TRIES_AFTER_FAILURE)
            self._fixed = fixed
            raise error

    def _settle(self, attempt: Try, tries: int) -> Settings:
        kernel = self._flagged.extracted.kernel
        return Search(kernel, self._choices, attempt, self._until, tries).settle(self._start)

    def _unsettled(self, reason: str, tries: int) -> Answer:
        """The answer where the kernel as fixed does not compile: refuted when as flagged it does
        and converts nothing."""
        if not self._rejected and self._fixed:
            with contextlib.suppress(Unsettled):
                answer = self._vary(self._settle(self._as_flagged, tries))
                if answer.verdict == "refuted":
                    return answer
        return self._answer("undecided", reason)

    def _answer(self, verdict: Confirmed, reason: str) -> Answer:
        return Answer(verdict, reason, self._files)

    def _as_fixed(self, settings: Settings) -> None:
        self._seen(self._fixed or self._flagged, settings)

    def _as_flagged(self, settings: Settings) -> None:
        self._seen(self._flagged, settings)

    def _as_both(self, settings: Settings) -> None:
        self._as_fixed(settings)
        self._as_flagged(settings)

    def _seen(self, side: Side, settings: Settings) -> Testimony:
        key = (side.name, settings_key(settings))
        if key not in self._testimonies:
            self._testimonies[key] = testimony(side, self._order, settings, self._target)
        return self._testimonies[key]

    def _rejection(self, settings: Settings) -> str:
        """How the compiler refuses the kernel as flagged, where it takes it as fixed; empty when it
        takes both."""
        try:
            self._seen(self._flagged, settings)
        except CompileError as error:
            fixed = self._fixed.name if self._fixed else ""
            return f"compiles {fixed}, and does not {self._flagged.name}: {error.reason}"
        return ""

    def _vary(self, settings: Settings) -> Answer:
        """Look for the order under `settings`, then under every other that the launch leaves
        open."""
        complete = True
        stays: tuple[Conversion, ...] = ()
        for varied, counts in variations(settings, self._choices):
            if time.process_time() > self._until:
                return self._answer("undecided", "no conversion was found in time")
            try:
                before = self._seen(self._flagged, varied)
            except CompileError:
                complete = complete and not counts
                continue
            sure = counts and not self._is_doubtful(varied)
            gone = self._gone(before, varied) if sure else ()
            shown = before.wrong
            if gone:
                self.settled = varied
                return self._answer("confirmed", self._difference(gone, settings, varied))
            if shown and sure and self._fixed is None:
                reason = f"{listed(shown)} {self._flagged.name}; there is no fix to compare with"
                return self._answer("confirmed", reason)
            stays = stays or shown
        if stays:
            kept = "and not seen to end as fixed" if self._fixed else "with types that are guesses"
            return self._answer("undecided", f"{listed(stays)} {self._flagged.name}, {kept}")
        if self._is_doubtful(settings):
            return self._answer("undecided", "no conversion, with types that are guesses")
        if not complete or sum(1 for _ in variations(settings, self._choices)) >= MAX_VARIATIONS:
            return self._answer(
                "undecided", "no conversion was found, but not every setting of its flags compiles"
            )
        return self._answer("refuted", f"no conversion {self._flagged.name}")

    def _is_doubtful(self, settings: Settings) -> bool:
        """Whether what the kernel does may come of a guess: of that an integer is a float, or one
        that it is not, where the order is one of conversions between these."""
        tells = {*self._order.then, *self._order.first} & {*FLOAT_TO_INTEGER, *INTEGER_TO_FLOAT}
        return bool(tells) and doubtful(settings, self._choices)

    def _gone(self, seen: Testimony, settings: Settings) -> tuple[Conversion, ...]:
        """What of that which is wrong the fix ends; nothing where it cannot be seen to."""
        before = seen.wrong
        if self._fixed is None or not before:
            return ()
        try:
            told = self._seen(self._fixed, settings)
        except CompileError:
            return ()
        after = told.wrong
        if not self._order.through:  # an edit moves lines: it must end all
            # Products of other indices may be added in the same line: one of them must be gone.
            fewer = bool(self._order.made) and told.firsts < seen.firsts
            return () if not fewer and any(self._counts(x, before) for x in after) else before
        left = {(each.path, each.line) for each in after}
        return tuple(each for each in before if (each.path, each.line) not in left)

    def _counts(self, each: Conversion, before: tuple[Conversion, ...]) -> bool:
        """Whether an operation as fixed is what was wrong `before`: one that is wrong alone means
        nothing where there was an order before."""
        then = self._order.then
        return each.name in then or not any(other.name in then for other in before)

    def _difference(
        self, gone: tuple[Conversion, ...], settings: Settings, varied: Settings
    ) -> str:
        fixed = self._fixed.name if self._fixed else ""
        chosen = [
            f"{name}={each.value}"
            for name, each in varied.items()
            if each.key != settings[name].key
        ]
        where = f" where {', '.join(chosen)}" if chosen else ""
        left = self._seen(self._fixed, varied) if self._fixed else Testimony()
        count = "fewer" if any(self._counts(each, gone) for each in left.wrong) else "none"
        if self._order.through:
            count = "none"
        return f"{listed(gone)} {self._flagged.name}, {count} {fixed}{where}"


def _sides(
    question: Question, sides: Definitions, values: Sequence[Values]
) -> tuple[Side, Side | None]:
    """The kernel as flagged and as fixed; None where there is no fix."""
    claim = question.claim
    extracted = extract(sides[0], values[0])
    if question.order.through:
        flagged = Side(f"with {claim.flagged}", extracted, claim.parameter, claim.flagged)
        fixed = Side(f"with {claim.fixed}", extracted, claim.parameter, claim.fixed, last=False)
        return flagged, fixed
    element = claim.flagged if claim.parameter else ""
    flagged = Side("as written", extracted, claim.parameter, element, question.places)
    if len(sides) == 1:
        return flagged, None
    repaired = extract(sides[1], values[1])
    return flagged, Side("as fixed", repaired, claim.parameter, element, question.fixed_places)

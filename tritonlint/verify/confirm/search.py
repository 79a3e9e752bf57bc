"""A search for settings of a kernel's parameters under which it compiles, led by the compiler's
errors."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Iterator, Mapping

from tritonlint.errors import VerifyError
from tritonlint.facts.project.kernel import Kernel
from tritonlint.verify.compiler.raw_ir import CompileError
from tritonlint.verify.confirm.culprits import blamed
from tritonlint.verify.confirm.parameters import CONSTEXPR, Choice, Setting, Settings, settings_key

MAX_COMPILES = 60
# How many parameters behind one error are tried, nearest first, and how many settings of each; of
# those that are farther, the types that the error asks for.
_NEAR = 6
_OPTIONS = 12

# Errors that another type of an argument may end; others are about values.
_OF_TYPES = re.compile(r"pointer|\bptr|d?type\b|operands|cast|precision|has no attribute")
# The types that the compiler's messages name, as a signature spells them.
_SPELLED = {
    "fp32": r"fp32|float32",
    "bf16": r"bf16|bfloat16",
    "fp16": r"fp16|\bfloat16",
    "fp8": r"fp8|float8",
    "i32": r"\bint32|i32|\binteger scalar\b",
    "i64": r"\bint64|i64",
    "u8": r"uint8|u8",
}

Try = Callable[[Settings], None]
# Where an error is: the line in the kernel, then in the device function that is called there, ...
_Depth = tuple[int, ...]


class Unsettled(VerifyError):
    """No settings were found under which the kernel compiles."""


class Search:
    """Looks for settings out of `choices` that `attempt` does not reject. `until` is the time
    (`time.process_time`) after which it gives up."""

    def __init__(
        self,
        kernel: Kernel,
        choices: Mapping[str, Choice],
        attempt: Try,
        until: float,
        tries: int = MAX_COMPILES,
    ) -> None:
        self._choices = choices
        self._attempt = attempt
        self._until = until
        self._kernel = kernel
        self._left = tries
        self._errors: dict[str, CompileError | None] = {}

    def settle(self, start: Settings) -> Settings:
        """Settings under which the kernel compiles, from `start` on. Raises Unsettled with the
        compiler's last message."""
        settings, error = start, self._error(start)
        stuck: set[str] = set()
        while error is not None:
            better = self._improved(settings, error, stuck)
            if better is None:
                raise Unsettled(error.reason)
            settings, error = better
        return settings

    def _improved(
        self, settings: Settings, error: CompileError, stuck: set[str]
    ) -> tuple[Settings, CompileError | None] | None:
        """Other settings that compile, or whose error comes later; None when there are none. An
        error that moves sideways (another message at the same place) is as good, once each."""
        reached = _depth(error)
        sideways: tuple[Settings, CompileError | None] | None = None
        for changed in self._changes(settings, error):
            found = self._error(changed)
            if found is None or _depth(found) > reached:
                return changed, found
            moved = f"{_depth(found)}{found.reason}"
            if _depth(found) == reached and found.reason != error.reason and moved not in stuck:
                sideways = sideways or (changed, found)
        if sideways is not None and sideways[1] is not None:
            stuck |= {f"{reached}{error.reason}", f"{reached}{sideways[1].reason}"}
        return sideways

    def _changes(self, settings: Settings, error: CompileError) -> Iterator[Settings]:
        """Settings that differ in one parameter behind the error: near parameters and likely values
        first, and first of all those of the kind that the error is about."""
        ranked: list[tuple[bool, int, Settings]] = []
        for distance, name in enumerate(self._blamed(error)):
            taken = {settings[name].key}
            for option in (*self._choices[name].options, *self._beside(name, settings)):
                asked = _asked_for(option, error.reason)
                if distance >= _NEAR and not asked:
                    continue
                if option.key not in taken and len(taken) <= _OPTIONS:
                    taken.add(option.key)
                    rank = 2 * distance + len(taken) - (8 if asked else 0)
                    away = (option.type == CONSTEXPR) == bool(_OF_TYPES.search(error.reason))
                    ranked.append((away, rank, {**settings, name: option}))
                    if asked:
                        together = self._together(name, settings, error, option)
                        ranked.append((away, rank + 1, together))
        for _, _, changed in sorted(ranked, key=lambda each: each[:2]):
            yield changed

    def _together(
        self, name: str, settings: Settings, error: CompileError, option: Setting
    ) -> Settings:
        """`settings` with `option` for every guess behind the error that is set as `name` is."""
        alike = (each for each in self._blamed(error) if settings[each].key == settings[name].key)
        guesses = [each for each in alike if self._choices[each].guessed]
        return {**settings, name: option, **dict.fromkeys(guesses, option)}

    def _beside(self, name: str, settings: Settings) -> list[Setting]:
        """What other parameters are set to: sizes and types often have to agree."""
        if not self._choices[name].guessed:
            return []
        now = settings[name].type
        return [each for other, each in settings.items() if other != name and each.type == now]

    def _blamed(self, error: CompileError) -> list[str]:
        """The parameters behind an error, nearest first."""
        found = blamed(self._kernel, list(_frames(error)))
        near = [each for each in found if each in self._choices]
        return [each for each in near if len(self._choices[each].options) > 1]

    def _error(self, settings: Settings) -> CompileError | None:
        """Why the settings are rejected, or None. Raises Unsettled after too many tries."""
        key = settings_key(settings)
        if key not in self._errors:
            if not self._left or time.process_time() > self._until:
                last = [each for each in self._errors.values() if each is not None]
                raise Unsettled(last[-1].reason if last else "took too long")
            self._left -= 1
            try:
                self._attempt(settings)
                self._errors[key] = None
            except CompileError as error:
                self._errors[key] = error
        return self._errors[key]


def _asked_for(setting: Setting, reason: str) -> bool:
    """Whether the compiler's message names the type of `setting`."""
    spelled = _SPELLED.get(setting.type.lstrip("*"))
    return spelled is not None and re.search(spelled, reason) is not None


def _frames(error: BaseException) -> Iterator[ast.AST]:
    """The code that an error of Triton's front end comes from, outermost function first."""
    cause = error.__cause__
    while cause is not None:
        node = getattr(cause, "node", None)
        if isinstance(node, ast.AST):
            yield node
        cause = cause.__cause__


def _depth(error: CompileError) -> _Depth:
    return tuple(getattr(node, "lineno", 0) for node in _frames(error))

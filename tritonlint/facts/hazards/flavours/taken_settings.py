"""Settings that a test takes for e4m3, though the project lets them be something else that passes
the test: e5m2, or 8-bit integers."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from tritonlint.facts.hazards.flavours.asked_settings import E5M2, Is, Members
from tritonlint.facts.hazards.flavours.caring import are_apart, cares_above, caring
from tritonlint.facts.hazards.flavours.declared_settings import (
    Declaration,
    Member,
    all_without,
    lists_without,
)
from tritonlint.facts.hazards.flavours.trials import Trial
from tritonlint.facts.hazards.flavours.vendors import for_nvidia
from tritonlint.facts.host.memory.named_dtypes import named_fp8
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import dotted_name, given_names
from tritonlint.frozen import dataclass, replace
from tritonlint.source import Span

# Tests of a setting: one pattern after the other takes less time than one of all.
_TESTS = (
    re.compile(r"""\.startswith\(\s*\(?\s*["'](?:fp8|float8)"""),
    re.compile(r"""\.\w*quantized\b|quantized\w*\("""),
    re.compile(r"""["'](?:auto|none)["']"""),
    re.compile(r"""(?:partition|split)\(\s*["']|\[\s*:\s*\d\s*\]\s*==\s*["']"""),
    re.compile(r"""["'](?:fp8|float8)["']\s+in\b"""),
    re.compile(r"""(?:is|has|uses?|needs|wants)_\w*(?:fp8|float8)\w*\(\s*\w"""),
)
# A name of e4m3.
_E4M3 = re.compile(r"float8_e4m3|(?:fp8|float8)\w*\(\s*\)|(?:FP8|FLOAT8)\w*TYPE\b")
_INT8 = ("int8", "int8_per_token_head", "int8_per_token", "int8_per_tensor", "int8_per_channel")
# What a module says that cares for one of them.
_CARES = {E5M2: re.compile(r"e5m2"), _INT8: re.compile(r"(?<!u)int8")}
_NAMED_E4M3 = ("torch.float8_e4m3fn", "torch.float8_e4m3fnuz")


@dataclass(frozen=True)
class TakenSetting:
    """An expression at `place` that is e4m3 where `test` lets `setting` through, as it does where
    that is `member`, `declared` at that place."""

    place: Span
    function: str
    test: Span
    setting: str
    member: str
    declared: Span


def may_take(text: str) -> bool:
    """Whether the text of a file may do so."""
    if not any(each in text for each in ("float8", "fp8", "FP8", "FLOAT8")):
        return False
    return bool(_E4M3.search(text)) and any(each.search(text) for each in _TESTS)


def taken(
    module: Module,
    declared: Callable[[], Sequence[Declaration]],
    near: Callable[[], Sequence[Declaration]],
    users: Callable[[Definition], Sequence[Declaration]],
) -> Iterator[TakenSetting]:
    """The settings that `module` takes for e4m3; `declared` is what the project declares, `near`
    what `module` and its folder do, `users` what classes list as supported in the files that name a
    function. A module that cares for the other types is left alone, unless that is a function which
    makes them and has nothing to do with the one that does not; and so is a setting that is listed
    near by without them, or by all users that list it."""
    functions = [
        each for each in module.functions if _E4M3.search(module.source.lines_of(each.as_function))
    ]
    if for_nvidia(module.path) or not functions:
        return
    for values in (E5M2, _INT8):
        known = caring(module, _CARES[values])
        members = Members(declared(), values) if known is not None else None
        if not members:
            continue
        for function in functions:
            if any(not are_apart(function, each) for each in known or ()):
                continue
            for setting, (named, member) in members.of(function).items():
                found = list(_Walk(function, setting, named, member).found())
                if not found or cares_above(function, setting, _CARES[values]):
                    continue
                if lists_without(near(), setting, values):
                    continue
                if not all_without(users(function), setting, values):
                    yield from found


class _Walk:
    """What a function does where a setting has a value."""

    def __init__(
        self, function: Definition, setting: str, declared: Declaration, member: Member
    ) -> None:
        self.function = function
        self.node = function.as_function
        self.setting = setting
        self.member = member
        core = setting.rpartition(".")[2]
        asked = Is(core)
        self.trial = Trial(function.module, function.inside, asked, member.value)
        others = [each.value for each in declared.members if not each.value.startswith("fp8")]
        self.others = [replace(self.trial, value=each) for each in ("auto", *others[:3])]
        self.names = {
            name
            for name, values in given_names(self.node).items()
            if any(self._is_e4m3(each, frozenset()) for each in values)
        }

    def found(self) -> Iterator[TakenSetting]:
        """The first expression that is e4m3 of each test."""
        decided: dict[int, tuple[ast.expr, ast.expr]] = {}
        self._run(self.node.body, None, decided)
        module = self.function.module
        for test, place in decided.values():
            yield TakenSetting(
                module.source.span(place),
                self.function.name,
                module.source.span(test),
                self.setting,
                self.member.value,
                self.member.place,
            )

    def _run(
        self,
        body: Iterable[ast.stmt],
        test: ast.expr | None,
        decided: dict[int, tuple[ast.expr, ast.expr]],
    ) -> bool:
        """Go through statements; `test` has let the setting through. Whether they end here."""
        for each in body:
            match each:
                case ast.If(body=then, orelse=orelse):
                    arms = [*self._arms(each.test, test)]
                    ended = [
                        self._run(then if taken_ else orelse, passed, decided)
                        for taken_, passed in arms
                    ]
                    if all(ended):
                        return True
                    test = _passed(each, arms) or test
                    continue
                case ast.Assert() if self.trial.outcome(each.test) is False:
                    return True
                case ast.With() | ast.For() | ast.While() | ast.Try():
                    self._run(each.body, test, decided)
                    continue
            self._expressions(each, test, decided)
            if isinstance(each, (ast.Return, ast.Raise)):
                return True
        return False

    def _expressions(
        self, node: ast.AST, test: ast.expr | None, decided: dict[int, tuple[ast.expr, ast.expr]]
    ) -> None:
        """Note what is e4m3 in a statement, where a test has let the setting through."""
        if isinstance(node, ast.IfExp):
            for taken_, passed in self._arms(node.test, test):
                arm = node.body if taken_ else node.orelse
                self._expressions(arm, passed, decided)
                if passed is not None and self._is_e4m3(arm, self.names):
                    decided.setdefault(id(passed), (passed, arm))
            return
        for candidate in _candidates(node) if test is not None else ():
            if test is not None and self._is_e4m3(candidate, self.names):
                decided.setdefault(id(test), (test, candidate))
        for child in ast.iter_child_nodes(node):
            self._expressions(child, test, decided)

    def _arms(
        self, test: ast.expr, before: ast.expr | None
    ) -> Iterator[tuple[bool, ast.expr | None]]:
        """The arms of `test` that the setting can lead to, by the outcome, and the test that let it
        through: this one, or the one `before`."""
        outcome = self.trial.outcome(test)
        for arm in (True, False):
            if outcome in (None, arm):
                told = self._tells(test, outcome) and (outcome is not None or arm)
                yield arm, test if told else before

    def _tells(self, test: ast.expr, outcome: bool | None) -> bool:
        """Whether a test comes out otherwise for a setting of what is not quantized."""
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) and outcome is None:
            return any(self._tells(each, self.trial.outcome(each)) for each in test.values)
        if outcome is None:
            return False
        return any(each.outcome(test) is (not outcome) for each in self.others)

    def _is_e4m3(self, node: ast.expr, names: Iterable[str]) -> bool:
        """Whether it is e4m3: by its name, or as the platform has it."""
        match node:
            case ast.Call(func=function, args=[], keywords=[]):
                return named_fp8((dotted_name(function) or "").rpartition(".")[2])
            case ast.Name(id=name):
                return name in names or (name.isupper() and named_fp8(name))
            case ast.Attribute():
                return dotted_name(node) in _NAMED_E4M3
        return False


def _passed(node: ast.If, arms: Sequence[tuple[bool, ast.expr | None]]) -> ast.expr | None:
    """The test that has let a setting through after a statement of which the other arm, which it
    does not lead to, ends the function."""
    if len(arms) != 1:
        return None
    ((taken_, passed),) = arms
    other = node.orelse if taken_ else node.body
    return passed if other and isinstance(other[-1], (ast.Return, ast.Raise)) else None


def _candidates(node: ast.AST) -> list[ast.expr]:
    """What a statement or call views or makes something as, hands back or keeps."""
    match node:
        case ast.Call(func=ast.Attribute(attr="view" | "to"), args=[dtype]):
            return [dtype]
        case ast.Call(keywords=keywords):
            return [each.value for each in keywords if each.arg == "dtype"]
        case (
            ast.Assign(value=value)
            | ast.AnnAssign(value=ast.expr() as value)
            | ast.Return(value=ast.expr() as value)
        ):
            return value.elts if isinstance(value, ast.Tuple) else [value]
    return []

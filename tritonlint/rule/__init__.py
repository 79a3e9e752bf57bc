"""The base class of a rule, and the registry: which rules there are and which are selected."""

from __future__ import annotations

import difflib
import importlib
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from tritonlint.errors import ConfigError, UsageError
from tritonlint.findings import Finding, Fix, Severity
from tritonlint.rule import plugins
from tritonlint.rule.signature import Order
from tritonlint.rule.suspect import Suspect as Suspect  # part of what a rule is written with

if TYPE_CHECKING:
    from tritonlint.settings.config import Settings
    from tritonlint.suppress.directives import Directive
    from tritonlint.suppress.suppressions import Review


_FILE = re.compile(r"^(tl\d{3})_(\w+)\.py$")


@dataclass(frozen=True)
class RuleInfo:
    """What is known of a rule without importing it: from the name of its file. A rule of others
    (`plugins`) had to be imported to be known: `found` is its class, and `asked` the entry of
    `rule-modules` that it comes from, empty for one of an installed package."""

    code: str
    name: str
    module: str
    found: type[Rule] | None = None
    asked: str = ""


class Rule(ABC):
    """One hazard. The docstring of a subclass is its documentation, in these sections: What it
    does, Why is this bad, Triggering input, Example, Use instead, Not flagged, Fix safety, How it
    is verified, References."""

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    status: ClassVar[Literal["default", "preview"]] = "default"
    since: ClassVar[str]
    fix: ClassVar[Literal["safe", "unsafe", "sometimes", "none"]] = "none"
    # What Triton's IR shows where the rule is right: fixtures' probes ask for it, and so does
    # `check --confirm compile`. None where the compiler cannot tell.
    signature: ClassVar[Order | None] = None

    @abstractmethod
    def check(self, suspect: Suspect) -> Iterator[Finding]:
        """The findings whose primary span is in this file."""

    def fixed(self, finding: Finding) -> Fix | None:
        return finding.fix


class CommentRule(Rule):
    """A rule about the comments that suppress findings. It looks at a file after the other rules,
    and at files that are no suspects too."""

    def check(self, suspect: Suspect) -> Iterator[Finding]:
        return iter(())

    @abstractmethod
    def review(self, review: Review) -> Iterator[Finding]:
        """The findings about the comments of a file."""

    def about(self, directive: Directive, message: str, trigger: str, fix: Fix | None) -> Finding:
        """A finding of this rule at a directive."""
        return Finding(
            self.code,
            self.name,
            message,
            self.severity,
            "certain",
            directive.span,
            trigger,
            fix=fix,
            snippet=directive.text,
        )


@cache
def codes() -> dict[str, RuleInfo]:
    """Every rule by its code: the built-in ones from the file names of the package
    `tritonlint.rules`, of which nothing is imported, then those of others. Raises ConfigError for
    two rules with the same code."""
    found = dict(_built_in())
    others = [("", plugins.installed()), *_registered.items()]
    for asked, rules in others:
        for each in rules:
            same = found.get(each.code)
            if same is None:
                found[each.code] = RuleInfo(each.code, each.name, each.__module__, each, asked)
            elif same.found is not each:
                raise ConfigError(
                    f"two rules have the code {each.code}: {same.name} in {same.module}, and "
                    f"{each.name} in {each.__module__}; rename one"
                )
    return found


def _built_in() -> Iterator[tuple[str, RuleInfo]]:
    package = importlib.import_module("tritonlint.rules")
    for folder in package.__path__:
        for file in sorted(Path(folder).iterdir()):
            matched = _FILE.match(file.name)
            if matched:
                code = matched[1].upper()
                name = matched[2].replace("_", "-")
                yield code, RuleInfo(code, name, f"tritonlint.rules.{file.stem}")


# The rules of each entry of `rule-modules` that some settings of this process have named.
_registered: dict[str, tuple[type[Rule], ...]] = {}


def register(modules: Iterable[str], folders: Iterable[Path]) -> None:
    """Make the rules of `modules` known, which are looked for in `folders` too. Raises ConfigError
    for a module that cannot be imported or defines no rule."""
    for name in modules:
        if name not in _registered:
            _registered[name] = plugins.of_module(name, folders)
            codes.cache_clear()


def load(code: str) -> type[Rule]:
    """The class of the rule `code`. Raises UsageError when there is none."""
    info = codes().get(code)
    if info is None:
        raise unknown(code)
    if info.found:
        return info.found
    module = importlib.import_module(info.module)
    for each in vars(module).values():
        if (
            isinstance(each, type)
            and issubclass(each, Rule)
            and getattr(each, "code", None) == code
        ):
            return each
    raise UsageError(f"{info.module} defines no rule {code}")


def selected(settings: Settings) -> frozenset[str]:
    """The codes that are on under `settings`. Raises UsageError and ConfigError like `select` and
    `register`."""
    register(settings.rule_modules, settings.folders)
    known = codes()
    chosen = select(
        (*(settings.select or ("ALL",)), *settings.extend_select), settings.ignore, settings.preview
    )
    return frozenset(code for code in chosen if known[code].asked in ("", *settings.rule_modules))


def select(select: Iterable[str], ignore: Iterable[str], preview: bool) -> frozenset[str]:
    """The codes that are on: those that `select` names (default: all), less those of `ignore`,
    where the more specific name wins: `TL001` over `TL0` over `ALL`, and `ignore` over `select` for
    the same. A preview rule only with `preview` or when it is selected by its full code or name.
    Raises UsageError for a name that no rule has."""
    wanted = {each: matching(each) for each in tuple(select) or ("ALL",)}
    unwanted = {each: matching(each) for each in ignore}
    chosen: set[str] = set()
    for level in sorted(map(_specificity, {*wanted, *unwanted})):
        for each, found in wanted.items():
            chosen |= found if _specificity(each) == level else set()
        for each, found in unwanted.items():
            chosen -= found if _specificity(each) == level else set()
    exact = {
        code
        for each, found in wanted.items()
        for code in found
        if each in (code, codes()[code].name)
    }
    return frozenset(
        code for code in chosen if preview or code in exact or load_status(code) == "default"
    )


def _specificity(wanted: str) -> int:
    """How specific a selector is: `ALL`, then a prefix by its length, then a whole code or name."""
    if wanted == "ALL":
        return 0
    named = wanted in codes() or any(info.name == wanted for info in codes().values())
    return sys.maxsize if named else len(wanted)


@cache
def load_status(code: str) -> str:
    """`default` or `preview`, read from the text of the rule's file, so that a run without suspects
    imports no rule."""
    info = codes()[code]
    if info.found:
        return info.found.status
    package = importlib.import_module("tritonlint.rules")
    file = info.module.rpartition(".")[2] + ".py"
    for folder in package.__path__:
        path = Path(folder) / file
        if path.exists():
            return (
                "preview"
                if re.search(r'^    status = "preview"', path.read_text(), re.M)
                else "default"
            )
    return "default"


def matching(wanted: str) -> frozenset[str]:
    """The codes that a code, a prefix of codes, a name or `ALL` stands for. Raises UsageError when
    there is none."""
    found = frozenset(
        code
        for code, info in codes().items()
        if wanted == "ALL" or code.startswith(wanted) or info.name == wanted
    )
    if not found or not wanted:
        raise unknown(wanted)
    return found


def unknown(wanted: str) -> UsageError:
    """The error for a rule that does not exist, with the codes and names that are near to it."""
    known = codes()
    names = {name: name for info in known.values() for name in (info.code, info.name)}
    names |= {name.lower(): name for name in names.values()}
    near = difflib.get_close_matches(wanted.lower(), names, n=3, cutoff=0.6)
    shown = " or ".join(f"`{each}`" for each in dict.fromkeys(names[each] for each in near))
    hint = f"did you mean {shown}?" if shown else f"known: {', '.join(known)}"
    return UsageError(f"unknown rule: `{wanted}`; {hint}")


def sources_of_others() -> list[Path]:
    """The files that the known rules of others are made of: their modules, and what lies beside
    them."""
    modules = (sys.modules.get(info.module) for info in codes().values() if info.found)
    named = (getattr(module, "__file__", None) for module in modules)
    folders = {Path(file).parent for file in named if file}
    return sorted(file for folder in folders for file in folder.glob("*.py"))

"""What a method of a class gives attributes, as plain data: it is worked out once for all runs of a
project."""

from __future__ import annotations

from dataclasses import field

from tritonlint.dtypes import ElementTypes
from tritonlint.facts.host.events import Note
from tritonlint.facts.host.values.symbols import Attribute, Symbol
from tritonlint.facts.host.values.values import Path, Value
from tritonlint.facts.project.modules import Definition
from tritonlint.frozen import dataclass


@dataclass(frozen=True)
class ClassFacts:
    """What `__init__` of a class gives its attributes (in `first` those that are given something
    else later), with what is known of the buffers behind them; `dtypes` name the dtypes of those of
    which only that is known, `stand_ins` have one element, `given` are those of parameters. `of` is
    a function of another file that it is told of, which is parsed as long as this is known;
    `passed` are tests of several things, or of names of settings, that come out so for every
    object, `alike` tells what memory of an unknown type was made after."""

    values: dict[str, Value]
    types: dict[Symbol, ElementTypes]
    notes: tuple[Note, ...]
    dtypes: dict[Symbol, frozenset[Symbol]] = field(default_factory=dict)
    stand_ins: dict[Symbol, ElementTypes] = field(default_factory=dict)
    given: dict[Attribute, Value] = field(default_factory=dict)
    first: dict[str, Value] = field(default_factory=dict)
    of: Definition | None = None
    passed: Path = ()
    alike: dict[Symbol, frozenset[Symbol]] = field(default_factory=dict)


# By class and method.
Attributes = dict[tuple[int, int], ClassFacts]

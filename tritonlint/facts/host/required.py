"""What a class declares for its caches, and the settings that its objects cannot have."""

from __future__ import annotations

from tritonlint.facts.host.class_facts import class_facts
from tritonlint.facts.host.renaming import Names
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.symbols import Object, Symbol
from tritonlint.facts.host.values import DType, Instance, options
from tritonlint.facts.project.modules import Definition
from tritonlint.frozen import replace


def note_declared(frame: Frame, definition: Definition, symbol: Symbol) -> None:
    """Evidence for a cache that is bound to the object from outside: the dtype that its class
    declares for its cache is read from a table, and the table holds byte types. None where the
    class turns away every setting that asks for them."""
    facts = class_facts(frame, definition)
    if any(note.kind == "unquantized" for note in facts.notes):
        return
    for name, value in facts.values.items():
        if not ("cache" in name and "dtype" in name):
            continue
        for _, each in options(value):
            if not (isinstance(each, DType) and each.table and each.types.types):
                continue
            if any(t.is_byte for t in each.types.types):
                frame.note("table", symbol, each.types, each.table)


def note_required(frame: Frame, owner: Instance) -> None:
    """Note the settings that `__init__` of an object's class does not let pass."""
    # The test of a setting of any object of a class, as that of this one.
    names: Names = {Object(owner.definition.qualified): owner.name} if owner.symbol else {}
    for note in class_facts(frame, owner.definition).notes:
        if note.kind == "unquantized" and note.variable is not None:
            buffer, variable = note.buffer.renamed(names), note.variable.renamed(names)
            own = replace(note, buffer=buffer, variable=variable)
            if own not in frame.run.noted:
                frame.run.noted.add(own)
                frame.run.notes.append(own)

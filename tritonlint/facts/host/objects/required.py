"""What a class declares for its caches, and the settings that its objects cannot have."""

from __future__ import annotations

from tritonlint.facts.host.conditions.settings import stem
from tritonlint.facts.host.events import Note
from tritonlint.facts.host.objects.class_facts import class_facts
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Symbol
from tritonlint.facts.host.values.values import DType, Instance
from tritonlint.facts.project.modules import Definition


def note_declared(frame: Frame, definition: Definition, symbol: Symbol) -> None:
    """Evidence for a cache that is bound to the object from outside: the dtype that its class
    declares for its cache is read from a table, and the table holds byte types. None where the
    class turns away every setting that asks for them."""
    facts = class_facts(frame, definition)
    if any(note.kind == "unquantized" and _is_of_memory(note) for note in facts.notes):
        return
    for name, value in facts.values.items():
        if not ("cache" in name and "dtype" in name):
            continue
        for _, each in options(value):
            if not (isinstance(each, DType) and each.table and each.types.types):
                continue
            if any(t.is_byte for t in each.types.types):
                frame.note("table", symbol, each.types, each.table)


def _is_of_memory(refused: Note) -> bool:
    """Whether the setting of which something is turned away is one of a cache, or of a type: others
    (the layout of experts, a model's architecture) say nothing of memory."""
    name = stem(refused.variable or refused.buffer).last_name
    return any(word in name for word in ("cache", "kv", "dtype", "quant"))


def note_required(frame: Frame, owner: Instance) -> None:
    """Have the settings noted that `__init__` of an object's class does not let pass: by
    `class_facts.note_all`, since a run that launches nothing needs none."""
    frame.run.requiring.setdefault((id(owner.definition.node), owner.symbol), owner)

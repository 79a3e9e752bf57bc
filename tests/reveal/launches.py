"""What the facts know of the arguments of a module's launches, as reveal comments say it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import partial

from tests.reveal.comments import Revealed, line_number
from tritonlint.dtypes import ElementTypes
from tritonlint.facts.hazards.raw_bytes.storage import Evidence, storage_of
from tritonlint.facts.host.conditions.paths import contradicts
from tritonlint.facts.host.events import LaunchEvent
from tritonlint.facts.host.interpreter import interpret
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.choices import options
from tritonlint.facts.host.values.symbols import Symbol
from tritonlint.facts.host.values.values import Condition, Const, DType, Path, Tensor, Value
from tritonlint.facts.index.searches import Searches
from tritonlint.facts.index.universe import Texts
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.source import Span


def launches(module: Module) -> Iterator[Revealed]:
    """Below each launch that a function of `module` leads to, its arguments. Functions that others
    call are seen through those."""
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
    }
    for function in module.functions:
        if function.name not in called and function.name != "__init__":
            run = _interpret(module, function)
            for event in run.launches:
                yield Revealed(*_statement(module, event.span), tuple(_launch(run, event)))


def missed(module: Module) -> list[int]:
    """The lines of launches (`kernel[grid](...)`) that no function of the module leads to."""
    written = {
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript)
    }
    seen = {
        event.span.line
        for function in module.functions
        for event in _interpret(module, function).launches
    }
    return sorted(written - seen)


def _interpret(module: Module, function: Definition) -> Run:
    texts = Texts({})
    searches = Searches(texts, set())
    universe = texts.universe(str(module.file))
    return interpret(
        Run(
            module.project,
            function,
            byte_table=partial(searches.byte_table, universe),
            called=partial(searches.is_called, function, universe),
        )
    )


def _launch(run: Run, event: LaunchEvent) -> Iterator[str]:
    more = "" if event.complete else ", and more arguments"
    yield f"{event.kernel.name}{_path(event.path)}{more}"
    for parameter, passed in event.arguments.items():
        for inner, value in options(passed.value):
            if not contradicts(inner, event.path):
                said = _value(run, event, parameter, value, inner)
                yield f"    {parameter}: {said}{_path(inner)}"


def _statement(module: Module, span: Span) -> tuple[int, int]:
    """The last line and the column of the statement that a place is in."""
    around = [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.stmt)
        and node.lineno <= span.line
        and (node.end_lineno or node.lineno) >= span.end_line
    ]
    node = max(around, key=lambda each: (each.lineno, each.col_offset))
    return node.end_lineno or node.lineno, node.col_offset


def _value(run: Run, event: LaunchEvent, parameter: str, value: Value, path: Path) -> str:
    match value:
        case Tensor():
            return _tensor(run, event, parameter, value, path)
        case Const(value=constant):
            return repr(constant)
        case DType(types=types, of=of):
            return f"dtype {_types(types)}" + (f" of {_symbol(of)}" if of else "")
        case Condition(key=key):
            return f"whether {_symbol(key)}"
    return type(value).__name__.lower()


def _tensor(run: Run, event: LaunchEvent, parameter: str, tensor: Tensor, path: Path) -> str:
    storage = storage_of(run, event, parameter, tensor, path)
    parts = [f"{_types(storage.types)} of {_symbol(tensor.buffer)}"]
    if tensor.part is not None:
        index = "" if tensor.part.index is None else f"{tensor.part.index} of "
        parts.append(f"part ({index}{_place(tensor.part.span)})")
    if tensor.view is not None:
        parts.append(f"{'perhaps ' * tensor.guarded}viewed ({_place(tensor.view)})")
    parts += dict.fromkeys(_evidence(each, storage.packed) for each in storage.evidence)
    return ", ".join(parts)


def _evidence(evidence: Evidence, packed: bool) -> str:
    if packed:
        return f"of a packed page ({_place(evidence.span)}{_path(evidence.path)})"
    certain = "" if evidence.strength == "certain" else f"{evidence.strength} "
    stands_for = f" for {_types(evidence.types)}" if evidence.types.types else ""
    path = _path(evidence.path)
    return f"{certain}raw{stands_for} ({_place(evidence.span)}{path})"


def _place(span: Span) -> str:
    return f"line {line_number(span.line)}"


def _types(types: ElementTypes) -> str:
    return str(types).replace("torch.", "")


def _path(path: Path) -> str:
    tests = [f"{'' if outcome else 'not '}{_symbol(key)}" for key, outcome in path]
    return f" if {' and '.join(tests)}" if tests else ""


_KINDS = {None: "", "new@": "", "raised@": "handled in "}


def _symbol(known_by: Symbol) -> str:
    """A buffer or a test by its name: `launch(x)` of a module is `x`, what a line makes `line N`,
    by whatever calls it got there."""
    symbol = str(known_by)
    symbol = re.sub(
        r"(new@|raised@)?[\w./]+\.py:(\d+)(?::\d+)?(?:<[\w./]+\.py:\d+:\d+)*(?:\?\d+)?",
        lambda found: f"{_KINDS[found[1]]}line {line_number(int(found[2]))}",
        symbol,
    )
    symbol = re.sub(r"(?:\w+\.)*\w+\((\w+)\)(?=[.,\[#) ]|$)", r"\1", symbol)
    return re.sub(r"\b(?:\w+\.)+([A-Z]\w*\.)", r"\1", symbol)

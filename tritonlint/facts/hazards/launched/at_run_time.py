"""What the launches that were seen at run time are, as observations: the same that reading the code
gives, with the element types that did arrive."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from tritonlint.dtypes import BY_NAME, UINT8, UNKNOWN, ElementTypes
from tritonlint.errors import SourceError
from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.hazards.flavours.clashes import ReadAsAnother, flavours
from tritonlint.facts.hazards.launched.functions import call_at, found, kernel_from
from tritonlint.facts.hazards.launched.seen import Code, Given, Seen, SeenCopy, SeenLaunch
from tritonlint.facts.hazards.launched.specializations import passed_as
from tritonlint.facts.hazards.narrowed_numbers import in_kernel, in_launches
from tritonlint.facts.hazards.observation import Observation
from tritonlint.facts.hazards.other_pointer_casts import other_casts
from tritonlint.facts.hazards.raw_bytes.arguments import Argument, arguments
from tritonlint.facts.host.events import Copy, Form, LaunchEvent, Note, Passed
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.values.places import Place
from tritonlint.facts.host.values.symbols import Spelled, Symbol
from tritonlint.facts.host.values.values import Const, DType, Tensor, Value
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.project import Project
from tritonlint.frozen import dataclass, replace
from tritonlint.source import Span

# What a test's name is shortened to in a message.
_LONGEST = 70


@dataclass(frozen=True)
class Unused:
    """Something seen that says nothing about the code as it is now, and why."""

    path: str
    reason: str


def observe(seen: Iterable[Seen], project: Project) -> tuple[list[Observation], list[Unused]]:
    """What was seen as observations, and what of it is not used: functions that are no longer there
    or have another text."""
    observations: dict[Observation, None] = {}
    unused: dict[Unused, None] = {}
    seen = list(seen)
    types = _types_at(seen)
    for each in seen:
        try:
            made = list(
                _of_copy(project, each) if isinstance(each, SeenCopy) else _of_launch(project, each)
            )
        except _Changed as changed:
            unused[changed.unused] = None
        except SourceError as error:
            unused[Unused(error.path, f"was seen at run time, and {error.reason}")] = None
        else:
            observations |= dict.fromkeys(_at_times(each, made, types))
    return list(observations), list(unused)


class _Changed(Exception):
    def __init__(self, code: Code, span: Span) -> None:
        super().__init__(code.path)
        name = f"`{code.name}`" if code.name else f"line {span.line}"
        reason = f"{name} was recorded with another text; that record is not used"
        self.unused = Unused(code.path, reason)


_Types = dict[tuple[object, ...], set[str]]


def _types_at(seen: Iterable[Seen]) -> _Types:
    """All element types that each launch was seen to pass for each parameter."""
    found: _Types = {}
    for each in (each for each in seen if isinstance(each, SeenLaunch)):
        for name, given in each.arguments:
            found.setdefault(_parameter(each, name), set()).add(given.type)
    return found


def _parameter(seen: SeenLaunch, name: str) -> tuple[object, ...]:
    return (seen.function, seen.span, seen.kernel, name)


def _at_times(seen: Seen, made: Iterable[Observation], types: _Types) -> Iterator[Observation]:
    """The observations, of which those hold at times only where the launch passes other element
    types too: then a view must not be made of those."""
    for each in made:
        if isinstance(each, Argument) and isinstance(seen, SeenLaunch):
            several = len(types[_parameter(seen, each.parameter)]) > 1
            yield replace(each, conditional=several)
        else:
            yield each


def _located(project: Project, code: Code, span: Span) -> tuple[Module, Definition | None, int]:
    where = found(project, code)
    if where is None:
        raise _Changed(code, span)
    return where


def _moved(module: Module, span: Span, lines: int) -> Span:
    return replace(span, path=module.path, line=span.line + lines, end_line=span.end_line + lines)


def _call(module: Module, code: Code, span: Span) -> ast.Call:
    call = call_at(module, span)
    if call is None:
        raise _Changed(code, span)
    return call


def _of_launch(project: Project, seen: SeenLaunch) -> Iterator[Observation]:
    run, event = _event(project, seen)
    run.notes += _notes(seen, event)
    typed = {sign.parameter: _types(sign.types) for sign in seen.signs if not sign.apart}
    for each in arguments(run):
        if isinstance(each, Argument):
            meant = typed.get(each.parameter, UNKNOWN)
            yield replace(each, stands_for=meant) if meant.types else each
    yield from other_casts(run)
    yield from in_launches(run)
    yield from in_kernel(event.kernel)
    yield from flavours(run)
    for clash in seen.clashes:
        read, written = BY_NAME[clash.read], BY_NAME[clash.written]
        where = passed_as(event, clash.parameter)
        yield ReadAsAnother(*where, read, written, clash.writer, clash.span)


def _event(project: Project, seen: SeenLaunch) -> tuple[Run, LaunchEvent]:
    """The launch as if it had been reached by reading."""
    module, function, moved = _located(project, seen.function, seen.span)
    call = _call(module, seen.function, _moved(module, seen.span, moved))
    _, definition, _ = _located(project, seen.kernel, seen.span)
    if definition is None:
        raise _Changed(seen.kernel, seen.span)
    kernel = kernel_from(definition)
    places = _places(call, kernel)
    passed = {
        name: Passed(_value(name, given), Place(module.source, places.get(name, call)))
        for name, given in seen.arguments
    }
    root = function or Definition(module, module)
    enclosing = (*root.enclosing, root.node) if function else ()
    event = LaunchEvent(
        kernel,
        module,
        module.source.span(call),
        passed,
        (),
        {},
        ".".join(each.name for each in enclosing if hasattr(each, "name")),
        root,
        True,
    )
    return Run(project, root, launches=[event]), event


def _places(call: ast.Call, kernel: Kernel) -> dict[str, ast.expr]:
    """The expressions that a launch passes, as far as they are written out."""
    if not isinstance(call.func, ast.Subscript):
        return {}
    return signature(kernel.node).given(call)


def _buffer(parameter: str) -> Symbol:
    return Spelled(f"<{parameter}>")


def _value(name: str, given: Given) -> Value:
    known = BY_NAME.get(given.type)
    if given.kind == "constant":
        return Const(given.constant)
    if given.kind == "dtype" and known:
        return DType(ElementTypes.of(known))
    return Tensor(_buffer(name), ElementTypes.of(known) if known else None)


def _notes(seen: SeenLaunch, event: LaunchEvent) -> Iterator[Note]:
    """What was seen, as evidence."""
    said = {sign.parameter for sign in seen.signs}
    for name, given in seen.arguments:
        known = BY_NAME.get(given.type) if given.kind == "tensor" else None
        span = event.arguments[name].span
        if known is None:
            continue
        types = ElementTypes.of(known)
        if known.is_fp8:
            yield Note("asserted", _buffer(name), types, span, ())
        if known == UINT8 and name not in said:
            message = f"seen at run time{_in_test(seen.tests)}: a tensor of {known}"
            yield Note("seen", _buffer(name), types, span, (), message=message, strength="certain")
    for sign in seen.signs:
        types = _types(sign.types)
        message = f"{sign.message} (seen at run time{_in_test(seen.tests)})"
        yield Note(
            "seen",
            _buffer(sign.parameter),
            types,
            sign.span,
            (),
            message=message,
            strength=sign.strength,
            encoded=True,
        )
        if not sign.apart and types.single is not None and types.single.is_fp8:
            yield Note("asserted", _buffer(sign.parameter), types, sign.span, ())


def _in_test(tests: Sequence[str]) -> str:
    if not tests:
        return ""
    name = tests[0] if len(tests[0]) <= _LONGEST else tests[0][: _LONGEST - 3] + "..."
    return f" in {name}"


def _types(names: Iterable[str]) -> ElementTypes:
    known = [BY_NAME[name] for name in names if name in BY_NAME]
    return ElementTypes.of(*known) if known else UNKNOWN


def _of_copy(project: Project, seen: SeenCopy) -> Iterator[Observation]:
    module, function, moved = _located(project, seen.function, seen.span)
    span = _moved(module, seen.span, moved)
    sides = _sides(module, span)
    if sides is None:
        return
    node, form, source, target = sides
    where = module.source.span
    encoded, byte = BY_NAME[seen.encoded], BY_NAME[seen.byte]
    if form == "conversion" and not seen.to_bytes and encoded.flavour != "e8m0fnu":
        return
    message = f"{encoded} and {byte} at run time{_in_test(seen.tests)}"
    yield Copy(
        where(node),
        function.name if function else "",
        form,
        where(source),
        target,
        encoded,
        byte,
        seen.to_bytes,
        ((where(node), message),),
    )


def _sides(module: Module, span: Span) -> tuple[ast.expr | ast.stmt, Form, ast.expr, Span] | None:
    """The copy that a line makes, if that is written there: all of it, its form, the source, and
    the place of the target."""
    call = call_at(module, span)
    match call:
        case ast.Call(func=ast.Attribute(value=owner, attr="copy_"), args=[source, *_]):
            return call, "copy", source, module.source.span(owner)
        case ast.Call(func=ast.Attribute(value=owner, attr="to" | "type") as function, args=[_]):
            whole = module.source.span(function)
            length = len(function.attr)
            name = replace(whole, line=whole.end_line, column=whole.end_column - length)
            return call, "conversion", owner, name
    for statement, _ in module.statements:
        match statement:
            case ast.Assign(targets=[ast.Subscript(value=owner)], value=source):
                if statement.lineno <= span.line <= (statement.end_lineno or 0):
                    return statement, "assignment", source, module.source.span(owner)
    return None

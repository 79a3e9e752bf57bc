"""What an editor shows beside a place: the rule of a finding, or what a kernel does with the memory
behind one of its pointer parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tritonlint.errors import SourceError
from tritonlint.facts.device import Kernel, KernelContract, Load, Store, byte_contracts
from tritonlint.facts.hazards.raw_bytes.storage import Storage
from tritonlint.facts.project.kernels import kernels
from tritonlint.facts.project.project import Project
from tritonlint.facts.survey.pointed import Pointed
from tritonlint.findings import Finding
from tritonlint.rule import documentation
from tritonlint.source import SourceFile, Span

_STORES = {
    "float_to_int": "a float is converted to an integer: the value is lost",
    "int": "an integer is stored",
    "bits": "a bit pattern is stored as it is",
    "float": "a float is stored",
    "compile_error": "this does not compile",
    "unknown": "it is not known what is stored",
}
_LOADS = {
    "int_to_float": "the byte is used as a number",
    "int": "the byte stays an integer",
    "bits": "bits of it are picked, or read as another type",
    "float": "it is used as a float",
    "compile_error": "this does not compile",
    "unknown": "it is not known how it is used",
}


def text(
    source: SourceFile,
    findings: Iterable[Finding],
    line: int,
    column: int,
    pointed: Pointed | None = None,
) -> str | None:
    """Markdown for a place, line and column counted from 1; None where there is nothing to say.
    `pointed` is the launch argument that stands there, if one does."""
    parts = [
        f"{each.line}\n\n{documentation.of(each.code).page}"
        for each in findings
        if _covers(each.span, line, column)
    ]
    contract = _passed(pointed) if pointed else _contract(source, line, column)
    return "\n\n---\n\n".join([*([contract] if contract else []), *parts]) or None


def _passed(pointed: Pointed) -> str:
    """An argument: what its tensor holds and why, and what the kernel does with that."""
    text = " ".join(pointed.text.split())
    head = f"`{text}` is passed as `{pointed.parameter}` of kernel `{pointed.kernel}`."
    held = [line for each in pointed.storages for line in _storage(each)]
    does = _described(pointed.contract, pointed.parameter, str(pointed.element))
    return "\n".join([head, "", *held, "", does])


def _storage(storage: Storage) -> Iterator[str]:
    types = f" (`{storage.types}`)" if storage.types.known else ""
    if not storage.raw:
        known = f"`{storage.types}`" if storage.types.known else "of unknown element type"
        yield f"Its storage is {known}: {storage.reason}."
        return
    yield f"Its storage is raw bytes{types}:"
    yield ""
    for each in storage.evidence:
        place = f"{each.span.path}:{each.span.line}"
        yield f"- {place}: {' '.join(each.message.split())} ({each.strength})"


def _covers(span: Span, line: int, column: int) -> bool:
    return (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)


def _contract(source: SourceFile, line: int, column: int) -> str | None:
    """The contract of the kernel parameter whose name stands at a place."""
    path = Path(source.path)
    try:
        found = kernels(Project([path.parent]).module(path, source))
    except SourceError:
        return None  # the diagnostics say so
    for kernel in found:
        # A kernel that is imported under another name belongs to its own file.
        if kernel.path == source.path and _around(kernel.node, line):
            name = next(_names_at(kernel, source, line, column), None)
            contract = byte_contracts(kernel).get(name) if name else None
            if name and contract:
                return _described(contract, name)
    return None


def _around(node: ast.FunctionDef, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _names_at(kernel: Kernel, source: SourceFile, line: int, column: int) -> Iterator[str]:
    for node in ast.walk(kernel.node):
        match node:
            case ast.arg(arg=name):
                span = source.span(node)
                end = Span(span.path, span.line, span.column, span.line, span.column + len(name))
                if _covers(end, line, column):
                    yield name
            case ast.Name(id=name):
                if _covers(source.span(node), line, column):
                    yield name


def _described(contract: KernelContract, name: str, element: str = "uint8") -> str:
    pointed = "bytes (`uint8`)" if element == "uint8" else f"`{element}`"
    lines = [f"`{name}` of kernel `{contract.name}`, if it points to {pointed}:", ""]
    lines += [_store(each) for each in contract.stores if each.parameter == name]
    lines += [_load(each) for each in contract.loads if each.parameter == name]
    if len(lines) == 2:
        lines.append("- nothing is loaded or stored through it")
    if contract.incomplete:
        lines += ["", f"Not analysed to its end: {contract.incomplete}."]
    return "\n".join(lines)


def _store(store: Store) -> str:
    cast = f" (cast in line {store.cast.line})" if store.cast else ""
    rounded = ", rounded" if store.rounded else ""
    low, high = store.interval
    clamped = f", clamped to [{low:g}, {high:g}]" if low is not None and high is not None else ""
    return f"- line {store.place.line}, store: {_STORES[store.effect]}{cast}{rounded}{clamped}"


def _load(load: Load) -> str:
    use = f" (in line {load.use.line})" if load.use else ""
    return f"- line {load.place.line}, load: {_LOADS[load.effect]}{use}"

"""Questions that are asked of the text of a file before anything is parsed: what the tree of the
file answers with yes, its text does too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT
from tritonlint.facts.hazards.flavours.codes_of_a_file import may_encode
from tritonlint.facts.hazards.raw_bytes.made import may_put_together
from tritonlint.facts.hazards.raw_bytes.named import may_name_codes
from tritonlint.facts.hazards.raw_bytes.twins import may_cut_alike
from tritonlint.facts.index import top_level
from tritonlint.facts.index.gates import code
from tritonlint.facts.index.headers import headers
from tritonlint.facts.index.words import names_own
from tritonlint.facts.project.tree import walk

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_PUT = {"append", "add", "insert", "extend", "setdefault", "update"}
# Code of other hands than those that wrote the patterns: some of the standard library's.
_LIBRARY = Path(ast.__file__).parent.glob("[dpt]*.py")
FILES = sorted((*(ROOT / "tritonlint/verify").rglob("*.py"), *_LIBRARY))


def own_named(function: ast.AST) -> bool:
    """Whether a statement of a function gives an attribute of `self` a name."""
    return any(
        _is_own(value)
        for node in walk(function)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for name, value in _pairs(target, node.value)
        if isinstance(name, ast.Name)
    )


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=False)
    else:
        yield target, value


def _is_own(value: ast.expr) -> bool:
    match value:
        case ast.Attribute(value=ast.Name(id="self")):
            return True
        case ast.IfExp(body=one, orelse=other):
            return _is_own(one) or _is_own(other)
    return False


def filled_later(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """The names of a module that stand for something empty, each with the names of a function that
    puts something there, or declares it `global`, and of those inside it."""
    empty = {
        target.id
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value and _is_empty(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and not (isinstance(node, ast.Assign) and node.targets[1:])
    }
    for function in tree.body:
        if isinstance(function, _FUNCTION):
            names = {name for each in walk(function) for name in _put_into(each)}
            inside = {each.name for each in walk(function) if isinstance(each, _FUNCTION)}
            yield from ((name, inside) for name in names & empty)


def _is_empty(value: ast.expr) -> bool:
    match value:
        case ast.Dict(keys=[]) | ast.List(elts=[]) | ast.Constant(value=None):
            return True
        case ast.Call(func=ast.Name(id="dict" | "list"), args=[], keywords=[]):
            return True
    return False


def _put_into(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Assign(targets=targets):
            for each in targets:
                if isinstance(each, ast.Subscript) and isinstance(each.value, ast.Name):
                    yield each.value.id
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=how))):
            if how in _PUT:
                yield name
        case ast.Global(names=names):
            yield from names


def missed_in(text: bytes) -> set[str]:
    """The names that the text does not tell to be filled by the functions that fill them."""
    known = _filled(text)
    later = filled_later(ast.parse(text))
    return {name for name, inside in later if not any((name, each) in known for each in inside)}


def _filled(text: bytes) -> set[tuple[str, str]]:
    plain = code(text)
    found = top_level.filled(plain, list(headers(plain)), top_level.assigned(plain))
    return {(name.decode(), function.decode()) for name, function in found}


@pytest.mark.parametrize(
    "line",
    [
        "pool = self.pool",
        "pool = self.pool  # of bytes",
        "pool = self.one if first else self.other",
        "pool = other if first else self.pool",
        "pool: Pool = self.pool",
        "pool = kept = self.pool",
        "keys, values = self.keys, self.values",
        "keys, values = (self.keys, self.values)",
        "pool = (self.pool)",
        "pool = (\n            self.one\n            if first\n            else self.other\n        )",
    ],
)
def test_an_attribute_that_is_given_a_name(line: str) -> None:
    text = f"class A:\n    def run(self, first):\n        {line}\n        return 1\n"
    assert own_named(ast.parse(text))
    plain = code(text.encode())
    assert names_own(plain, 0, len(plain))


@pytest.mark.parametrize(
    "empty", ["{}", "[]", "dict()", "list()", "None", "{}  # what's there", "dict( )", "[ ]"]
)
@pytest.mark.parametrize(
    "line",
    [
        "POOL[key] = value",
        "POOL[key][0] = value",
        "POOL.append(value)",
        "POOL.update(\n        key=value)",
        "if key: POOL.append(value)",
        "global OTHER, POOL",
        "global POOL; POOL = value",
        "x = POOL[key] = value",
        "POOL[\n        key\n    ] = value",
    ],
)
def test_a_name_of_a_module_that_is_filled_later(empty: str, line: str) -> None:
    text = f"POOL = {empty}\n\ndef fill(key, value):\n    {line}\n"
    assert [name for name, _ in filled_later(ast.parse(text))] in (["POOL"], [])
    assert ("POOL", "fill") in _filled(text.encode())


def test_all_files() -> None:
    """The same of files that were written for something else."""
    missed = []
    for file in FILES:
        text = file.read_bytes().replace(b"\r\n", b"\n")
        tree = ast.parse(text)
        lines = text.split(b"\n")
        missed += [(file.name, name) for name in missed_in(text)]
        for node in walk(tree):
            if isinstance(node, _FUNCTION) and own_named(node):
                own = code(b"\n".join(lines[node.lineno - 1 : node.end_lineno]))
                if not names_own(own, 0, len(own)):
                    missed.append((file.name, node.name))
    assert not missed


@pytest.mark.parametrize(
    "view",
    [
        "page[:, 512:].view({})",
        "page[:, 512:].view(dtype={})",
        "page[:, 512:].view (\n        {}\n    )",
        "page[:, 512:]. view( {} )",
        "page[:, 512:].view(  # of scales\n        {})",
    ],
)
@pytest.mark.parametrize(
    "wide", ["torch.float32", "torch.bfloat16", "torch.half", "th.float", "float32", "torch.double"]
)
def test_a_slice_that_is_viewed_as_wider_floats(view: str, wide: str) -> None:
    assert may_cut_alike(f"def run(page):\n    return {view.format(wide)}\n")


@pytest.mark.parametrize("made", ["torch.uint8", "th.int8", "uint8"])
@pytest.mark.parametrize("view", ["self.codes.view({})", "self.codes.view (\n    {})"])
@pytest.mark.parametrize("codes", ["torch.float8_e4m3fn", "platform.fp8_dtype()", "FP8"])
def test_bytes_that_are_viewed_as_codes(made: str, view: str, codes: str) -> None:
    assert may_name_codes(f"self.codes = torch.empty(n, dtype={made})\n{view.format(codes)}\n")


@pytest.mark.parametrize("joined", ["torch.cat([{}, {}], 1)", "th.concat (\n    ({},  # codes\n {}))"])
@pytest.mark.parametrize(
    "bytes_", ["x.view(torch.uint8)", "x.view (\n    dtype=uint8\n)", "x . view(th.int8)"]
)
def test_rows_that_are_put_together(joined: str, bytes_: str) -> None:
    assert may_put_together(joined.format(bytes_, bytes_))


@pytest.mark.parametrize(
    "encoded",
    [
        "x.to(torch.float8_e5m2).view(torch.uint8)",
        "x.to(torch.float8_e5m2).view(\n    torch.uint8\n)",
        "x.to(torch.float8_e5m2) . view (torch.uint8)",
        "x.to(tl.float8e5).to(tl.uint8, bitcast=True)  # float8",
    ],
)
def test_a_file_that_encodes(encoded: str) -> None:
    assert may_encode(f"codes = {encoded}\n")

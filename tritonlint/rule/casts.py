"""Parts of casts in kernels, and new ones: what rules about casts replace, and by what."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import libcst as cst

from tritonlint.source import SourceFile

LIBDEVICE = "from triton.language.extra import libdevice"
_AMD = re.compile(r"(?<![a-z])(?:hip|rocm)(?![a-z])", re.IGNORECASE)
_ATOMS = (cst.Name, cst.Attribute, cst.Subscript, cst.Call)


def method(node: cst.BaseExpression, name: str, *arguments: str) -> cst.Call:
    """`node.name(arguments)`, with parentheses around `node` where it needs them."""
    if not isinstance(node, _ATOMS) and not node.lpar:
        node = node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    given = [cst.Arg(cst.parse_expression(each)) for each in arguments]
    return cst.Call(cst.Attribute(node, cst.Name(name)), given)


def call(function: str, node: cst.BaseExpression) -> cst.Call:
    """`function(node)`; parentheses around `node` become those of the call."""
    argument = cst.Arg(node)
    before: cst.BaseParenthesizableWhitespace = cst.SimpleWhitespace("")
    if node.lpar and node.rpar:
        inner = node.with_changes(lpar=node.lpar[1:], rpar=node.rpar[:-1])
        argument = cst.Arg(inner, whitespace_after_arg=node.rpar[-1].whitespace_before)
        before = node.lpar[0].whitespace_after
    return cst.Call(cst.parse_expression(function), [argument], whitespace_before_args=before)


def cast_operand(node: cst.CSTNode | None) -> cst.BaseExpression | None:
    """What is cast by `operand.to(type)`; None for another form of cast."""
    match node:
        case cst.Call(func=cst.Attribute(value=operand, attr=cst.Name(value="to"))):
            return operand
    return None


def stored_value(node: cst.CSTNode | None) -> cst.BaseExpression | None:
    """The value of `store(pointer, value)`; None for another call."""
    match node:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="store")), args=arguments):
            named = [e.value for e in arguments if e.keyword and e.keyword.value == "value"]
            given = [e.value for e in arguments if e.keyword is None and not e.star]
            return named[0] if named else given[1] if len(given) > 1 else None
    return None


def language(source: SourceFile) -> str:
    """What the module calls `triton.language`."""
    for origin, alias in _imported(source):
        if f"{origin}{alias.name}" == "triton.language":
            return alias.asname or (alias.name if origin else "triton.language")
    return "tl"


def rounded(
    source: SourceFile, operand: cst.BaseExpression, is_float32: bool
) -> tuple[cst.Call, str]:
    """`operand`, rounded to the nearest even integer, and the import that this needs, empty for
    none. `rint` takes no 16-bit floats, and Triton 3.5 and 3.6 have none for AMD: code that
    speaks of it gets `nearbyint`, which is the same function where no flag for it is read."""
    name, imports = _libdevice(source)
    function = "nearbyint" if _AMD.search(source.text) else "rint"
    if not is_float32:
        operand = method(operand, "to", f"{language(source)}.float32")
    return call(f"{name}.{function}", operand), imports


def _libdevice(source: SourceFile) -> tuple[str, str]:
    """What the module calls Triton's math library, and the import where it does not yet."""
    for _, alias in _imported(source):
        if alias.name.endswith("libdevice"):
            return alias.asname or alias.name, ""
    return "libdevice", LIBDEVICE


def _imported(source: SourceFile) -> Iterator[tuple[str, ast.alias]]:
    """The names that the file imports, with `module.` in front for those from a module."""
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            origin = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                yield origin, alias


def cast_to_same(cast: cst.CSTNode, node: cst.BaseExpression) -> cst.BaseExpression:
    """`node.to(type)`, where `cast` is another value's `.to(type)`."""
    made = cst.ensure_type(cast, cst.Call)
    if not isinstance(node, _ATOMS) and not node.lpar:
        node = node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    func = cst.ensure_type(made.func, cst.Attribute).with_changes(value=node)
    return made.with_changes(func=func, lpar=[], rpar=[])


def names_in(node: cst.CSTNode) -> list[str]:
    """The names in a part of the tree, with repetitions; those of attributes too."""
    own = [node.value] if isinstance(node, cst.Name) else []
    return own + [name for child in node.children for name in names_in(child)]

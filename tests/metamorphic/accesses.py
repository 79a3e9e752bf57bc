"""How kernels cast, load and store, and how they reckon pointers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from tests.metamorphic.program import Program, expression, replace

Rewrite = Callable[[Program], bool]


def _calls(program: Program, *functions: str) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    """Calls of functions of the language in kernels, inner ones first."""
    for kernel in program.kernels():
        found = [n for n in ast.walk(kernel) if isinstance(n, ast.Call)]
        for node in reversed(found):
            if ast.unparse(node.func) in functions:
                yield kernel, node


def _casts(program: Program) -> Iterator[tuple[ast.FunctionDef, ast.Call]]:
    """Calls `x.to(type)` in kernels without another argument."""
    for kernel in program.kernels():
        for node in reversed([n for n in ast.walk(kernel) if isinstance(n, ast.Call)]):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "to":
                if len(node.args) == 1 and not node.keywords:
                    yield kernel, node


def _cast_by(value: str, helper: str = "") -> Rewrite:
    def rewrite(program: Program) -> bool:
        name = program.free("convert")
        found = list(_casts(program))
        for _, node in found:
            assert isinstance(node.func, ast.Attribute)
            inner = ast.unparse(node.func.value)
            if not isinstance(node.func.value, ast.Name | ast.Call | ast.Attribute | ast.Subscript):
                inner = f"({inner})"
            code = value.replace("@x", inner).replace("@t", ast.unparse(node.args[0]))
            new = expression(code.replace("@n", name))
            assert isinstance(new, ast.Call)
            node.func, node.args, node.keywords = new.func, new.args, new.keywords
        if found and helper:
            program.define(helper.replace("@n", name))
        return bool(found)

    return rewrite


def _element_types_first(program: Program) -> bool:
    """`p.dtype.element_ty` of a parameter in a variable at the head of the kernel."""
    changed = False
    for kernel in program.kernels():
        given = {each.arg for each in kernel.args.args}
        names: dict[str, str] = {}
        for parent in list(ast.walk(kernel)):
            for child in list(ast.iter_child_nodes(parent)):
                if not (isinstance(child, ast.Attribute) and child.attr == "element_ty"):
                    continue
                text = ast.unparse(child)
                if text.split(".")[0] in given and text.count(".") == 2:
                    names.setdefault(text, program.free(f"{text.split('.')[0]}_type"))
                    replace(parent, child, ast.Name(names[text]))
        for text, name in names.items():
            kernel.body[0:0] = ast.parse(f"{name} = {text}").body
            changed = True
    return changed


def _element_type_spelled(program: Program) -> bool:
    changed = False
    for kernel in program.kernels():
        for node in ast.walk(kernel):
            if isinstance(node, ast.Attribute) and node.attr == "element_ty":
                inner = node.value
                if isinstance(inner, ast.Attribute) and inner.attr in ("dtype", "type"):
                    inner.attr = "type" if inner.attr == "dtype" else "dtype"
                    changed = True
    return changed


def _access_by(function: str, value: str, helper: str = "") -> Rewrite:
    """`@p` the pointer, `@v` the value, `@rest` the other arguments."""

    def rewrite(program: Program) -> bool:
        found = False
        name = program.free("at_rows")
        for _, node in list(_calls(program, f"tl.{function}")):
            count = 2 if function == "store" else 1
            if len(node.args) < count or any(isinstance(each, ast.Starred) for each in node.args):
                continue
            if len(node.args) > count and "@rest" in value and "pointer=" in value:
                continue
            rest = [*map(ast.unparse, node.args[count:])]
            rest += [f"{k.arg}={ast.unparse(k.value)}" for k in node.keywords]
            if helper and any(k.arg not in ("mask", "other") for k in node.keywords):
                continue
            code = value.replace("@p", ast.unparse(node.args[0])).replace("@n", name)
            code = code.replace("@v", ast.unparse(node.args[-1] if count == 1 else node.args[1]))
            new = expression(code.replace("@rest", "".join(f", {each}" for each in rest)))
            assert isinstance(new, ast.Call)
            node.func, node.args, node.keywords = new.func, new.args, new.keywords
            found = True
        if found and helper:
            program.define(helper.replace("@n", name))
        return found

    return rewrite


def _around_stores(template: str) -> Rewrite:
    def rewrite(program: Program) -> bool:
        found = [node for _, node in _calls(program, "tl.store")]
        changed = False
        for node in found:
            place = program.places()[node]
            if isinstance(place.statement, ast.Expr) and place.statement.value is node:
                code = template.replace("@store", ast.unparse(node))
                place.instead(code.replace("@n", program.free("repeat")))
                changed = True
        return changed

    return rewrite


def _pointers(template: Callable[[str, ast.expr], tuple[str, str] | None]) -> Rewrite:
    """The pointer of each load and store that is a statement's own, computed before it."""

    def rewrite(program: Program) -> bool:
        changed = False
        for _, node in list(_calls(program, "tl.store", "tl.load")):
            place = program.places()[node]
            if place.apart or not node.args or not isinstance(place.statement, ast.Assign | ast.Expr):
                continue
            if any(isinstance(n, ast.IfExp) for n in ast.walk(place.statement)):
                continue
            made = template(program.free("at"), node.args[0])
            if made is not None:
                place.before(made[0])
                node.args[0] = expression(made[1])
                changed = True
        return changed

    return rewrite


def _in_steps(name: str, pointer: ast.expr) -> tuple[str, str] | None:
    terms = []
    while isinstance(pointer, ast.BinOp) and isinstance(pointer.op, ast.Add):
        terms.append(ast.unparse(pointer.right))
        pointer = pointer.left
    if not terms or not isinstance(pointer, ast.Name):
        return None
    lines = [f"{name} = {ast.unparse(pointer)}", *(f"{name} = {name} + ({t})" for t in reversed(terms))]
    return "\n".join(lines), name


def _grown(name: str, pointer: ast.expr) -> tuple[str, str] | None:
    match pointer:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return f"{name} = {ast.unparse(left)} + ({ast.unparse(right)})", name
    return None


def _offset_apart(name: str, pointer: ast.expr) -> tuple[str, str] | None:
    terms = []
    while isinstance(pointer, ast.BinOp) and isinstance(pointer.op, ast.Add):
        terms.append(f"({ast.unparse(pointer.right)})")
        pointer = pointer.left
    if not terms or not isinstance(pointer, ast.Name):
        return None
    return f"{name} = {' + '.join(reversed(terms))}", f"{pointer.id} + {name}"


def _turned(program: Program) -> bool:
    """`offset + pointer` for `pointer + offset`."""
    changed = False
    for _, node in _calls(program, "tl.store", "tl.load"):
        pointer = node.args[0] if node.args else None
        if isinstance(pointer, ast.BinOp) and isinstance(pointer.op, ast.Add) and isinstance(pointer.left, ast.Name):
            pointer.left, pointer.right = pointer.right, pointer.left
            changed = True
    return changed


def _value_named(program: Program) -> bool:
    changed = False
    for _, node in list(_calls(program, "tl.store")):
        place = program.places()[node]
        if len(node.args) > 1 and isinstance(place.statement, ast.Expr):
            name = program.free("result")
            place.before(f"{name} = {ast.unparse(node.args[1])}")
            node.args[1] = ast.Name(name)
            changed = True
    return changed


def _values_named(program: Program) -> bool:
    """A variable for each call inside of a simple statement of a kernel."""
    changed = False
    for kernel in program.kernels():
        for statement in [n for n in ast.walk(kernel) if isinstance(n, ast.Assign | ast.Expr)]:
            if any(isinstance(n, ast.IfExp | ast.BoolOp | ast.ListComp) for n in ast.walk(statement)):
                continue
            for node in reversed(list(ast.walk(statement))):
                if not isinstance(node, ast.Call) or node is statement.value:
                    continue
                place = program.places()[node]
                name = program.free("t1")
                place.before(f"{name} = {ast.unparse(node)}")
                replace(place.parent, node, ast.Name(name))
                changed = True
    return changed


def _locals_inlined(program: Program) -> bool:
    changed = False
    for kernel in program.kernels():
        every = [n for n in ast.walk(kernel) if isinstance(n, ast.Name)]
        for at, statement in reversed(list(enumerate(kernel.body[:-1]))):
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    following = kernel.body[at + 1]
                    if sum(n.id == name for n in every) != 2 or not isinstance(following, ast.Assign | ast.Expr):
                        continue
                    for parent in ast.walk(following):
                        for child in list(ast.iter_child_nodes(parent)):
                            if isinstance(child, ast.Name) and child.id == name and isinstance(child.ctx, ast.Load):
                                replace(parent, child, value)
                                if statement in kernel.body:
                                    kernel.body.remove(statement)
                                    changed = True
    return changed


_STORE = "@triton.jit\ndef @n(pointer, value, mask=None):\n    {}"
ACCESSES: dict[str, Rewrite] = {
    "cast_by_function": _cast_by("tl.cast(@x, @t)"),
    "cast_by_keyword": _cast_by("@x.to(dtype=@t)"),
    "cast_twice": _cast_by("@x.to(@t).to(@t)"),
    "cast_by_helper": _cast_by("@n(@x, @t)", "@triton.jit\ndef @n(value, kind: tl.constexpr):\n    return value.to(kind)"),
    "element_types_first": _element_types_first,
    "element_type_spelled": _element_type_spelled,
    "store_by_keywords": _access_by("store", "tl.store(pointer=@p, value=@v@rest)"),
    "load_by_keywords": _access_by("load", "tl.load(pointer=@p@rest)"),
    "store_by_helper": _access_by("store", "@n(@p, @v@rest)", _STORE.format("tl.store(pointer, value, mask=mask)")),
    "store_by_helper_that_returns": _access_by("store", "@n(@p, @v@rest)", _STORE.format("tl.store(pointer, value, mask=mask)\n    return pointer")),
    "store_by_two_helpers": _access_by("store", "@n(@p, @v@rest)", "@triton.jit\ndef @n_inner(pointer, value, mask):\n    tl.store(pointer, value, mask=mask)\n" + _STORE.format("@n_inner(pointer, value, mask)")),
    "load_by_helper": _access_by("load", "@n(@p@rest)", "@triton.jit\ndef @n(pointer, mask=None, other=None):\n    return tl.load(pointer, mask=mask, other=other)"),
    "stores_in_loop": _around_stores("for @n in range(1):\n    @store"),
    "stores_in_static_range": _around_stores("for @n in tl.static_range(1):\n    @store"),
    "stores_in_range": _around_stores("for @n in tl.range(0, 1):\n    @store"),
    "stores_under_if": _around_stores("if tl.program_id(0) >= 0:\n    @store"),
    "stores_under_constant": _around_stores("if True:\n    @store"),
    "stores_in_while": _around_stores("@n = 0\nwhile @n < 1:\n    @store\n    @n += 1"),
    "pointers_in_steps": _pointers(_in_steps),
    "pointers_named": _pointers(_grown),
    "offsets_named": _pointers(_offset_apart),
    "pointers_turned": _turned,
    "stored_value_named": _value_named,
    "kernel_values_named": _values_named,
    "kernel_locals_inlined": _locals_inlined,
}  # fmt: skip

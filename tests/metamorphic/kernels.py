"""How kernels are made and called, and what surrounds a tile."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tests.metamorphic.program import Program, expression, replace

Rewrite = Callable[[Program], bool]


def _body_apart(program: Program) -> bool:
    """The kernel's body as a function of the device."""
    changed = False
    for kernel in program.kernels():
        called = {ast.unparse(launch.call.func.value) for launch in program.launches() if isinstance(launch.call.func, ast.Subscript)}
        if kernel.name not in called or kernel.args.vararg or kernel.args.kwonlyargs:
            continue
        name = program.free(f"{kernel.name}_body")
        given = ", ".join(ast.unparse(each) for each in kernel.args.args)
        body = ast.parse(f"@triton.jit\ndef {name}({given}):\n    pass").body[0]
        assert isinstance(body, ast.FunctionDef)
        body.body = kernel.body
        kernel.body = ast.parse(f"{name}({', '.join(each.arg for each in kernel.args.args)})").body
        program.tree.body.insert(program.tree.body.index(kernel), body)
        changed = True
    return changed


def _decorated(decorators: str, first: str = "") -> Rewrite:
    def rewrite(program: Program) -> bool:
        changed = False
        launched = {launch.name for launch in program.launches()}
        for kernel in program.kernels():
            if kernel.name in launched and len(kernel.decorator_list) == 1 and ast.unparse(kernel.decorator_list[0]) == "triton.jit":
                if first and not changed:
                    program.define(first)
                made = ast.parse(f"{decorators}\ndef f(): pass").body[0]
                assert isinstance(made, ast.FunctionDef)
                kernel.decorator_list = made.decorator_list
                changed = True
        return changed

    return rewrite


def _jit_called(program: Program) -> bool:
    changed = False
    for kernel in program.kernels():
        if kernel not in program.tree.body or [ast.unparse(d) for d in kernel.decorator_list] != ["triton.jit"]:
            continue
        name, kernel.name = kernel.name, program.free(f"{kernel.name}_source")
        kernel.decorator_list = []
        at = program.tree.body.index(kernel)
        program.tree.body[at + 1 : at + 1] = ast.parse(f"{name} = triton.jit({kernel.name})").body
        changed = True
    return changed


def _floats_named(program: Program) -> bool:
    changed = False
    for kernel in program.kernels():
        names: dict[str, str] = {}
        for parent in list(ast.walk(kernel)):
            if isinstance(parent, ast.arguments):
                continue
            for child in list(ast.iter_child_nodes(parent)):
                if isinstance(child, ast.Constant) and type(child.value) is float and child.value > 100:
                    name = names.setdefault(repr(child.value), program.free("limit"))
                    replace(parent, child, ast.Name(name))
        for value, name in names.items():
            kernel.body[0:0] = ast.parse(f"{name} = {value}").body
            changed = True
    return changed


def _floats_of_the_module(program: Program) -> bool:
    changed = False
    for kernel in program.kernels():
        for parent in list(ast.walk(kernel)):
            if isinstance(parent, ast.arguments):
                continue
            for child in list(ast.iter_child_nodes(parent)):
                if isinstance(child, ast.Constant) and type(child.value) is float and child.value > 100:
                    name = program.free("LIMIT")
                    program.define(f"{name}: tl.constexpr = tl.constexpr({child.value!r})")
                    replace(parent, child, ast.Name(name))
                    changed = True
    return changed


def _parameters_aliased(program: Program) -> bool:
    changed = False
    for kernel in program.kernels():
        for parameter in kernel.args.args:
            if parameter.annotation is None and not any(
                isinstance(n, ast.Name) and n.id == parameter.arg and isinstance(n.ctx, ast.Store) for n in ast.walk(kernel)
            ):
                name = program.free(f"{parameter.arg}_base")
                for node in [n for each in kernel.body for n in ast.walk(each)]:
                    if isinstance(node, ast.Name) and node.id == parameter.arg:
                        node.id = name
                kernel.body[0:0] = ast.parse(f"{name} = {parameter.arg}").body
                changed = True
    return changed


def _kernel_parameters_renamed(program: Program) -> bool:
    changed = False
    launches = program.launches()
    if not all(launch.plain for launch in launches):
        return False
    launched = {launch.name for launch in launches}
    for kernel in program.kernels():
        if kernel.name not in launched or len(program.kernels()) != 1:
            continue
        for parameter in kernel.args.args:
            if parameter.annotation is not None:
                continue
            old, parameter.arg = parameter.arg, program.free(f"{parameter.arg}_p")
            for node in ast.walk(kernel):
                if isinstance(node, ast.Name) and node.id == old:
                    node.id = parameter.arg
            for launch in launches:
                for keyword in launch.call.keywords:
                    if keyword.arg == old:
                        keyword.arg = parameter.arg
            changed = True
    return changed


def _under_constant(program: Program) -> bool:
    """What follows the first statement inside an `if` of a constant that is set."""
    changed = False
    for kernel in program.kernels():
        if kernel.name in {launch.name for launch in program.launches()} and len(kernel.body) > 1:
            if not any(isinstance(n, ast.Return) for n in ast.walk(kernel)):
                made = ast.parse("if True:\n    pass").body[0]
                assert isinstance(made, ast.If)
                made.body = kernel.body[1:]
                kernel.body[1:] = [made]
                changed = True
    return changed


def _flag(program: Program) -> bool:
    """The stores under a flag that is on unless the launch says otherwise."""
    changed = False
    for kernel in program.kernels():
        stores = [n for n in ast.walk(kernel) if isinstance(n, ast.Call) and ast.unparse(n.func) == "tl.store"]
        if kernel.name not in {launch.name for launch in program.launches()} or not stores:
            continue
        flag = program.free("WRITE_BACK")
        kernel.args.args.append(ast.arg(flag, expression("tl.constexpr")))
        kernel.args.defaults.append(ast.Constant(True))
        for node in stores:
            place = program.places()[node]
            if isinstance(place.statement, ast.Expr):
                place.instead(f"if {flag}:\n    {ast.unparse(node)}")
                changed = True
    return changed and all(not kernel.args.vararg for kernel in program.kernels())


def _compound(program: Program) -> bool:
    """`x = x * y` as `x *= y` in kernels, and back."""
    changed = False
    for kernel in program.kernels():
        for node in [n for n in ast.walk(kernel) if isinstance(n, ast.AugAssign)]:
            target = ast.unparse(node.target)
            value = ast.unparse(ast.BinOp(ast.Name(target), node.op, node.value))
            program.places()[node].instead(f"{target} = {value}")
            changed = True
        for node in [n for n in ast.walk(kernel) if isinstance(n, ast.Assign)]:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=left), op=op, right=right)) if name == left and not changed:
                    code = ast.unparse(ast.AugAssign(ast.Name(name), op, right))
                    program.places()[node].instead(code)
                    changed = True
    return changed


def _language_functions_imported(program: Program) -> bool:
    found = {
        n.attr
        for n in ast.walk(program.tree)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "tl" and n.attr in ("load", "store", "arange", "program_id")
    }
    if not found or any(program.uses(name) and name in {n.id for n in ast.walk(program.tree) if isinstance(n, ast.Name)} for name in found):
        return False
    for parent in list(ast.walk(program.tree)):
        for child in list(ast.iter_child_nodes(parent)):
            if isinstance(child, ast.Attribute) and isinstance(child.value, ast.Name) and child.value.id == "tl" and child.attr in found:
                replace(parent, child, ast.Name(child.attr))
    program.bring(f"from triton.language import {', '.join(sorted(found))}")
    return True


KERNELS: dict[str, Rewrite] = {
    "kernel_body_apart": _body_apart,
    "kernel_autotuned": _decorated("@triton.autotune(configs=[triton.Config({}, num_warps=4)], key=[])\n@triton.jit"),
    "kernel_heuristics": _decorated("@triton.heuristics({})\n@triton.jit"),
    "kernel_jit_with_arguments": _decorated("@triton.jit(do_not_specialize=[])"),
    "kernel_jit_imported": _decorated("@jit", "from triton import jit"),
    "kernel_jit_called": _jit_called,
    "kernel_floats_named": _floats_named,
    "kernel_floats_of_the_module": _floats_of_the_module,
    "kernel_parameters_aliased": _parameters_aliased,
    "kernel_parameters_renamed": _kernel_parameters_renamed,
    "kernel_under_constant": _under_constant,
    "kernel_flag": _flag,
    "kernel_compound": _compound,
    "language_functions_imported": _language_functions_imported,
}  # fmt: skip

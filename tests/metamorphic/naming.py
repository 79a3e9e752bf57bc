"""How dtypes and modules are named, and how memory of a dtype is made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from tests.metamorphic.program import Function, Program, expression, is_kernel, replace

Rewrite = Callable[[Program], bool]
_DTYPES = {
    "uint8", "int8", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz",
    "float8_e8m0fnu", "float32", "float16", "bfloat16", "int32", "int64", "bool",
}  # fmt: skip


def on_the_host(program: Program) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Each node outside of kernels, with its parent."""
    stack: list[ast.AST] = [program.tree]
    while stack:
        parent = stack.pop()
        for child in ast.iter_child_nodes(parent):
            if not (isinstance(child, Function) and is_kernel(child)):
                yield child, parent
                stack.append(child)


def _dtypes(program: Program) -> list[tuple[ast.Attribute, ast.AST]]:
    """Each `torch.uint8` and the like of the host, with its parent."""
    return [
        (node, parent)
        for node, parent in on_the_host(program)
        if isinstance(node, ast.Attribute) and node.attr in _DTYPES
        if isinstance(node.value, ast.Name) and node.value.id == "torch"
        if not isinstance(parent, ast.MatchValue)
    ]


def _dtype_by(module: str, value: str) -> Rewrite:
    """`@d` is the dtype's name, `@n` a free name for it."""

    def rewrite(program: Program) -> bool:
        names: dict[str, str] = {}
        for node, parent in _dtypes(program):
            if node.attr not in names:
                names[node.attr] = program.free(f"{node.attr.upper()}_TYPE")
            code = value.replace("@d", node.attr).replace("@n", names[node.attr])
            replace(parent, node, expression(code))
        for dtype, name in names.items():
            program.define(module.replace("@d", dtype).replace("@n", name))
        return bool(names)

    return rewrite


def _dtypes_imported(program: Program) -> bool:
    found = _dtypes(program)
    if any(program.uses(node.attr) and node.attr == "bool" for node, _ in found):
        return False
    for node, parent in found:
        replace(parent, node, ast.Name(node.attr))
    for dtype in sorted({node.attr for node, _ in found}):
        program.bring(f"from torch import {dtype}")
    return bool(found)


def _alias(old: str, new: str, form: str) -> Rewrite:
    """A module under another name everywhere, in kernels too."""

    name = old.rpartition(" as ")[2]

    def rename(program: Program) -> bool:
        found = [
            (body, each)
            for body in (program.tree.body,)
            for each in body
            if isinstance(each, ast.Import) and ast.unparse(each) == f"import {old}"
        ]
        if not found:
            return False
        for body, each in found:
            body[body.index(each) : body.index(each) + 1] = ast.parse(form).body
        for node in ast.walk(program.tree):
            if isinstance(node, ast.Name) and node.id == name:
                node.id = new
        return True

    return rename


def _allocations_by(template: str, module: str = "") -> Rewrite:
    """`torch.empty(...)` and `torch.zeros(...)` with a dtype: `@f` the function, `@rest` the other
    arguments, `@d` the dtype."""

    def rewrite(program: Program) -> bool:
        changed = False
        name = program.free("allocate")
        for node, parent in list(on_the_host(program)):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) not in ("torch.empty", "torch.zeros"):
                continue
            dtype = next((each for each in node.keywords if each.arg == "dtype"), None)
            if dtype is None or any(each.arg is None for each in node.keywords):
                continue
            rest = [*map(ast.unparse, node.args)]
            rest += [f"{k.arg}={ast.unparse(k.value)}" for k in node.keywords if k is not dtype]
            code = template.replace("@f", ast.unparse(node.func)).replace("@rest", ", ".join(rest))
            code = code.replace("@d", ast.unparse(dtype.value)).replace("@n", name)
            new = expression(code)
            if not isinstance(new, ast.Call):
                replace(parent, node, new)
            else:
                node.func, node.args, node.keywords = new.func, new.args, new.keywords
            changed = True
        if changed and module:
            program.define(module.replace("@n", name))
        return changed

    return rewrite


NAMING: dict[str, Rewrite] = {
    "dtype_constant": _dtype_by("@n = torch.@d", "@n"),
    "dtype_of_table": _dtype_by("@n = {'a': torch.@d, 'b': torch.float64}", "@n['a']"),
    "dtype_of_class": _dtype_by("class @n:\n    kind = torch.@d", "@n.kind"),
    "dtype_of_enum": _dtype_by("import enum\nclass @n(enum.Enum):\n    A = torch.@d", "@n.A.value"),
    "dtype_of_getter": _dtype_by("def @n():\n    return torch.@d", "@n()"),
    "dtype_of_cached_getter": _dtype_by("import functools\n@functools.lru_cache\ndef @n():\n    return torch.@d", "@n()"),
    "dtype_of_getattr": _dtype_by("", "getattr(torch, '@d')"),
    "dtype_of_tuple": _dtype_by("@n, @n_other = torch.@d, None", "@n"),
    "dtype_of_namespace": _dtype_by("from types import SimpleNamespace\n@n = SimpleNamespace(kind=torch.@d)", "@n.kind"),
    "dtype_of_dataclass": _dtype_by("import dataclasses\n@dataclasses.dataclass\nclass @n_Kind:\n    kind: torch.dtype\n@n = @n_Kind(torch.@d)", "@n.kind"),
    "dtype_of_tensor": _dtype_by("@n = torch.empty(0, dtype=torch.@d)", "@n.dtype"),
    "dtype_of_function_attribute": _dtype_by("def @n():\n    pass\n@n.kind = torch.@d", "@n.kind"),
    "dtype_of_match": _dtype_by("def @n(kind='a'):\n    match kind:\n        case 'a':\n            return torch.@d\n        case _:\n            raise ValueError(kind)", "@n()"),
    "dtype_of_getattr_or_none": _dtype_by("", "getattr(torch, '@d', None)"),
    "dtypes_imported": _dtypes_imported,
    "torch_renamed": _alias("torch", "th", "import torch as th"),
    "triton_renamed": _alias("triton", "tr", "import triton as tr"),
    "language_renamed": _alias("triton.language as tl", "L", "import triton.language as L"),
    "language_of_triton": _alias("triton.language as tl", "language", "from triton import language"),
    "allocated_by_helper": _allocations_by("@n(@rest, dtype=@d)", "def @n(*args, **kwargs):\n    return torch.empty(*args, **kwargs)"),
    "allocated_by_options": _allocations_by("@f(@rest, **{'dtype': @d})"),
    "allocated_by_partial": _allocations_by("functools.partial(@f, dtype=@d)(@rest)", "import functools"),
    "allocated_and_cast": _allocations_by("@f(@rest).to(@d)"),
    "allocated_by_method": _allocations_by("@n().make(@rest, dtype=@d)", "class @n:\n    def make(self, *shape, dtype, device=None):\n        return torch.empty(*shape, dtype=dtype, device=device)"),
    "allocated_new": _allocations_by("torch.empty(0).new_empty(@rest, dtype=@d)"),
    "allocated_like": _allocations_by("torch.empty_like(torch.empty(@rest), dtype=@d)"),
    "allocated_moved": _allocations_by("@f(@rest, dtype=@d).cuda()"),
    "allocated_reshaped": _allocations_by("@f(@rest, dtype=@d).contiguous().detach()"),
    "allocated_by_full": _allocations_by("torch.full_like(torch.empty(@rest), 0, dtype=@d)"),
    "allocated_by_function_kept": _allocations_by("@n(@rest, dtype=@d)", "@n = torch.empty"),
}  # fmt: skip

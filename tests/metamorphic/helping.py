"""A launch in a function of its own, of one kind or another."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tests.metamorphic.program import Launch, Program, expression, names_in

Rewrite = Callable[[Program], bool]


def each_launch(change: Callable[[Program, Launch], bool]) -> Rewrite:
    """A rewriting of every launch that `change` can do something with."""

    def rewrite(program: Program) -> bool:
        return any(change(program, launch) for launch in program.launches())

    return rewrite


def alone(change: Callable[[Program, Launch], bool]) -> Rewrite:
    return each_launch(lambda program, launch: launch.alone and change(program, launch))


def in_a_helper(kind: str) -> Rewrite:
    """The launch moved into a function, a parameter for each argument that is not a constant."""

    def change(program: Program, launch: Launch) -> bool:
        if not launch.plain:
            return False
        local = {n for f in launch.place.functions for n in _bound(f)}
        values: list[str] = []
        call = expression(ast.unparse(launch.call))
        assert isinstance(call, ast.Call) and isinstance(call.func, ast.Subscript)
        slots = [(call.args, i) for i in range(len(call.args))]
        parameters: list[str] = []

        def moved(node: ast.expr, hint: str) -> ast.expr:
            if not names_in(node) & local:
                return node
            values.append(ast.unparse(node))
            name = hint if hint.isidentifier() and hint not in parameters else f"p{len(values)}"
            parameters.append(name)
            return ast.Name(name)

        call.func.slice = moved(call.func.slice, "grid")
        for items, i in slots:
            items[i] = moved(items[i], ast.unparse(items[i]))
        for keyword in call.keywords:
            keyword.value = moved(keyword.value, ast.unparse(keyword.value))
        name = program.free("PutRows" if "class" in HELPERS[kind][0] else "put_rows")
        inner = ", ".join(parameters)
        program.define(HELPERS[kind][0].format(name=name, parameters=inner, launch=ast.unparse(call), sep=", " if inner else ""))
        launch.place.instead(HELPERS[kind][1].format(name=name, values=", ".join(values), named=", ".join(f"{p}={v}" for p, v in zip(parameters, values, strict=False))))
        return True

    return alone(change)


HELPERS = {
    "function": ("def {name}({parameters}):\n    {launch}", "{name}({values})"),
    "function_by_keywords": ("def {name}(*, {parameters}):\n    {launch}", "{name}({named})"),
    "two_functions": ("def {name}_inner({parameters}):\n    {launch}\ndef {name}({parameters}):\n    return {name}_inner({parameters})", "{name}({values})"),
    "staticmethod": ("class {name}:\n    @staticmethod\n    def launch({parameters}):\n        {launch}", "{name}.launch({values})"),
    "classmethod": ("class {name}:\n    @classmethod\n    def launch(cls{sep}{parameters}):\n        {launch}", "{name}.launch({values})"),
    "method": ("class {name}:\n    def launch(self{sep}{parameters}):\n        {launch}", "{name}().launch({values})"),
    "called_object": ("class {name}:\n    def __call__(self{sep}{parameters}):\n        {launch}", "{name}()({values})"),
    "module_forward": ("class {name}(torch.nn.Module):\n    def forward(self{sep}{parameters}):\n        {launch}", "{name}()({values})"),
    "autograd_function": ("class {name}(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx{sep}{parameters}):\n        {launch}", "{name}.apply({values})"),
    "decorated": ("def {name}_timed(function):\n    def inner(*args, **kwargs):\n        return function(*args, **kwargs)\n    return inner\n@{name}_timed\ndef {name}({parameters}):\n    {launch}", "{name}({values})"),
    "no_grad": ("@torch.no_grad()\ndef {name}({parameters}):\n    {launch}", "{name}({values})"),
    "compiled": ("@torch.compile\ndef {name}({parameters}):\n    {launch}", "{name}({values})"),
    "lambda_of_the_module": ("{name} = lambda {parameters}: {launch}", "{name}({values})"),
    "made_by_a_function": ("def {name}():\n    def inner({parameters}):\n        {launch}\n    return inner", "{name}()({values})"),
}  # fmt: skip


def _bound(function: ast.AST) -> set[str]:
    """Names that a function binds; all that are stored to, taken together."""
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    defined = {n.name for n in ast.walk(function) if isinstance(n, ast.FunctionDef | ast.ClassDef) and n is not function}
    return stored | defined | {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}



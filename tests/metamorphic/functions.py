"""What is a function, a method or a parameter of the host, and where one function ends and the next
begins."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

from tests.metamorphic.program import (
    Function,
    Launch,
    Program,
    expression,
    is_kernel,
    names_in,
    replace,
)

Rewrite = Callable[[Program], bool]


def _plain_functions(program: Program) -> Iterator[ast.FunctionDef]:
    """The functions of the module itself that run on the host and have no decorator."""
    for each in program.tree.body:
        if isinstance(each, ast.FunctionDef) and not each.decorator_list:
            yield each


def _references(program: Program, name: str) -> list[tuple[ast.Name, ast.AST]]:
    return [
        (child, parent)
        for parent in ast.walk(program.tree)
        for child in ast.iter_child_nodes(parent)
        if isinstance(child, ast.Name) and child.id == name
    ]


def _launching(program: Program) -> list[ast.FunctionDef]:
    functions = {each.place.functions[0] for each in program.launches() if each.place.functions}
    return [each for each in _plain_functions(program) if each in functions]


def _function_as(template: str, reference: str) -> Rewrite:
    """Each launching function of the module in other surroundings: `@f` its name, `@n` a new one;
    the function itself takes the place of `pass`."""

    def rewrite(program: Program) -> bool:
        found = _launching(program)
        for function in found:
            name = program.free(f"{function.name}_ops")
            code = template.replace("@n", name).replace("@f", function.name)
            made = ast.parse(code).body
            if "(self" in template:
                function.args.args.insert(0, ast.arg("self"))
            if "(cls" in template:
                function.args.args.insert(0, ast.arg("cls"))
            for parent in [n for each in made for n in ast.walk(each)]:
                for old in list(getattr(parent, "body", ()) if isinstance(getattr(parent, "body", ()), list) else ()):
                    if isinstance(old, Function) and old.name == function.name:
                        function.decorator_list = old.decorator_list
                        replace(parent, old, function)
            for at, each in enumerate(made):
                if isinstance(each, Function) and each.name == function.name:
                    function.decorator_list = each.decorator_list
                    made[at] = function
            for node, parent in _references(program, function.name):
                new = reference.replace("@n", name).replace("@f", function.name)
                replace(parent, node, expression(new))
            at = program.tree.body.index(function)
            program.tree.body[at : at + 1] = made
        return bool(found)

    return rewrite


def _async(program: Program) -> bool:
    changed = False
    for function in _launching(program):
        if _references(program, function.name):
            continue
        at = program.tree.body.index(function)
        fields = dict(ast.iter_fields(function))
        program.tree.body[at] = ast.AsyncFunctionDef(**fields)
        changed = True
    return changed


def _parameters_renamed(program: Program) -> bool:
    changed = False
    keywords = {k.arg for n in ast.walk(program.tree) if isinstance(n, ast.Call) for k in n.keywords}
    for function in _launching(program):
        for parameter in function.args.args:
            if parameter.arg in keywords or any(isinstance(n, Function | ast.Lambda) and n is not function for n in ast.walk(function)):
                continue
            _rename(function, parameter.arg, program.free(f"{parameter.arg}_in"))
            changed = True
    return changed


def _locals_renamed(program: Program) -> bool:
    changed = False
    for function in program.functions():
        if any(isinstance(n, Function | ast.Lambda | ast.Global | ast.Nonlocal | ast.ClassDef) and n is not function for n in ast.walk(function)):
            continue
        parameters = {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
        stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for name in sorted(stored - parameters):
            _rename(function, name, program.free(f"the_{name}"))
            changed = True
    return changed


def _locals_annotated(program: Program) -> bool:
    """Each assignment to a name of a function, that is no kernel, with an annotation."""
    changed = False
    for function in (each for each in program.functions() if not is_kernel(each)):
        if any(isinstance(each, ast.Global | ast.Nonlocal) for each in ast.walk(function)):
            continue
        for node in list(ast.walk(function)):
            match node:
                case ast.Assign(targets=[ast.Name() as target], value=value):
                    place = program.places()[node]
                    place.instead(f"{target.id}: object = {ast.unparse(value)}")
                    changed = True
    return changed


def _rename(function: Function, old: str, new: str) -> None:
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == old:
            node.id = new
        elif isinstance(node, ast.arg) and node.arg == old:
            node.arg = new


def _annotations(change: Callable[[str], str]) -> Rewrite:
    def rewrite(program: Program) -> bool:
        changed = False
        for function in program.functions():
            for each in ast.walk(function.args):
                if isinstance(each, ast.arg) and each.annotation is not None:
                    each.annotation = expression(change(ast.unparse(each.annotation)))
                    changed = True
        if changed and "Optional" in change(""):
            program.define("from typing import Optional")
        if changed and "Annotated" in change(""):
            program.define("from typing import Annotated")
        return changed

    return rewrite


def _future(program: Program) -> bool:
    at = 0 if ast.get_docstring(program.tree) is None else 1
    if any(isinstance(each, ast.ImportFrom) and each.module == "__future__" for each in program.tree.body):
        return False
    program.tree.body[at:at] = ast.parse("from __future__ import annotations").body
    return True


def _splittable(program: Program) -> Iterator[tuple[Launch, Function, int]]:
    """Launches which are statements, or in one, of the body of their function, with its number."""
    for launch in program.launches():
        if len(launch.place.functions) != 1 or launch.place.apart:
            continue
        function = launch.place.functions[0]
        at = next((i for i, each in enumerate(function.body) if each is launch.place.statement), 0)
        if at and not _leaves(function.body[:at]):
            yield launch, function, at


def _leaves(body: list[ast.stmt]) -> bool:
    jumps = (ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.FunctionDef, ast.Lambda, ast.Import, ast.ImportFrom)
    return any(isinstance(n, jumps) for each in body for n in ast.walk(each))


def _given(function: Function) -> list[str]:
    args = function.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return [each.arg for each in every if each is not None]


def _stored(body: list[ast.stmt]) -> set[str]:
    return {n.id for each in body for n in ast.walk(each) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _rest_apart(method: bool) -> Rewrite:
    """What comes from the launch on as a function of its own."""

    def rewrite(program: Program) -> bool:
        changed = False
        done: set[Function] = set()
        for _, function, at in _splittable(program):
            if function in done:
                continue
            done.add(function)
            head, tail = function.body[:at], function.body[at:]
            if any(isinstance(n, Function | ast.Lambda) for each in tail for n in ast.walk(each)):
                continue
            bound = [*_given(function), *sorted(_stored(head) - set(_given(function)))]
            used = {name for each in tail for name in names_in(each)}
            passed = [name for name in bound if name in used]
            name = program.free(f"{function.name.strip('_')}_rest")
            owner = next((c for c in ast.walk(program.tree) if isinstance(c, ast.ClassDef) and function in c.body), None)
            if method and (owner is None or "self" not in bound):
                continue
            if method:
                passed = [each for each in passed if each != "self"]
            made = ast.parse(f"def {name}({', '.join((['self'] if method else []) + passed)}):\n    pass").body[0]
            assert isinstance(made, ast.FunctionDef)
            made.body = tail
            call = f"{'self.' if method else ''}{name}({', '.join(passed)})"
            returns = any(isinstance(n, ast.Return) for each in tail for n in ast.walk(each))
            function.body = [*head, ast.Return(expression(call)) if returns else ast.Expr(expression(call))]
            if method and owner is not None:
                owner.body.append(made)
            else:
                program.tree.body.append(made)
            changed = True
        return changed

    return rewrite


def _head_apart(form: str) -> Rewrite:
    """What comes before the launch as a function that returns what is used later."""

    def rewrite(program: Program) -> bool:
        changed = False
        done: set[Function] = set()
        for _, function, at in _splittable(program):
            if function in done:
                continue
            done.add(function)
            head, tail = function.body[:at], function.body[at:]
            if head and isinstance(head[0], ast.Expr) and isinstance(head[0].value, ast.Constant):
                head = head[1:]
            used = {name for each in tail for name in names_in(each)}
            made_names = sorted(_stored(head) & used)
            if not head or not made_names or any(isinstance(n, ast.Global) for h in head for n in ast.walk(h)):
                continue
            given = [n for n in _given(function) if any(n in names_in(each) for each in head)]
            name = program.free(f"prepare_{function.name.strip('_')}")
            made = ast.parse(f"def {name}({', '.join(given)}):\n    pass").body[0]
            assert isinstance(made, ast.FunctionDef)
            call = f"{name}({', '.join(given)})"
            if form == "tuple":
                ends = f"return ({', '.join(made_names)},)"
                takes = f"({', '.join(made_names)},) = {call}"
            elif form == "dict":
                pairs = ", ".join(f"'{each}': {each}" for each in made_names)
                ends = f"return {{{pairs}}}"
                takes = f"parts = {call}\n" + "\n".join(f"{n} = parts['{n}']" for n in made_names)
            else:
                program.define("from types import SimpleNamespace")
                ends = f"return SimpleNamespace({', '.join(f'{n}={n}' for n in made_names)})"
                takes = f"parts = {call}\n" + "\n".join(f"{n} = parts.{n}" for n in made_names)
            made.body = [*copy.deepcopy(head), ast.parse(f"def f():\n {ends}").body[0].body[0]]
            function.body = [*ast.parse(takes).body, *tail]
            program.tree.body.append(made)
            changed = True
        return changed

    return rewrite


FUNCTIONS: dict[str, Rewrite] = {
    "function_static": _function_as("class @n:\n    @staticmethod\n    def @f():\n        pass", "@n.@f"),
    "function_method": _function_as("class @n:\n    def @f(self):\n        pass", "@n().@f"),
    "function_classmethod": _function_as("class @n:\n    @classmethod\n    def @f(cls):\n        pass", "@n.@f"),
    "function_made": _function_as("def @n():\n    def @f():\n        pass\n    return @f\n@f = @n()", "@f"),
    "function_decorated": _function_as("import functools\ndef @n(function):\n    @functools.wraps(function)\n    def wrapper(*args, **kwargs):\n        return function(*args, **kwargs)\n    return wrapper\n@@n\ndef @f():\n    pass", "@f"),
    "function_decorated_with_arguments": _function_as("def @n(level):\n    def decorator(function):\n        def wrapper(*args, **kwargs):\n            return function(*args, **kwargs)\n        return wrapper\n    return decorator\n@@n(1)\ndef @f():\n    pass", "@f"),
    "function_no_grad": _function_as("@torch.no_grad()\ndef @f():\n    pass", "@f"),
    "function_under_if": _function_as("if torch.cuda.is_available():\n    def @f():\n        pass", "@f"),
    "function_under_try": _function_as("try:\n    def @f():\n        pass\nexcept ImportError:\n    raise", "@f"),
    "function_async": _async,
    "parameters_renamed": _parameters_renamed,
    "locals_renamed": _locals_renamed,
    "locals_annotated": _locals_annotated,
    "annotations_as_text": _annotations(lambda text: repr(text)),
    "annotations_optional": _annotations(lambda text: f"Optional[{text}]"),
    "annotations_or_none": _annotations(lambda text: f"{text} | None"),
    "annotations_annotated": _annotations(lambda text: f"Annotated[{text}, 'input']"),
    "annotations_of_the_future": _future,
    "rest_apart": _rest_apart(False),
    "rest_in_method": _rest_apart(True),
    "head_apart": _head_apart("tuple"),
    "head_apart_in_dict": _head_apart("dict"),
    "head_apart_in_namespace": _head_apart("namespace"),
}  # fmt: skip

"""A kernel taken out of its file, with what it needs and nothing else, ready for Triton's compiler.

The module is never imported. That takes two steps, which can be done by two processes. `evaluated`
runs the constants that the kernel reads, with the functions that they call, and says what they are,
as plain data. `extract` takes that as given and runs nothing of the project: the kernel and its
device functions are handed to Triton, which interprets their syntax trees, with the language and no
other objects to name. Each has the file's own name and line numbers, so that the compiler's
locations point at the file. Decorators above `triton.jit` (autotuning, caching) are left out.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import importlib
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.tree import Enclosing, dotted_name
from tritonlint.verify.compiler import language
from tritonlint.verify.compiler.values import Values, decoded, place_of


@dataclass(frozen=True)
class Extracted:
    """A kernel outside of its module: the jit `function` that Triton compiles, its `definition`,
    the compile-time arguments of each `triton.Config` above it, and the files that took part."""

    function: Any
    definition: Definition
    configs: tuple[dict[str, Any], ...]
    files: tuple[Path, ...]

    @property
    def kernel(self) -> Kernel:
        """The kernel as the facts see it."""
        found = kernel_of(self.definition)
        assert found is not None
        return found


def extract(definition: Definition, values: Values) -> Extracted:
    """A kernel, with constants that have these values. Nothing of its project is run.

    Raises VerifyError when it, or a device function that it calls, names what is no part of
    Triton's language.
    """
    extraction = Extraction(values)
    function = extraction.function(definition)
    configs = tuple(extraction.configs(definition))
    return Extracted(function, definition, configs, extraction.files)


class Extraction:
    """A kernel on its way out of its module: the namespaces of the modules that take part, one
    each, filled as names are needed. `values` are those of constants."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._namespaces: dict[str, dict[str, Any]] = {}
        self._functions: dict[ast.AST, Any] = {}
        # The attributes that the modules of the project have for its kernels.
        self._given: set[str] = set()

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the modules that take part."""
        return tuple(Path(each) for each in sorted(self._namespaces))

    def configs(self, definition: Definition) -> Iterator[dict[str, Any]]:
        """The compile-time arguments of each configuration that a decorator of the kernel lists,
        where the list can be made here."""
        assert isinstance(definition.node, ast.FunctionDef)
        for decorator in definition.node.decorator_list:
            for value in decorator.keywords if isinstance(decorator, ast.Call) else ():
                known, listed = (
                    self._constant(value.value, definition.module, definition.enclosing)
                    if value.arg == "configs"
                    else (False, None)
                )
                if known and isinstance(listed, (list, tuple)):
                    yield from (dict(getattr(each, "kwargs", None) or {}) for each in listed)

    def function(self, definition: Definition) -> Any:
        """The function of a definition, with the names that it reads defined."""
        node = definition.node
        if isinstance(node, ast.Call):
            raise VerifyError(f"{definition.module.path}: {definition.name!r} is no plain function")
        assert isinstance(node, ast.FunctionDef)
        if node not in self._functions:
            self._functions[node] = None  # a device function may call itself
            namespace = self._namespace(definition.module)
            self._define(node, definition.module, definition.enclosing)
            self._given |= set(_name_the_absent(node, namespace))
            made = self._made(node, definition.module)
            if kernel_of(definition) is not None:
                made = self._compiled(made, definition)
            self._functions[node] = namespace[node.name] = made
        return self._functions[node]

    def _made(self, node: ast.FunctionDef, module: Module) -> Any:
        """The function as Python has it; none of its own code is run for that."""
        local: dict[str, Any] = {}
        # Annotations stay text, as they may name what is not there; Triton reads the text.
        flags = __future__.annotations.compiler_flag
        file = str(module.file)
        code = compile(ast.Module([_bare(node)], []), file, "exec", flags=flags)
        # Triton asks `inspect` for the source; it is that of the text that was parsed.
        lines = module.source.lines
        linecache.cache[file] = (sum(map(len, lines)), None, list(lines), file)
        exec(code, self._namespace(module), local)
        made = local[node.name]
        named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        made.__defaults__ = tuple(self._default(each, module) for each in node.args.defaults)
        made.__kwdefaults__ = {arg.arg: self._default(each, module) for arg, each in named if each}
        return made

    def _compiled(self, made: Any, definition: Definition) -> Any:
        """The jit function of a kernel."""
        function = importlib.import_module("triton").jit(made)
        path, line = definition.module.path, made.__code__.co_firstlineno
        language.refuse(function.parse(), path, line, frozenset(self._given))
        return function

    def _default(self, value: ast.expr, module: Module) -> Any:
        """A default; `...` for one that is not known, which no kernel can compute with, so that a
        value must be given."""
        known, found = self._constant(value, module)
        return found if known else ...

    def _namespace(self, module: Module) -> dict[str, Any]:
        fresh = {"__name__": module.name, "__file__": str(module.file)}
        return self._namespaces.setdefault(str(module.file), fresh)

    def _define(self, node: ast.AST, module: Module, enclosing: Enclosing = ()) -> None:
        """Define, in the module's namespace, each global name that `node` reads and that is
        known."""
        namespace = self._namespace(module)
        for dotted in _names(node):
            name = dotted.partition(".")[0]
            target = module.target(name, enclosing)
            match target:
                case Definition(node=Module() as inner):
                    holder = namespace.setdefault(name, SimpleNamespace())
                    self._member(holder, inner, dotted.split(".")[1:])
                case _ if name not in namespace:
                    known, value = self._value(target)
                    if known:
                        namespace[name] = value

    def _member(self, holder: Any, module: Module, path: list[str]) -> None:
        """Set `holder.<path>` to what it is in `module`, where the kernel reads `module.<path>`."""
        if path:
            known, value = self._value(module.target(path[0]))
            if known:
                setattr(holder, path[0], value)
                self._given.add(path[0])

    def _value(self, target: Definition | External | None) -> tuple[bool, Any]:
        """Whether there is a value for a kernel to name, and the value."""
        match target:
            case External(qualified):
                return language.member(qualified)
            case Definition(node=ast.FunctionDef()) if kernel_of(target) is not None:
                return True, self.function(target)
            case Definition(node=ast.expr() as value, enclosing=enclosing, module=module):
                return self._constant(value, module, enclosing)
            case Definition(node=ast.FunctionDef(), name=name):
                return True, _NotRun(name)
        return False, None

    def _constant(
        self, value: ast.expr, module: Module, enclosing: Enclosing = ()
    ) -> tuple[bool, Any]:
        """The value of an expression outside of kernels, where it is known."""
        return decoded(self._values.get(place_of(value, str(module.file))))


def _bare(node: ast.FunctionDef) -> ast.FunctionDef:
    """The function without what Python would run to make it: decorators, defaults."""
    kept = ast.FunctionDef(**dict(ast.iter_fields(node)))
    kept.decorator_list = []
    kept.args = ast.arguments(**dict(ast.iter_fields(node.args)))
    kept.args.defaults = [ast.copy_location(ast.Constant(...), each) for each in node.args.defaults]
    kept.args.kw_defaults = [
        each and ast.copy_location(ast.Constant(...), each) for each in node.args.kw_defaults
    ]
    return ast.copy_location(kept, node)


class _NotRun:
    """Stands for a function that is no kernel: Triton would have Python run it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *arguments: object, **named: object) -> None:
        raise VerifyError(f"{self._name} is a function of Python, which is not run here")


class _Absent:
    """Stands for whatever is not there: any attribute of it, and any call, is absent too."""

    def __getattr__(self, name: str) -> _Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments: object) -> _Absent:
        return self


def _name_the_absent(node: ast.FunctionDef, namespace: dict[str, Any]) -> Iterator[str]:
    """Give the unknown names of annotations and defaults (`torch.Tensor`) something to stand for:
    Triton looks them up while it compiles, and does nothing with them where a value is given. The
    attributes that were given."""
    annotations = [each.annotation for each in ast.walk(node.args) if isinstance(each, ast.arg)]
    read = [*annotations, *node.args.defaults, *node.args.kw_defaults]
    for dotted in (name for each in read if each is not None for name in _names(each)):
        head, _, rest = dotted.partition(".")
        if head not in namespace and not hasattr(builtins, head):
            namespace[head] = ModuleType(head)
        holder = namespace.get(head)
        name = rest.partition(".")[0]
        if name and type(holder) is ModuleType and not hasattr(holder, name):
            setattr(holder, name, _Absent())
            yield from rest.split(".")


def _names(node: ast.AST) -> Iterator[str]:
    """The dotted names that are read below `node`, as they are spelled."""
    for each in ast.walk(node):
        match each:
            case ast.Attribute() | ast.Name(ctx=ast.Load()):
                dotted = dotted_name(each)
                if dotted is not None:
                    yield dotted

"""A kernel taken out of its file, with what it needs and nothing else, ready for Triton's compiler.

The module is never imported: only the kernel, the device functions that it calls and the constants
that it reads are executed, each compiled under the file's own name and line numbers, so that the
compiler's locations point at the file. Decorators above `triton.jit` (autotuning, caching) are left
out. What lies outside the project is imported only when it is part of Triton.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import importlib
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from tritonlint.errors import VerifyError
from tritonlint.facts.project.kernel import Kernel
from tritonlint.facts.project.kernels import kernel_of
from tritonlint.facts.project.modules import Definition, External, Module
from tritonlint.facts.project.project import Project
from tritonlint.facts.project.tree import Enclosing, dotted_name
from tritonlint.source import SourceFile, display_path

_BUILTIN_PREFIX = "triton"


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


def extract(path: Path, kernel: str) -> Any:
    """The jit function `kernel` of the file at `path`, made by the Triton that is installed.

    Raises SourceError when the file cannot be parsed and VerifyError when it has no such kernel.
    """
    module = Project([path.parent]).module(path)
    top_level = module.resolve(kernel)
    nested = [each for each in module.functions if each.name == kernel]
    candidates = [each for each in (top_level, *nested) if each and kernel_of(each)]
    if not candidates:
        raise VerifyError(f"{module.path}: no kernel named {kernel!r}")
    return Extraction().function(candidates[0])


def extract_at(
    path: Path, line: int, texts: Mapping[str, str] | None = None, project: Project | None = None
) -> Extracted:
    """The kernel whose `def` stands at `line` of the file at `path`, or that goes on there. `texts`
    stand in for what the files of `project` (default: those on disk) hold.

    Raises SourceError when the file cannot be parsed and VerifyError when there is no kernel.
    """
    project = project_with(project or Project([]), texts or {})
    definition = kernel_at(project, path, line)
    extraction = Extraction()
    function = extraction.function(definition)
    configs = tuple(extraction.configs(definition))
    return Extracted(function, definition, configs, extraction.files)


def project_with(project: Project, texts: Mapping[str, str]) -> Project:
    """`project`, with `texts` in the place of what its files hold."""
    for each, text in texts.items():
        project.module(Path(each), SourceFile(display_path(Path(each)), text.encode()))
    return project


def kernel_at(project: Project, path: Path, line: int) -> Definition:
    """The innermost kernel around `line` of the file at `path`. Raises SourceError and VerifyError
    like `extract_at`."""
    module = project.module(path)
    around = [each for each in module.functions if _covers(each, line) and kernel_of(each)]
    if not around:
        raise VerifyError(f"{module.path}:{line}: no kernel here")
    return around[-1]


def _covers(definition: Definition, line: int) -> bool:
    end = getattr(definition.node, "end_lineno", None) or definition.line
    return definition.line <= line <= end


class Extraction:
    """A kernel on its way out of its module: the namespaces of the modules that take part, one
    each, filled as names are needed."""

    def __init__(self) -> None:
        self._namespaces: dict[str, dict[str, Any]] = {}
        self._functions: dict[ast.AST, Any] = {}

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
        """The function of a definition, jit or plain, with the names that it reads defined."""
        node = definition.node
        if isinstance(node, ast.Call):
            raise VerifyError(f"{definition.module.path}: {definition.name!r} is no plain function")
        assert isinstance(node, ast.FunctionDef)
        if node not in self._functions:
            self._functions[node] = None  # a device function may call itself
            namespace = self._namespace(definition.module)
            self._define(node, definition.module, definition.enclosing)
            _name_the_absent(node, namespace)
            local: dict[str, Any] = {}
            tree = ast.Module([self._bare(node, definition.module)], [])
            # Annotations stay text, as they may name what is not there; Triton reads the text.
            flags = __future__.annotations.compiler_flag
            file = str(definition.module.file)
            code = compile(tree, file, "exec", flags=flags)
            # Triton asks `inspect` for the source; it is that of the text that was parsed.
            lines = definition.module.source.lines
            linecache.cache[file] = (sum(map(len, lines)), None, list(lines), file)
            exec(code, namespace, local)
            made = local[node.name]
            if kernel_of(definition) is not None:
                made = importlib.import_module("triton").jit(made)
            self._functions[node] = namespace[node.name] = made
        return self._functions[node]

    def _bare(self, node: ast.FunctionDef, module: Module) -> ast.FunctionDef:
        """The function without decorators; a default that cannot be evaluated here becomes `...`,
        which no kernel can compute with, so that a value must be given."""
        kept = ast.FunctionDef(**dict(ast.iter_fields(node)))
        kept.decorator_list = []
        kept.args = ast.arguments(**dict(ast.iter_fields(node.args)))
        kept.args.defaults = [self._default(each, module) for each in node.args.defaults]
        kept.args.kw_defaults = [
            each and self._default(each, module) for each in node.args.kw_defaults
        ]
        return ast.copy_location(kept, node)

    def _default(self, value: ast.expr, module: Module) -> ast.expr:
        known, _ = self._constant(value, module)
        return value if known else ast.copy_location(ast.Constant(...), value)

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

    def _value(self, target: Definition | External | None) -> tuple[bool, Any]:
        """Whether a target's value is known without importing the project, and the value."""
        match target:
            case External(qualified):
                return _imported(qualified)
            case Definition(node=ast.FunctionDef()):
                return True, self.function(target)
            case Definition(node=ast.expr() as value, enclosing=enclosing, module=module):
                return self._constant(value, module, enclosing)
        return False, None

    def _constant(
        self, value: ast.expr, module: Module, enclosing: Enclosing = ()
    ) -> tuple[bool, Any]:
        """The value of an expression outside of kernels; not known when evaluating it fails, as it
        does for whatever needs torch."""
        self._define(value, module, enclosing)
        code = compile(ast.Expression(value), str(module.file), "eval")
        try:
            return True, eval(code, self._namespace(module))
        except Exception:
            return False, None


class _Absent:
    """Stands for whatever is not there: any attribute of it, and any call, is absent too."""

    def __getattr__(self, name: str) -> _Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments: object) -> _Absent:
        return self


def _name_the_absent(node: ast.FunctionDef, namespace: dict[str, Any]) -> None:
    """Give the unknown names of annotations and defaults (`torch.Tensor`) something to stand for:
    Triton looks them up while it compiles, and does nothing with them where a value is given."""
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


def _names(node: ast.AST) -> Iterator[str]:
    """The dotted names that are read below `node`, as they are spelled."""
    for each in ast.walk(node):
        match each:
            case ast.Attribute() | ast.Name(ctx=ast.Load()):
                dotted = dotted_name(each)
                if dotted is not None:
                    yield dotted


def _imported(qualified: str) -> tuple[bool, Any]:
    """The object of a dotted name inside Triton; others are not imported."""
    head, *rest = qualified.split(".")
    if head != _BUILTIN_PREFIX:
        return False, None
    value: Any = importlib.import_module(head)
    for depth, part in enumerate(rest, start=1):
        value = getattr(value, part, None) or _submodule(".".join([head, *rest[:depth]]))
    return value is not None, value


def _submodule(dotted: str) -> Any:
    try:
        return importlib.import_module(dotted)
    except ImportError:
        return None

"""How a value comes to the launch: through a container, an object, a function, a statement. Each
rewriting puts all arguments of all launches that are not sizes through one carrier."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.metamorphic.program import Launch, Program, expression

_SIZES = {"stride", "shape", "numel", "size", "element_size", "cdiv", "next_power_of_2", "itemsize"}
_NUMBERS = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Starred)


@dataclass(frozen=True)
class Carrier:
    """`module` is put below the imports, `before` before the launch, and `value` in the place of the
    argument. `@v` stands for the argument, `@n` for a name that is free; words that begin with `$`
    become names that are free in the program."""

    value: str
    before: str = ""
    module: str = ""


EACH = {
    "dict": Carrier("@n['value']", "@n = {'value': @v}"),
    "dict_call": Carrier("@n['value']", "@n = dict(value=@v)"),
    "dict_filled": Carrier("@n['value']", "@n = {}\n@n['value'] = @v"),
    "dict_update": Carrier("@n['value']", "@n = {}\n@n.update(value=@v)"),
    "dict_get": Carrier("@n.get('value')", "@n = {'value': @v}"),
    "dict_pop": Carrier("@n.pop('value')", "@n = {'value': @v}"),
    "dict_of_dicts": Carrier("@n['layer']['value']", "@n = {'layer': {'value': @v}}"),
    "dict_by_key": Carrier("@n[@n_key]", "@n_key = 'value'\n@n = {@n_key: @v}"),
    "dict_setdefault": Carrier("@n.setdefault('value', @v)", "@n = {}"),
    "list": Carrier("@n[0]", "@n = [@v]"),
    "list_last": Carrier("@n[-1]", "@n = [None, @v]"),
    "list_append": Carrier("@n[0]", "@n = []\n@n.append(@v)"),
    "list_pop": Carrier("@n.pop()", "@n = [@v]"),
    "list_added": Carrier("@n[0]", "@n = [@v] + []"),
    "list_in_place": Carrier("[@v][0]"),
    "tuple": Carrier("@n[1]", "@n = (None, @v)"),
    "tuple_unpacked": Carrier("@n", "@n, @n_rest = @v, None"),
    "star_unpacked": Carrier("@n", "@n, *@n_rest = [@v, None]"),
    "nested_unpacked": Carrier("@n", "(@n, @n_a), @n_b = (@v, 1), 2"),
    "next_of_iter": Carrier("next(iter((@v,)))"),
    "namespace": Carrier("@n.value", "@n = SimpleNamespace(value=@v)", "from types import SimpleNamespace"),
    "namespace_set": Carrier("@n.value", "@n = SimpleNamespace()\n@n.value = @v", "from types import SimpleNamespace"),
    "setattr": Carrier("getattr(@n, 'value')", "@n = SimpleNamespace()\nsetattr(@n, 'value', @v)", "from types import SimpleNamespace"),
    "namedtuple": Carrier("@n.value", "@n = $Held(@v, 1)", "from typing import NamedTuple\nclass $Held(NamedTuple):\n    value: torch.Tensor\n    count: int"),
    "namedtuple_by_index": Carrier("@n[0]", "@n = $Held(@v, 1)", "from typing import NamedTuple\nclass $Held(NamedTuple):\n    value: torch.Tensor\n    count: int"),
    "collections_namedtuple": Carrier("@n.value", "@n = $Held(value=@v, count=1)", "from collections import namedtuple\n$Held = namedtuple('$Held', ['value', 'count'])"),
    "dataclass": Carrier("@n.value", "@n = $Held(value=@v)", "from dataclasses import dataclass\n@dataclass\nclass $Held:\n    value: torch.Tensor\n    count: int = 1"),
    "attribute": Carrier("@n.value", "@n = $Held(@v)", "class $Held:\n    def __init__(self, value):\n        self.value = value"),
    "attribute_set_by_method": Carrier("@n.value", "@n = $Held()\n@n.keep(@v)", "class $Held:\n    value = None\n    def keep(self, value):\n        self.value = value"),
    "attribute_of_base": Carrier("@n.value", "@n = $Held(@v)", "class $Base:\n    def __init__(self, value):\n        self.value = value\nclass $Held($Base):\n    def __init__(self, value):\n        super().__init__(value)\n        self.count = 1"),
    "attribute_of_attribute": Carrier("@n.inner.value", "@n = $Outer(@v)", "class $Held:\n    def __init__(self, value):\n        self.value = value\nclass $Outer:\n    def __init__(self, value):\n        self.inner = $Held(value)"),
    "getter": Carrier("@n.get_value()", "@n = $Held(@v)", "class $Held:\n    def __init__(self, value):\n        self._value = value\n    def get_value(self):\n        return self._value"),
    "property": Carrier("@n.value", "@n = $Held(@v)", "class $Held:\n    def __init__(self, value):\n        self._value = value\n    @property\n    def value(self):\n        return self._value"),
    "cached_property": Carrier("@n.value", "@n = $Held(@v)", "import functools\nclass $Held:\n    def __init__(self, value):\n        self._value = value\n    @functools.cached_property\n    def value(self):\n        return self._value"),
    "getitem": Carrier("@n['value']", "@n = $Held(@v)", "class $Held:\n    def __init__(self, value):\n        self.value = value\n    def __getitem__(self, key):\n        return self.value"),
    "called_object": Carrier("@n()", "@n = $Held(@v)", "class $Held:\n    def __init__(self, value):\n        self.value = value\n    def __call__(self):\n        return self.value"),
    "classmethod_makes": Carrier("@n.value", "@n = $Held.of(@v)", "class $Held:\n    def __init__(self, value):\n        self.value = value\n    @classmethod\n    def of(cls, value):\n        return cls(value)"),
    "class_attribute": Carrier("$Held.@n", "$Held.@n = @v", "class $Held:\n    count = None"),
    "module_buffer": Carrier("@n.value", "@n = $Held(@v)", "class $Held(torch.nn.Module):\n    def __init__(self, value):\n        super().__init__()\n        self.register_buffer('value', value)"),
    "same": Carrier("$same(@v)", "", "def $same(value):\n    return value"),
    "same_twice": Carrier("$same(@v)", "", "def $same_inner(value):\n    return value\ndef $same(value):\n    return $same_inner(value)"),
    "same_annotated": Carrier("$same(value=@v)", "", "def $same(value: torch.Tensor) -> torch.Tensor:\n    result = value\n    return result"),
    "same_by_default": Carrier("$same(@v)", "", "def $same(value, other=None):\n    if other is None:\n        other = value\n    return other"),
    "same_of_args": Carrier("$same(@v)", "", "def $same(*values):\n    return values[0]"),
    "same_of_kwargs": Carrier("$same(value=@v)", "", "def $same(**values):\n    return values['value']"),
    "same_in_staticmethod": Carrier("$Held.same(@v)", "", "class $Held:\n    @staticmethod\n    def same(value):\n        return value"),
    "same_in_a_pair": Carrier("$pair(@v)[0]", "", "def $pair(value):\n    return value, 1"),
    "pair_unpacked": Carrier("@n", "@n, @n_one = $pair(@v)", "def $pair(value):\n    return value, 1"),
    "same_in_a_dict": Carrier("$parts(@v)['value']", "", "def $parts(value):\n    return {'value': value, 'count': 1}"),
    "same_decorated": Carrier("$same(@v)", "", "import functools\ndef $logged(function):\n    @functools.wraps(function)\n    def wrapper(*args, **kwargs):\n        return function(*args, **kwargs)\n    return wrapper\n@$logged\ndef $same(value):\n    return value"),
    "same_early_return": Carrier("$same(@v)", "", "def $same(value):\n    if value is None:\n        return None\n    return value"),
    "same_try": Carrier("$same(@v)", "", "def $same(value):\n    try:\n        return value\n    finally:\n        pass"),
    "same_nested": Carrier("@n_same()", "@n = @v\ndef @n_same():\n    return @n"),
    "lambda": Carrier("(lambda value: value)(@v)"),
    "lambda_of_nothing": Carrier("@n()", "@n_value = @v\n@n = lambda: @n_value"),
    "partial_value": Carrier("functools.partial($same, @v)()", "", "import functools\ndef $same(value):\n    return value"),
    "generator": Carrier("next($each(@v))", "", "def $each(value):\n    yield value"),
    "comprehension": Carrier("[each for each in (@v,)][0]"),
    "dict_comprehension": Carrier("@n['a']", "@n = {key: value for key, value in (('a', @v),)}"),
    "dict_of_zip": Carrier("@n['a']", "@n = dict(zip(('a', 'b'), (@v, 1)))"),
    "walrus": Carrier("(@n := @v)"),
    "walrus_before": Carrier("@n", "if (@n := @v) is None:\n    raise ValueError"),
    "conditional": Carrier("(@n if @n is not None else None)", "@n = @v"),
    "alias": Carrier("@n", "@n = @v"),
    "alias_twice": Carrier("@n", "@n_a = @v\n@n = @n_a"),
    "alias_chained": Carrier("@n", "@n = @n_other = @v"),
    "alias_annotated": Carrier("@n", "@n: torch.Tensor = @v"),
    "both_branches": Carrier("@n", "@n_value = @v\nif @n_value is not None:\n    @n = @n_value\nelse:\n    @n = @n_value"),
    "set_in_try": Carrier("@n", "try:\n    @n = @v\nfinally:\n    pass"),
    "set_in_try_except": Carrier("@n", "try:\n    @n = @v\nexcept RuntimeError:\n    raise"),
    "set_in_with": Carrier("@n", "with torch.no_grad():\n    @n = @v"),
    "set_in_match": Carrier("@n", "match @v:\n    case @n:\n        pass"),
    "match_of_pair": Carrier("@n", "match (@v, 1):\n    case (@n, @n_one):\n        pass"),
    "with_yields": Carrier("@n", "with $held(@v) as @n:\n    pass", "import contextlib\n@contextlib.contextmanager\ndef $held(value):\n    yield value"),
    "for_loop": Carrier("@n", "for @n in [@v]:\n    pass"),
    "for_enumerate": Carrier("@n", "for @n_i, @n in enumerate([@v]):\n    pass"),
    "for_zip": Carrier("@n", "for @n, @n_i in zip([@v], [1]):\n    pass"),
    "for_items": Carrier("@n", "for @n_key, @n in {'a': @v}.items():\n    pass"),
    "while_loop": Carrier("@n", "while True:\n    @n = @v\n    break"),
    "nonlocal": Carrier("@n", "@n = None\n@n_value = @v\ndef @n_set():\n    nonlocal @n\n    @n = @n_value\n@n_set()"),
    "global": Carrier("@n", "@n_keep(@v)", "@n = None\ndef @n_keep(value):\n    global @n\n    @n = value"),
    "module_table": Carrier("$TABLE['@n']", "$TABLE['@n'] = @v", "$TABLE = {}"),
    "global_by_getter": Carrier("@n_get()", "@n_keep(@v)", "@n = None\ndef @n_keep(value):\n    global @n\n    @n = value\ndef @n_get():\n    return @n"),
    "module_table_by_functions": Carrier("$recall('@n')", "$keep('@n', @v)", "$TABLE = {}\ndef $keep(name, value):\n    $TABLE[name] = value\ndef $recall(name):\n    return $TABLE[name]"),
    "cast_of_typing": Carrier("typing.cast(torch.Tensor, @v)", "", "import typing"),
    "swapped": Carrier("@n", "@n_a, @n = @v, None\n@n, @n_a = @n_a, @n"),
    "sorted_out": Carrier("@n[0]", "@n = tuple(each for each in (@v, None) if each is not None)"),
    "map_of": Carrier("@n[0]", "@n = list(map(lambda each: each, [@v]))"),
    "reversed_of": Carrier("@n", "@n_a, @n = reversed((@v, 1))"),
    "extended": Carrier("@n[0]", "@n = []\n@n.extend([@v])"),
    "starred_into": Carrier("@n[0]", "@n = [*[@v], 1]"),
    "dict_merged": Carrier("@n['value']", "@n = {**{'value': @v}, 'count': 1}"),
    "dict_or": Carrier("@n['value']", "@n = {'value': @v} | {'count': 1}"),
    "typed_dict": Carrier("@n['value']", "@n = $Held(value=@v)", "from typing import TypedDict\nclass $Held(TypedDict):\n    value: torch.Tensor"),
    "enum_keyed": Carrier("@n[$Part.A]", "@n = {$Part.A: @v}", "import enum\nclass $Part(enum.Enum):\n    A = 1\n    B = 2"),
    "none_first": Carrier("@n", "@n = None\nif @n is None:\n    @n = @v"),
    "lazily_kept": Carrier("@n.get(@v)", "@n = $Lazy()", "class $Lazy:\n    def __init__(self):\n        self._value = None\n    def get(self, value):\n        if self._value is None:\n            self._value = value\n        return self._value"),
}  # fmt: skip


def carried(carrier: Carrier) -> Callable[[Program], bool]:
    def rewrite(program: Program) -> bool:
        count = 0
        names: dict[str, str] = {}
        for launch in program.launches():
            if launch.place.apart or not launch.place.functions and "nonlocal" in carrier.before:
                continue
            for argument, put in arguments(launch):
                count += 1
                _carry(program, launch, carrier, names, argument, put, count)
        if count and carrier.module and "@n" not in carrier.module:
            program.define(_named(carrier.module, names, program))
        return count > 0

    return rewrite


def _carry(
    program: Program,
    launch: Launch,
    carrier: Carrier,
    names: dict[str, str],
    argument: ast.expr,
    put: Callable[[ast.expr], None],
    count: int,
) -> None:
    name = program.free(f"held{count}")

    def filled(code: str) -> str:
        value = ast.unparse(argument)
        return _named(code.replace("@n", name).replace("@v", value), names, program)

    if carrier.before:
        launch.place.before(filled(carrier.before))
    if "@n" in carrier.module:
        program.define(filled(carrier.module))
    put(expression(filled(carrier.value)))


def _named(code: str, names: dict[str, str], program: Program) -> str:
    words = sorted(set(_words(code)), key=len, reverse=True)
    for word in words:
        if word not in names:
            names[word] = program.free(word[1:])
        code = code.replace(word, names[word])
    return code


def _words(code: str) -> Iterator[str]:
    for part in code.split("$")[1:]:
        end = next((i for i, c in enumerate(part) if not (c.isalnum() or c == "_")), len(part))
        yield "$" + part[:end]


def arguments(launch: Launch) -> Iterator[tuple[ast.expr, Callable[[ast.expr], None]]]:
    """The arguments that may be tensors, each with a function that puts another in its place."""
    call = launch.call
    for index, argument in enumerate(call.args):
        if _may_be_a_tensor(argument):
            yield argument, lambda new, index=index: call.args.__setitem__(index, new)
    for keyword in call.keywords:
        if keyword.arg in tensors(launch) and _may_be_a_tensor(keyword.value):
            yield keyword.value, lambda new, keyword=keyword: setattr(keyword, "value", new)


def tensors(launch: Launch) -> set[str]:
    """The parameters of the kernel that are not constants."""
    if launch.kernel is None:
        return set()
    args = launch.kernel.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return {each.arg for each in every if each.annotation is None}


def _may_be_a_tensor(node: ast.expr) -> bool:
    if isinstance(node, _NUMBERS):
        return False
    names = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    if isinstance(node, ast.Call):
        return not (isinstance(node.func, ast.Attribute) and node.func.attr in _SIZES)
    return not names & _SIZES

"""The value of an expression of launching code."""

from __future__ import annotations

import ast

from tritonlint.facts.flow.parameters import signature
from tritonlint.facts.host import chosen_names, loops, names
from tritonlint.facts.host.attributes import filled
from tritonlint.facts.host.calls import calls
from tritonlint.facts.host.calls.binding import given_by_default, is_captured
from tritonlint.facts.host.conditions import branching, dtype_tests
from tritonlint.facts.host.containers import displays, iteration, subscripts
from tritonlint.facts.host.memory import arithmetic, element_types
from tritonlint.facts.host.memory.named_dtypes import named_dtype
from tritonlint.facts.host.objects import members, objects, structural
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.choices import (
    any_item,
    as_tested,
    choose,
    on_path,
    only_tensor,
    options,
)
from tritonlint.facts.host.values.naming import as_tensor, symbol
from tritonlint.facts.host.values.symbols import Attribute, Made, Object, Parameter
from tritonlint.facts.host.values.values import (
    Callable,
    Choice,
    Class,
    Const,
    DType,
    Instance,
    Launchable,
    Method,
    Namespace,
    Path,
    Sequence,
    Super,
    Table,
    Tensor,
    Value,
)
from tritonlint.facts.project.modules import Definition, Module
from tritonlint.facts.project.tree import dotted_name, nodes
from tritonlint.frozen import replace

# So many objects of different classes are told apart.
_FEW = 4
# Attributes of a tensor that are its memory.
_SAME = ("T", "mT", "H", "data")


def evaluate(frame: Frame, node: ast.expr) -> Value:
    """The value of `node` in `frame`. What is not understood is an unknown of its own."""
    match node:
        case ast.Name(id=name):
            return _name(frame, name, node)
        case ast.Attribute():
            return _attribute(frame, node)
        case ast.Constant(value=value):
            return Const(value)
        case ast.Call():
            return calls.call(frame, node)
        case ast.Subscript():
            return subscripts.subscript(frame, node)
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return displays.sequence(frame, items, node)
        case ast.Dict():
            return displays.table(frame, node)
        case ast.IfExp():
            return branching.conditional(frame, node)
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
            return branching.tested(frame, node)
        case ast.BinOp(left=left, op=op, right=right):
            sides = evaluate(frame, left), evaluate(frame, right)
            return displays.combined(op, *sides) or arithmetic.reckoned(frame, node, *sides)
    return _rarer(frame, node)


def _rarer(frame: Frame, node: ast.expr) -> Value:
    """The value of an expression of a kind that is seen less."""
    match node:
        case ast.NamedExpr(target=target, value=value):
            frame.env[target.id] = result = evaluate(frame, value)
            return result
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return Const(-number)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return arithmetic.negated(frame, node, evaluate(frame, operand))
        case ast.Lambda():
            return _lambda(frame, node)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            return loops.comprehension(frame, node)
        case ast.Set(elts=items):
            return Sequence(tuple(evaluate(frame, each) for each in items), repeated=True)
        case ast.Await(value=value):
            return evaluate(frame, value)
        case ast.JoinedStr(values=parts):
            return displays.text(frame, node, parts)
        case ast.Yield() | ast.YieldFrom():
            return _yielded(frame, node)
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.expr):
            evaluate(frame, part)  # for what it launches
    return frame.unknown(node)


def _lambda(frame: Frame, node: ast.Lambda) -> Value:
    """A function without a name. It is run once where it stands, as what it is handed to may call
    it; not where a name of a module stands for it."""
    known = frame.run.lambdas
    if id(node) not in known:
        result = ast.copy_location(ast.Return(node.body), node.body)
        function = ast.FunctionDef("<lambda>", node.args, [result], [])
        known[id(node)] = ast.copy_location(function, node)
    definition = Definition(frame.module, known[id(node)], frame.enclosing, "<lambda>")
    given = given_by_default(frame, node)
    if frame.depth and not frame.enclosing:
        return Callable(definition, None, frame.env, given)
    inner = frame.fork()
    for each in signature(node).named:
        inner.env[each.arg] = Tensor(Parameter(frame.unknown(node).buffer, each.arg))
    inner.env |= {name: value for name, value in given if is_captured(value)}
    launched = len(frame.run.launches)
    evaluate(inner, node.body)
    frame.keep_made(inner)
    if len(frame.run.launches) > launched and _rebound_after(frame, node):
        del frame.run.launches[launched:]  # it is called with what its names hold later
    return Callable(definition, None, frame.env, given)


def _rebound_after(frame: Frame, node: ast.Lambda) -> bool:
    """Whether the function around gives a name that a lambda reads something else after it."""
    names = {each.id for each in nodes(node.body, ast.Name)} - {
        each.arg for each in signature(node).named
    }
    around = nodes(frame.enclosing[-1], ast.Name) if frame.enclosing else ()
    return any(
        each.id in names and isinstance(each.ctx, ast.Store) and each.lineno > node.lineno
        for each in around
    )


def _yielded(frame: Frame, node: ast.Yield | ast.YieldFrom) -> Value:
    """What `yield` gives, which is not known; what it is given is what the generator gives."""
    if node.value is not None:
        value = evaluate(frame, node.value)
        if isinstance(node, ast.YieldFrom):
            over = iteration.items(value)
            value = (over and any_item(over)) or frame.unknown(node.value)
        frame.yields.append(as_tested(value, frame.path))
    return frame.unknown(node)


def _name(frame: Frame, name: str, node: ast.expr) -> Value:
    if name in frame.env:
        return _closing_over(frame, on_path(frame.env[name], frame.path))
    target = frame.module.target(name, frame.enclosing)
    own = bool(getattr(target, "enclosing", ()))  # of a function, or a class
    chosen = None if own else chosen_names.chosen(frame, frame.module, name)
    return chosen or names.definition_value(frame, target, name, node)


def _closing_over(frame: Frame, value: Value) -> Value:
    """A function that was defined in this frame, over what the names around it hold by now."""
    if value.__class__ is not Callable or value.closure is None:
        return value
    own = value.definition.enclosing == frame.enclosing and value.definition.module is frame.module
    return replace(value, closure=frame.env) if own else value


def _attribute(frame: Frame, node: ast.Attribute) -> Value:
    return _attribute_of(frame, evaluate(frame, node.value), node)


def _attribute_of(frame: Frame, owner: Value, node: ast.Attribute) -> Value:
    name = node.attr
    if name == "dtype":
        owner = only_tensor(as_tensor(owner)) or as_tensor(owner)
    match owner:
        case Namespace():
            return _member(frame, owner, node)
        case Tensor():
            dtype = element_types.dtype_of(frame, owner) if name == "dtype" else None
            return dtype or _opaque_attribute(frame, owner, name, node)
        case Instance():
            return objects.instance_attribute(frame, owner, name, node)
        case Choice() if several := _objects(owner):
            return choose(*((at, _attribute_of(frame, each, node)) for at, each in several))
        case Choice() if name in _SAME and all(isinstance(x, Tensor) for _, x in options(owner)):
            return owner
        case Class():
            return objects.class_attribute(frame, owner, name, node)
        case Super():
            return objects.inherited(frame, owner, name, node)
        case Callable(definition=of) if stored := frame.env.get(
            Attribute(Object(of.qualified), name)
        ):
            return stored
        case Method() if stored := (
            frame.env.get(Attribute(symbol(owner, ""), name))
            or _of_its_class(frame, as_tensor(owner), name, node)
        ):
            return stored
    if name in dtype_tests.PREDICATES and all(isinstance(x, DType) for _, x in options(owner)):
        found = dtype_tests.predicate(frame, name, owner, frame.span(node))
        return found or Method(owner, name, node)
    if isinstance(owner, Sequence | Const | DType):
        member = members.named(frame, node)
        if member is not None:
            return objects.instance_attribute(frame, member, name, node)
    told = _told_by_name(owner, name)
    if told is None and name == "dtype" and not isinstance(owner, Launchable):
        return element_types.dtype_of(frame, owner)
    return told or Method(owner, name, node)


def _member(frame: Frame, owner: Namespace, node: ast.Attribute) -> Value:
    """A name of a module of the project, or of what lies outside of it."""
    match owner.definition:
        case Definition(node=Module() as module):
            # A submodule is not bound in its package: `package.module` is known by the import here.
            spelled = dotted_name(node) or ""
            target = module.target(node.attr) or frame.module.target(spelled, frame.enclosing)
            chosen = chosen_names.chosen(frame, module, node.attr)
            return chosen or names.definition_value(frame, target, node.attr, node)
    return names.external(frame, f"{owner.name}.{node.attr}", node)


def _told_by_name(owner: Value, name: str) -> Value | None:
    """The attribute of a kernel, a function, a table, a dtype or a member of an enum, where its
    name alone tells it."""
    match owner:
        case Sequence(items=(item, _)) if name == "values":  # of `x.topk(4)`
            return item
        case Launchable() if name == "run":  # `kernel.run(x, grid=grid)`
            return replace(owner, gridded=True)
        case Launchable() if name in ("fn", "__call__"):
            return owner
        case Callable() if name == "__call__":
            return owner
        case Table() if name in ("arguments", "kwargs"):  # of `inspect.signature(f).bind(...)`
            return owner
        case Table() if name == "args":
            return Sequence(())
        case DType() if name == "itemsize":
            return element_types.item_size(owner.types)
        case DType() | Const() if name == "value":  # of a member of an enum
            return owner
    return None


def _objects(value: Choice) -> list[tuple[Path, Instance]] | list[tuple[Path, Class]]:
    """The classes that a value is one of; or the objects that it may be, beside None, where they
    are of one class, known by one name, or each is made here and keeps nothing of its own, as those
    of platforms; else none."""
    classes_ = [(at, each) for at, each in value.options if isinstance(each, Class)]
    if len(classes_) == len(value.options):
        return classes_
    found = [(at, each) for at, each in value.options if each != Const(None)]
    objects_ = [(at, each) for at, each in found if isinstance(each, Instance)]
    kinds = {id(each.definition.node) for _, each in objects_}
    named = {each.symbol for _, each in objects_}
    alike = len(kinds) == 1 or (len(named) == 1 and None not in named)
    alike = alike or (
        len(named) <= _FEW and all(isinstance(each.symbol, Made) for _, each in objects_)
    )
    return objects_ if alike and len(objects_) == len(found) else []


def _keeps_nothing(owner: Instance) -> bool:
    """Whether an object is made, of a class that gives it nothing where it is made."""
    definition = owner.definition
    plain = not definition.as_class.decorator_list  # no dataclass
    plain = plain and definition.module.member(definition, "__init__") is None
    return plain and isinstance(owner.symbol, Made)


def _opaque_attribute(frame: Frame, owner: Tensor, name: str, node: ast.Attribute) -> Value:
    """An attribute of something unknown: a tensor's method or property, or an unknown."""
    if name in _SAME and (name != "data" or not structural.fitting(frame, owner, node)):
        return owner
    stored = frame.env.get(Attribute(owner.buffer, name))
    if stored is not None or name == "type":  # `x.type(dtype)`, not an attribute that names one
        return stored or Method(owner, name, node)
    found = filled.given_elsewhere(frame, owner.buffer, name)
    if found is None and (named := named_dtype(name)):
        return replace(named, called=Attribute(owner.buffer, name))
    return found or _of_its_class(frame, owner, name, node) or Method(owner, name, node)


def _of_its_class(frame: Frame, owner: Value, name: str, node: ast.Attribute) -> Value | None:
    """An attribute of an object that is known by what is asked of it."""
    seen = structural.as_its_class(frame, owner, node) if isinstance(owner, Tensor) else None
    return objects.instance_attribute(frame, seen, name, node) if seen is not None else None

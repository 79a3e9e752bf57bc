"""How a launch is written: where it stands, through what it is called, and how its arguments are
handed to it."""

from __future__ import annotations

import ast
from collections.abc import Callable

from tests.metamorphic.helping import HELPERS, alone, each_launch, in_a_helper
from tests.metamorphic.program import Launch, Program, expression, replace

Rewrite = Callable[[Program], bool]


def _call(function: str, launch: Launch, *first: str) -> str:
    """A call of `function` with the arguments of the launch."""
    written = [*first, *map(ast.unparse, launch.call.args)]
    written += [_keyword(each) for each in launch.call.keywords]
    return f"{function}({', '.join(written)})"


def _keyword(keyword: ast.keyword) -> str:
    value = ast.unparse(keyword.value)
    return f"**{value}" if keyword.arg is None else f"{keyword.arg}={value}"


def _instead(template: str) -> Rewrite:
    """Statements in the place of the launch: `@launch` is the launch itself."""

    def change(program: Program, launch: Launch) -> bool:
        if "def " in template and not launch.place.functions:
            return False
        text = ast.unparse(launch.call)
        code = template.replace("@launch", text)
        launch.place.instead(code.replace("@n", program.free("go")))
        return True

    return alone(change)


def _through(module: str, call: str) -> Rewrite:
    """The launch by a function of the module that takes kernel, grid and arguments as they come."""

    def change(program: Program, launch: Launch) -> bool:
        name = program.free("start")
        program.define(module.replace("@n", name))
        text = call.replace("@n", name).replace("@kernel", launch.name)
        text = text.replace("@grid", launch.grid).replace("@args", _call("", launch)[1:-1])
        launch.place.instead(text)
        return True

    return alone(change)


def _keywords(program: Program, launch: Launch) -> bool:
    if launch.kernel is None or not launch.plain or not launch.call.args:
        return False
    names = [each.arg for each in launch.kernel.args.args]
    written = [ast.keyword(name, value) for name, value in zip(names, launch.call.args, strict=False)]
    launch.call.keywords[:0] = written
    launch.call.args.clear()
    return True


def _positional(program: Program, launch: Launch) -> bool:
    if launch.kernel is None or not launch.plain:
        return False
    names = [each.arg for each in launch.kernel.args.args]
    given = {each.arg: each for each in launch.call.keywords}
    count = len(launch.call.args)
    for name in names[count:]:
        if name not in given:
            break
        launch.call.args.append(given[name].value)
        launch.call.keywords.remove(given[name])
    return len(launch.call.args) > count


def _bundled(template: str) -> Rewrite:
    """The positional arguments as a sequence that is starred."""

    def change(program: Program, launch: Launch) -> bool:
        if not launch.plain or not launch.call.args or launch.place.apart:
            return False
        name = program.free("arguments")
        values = [ast.unparse(each) for each in launch.call.args]
        code = template.replace("@n", name).replace("@all", ", ".join(values))
        code = code.replace("@head", values[0]).replace("@tail", ", ".join(values[1:]))
        launch.place.before(code.replace("@appends", "\n".join(f"{name}.append({v})" for v in values)))
        launch.call.args[:] = [ast.Starred(ast.Name(name))]
        return True

    return each_launch(change)


def _options(template: str) -> Rewrite:
    """All arguments by name in a dictionary that is starred twice."""

    def change(program: Program, launch: Launch) -> bool:
        if launch.place.apart or not launch.plain or launch.kernel is None:
            return False
        _keywords(program, launch)
        name = program.free("options")
        given = [(each.arg, ast.unparse(each.value)) for each in launch.call.keywords]
        code = template.replace("@items", ", ".join(f"'{k}': {v}" for k, v in given))
        code = code.replace("@named", ", ".join(f"{k}={v}" for k, v in given))
        code = code.replace("@sets", "\n".join(f"@n['{k}'] = {v}" for k, v in given))
        launch.place.before(code.replace("@n", name))
        launch.call.keywords[:] = [ast.keyword(None, ast.Name(name))]
        return True

    return each_launch(change)


def _kernel_by(before: str, kernel: str, module: str = "") -> Rewrite:
    """The kernel under another name."""

    def change(program: Program, launch: Launch) -> bool:
        if launch.place.apart or not launch.place.functions:
            return False
        name = program.free("chosen")
        assert isinstance(launch.call.func, ast.Subscript)
        if before:
            launch.place.before(before.replace("@n", name).replace("@kernel", launch.name))
        code = module.replace("@n", name).replace("@kernel", launch.name)
        program.tree.body.extend(ast.parse(code).body)
        launch.call.func.value = expression(kernel.replace("@n", name).replace("@kernel", launch.name))
        return True

    return each_launch(change)


def _grid_by(before: str, grid: str) -> Rewrite:
    def change(program: Program, launch: Launch) -> bool:
        if launch.place.apart or "lambda" in launch.grid:
            return False
        name = program.free("blocks")
        assert isinstance(launch.call.func, ast.Subscript)
        launch.place.before(before.replace("@n", name).replace("@grid", launch.grid))
        launch.call.func.slice = expression(grid.replace("@n", name))
        return True

    return each_launch(change)


def _run(program: Program, launch: Launch) -> bool:
    launch.call.keywords += [ast.keyword("grid", expression(launch.grid)), ast.keyword("warmup", ast.Constant(False))]
    launch.call.func = expression(f"{launch.name}.run")
    return True


def _launcher(program: Program, launch: Launch) -> bool:
    if launch.place.apart:
        return False
    name = program.free("launcher")
    launch.place.before(f"{name} = {ast.unparse(launch.call.func)}")
    launch.call.func = ast.Name(name)
    return True


def _partial(count: int) -> Rewrite:
    def change(program: Program, launch: Launch) -> bool:
        if len(launch.call.args) <= count or not launch.plain:
            return False
        program.define("import functools")
        first = [ast.unparse(each) for each in launch.call.args[:count]]
        del launch.call.args[:count]
        function = f"functools.partial({', '.join([ast.unparse(launch.call.func), *first])})"
        launch.call.func = expression(function)
        return True

    return each_launch(change)


def _result_kept(program: Program, launch: Launch) -> bool:
    launch.place.instead(f"{program.free('compiled')} = {ast.unparse(launch.call)}")
    return True


def _in_expression(template: str) -> Rewrite:
    def change(program: Program, launch: Launch) -> bool:
        text = ast.unparse(launch.call)
        replace(launch.place.statement, launch.call, expression(template.replace("@launch", text)))
        return True

    return alone(change)


_ANY = "def @n(kernel, grid, *args, **kwargs):\n    {}"

LAUNCHING: dict[str, Rewrite] = {
    **{f"in_{kind}": in_a_helper(kind) for kind in HELPERS},
    "in_closure": _instead("def @n():\n    @launch\n@n()"),
    "in_closure_returned": _instead("def @n():\n    return @launch\n@n()"),
    "in_lambda": _instead("@n = lambda: @launch\n@n()"),
    "in_loop": _instead("for @n in range(1):\n    @launch"),
    "in_while": _instead("while True:\n    @launch\n    break"),
    "in_try": _instead("try:\n    @launch\nfinally:\n    pass"),
    "in_try_except": _instead("try:\n    @launch\nexcept RuntimeError as error:\n    raise error"),
    "in_try_else": _instead("try:\n    pass\nexcept RuntimeError:\n    raise\nelse:\n    @launch"),
    "in_finally": _instead("try:\n    pass\nfinally:\n    @launch"),
    "in_with": _instead("with torch.no_grad():\n    @launch"),
    "in_with_of_two": _instead("with torch.no_grad(), torch.inference_mode():\n    @launch"),
    "in_match": _instead("match 1:\n    case 1:\n        @launch\n    case _:\n        pass"),
    "in_if": _instead("if True:\n    @launch"),
    "in_else": _instead("if not torch.cuda.is_available():\n    raise RuntimeError\nelse:\n    @launch"),
    "after_guard": _instead("if not torch.cuda.is_available():\n    raise RuntimeError('no GPU')\n@launch"),
    "in_for_else": _instead("for @n in ():\n    pass\nelse:\n    @launch"),
    "in_assert": _instead("@n = @launch is None"),
    "in_tuple": _in_expression("(@launch, None)"),
    "in_list_comprehension": _in_expression("[@launch for _ in range(1)]"),
    "in_conditional_expression": _in_expression("@launch if True else None"),
    "in_and": _in_expression("True and @launch"),
    "in_argument": _in_expression("print(@launch)"),
    "result_kept": alone(_result_kept),
    "by_keywords": each_launch(_keywords),
    "by_position": each_launch(_positional),
    "by_tuple": _bundled("@n = (@all,)"),
    "by_list": _bundled("@n = [@all]"),
    "by_list_appended": _bundled("@n = []\n@appends"),
    "by_list_added": _bundled("@n = [@head] + [@tail]"),
    "by_list_grown": _bundled("@n = [@head]\n@n += [@tail]"),
    "by_generator": _bundled("@n = (each for each in (@all,))"),
    "by_dict": _options("@n = {@items}"),
    "by_dict_call": _options("@n = dict(@named)"),
    "by_dict_set": _options("@n = {}\n@sets"),
    "by_dict_updated": _options("@n = {}\n@n.update(@named)"),
    "by_dict_merged": _options("@n = {}\n@n |= {@items}"),
    "by_run": each_launch(_run),
    "by_launcher": each_launch(_launcher),
    "by_partial": _partial(1),
    "by_partial_of_two": _partial(2),
    "kernel_aliased": _kernel_by("@n = @kernel", "@n"),
    "kernel_in_table": _kernel_by("", "@n['a']", "@n = {'a': @kernel}"),
    "kernel_in_local_table": _kernel_by("@n = {'a': @kernel}", "@n['a']"),
    "kernel_in_list": _kernel_by("@n = [@kernel]", "@n[0]"),
    "kernel_of_getter": _kernel_by("", "@n()", "def @n():\n    return @kernel"),
    "kernel_of_class": _kernel_by("", "@n.kernel", "class @n:\n    kernel = @kernel"),
    "kernel_of_object": _kernel_by("@n = @n_Holder()", "@n.kernel", "class @n_Holder:\n    def __init__(self):\n        self.kernel = @kernel"),
    "kernel_of_conditional": _kernel_by("@n = @kernel if torch.cuda.is_available() else None", "@n"),
    "kernel_of_loop": _kernel_by("for @n in (@kernel,):\n    pass", "@n"),
    "kernel_of_global": _kernel_by("", "@n", "@n = @kernel"),
    "grid_of_lambda": _grid_by("@n = lambda meta: @grid", "@n"),
    "grid_kept": _grid_by("@n = @grid", "@n"),
    "by_any_launcher": _through(_ANY.format("kernel[grid](*args, **kwargs)"), "@n(@kernel, @grid, @args)"),
    "by_any_launcher_kept": _through(_ANY.format("start = kernel[grid]\n    return start(*args, **kwargs)"), "@n(@kernel, @grid, @args)"),
    "by_maker_of_launchers": _through("def @n(kernel, grid):\n    def inner(*args, **kwargs):\n        return kernel[grid](*args, **kwargs)\n    return inner", "@n(@kernel, @grid)(@args)"),
    "by_object_of_kernel": _through("class @n:\n    def __init__(self, kernel):\n        self.kernel = kernel\n    def __call__(self, grid, *args, **kwargs):\n        self.kernel[grid](*args, **kwargs)", "@n(@kernel)(@grid, @args)"),
}  # fmt: skip

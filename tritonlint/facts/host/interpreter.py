"""The interpreter of launching code, put together from its parts."""

from __future__ import annotations

import ast

from tritonlint.facts.flow import statements as walked
from tritonlint.facts.host import chosen_names, expressions, loops, rounds, statements
from tritonlint.facts.host.assigning import store, unpacked
from tritonlint.facts.host.calls import calls, entering
from tritonlint.facts.host.calls.arguments import Arguments, Given
from tritonlint.facts.host.calls.binding import bind
from tritonlint.facts.host.calls.decorators import supplied
from tritonlint.facts.host.conditions import branching, conditions, doubted_arms, parametrized
from tritonlint.facts.host.conditions.switches import switches
from tritonlint.facts.host.objects import classes, making
from tritonlint.facts.host.objects.class_facts import note_all, passed_by_objects
from tritonlint.facts.host.objects.required import note_required
from tritonlint.facts.host.run import Run
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values.symbols import Joined
from tritonlint.facts.host.values.values import Callable, Instance
from tritonlint.facts.project.modules import Module
from tritonlint.frozen import replace


class Activation(Frame):
    """A frame that is run by these parts."""

    # Of three buffers that take turns, each is the first one once.
    LATER_ROUNDS = 2

    evaluate = expressions.evaluate
    apply = calls.apply
    body = statements.body

    # What the walk through statements asks (`flow/walk.py`).
    block = walked.block
    step = statements.step
    test = branching.test
    decided = branching.decided
    in_turn = chosen_names.in_turn
    raised = branching.raised
    doubted = doubted_arms.doubted
    arm = branching.arm
    assume = conditions.assume
    compare = branching.compare
    fields = making.pattern_fields
    part_of = statements.part_of
    through = loops.through
    begin_round = statements.begin_round
    begin_rounds = statements.begin_rounds
    learn = loops.learn
    begin_later_round = rounds.begin_later
    assigning = statements.assigning
    unpacked = unpacked
    store = store
    annotated = statements.annotated
    augmented = statements.augmented
    returned = statements.returned
    opened = loops.opened
    define = statements.define


def interpret(run: Run) -> Run:
    """Everything that is launched when the function `run.root` runs with unknown arguments; of a
    module, when it is imported or run."""
    root = run.root
    if isinstance(root.node, Module):
        frame = Activation({}, run, root.module, (), {})
        frame.block(root.module.tree.body)
        return _settled(frame)
    owner = run.heir or classes.owner_of(root)
    instance = classes.receiver(root.as_function, Instance(owner)) if owner is not None else None
    frame = Activation({}, run, root.module, root.inside, {}, (), instance)
    function, nothing = Callable(root, instance), Given(Arguments((), {}), {})
    frame.env = bind(frame, root, nothing, function)
    run.stack.append(id(root.as_function))
    parametrized.note_parameters(frame, root)
    if isinstance(instance, Instance) and root.name != "__init__":
        note_required(frame, instance)
    frame.body()
    around = supplied(frame, function)
    if around is not None:
        run.stack.pop()
        header = root.as_function.decorator_list[0]
        call = ast.copy_location(ast.Call(header, [], []), header)
        entering.run(frame, call, around, nothing)
    return _settled(frame)


def _settled(frame: Frame) -> Run:
    """The run of a frame at its end, with what is asked about launches only."""
    if frame.run.launches:
        note_all(frame)
        frame.run.refused = passed_by_objects(frame)
        together = tuple(each for each in frame.run.refused if isinstance(each[0], Joined))
        together += switches(frame.run)
        if together:
            known = frame.run.launches
            known[:] = [replace(each, path=each.path + together) for each in known]
    return frame.run

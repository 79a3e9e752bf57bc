"""What functions of torch, Triton and Python's library hand on: partial functions, checks,
host-side descriptors, parameters."""

from __future__ import annotations

import ast

from tritonlint.facts.host import conditions, tensors
from tritonlint.facts.host.given import Given
from tritonlint.facts.host.state import Frame
from tritonlint.facts.host.values import Condition, Sequence, Tensor, Value

# Raise when their first argument is false.
_CHECKS = frozenset(
    (
        "torch._check",
        "torch._assert",
        "torch._check_with",
        "torch._check_value",
        "torch._check_type",
    )
)
# Give the memory that they are given, under the name of that argument.
_SAME = {
    "torch.nn.Parameter": "data",
    "torch.nn.Buffer": "data",
    "torch.nn.parameter.Parameter": "data",
    "torch.nn.parameter.Buffer": "data",
    "triton.tools.tensor_descriptor.TensorDescriptor": "base",
    "triton.tools.tensor_descriptor.TensorDescriptor.from_tensor": "tensor",
    "copy.copy": "x",
}
_JOINED = frozenset(("stack", "cat", "concat", "concatenate", "hstack", "vstack", "dstack"))


def call(frame: Frame, node: ast.Call, qualified: str, given: Given) -> Value | None:
    """What the function called `qualified` gives, or None."""
    arguments = given.arguments
    if qualified in ("functools.partial", "functools.partialmethod") and arguments.positional:
        return given.rest().partial(arguments.positional[0])
    if qualified in _CHECKS and arguments.positional:
        for test in arguments.positional[:2]:  # `torch._check_with(ValueError, test)`
            if isinstance(test, Condition):
                conditions.assume(frame, test, True, required=True)
        return None
    if qualified in _SAME:
        return arguments.get(0, _SAME[qualified])
    head, _, name = qualified.rpartition(".")
    if head == "torch" and name in _JOINED:
        parts = arguments.get(0, "tensors")
        if isinstance(parts, Sequence) and parts.items and "out" not in arguments.keywords:
            found = [tensors.tensor_types(frame, each) for each in parts.items]
            types = found[0]
            for each in found[1:]:
                types = types | each
            if types.known and all(isinstance(each, Tensor) for each in parts.items):
                return tensors.allocated(frame, types, frame.span(node))
    return None

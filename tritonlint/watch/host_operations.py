"""What torch does between launches, as far as it changes what memory is: writes, views as another
element type, and copies between 8-bit floats and bytes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Literal

from tritonlint.dtypes import BY_NAME
from tritonlint.watch.torch_tensors import type_name
from tritonlint.watch.watcher import HazardError, Watcher

_Role = Literal["view", "copy", "conversion", "write", "none"]


class _Operations:
    """What operations are, and how they are called, asked once for each: by `id`, since they are
    never deleted, and a number is looked up faster."""

    def __init__(self) -> None:
        import torch

        self.known: dict[int, tuple[_Role, Callable[..., Any]]] = {}
        self._overload = torch._ops.OpOverload
        self._roles: dict[Any, _Role] = {
            torch.ops.aten.view.dtype: "view",
            torch.ops.aten.copy_.default: "copy",
            torch.ops.aten._to_copy.default: "conversion",
        }

    def look(self, operation: Any) -> tuple[_Role, Callable[..., Any]]:
        """What an operation that is not known yet is, and how it is called."""
        call = operation._op if type(operation) is self._overload else operation
        found = self._roles.get(operation) or _role(operation), call
        self.known[id(operation)] = found
        return found


def mode(watcher: Watcher) -> Any:
    """A `TorchDispatchMode` that tells `watcher` what torch does while it is entered."""
    from torch.utils._python_dispatch import TorchDispatchMode

    operations = _Operations()
    known, look = operations.known, operations.look

    class HostOperations(TorchDispatchMode):  # type: ignore[misc]
        """Lets every operation pass, and looks at those that matter."""

        # Those of higher order (`wrap_triton`, `cond`) pass too.
        supports_higher_order_operators = True

        @classmethod
        def ignore_compile_internals(cls) -> bool:
            """Functions are still compiled under this mode."""
            return True

        @classmethod
        def _should_skip_dynamo(cls) -> bool:
            """Nothing needs to be done for that, which would import the compiler and slow down
            every operation: see `ignore_compile_internals`, and `torch_hook`."""
            return False

        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            role, call = known.get(id(func)) or look(func)
            result = call(*args, **kwargs) if kwargs else call(*args)
            if role != "none":
                try:
                    _LOOK[role](watcher, args, result)
                except HazardError:
                    raise
                except Exception as error:
                    watcher.failed(error)
            return result

    return HostOperations()


def _role(operation: Any) -> _Role:
    schema = getattr(operation, "_schema", None)
    return "write" if getattr(schema, "is_mutable", False) else "none"


def _view(watcher: Watcher, args: Any, result: Any) -> None:
    """`x.view(dtype)`: memory of floats that is seen as bytes is still that of the floats."""
    one, other = (BY_NAME.get(type_name(each.dtype)) for each in (args[0], result))
    if one is None or other is None or one == other:
        return
    for tensor, element, beside in ((args[0], one, other), (result, other, one)):
        codes = element.is_fp8 and element.flavour != "e8m0fnu"
        if codes or (element.is_float and element.width > 8 and beside.is_byte):
            origin = _origin(watcher)
            if origin is not None:
                watcher.viewed(tensor, origin, element.name)


def _copy(watcher: Watcher, args: Any, result: Any) -> None:
    """`x.copy_(y)`, and `x[...] = y`."""
    watcher.host_wrote(args[0])
    _converted(watcher, args[1], args[0])


def _conversion(watcher: Watcher, args: Any, result: Any) -> None:
    """`x.to(dtype)`."""
    _converted(watcher, args[0], result)


def _converted(watcher: Watcher, source: Any, target: Any) -> None:
    one, other = BY_NAME.get(type_name(source.dtype)), BY_NAME.get(type_name(target.dtype))
    if one is None or other is None or not (one.is_fp8 or other.is_fp8):
        return
    if (one.is_fp8 and other.is_byte) or (one.is_byte and other.is_fp8):
        origin = _origin(watcher)
        if origin is not None:
            encoded, byte = (one, other) if one.is_fp8 else (other, one)
            watcher.copied(origin, (encoded.name, byte.name), one.is_fp8)


def _write(watcher: Watcher, args: Any, result: Any) -> None:
    """An operation that writes to one of its arguments, or to `out`."""
    written = result if isinstance(result, (list, tuple)) else [result, *args[:1]]
    for each in written:
        if hasattr(each, "untyped_storage"):
            watcher.host_wrote(each)


def _origin(watcher: Watcher) -> tuple[Any, int, int] | None:
    """The instruction of the program that an operation comes from."""
    frame = watcher.frames.own(sys._getframe(3))
    return (frame.f_code, frame.f_lasti, frame.f_lineno) if frame is not None else None


_LOOK: dict[str, Callable[[Watcher, Any, Any], None]] = {
    "view": _view,
    "copy": _copy,
    "conversion": _conversion,
    "write": _write,
}

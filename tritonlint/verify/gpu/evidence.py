"""The small arrays behind the pictures of a run: the bytes of one block, and what the kernel stores
for a range of inputs.

They are taken from the run itself and packed into its receipt, so that the pictures can be drawn
where there is no GPU.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tritonlint.verify.case import Verifier
from tritonlint.verify.cases.outcome import ByteMap, Curve, Figures

RIGHT, WRONG, NAN = 0, 1, 2


@dataclass(frozen=True)
class Seen:
    """One region of one configuration: the figures, the flavour of its codes ("" for plain bytes
    and for values), and arrays [blocks, bytes or values]: which differ from the reference and what
    was written, as flagged and as fixed (None where there is no fix)."""

    figures: Figures
    flavour: str
    wrong: Any
    left: Any
    as_flagged: Any
    as_fixed: Any


def pack(array: Any) -> str:
    """The bytes of an array, compressed, as text."""
    return base64.b64encode(zlib.compress(array.tobytes(), 9)).decode("ascii")


def unpack(text: str, dtype: str = "uint8") -> Any:
    """The array [n] that `pack` was given. Raises ValueError for text that it did not make."""
    import numpy as np

    try:
        data = zlib.decompress(base64.b64decode(text, validate=True))
    except zlib.error as error:
        raise ValueError(f"not a packed array: {error}") from error
    return np.frombuffer(data, dtype)


def byte_map(verifier: Verifier, seen: Sequence[Seen]) -> ByteMap | None:
    """The map of the block that has the median number of wrong bytes as flagged, of those that have
    any, in the first of the configurations with the largest blocks; None when no harmed region was
    seen."""
    harmed = [each for each in seen if each.figures.region in verifier.harmed]
    if not harmed:
        return None
    shown = max(harmed, key=lambda each: each.figures.bytes_per_block)
    counts = shown.figures.flagged
    blocks = [index for index, count in enumerate(counts) if count] or [0]
    block = sorted(blocks, key=counts.__getitem__)[(len(blocks) - 1) // 2]
    fixed = "" if shown.left is None else _classes(shown, block, shown.left, shown.as_fixed)
    return ByteMap(
        shown.figures.configuration,
        shown.figures.region,
        block,
        _classes(shown, block, shown.wrong, shown.as_flagged),
        fixed,
    )


def _classes(seen: Seen, block: int, wrong: Any, codes: Any) -> str:
    """RIGHT, WRONG or NAN (wrong, and not a number when decoded) for each byte or value of a block,
    packed."""
    import numpy as np

    from tritonlint.verify import quantize

    bad = wrong[block]
    nan = quantize.is_nan(codes[block], seen.flavour) if seen.flavour else np.isnan(codes[block])
    return pack(np.where(bad, np.where(nan, NAN, WRONG), RIGHT).astype(np.uint8))


def curve(
    verifier: Verifier, flagged: ModuleType, fixed: ModuleType | None, flavour: str, device: str
) -> Curve | None:
    """The curve of the cast, where the verifier offers `curve(module, flavour, device)`, which
    returns the format of the codes, the inputs (float32 [n]) and the codes (uint8 [n])."""
    measured: Any = getattr(verifier, "curve", None)
    if measured is None:
        return None
    form, inputs, codes = measured(flagged, flavour, device)
    repaired = pack(measured(fixed, flavour, device)[2]) if fixed else ""
    return Curve(form, pack(inputs), pack(codes), repaired)

"""Attributes that are given something else after they were made: by other methods, by functions
that are told their name, and by functions that are handed the object."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.hosting import KERNELS, expected, found, write

HELPERS = """\
from other import prepare, swap


def replace_parameter(module, name, value):
    module.register_parameter(name, torch.nn.Parameter(value, requires_grad=False))


def convert(module):
    module.weight = module.weight.data{view}


def convert_later(module):
    convert(module)


def count(module):
    return module.weight.numel()


"""
# One object makes the weight of a layer, and is handed the layer again.
OF_A_PARAMETER = """\
class Method:
    def create(self, layer, n):
        layer.weight = torch.nn.Parameter(torch.empty(n, dtype=torch.uint8))

    def finish(self, layer):
        {finish}

    def apply(self, layer, out):
        dequantize[(1,)](layer.weight, out, 64){mark}

    def dump(self, layer):
        return layer.weight.view(torch.float8_e4m3fn).float()
"""
# An object makes its weight itself.
OF_ITSELF = """\
class Layer(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(n, dtype=torch.uint8))

    def finish(layer):
        {finish}

    def forward(self, out):
        dequantize[(1,)](self.weight, out, 64){mark}

    def dump(self):
        return self.weight.view(torch.float8_e4m3fn).float()
"""
# How the weight is changed; whether what it is without a view is known for a parameter, for `self`.
FORMS = {
    "assigned": ("layer.weight = torch.nn.Parameter(layer.weight.data{view})", True, True),
    "over a name": ("w = layer.weight.data{view}; layer.weight = torch.nn.Parameter(w)", True, True),
    "its data": ("layer.weight.data = layer.weight.data{view}", True, True),
    "deleted": ("w = layer.weight.data{view}; del layer.weight; layer.weight = w", True, True),
    "setattr": ('setattr(layer, "weight", layer.weight.data{view})', True, True),
    "in a loop over names": (
        'for name in ("weight",): setattr(layer, name, getattr(layer, name).data{view})',
        True,
        True,
    ),
    "by a helper that is told the name": (
        'replace_parameter(layer, "weight", layer.weight.data{view})',
        True,
        True,
    ),
    "by an unknown one": ('swap(layer, "weight", layer.weight.data{view})', False, False),
    "by a helper that is handed the object": ("convert(layer)", True, False),
    "over two calls": ("convert_later(layer)", True, False),
    "in its table": ('layer._parameters["weight"] = layer.weight.data{view}', False, False),
}
VIEW, SAME = ".view(torch.float8_e4m3fn)", ".contiguous()"


@pytest.mark.parametrize("frame", [OF_A_PARAMETER, OF_ITSELF], ids=["parameter", "self"])
@pytest.mark.parametrize("view", [VIEW, SAME], ids=["viewed", "as it is"])
@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_changed_attributes(
    form: tuple[str, bool, bool],
    view: str,
    frame: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What gives an attribute something that is viewed ends the harm; what gives it the same bytes
    does not, where the facts see what it gives."""
    monkeypatch.chdir(tmp_path)
    finish, *followed = form
    hit = "  # expect: TL002" if view is SAME and followed[frame is OF_ITSELF] else ""
    # A view is missing where the helper is given the bytes, else where the kernel is.
    given, launched = (hit, "") if finish.startswith("replace") else ("", hit)
    text = KERNELS + HELPERS.format(view=view)
    text += frame.format(finish=finish.format(view=view) + given, mark=launched)
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


@pytest.mark.parametrize("finish", ["pass", "count(layer)", "print(layer)", "torch.save(layer, 'x')"])
@pytest.mark.parametrize("frame", [OF_A_PARAMETER, OF_ITSELF], ids=["parameter", "self"])
def test_what_changes_nothing(
    finish: str, frame: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + HELPERS.format(view=SAME).replace("module.weight =", "module.weights =")
    text += frame.format(finish=finish, mark="  # expect: TL002")
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


def test_what_is_not_known_may_change_a_parameter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + HELPERS.format(view=VIEW)
    text += OF_A_PARAMETER.format(finish="prepare(layer)", mark="")
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


@pytest.mark.parametrize(
    "load",
    [
        f"for each in model.modules(): each.weight = each.weight{VIEW}",
        f"layer.weight = layer.weight{VIEW}",
        f"w = layer.weight.data{VIEW}; layer.weight = torch.nn.Parameter(w)",
        f"w = layer.weight; w = w{VIEW}; layer.weight = torch.nn.Parameter(w)",
    ],
)
def test_functions_of_the_file_that_make_it_anew(
    load: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + HELPERS.format(view=VIEW).replace("module.weight =", "module.weights =")
    text += OF_ITSELF.format(finish="pass", mark="")
    text += f"\n\ndef load(model, layer):\n    {load}\n"
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


@pytest.mark.parametrize("base", ["", "super().finish(layer)"], ids=["of its own", "inherited"])
def test_methods_of_a_base_class(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a class inherits may change the attribute too."""
    monkeypatch.chdir(tmp_path)
    above = "class Base:\n    def finish(self, layer):\n        layer.weight = convert(layer.weight)\n\n\n"
    text = KERNELS + HELPERS.format(view=VIEW) + above
    text += OF_A_PARAMETER.replace("class Method:", "class Method(Base):").format(
        finish=base or "pass", mark="" if base else ""
    )
    write(tmp_path, {"user.py": text})
    assert found(select=("TL001", "TL002")) == expected({"user.py": text})


SAVED = """\
@triton.jit
def add_up(x_ptr, total_ptr, BLOCK: tl.constexpr):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.atomic_add(total_ptr + tl.arange(0, BLOCK), tl.load(x_ptr + offsets))


class Norm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.width = x.shape[-1]
        scale = torch.empty(64, dtype=torch.{dtype}, device=x.device)
        ctx.save_for_backward(x, scale)
        return x

    @staticmethod
    def backward(ctx, out):
        x, scale = ctx.saved_tensors
        total = torch.zeros_like(scale)
        add_up[(1,)](out, total, 64){mark}
        return total
"""


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_what_a_context_saves_has_its_type(
    dtype: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = KERNELS + SAVED.format(dtype=dtype, mark="")
    if dtype == "bfloat16":
        at = "tl.atomic_add(total_ptr + tl.arange(0, BLOCK), tl.load(x_ptr + offsets))"
        text = text.replace(at, f"{at}  # expect: TL012")
    write(tmp_path, {"user.py": text})
    assert found(select=("TL012",)) == expected({"user.py": text})

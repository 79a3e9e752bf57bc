"""What each parameter of a kernel can be compiled as: by what the launch is known to pass, by the
configurations above the kernel, by defaults, and else by how the kernel uses it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tritonlint.dtypes import BY_NAME, PLATFORM_FP8, ElementType
from tritonlint.facts.device.contracts import roles_of
from tritonlint.facts.device.roles import Roles
from tritonlint.facts.device.types import Type
from tritonlint.facts.device.values import Const, Dtype
from tritonlint.findings.claim import Constant, Known
from tritonlint.verify.compiler.extract import Extracted
from tritonlint.verify.confirm.uses import Use, uses_of

CONSTEXPR = "constexpr"
# The e4m3 type that the target converts in hardware.
FP8 = "fp8"
# Guesses, the likeliest first.
_FLOAT_POINTERS = ("*bf16", "*fp32", "*fp16", "*fp8", "*i32", "*u8", "*i64")
_INTEGER_POINTERS = ("*i32", "*i64", "*bf16", "*u8", "*fp32")
# A float is what the largest value of a format is, the only one of its kind that kernels take.
_NUMBERS = (64, 16, 32, 128, 1.0, 1, 2, 4, 8, 256, 0)
# What a text is that a kernel compares with one other.
_ANOTHER = "another"
_FEW_TURNS = (2, 4, 1, 8)
_DTYPES = ("bfloat16", "float32", "float16", "fp8", "uint8", "int32")
_SCALARS = {
    "int": ("i32", "i64", "fp32", *_INTEGER_POINTERS),
    "float": ("fp32", "i32", *_FLOAT_POINTERS),
}
# What is kept in full precision as a rule: scales and what softmax is renormalized by.
_WIDE, _WIDE_NAME = "*fp32", re.compile(r"scale|lse|logsum|expsum", re.IGNORECASE)
_INT32 = range(-(2**31), 2**31)


@dataclass(frozen=True)
class Setting:
    """How one parameter is compiled: as a value of `type` (`*bf16`, `i32`), or as the constant
    `value`, which for a dtype is torch's name and says so. `fp8` in either is the target's own."""

    type: str
    value: Constant = None
    is_dtype: bool = False

    @property
    def key(self) -> str:
        """Tells settings apart, `True` from `1` too."""
        return repr((self.type, self.value, self.is_dtype))


Settings = dict[str, Setting]


def signature_of(element: str) -> str:
    """The short form of torch's name of an element type; `fp8` stays, for the target's own."""
    return element if element == FP8 else BY_NAME[element].signature


def settings_key(settings: Settings) -> str:
    """Tells the settings of one kernel apart."""
    return repr([(name, each.key) for name, each in settings.items()])


@dataclass(frozen=True)
class Choice:
    """The settings that one parameter may have, the likeliest first. `variants` are those that
    nothing decides between: the kernel may do either; `guessed` is whether all of them are
    guesses."""

    options: tuple[Setting, ...]
    variants: tuple[Setting, ...] = ()
    guessed: bool = False


def choices_of(
    extracted: Extracted, known: Iterable[Known], flagged: Iterable[str]
) -> dict[str, Choice]:
    """The choices of every parameter that is not in `flagged`, in the order of the kernel's."""
    kernel = extracted.kernel
    passed = {each.parameter: each for each in known}
    described = _Described(roles_of(kernel), uses_of(kernel), passed, extracted.configs)
    names = [each for each in extracted.function.arg_names if each not in set(flagged)]
    return {name: described.choice(name) for name in names}


@dataclass(frozen=True)
class _Described:
    roles: Roles
    uses: Mapping[str, Use]
    passed: Mapping[str, Known]
    configs: tuple[dict[str, object], ...]

    def choice(self, name: str) -> Choice:
        known = self.passed.get(name, Known(name, open=not self._left_out(name)))
        stated = [*self._stated(name, known)]
        is_open = known.open or not stated
        if is_open and name in self.roles.constexprs:
            return self._constexpr(name, stated)
        if is_open:
            guesses = [Setting(each) for each in self._types(name)]
            absent = [each for each in stated if each.type == CONSTEXPR]
            options = [*(each for each in stated if each not in absent), *guesses, *absent]
            variants = (guesses[0], *absent) if absent else ()
            return Choice(_distinct(options), tuple(variants), guessed=len(absent) == len(stated))
        exact = _distinct(stated)
        return Choice((*exact, *_near(exact)), exact if len(exact) > 1 else ())

    def _stated(self, name: str, known: Known) -> Iterable[Setting]:
        """What the launch says."""
        constexpr = name in self.roles.constexprs
        for each in _platforms(known.dtypes):
            if constexpr:
                yield Setting(CONSTEXPR, each, True)
            else:
                yield Setting(f"*{signature_of(each)}")
        values = known.values
        default = dict(self.roles.defaults).get(name)
        if name not in self.passed and self._left_out(name) and isinstance(default, Const):
            values = (default.value,)
        for value in values:
            yield Setting(CONSTEXPR, value) if constexpr or value is None else _scalar(value)

    def _left_out(self, name: str) -> bool:
        """Whether the launch is known and leaves `name` to its default."""
        configured = any(name in each for each in self.configs)
        return bool(self.passed) and not configured and name in dict(self.roles.defaults)

    def _constexpr(self, name: str, stated: list[Setting]) -> Choice:
        use = self.uses.get(name, Use())
        default = dict(self.roles.defaults).get(name)
        configured = [each[name] for each in self.configs if name in each]
        constants = [each for each in configured if _is_constant(each)]
        constants += [default.value] if isinstance(default, Const) else []
        match default:
            case Dtype(types=(Type(element=ElementType() as element), *_)):
                stated = [*stated, Setting(CONSTEXPR, element.name, True)]
        likely = [*stated, *(Setting(CONSTEXPR, each) for each in constants)]  # type: ignore[arg-type]
        guesses = _guesses(use, likely)
        open_flag = _undecided(use, likely)
        options = _distinct([*likely, *guesses])
        variants = [*(likely[:1] or guesses[:1]), *stated, *open_flag]
        return Choice(options, _distinct(variants) if open_flag or stated else (), not likely)

    def _types(self, name: str) -> tuple[str, ...]:
        annotated = dict(self.roles.annotated).get(name)
        if annotated is not None:
            exact: ElementType | None = getattr(annotated, "element", None)
            stated = (exact.signature,) if exact is not None else ()
            return (*stated, *_SCALARS["float" if annotated.kind == "float" else "int"])
        if self.uses.get(name, Use()).addresses:
            return ("*i64", "*u64")
        if name in self.roles.pointers:
            whole = self.roles.kind(f"{name}[]") == "int"
            guesses = _INTEGER_POINTERS if whole else _FLOAT_POINTERS
            return (_WIDE, *guesses) if not whole and _WIDE_NAME.search(name) else guesses
        return _SCALARS[self.roles.kind(name)]


def _guesses(use: Use, likely: list[Setting]) -> list[Setting]:
    """Values for a compile-time parameter, by its use."""
    dtypes = [Setting(CONSTEXPR, each, True) for each in _DTYPES]
    flags = [Setting(CONSTEXPR, False), Setting(CONSTEXPR, True)]
    compared = [Setting(CONSTEXPR, each) for each in sorted(use.compared, key=repr)]
    likely_numbers = (*_FEW_TURNS, *_NUMBERS) if use.unrolled else _NUMBERS
    numbers = [Setting(CONSTEXPR, each) for each in likely_numbers]
    absent = [Setting(CONSTEXPR, None)]
    if use.is_dtype:
        return [*dtypes, *absent]
    if compared:
        return [*compared, *flags, *numbers, *absent]
    if use.tested or any(isinstance(each.value, bool) for each in likely):
        return [*flags, *numbers, *absent]
    return [*numbers, *flags, *absent, *dtypes]


def _undecided(use: Use, likely: list[Setting]) -> list[Setting]:
    """The values of a compile-time parameter that the kernel branches on."""
    if use.compared:
        strings = any(isinstance(each, str) for each in use.compared)
        other = [] if strings else [Setting(CONSTEXPR, max(map(int, use.compared)) + 1)]
        if strings and len(use.compared) == 1:
            other = [Setting(CONSTEXPR, _ANOTHER)]
        return [*(Setting(CONSTEXPR, each) for each in sorted(use.compared, key=repr)), *other]
    if use.tested or any(isinstance(each.value, bool) for each in likely):
        return [Setting(CONSTEXPR, False), Setting(CONSTEXPR, True)]
    return []


def _near(stated: Iterable[Setting]) -> Iterable[Setting]:
    """The powers of two above sizes of blocks that are none: other compilers than Triton's own take
    such."""
    for each in stated:
        value = each.value
        if isinstance(value, int) and each.type == CONSTEXPR and value > 2 and value & (value - 1):
            yield Setting(CONSTEXPR, 1 << value.bit_length())


def _platforms(dtypes: tuple[str, ...]) -> tuple[str, ...]:
    """Both flavours of e4m3 are what a project calls the fp8 type of its platform."""
    flavours = {each.name for each in PLATFORM_FP8.types or ()}
    if not flavours <= set(dtypes):
        return dtypes
    return (FP8, *(each for each in dtypes if each not in flavours))


def _scalar(value: Constant) -> Setting:
    match value:
        case bool():
            return Setting("i1")
        case int():
            return Setting("i32" if value in _INT32 else "i64")
        case float():
            return Setting("fp32")
    return Setting(CONSTEXPR, value)


def _is_constant(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _distinct(settings: Iterable[Setting]) -> tuple[Setting, ...]:
    return tuple({each.key: each for each in settings}.values())

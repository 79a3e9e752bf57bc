"""Which parts of one storage two tensors have in common, and what is remembered of it."""

import pytest

from tritonlint.dtypes import BY_NAME
from tritonlint.facts.device.meanings import Meaning
from tritonlint.watch.shadow import Shadow, Shadows, View, Write
from tritonlint.watch.torch_tensors import may_overlap, must_overlap

# offset, shape, strides, bytes of an element
WHOLE = (0, (4, 132), (132, 1), 1)
CODES = (0, (4, 128), (132, 1), 1)
SCALES = (32, (4, 1), (33, 1), 4)
HALVES = (0, (4, 64), (66, 1), 2)
FLAT = (0, (528,), (1,), 1)
SECOND_HALF = (264, (264,), (1,), 1)
EMPTY = (0, (0, 128), (132, 1), 1)


@pytest.mark.parametrize(
    ("one", "other", "may", "must"),
    [
        (CODES, SCALES, False, False),
        (CODES, CODES, True, True),
        (CODES, HALVES, True, True),
        (WHOLE, FLAT, True, True),
        (WHOLE, CODES, True, False),
        (FLAT, SECOND_HALF, True, True),
        (FLAT, EMPTY, False, False),
        (SCALES, SECOND_HALF, True, False),
    ],
)
def test_overlap(one, other, may, must):
    assert may_overlap(one, other) is may
    assert must_overlap(one, other) is must


def written(where, element):
    return Write(where, Meaning("floats", BY_NAME[element]), "writer", "p")


def test_the_last_write_counts():
    shadow = Shadow()
    shadow.write(written(CODES, "float8_e4m3fn"))
    shadow.write(written(SCALES, "float32"))
    assert shadow.read(CODES).meaning.element.name == "float8_e4m3fn"
    shadow.write(written(FLAT, "bfloat16"))
    assert [each.where for each in shadow.writes] == [FLAT]


def test_torch_writes_end_it():
    shadow = Shadow()
    shadow.write(written(CODES, "float8_e4m3fn"))
    shadow.touched(0)
    assert shadow.read(CODES) is None
    shadow.see(View(CODES, "float8_e4m3fn", None))
    shadow.see(View(SCALES, "float32", None))
    shadow.host_wrote(CODES, BY_NAME["float8_e4m3fn"])
    assert set(shadow.views) == {"float8_e4m3fn", "float32"}
    shadow.host_wrote(CODES, BY_NAME["uint8"])
    assert set(shadow.views) == {"float32"}


def test_a_storage_takes_no_more_than_so_much():
    shadow = Shadow()
    for number in range(1000):
        shadow.write(written((number * 10, (4,), (1,), 1), "bfloat16"))
    assert len(shadow.writes) < 20


def test_what_all_memory_was_written_with_need_not_be_looked_up():
    floats, others = (Meaning("floats", BY_NAME[each]) for each in ("bfloat16", "float16"))
    shadows = Shadows()
    assert shadows.only is None
    shadows.meant(floats)
    shadows.meant(floats)
    assert shadows.only is floats
    shadows.meant(others)
    assert shadows.only is None
    shadows.meant(floats)
    assert shadows.only is None
    viewed = Shadows()
    viewed.meant(None)
    viewed.meant(floats)
    assert viewed.only is None

"""Mutation tests of the facts: `python tests/mutants.py [NAME...]`, or `make mutants`.

Each mutant makes the facts wrong in one way, in a copy of the project. The tests of the facts
(reveal files, facts, fixtures) are run on it, and one of them must fail: the mutant is then killed.
One that survives is a fact that no test holds, and so is a mutation whose place is not found any
more: it is to be moved to where its fact is now. Exit status 1 for either.

The mutants of BLIND see nothing at all. They are killed at once; what is told of them is how many
tests pass all the same, because they only ask that nothing is found.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ["tests/reveal", "tests/facts", "tests/test_fixtures.py"]
# Asks Triton's compiler, and takes long to import it.
WITHOUT = ["--ignore=tests/facts/test_device_against_compiler.py"]
BODY = "..."


@dataclass(frozen=True)
class Mutant:
    """`old` is written as `new` in the function `where` (`Class.method`; empty for a constant of
    the module) of the file `file` below `tritonlint/facts`. It must be there once, up to white
    space; BODY is the whole body. `why` says what a user would notice."""

    name: str
    file: str
    where: str
    old: str
    new: str
    why: str


class Moved(Exception):
    """The source is not what the mutant expects."""


def mutated(mutant: Mutant, text: str) -> str:
    """The text of the file with the mutation in it. Raises Moved."""
    first, last = _region(mutant, text)
    lines = text.splitlines(keepends=True)
    region = "".join(lines[first:last])
    if mutant.old == BODY:
        indent = " " * (len(region) - len(region.lstrip(" ")))
        changed = "".join(f"{indent}{line}\n" for line in mutant.new.splitlines())
    else:
        pattern = r"\s+".join(map(re.escape, mutant.old.split()))
        found = list(re.finditer(pattern, region))
        if len(found) != 1:
            raise Moved(f"`{mutant.old}` is {len(found)} times in {mutant.where or mutant.file}")
        changed = region[: found[0].start()] + mutant.new + region[found[0].end() :]
    result = "".join(lines[:first]) + changed + "".join(lines[last:])
    ast.parse(result)
    return result


def _region(mutant: Mutant, text: str) -> tuple[int, int]:
    """The lines of the function's body, of the whole file without a function."""
    node: ast.AST = ast.parse(text)
    for name in filter(None, mutant.where.split(".")):
        named = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        inner = [each for each in ast.iter_child_nodes(node) if isinstance(each, named)]
        node = next((each for each in inner if each.name == name), None)
        if node is None:
            raise Moved(f"there is no {mutant.where} in {mutant.file}")
    if isinstance(node, ast.Module):
        return 0, len(text.splitlines())
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return body[0].lineno - 1, node.end_lineno


NOTHING = "return\nyield"

MUTANTS = (
    # Launching code: branches, loops, objects.
    Mutant("merge keeps the first arm", "host/state.py", "Frame.merge", BODY, "self.adopt(one)",
           "what the other arm of a branch passes is not seen"),
    Mutant("both arms of an expression are the first", "host/branching.py", "conditional",
           "return choose(*bare(arms, frame.known))", "return choose(*arms[:1])", "`a if c else b` is always `a`"),
    Mutant("handlers do not run", "flow/branches.py", "attempt",
           "for test, handler in zip(tests, node.handlers, strict=True):", "for test, handler in ():",
           "what an `except` passes is not seen"),
    Mutant("a handler may run beside all of its `try`", "host/branching.py", "raised", BODY,
           "return None", "of two buffers that a `try` gives, it is not seen that one is viewed"),
    Mutant("what is kept before a return is lost", "host/statements.py", "_keep_of_returns", BODY, "pass",
           "what the first call makes and views is not known in later ones"),
    Mutant("a region is asked for as what it is", "host/entering.py", "_as_asked", BODY,
           "return region", "flags out of an arena of bytes are flagged"),
    Mutant("a class with unknown bases has all that is asked", "host/structural.py",
           "fitting", "not any(fits.values())", "False",
           "a parameter of an optimizer is an optimizer"),
    Mutant("what a method is handed for an object is lost", "host/binders.py",
           "setter_of", BODY, "return None", "a cache that `layer.bind(cache)` hands is not seen"),
    Mutant("the default is all that a generic function does", "host/dispatching.py", "_of_class",
           "return (each.implementation,)", "return (generic,)",
           "a view that is registered for the class of a codec is not seen, and correct code flagged"),
    Mutant("of a class that is not known the default is run", "host/dispatching.py", "_every",
           BODY, "return (generic,)", "one of several codecs views, and what all do is flagged"),
    Mutant("what is launched for one class is launched for all", "host/dispatching.py", "_any",
           "frame.path = before + tuple(test for test in tests if test not in before)", "pass",
           "the default implementation launches, and is flagged for classes that have one of their own"),
    Mutant("nobody is asked for in vain", "host/dispatching.py", "_tried", BODY, "return iter(())",
           "a codec that `isinstance` asks for falls to the default, which hands bytes on"),
    Mutant("a name of a function around holds what it was given first", "host/names.py",
           "_is_bound_again", BODY, "return False",
           "a function that is handed out is flagged for memory that is viewed after it"),
    Mutant("sizes tell nothing apart", "host/choices.py", "_is_told_by_size", BODY, "return False",
           "bytes with room for scales, which are viewed by their width, are flagged"),
    Mutant("a size is no shape", "host/calls.py", "_method", 'if function.name == "size" and',
           'if False and', "bytes that are viewed by `rows.size(-1)` are flagged"),
    Mutant("a comparison tells what bytes are", "hazards/raw_bytes/evidence.py", "viewed_by_order",
           BODY, "return iter(())", "the codes of a message are read as numbers where it has more heads"),
    Mutant("integers with a sign are no third kind", "hazards/raw_bytes/meanings.py",
           "_may_be_signed", BODY, "return False", "pages of integers of two kinds are flagged"),
    Mutant("a setting has no local name", "hazards/flavours/unviewed_settings.py", "_local_names",
           BODY, "return {}", "a setting that is asked twice by a local name is not reported"),
    Mutant("other files register nothing", "index/searches.py", "Searches.registering",
           BODY, "return []", "an implementation in another file views, and its user is flagged"),
    Mutant("what a method keeps to call is lost", "host/binders.py", "_kept", BODY,
           "if isinstance(value, ast.Name):\n    yield value",
           "a cache that a partial function or a lambda keeps in an attribute is not seen"),
    Mutant("only initializers make functions", "index/owned.py", "_is_partial", BODY, "return False",
           "a method that calls such an attribute is not looked at"),
    Mutant("a class does the same with all that it is given", "host/given_outside.py", "_takes_all",
           BODY, "return True", "a layer that knows by a setting what it holds is flagged"),
    Mutant("what is handed something is of one class", "host/given_outside.py", "_is_one_of_several",
           BODY, "return False", "a layer is flagged for what only its heir is handed"),
    Mutant("nothing tells bytes from floats of other code", "hazards/raw_bytes/viewed_apart.py",
           "_may_be_told", BODY, "return False",
           "a launch that a flag or a scale keeps to floats is flagged for the bytes beside them"),
    Mutant("sizes tell nothing", "hazards/raw_bytes/viewed_apart.py", "_asks_sizes", BODY,
           "return False", "rows of floats are told by their width, and flagged as bytes"),
    Mutant("each object holds what it likes", "host/attribute_notes.py", "note_views_of_own", BODY,
           "return", "the bytes of another layer are passed where the own ones are viewed"),
    Mutant("entries of a dict are of no class", "host/subscripts.py", "_as_annotated", BODY,
           "return entry", "what `LAYERS[name]` holds is not that of a layer"),
    Mutant("bases are asked in depth first", "project/inheriting.py", "_merged",
           BODY, "return list({id(x.node): x for row in rows for x in row}.values())",
           "a mixin is passed over for what it shares with one that is named before it"),
    Mutant("what one class makes is what all make", "host/attributes.py", "_made_apart",
           "types = facts.types.get(each) or frame.types.get(each)", "types = frame.types.get(each)",
           "a pool of bytes is taken for the pool of floats that is made beside it"),
    Mutant("what a class makes is what its heirs make", "host/attributes.py", "_differ",
           BODY, "return False",
           "the bytes of one object are taken for the floats that another one has by the same line"),
    Mutant("an heir that leaves its own bytes may not be meant", "hazards/raw_bytes/viewed_apart.py",
           "left_by_its_class", BODY, "return False",
           "one backend of several launches its own bytes, and that is said to be possible only"),
    Mutant("another heir may be meant wherever it launches", "hazards/raw_bytes/viewed_apart.py",
           "left_by_its_class", "and not any(True for _ in run.overriding(owner, run.root.name))", "",
           "a backend that launches something else is flagged for its bytes"),
    Mutant("a view is right for all that comes through", "hazards/raw_bytes/arguments.py",
           "_of_each_path", "each.place in others", "False",
           "floats of another class are viewed as codes by the fix"),
    Mutant("a name is made of nothing", "host/changing.py", "_made_of",
           "waiting += given.get(each.id, ())", "pass",
           "`w = layer.weight.view(...); layer.weight = w` changes nothing, and its user is flagged"),
    Mutant("what is called fp8 is the platform's", "hazards/flavours/clashes.py", "_clamps",
           "not is_platforms(run, place)", "False", "an attribute called `fp8_dtype` can be fnuz"),
    Mutant("rows are as long as their codes", "hazards/raw_bytes/byte_bounds.py", "_is_longer", BODY,
           "return False", "the scale behind the codes of a page is read as a code"),
    Mutant("no row says how wide it is", "hazards/raw_bytes/row_widths.py", "row_width", BODY,
           "return None", "what is behind the codes of a row is taken for more of them"),
    Mutant("tests that cannot be read rule nothing out", "hazards/raw_bytes/unread_tests.py",
           "may_be_excluded", BODY, "return False", "what is bytes on the other arm is read here"),
    Mutant("pages of integers hold floats", "hazards/raw_bytes/siblings.py", "_is_beginning", BODY,
           "return False", "integers with a scale behind them are taken for codes"),
    Mutant("no caller settles a doubt", "hazards/raw_bytes/once.py", "_reliability",
           "each.may_be_codes and not each.stores", "False", "a doubt hides what a caller knows"),
    Mutant("integers are added to floats", "device/language/blocks.py", "dot",
           "all(t.is_integer and not t.assumed for t in each.types)", "False", "a product that does not compile is said to be rounded"),
    Mutant("no decorator demands a type", "host/decorators.py", "note_demanded", BODY, "return",
           "caches whose type only a decorator checks"),
    Mutant("keys say nothing of values", "hazards/raw_bytes/numbers.py", "_is_viewed_beside", BODY,
           "return False", "of one cache the values are viewed, and the keys are not"),
    Mutant("generators give anything anywhere", "host/statements.py", "_yields", BODY,
           "return False", "regions that a generator names"),
    Mutant("tables of views say nothing", "hazards/raw_bytes/byte_views.py", "_region_viewed", BODY,
           NOTHING, "bytes from the table beside that of the views"),
    Mutant("a helper makes nothing alike", "hazards/raw_bytes/sisters.py", "made_beside", BODY,
           NOTHING, "of two buffers that one helper makes, one is not viewed"),
    Mutant("callers tell no type", "hazards/fixed_pointer_tables.py", "_all_callers_name", BODY,
           "return False", "a tutorial whose tensors are of the kernel's type"),
    Mutant("nothing is viewed back", "hazards/raw_bytes/byte_views.py", "_viewed_back", BODY, NOTHING,
           "of what is packed as bytes together, one is not viewed"),
    Mutant("caches of one name have nothing in common", "hazards/raw_bytes/spoken.py",
           "viewed_by_its_name", BODY, NOTHING, "what one function views and another does not is not seen"),
    Mutant("nothing is known of the rows of a tensor", "host/loops.py", "gone_through",
           "return Sequence((cut(frame, value, frame.span(node)),), repeated=True)", "return value",
           "pages that a list keeps are not seen"),
    Mutant("the arm of what is present is forgotten", "host/branching.py", "compare",
           "other.types[buffer] = known.types[buffer]", "pass",
           "`if x is not None: assert x.dtype == ...` says nothing"),
    Mutant("an endless loop ends", "flow/loops.py", "while_",
           "endless = isinstance(node.test, ast.Constant) and bool(node.test.value)",
           "endless = False", "what holds in a round counts after `while True`"),
    Mutant("any round of a known loop is meant", "host/statements.py", "begin_round", BODY,
           "begin_rounds(frame, ast.Pass())",
           "a list that is filled in a loop over two names has items of unknown place"),
    Mutant("no later rounds", "host/rounds.py", "begin_later", BODY, "return False",
           "buffers that take turns are what they are in the first round"),
    Mutant("a view in one arm holds in the other", "host/arms.py", "bare", BODY,
           "return alternatives", "memory that is made of bytes is codes where no arm views it"),
    Mutant("each way that is named leaves another", "host/arms.py", "_is_what_several_leave", BODY,
           "return False", "what all of `if kind == 0: ... elif kind == 1: ...` view is flagged"),
    Mutant("a test that is false tells its parts only", "host/conditions.py", "assume",
           "frame.path += ((test.key, outcome),)  # against the other arm, which knows no part",
           "pass", "what one arm of `a or b` knows is known in the other"),
    Mutant("no view is lost", "hazards/raw_bytes/lost_views.py", "_is_lost", BODY, "return False",
           "`keys, values = page.unbind(0); page = page.view(dtype)` is not seen"),
    Mutant("every view is lost", "hazards/raw_bytes/lost_views.py", "_is_lost",
           "return read or not _is_read_after(around, name, statement)", "return True",
           "a helper that gives its view back loses it"),
    Mutant("a view as asked tells nothing", "hazards/raw_bytes/siblings.py", "_viewed_as_asked",
           BODY, "yield from ()", "`arena.take(n)` beside `arena.take(n).view(dtype)` is not seen"),
    Mutant("what is asked for is fp8", "hazards/raw_bytes/stands_for.py", "stands_for",
           "telling and all(each.asked for each in telling)", "False",
           "a safe fix makes codes of what may be of any type"),
    Mutant("what a class asserts is forgotten", "host/asserted_attributes.py", "keep_asserted",
           BODY, "return False", "`self.data`, which is asserted to be bytes, is not seen"),
    Mutant("a setting says nothing of a test beside it", "host/branching.py", "_in_turn",
           'conditions.says_something(tests[-1])', "False", "fp8 and bytes, and not viewed"),
    Mutant("what is not both may be either", "host/paths.py", "_told",
           'isinstance(test, Joined)', "False", "correct code that refuses fp8 as bytes"),
    Mutant("collectives give something else", "host/collectives.py", "given", BODY,
           "return None", "codes that were gathered as bytes"),
    Mutant("what is packed is unpacked", "hazards/raw_bytes/packing.py", "packs", BODY,
           "return False", "floats that are joined with codes"),
    Mutant("no function views an attribute for others", "hazards/raw_bytes/attribute_views.py",
           "viewed_by_methods", BODY, "yield from ()", "an attribute that is viewed elsewhere"),
    Mutant("a view under a test is always run", "hazards/raw_bytes/attribute_views.py", "_views",
           "codes and always and not left", "codes", "bytes that are codes in one mode"),
    Mutant("the arms of a test share no bytes", "hazards/raw_bytes/siblings.py", "other_regions",
           BODY, "yield from ()", "one arm of a layout that is not viewed"),
    Mutant("any test may choose a layout", "hazards/raw_bytes/siblings.py", "_may_choose_types",
           BODY, "return False", "bytes as integers in one mode"),
    Mutant("who names a class makes it", "index/makers.py", "may_make", BODY, "return True",
           "what a class allocates, by an annotation"),
    Mutant("who names a class makes none", "index/makers.py", "may_make", BODY, "return False",
           "what others make of a class"),
    Mutant("no lambda launches", "index/handing.py", "launched", BODY, "return set()",
           "launches that `__init__` keeps"),
    Mutant("no number of parametrize decides", "host/parametrized.py", "_has_constants",
           "isinstance(each, (str, int))", "isinstance(each, str)", "a policy of tests"),
    Mutant("who tells a kernel of e5m2 cares", "hazards/flavours/caring.py", "_tells", BODY,
           "return False", "a reader that decodes e5m2, and a writer of e4m3"),
    Mutant("arguments have flavours of their own", "hazards/flavours/other_arguments.py",
           "hard_coded_beside", BODY, "yield from ()", "e4m3fn beside the platform's type"),
    Mutant("no index launches", "host/subscripts.py", "_run_calls", BODY, "pass",
           "a launch in the index of something"),
    Mutant("few files are gated too", "index/universe.py", "Texts.is_open", BODY, "return False",
           "what hands an object's memory to an imported wrapper"),
    Mutant("bytes of an unknown type are numbers", "host/copies.py", "_is_moved", BODY,
           "return False", "pages that are saved as bytes"),
    Mutant("no other method copies into an object", "host/attribute_notes.py",
           "note_views_of_others", BODY, "pass", "static buffers of a graph"),
    Mutant("an annotated list holds nothing", "host/classes.py", "annotated",
           "kind is not None", "False", "layers that a runner goes through"),
    Mutant("what is made later is asserted", "host/asserted_attributes.py", "_is_asserted", BODY,
           "return True", "an attribute that a method converts is flagged"),
    Mutant("there may be none of what is asserted", "host/conditions.py", "_where_there_is_one",
           BODY, "return None", "`x is None or x.dtype == torch.uint8` asserts nothing"),
    Mutant("what is no bytes may be, if it is there", "host/conditions.py", "_where_there_is_one",
           '| ("and", False, (asked, typed))', "",
           "`if x is not None and x.dtype == torch.uint8: x = views(x)` leaves x flagged"),
    Mutant("codes on another path are passed here", "hazards/raw_bytes/byte_views.py",
           "_is_passed_as_codes", "if not contradicts(at, path)", "if True",
           "bytes that one path makes of codes are not seen"),
    Mutant("half a unit stays one as an integer", "device/histories.py", "_is_fraction",
           "and not integral", "", "what `(0.5 * sign).to(tl.int8)` is added to seems rounded"),
    Mutant("no flag asks for codes", "hazards/rounded_first.py", "_asks_for_codes", BODY, "return False",
           "what is blamed for a rounding is the arm for codes, whose output has few bits"),
    Mutant("half of a float is one", "hazards/raw_bytes/packed.py", "_of_wider_twin", BODY,
           "yield from ()", "float32 regions of pages of bfloat16 are not seen"),
    Mutant("no attribute holds a region", "hazards/raw_bytes/whole_regions.py", "_cuts",
           "names and function.owner is not None", "False",
           "integers that a kernel writes through an attribute are flagged where they are read"),
    Mutant("names that are put together are unknown", "host/asked_by_name.py", "_text", BODY,
           "return None", "`getattr(self, kind + '_cache')` is not seen"),
    Mutant("a test of the width tells the type", "host/silent_tests.py", "_is_wide",
           "isinstance(test, HasType) and test.types == _WIDE", "False",
           "bytes that are left as they are for one-byte elements are not seen"),
    Mutant("keys of pairs are lost", "host/holders.py", "_label", BODY, "return None",
           "a region of `dict(zip(names, arena.split(sizes)))` is not seen"),
    Mutant("bytes in some cases are bytes", "host/element_types.py", "mixes_bytes", BODY,
           "return False", "a cache that is bytes or floats is flagged where it is floats"),
    Mutant("no other file gives an attribute anything", "host/given_outside.py", "_in_other_files",
           BODY, "yield from ()", "caches that the runner of another file binds are not seen"),
    Mutant("what is given is of any class", "host/binders.py", "_is_of_others", BODY, "return False",
           "bytes for another class's `kv_cache` are taken for a layer's"),
    Mutant("what a class leaves empty stays empty", "host/given_outside.py", "given_outside", BODY,
           "return None", "a cache that a runner binds to its layers is not seen"),
    Mutant("objects are only made by calls", "host/factories.py", "_is_only_called", BODY,
           "return True", "an object that `make = Page; make(...)` gives is flagged"),
    Mutant("no other file replaces anything", "hazards/raw_bytes/other_uses.py",
           "replaced_elsewhere", BODY, "return False, False",
           "what a loader of another file views is flagged, and its fix is safe"),
    Mutant("functions of a table are no arms", "host/calls.py", "_is_named", BODY, "return False",
           "one lambda of a table views a cache, and another that does not is not seen"),
    Mutant("decorators hand on what they are given", "host/decorators.py", "_views", BODY,
           "return False", "what a decorator views is flagged"),
    Mutant("no test of presence", "host/conditions.py", "presence", BODY, "return []",
           "`if x is not None: assert x.dtype == ...` says nothing"),
    Mutant("paths never contradict", "host/paths.py", "contradicts", BODY, "return False",
           "what is viewed for bytes only is flagged on the other path"),
    Mutant("a guarded view is no view", "host/choices.py", "_without_unviewed", BODY, "return flat",
           "`if fp8: x = x.view(...)` is flagged"),
    Mutant("assertions narrow nothing", "host/conditions.py", "assume",
           "narrow(frame, test.buffer, test.types)", "pass",
           "`assert x.dtype == torch.uint8` says nothing"),
    Mutant("the other arm of a dtype test is not narrowed", "host/conditions.py", "assume",
           "frame.types[test.buffer] = ElementTypes(known.types - test.types.types)",
           "pass", "`if x.dtype == torch.uint8: return` does not clear what follows"),
    Mutant("keywords are not bound", "flow/parameters.py", "Signature.bind",
           "values.update((name, value) for name, value in keywords.items() if name in names)", "pass",
           "`kernel[grid](x=x)` passes nothing"),
    Mutant("no argument is left over", "flow/parameters.py", "Signature.bind",
           "positional[len(self.positional) :]", "()", "`*args` holds nothing"),
    Mutant("defaults are given from the front", "flow/parameters.py", "signature",
           "first = len(positional) - len(found.defaults)", "first = 0",
           "a launch that lacks an argument is taken for a complete one"),
    Mutant("buffers of a callee are unknown", "host/state.py", "Frame.keep_made", BODY, "return",
           "a buffer that a function returns has no type"),
    Mutant("classes have no attributes", "host/attributes.py", "assigned_value", BODY, "return None",
           "`self.page` that `__init__` makes is unknown"),
    Mutant("a slice is the whole", "host/tensors.py", "cut", BODY, "return tensor",
           "a part beside a viewed one is not told from it"),
    Mutant("split parts are one", "host/tensors.py", "piece", BODY, "return tensor",
           "the halves of `x.split(...)` are not told apart"),
    Mutant("conversions keep the memory", "host/tensors.py", "convert", BODY, "return tensor",
           "`x.to(torch.uint8)` is no tensor of bytes"),
    # Which launching code is looked at.
    Mutant("every call hands on bytes", "host/suspicion.py", "hands_on_bytes", BODY, "return True",
           "a run takes many times as long"),
    Mutant("every function speaks of bytes", "index/telling.py", "_tells", BODY,
           "return True", "a run takes many times as long"),
    Mutant("no neighbours", "index/neighbours.py", "neighbours", BODY, "return ()",
           "bytes that a test passes to a kernel of the package are missed"),
    Mutant("neighbours of neighbours are not asked", "index/indexes.py", "", "_JOURNEYS = 2",
           "_JOURNEYS = 1", "a helper of the tests hides the package that it calls"),
    Mutant("neighbours give nothing", "index/indexes.py", "Index._told_over",
           "[gives for *_, gives in others]", "[]",
           "a page that the package makes for a test is not known to be bytes"),
    # What the storage of an argument is.
    Mutant("no twins", "hazards/raw_bytes/storage.py", "_twins", BODY, NOTHING,
           "a value cache beside a viewed key cache is missed"),
    Mutant("no settings", "hazards/raw_bytes/settings.py", "asked_for", BODY, NOTHING,
           "a cache that a setting makes bytes is missed"),
    Mutant("no siblings", "hazards/raw_bytes/siblings.py", "siblings", BODY, NOTHING,
           "a slice beside a viewed one is missed"),
    Mutant("nothing changes attributes later", "host/changing.py", "changed", BODY,
           "return frozenset()", "a weight that is viewed after loading is reported"),
    Mutant("objects share their memory", "host/attributes.py", "_made_apart", BODY, "return {}",
           "two objects of one class with other settings contradict each other"),
    Mutant("tests of the path do not count", "hazards/raw_bytes/evidence.py", "narrowed", BODY,
           "return types", "a branch for bytes is not seen as such"),
    Mutant("copies are hazards", "hazards/raw_bytes/effects.py", "_effects",
           '_sites(_viewed(kernel, made, parameter), "float") - _sites(copied, "int")',
           '_sites(_viewed(kernel, made, parameter), "float")',
           "kernels that move bytes are flagged"),
    Mutant("a view holds after its test", "host/choices.py", "_as_it_was", BODY, "return value",
           "bytes that are viewed back under a test are taken for codes where they are bytes again"),
    Mutant("one of two tensors is both", "host/dtype_tests.py", "dtype_test",
           'combine("each", tests, span)', 'combine("and", tests, span)',
           "what is turned away for being bytes is flagged, where it is one of two tensors"),
    Mutant("all that is viewed as bytes stays so", "hazards/raw_bytes/kept_as_bytes.py",
           "_is_bytes_or_nothing", BODY, "return True",
           "an attribute that is given something else too is flagged"),
    Mutant("functions put nothing into tables", "host/registries.py", "_keeping",
           "_gives_tensors(each) or _views(each)", "_gives_tensors(each)",
           "a cache that a function views in its table is flagged"),
    Mutant("sums count as one", "host/byte_counts.py", "note_count",
           "counts[0] == counts[1] or isinstance(right, Const)", "True",
           "codes beside their scales in one buffer are flagged"),
    Mutant("attributes are there on all paths", "host/naming.py", "as_tensor",
           "choose(*named)", "value", "what is passed of an optional attribute is not seen"),
    # Kernels: control flow.
    Mutant("loops run once", "device/statements.py", "Activation", "ROUNDS = 3", "ROUNDS = 1",
           "what a later round stores is not seen"),
    Mutant("loops run twice", "device/statements.py", "Activation", "ROUNDS = 3", "ROUNDS = 2",
           "what the third round stores is not seen"),
    Mutant("tuples are not unrolled", "device/statements.py", "", "_UNROLLED = 16", "_UNROLLED = 0",
           "a loop over pointers stores through none"),
    Mutant("break leaves nothing", "flow/loops.py", "leave", BODY, "return False",
           "what holds where a loop is left is forgotten"),
    Mutant("continue goes nowhere", "flow/loops.py", "_round",
           "arms += [(each, True) for each in loop.continued]", "pass",
           "what holds where a round is left is forgotten"),
    Mutant("the else of a loop always runs", "flow/loops.py", "_ended", BODY,
           "return walk.rejoin([(walk.fork(), reached), *((x, True) for x in loop.broken)]) "
           "and walk.block(node.orelse)", "what an `else` does counts for a loop that was left"),
    Mutant("an open branch is taken", "flow/branches.py", "branch", "skipped.block(node.orelse)",
           "False", "what the `else` stores is not seen"),
    Mutant("a star takes one", "flow/targets.py", "shared_out", "end = star + more + 1",
           "end = star + 1", "what `first, *rest = xs` gives to `rest` is not seen"),
    Mutant("all pass the test of a comprehension", "flow/comprehensions.py", "_kept", BODY,
           "return True", "an item that is left out is taken for one that is there"),
    Mutant("tests of types are open", "device/comparisons.py", "_same_type", BODY, "return None",
           "kernels with a branch for bytes are flagged"),
    Mutant("the first return counts", "device/calls.py", "inline", "result = join(result, each)",
           "pass", "what a device function returns elsewhere is not seen"),
    # Kernels: values.
    Mutant("rounded on one path is rounded", "device/joins.py", "join_tensors",
           "a.rounded and b.rounded", "a.rounded or b.rounded", "truncation on one path is missed"),
    Mutant("intervals are the first's", "device/joins.py", "join_tensors",
           "hull(a.interval, b.interval)", "a.interval", "a clamp on one path counts for both"),
    Mutant("arithmetic stays rounded", "device/operators.py", "_arithmetic",
           "rounded=a.rounded and b.rounded and isinstance(op, (ast.Add, ast.Sub, ast.Mult))",
           "rounded=a.rounded", "`floor(x) * 0.5` is taken for an integer"),
    Mutant("pointers of two branches are one", "device/joins.py", "_join_pointers",
           "a.bases | b.bases", "a.bases", "a store through either of two pointers is seen for one"),
    Mutant("bitcasts convert", "device/casts.py", "cast", "if bitcast:", "if False:",
           "kernels that bit cast are flagged"),
    Mutant("loads are forgotten", "device/memory.py", "load", 'loads |= {(site, "number")}', "pass",
           "bytes that are read as numbers are missed"),
    Mutant("integers of a kernel's own are the pointer's", "hazards/raw_bytes/effects.py",
           "_of_own_accord", BODY, "return False",
           "a kernel that has a path of its own for integers is flagged for the other path"),
    Mutant("a second cast hides the first", "device/casts.py", "convert",
           'kind == "float" or earlier', 'kind == "float"',
           "a float that becomes an integer before the pointer's cast is taken for an integer"),
    Mutant("stores do not read", "device/memory.py", "_implicit_cast", BODY, "return",
           "bytes that are stored as floats are missed"),
    Mutant("the first use counts", "device/machine.py", "Machine.use",
           "if _LOAD_RANK[new] > _LOAD_RANK[old]:", "if site not in self._loads:",
           "bytes that are first copied and then converted are missed"),
    Mutant("bits are numbers", "device/operators.py", "pick", BODY, "return loads",
           "kernels that unpack nibbles are flagged"),
    Mutant("narrow atomics compile", "device/memory.py", "store",
           "narrow = atomic and any(", "narrow = False and any(",
           "an atomic on bytes, which does not compile, is taken for a silent one"),
    Mutant("members of enums", "host/enum_tests.py", "compared", BODY,
           "return None", "which members of an enum are left says nothing"),
    Mutant("refused together", "host/class_facts.py", "passed_by_objects", BODY,
           "return ()", "options that a class refuses together occur together"),
    Mutant("types by default", "host/copies.py", "_codes", "names if not made.known or made == ANY_FLOAT else frozenset()",
           "frozenset()", "what is fp8 by default is no code when it is viewed as bytes"),
    Mutant("integers of helpers", "hazards/launched/reckoned.py", "is_of_a_helper", BODY,
           "return False", "what a helper makes for integers is a finding for all its callers"),
    Mutant("one of several dtypes", "host/conditions.py", "_of_several", BODY,
           "return None", "a dtype of a table may be what the table has not"),
    Mutant("pieces of a split", "hazards/raw_bytes/cuts.py", "_piece", BODY,
           "return None", "what is cut in pieces is not what a slice cuts"),
    Mutant("both signs", "device/watch.py", "Watch._is_signed", BODY,
           "return False", "half a unit rounds what is negative"),
    Mutant("dimensions inside others", "hazards/inner_dimensions.py", "inside", BODY,
           "return iter(())", "batches in 32 bits around chunks in 64 are no finding"),
    Mutant("registered by a helper", "project/operators.py", "_by_helper", BODY,
           "return iter(())", "an operator that a helper registers is not found"),
    Mutant("each path of memory", "hazards/launched/each_path.py", "on_each_path", BODY,
           'yield event, ""', "a state that is float32 on one path is not known there"),
    Mutant("no dtype in a table", "host/lookups.py", "_dtype",
           "if not dtypes or not all(map(_is_dtype, given)):", "if not dtypes or _NONE in values:",
           "a table with `\"auto\": None` tells nothing of a cache"),
    Mutant("None of several", "host/branching.py", "_part",
           BODY, "return",
           "a cache that is bytes for a name is missed where the table has none for another"),
    Mutant("some outcomes open", "host/outcomes.py", "telling",
           "if all(found is None for _, found in outcomes):", "if any(found is None for _, found in outcomes):",
           "a cache that is viewed where its elements have one byte is flagged"),
    Mutant("items by index", "host/iteration.py", "at",
           BODY, "return item",
           "layers that are kept in bf16 are flagged"),
    Mutant("what an heir is to give", "host/objects.py", "_of_heirs",
           "if heirs.views(owner.definition, target.name):", "if False:",
           "bytes that an heir gives unviewed are missed"),
    Mutant("cast to integers", "device/moves.py", "Moves.converted",
           "self.counted |= value.source", "pass",
           "rows of integers beside their scales are flagged"),
    Mutant("a zero point", "device/zero_points.py", "is_zero_point",
           BODY, "return False",
           "rows of integers beside their scales are flagged"),
    Mutant("exponents in a page", "hazards/raw_bytes/packed.py", "_of_integers",
           BODY, "yield from ()",
           "exponents that are read as codes are missed"),
    Mutant("flavours by setting", "host/tensors.py", "_viewed_as",
           BODY, "return [((), known_of(frame, given))]",
           "a cache that is read as e5m2 and written as e4m3 is missed"),
    Mutant("refused names", "hazards/flavours/clashes.py", "flavours",
           "if contradicts(one.path + other.path, run.refused):", "if False:",
           "a flavour that a class turns away is flagged"),
    Mutant("another name", "host/settings.py", "_without_others",
           BODY, "return tests",
           "a cache that is read as e5m2 and written as e4m3 is missed"),
    Mutant("int8 by its name", "hazards/flavours/clashes.py", "_named_integers",
           BODY, "yield from ()",
           "int8 memory that is viewed as codes is missed"),
    Mutant("items of a tuple", "host/subscripts.py", "_is_listed",
           BODY, "return False",
           "scales that are given beside int8 codes are taken for int8"),
    Mutant("backward after apply", "host/autograd.py", "run_backward",
           BODY, "return",
           "sums of what is saved in float32 are said to be in 16 bits"),
    Mutant("a sign after the half", "device/histories.py", "of_floats",
           "halved = halved and isinstance(op, ast.Mult)", "halved = False",
           "numbers that are rounded before they get their sign are flagged"),
    Mutant("a mask as a number", "device/comparisons.py", "compare",
           "interval=(0.0, 1.0)", "interval=(None, None)",
           "half a unit whose sign a mask makes is not taken for one"),
    Mutant("a config that refuses", "host/class_facts.py", "_passed_before", BODY, "return ()",
           "a flavour that the class of a config turns away is flagged"),
    Mutant("implied by a name", "host/paths.py", "_refused", "len(together) > 1", "False",
           "what is none of the names that are let through is flagged"),
    Mutant("items made apart", "host/made_apart.py", "is_chosen_apart", BODY, "return False",
           "layers that are kept in bf16 by their names are flagged, with a safe fix"),
    Mutant("launches of items", "hazards/raw_bytes/viewed_apart.py", "viewed_apart", BODY,
           "return False", "the same, where each arm launches"),
    Mutant("every item is made apart", "host/made_apart.py", "_is_of_an_item", BODY, "return True",
           "a view by the test of another setting is not seen"),
    Mutant("orders of two numbers", "host/numbers.py", "clash", "if not with_it[test.right]:", "if False:",
           "`i >= n - 2` and `layer < n - 2` come out true together"),
    Mutant("no path for a default", "host/lookups.py", "_dtype",
           "by_path = by_path or _by_entry(frame, table, key, node, default)", "pass",
           "`STORED.get(kind, model_dtype)` is not seen"),
    Mutant("several that decide nothing", "host/branching.py", "_picked",
           "before = tuple(test for test in left[0] if all(test in each for each in left))",
           "before = ()", "`STORED.get(kind, dtype) or dtype` is not seen"),
    Mutant("a setting called as a dtype", "host/setting_tests.py", "asks_for", "if not open_ and", "if",
           "`STORED[kv_dtype]` and a test of one name are not compared"),
    Mutant("a test of both", "hazards/flavours/int8_settings.py", "lets_int8_through", BODY, "return False",
           "int8 memory that is viewed as codes is missed"),
    Mutant("beginnings of several", "host/setting_names.py", "begins", "if len(known) < len(tests):",
           "if len(tests) > 1:", '`kind.startswith(("fp8", "int8"))` is not read'),
    Mutant("zero points of a scale", "device/zero_points.py", "scaled", BODY, "return None",
           "`codes * scale - 128.0 * scale` is flagged"),
    Mutant("types at the launch", "hazards/launched/specializations.py", "specialization",
           "known = {**event.types, **({} if own is None else _held(event, parameter, own, path))}",
           "known = {} if own is None else _held(event, parameter, own, path)",
           "a flag that asks a tensor of known type is open"),
    Mutant("a dtype of several", "host/element_types.py", "dtype_of",
           "if not tensor_types(frame, owner).known:", "if False:",
           "what an assertion refuses is flagged behind it"),
    Mutant("a number widens", "device/sums.py", "_is_number", BODY, "return False",
           "`tl.sum(q * k) * scale` is not seen"),
    Mutant("no type is asked", "device/reading/asked_types.py", "asks_for_types", BODY, "return False",
           "a fix makes floats of codes before the kernel tells them by their type"),
    Mutant("floats as they are passed", "hazards/launched/specializations.py", "as_passed", BODY,
           "return constants", "a written number does not widen what it scales"),
    Mutant("what is read back", "device/reading/read_back.py", "taken_back", BODY, "return ()",
           "a gradient that is rounded before it is corrected is not seen"),
    Mutant("any store before", "device/reading/read_back.py", "_is_computed", BODY, "return True",
           "what was loaded and stored as it is loses nothing"),
    Mutant("callers over one call", "survey/summing.py", "Summing._widened", "if hops > 1 and shown", "if False",
           "float32 that a helper hands on is said to be of 16 bits"),
    Mutant("what is tried", "survey/summing.py", "Summing._widened", "if hops < _HOPS and tries(caller):",
           "if False:", "a test with float32 hides what others sum in 16 bits"),
    Mutant("places in blocks", "hazards/narrow_offsets.py", "told", "or _INSIDE.search(table)", "",
           "the number of a token inside of a block is flagged"),
    Mutant("under another name", "survey/summing.py", "_applied_as", BODY, "return frozenset()",
           "float32 that `op = Op.apply` is given is said to be of 16 bits"),
    Mutant("pairs of torch", "host/tensors.py", "method", "if name in _PAIRS or (name in _PAIRS_ALONG and arguments.get(0, \"dim\") is not None):",
           "if False:", "the largest of float32 are said to be of 16 bits"),
    Mutant("stand-ins tell", "hazards/told_indices.py", "_stand_ins", BODY, "yield from ()",
           "a dummy tells that a table holds 32-bit integers"),
    Mutant("refused types", "host/events.py", "is_also", BODY, "return False",
           "`if scaled: assert rows.dtype != torch.uint8` says that bytes come"),
    Mutant("uses around a closure", "hazards/raw_bytes/other_uses.py", "_home",
           "if not named.isdisjoint(_bound(each)):", "if True:",
           "what another arm does with a name of the function around goes unseen: a wrong fix is safe"),
    Mutant("bytes of codes", "host/tensors.py", "_viewed", "tensor.types or frame.known(tensor.buffer)",
           "tensor.types or UNKNOWN", "codes that a test tells are no codes once they are viewed as bytes"),
    Mutant("programs without work", "hazards/kernel_arms.py", "_compares", BODY, "return False",
           "`if row < 0: return` is taken for a flag that tells the type"),
    Mutant("fields for dtypes", "hazards/guards/dead_guards.py", "_compared",
           "earlier = _TABLE_BEFORE.search(before) or _FIELD_BEFORE.search(before)",
           "earlier = _TABLE_BEFORE.search(before)", "`self.weight_dtype != x.dtype` is not looked at"),
    Mutant("through either pointer", "device/moves.py", "Moves.computed", "if a.history.given:",
           "if _is_moved(a) or _is_converted(a):",
           "exponents from one of two pools are said to be bytes that are read as numbers"),
    Mutant("nothing apart", "host/arms.py", "_nothing_apart", BODY, "return says_nothing(path)",
           "what holds where codes are viewed too is taken to tell that there are none"),
    Mutant("scales left out", "hazards/ignored_settings.py", "_read", "waiting += each.body if flag.value else each.orelse",
           "waiting += ast.iter_child_nodes(each)", "what a flag that is never set leaves out is taken to be read"),
    Mutant("loaded by a function", "device/reading/loaded_sums.py", "_Loaded.of", "holds or name in self.loading", "holds",
           "what a function of the kernel loads is not seen to be added up"),
    Mutant("settings of a base", "host/class_facts.py", "_assigned", "{method.qualified, *_extended(definition, method)}", "{method.qualified}",
           "what an heir hands on as `*args` is another setting in its base"),
    Mutant("views of a kind", "host/tensors.py", "_viewed", "tensor.tested + on + path", "tensor.tested + path",
           "`view(torch.float8_e4m3fn if kind == 'fp8' else torch.int8)` is said to take one for the other"),
    Mutant("filled by another function", "host/filled.py", "_reads", "case ast.Call() if hops:", "case ast.Call() if False:",
           "what a function makes of an attribute after loading is not seen to follow what made it"),
    Mutant("neither way", "host/paths.py", "_both_ways", BODY, "return False",
           "`fp8 and not offload` is taken to leave bytes, where `fp8 and offload` is refused"),
    Mutant("picked methods", "survey/choosing.py", "_is_picked", BODY, "return False",
           "`self.save = self._codes if fp8 else self._plain` is run for both"),
    Mutant("given back on a path", "host/statements.py", "_run_handed_on", "chosen.get(id(definition.node), path)", "path",
           "`return typed if fp8 else plain` hands on both"),
    Mutant("tensors are no answers", "host/entering.py", "_better", "if result is not None and any(", "if False and any(",
           "a function that is called `_fp8` and gives a view is taken for a question"),
    Mutant("fields of either kind", "hazards/guards/doubts.py", "keeps_a_string", BODY, "return True",
           "a field that is given a dtype later is said to be a string"),
    Mutant("settings without codes", "hazards/ignored_settings.py", "_is_unquantized", BODY, "return False",
           "scales are said to be ignored where no 8-bit floats are supported"),
    Mutant("handed to a dataclass", "host/attributes.py", "_assigned_by", "owner.node is not definition.node", "False",
           "`super().__init__(n, fp8=False)` of a dataclass is taken to leave `fp8` open"),
    Mutant("flags called fp8", "host/naming.py", "symbol", "return called", "return Spelled('fp8')",
           "`save(x, self.memory, self.fp8)` is flagged where `fp8` decides about both"),
    Mutant("functions of an arm", "host/statements.py", "_own", "path + taken", "path",
           "a function that an arm defines is run where the other is taken"),
    Mutant("returned on a path", "host/statements.py", "_run_returned", "before + path + more", "before",
           "`return partial(write, cache)` of one arm is run where the other is taken"),
    Mutant("where it is given", "hazards/told_indices.py", "_given_where",
           "isinstance(op, ast.IsNot)", "False",
           "`if table is not None: table = table.int()` tells nothing"),
    Mutant("bounds of loops", "device/reading/offsets.py", "Offset.counts", BODY, "return ()",
           "rows between entries of 32 bits are merely possible"),
    Mutant("arguments in a tuple", "hazards/written_launches.py", "_spread",
           "isinstance(items, (ast.Tuple, ast.List))", "False",
           "`args = (ends.int(), ...); kernel[grid](*args)` tells nothing"),
    Mutant("dimensions of a twin", "survey/twins.py", "_along_one_memory",
           "len(x.offset.scales) == len(offset.scales)", "True",
           "a factor that the twin does not widen is flagged"),
    Mutant("one entry is special", "device/wraps.py", "_asks_for_one", BODY, "return False",
           "`code == 255` hides a difference that wraps around"),
    Mutant("kernels by a flag", "hazards/flavours/codes_of_a_file.py", "_encoded_as_one", BODY,
           "yield from ()", "rows that are written in one way and read in two are not seen"),
    Mutant("blocks at the top", "index/top_level.py", "assigned",
           "found += _ASSIGNED_THERE.findall(text, block.start(1), block.end(1))", "pass",
           "a type that is chosen by `if hip:` at the top is not seen"),
    Mutant("no constant beside a tensor", "hazards/launched/specializations.py", "_passed",
           "return left if left and all(isinstance(each, Tensor) for each in left) else every", "return every", "memory that may be None is of no type"),
    # Names that a package decides.
    Mutant("a name with and without a package", "host/chosen_names.py", "chosen", BODY,
           "return None", "that a dtype is None without a package is not seen"),
    Mutant("any handler is for a missing package", "host/chosen_names.py", "is_missing", BODY,
           "return True", "what an old torch cannot view is flagged"),
    Mutant("viewed where a package is missing", "host/choices.py", "_is_apart",
           "isinstance(test, OfClass | Missing)", "isinstance(test, OfClass)",
           "bytes that are viewed with a package alone are not seen"),
    Mutant("two tests at once", "host/chosen_names.py", "in_turn", BODY, "return node",
           "a test of a package and of a type together says nothing of the package"),
    Mutant("called with and without a package", "host/calls.py", "_is_named",
           "any(isinstance(key, Missing) for key, _ in path)", "False",
           "what is only made with a package is flagged without it"),
    # Attributes whose names are put together, tables that are indexed at once.
    Mutant("names of unknown parts", "host/asked_by_name.py", "_parts",
           "return (str(known),)", "return (ANYTHING,)",
           "an attribute that is set by a name in a loop is not found"),
    Mutant("a table of one name of codes", "host/lookups.py", "_setting",
           "AskedAs(setting.setting, *names)", "setting",
           'that bytes are codes is not known of `{"fp8": torch.uint8}`'),
    Mutant("a mixture of all paths", "host/asked_by_name.py", "_any",
           "and not contradicts(path, at)", "", "attributes of which a setting decides the type"),
    Mutant("entries for any type", "host/lookups.py", "_by_type", BODY, "return None",
           "`{torch.uint8: packed, torch.float16: plain}[rows.dtype]` is said to cast bytes"),
    Mutant("entries for any outcome", "host/subscripts.py", "_by_flag", BODY,
           "return choose(*(((), x) for x in entries.values()))",
           "`{True: packed, False: plain}[flag]` is said to cast bytes"),
    Mutant("entries for any size", "host/subscripts.py", "_by_size", BODY, "return None",
           "`{1: packed, 2: plain}[rows.element_size()]` is said to cast bytes"),
    Mutant("lambdas run where they stand", "host/displays.py", "_is_test", BODY, "return False",
           "lambdas of which a flag picks one are run for all memory"),
    Mutant("a named tuple is one argument", "host/given.py", "_unpackable",
           "as_tuple(x) if isinstance(x, Instance) else x", "x",
           "`kernel[grid](x, *page)` tells nothing of the fields of a page"),
    Mutant("loaded in one arm", "device/reading/terms.py", "is_only_loaded",
           'if term.op == "join":', "if False:",
           "what one arm counts and the other loads is merely possible"),
    Mutant("no arm is wide", "hazards/kernel_arms.py", "has_wide_arm", BODY, "return False",
           "a kernel whose flag chooses 64 bits is flagged for its other arm"),
    Mutant("bound again", "hazards/guards/declared_types.py", "_is_again", BODY, "return False",
           "`kind = kind.lower()` is no string"),
    Mutant("several parameters", "hazards/guards/declared_types.py", "_of_name",
           "values.count(None) > 1", "False", "what a loop goes through is what a parameter is"),
    Mutant("the default of any call", "host/binding.py", "_note_default",
           "path=((HasType(symbol, str(types)), True),)", "path=()",
           "a flag that asks for the default type is taken for the other one"),
    Mutant("switches of any object", "host/switches.py", "switches", BODY, "return ()",
           "`small = False` in the body of a class is taken to be either"),
    Mutant("switches of heirs", "host/switches.py", "switches",
           "if not asked or heirs(kind):", "if not asked:",
           "bytes of an heir that sets a flag alone are not seen"),
    Mutant("switches for good", "host/switches.py", "_is_only_asked_for", BODY, "return True",
           "`store.small = True` is not seen"),
    Mutant("what picks a kernel is a test", "hazards/raw_bytes/stands_for.py", "is_conditional",
           "if all(test in each for each in every)", "",
           "a fix views floats where a table picks the kernel"),
    Mutant("bound by statements alone", "hazards/guards/doubts.py", "bound_otherwise", BODY,
           "return False", "`nonlocal kind` and `case {'dtype': kind}` are no bindings"),
    Mutant("keys of no dict", "host/given.py", "_put", BODY, "return {}",
           "`more['small'] = False` before `super().__init__(**more)` tells nothing"),
    Mutant("other keywords each time", "host/binding.py", "bind",
           "elif parameters.kwarg is not None:", "elif False:",
           "`caches['rows']` is something else wherever it is written"),
    Mutant("updated with nothing", "host/containers.py", "method",
           'function.name == "update" and _is_dict(buffer)', "False",
           "`more.update(small=False)` tells nothing"),
    Mutant("flags that were set are open", "host/constants.py", "local",
           "known or any(name == node.attr for name, _ in given)", "any(name == node.attr for name, _ in given)",
           "memory that a method makes by `self.fp8`, which an heir hands on as False, may be bytes"),
    Mutant("what launches call it", "hazards/exponent_shifts.py", "_passed_as", BODY,
           "yield from ()", "scales that a kernel calls otherwise are not seen"),
    Mutant("no format by its name", "hazards/exponent_shifts.py", "exponent_shifts",
           "typed or (any(map(_SCALED_BY.search, names)) and not cares)", "typed",
           "scales of MX formats are merely possible"),
    # Members of enums.
    Mutant("some member of an enum", "host/classes.py", "enum_of", BODY, "return None",
           "which attributes belong to a member that a function gives is not known"),
    Mutant("members know no setting", "host/enum_tests.py", "outcomes", BODY, "return ()",
           "caches that are viewed where `form.is_fp8` are flagged"),
    Mutant("texts of any member", "host/setting_names.py", "_begins", BODY, "return None",
           "caches that are viewed where `form.title` begins so are flagged"),
    Mutant("members that are written", "host/conditions.py", "_of_members", BODY, "return None",
           "caches of one form that are viewed where they are of that form are flagged"),
    Mutant("dtypes of any two members", "host/dtype_tests.py", "pairs", BODY, "return None",
           "caches that are viewed where `form.kept != form.meant` are flagged"),
    Mutant("entries of members", "host/lookups.py", "_of_members", BODY, "return ()",
           "what a property has for the members of an enum is told to be wider floats"),
    # Scripts beside folders that are no packages.
    Mutant("nothing beside a script", "index/homes.py", "Homes.beside",
           "self.layout.modules(root) if alone else frozenset()", "frozenset()",
           "what a script passes to kernels in a folder beside it is not seen"),
    Mutant("modules of a plain folder", "index/top_level.py", "imports",
           "if name != top and top not in _OTHERS:", "if False:",
           "`import kernels.tiles` leads nowhere where the folder is no package"),
    Mutant("methods of items", "index/gates.py", "names_own", '(b"].", _OWN_ITEM)', "",
           "`self.writers[i].write(x)` leads nowhere"),
    # Views that a method decides.
    Mutant("views as a chosen dtype", "host/tensors.py", "view",
           "options(given) if decides_bytes(frame, given) else (((), given),)", "(((), given),)",
           "a view as bytes where a setting asks for codes is not seen"),
    Mutant("a setting decides no view", "host/choices.py", "_is_one", BODY, "return False",
           "a view as bytes where a setting asks for codes is not seen"),
    Mutant("anything decides a view", "host/choices.py", "_is_one",
           "isinstance(test, OfSetting) and not isinstance(test, Never)", "True",
           "memory that a flag has be packed is flagged"),
    Mutant("bytes of a setting are any", "hazards/raw_bytes/storage.py", "_viewed",
           "(*found, *asked_as_codes(event, parameter, path))", "found",
           "what is viewed as bytes where codes are asked for may be integers"),
    Mutant("own methods alone assign", "host/attributes.py", "_assigned_by",
           "for owner in linearized(definition):", "for owner in (definition,):",
           "what a method of a base gives an attribute is not known"),
    Mutant("one type where calls begin", "hazards/raw_bytes/stands_for.py", "made_by", BODY,
           "return False", "a fix views as codes what is made of wider floats without them"),
    Mutant("own hooks alone", "host/heirs.py", "_making",
           "for each in linearized(owner)", "for each in (owner,)",
           "a method of an heir that a base views memory by is not run"),
)  # fmt: skip

BLIND = (
    Mutant("facts observe nothing", "survey/survey.py", "Analysis.observe", BODY, "return []",
           "nothing is found"),
    Mutant("no launch is seen", "host/launching.py", "record", BODY, "return",
           "no argument is looked at"),
    Mutant("kernels do nothing", "device/machine.py", "Machine.stores", BODY, "return ()",
           "no store is looked at"),
)  # fmt: skip


def copied(folder: Path) -> None:
    """What the tests need, in `folder`."""
    for name in ("tritonlint", "rules", "tests", "fixtures"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)


def tested(folder: Path, *options: str) -> tuple[int, int, str]:
    """How many tests pass and how many fail in `folder`, and the first that fails."""
    command = [sys.executable, "-m", "pytest", "-o", "addopts=-q", "-p", "no:cacheprovider"]
    command += ["--tb=no", "-rfE"]
    # The copy of the package comes before the one that is installed.
    run = subprocess.run(
        [*command, *options, *WITHOUT, *TESTS],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )
    counts = {what: int(n) for n, what in re.findall(r"(\d+) (passed|failed|error)", run.stdout)}
    if run.returncode not in (0, 1) or not counts:
        raise SystemExit(f"the tests do not run:\n{run.stdout}{run.stderr}")
    first = re.search(r"^(?:FAILED|ERROR) (\S+(?:\[.*?\])?)", run.stdout, re.M)
    failed = counts.get("failed", 0) + counts.get("error", 0)
    return counts.get("passed", 0), failed, first[1] if first else ""


def judged(folder: Path, mutant: Mutant, *options: str) -> tuple[int, int, str]:
    """What the tests say of a mutant, whose source is put back afterwards. Raises Moved."""
    file = folder / "tritonlint" / "facts" / mutant.file
    if not file.exists():
        raise Moved(f"there is no {mutant.file}")
    text = file.read_text(encoding="utf-8")
    file.write_text(mutated(mutant, text), encoding="utf-8")
    try:
        return tested(folder, *options)
    finally:
        file.write_text(text, encoding="utf-8")


def main(names: list[str]) -> int:
    unknown = set(names) - {each.name for each in (*MUTANTS, *BLIND)}
    if unknown:
        raise SystemExit(f"no such mutant: {', '.join(sorted(unknown))}")
    chosen = [each for each in MUTANTS if not names or each.name in names]
    bad = killed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        copied(folder)
        for mutant in chosen:
            try:
                _, failed, first = judged(folder, mutant, "-x")
            except Moved as moved:
                print(f"MOVED     {mutant.name}: {moved}", flush=True)
            else:
                killed += bool(failed)
                said = f"by {first}" if failed else f"so no test holds this: {mutant.why}"
                print(f"{'killed   ' if failed else 'SURVIVED '} {mutant.name}, {said}", flush=True)
        bad = len(chosen) - killed
        for mutant in (each for each in BLIND if not names or each.name in names):
            passed, failed, _ = judged(folder, mutant)
            print(f"{mutant.name}: {passed} of {passed + failed} tests pass", flush=True)
            bad += not failed
    print(f"{killed} of {len(chosen)} mutants are killed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

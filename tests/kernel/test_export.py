"""The text form: what was written is read again, and whatever is not in the format is an error."""

import json

import pytest

from harness.kernel.declarations import Export, reach
from harness.kernel.export import ExportError, read_export, write_export
from harness.kernel.terms import ZERO, App, Bound, Const, Lam, NatLit, Pi, Sort, StrLit, Succ
from tests.kernel.build import KINDS, NAT, PROP, definition, fun, kinds, n, names_of, theorem

META = (
    '{"meta":{"exporter":{"name":"by hand","version":"1"},'
    '"lean":{"githash":"0","version":"4.28.0"},"format":{"version":"3.1.0"}}}'
)
AXIOM = [
    '{"str":{"pre":0,"str":"a"},"in":1}',
    '{"sort":0,"ie":0}',
    '{"axiom":{"name":1,"levelParams":[],"type":0,"isUnsafe":false}}',
]


def read(*lines: str, end: str = "\n") -> Export:
    text = "\n".join([META, *lines]) + end
    return read_export(text.encode("utf-8", "surrogatepass").splitlines(keepends=True))


def test_a_small_file_is_read() -> None:
    export = read(*AXIOM)
    assert export.exporter == ("by hand", "1")
    assert export.lean == ("0", "4.28.0")
    assert names_of(export) == [("a",)]
    assert export.declarations[0].type is PROP


def test_what_is_written_is_read_again() -> None:
    lines = [line.encode() for line in write_export(kinds())]
    assert read_export(lines) == kinds()
    assert b"".join(lines) == KINDS.read_bytes()


def test_only_what_is_reached_is_kept() -> None:
    found = names_of(reach(kinds(), [n("Bool")]))
    assert set(found) == {n("Bool"), n("Bool.true"), n("Bool.false"), n("Bool.rec")}
    with_literal = definition("five", NAT, NatLit(5))
    export = Export((*kinds().declarations, with_literal))
    assert n("Nat") in names_of(reach(export, [n("five")]))
    parts = names_of(reach(kinds(), [n("Quot.mk")]))
    assert {n("Quot"), n("Quot.lift"), n("Quot.ind"), n("Eq")} <= set(parts)
    with pytest.raises(KeyError):
        reach(kinds(), [n("nothing")])


def test_names_and_texts_of_all_kinds_of_characters() -> None:
    awkward = 'a.b «c» \u00a0\u0085\u2028\r\n\t"\\\x00\x7f\U0001f600e\u0301'
    one = definition("x", NAT, NatLit(1))
    export = Export(
        (
            theorem("t", StrLit(awkward), StrLit(awkward)),
            definition("y", NAT, NatLit(0)),
            type(one)((awkward, 7, ""), (), NAT, NatLit(1), "abbrev", "safe", ()),
        )
    )
    assert read_export([line.encode() for line in write_export(export)]) == export


@pytest.mark.parametrize("digits", [1, 4000, 4001, 9999])
def test_large_numbers(digits: int) -> None:
    export = Export((definition("x", NAT, NatLit(10**digits + 7)),))
    assert read_export([line.encode() for line in write_export(export)]) == export


def test_deep_terms_do_not_overflow() -> None:
    e = NAT
    level = ZERO
    for _ in range(5_000):
        e, level = App(e, NAT), Succ(level)
    export = Export((theorem("deep", Lam(e, Sort(level)), Pi(e, Bound(0))),))
    assert read_export([line.encode() for line in write_export(export)]) == export


def test_metadata_binder_names_and_let_are_read() -> None:
    export = read(
        *AXIOM[:2],
        '{"mdata":{"expr":0,"data":{"k":"v"}},"ie":7}',
        '{"lam":{"name":1,"type":7,"body":0,"binderInfo":"implicit"},"ie":8}',
        '{"letE":{"name":1,"type":0,"value":0,"body":0,"nondep":true},"ie":9}',
        '{"app":{"fn":8,"arg":9},"ie":10}',
        '{"axiom":{"name":1,"levelParams":[],"type":10,"isUnsafe":false}}',
    )
    type_ = export.declarations[0].type
    assert isinstance(type_, App)
    assert (type_.fn.type, type_.fn.name, type_.fn.info) == (PROP, ("a",), "implicit")
    assert type_.arg.body is PROP


def spoiled(line: int, old: str, new: str) -> list[str]:
    lines = list(AXIOM)
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new)
    return lines


@pytest.mark.parametrize(
    ("lines", "at", "what"),
    [
        ([*AXIOM, ""], 5, "JSON"),
        ([*AXIOM, "[]"], 5, "found a list"),
        ([*AXIOM, "null"], 5, "expected a JSON object"),
        ([*AXIOM, "{}"], 5, "one kind"),
        ([*AXIOM, "{} {}"], 5, "JSON"),
        ([*AXIOM, META], 5, "unknown 'meta'"),
        ([*AXIOM, AXIOM[2]], 5, "a is declared twice"),
        ([*AXIOM, AXIOM[1]], 5, "ie 0 stands here a second time"),
        ([*AXIOM, AXIOM[0]], 5, "in 1 stands here a second time"),
        (['{"str":{"pre":0,"str":"a"},"in":0}'], 2, "in 0 stands here a second time"),
        (['{"succ":0,"il":0}'], 2, "il 0 stands here a second time"),
        (spoiled(0, '"pre":0', '"pre":3'), 2, "no name 3"),
        (spoiled(0, '"pre":0', '"pre":false'), 2, "no name False"),
        (spoiled(0, '"str":"a"', '"str":1'), 2, "expected a text"),
        (spoiled(0, '"str":"a"', '"str":"\\ud800"'), 2, "surrogate"),
        (spoiled(0, '"in":1', '"in":-1'), 2, "natural number"),
        (spoiled(0, '"in":1', '"in":1.0'), 2, "natural number"),
        (spoiled(0, '"in":1', '"in":true'), 2, "natural number"),
        (spoiled(0, '"in":1', '"in":1,"more":2'), 2, "one kind of thing"),
        (spoiled(0, '"str":"a"', '"str":"a","str":"b"'), 2, "twice in one object"),
        (['{"num":{"pre":0,"i":-1},"in":1}'], 2, "natural number"),
        (spoiled(1, '"sort":0', '"sort":1'), 3, "no level 1"),
        (spoiled(1, '"sort":0', '"sorts":0'), 3, "unknown 'sorts'"),
        (spoiled(1, '"sort":0', '"fvar":0'), 3, "unknown 'fvar'"),
        (spoiled(1, '"sort":0', '"bvar":NaN'), 3, "NaN"),
        (spoiled(1, '"sort":0', '"natVal":"-1"'), 3, "digits"),
        (spoiled(1, '"sort":0', '"natVal":"1e3"'), 3, "digits"),
        (spoiled(1, '"sort":0', '"natVal":"٣"'), 3, "digits"),
        (spoiled(1, '"sort":0', '"natVal":""'), 3, "digits"),
        (spoiled(1, '"sort":0', '"natVal":1'), 3, "expected a text"),
        (spoiled(1, '"sort":0', '"bvar":0'), 4, "outside all binders"),
        (spoiled(2, '"type":0', '"type":0,"value":0'), 4, "unknown 'value'"),
        (spoiled(2, '"levelParams":[],', ""), 4, "missing 'levelParams'"),
        (spoiled(2, '"type":0', '"type":1'), 4, "no expression 1"),
        (spoiled(2, '"isUnsafe":false', '"isUnsafe":0'), 4, "true or false"),
        (spoiled(2, '"levelParams":[]', '"levelParams":{}'), 4, "expected a list"),
        (spoiled(2, '"axiom"', '"axioms"'), 4, "unknown 'axioms'"),
        (['{"max":[0],"il":1}'], 2, "two levels"),
        (['{"mvar":0,"il":1}'], 2, "unknown 'mvar'"),
        (
            [*AXIOM[:2], '{"lam":{"name":1,"type":0,"body":0,"binderInfo":"x"},"ie":1}'],
            4,
            "expected one of default",
        ),
        (
            [*AXIOM[:2], '{"mdata":{"expr":0,"data":[]},"ie":1}'],
            4,
            "expected an object",
        ),
        ([*AXIOM, "[" * 100_000], 5, "JSON"),
    ],
)
def test_what_is_not_in_the_format_is_an_error(lines: list[str], at: int, what: str) -> None:
    with pytest.raises(ExportError, match=what) as error:
        read(*lines)
    assert error.value.line == at


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(ExportError, match="UTF-8"):
        read_export([META.encode() + b"\n", b'{"str":{"pre":0,"str":"\xff"},"in":1}\n'])


def test_a_file_that_was_cut_short() -> None:
    with pytest.raises(ExportError, match="cut short"):
        read(*AXIOM, end="")
    with pytest.raises(ExportError, match="nothing"):
        read_export([])


@pytest.mark.parametrize(
    "meta",
    [
        META.replace("3.1.0", "3.2.0"),
        META.replace('"name":"by hand",', ""),
        META.replace('"githash":"0"', '"githash":0'),
        AXIOM[0],
    ],
)
def test_the_first_line_says_which_format_it_is(meta: str) -> None:
    with pytest.raises(ExportError) as error:
        read_export([meta.encode() + b"\n"])
    assert error.value.line == 1


def test_a_definition_has_hints_and_safety() -> None:
    row = {
        "name": 1,
        "levelParams": [],
        "type": 0,
        "value": 0,
        "hints": {"regular": 2**32},
        "safety": "safe",
        "all": [],
    }
    for spoil in ({}, {"hints": "regular"}, {"hints": "opaque", "safety": "maybe"}):
        with pytest.raises(ExportError):
            read(*AXIOM[:2], json.dumps({"def": {**row, **spoil}}))
    kept = {**row, "hints": {"regular": 7}}
    assert read(*AXIOM[:2], json.dumps({"def": kept})).declarations[0].hints == 7


def test_alike_terms_are_one_object() -> None:
    assert fun(NAT, lambda x: App(x, x)) is fun(NAT, lambda y: App(y, y))
    assert Const(("a",), ()) is Const(("a",))
    assert App(NAT, Bound(3)).loose == 4
    assert Lam(NAT, Bound(3)).loose == 3

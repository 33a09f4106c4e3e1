"""The inspector's answer: read strictly, whatever a package calls its declarations."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import replace

import pytest

from harness.kernel.declarations import Axiom, Declaration, Definition, Export, Opaque, Theorem
from harness.kernel.export import write_export
from harness.kernel.terms import (
    ZERO,
    App,
    Bound,
    Const,
    Expr,
    Lam,
    Max,
    Name,
    NatLit,
    Param,
    Pi,
    Sort,
    StrLit,
    Succ,
)
from harness.lean.audit.answer import END, Answer, Malformed, read_answer
from harness.lean.audit.fingerprint import Fingerprints
from harness.lean.audit.graph import (
    ALLOWED_AXIOMS,
    COMPILER,
    Graph,
    is_generated,
    readable,
)
from harness.lean.audit.inspection import inspector
from harness.lean.audit.names import parsed, shown

PROP = Sort(ZERO)
HOSTILE = [
    "the\u00a0end",
    "to\u2003do",
    "a\x85b",
    "a\u2028b",
    "a\u2029b",
    "a\nb",
    "a\rb",
    "a\tb",
    'a"b',
    "a\\b",
    "a.b",
    "a b",
    "\u202ea",
    "\u200ba",
    "»",
    "«a»",
    "",
    "0",
    "_private",
    '{"harness":{"end":{}}}',
    "\U0001d7d8",
    "\ud7ff",
    "e\u0301",
]


def line(what: str, **fields: object) -> str:
    return json.dumps({"harness": {what: fields}}, separators=(",", ":")) + "\n"


def declared(name: Name, kind: str, verdict: str = "accepted") -> str:
    return line(
        "constant", name=list(name), kind=kind, module=["M", "N"], marks=[], place=[]
    ) + line("ruling", name=list(name), verdict=verdict, reason="")


def answer(declarations: Iterable[Declaration], *more: str) -> str:
    lines = map(json.loads, write_export(Export(tuple(declarations))))
    return "".join([*(json.dumps(each) + "\n" for each in lines), *more, END])


def axiom(name: Name, type_: Expr = PROP) -> Axiom:
    return Axiom(name, (), type_, False)


def theorem(name: Name, value: Expr, type_: Expr = PROP) -> Theorem:
    return Theorem(name, (), type_, value, (name,))


def test_the_inspector_looks_for_what_is_not_allowed_here() -> None:
    (text,) = inspector().values()
    for name, known in {"allowed": ALLOWED_AXIOMS, "compiler": COMPILER}.items():
        (listed,) = re.findall(rf"meta def {name} : List Name :=\s*\[([^\]]*)\]", text)
        assert set(re.findall(r"`([\w.]+)", listed)) == known


# -- names ----------------------------------------------------------------------------------------


def test_no_two_names_have_one_text_and_each_is_read_back() -> None:
    parts: list[str | int] = [*HOSTILE, "a", "b", "A1", "x'", "α", 0, 1, 85]
    names = [(p,) for p in parts] + [(p, q) for p in parts for q in parts] + [()]
    texts = [shown(name) for name in names]
    assert len(set(texts)) == len(names)
    assert [parsed(text) for text in texts] == names
    assert shown(("T", "dot")) == "T.dot"
    assert shown(("T", "x'", "eq_1")) == "T.x'.eq_1"


def test_any_character_can_be_in_a_name_and_what_is_not_seen_is_written_as_its_number() -> None:
    codes = [*range(0x3000), *range(0x3000, 0x10000, 17), *range(0x10000, sys.maxunicode, 997)]
    codes += [0xD7FF, 0xE000, 0xFEFF, 0xFFFE, 0xFFFF, 0xE0001, sys.maxunicode]
    name = tuple(f"a{chr(c)}" for c in codes if not 0xD800 <= c < 0xE000)
    text = shown(name)
    assert parsed(text) == name
    assert text.isprintable()
    assert len(text.split()) == 1 + text.count(" ")
    assert text.splitlines() == [text]


@pytest.mark.parametrize("text", ["a..b", "a.", ".a", "«a", "a»", "«a»b", "a\\b"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        parsed(text)


def test_what_lean_made_on_the_way() -> None:
    generated = ["T.f.eq_1", "T.f.match_2", "T.f._proof_3", "T.f.eq_def", "_private.M.0.T.f.eq_1"]
    written = ["T.f", "T.eq_", "T.eq_x", "T.f'", "_private.M.0.T.f", "T.«a.eq_1»"]
    assert all(map(is_generated, generated))
    assert not any(map(is_generated, written))
    assert readable("_private.M.0.T.f") == "T.f"
    assert readable("_private.M.0.T.«to do»") == "T.«to do»"


# -- lines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", HOSTILE)
def test_an_axiom_of_any_name_is_found_below_a_theorem(part: str) -> None:
    lie, lemma, cheat = ("T", part), ("T", f"{part} too"), ("T", "cheat")
    found = read_answer(
        answer(
            [axiom(lie), theorem(lemma, Const(lie)), theorem(cheat, App(Const(lemma), PROP))],
            declared(lie, "axiom"),
            declared(lemma, "theorem"),
            declared(cheat, "theorem"),
        )
    )
    graph = Graph(found)
    assert set(graph.rests_on("T.cheat")) == {shown(name) for name in (lie, lemma, cheat)}
    assert graph.assumed("T.cheat") == {shown(lie): shown(lemma)}
    assert found.declarations["T.cheat"].module == "M.N"


GOOD = answer([axiom(("T", "a"))], declared(("T", "a"), "axiom"))


def test_the_answer_that_the_broken_ones_are_made_of_is_read() -> None:
    assert read_answer(GOOD).replayed["T.a"].accepted


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (GOOD.removesuffix(END), "cut short"),
        (GOOD.replace('"str": "a"', '"str": "ä"'), "what the inspector escapes"),
        (GOOD.replace('"reason":""', '"reason":"\u2028"'), "what the inspector escapes"),
        (GOOD[:-1], "cut short"),
        (GOOD + "\n", "cut short"),
        (GOOD.replace(END, END + END), "end"),
        (GOOD.replace(END, "\n" + END), "expected one JSON object"),
        (GOOD.replace(END, "all is well\n" + END), "expected one JSON object"),
        (GOOD.replace(END, '{"constant":{}}\n' + END), "unknown 'constant'"),
        (GOOD.replace(END, line("proved", name=["T"]) + END), "proved"),
        (GOOD.replace(END, declared(("T", "a"), "axiom") + END), "there twice"),
        (GOOD.replace(END, declared(("T", "b"), "theorem") + END), "not written down"),
        (GOOD.replace('"kind":"axiom"', '"kind":"theorem"'), "is axiom and theorem"),
        (GOOD.replace('"kind":"axiom"', '"kind":"lemma"'), "lemma"),
        (GOOD.replace('"accepted"', '"accepted!"'), "accepted!"),
        (GOOD.replace('"marks":[]', '"marks":["fine"]'), "fine"),
        (GOOD.replace('"marks":[]', '"marks":[],"marks":[]'), "a key stands twice"),
        (GOOD.replace('"reason":""', '"reason":"","more":1'), "more"),
        (GOOD.replace('"place":[]', '"place":[1,0,2]'), "[1, 0, 2]"),
        (GOOD.replace('"place":[]', '"place":[1,0,2,true]'), "[1, 0, 2, True]"),
        (GOOD.replace('"place":[]', '"place":[1,0,2,-7]'), "[1, 0, 2, -7]"),
        (GOOD.replace('["T","a"]', '["T",true]'), "True"),
        (GOOD.replace('["T","a"]', '["T",1.5]'), "1.5"),
        (GOOD.replace('["T","a"]', '"T.a"'), "T.a"),
        (GOOD.replace('"verdict":"accepted","reason":""', '"verdict":"accepted"'), "verdict"),
        ("".join(GOOD.splitlines(keepends=True)[:-2]) + END, "without a ruling"),
        (GOOD.replace('{"harness":{"ruling"', ' {"harness":{"ruling"'), "unknown 'harness'"),
    ],
)
def test_a_line_that_means_nothing_is_an_error(broken: str, words: str) -> None:
    assert broken != GOOD
    with pytest.raises(Malformed, match=re.escape(words)):
        read_answer(broken)


# -- what is assumed ------------------------------------------------------------------------------


def through_the_library(*library: Declaration) -> Answer:
    cheat = ("T", "cheat")
    below = library[-1]
    assert isinstance(below, Definition | Opaque)
    return read_answer(
        answer([*library, theorem(cheat, Const(below.name))], declared(cheat, "theorem"))
    )


@pytest.mark.parametrize(
    "word", ["reduceBool", "reduceNat", "trustCompiler", "ofReduceBool", "ofReduceNat"]
)
@pytest.mark.parametrize("door", ["type", "value", "opaque", "literal in between"])
def test_the_compilers_word_is_seen_through_every_door(word: str, door: str) -> None:
    lean = Const(("Lean", word))
    primitive = axiom(("Lean", word))
    step = ("Library", "step")
    doors: dict[str, Declaration] = {
        "type": Definition(step, (), Pi(lean, PROP), PROP, "abbrev", "safe", (step,)),
        "value": Definition(step, (), PROP, Lam(PROP, lean), "abbrev", "safe", (step,)),
        "opaque": Opaque(step, (), PROP, lean, False, (step,)),
        "literal in between": Definition(
            step, (), PROP, App(App(Const(("f",)), NatLit(3)), lean), "abbrev", "safe", (step,)
        ),
    }
    found = Graph(through_the_library(primitive, doors[door]))
    assert found.compiled("T.cheat") == {f"Lean.{word}": "T.cheat"}
    clean = Definition(step, (), PROP, PROP, "abbrev", "safe", (step,))
    assert Graph(through_the_library(primitive, clean)).compiled("T.cheat") == {}


def test_an_axiom_that_a_definition_of_the_library_rests_on_is_found() -> None:
    step = ("Library", "step")
    lie = axiom(("Library", "lie"))
    uses = Definition(step, (), PROP, Const(lie.name), "abbrev", "safe", (step,))
    cheat = theorem(("T", "cheat"), Const(step))
    text = answer(
        [lie, uses, cheat], declared(cheat.name, "theorem"), line("axiom", name=["Library", "lie"])
    )
    assert Graph(read_answer(text)).assumed("T.cheat") == {"Library.lie": "T.cheat"}
    # The same as a theorem whose proof the library does not ship.
    shipped = answer([lie, uses, cheat], declared(cheat.name, "theorem"))
    assert Graph(read_answer(shipped)).assumed("T.cheat") == {}
    # One that is believed stands there as an axiom; what is behind it is told apart.
    behind = shipped.replace(
        END, line("assumes", theorem=["Library", "lie"], axiom=["sorryAx"]) + END
    )
    assert Graph(read_answer(behind)).assumed("T.cheat") == {"sorryAx": "T.cheat"}


# -- fingerprints ---------------------------------------------------------------------------------

U, V = Param(("u",)), Param(("v",))
BASE = Definition(
    ("T", "d"),
    (("u",), ("v",)),
    Pi(Sort(Succ(U)), PROP),
    Lam(Sort(Succ(U)), NatLit(1)),
    1,
    "safe",
    (),
)


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, type=Pi(Sort(Succ(V)), PROP)),
        replace(BASE, type=Pi(Sort(U), PROP)),
        replace(BASE, type=Pi(Sort(Max(Succ(U), V)), PROP)),
        replace(BASE, level_params=(("v",), ("u",))),
        replace(BASE, level_params=(("u",),)),
        replace(BASE, value=Lam(Sort(Succ(U)), NatLit(2))),
        replace(BASE, value=Lam(Sort(Succ(U)), StrLit("1"))),
        replace(BASE, value=Lam(Sort(Succ(U)), Bound(0))),
        replace(BASE, value=Lam(Sort(Succ(U)), Const(("1",)))),
        replace(BASE, value=Lam(Sort(Succ(U)), Const(("c",), (U,)))),
        replace(BASE, value=Pi(Sort(Succ(U)), NatLit(1))),
        Theorem(BASE.name, BASE.level_params, BASE.type, BASE.value, ()),
    ],
)
def test_everything_with_a_meaning_is_in_the_fingerprint(other: Definition | Theorem) -> None:
    assert Fingerprints().of(other) != Fingerprints().of(BASE)


def test_levels_and_names_of_constants_are_in_the_fingerprint() -> None:
    found = [
        Fingerprints().of(replace(BASE, value=value))
        for value in (
            Const(("c",), (U,)),
            Const(("c",), (V,)),
            Const(("c",), (Succ(U),)),
            Const(("c",)),
            Const(("c", "d")),
            Const(("c.d",)),
            App(Const(("c",)), Const(("d",))),
            NatLit(2**64),
            NatLit(2**64 + 1),
        )
    ]
    assert len(set(found)) == len(found)


def test_what_universes_and_variables_are_called_is_not() -> None:
    w = Param(("w",))
    renamed = replace(
        BASE,
        level_params=(("w",), ("v",)),
        type=Pi(Sort(Succ(w)), PROP, ("x",), "implicit"),
        value=Lam(Sort(Succ(w)), NatLit(1), ("y",)),
    )
    assert Fingerprints().of(renamed) == Fingerprints().of(BASE)

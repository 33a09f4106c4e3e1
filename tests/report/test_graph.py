"""The graph: what rests on what, laid out so that it can be read."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.claims.about import About
from harness.evidence import Evidence, Leg, Outcome
from harness.report.page.drawing import NARROWEST, PAGE, WIDEST, box_width, draw
from harness.report.page.graph import LETTER, LIMIT, Graph, graph
from harness.report.page.layers import Edges, acyclic, crossings, layers, paths, reduced, rows
from harness.report.page.uses import ranked
from harness.report.page.words import joints
from harness.results.subject import LegResult
from tests.report.demo import REFUTED, demo, hostile, many


@st.composite
def graphs(draw: st.DrawFn) -> Edges:
    names = [f"n{i}" for i in range(draw(st.integers(1, 9)))]
    return {
        name: frozenset(draw(st.sets(st.sampled_from(names[:i] or names), max_size=3))) - {name}
        if i
        else frozenset()
        for i, name in enumerate(names)
    }


def reach(edges: Edges, node: str) -> set[str]:
    found: set[str] = set()
    todo = [node]
    while todo:
        new = edges[todo.pop()] - found
        found |= new
        todo += new
    return found


@given(graphs())
def test_what_follows_is_left_out_and_nothing_else(edges: Edges) -> None:
    kept = reduced(edges)
    for node in edges:
        assert kept[node] <= edges[node]
        assert reach(kept, node) == reach(edges, node)
        for below in kept[node]:
            assert not any(below in reach(kept, other) for other in kept[node])


@given(graphs())
def test_what_is_used_stands_to_the_left(edges: Edges) -> None:
    layer = layers(edges)
    assert all(layer[b] < layer[node] for node, below in edges.items() for b in below)
    assert min(layer.values()) >= 0


@given(graphs())
def test_boxes_do_not_overlap_and_stay_in_the_drawing(edges: Edges) -> None:
    drawing = draw(edges, dict.fromkeys(edges, 2), box_width(edges))
    boxes = [box for _, box in drawing.boxes]
    assert len(boxes) == len(edges)
    for i, one in enumerate(boxes):
        assert min(one.x, one.y) >= 0
        assert one.x + one.width <= drawing.width
        assert one.y + one.height <= drawing.height
        for other in boxes[:i]:
            if one.x == other.x:
                assert one.y + one.height < other.y or other.y + other.height < one.y
    assert len(drawing.curves) == sum(map(len, edges.values()))


@pytest.mark.parametrize("length", range(1, 15))
def test_a_drawing_keeps_to_the_screen_while_it_can_be_read(length: int) -> None:
    chain = {f"n{i}": frozenset({f"n{i - 1}"} if i else ()) for i in range(length)}
    width = box_width(chain)
    drawing = draw(chain, dict.fromkeys(chain, 1), width)
    assert NARROWEST <= width <= WIDEST
    assert drawing.width <= PAGE or width == NARROWEST
    assert length > 9 or drawing.width <= PAGE


def test_circles_are_cut() -> None:
    edges = acyclic({"a": frozenset("b"), "b": frozenset("c"), "c": frozenset("a")})
    assert sum(map(len, edges.values())) == 2
    assert layers(edges)


def test_rows_are_sorted_to_have_few_crossings() -> None:
    edges = {
        "x": frozenset(), "y": frozenset(), "z": frozenset(),
        "a": frozenset("z"), "b": frozenset("y"), "c": frozenset("x"),
    }  # fmt: skip
    routes = list(paths(edges, layers(edges)).values())
    right = {route[0]: {route[1]} for route in routes}
    assert crossings([list("xyz"), list("abc")], right) == 3
    assert crossings(rows(layers(edges), routes), right) == 0


# -- of a run ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> Graph:
    drawn = graph(demo())
    assert isinstance(drawn, Graph)
    return drawn


def test_every_subject_is_a_node_with_its_status_and_anchor(found: Graph) -> None:
    nodes = {node.name: node for node in found.nodes}
    for subject in demo().subjects:
        node = nodes[subject.name]
        assert (node.kind, node.status) == (subject.kind.value, subject.status.value)
        assert node.anchor
        assert "".join(node.lines) == subject.name
        assert max(map(len, node.lines)) * LETTER + 26 <= node.box.width  # with its symbol


def test_lemmas_of_the_package_are_there_and_are_not_verdicts(found: Graph) -> None:
    nodes = {node.name: node for node in found.nodes}
    assert {nodes["dot_mulVec"].kind, nodes["sum_comm"].kind} == {"lemma"}
    assert nodes["sum_comm"].status == nodes["sum_comm"].anchor == ""


def test_edges_are_what_proofs_use_and_statements_call(found: Graph) -> None:
    edges = {(edge.source, edge.target) for edge in found.edges}
    assert ("sum_comm", "dot_mulVec") in edges
    assert ("dot_mulVec", "scores_invariant_of_orthogonal") in edges
    assert ("attentionWeights", "attentionContext") in edges
    assert ("planeRotation", "planeRotation_commutes") in edges
    assert ("sum_comm", "scores_invariant_of_orthogonal") not in edges


def test_without_lean_there_are_still_the_terms() -> None:
    run = demo()
    bare = tuple(replace(claim, legs=()) for claim in run.claims)
    drawn = graph(replace(run, claims=bare))
    assert isinstance(drawn, Graph)
    assert len(drawn.nodes) == len(run.subjects)


def test_names_outside_of_the_package_and_made_up_ones_are_left_out() -> None:
    run = demo()
    check = next(iter(run.claims[0].evidence))
    names = ["Eq.mpr", "Foldability.scores.eq_1", "Foldability._proof_2", "Foldability.lemma"]
    changed = replace(check, data={"uses": names})
    legs = (replace(run.claims[0].legs[0], checks=(changed,)),)
    drawn = graph(replace(run, claims=(replace(run.claims[0], legs=legs),)))
    assert isinstance(drawn, Graph)
    assert [node.name for node in drawn.nodes if node.kind == "lemma"] == ["lemma"]


def test_too_many_are_counted_and_none_are_nothing() -> None:
    count = graph(many(LIMIT + 1))
    assert isinstance(count, int)
    assert count > LIMIT
    assert graph(replace(demo(), claims=(), definitions=())) is None
    graph(hostile())


# -- the order of claims -------------------------------------------------------------------------


def proved(*uses: str) -> LegResult:
    names = [f"Foldability.{name}" for name in uses]
    check = Evidence("", Leg.PROOF, "kernel", Outcome.CONFIRMED, "", data={"uses": names})
    return LegResult(Leg.PROOF, Outcome.CONFIRMED, (check,))


def in_groups(**uses: str) -> list[list[str]]:
    """The names of a run's claims as they are ranked, where their proofs use these names."""
    claim = demo().claims[0]
    claims = [replace(claim, name=k, legs=(proved(*v.split()),)) for k, v in uses.items()]
    found = ranked(replace(demo(), claims=tuple(claims), definitions=(), about=About()))
    return [[claim.name for claim in group.subjects] for group in found]


def test_claims_that_no_proof_rests_on_come_first_and_each_before_what_it_rests_on() -> None:
    assert in_groups(a="", b="a", c="b", d="", e="a") == [["c", "e", "d"], ["b", "a"]]


def test_a_claim_is_used_through_a_lemma_as_well() -> None:
    run = demo()
    one, two = (replace(claim, legs=()) for claim in run.claims[:2])
    lemmas = {"Foldability.lemma": [f"Foldability.{one.name}"]}
    leg = proved("lemma")
    check = replace(leg.checks[0], data={**leg.checks[0].data, "lemmas": lemmas})
    two = replace(two, legs=(replace(leg, checks=(check,)),))
    groups = ranked(replace(run, claims=(one, two), definitions=(), about=About()))
    assert [group.subjects for group in groups] == [(two,), (one,)]


def test_without_uses_the_specifications_order_stays() -> None:
    assert in_groups(b="", a="", c="other") == [["b", "a", "c"]]
    assert in_groups() == []


def test_claims_in_a_circle_are_all_there() -> None:
    found = in_groups(a="b", b="a", c="")
    assert sorted(name for group in found for name in group) == ["a", "b", "c"]


def test_what_is_not_confirmed_comes_before_all_else_and_then_what_the_project_names() -> None:
    run = replace(demo(), about=About(main=("ropeHalfSplit_commutes", REFUTED)))
    groups = {group.title: [s.name for s in group.subjects] for group in ranked(run)}
    assert list(groups)[:3] == ["Refuted or unproved", "Undecided", "Main theorems"]
    assert groups["Refuted or unproved"] == [REFUTED]
    assert groups["Main theorems"] == ["ropeHalfSplit_commutes"], "what is refuted stands above"
    shown = [name for names in groups.values() for name in names]
    assert sorted(shown) == sorted(subject.name for subject in run.subjects)


def test_no_word_of_a_name_is_broken() -> None:
    drawn = graph(demo())
    assert isinstance(drawn, Graph)
    for node in drawn.nodes:
        ends = itertools.accumulate(map(len, joints(node.name)))
        broken = itertools.accumulate(map(len, node.lines))
        assert set(broken) <= set(ends), node.lines

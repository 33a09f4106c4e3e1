"""A package that cheats in every way that we could think of, and its clean twin.

Each claim of the one must fail, in the leg and for the reason below; the same specifications must
all be confirmed of the other. A leg that is not named here may be fooled: no single one finds all.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from harness.claims.library import core_scalars
from harness.claims.load import load_claim
from harness.claims.lock import lock_text
from harness.claims.project import load_project
from harness.evidence import Evidence, Gap, GapKind, Leg, Outcome
from harness.lean.arrangement import arranged
from harness.lean.audit.answer import Ruling
from harness.lean.audit.comparison import Comparison
from harness.lean.audit.inspection import inspect
from harness.lean.expression import Constant, TypeOf
from harness.lean.find import find_toolchain
from harness.lean.leg import DEFINITION_LEGS, OWN_LEGS, check_all, look
from harness.lean.lock import current
from harness.lean.mirror.apart import trials
from harness.lean.mirror.judge import mirror_claim
from harness.lean.mirror.plan import plan
from harness.lean.proof import second
from harness.lean.session import Session
from harness.lean.toolchain import Caller
from harness.verdict import Status, Verdict, judge

PACKAGE = Path(__file__).parents[1] / "fixtures" / "sabotage"

pytestmark = pytest.mark.lean

P, M, E = Leg.PROOF, Leg.MIRROR, Leg.EXECUTION

NAMES = {
    "nbsp": r"«a\u{a0}b»",
    "em_space": r"«a\u{2003}b»",
    "nel": r"«a\u{85}b»",
    "line_separator": r"«a\u{2028}b»",
    "newline": r"«a\u{a}b»",
    "return": r"«a\u{d}b»",
    "tab": r"«a\u{9}b»",
    "nothing": r"«a\u{0}b»",
    "quote": 'a"b',
    "backslash": r"«a\u{5c}b»",
    "dot": "«a.b»",
    "guillemet": r"«a\u{bb}b»",
    "override": r"«a\u{202e}b»",
    "astral": "a\U0001d7d8b",
}
"""Names of some axioms, as they are shown."""

CHEATS: dict[str, tuple[Leg, str]] = {
    # what is no proof
    "by_sorry": (P, "rests on `sorry`"),
    "by_axiom": (P, "not a theorem but an axiom"),
    "by_definition": (P, "not a theorem but a definition"),
    "by_opaque": (P, "not a theorem but an opaque"),
    "by_native": (P, "the axiom Lean.ofReduceBool"),
    "by_hidden_axiom": (P, "the axiom Sabotage.deep, through Sabotage.middle"),
    "by_unchecked": (P, "The kernel refuses Sabotage.absurdity"),
    "by_skipping": (P, "The kernel refuses"),
    # names that hold what separates words, lines and fields
    **{f"by_{name}": (P, f"the axiom Sabotage.{part}, through") for name, part in NAMES.items()},
    # stored terms that are not what they say
    "by_forged_level": (P, "The kernel refuses Sabotage."),
    "by_left_over": (P, "The kernel refuses Sabotage.leftOver, on which it rests: it holds a free"),
    "by_number_below_zero": (P, "The kernel refuses Sabotage.sum_is_zero, on which it rests"),
    "by_free_variable": (P, "Sabotage.by_nobody, on which it rests: it holds a free variable"),
    "by_metavariable": (P, "Sabotage.by_nothing_yet, on which it rests: it holds a metavariable"),
    "by_loose_variable": (P, "Sabotage.by_no_binder, on which it rests: a bound variable stands"),
    # what compiled code says
    "by_reduce_bool": (P, "what compiled code answers (Lean.reduceBool)"),
    "by_reduce_nat": (P, "what compiled code answers (Lean.reduceNat)"),
    "by_reduce_in_definition": (P, "(Lean.reduceBool, through Sabotage.inDefinition)"),
    "by_reduce_in_opaque": (P, "(Lean.reduceBool, through Sabotage.inOpaque)"),
    "by_reduce_in_type": (P, "what compiled code answers (Lean.reduceBool)"),
    "by_trusting_the_compiler": (P, "the axiom Lean.trustCompiler"),
    # names that read like others
    "by_quoted_name": (P, "not a theorem but an axiom"),
    "by_quoted_axiom": (P, "rests on the axiom «Quot.sound»"),
    "by_look_alike": (M, "and `dοt u v = dοt v u` in"),
    "by_opened": (M, "and `Elsewhere.dot u v = Elsewhere.dot v u` in"),
    "by_private": (P, "private to its file"),
    "misplaced": (P, "there is Elsewhere.misplaced, in another namespace"),
    # what is not there
    "broken": (P, "Broken.lean does not compile: line 13"),
    "forgotten": (P, "Forgotten.lean, which the package's root does not import"),
    "by_exit": (P, "Found.lean seems to declare it: Lean does not read so far"),
    # statements that say less, or something else
    "with_hypothesis": (M, "assumes `same : dot u u = dot v v`, which the specification"),
    "with_implicit": (M, "takes `k : Nat`, which the specification has not"),
    "over_fields": (M, "(Lean.Grind.CommRing), Sabotage.over_fields of `[Lean.Grind.Field α]`"),
    "spec_assumes": (M, "assumes `same: dot(u, u) = dot(v, v)`, which"),
    "instance_of_times": (M, "Times.zeroProduct"),
    "notation_of_times": (M, "Lean has `Eq α (Sabotage.nothing"),
    "macro_of_equals": (M, "Lean has `True`"),
    "found_by_macro": (M, "an instance, such as that of `*`, or a universe is another"),
    "emptied_comm": (M, "Sabotage.emptied is defined otherwise in Lean"),
    # definitions
    "emptied": (M, "is defined otherwise in Lean"),
    "own_product": (M, "The scalars come from Sabotage.mixed, which the package itself declares"),
    "swapped": (E, "other code in place of Sabotage.swapped, which is marked implemented_by"),
    "outsourced": (E, "Sabotage.outsourced, which is marked extern"),
    "replaced": (E, "the csimp theorem Sabotage.replaced_eq_other says, which is not proved"),
    "distant": (E, "other code in place of Sabotage.far, which is marked implemented_by"),
}
DEFINITIONS = {"emptied", "swapped", "outsourced", "replaced", "distant", "twice", "own_product"}
HONEST = {"honest", "twice_comm", "twice", "through_types", "over_types"}

STATED = "{n : Nat} (u v : Fin n → α) : dot u v = dot v u"
CLAIM = """\
theorem: {name}
says: The inner product does not mind the order.
for:
  n: dimension
  u, v: vector(n)
then: dot(u, v) = dot(v, u)
"""


class Answers:
    """Everything that the Lean legs say of a project."""

    def __init__(
        self, root: Path, cache: Path, lean: str = "lean", legs: tuple[Leg, ...] = OWN_LEGS
    ) -> None:
        self.project = replace(load_project(root), lean=root / lean)
        self.legs = legs
        self.cache = cache
        found = list(check_all(self.project, cache=cache, legs=legs))
        self.evidence = [item for item in found if isinstance(item, Evidence)]
        self.gaps = [item for item in found if isinstance(item, Gap)]

    def verdicts(self) -> Iterator[Verdict]:
        for claim in self.project.claims:
            yield judge(claim.theorem, self.evidence, self.legs)
        for name in self.project.library.definitions:
            legs = [leg for leg in self.legs if leg in DEFINITION_LEGS]
            yield judge(name, self.evidence, legs)

    def look(self) -> Session:
        return look(self.project, Caller(find_toolchain(), self.cache))

    def confirmed(self) -> set[str]:
        return {v.subject for v in self.verdicts() if v.status is Status.CONFIRMED}

    def of(self, subject: str, leg: Leg) -> list[Evidence]:
        return [e for e in self.evidence if e.subject == subject and e.leg is leg]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sabotage") / "project"
    shutil.copytree(PACKAGE, root)
    # Claims that differ in their names alone, and their clean twins, are written down here.
    written = {path.stem for path in (root / "specs").glob("*.yaml")}
    missing = sorted((CHEATS.keys() | HONEST) - written - DEFINITIONS)
    twins = [f"theorem {name} {STATED} := honest u v\n" for name in missing]
    for name in missing:
        (root / "specs" / f"{name}.yaml").write_text(CLAIM.format(name=name), "utf-8")
    clean = root / "clean" / "Sabotage.lean"
    text = clean.read_text("utf-8")
    clean.write_text(text.replace("\nend Sabotage\n", "\n".join(["", *twins, "end Sabotage\n"])))
    return root


@pytest.fixture(scope="module")
def cheating(root: Path) -> Answers:
    return Answers(root, root / "cache")


@pytest.fixture(scope="module")
def session(cheating: Answers) -> Session:
    return cheating.look()


@pytest.fixture(scope="module")
def clean(root: Path) -> Answers:
    return Answers(root, root / "clean-cache", "clean")


CONFIRMED = {"honest", "twice_comm", "twice"}
REFUSED = {"by_skipping", "with_hypothesis"}
"""What the small package has, and what comes of it."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Few theorems in one file; what is changed in it is changed in a `copy`."""
    root = tmp_path_factory.mktemp("small") / "project"
    shutil.copytree(PACKAGE / "small", root / "lean")
    shutil.copy(PACKAGE / "pyproject.toml", root)
    (root / "specs").mkdir()
    whole = yaml.safe_load((PACKAGE / "specs" / "definitions.yaml").read_text("utf-8"))
    for part, name in (("scalars", "commutative ring"), ("definitions", "twice")):
        whole[part] = {name: whole[part][name]}
    text = yaml.safe_dump(whole, sort_keys=False)
    (root / "specs" / "definitions.yaml").write_text(text, "utf-8")
    for name in (CONFIRMED | REFUSED) - DEFINITIONS:
        shutil.copy(PACKAGE / "specs" / f"{name}.yaml", root / "specs")
    return Answers(root, root / "cache")


@pytest.fixture
def copy(small: Answers, tmp_path: Path) -> Path:
    """The small package with all that is kept of it."""
    return Path(shutil.copytree(small.project.root, tmp_path / "copy"))


def test_nothing_that_cheats_is_confirmed_and_nothing_else_fails(cheating: Answers) -> None:
    assert {verdict.subject for verdict in cheating.verdicts()} == CHEATS.keys() | HONEST
    assert cheating.confirmed() == HONEST


@pytest.mark.parametrize("cheat", CHEATS)
def test_it_is_found_for_the_right_reason(cheating: Answers, cheat: str) -> None:
    leg, words = CHEATS[cheat]
    found = [e for e in cheating.of(cheat, leg) if e.outcome is Outcome.REFUTED]
    assert any(words in e.summary for e in found), [e.summary for e in cheating.of(cheat, leg)]
    assert leg is E or all(e.diagnostics for e in found)


def test_a_theorem_about_type_alone_is_confirmed_of_that_and_says_so(cheating: Answers) -> None:
    """Specifications do not speak of universes, so they are those of the theorem."""
    assert any("of scalars that lie in `Type`" in e.summary for e in cheating.of("over_types", M))
    assert not any("lie in `Type`" in e.summary for e in cheating.of("honest", M))


def test_both_kernels_refuse_what_is_forged(cheating: Answers) -> None:
    """Each by itself: a hole in one of them is no way through."""
    for cheat in (
        *("by_unchecked", "by_skipping", "by_forged_level", "by_number_below_zero"),
        *(f"by_{name}" for name in NAMES),
    ):
        [found] = [e for e in cheating.of(cheat, P) if e.check == second.CHECK.name]
        assert found.outcome is Outcome.REFUTED, found.summary
    for honest in HONEST - DEFINITIONS:
        [found] = [e for e in cheating.of(honest, P) if e.check == second.CHECK.name]
        assert found.outcome is Outcome.CONFIRMED, found.summary


def test_what_belongs_to_types_is_ruled_on_with_them(session: Session) -> None:
    replayed, declarations = session.answer.replayed, session.answer.declarations
    for name in ("Two", "Two.mk", "Two.rec", "Tree.rec_1", "Even.rec", "Marked.mk", "Odd.next"):
        assert replayed[f"Sabotage.{name}"].accepted, name
        assert declarations[f"Sabotage.{name}"].term is not None
    kinds = {declarations[name].kind for name in session.graph.rests_on("Sabotage.through_types")}
    assert kinds >= {"inductive", "constructor", "recursor", "theorem", "definition"}


NEXT = {
    "sum_next": "",
    "sum_unproved": "rests on `sorry`",
    "sum_assumed": "rests on the axiom Sabotage.Folded.sum_assumed",
    "sum_itself": "does not find it so by Sabotage.Folded.sum_empty and Sabotage.Folded.sum_itself",
    "sum_if": "does not find it so by",
    "sum_of_numbers": "is about scalars of the kind 'integers', and the claim about",
    "Right.sum_next": "does not find it so by",
}
"""Theorems that are named for one term more, and why they do not do."""
DOT = "Sabotage.Folded.dot_is"
C, R, N = Outcome.CONFIRMED, Outcome.REFUTED, Outcome.NOT_RUN
SUMS: dict[str, tuple[str, dict[str, tuple[str, ...]], Outcome, str]] = {
    **{
        name: (name, {}, R, f"Sabotage.{name}.sum is not the operator `sum`")
        for name in ("Zero", "First", "Last", "Only")
    },
    "Right": ("Right", {}, C, ""),
    "Mixed": ("Mixed", {}, R, "The scalars come from Sabotage.Mixed.product, which the package"),
    # What is 0 for everything is no sum, whatever is named for it.
    "Zero, by theorems": (
        "Zero",
        {"sum": ("Sabotage.Zero.sum_empty", "Sabotage.Zero.sum_next")},
        R,
        "Sabotage.Zero.sum is not the operator `sum`",
    ),
    "Folded": ("Folded", {}, N, "under `bridges` in definitions.yaml"),
    **{
        f"Folded, by {name}": (
            "Folded",
            {
                "sum": ("Sabotage.Folded.sum_empty", f"Sabotage.Folded.{name}"),
                "dot": (DOT,),
            },
            N if words else C,
            words,
        )
        for name, words in NEXT.items()
    },
    "Folded, dot by nothing": (
        "Folded",
        {"sum": ("Sabotage.Folded.sum_empty", "Sabotage.Folded.sum_next")},
        N,
        "whether Sabotage.Folded.dot is what is meant by `dot` is not known",
    ),
}
"""Namespaces with a sum and an inner product of their own, the theorems that are named for them,
and what is said of a claim about them."""


def compared(
    session: Session, asked: Sequence[Comparison], cache: Path
) -> dict[str, dict[str, Ruling]]:
    """What the kernel says of comparisons whose keys begin with a name and a stroke, by it."""
    caller = Caller(find_toolchain(), cache)
    answer, _ = inspect(session.build, caller, asked, folder="asked", what="", alone=True)
    found: dict[str, dict[str, Ruling]] = {}
    for key, ruling in answer.compared.items():
        name, own = key.split("/", 1)
        found.setdefault(name, {})[own] = ruling
    return found


def test_the_sum_below_an_inner_product_is_asked_about(session: Session, root: Path) -> None:
    """`dot` is what its meaning makes of the package's sum; so that is compared as well."""
    project = session.project
    [claim] = [claim for claim in project.claims if claim.theorem == "honest"]
    ring = project.library.scalars["commutative ring"]
    mixed = {**ring.operations, "multiply": ("Sabotage.Mixed.product",)}
    own = {"mixed": replace(ring, name="mixed", operations=mixed)}
    plans = {}
    asked = []
    for name, (space, bridges, _, _) in SUMS.items():
        library = replace(
            project.library,
            namespace=f"Sabotage.{space}",
            primitives={op: f"Sabotage.{space}.{op}" for op in ("sum", "dot")},
            definitions={},
            bridges=bridges,
            scalars={**(own if space == "Mixed" else {}), **project.library.scalars},
        )
        library = arranged(library, (claim,), session.answer.constants)
        made, tried = plan(library, (claim,)), trials(library, ("primitive:sum", "primitive:dot"))
        plans[name] = library, made, tried
        every = [*made.comparisons, *(t.comparison for each in tried.values() for t in each)]
        asked += [replace(comparison, key=f"{name}/{comparison.key}") for comparison in every]
    rulings = compared(session, asked, root)
    for name, (_, bridges, outcome, words) in SUMS.items():
        library, made, tried = plans[name]
        there = replace(
            session,
            project=replace(project, library=library, claims=(claim,)),
            plan=made,
            trials=tried,
            answer=replace(session.answer, compared=rulings[name]),
        )
        found = mirror_claim(there, claim)
        assert found.outcome is outcome, (name, found.summary)
        assert words in found.summary, (name, found.summary)
        if outcome is C:
            assert found.data["operators"] == ["dot", "sum"]
            assert found.data.get("bridges", {}) == {k: list(v) for k, v in bridges.items()}


KINDS = {
    "in_order": ("rational numbers", "assume: {h: a ≤ b}\nthen: a ≤ b", {}, {}, C, ""),
    "by_order": (
        *("rational numbers", "then: a ≤ b", {}, {"LE": "Sabotage.anyOrder"}, R),
        "The scalars come from Sabotage.anyOrder",
    ),
    "by_renaming": (
        *("commutative ring", "then: a + b = b + a"),
        *({"add": ("multiply", "Mul.mul", "Add.mk")}, {}, Outcome.NOT_RUN),
        "definitions.yaml names Add.mk",
    ),
    # With another sign it is the same theorem, honestly claimed.
    "by_renaming, honestly": ("commutative ring", "then: a * b = b * a", {}, {}, C, ""),
}
"""Claims of a and b: their scalars, what they say, the operations and classes that are others, the
first by one of the same scalars and what leads on, and what is said of them."""


def test_what_stands_for_a_sign_is_what_it_means(session: Session, tmp_path: Path) -> None:
    """Specifications say `≤`; what is claimed of fractions is claimed of the order of fractions.

    And what is claimed of a sum is claimed of no product, called so by a way through Lean's own
    library: both sides of a comparison are printed with it.
    """
    project = session.project
    sessions = {}
    asked = []
    for number, (name, (scalars, text, other, classes, _, _)) in enumerate(KINDS.items()):
        kind = core_scalars()[scalars]
        ways = {sign: (*kind.operations[way[0]], *way[1:]) for sign, way in other.items()}
        kind = replace(
            kind, operations={**kind.operations, **ways}, classes={**kind.classes, **classes}
        )
        path = tmp_path / f"{number}.yaml"
        head = f"theorem: {name.split(',')[0]}\nsays: So it is.\nscalars: {scalars}\n"
        path.write_text(f"{head}for: {{'a, b': scalar}}\n{text}\n", "utf-8")
        library = replace(project.library, scalars={**project.library.scalars, scalars: kind})
        claim = load_claim(path, path.name, library)
        library = arranged(library, (claim,), session.answer.constants)
        own = replace(project, library=library, claims=(claim,))
        sessions[name] = replace(session, project=own, plan=plan(library, (claim,)))
        asked += [replace(c, key=f"{name}/{c.key}") for c in sessions[name].plan.comparisons]
    rulings = compared(session, asked, tmp_path)
    for name, there in sessions.items():
        answer = replace(session.answer, compared=rulings[name])
        found = mirror_claim(replace(there, answer=answer), there.project.claims[0])
        *_, outcome, words = KINDS[name]
        assert found.outcome is outcome, (name, found.summary)
        assert words in found.summary


def test_the_clean_twin_of_each_is_confirmed(clean: Answers) -> None:
    assert clean.confirmed() == CHEATS.keys() | HONEST, [
        (e.subject, e.summary)
        for e in clean.evidence
        if e.outcome not in (Outcome.CONFIRMED, Outcome.NOT_APPLICABLE)
    ]


def test_what_no_claim_is_about_is_listed(cheating: Answers, clean: Answers) -> None:
    found = {(gap.kind, gap.name) for gap in cheating.gaps}
    assert (GapKind.UNREACHED, "Sabotage.Forgotten") in found
    assert (GapKind.UNMENTIONED, "Elsewhere.misplaced") in found
    assert [(gap.kind, gap.name) for gap in clean.gaps] == [
        (GapKind.UNMENTIONED, "Sabotage.replaced_eq_other")
    ]


def test_emptied_in_lean_and_in_the_specification_alike(small: Answers, copy: Path) -> None:
    """Proof, mirror and execution agree with each other, and cannot see it; the lock does."""
    assert small.confirmed() == CONFIRMED
    (copy / "specs" / "lock.yaml").write_text(lock_text(current(small.look())), "utf-8")
    for file, old, new in (
        ("lean/Sabotage.lean", "  dot u v + dot u v\n", "  0 * dot u v\n"),
        ("specs/definitions.yaml", "is: dot(u, v) + dot(u, v)", "is: 0 * dot(u, v)"),
    ):
        text = (copy / file).read_text("utf-8")
        assert text.count(old) == 1
        (copy / file).write_text(text.replace(old, new), "utf-8")
    found = Answers(copy, copy / "cache")
    assert found.confirmed() == {"honest"}
    for subject in ("twice", "twice_comm"):
        unconfirmed = [
            e for e in found.evidence if e.subject == subject and e.outcome is not Outcome.CONFIRMED
        ]
        assert [(e.leg, e.check, e.outcome) for e in unconfirmed] == [
            (M, "lock", Outcome.INCONCLUSIVE)
        ]
        assert "Sabotage.twice is not what was locked" in unconfirmed[0].summary
        assert {fault.file.split("/")[0] for fault in unconfirmed[0].diagnostics} == {
            "specs",
            "lean",
        }


def test_a_kept_answer_that_was_edited_is_not_believed(copy: Path) -> None:
    kept = copy / "cache" / "inspection" / "answer.json"
    honest = kept.read_text("utf-8")
    forged = honest.replace("refused", "accepted")
    assert forged != honest
    kept.write_text(forged, "utf-8")
    again = Answers(copy, copy / "cache", legs=(P, M))
    assert again.confirmed() == CONFIRMED


def test_what_a_comparison_rests_on_is_replayed_where_nothing_else_is(
    small: Answers, tmp_path: Path
) -> None:
    """A theorem is a proof of what it says as far as the kernel takes it, and only then."""
    cited = {name: Constant(f"Sabotage.{name}", ("u",)) for name in ("honest", *REFUSED)}
    asked = [Comparison(name, ("u",), TypeOf(own), own) for name, own in cited.items()]
    caller = Caller(find_toolchain(), tmp_path)
    answer, _ = inspect(small.look().build, caller, asked, folder="asked", what="", alone=True)
    rulings = {name: ruling.accepted for name, ruling in answer.compared.items()}
    assert rulings == {"honest": True, "with_hypothesis": True, "by_skipping": False}
    assert not answer.declarations


def test_a_package_that_declares_what_operators_mean(copy: Path) -> None:
    """Both sides of a comparison would be its own."""
    names = ("HarnessOperators.product", "HarnessReference.dot")
    source = copy / "lean" / "Sabotage.lean"
    more = "".join(f"\n@[expose] public section\ndef {name} : Nat := 0\nend\n" for name in names)
    source.write_text(source.read_text("utf-8") + more, "utf-8")
    found = Answers(copy, copy / "cache", legs=(P, M))
    assert not found.confirmed()
    assert f"declares {', '.join(names)}: names of the harness's own" in found.evidence[0].summary


def test_a_file_newer_than_its_result_is_checked_again(copy: Path) -> None:
    """And what was built of it cannot be put in its place."""
    source = copy / "lean" / "Sabotage.lean"
    olean = copy / "cache" / "build" / "lib" / "Sabotage.olean"
    old, stale = source.read_text("utf-8"), olean.read_bytes()
    proof = "by\n  rw [twice, twice, honest u v]"
    assert old.count(proof) == 1
    source.write_text(old.replace(proof, "sorry"), "utf-8")
    again = Answers(copy, copy / "cache", legs=(P, M))
    assert again.confirmed() == CONFIRMED - {"twice_comm"}
    olean.write_bytes(stale)
    [found] = Answers(copy, copy / "cache", legs=(P,)).of("twice_comm", P)[:1]
    assert found.outcome is Outcome.REFUTED

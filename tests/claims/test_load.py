"""Bad input: every mistake of every file, each at its line and column, all at once."""

from pathlib import Path

import pytest

from harness.claims.document import read_document, schema
from harness.claims.library import load_library
from harness.claims.load import load_claim, load_claims
from harness.claims.model import TO_BE_SAID, Claim
from harness.claims.project import find_root, load_project
from harness.diagnostics import InputError
from harness.lean.expression import ForAll
from harness.lean.printer import Printer

ROOT = Path(__file__).parents[2]
LIBRARY = load_library(ROOT / "specs" / "definitions.yaml", "specs/definitions.yaml")

GOOD = """\
theorem: a_theorem
says: Something.
for:
  n: dimension
  R: matrix(n, n)
assume:
  orthogonal: Rᵀ @ R = 1
then: (Rᵀ @ R) @ Rᵀ = Rᵀ
"""


def faults(tmp_path: Path, text: str | bytes) -> list[str]:
    path = tmp_path / "claim.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as caught:
        load_claim(path, "claim.yaml", LIBRARY)
    return [str(d) for d in caught.value.diagnostics]


def test_a_good_claim(tmp_path: Path) -> None:
    path = tmp_path / "claim.yaml"
    path.write_text(GOOD)
    claim = load_claim(path, "claim.yaml", LIBRARY)
    assert [h.name for h in claim.hypotheses] == ["orthogonal"]
    assert claim.scalars.lean_name == "Lean.Grind.CommRing"
    place = claim.hypotheses[0].place
    assert place is not None
    assert place.span(claim.hypotheses[0].equation.span) == (7, 15)


def test_variables_after_the_hypotheses_are_variables_and_stand_where_lean_has_them(
    tmp_path: Path,
) -> None:
    def claim(text: str) -> Claim:
        path = tmp_path / "claim.yaml"
        path.write_text(text)
        return load_claim(path, "claim.yaml", LIBRARY)

    before = claim(GOOD.replace("then: (Rᵀ @ R) @ Rᵀ = Rᵀ", "then: dot(R @ x, R @ y) = dot(x, y)")
                   .replace("(n, n)\n", "(n, n)\n  x, y: vector(n)\n"))  # fmt: skip
    ranged = "then: '∀ (x: vector(n)) (y: vector(n)), dot(R @ x, R @ y) = dot(x, y)'"
    after = claim(GOOD.replace("then: (Rᵀ @ R) @ Rᵀ = Rᵀ", ranged))
    assert [p.name for p in after.parameters] == ["n", "R", "x", "y"]
    assert (after.parameters, after.conclusion.left) == (before.parameters, before.conclusion.left)
    assert [before.hypotheses[0].after, after.hypotheses[0].after] == [None, 2]
    printer = Printer(LIBRARY)

    def binders(claim: Claim) -> list[str]:
        found, rest = [], printer.claim(claim)[1]
        while isinstance(rest, ForAll):
            found.append(rest.name or "a hypothesis")
            rest = rest.body
        return found[-4:]

    assert binders(before) == ["R", "x", "y", "a hypothesis"]
    assert binders(after) == ["R", "a hypothesis", "x", "y"]
    # What ranges over places alone, or has the name of another one, is no variable of the claim.
    apart = GOOD.replace("Rᵀ @ R = 1", "'∀ (x: vector(n)), Rᵀ @ (R @ x) = x'")
    assert claim(apart.replace("then: (Rᵀ @ R) @ Rᵀ = Rᵀ", ranged)).hypotheses[0].after is None
    rows = "then: '∀ (i: index(n)) (j: index(n)), R[i, j] = R[i, j]'"
    assert claim(GOOD.replace("then: (Rᵀ @ R) @ Rᵀ = Rᵀ", rows)).hypotheses[0].after is None


def test_all_mistakes_of_a_file_come_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("Rᵀ @ R = 1", "Rᵀ @ S = 1").replace("= Rᵀ\n", "= @\n")
    assert faults(tmp_path, text) == [
        "claim.yaml:7:20: nothing is called S here",
        "claim.yaml:8:23: expected a term, found '@'",
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("says: Something.", "say: Something.", "claim.yaml:2:1: unknown key 'say'"),
        ("says: Something.", "says: [a]", "claim.yaml:2:7: expected text, found ['a']"),
        ("says: Something.", "says: 1", "claim.yaml:2:7: expected text, found 1"),
        ("  n: dimension", "  n: dimension\n  n: type", "claim.yaml:5:3: 'n' is here twice"),
        ("matrix(n, n)", "matrix(n, k)", "claim.yaml:5:6: k is not a dimension declared here"),
        ("matrix(n, n)", "matrix(n", "claim.yaml:5:14: expected ',', found the end"),
        ("a_theorem", "a theorem; evil", "claim.yaml:1:10: 'a theorem; evil' is not a Lean name"),
        ("  R:", "  R, R:", "claim.yaml:5:3: R is declared twice"),
        ("  R:", "  1R:", "claim.yaml:5:3: '1R' cannot name a variable"),
        ("then:", "scalars: quaternions\nthen:", "claim.yaml:8:10: unknown kind of scalars"),
        ("(Rᵀ @ R) @ Rᵀ = Rᵀ", "(Rᵀ @ R) @ Rᵀ ≤ Rᵀ", "claim.yaml:8:7: expected scalars beside ≤"),
        ("(Rᵀ @ R) @ Rᵀ = Rᵀ", "0 < dot(R, R)", "claim.yaml:8:"),
        ("(Rᵀ @ R) @ Rᵀ = Rᵀ", "∀ i j, 0 ≤ R[i, j]", "claim.yaml:8:7: expected scalars that ≤"),
        ("(Rᵀ @ R) @ Rᵀ = Rᵀ", "Rᵀ > R", "claim.yaml:8:10: '>' has no meaning"),
        ("(Rᵀ @ R) @ Rᵀ = Rᵀ", "Rᵀ", "claim.yaml:8:9: expected '=', '≤', '<', '≠', found"),
        ("Something.", "!!python/object:os.system x", "claim.yaml:2:7: the tag"),
        ("Something.", "*anchor", "claim.yaml:2:7: aliases"),
        ("then:", 'waive: {proof: "  "}\nthen:', "claim.yaml:8:16: '  ' does not match"),
        ("then:", 'vacuous: " . "\nthen:', "claim.yaml:8:10: ' . ' does not match"),
        ("Something.", "'open", "claim.yaml:9:1: found unexpected end of stream"),
    ],
)
def test_each_mistake_has_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    found = faults(tmp_path, GOOD.replace(old, new))
    assert any(line.startswith(expected) for line in found), found


def test_faults_in_folded_text_have_their_place(tmp_path: Path) -> None:
    text = GOOD.replace("then: (Rᵀ @ R) @ Rᵀ = Rᵀ", "then: >-\n  (Rᵀ @ R) @ Rᵀ\n    = Rᵀ @ Q")
    assert faults(tmp_path, text) == ["claim.yaml:10:12: nothing is called Q here"]


def test_files_that_are_no_text(tmp_path: Path) -> None:
    assert faults(tmp_path, b"theorem: \xff\n") == ["claim.yaml:1:1: not UTF-8 text"]
    assert faults(tmp_path, b"") == ["claim.yaml:1:1: the file is empty"]
    assert faults(tmp_path, b"[" * 5000)[0].startswith("claim.yaml:1:")


def test_words_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text("a: no\nb: on\nc: 1e-9\nd: 12\ne: '2026-01-01'\nf: true\ng: -3\nh: '07'\n")
    data = read_document(path, "words.yaml").data
    words = {"a": "no", "b": "on", "c": "1e-9", "d": 12, "e": "2026-01-01", "f": "true"}
    assert data == words | {"g": -3, "h": "07"}


@pytest.mark.parametrize(
    "word",
    [
        *("07", "00", "-08", "0o17", "0x1F", "0b11", "1_000", "1:30", "190:20:30.15"),
        *("2026-01-01", "2026-1-1 10:00:00", "!!int 07"),
    ],
)
def test_what_readers_of_yaml_do_not_agree_about_is_refused(tmp_path: Path, word: str) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(f"a: fine\nb: {word}\n")
    with pytest.raises(InputError, match=r"words\.yaml:2:4: .* to some readers of YAML"):
        read_document(path, "words.yaml")


def test_numbers_have_an_end(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text(f"a: 12\nb: {'9' * 5000}\n")
    with pytest.raises(InputError, match=r"words\.yaml:2:4: expected at most 18 digits"):
        read_document(path, "words.yaml")


UNSEEN = [
    *(
        "\u2028",
        "\u2029",
        "\u0085",
        "\r",
        "\x0b",
        "\x0c",
        "\x00",
        "\x1b",
        "\x7f",
    ),  # lines, terminals
    *("\u00a0", "\u2003", "\u3000", "\u3164", "\u2800", "\u115f"),  # spaces
    *("\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\U000e0041"),  # nothing at all
    *("\u202e", "\u2066", "\u200f", "\u061c"),  # directions
    *("\uffff", "\ufdd0", "\U0010ffff", "\ue000"),  # no characters
]


@pytest.mark.parametrize("unseen", UNSEEN, ids=[f"{ord(c):04X}" for c in UNSEEN])
def test_what_cannot_be_seen_is_refused_wherever_it_stands(tmp_path: Path, unseen: str) -> None:
    code = f"the character U+{ord(unseen):04X}"
    for text, place in (
        (f"# a comment{unseen}waive: 1\n{GOOD}", "1:12"),
        (GOOD.replace("Something.", f"Some{unseen}thing."), "2:11"),
        (GOOD.replace("orthogonal", f"orth{unseen}ogonal"), "7:7"),
    ):
        assert faults(tmp_path, text)[0].startswith(f"claim.yaml:{place}: {code}")
    # In quotes it may be spelled so that it is seen; what it stands for is not.
    spelled = f'"Some\\U{ord(unseen):08x}thing"'
    assert code in faults(tmp_path, GOOD.replace("Something.", spelled))[0]
    assert code in faults(tmp_path, GOOD.replace("orthogonal", spelled))[0]


def test_a_surrogate_is_no_text(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD.encode() + b"# \xed\xa0\x80\n") == [
        "claim.yaml:9:1: not UTF-8 text"
    ]
    (found,) = faults(tmp_path, GOOD.replace("Something.", '"\\ud800"'))
    assert found == "claim.yaml:2:10: found invalid Unicode character escape code"
    path = tmp_path / "claim.yaml"
    path.write_text(GOOD)
    with pytest.raises(InputError, match=r"in the file's name, the character U\+DCFF"):
        load_claim(path, "specs/\udcff.yaml", LIBRARY)


def test_hidden_lines_are_listed_all_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("n: dimension", "n: dimension # \u2028").replace("1\n", "1 # \u2029\n")
    assert [line.split(": ")[0] for line in faults(tmp_path, text)] == [
        "claim.yaml:4:18",
        "claim.yaml:7:28",
    ]


def test_windows_line_ends(tmp_path: Path) -> None:
    """They are as good as others, and places are counted alike."""
    path = tmp_path / "claim.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    claim = load_claim(path, "claim.yaml", LIBRARY)
    place = claim.hypotheses[0].place
    assert place is not None
    assert place.span(claim.hypotheses[0].equation.span) == (7, 15)
    wrong = GOOD.replace("= Rᵀ\n", "= Rᵀ @ Q\n").replace("\n", "\r\n")
    assert faults(tmp_path, wrong) == ["claim.yaml:8:28: nothing is called Q here"]


LONG = [
    ("transposes", "R" + ".T" * 982),
    ("summands", "R" + " + R" * 491),
    ("more summands", "R" + " + R" * 5999),
    ("negations", "-" * 3000 + "R"),
    ("digits", f"{'1' * 5000} * R"),
    ("products", "R" + " @ R" * 101),
]


@pytest.mark.parametrize(("chain", "text"), LONG, ids=[name for name, _ in LONG])
def test_chains_have_an_end(tmp_path: Path, chain: str, text: str) -> None:
    [found] = faults(tmp_path, GOOD.replace("(Rᵀ @ R) @ Rᵀ = Rᵀ", f"{text} = R"))
    assert found.startswith("claim.yaml:8:")
    assert any(words in found for words in ("levels", "longer than", "digits")), found


@pytest.mark.parametrize(
    "type_",
    ["scalar" + " -> scalar" * 494, f"index({'n*' * 500}n)", f"index({'9' * 5000})", "(" * 60],
)
def test_so_have_types(tmp_path: Path, type_: str) -> None:
    [found] = faults(tmp_path, GOOD.replace("matrix(n, n)", type_))
    assert found.startswith("claim.yaml:5:")


def test_nothing_is_a_part_of_itself(tmp_path: Path) -> None:
    """A dimension that is to be twice itself: the search for it ends."""
    text = GOOD.replace("(Rᵀ @ R) @ Rᵀ = Rᵀ", "(v ↦ append(v, v) + v)([j ↦ 0])[k] = 0")
    [found] = faults(tmp_path, text)
    assert found.startswith("claim.yaml:8:")
    assert "expected" in found


def test_names_that_cannot_be_told_apart(tmp_path: Path) -> None:
    text = GOOD.replace("  R: matrix(n, n)", "  R, A, \u0391: matrix(n, n)")
    assert faults(tmp_path, text) == [
        "claim.yaml:5:3: expected names that look different, found \u0391 (\u0391 is U+0391) and A"
    ]
    bound = GOOD.replace("(Rᵀ @ R) @ Rᵀ = Rᵀ", "(o \u21a6 [j \u21a6 \u03bf(j)])(o) = 0")
    assert any("U+03BF" in line and ":8:" in line for line in faults(tmp_path, bound))


@pytest.mark.parametrize(
    "pair",
    [
        *("A\u0391", "o\u03bf", "Y\u03d2", "c\u03f2", "M\u03fa", "\u0398\u03f4", "\u00d0\u0110"),
        *("K\u212a", "\u00c5\u212b", "\u03a9\u2126"),  # one letter, two codes
    ],
)
def test_letters_that_cannot_be_told_apart(tmp_path: Path, pair: str) -> None:
    names = f"  R, x{pair[0]}: matrix(n, n)\n  x{pair[1]}: scalar"
    found = faults(tmp_path, GOOD.replace("  R: matrix(n, n)", names))
    assert [line.split(",")[0] for line in found] == [
        "claim.yaml:6:3: expected names that look different"
    ]


@pytest.mark.parametrize(
    "pair", ["v\u03bd", "p\u03c1", "l\u2113", "\u03c6\u03d5", "\u03b2\u00df", "i\u0131"]
)
def test_letters_that_look_alike(tmp_path: Path, pair: str) -> None:
    path = tmp_path / "claim.yaml"
    names = f"  R, x{pair[0]}, x{pair[1]}: matrix(n, n)"
    path.write_text(GOOD.replace("  R: matrix(n, n)", names), "utf-8")
    [doubt] = load_claim(path, "claim.yaml", LIBRARY).doubts
    assert "look alike" in doubt.message


def test_a_draft_that_nobody_has_put_into_words(tmp_path: Path) -> None:
    path = tmp_path / "claim.yaml"
    says = next(line for line in GOOD.splitlines() if line.startswith("says:"))
    path.write_text(GOOD.replace(says, f"says: {TO_BE_SAID}"), "utf-8")
    [doubt] = load_claim(path, "claim.yaml", LIBRARY).doubts
    assert str(doubt).startswith("claim.yaml:2:7: it says nothing to a reader yet")


def test_letters_that_everybody_uses_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "claim.yaml"
    names = ", ".join("RaαbβgγdδeεzζtτsσmμηθΘφΦψΔxyuℝö")
    path.write_text(GOOD.replace("  R: matrix(n, n)", f"  {names}: matrix(n, n)"), "utf-8")
    assert load_claim(path, "claim.yaml", LIBRARY).doubts == ()


def test_names_that_look_alike_at_a_glance(tmp_path: Path) -> None:
    """v and the Greek letter nu: a good claim, with a warning."""
    path = tmp_path / "claim.yaml"
    path.write_text(GOOD.replace("  R: matrix(n, n)", "  R, v, \u03bd: matrix(n, n)"))
    [doubt] = load_claim(path, "claim.yaml", LIBRARY).doubts
    assert (doubt.line, doubt.column) == (5, 3)
    assert doubt.message == "these names look alike: \u03bd (\u03bd is U+03BD) and v"
    path.write_text(GOOD)
    assert load_claim(path, "claim.yaml", LIBRARY).doubts == ()


def test_theorems_that_look_alike(tmp_path: Path) -> None:
    paths = []
    for name in ("a_theorem", "\u03b1_theorem", "a_the\u03bfrem"):
        path = tmp_path / f"{len(paths)}.yaml"
        path.write_text(GOOD.replace("a_theorem", name))
        paths.append((path, path.name))
    assert not load_claims(paths[:2], LIBRARY)[1].doubts
    with pytest.raises(InputError, match=r"2\.yaml:1:10: expected names that look different"):
        load_claims(paths, LIBRARY)
    [alone] = load_claims(paths[2:], LIBRARY)
    assert "not all letters of this name are Latin" in alone.doubts[0].message


def test_a_definition_is_not_a_primitive_in_disguise(tmp_path: Path) -> None:
    path = tmp_path / "definitions.yaml"
    text = (ROOT / "specs" / "definitions.yaml").read_text("utf-8")
    cheat = "  d\u03bft:\n    says: No.\n    for: {n: dimension, u: vector(n)}\n    is: dot(u, u)\n"
    path.write_text(text + cheat, "utf-8")
    with pytest.raises(InputError, match=r"found d\u03bft \(\u03bf is U\+03BF\) and dot"):
        load_library(path, "definitions.yaml")


@pytest.mark.parametrize(
    "name", ["dot?_comm", "f!", "größe_comm", "dotᵢ_comm", "ℝdot", "x''", "μ'₁"]
)
def test_names_as_lean_has_them(tmp_path: Path, name: str) -> None:
    path = tmp_path / "claim.yaml"
    path.write_text(GOOD.replace("a_theorem", name).replace("orthogonal", name), "utf-8")
    claim = load_claim(path, "claim.yaml", LIBRARY)
    assert (claim.theorem, claim.hypotheses[0].name) == (name, name)


@pytest.mark.parametrize("name", ["λx", "a×b", "?x", "Σ", "a..b", ".a", "«a b»", "a·b", "١x", "x١"])
def test_and_no_others(tmp_path: Path, name: str) -> None:
    assert faults(tmp_path, GOOD.replace("a_theorem", f"'{name}'"))


def test_one_theorem_is_claimed_once(tmp_path: Path) -> None:
    paths = []
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD)
        paths.append((tmp_path / name, name))
    with pytest.raises(InputError, match=r"b\.yaml:1:10: a_theorem is already claimed in a\.yaml"):
        load_claims(paths, LIBRARY)


def test_nothing_to_check_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no project here"):
        find_root(tmp_path)
    specs = tmp_path / "specs"
    with pytest.raises(InputError, match="no such folder"):
        load_project(tmp_path)
    specs.mkdir()
    (specs / "definitions.yaml").write_bytes((ROOT / "specs" / "definitions.yaml").read_bytes())
    with pytest.raises(InputError, match="nothing to check is a failure"):
        load_project(tmp_path)
    (specs / "claim.yaml").write_text(GOOD)
    assert len(load_project(tmp_path).claims) == 1
    with pytest.raises(InputError, match="found none at this path"):
        load_project(tmp_path, [tmp_path / "elsewhere.yaml"])


def test_a_claim_behind_a_link_is_not_passed_over(tmp_path: Path) -> None:
    """A folder below is read; one that is linked would be skipped, and what it claims unchecked."""
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "definitions.yaml").write_bytes((ROOT / "specs" / "definitions.yaml").read_bytes())
    (specs / "claim.yaml").write_text(GOOD)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "other.yaml").write_text(GOOD.replace("a_theorem", "another"))
    (specs / "linked").symlink_to(tmp_path / "more", target_is_directory=True)
    with pytest.raises(InputError, match="specs/linked:1:1: expected a folder of specifications"):
        load_project(tmp_path)
    (specs / "linked").unlink()
    (tmp_path / "more").rename(specs / "linked")
    assert len(load_project(tmp_path).claims) == 2


@pytest.mark.parametrize("folder", ["families", "models", "sweeps"])
def test_a_claim_among_files_of_another_kind_is_not_passed_over(
    tmp_path: Path, folder: str
) -> None:
    (tmp_path / "specs" / folder).mkdir(parents=True)
    specs = tmp_path / "specs"
    (specs / "definitions.yaml").write_bytes((ROOT / "specs" / "definitions.yaml").read_bytes())
    (specs / "claim.yaml").write_text(GOOD)
    (specs / folder / "other.yaml").write_text(GOOD.replace("a_theorem", "another"))
    (specs / folder / "own.yaml").write_text("family: of something else\n")
    assert [c.theorem for c in load_project(tmp_path).claims] == ["a_theorem", "another"]


def test_settings_are_checked(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.harness]\nleen = 'x'\nspecs = 1\n")
    with pytest.raises(InputError) as caught:
        load_project(tmp_path)
    found = [str(d) for d in caught.value.diagnostics]
    assert found[0].startswith("pyproject.toml:2:1: [tool.harness] has no setting 'leen'")
    assert found[1] == "pyproject.toml:3:1: specs: expected text, found 1"


def test_what_a_project_says_of_itself_is_checked_too(tmp_path: Path) -> None:
    lines = [
        "[tool.other]", "main = 1", "[tool.harness]", "title = 3", "abstract = 'a'",
        "main = 'not a list'", "[tool.harness.links]", "here = 'javascript:alert(1)'",
    ]  # fmt: skip
    (tmp_path / "pyproject.toml").write_text("\n".join(lines))
    with pytest.raises(InputError) as caught:
        load_project(tmp_path)
    places = [str(d).split(": ")[:2] for d in caught.value.diagnostics]
    assert sorted(places) == [
        ["pyproject.toml:4:1", "title"],
        ["pyproject.toml:6:1", "main"],
        ["pyproject.toml:7:1", "links"],
    ]
    hidden = '[tool.harness]\ntitle = "proved \\u202e ton"\n[tool.harness.links]\n'
    hidden += '"a\\u001b[2J" = "https://a.example"\n'
    (tmp_path / "pyproject.toml").write_text(hidden)
    with pytest.raises(InputError) as caught:
        load_project(tmp_path)
    said = sorted(str(d) for d in caught.value.diagnostics)
    assert "pyproject.toml:2:1: title: the character U+202E cannot be seen" in said[0]
    assert "pyproject.toml:3:1: links: the character U+001B cannot be seen" in said[1]


def test_the_main_theorems_have_to_be_claimed(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "definitions.yaml").write_bytes(
        (ROOT / "specs" / "definitions.yaml").read_bytes()
    )
    (tmp_path / "specs" / "claim.yaml").write_text(GOOD)
    settings = tmp_path / "pyproject.toml"
    settings.write_text("[tool.harness]\ntitle = 'T'\nmain = ['a_theorem']\n")
    assert load_project(tmp_path).about.title == "T"
    settings.write_text("[tool.harness]\nmain = ['a_theorem', 'nobody']\n")
    with pytest.raises(InputError, match=r"pyproject\.toml:2:1: main: .*claims nobody$"):
        load_project(tmp_path)


def test_a_gloss_is_for_a_variable_that_there_is(tmp_path: Path) -> None:
    good = tmp_path / "good.yaml"
    good.write_text(f"{GOOD}means:\n  R: what is turned\n")
    found = load_claim(good, "good.yaml", LIBRARY)
    assert found.means == {"R": "what is turned"}
    plain = tmp_path / "plain.yaml"
    plain.write_text(GOOD)
    assert repr(found.detached()) == repr(load_claim(plain, "", LIBRARY).detached()), "kept"
    good.write_text(f"{GOOD}means:\n  nobody: nothing\n")
    with pytest.raises(InputError, match="the claim has no variable nobody"):
        load_claim(good, "good.yaml", LIBRARY)


def test_every_claim_of_the_package_is_read() -> None:
    project = load_project(ROOT)
    files = {p.stem for p in (ROOT / "specs").glob("*.yaml")} - {"definitions", "lock"}
    assert {claim.theorem for claim in project.claims} == files


def test_schemas_are_schemas() -> None:
    from jsonschema import Draft202012Validator

    for kind in ("claim", "definitions"):
        Draft202012Validator.check_schema(schema(kind))


@pytest.mark.parametrize("name", ["dot", "matmul", "transpose", "add"])
def test_a_definition_is_not_called_as_an_operator(tmp_path: Path, name: str) -> None:
    path = tmp_path / "definitions.yaml"
    text = (
        "namespace: T\nprimitives: {}\ndefinitions:\n  NAME:\n    says: Itself.\n"
        "    for:\n      n: dimension\n      x: vector(n)\n    is: x\n"
    )
    path.write_text(text.replace("NAME", "own"))
    assert list(load_library(path, "definitions.yaml").definitions) == ["own"]
    path.write_text(text.replace("NAME", name))
    with pytest.raises(InputError) as caught:
        load_library(path, "definitions.yaml")
    [fault] = map(str, caught.value.diagnostics)
    assert fault.startswith(
        "definitions.yaml:4:3: expected a name that no operator of the language has, "
        f"found {name!r}"
    )


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ("primitives: {dot: _root_.HarnessOperators.dot}", "2:19"),
        ("primitives: {sum: sum}\nbridges: {sum: [HarnessReference.a, b]}", "3:16"),
        ("primitives: {}\nscalars: {mine: {class: HarnessOperators.C, operations: {}}}", "3:17"),
        (
            "primitives: {}\nscalars: {mine: {class: C, operations: {add: [HarnessOperators.b]}}}",
            "",
        ),
        ("primitives: {}\nscalars: {mine: {class: C, operations: [], instances: [LE]}}", ""),
    ],
)
def test_no_name_of_the_harnesss_own_is_said(more: str, place: str, tmp_path: Path) -> None:
    """What Lean has under these names is believed to be what the harness wrote."""
    path = tmp_path / "definitions.yaml"
    path.write_text(f"namespace: T\n{more}\ndefinitions: {{}}\n", "utf-8")
    if "Harness" not in more:
        assert load_library(path, path.name).scalars["mine"].classes
        return
    with pytest.raises(InputError) as caught:
        load_library(path, path.name)
    [fault] = map(str, caught.value.diagnostics)
    assert "expected a name of the package, found the harness's own " in fault
    assert fault.startswith(f"definitions.yaml:{place}")


def test_bridges_are_read_in_full_and_mistakes_in_them_are_told(tmp_path: Path) -> None:
    path = tmp_path / "definitions.yaml"
    text = "namespace: T\nprimitives:\n  sum: sum\n  dot: dot\ndefinitions: {}\nbridges:\n"
    path.write_text(f"{text}  sum: [sum_empty, A.sum_next]\n  dot: dot_is\n", "utf-8")
    assert load_library(path, path.name).bridges == {
        "sum": ("T.sum_empty", "T.A.sum_next"),
        "dot": ("T.dot_is",),
    }
    for line, words in (
        ("  sum: sum_empty", "7:8: expected two theorems, of the sum of nothing and of one term"),
        ("  dot: [dot_is, dot_too]", "7:8: expected one theorem, found 2"),
        ("  matmul: matmul_is", "7:3: expected a primitive or a definition of this file"),
        ("  dot: dot is", "7:8: 'dot is' is not a Lean name"),
        ("  dot: []", "7:8: "),
    ):
        path.write_text(f"{text}{line}\n", "utf-8")
        with pytest.raises(InputError) as caught:
            load_library(path, path.name)
        assert str(caught.value.diagnostics[0]).startswith(f"definitions.yaml:{words}")

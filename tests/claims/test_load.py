"""Bad input: every mistake of every file, each at its line and column, all at once."""

from pathlib import Path

import pytest

from harness.claims.document import read_document, schema
from harness.claims.load import load_claim, load_claims, load_library
from harness.claims.project import find_root, load_project
from harness.diagnostics import InputError

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
    assert claim.scalars.lean_class == "Lean.Grind.CommRing"
    place = claim.hypotheses[0].place
    assert place is not None
    assert place.span(claim.hypotheses[0].equation.span) == (7, 15)


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
        ("Something.", "!!python/object:os.system x", "claim.yaml:2:7: the tag"),
        ("Something.", "*anchor", "claim.yaml:2:7: aliases"),
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
    path.write_text("a: no\nb: on\nc: 1e-9\nd: 12\ne: 2026-01-01\nf: true\n")
    data = read_document(path, "words.yaml").data
    assert data == {"a": "no", "b": "on", "c": "1e-9", "d": 12, "e": "2026-01-01", "f": "true"}


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

"""Packages as they lie on disk, and what is wrong with them."""

from pathlib import Path

import pytest

from harness.diagnostics import InputError
from harness.lean.package import read_package

LAKEFILE = 'name = "Demo"\n[leanOptions]\nautoImplicit = false\n\n[[lean_lib]]\nname = "Demo"\n'


def write(root: Path, lakefile: str = LAKEFILE, **modules: str) -> Path:
    (root / "lakefile.toml").write_text(lakefile)
    for name, text in modules.items():
        path = root / (name.replace("__", "/") + ".lean")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def fault(root: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_package(root)
    (found,) = caught.value.diagnostics
    return str(found).removeprefix(str(root.resolve()) + "/")


def test_imports_come_first(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        Demo="module\npublic import Demo.B\npublic import Demo.A",
        Demo__A="module\npublic import Init",
        Demo__B="module\nimport all Demo.C",
        Demo__C="module\npublic import Demo.A",
    )
    package = read_package(root)
    assert package.order == ("Demo.A", "Demo.C", "Demo.B", "Demo")
    assert package.unreached == ()
    assert package.modules["Demo"].options == ("-DautoImplicit=false",)
    assert package.modules["Demo.C"].file == "Demo/C.lean"
    assert package.imports("Demo.A") == ()


def test_a_file_that_the_root_does_not_import_is_listed(tmp_path: Path) -> None:
    root = write(tmp_path, Demo="module\n-- import Demo.Lost", Demo__Lost="", Other="")
    write(root / "Demo", lakefile="", lakefile__x="")
    assert read_package(root).unreached == ("Demo.Lost", "Demo.lakefile.x", "Other")


def test_what_lake_made_is_no_source(tmp_path: Path) -> None:
    root = write(tmp_path, Demo="module")
    hidden = root / ".lake" / "packages" / "other"
    hidden.mkdir(parents=True)
    (hidden / "Other.lean").write_text("")
    (root / "lakefile.lean").write_text("")
    assert set(read_package(root).modules) == {"Demo"}


def test_a_circle_is_found_and_its_way_told(tmp_path: Path) -> None:
    root = write(tmp_path, Demo="import A", A="import B", B="import C", C="import A", D="import A")
    package = read_package(root)
    assert set(package.order) == {"Demo", "A", "B", "C"}
    assert package.circles == {
        "A": ("A", "B", "C", "A"),
        "B": ("B", "C", "A", "B"),
        "C": ("C", "A", "B", "C"),
    }


def test_a_module_that_imports_itself(tmp_path: Path) -> None:
    assert read_package(write(tmp_path, Demo="import Demo")).circles == {"Demo": ("Demo", "Demo")}


def test_many_modules_in_a_row(tmp_path: Path) -> None:
    chain = {f"M{i}": f"module\nimport M{i + 1}" for i in range(1500)}
    root = write(tmp_path, Demo="module\nimport M0", M1500="module", **chain)
    assert read_package(root).order[0] == "M1500"


def test_libraries_with_roots_globs_and_a_source_folder(tmp_path: Path) -> None:
    lakefile = (
        'name = "x"\nsrcDir = "src"\n'
        '[[lean_lib]]\nname = "One"\nroots = ["A.B"]\n'
        "leanOptions = {pp.unicode.fun = true, n = 3}\n"
        '[[lean_lib]]\nname = "Two"\nglobs = ["Two.*"]\n'
        '[[lean_lib]]\nname = "Three"\nglobs = ["Three.+"]\n'
    )
    files = ["A/B", "Two", "Two/X", "Two/X/Y", "Twofold", "Three", "Three/Z"]
    write(tmp_path, lakefile, **{f"src__{name.replace('/', '__')}": "module" for name in files})
    package = read_package(tmp_path)
    assert package.roots == ("A.B", "Two", "Two.X", "Two.X.Y", "Three.Z")
    assert package.modules["A.B"].source_dir == "src"
    assert package.modules["A.B"].options == ("-Dpp.unicode.fun=true", "-Dn=3")
    assert package.modules["A.B"].file == "src/A/B.lean"


def test_no_lakefile(tmp_path: Path) -> None:
    assert "there is no lakefile.toml and no lakefile.lean" in fault(tmp_path)


def test_a_lakefile_that_is_no_toml(tmp_path: Path) -> None:
    assert fault(write(tmp_path, 'name = "x"\nname = 3 4\n')).startswith("lakefile.toml:2:")


def test_a_library_without_its_root(tmp_path: Path) -> None:
    root = write(tmp_path, Other="module")
    assert fault(root) == (
        "lakefile.toml:1:1: library 'Demo' begins from Demo.lean, which is not there"
    )


def test_a_package_without_libraries(tmp_path: Path) -> None:
    assert "nothing to check" in fault(write(tmp_path, 'name = "x"\n'))


def test_sources_outside_the_package_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "package"
    root.mkdir()
    write(root, Demo="module\nimport Demo.Far")
    (root / "Demo").mkdir()
    (tmp_path / "Far.lean").write_text("module")
    (root / "Demo" / "Far.lean").symlink_to(tmp_path / "Far.lean")
    assert fault(root) == "Demo/Far.lean:1:1: this leads outside the package"
    write(root, 'srcDir = ".."\n' + LAKEFILE)
    assert fault(root).startswith("lakefile.toml:1:1: the source folder '..' lies outside")

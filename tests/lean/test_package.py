"""Packages as they lie on disk, and what is wrong with them."""

import os
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
        "lakefile.toml:1:1: library 'Demo' begins from Demo.lean, which is not there; "
        '`globs = ["Demo.+"]` takes all files in its folder'
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


def test_a_folder_that_leads_outside_is_refused_if_it_has_sources(tmp_path: Path) -> None:
    root = tmp_path / "package"
    (tmp_path / "far").mkdir()
    root.mkdir()
    write(root, Demo="module")
    (root / "Demo").symlink_to(tmp_path / "far")
    assert set(read_package(root).modules) == {"Demo"}
    (tmp_path / "far" / "Far.lean").write_text("module")
    assert fault(root) == "Demo:1:1: this leads outside the package"


def test_a_link_that_leads_round(tmp_path: Path) -> None:
    root = write(tmp_path, Demo="module", Demo__A="module")
    (root / "Demo" / "Again").symlink_to(root / "Demo")
    assert fault(root) == "Demo/Again:1:1: this link leads round in a circle"


@pytest.mark.parametrize("decoy", ["Demo.Claims.lean", "Demo/Sub.Claims.lean", "Claims.x.lean"])
def test_a_file_that_two_modules_could_be(tmp_path: Path, decoy: str) -> None:
    root = write(tmp_path, Demo="module", Demo__Claims="", Demo__Sub__Claims="", Claims__x="")
    (root / decoy).write_text("module")
    twin = decoy.removesuffix(".lean").replace(".", "/") + ".lean"
    assert fault(root) == (
        f"{decoy}:1:1: the file {twin} is a module that could be taken for this one"
    )
    (root / twin).unlink()
    # Alone it is none: Lean looks for `Demo.Claims` in Demo/Claims.lean and nowhere else.
    assert not [m for m in read_package(root).modules.values() if m.file == decoy]


def test_a_module_in_two_source_folders(tmp_path: Path) -> None:
    """Lake takes the one or the other, by the library that asks."""
    lakefile = LAKEFILE + 'srcDir = "a"\n\n[[lean_lib]]\nname = "Other"\nsrcDir = "b"\n'
    root = write(tmp_path, lakefile, a__Demo="module", b__Other="module")
    assert set(read_package(root).modules) == {"Demo", "Other"}
    write(root, lakefile, b__Demo="module")
    assert fault(root) == "b/Demo.lean:1:1: a/Demo.lean is the module Demo as well"


@pytest.mark.parametrize(("one", "two"), [("Demo/Straße", "Demo/STRASSE"), ("A", "a")])
def test_names_that_some_file_systems_take_for_one(tmp_path: Path, one: str, two: str) -> None:
    root = write(tmp_path, Demo="module", **{n.replace("/", "__"): "module" for n in (one, two)})
    if len(list(root.rglob("*.lean"))) < 3:
        pytest.skip("this file system is one of them")
    assert "but for how it is written" in fault(root)


@pytest.mark.parametrize("name", ["Lean", "Init/Prelude", "Std/Data", "Lake/A/B", "LeanHarness/It"])
def test_names_of_leans_own_modules(tmp_path: Path, name: str) -> None:
    root = write(tmp_path, Demo="module", **{name.replace("/", "__"): "module"})
    assert f"the name {name.replace(chr(47), chr(46))} is kept for" in fault(root)


@pytest.mark.parametrize("name", ["Lean4", "lean", "Demo/Lean", "Initial", "LakeHouse/A"])
def test_names_that_only_look_like_them(tmp_path: Path, name: str) -> None:
    root = write(tmp_path, Demo="module", **{name.replace("/", "__"): "module"})
    assert name.replace("/", ".") in read_package(root).modules


def test_a_module_with_letters_of_all_kinds(tmp_path: Path) -> None:
    root = write(tmp_path, Demo="import Demo.«Zwei Wörter»\nimport Demo.«2d»\nimport Demo.ℝᵢ?!")
    (root / "Demo").mkdir()
    for name in ("Zwei Wörter", "2d", "ℝᵢ?!"):
        (root / "Demo" / f"{name}.lean").write_text("module")
    package = read_package(root)
    assert set(package.imports("Demo")) == {"Demo.Zwei Wörter", "Demo.2d", "Demo.ℝᵢ?!"}
    assert package.missing("Demo") == ()


def test_a_special_file_is_not_waited_for(tmp_path: Path) -> None:
    root = write(tmp_path, Demo="module")
    os.mkfifo(root / "Pipe.lean")
    assert fault(root) == "Pipe.lean:1:1: this is no regular file"


def other(root: Path, name: str, **modules: str) -> Path:
    folder = root / ".lake" / "packages" / name
    folder.mkdir(parents=True)
    library = next(iter(modules)).split("__")[0]
    return write(folder, f'name = "{name}"\n[[lean_lib]]\nname = "{library}"\n', **modules)


REQUIRES = LAKEFILE + '[[require]]\nname = "{}"\n'


def test_other_packages_are_used_as_far_as_they_are_there(tmp_path: Path) -> None:
    root = write(tmp_path, REQUIRES.format("near"), Demo="import Near\nimport Far\nimport Gone.A")
    near = other(root, "near", Near="import Near.Part", Near__Part="import Lean", Near__Other="")
    with (near / "lakefile.toml").open("a") as lakefile:
        lakefile.write('leanOptions = {autoImplicit = true}\n[[require]]\nname = "far"\n')
        lakefile.write('[[require]]\nname = "gone"\n')
    other(root, "far", Far="module")
    package = read_package(root)
    assert package.order == ("Near.Part", "Near", "Far", "Demo")
    assert package.modules["Near.Part"].source_dir == ".lake/packages/near"
    assert package.modules["Near.Part"].options == ("-DautoImplicit=true",)
    assert package.modules["Demo"].options == ("-DautoImplicit=false",)
    assert package.required == ("gone",)
    assert [item.module for item in package.missing("Demo")] == ["Gone.A"]
    # What it does not import of them is nothing to be checked here.
    assert package.unreached == ()
    alone = read_package(root, others=False)
    assert [item.module for item in alone.missing("Demo")] == ["Near", "Far", "Gone.A"]


def test_two_packages_with_one_module(tmp_path: Path) -> None:
    both = REQUIRES.format("a") + '[[require]]\nname = "b"\n'
    root = write(tmp_path, both, Demo="import Near")
    other(root, "a", Near="module")
    other(root, "b", Near="module")
    assert "is the module Near as well" in fault(root)


def test_another_package_is_no_part_of_lean(tmp_path: Path) -> None:
    root = write(tmp_path, REQUIRES.format("evil"), Demo="module")
    other(root, "evil", Std__Data="module")
    assert "kept for modules that come with Lean itself" in fault(root)


def test_arguments_of_lean(tmp_path: Path) -> None:
    more = 'moreLeanArgs = ["-DautoImplicit=true", "--tstack=9"]\n' + LAKEFILE
    package = read_package(write(tmp_path, more, Demo=""))
    assert "-DautoImplicit=true" in package.modules["Demo"].options
    assert package.notes == (
        "lakefile.toml: `moreLeanArgs` has --tstack=9, which is not passed to Lean here.",
    )


PROGRAM = """\
import Lake
open Lake DSL
/- lean_lib Wrong -/
package «my package» where
  -- lean_lib Wrong
  leanOptions := #[⟨`autoImplicit, false⟩, ⟨`pp.unicode.fun, true⟩]

require mathlib from git "https://example.org/mathlib" @ "v4"
require "scope" / "aesop" @ git "v1"
require near from ".." / "near"

@[default_target]
lean_lib «Demo» where
  srcDir := "src"
  roots := #[`Demo, `Demo.Extra]

lean_lib Tests { globs := #[.submodules `Tests] }
lean_lib Elsewhere
lean_exe demo where root := `Main
"""


def test_a_lakefile_that_is_a_program_is_read_and_not_run(tmp_path: Path) -> None:
    (tmp_path / "src" / "Demo").mkdir(parents=True)
    (tmp_path / "Tests").mkdir()
    (tmp_path / "lakefile.lean").write_text(PROGRAM)
    for name in ("src/Demo", "src/Demo/Extra", "Tests/A"):
        (tmp_path / f"{name}.lean").write_text("")
    package = read_package(tmp_path)
    assert package.name == "my package"
    assert package.roots == ("Demo", "Demo.Extra", "Tests.A")
    assert package.modules["Demo"].options == ("-DautoImplicit=false", "-Dpp.unicode.fun=true")
    assert package.required == ("mathlib", "aesop", "near")
    (note,) = package.notes
    assert "libraries: Demo, Tests" in note


def test_what_a_lakefile_that_is_a_program_says_in_other_ways(tmp_path: Path) -> None:
    root = tmp_path / "app"
    (root / "src" / "lean").mkdir(parents=True)
    (root / "lakefile.lean").write_text(
        """import Lake
open Lake DSL

abbrev shared : Array LeanOption := #[
  ⟨`autoImplicit, false⟩, -- as everywhere
  ⟨`weak.linter, true⟩
]

package app where
  moreLeanArgs := #["-DmaxRecDepth=900", "--tstack=9"]

require near from __dir__ / ".." / "near"

lean_lib App where
  leanOptions := shared
  srcDir := "src" / "lean"
"""
    )
    (root / "src" / "lean" / "App.lean").write_text("import Near")
    other(root, "near", Near="module")
    (root / ".lake" / "packages" / "near").rename(tmp_path / "near")
    package = read_package(root)
    assert package.roots == ("App",)
    assert package.modules["App"].options == (
        *("-DmaxRecDepth=900", "-DautoImplicit=false", "-Dweak.linter=true"),
    )
    assert package.required == ()
    assert not package.missing("App")
    assert "has --tstack=9, which is not passed" in " ".join(package.notes)


def test_a_lakefile_that_is_a_program_without_a_word_that_is_known(tmp_path: Path) -> None:
    (tmp_path / "lakefile.lean").write_text("import Lake\n#eval 1\n")
    (tmp_path / "Some.lean").write_text("")
    assert read_package(tmp_path).roots == ("Some",)


def test_lake_translates_a_lakefile_that_is_a_program(tmp_path: Path) -> None:
    root = tmp_path / "package"
    root.mkdir()
    lake = tmp_path / "lake"
    lake.write_text(
        "#!/bin/sh\n[ \"$1 $2\" = 'translate-config toml' ] || exit 1\n"
        'printf \'name = "x"\\n[[lean_lib]]\\nname = "Demo"\\n\' > "$3"\n'
    )
    lake.chmod(0o755)
    (root / "lakefile.lean").write_text("-- nothing to be seen\n")
    (root / "Demo.lean").write_text("")
    (root / "Other.lean").write_text("")
    package = read_package(root, lake=lake)
    assert (package.roots, package.notes) == (("Demo",), ())


@pytest.mark.parametrize("name", ["lakefile.toml", "lean-toolchain", "Demo.lean", "lakefile.lean"])
def test_files_that_are_no_text(tmp_path: Path, name: str) -> None:
    root = write(tmp_path, Demo="module")
    if name == "lakefile.lean":
        (root / "lakefile.toml").unlink()
    (root / name).write_bytes(b"\xff\xfe")
    assert fault(root) == f"{name}:1:1: not UTF-8"


def test_marks_at_the_beginning_of_settings(tmp_path: Path) -> None:
    root = write(tmp_path, "\ufeff" + LAKEFILE, Demo="module")
    (root / "lean-toolchain").write_text("\ufeffleanprover/lean4:v4.28.0\r\n")
    assert read_package(root).lean_toolchain == "leanprover/lean4:v4.28.0"


def test_settings_that_are_nested_without_end(tmp_path: Path) -> None:
    root = write(tmp_path, LAKEFILE + "deep = " + "[" * 5000 + "]" * 5000, Demo="module")
    assert fault(root) == "lakefile.toml:1:1: nested too deeply"


@pytest.mark.parametrize(
    "settings",
    [
        "lean_lib = 3",
        "[lean_lib]\nname = 1",
        'require = "x"\n[[lean_lib]]\nname = "Demo"',
        '[[lean_lib]]\nname = "Demo"\nleanOptions = 3',
        '[[lean_lib]]\nname = "Demo"\nroots = 3',
        '[[lean_lib]]\nname = "Demo"\nmoreLeanArgs = "-Dx"',
        "[[lean_lib]]\nname = 3",
        '[[lean_lib]]\nsrcDir = "nowhere"',
    ],
)
def test_settings_of_other_shapes_are_refused(tmp_path: Path, settings: str) -> None:
    assert fault(write(tmp_path, settings, Demo="module")).startswith("lakefile.toml:")


def test_what_is_not_passed_on_may_have_any_shape(tmp_path: Path) -> None:
    root = write(tmp_path, LAKEFILE + "plugins = 3\n", Demo="module")
    assert read_package(root).notes == (
        "lakefile.toml: `plugins` has 3, which is not passed to Lean here.",
    )

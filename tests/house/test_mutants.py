"""Each mutant still applies, and names a test that exists; `script/mutants` runs them."""

import ast

from tests.house.mutants import ROOT, all_mutants, apply

MIN_MUTANTS = 90


def test_each_patch_applies() -> None:
    mutants = all_mutants()
    assert len(mutants) >= MIN_MUTANTS
    found = {each.path.name: apply([each], ROOT, "--check") for each in mutants}
    assert not {name: error for name, error in found.items() if error}


def test_each_test_exists() -> None:
    for mutant in all_mutants():
        path, _, name = mutant.test.partition("::")
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert not name or name in names, f"{mutant.path.name}: {mutant.test}"

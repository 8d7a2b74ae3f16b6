import ast
from pathlib import Path

import pytest

RECOMMENDER = Path(__file__).parents[3] / "recommender"
OTHERS = ("pipelines", "dbt_project", "tests")


@pytest.mark.parametrize("module", sorted(RECOMMENDER.rglob("*.py")), ids=lambda path: path.stem)
def test_the_recommender_imports_nothing_of_the_pipeline(module: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert not [name for name in imported if name.partition(".")[0] in OTHERS]


def test_files_of_the_pipeline_are_not_read_by_the_recommender() -> None:
    assert not [path for path in RECOMMENDER.rglob("*.py") if "dbt_project" in path.read_text(encoding="utf-8")]

"""The guide's code and the notebook run as they stand."""
import re

import pytest
from conftest import ROOT


def test_the_guide_runs(tmp_path, monkeypatch):
    import matplotlib
    matplotlib.use("Agg")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/guide/python.md").read_text(), re.M | re.S)
    assert len(blocks) >= 5
    names = {}
    for block in blocks:
        exec(compile(block, "docs/guide/python.md", "exec"), names)
    assert names["verdict"].revealed["score"] > 700


def test_the_readme_names_the_guide_and_the_guide_every_exception():
    import nescio
    assert "docs/guide/python.md" in (ROOT / "README.md").read_text()
    guide = (ROOT / "docs/guide/python.md").read_text()
    for name in nescio.__all__:
        kind = getattr(nescio, name)
        if isinstance(kind, type) and issubclass(kind, nescio.Error) and name not in ("Error", "SelfCheckFailed"):
            assert f"`{name}`" in guide, name


LOANS = "examples/lending_club/"
NOTEBOOKS = {"examples/credit/credit.ipynb": "VALID: score &gt;= 700",
             LOANS + "lending_club.ipynb": "VALID: chance[1] &lt; 0.05",
             LOANS + "signed_record.ipynb": "VALID: chance[1] &lt; 0.05",
             LOANS + "pipeline.ipynb": "VALID: chance[1] &lt; 0.5"}


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_the_notebook_runs(path, monkeypatch):
    import nbformat
    from nbclient import NotebookClient
    notebook = nbformat.read(ROOT / path, as_version=4)
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    client = NotebookClient(notebook, timeout=120, kernel_name="python3",
                            resources={"metadata": {"path": str((ROOT / path).parent)}})
    client.execute()
    outputs = [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    assert any(NOTEBOOKS[path] in o.get("data", {}).get("text/html", "") for o in outputs)


@pytest.mark.parametrize("path", NOTEBOOKS)
def test_the_notebook_is_kept_without_outputs(path):
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(ROOT / path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None

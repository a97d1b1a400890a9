"""One Jupyter server and one Chromium for all browser tests. Without Chromium they are skipped; in CI that is a failure.

For this package, not the session: Playwright keeps an event loop running in this thread, which other tests must not find.
"""

import os

import nbformat
import pytest

from . import lab


def _lack() -> str:
    if lab.CHROMIUM is None:
        return "no Chromium here: install Debian's package chromium, or set CHROMIUM to the program"
    try:
        import jupyterlab  # noqa: F401
        import playwright  # noqa: F401
    except ImportError as error:
        return f"no {error.name} here: pip install 'brainlab[lab,test]'"
    return ""


@pytest.fixture(scope="package")
def server(tmp_path_factory):
    if lack := _lack():
        if os.environ.get("CI") == "true":
            pytest.fail(lack)
        pytest.skip(lack)
    with lab.jupyter(tmp_path_factory.mktemp("notebooks")) as running:
        yield running


@pytest.fixture(scope="package")
def browser(server):
    with lab.chromium() as context:
        yield context


@pytest.fixture(scope="package")
def open_notebook(server, browser):
    """open_notebook("name", "code of cell 1", ...): a notebook of these cells, run, in JupyterLab."""
    pages = []

    def open_(name: str, *cells: str) -> lab.LabPage:
        nbformat.write(lab.notebook(*cells), server.root / f"{name}.ipynb")
        pages.append(lab.LabPage(browser.new_page(), server).open(f"{name}.ipynb"))
        pages[-1].theme("JupyterLab Light")  # Lab remembers what an earlier test has chosen
        pages[-1].run_all()
        return pages[-1]

    yield open_
    for page in pages:
        page.close()

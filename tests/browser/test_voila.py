"""Voila serves every panel: a page without code cells, for a lecture or a museum."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

from brainlab import panels

from . import lab


@pytest.fixture
def voila(tmp_path, server):  # `server` decides whether there is a browser to test with
    pytest.importorskip("voila")
    cells = [f"bl.panels.{name}()" for name in panels.all_panels()]
    nbformat.write(lab.notebook("import brainlab as bl", *cells), tmp_path / "panels.ipynb")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "voila", "panels.ipynb", "--no-browser", "--Voila.ip=127.0.0.1", f"--port={port}"]
    log = (tmp_path / "voila.log").open("w")
    environment = {**os.environ, "HOME": str(tmp_path), "BRAINLAB_HOME": str(tmp_path / "home"), "JAX_PLATFORMS": "cpu"}
    process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=subprocess.STDOUT)
    end = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/voila/static/", timeout=1)
        except urllib.error.HTTPError:
            break  # it answers
        except OSError:
            assert process.poll() is None and time.monotonic() < end, (tmp_path / "voila.log").read_text()[-2000:]
            time.sleep(0.2)
        else:
            break
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(20)
    log.close()


def test_voila_serves_every_panel(voila, browser):
    page, problems = browser.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(voila, timeout=120_000)
    count = len(panels.all_panels())
    page.wait_for_function(f"() => document.querySelectorAll('.bl-panel').length === {count}", timeout=120_000)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.bl-panel')].every(p => p.querySelector('path.line, canvas')"
        " && p.querySelector('input[type=range]'))",
        timeout=60_000,
    )
    shown = "() => document.querySelector('.bl-panel .bl-main').innerText"
    before = page.evaluate(shown)
    slider = page.locator(".bl-panel input[type=range]").first
    slider.focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"before => ({shown})() !== before", arg=before, timeout=20_000)
    assert problems == []
    page.close()

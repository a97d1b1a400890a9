"""A real JupyterLab (a subprocess on loopback, with a home of its own) and a real Chromium (Playwright).

with jupyter(root) as server, chromium() as browser:
    page = LabPage(browser.new_page(), server).open("lesson.ipynb").run_all()
    page.kernel("print(slider.value)")
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import NamedTuple

import nbformat

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
_QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]

# Lab without pop-ups, and with every cell in the page, seen or not.
_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


class Server(NamedTuple):
    url: str
    token: str
    root: Path
    home: Path

    def ask(self, path: str):
        """GET an address of the server's own interface."""
        with urllib.request.urlopen(f"{self.url}/{path}?token={self.token}", timeout=2) as answer:
            return json.loads(answer.read())


@contextlib.contextmanager
def jupyter(root: Path, app: str = "lab", *options: str):
    """Start `jupyter lab` (or server) on a free port; stopped, with its kernels, at the end."""
    home = Path(tempfile.mkdtemp(prefix="brainlab-home-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", secrets.token_hex(12), Path(root), home)
    command = [sys.executable, "-m", "jupyter", app, "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={server.token}", f"--ServerApp.root_dir={root}"]
    command += ["--ServerApp.allow_root=True", "--LabApp.expose_app_in_browser=True", *options]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=_environment(home))
    try:
        _await(server, process)
        yield server
    finally:
        process.terminate()  # the server shuts its kernels down itself
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _environment(home: Path) -> dict:
    for name, settings in _SETTINGS.items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }
    places |= {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    own = {name: str(home / place) for name, place in places.items()}
    return {**os.environ, **own, "HOME": str(home), "BRAINLAB_HOME": str(home / "brainlab"), "JAX_PLATFORMS": "cpu"}


def _await(server: Server, process: subprocess.Popen, patience: float = 60.0):
    end = time.monotonic() + patience
    while True:
        try:
            server.ask("api")
            return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("Jupyter did not start:\n" + (server.home / "server.log").read_text()[-3000:]) from None
            time.sleep(0.1)


@contextlib.contextmanager
def chromium(width: int = 1280, height: int = 900):
    """A browser context; pages come from `.new_page()`."""
    from playwright.sync_api import sync_playwright

    root = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*_QUIET, *root])
        yield browser.new_context(viewport={"width": width, "height": height})
        browser.close()


def notebook(*cells: str) -> nbformat.NotebookNode:
    """A notebook of code cells."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


_READY = """async () => {
    const panel = [...jupyterapp.shell.widgets('main')].find(w => w.context && w.content && w.content.widgets);
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
    jupyterapp.shell.activateById(panel.id);
    window.panel = panel;
}"""
_FIRST_ERROR = """() => {
    for (const cell of panel.content.model.cells)
        if (cell.type === 'code') for (const output of cell.outputs.toJSON())
            if (output.output_type === 'error') return output.traceback.join('\\n');
    return null;
}"""
_SHOWN = """() => [...document.querySelectorAll('.jp-OutputArea-output')].every(o =>
    o.dataset.mimeType !== 'application/vnd.jupyter.widget-view+json' || o.querySelector('.jupyter-widgets'))"""
_EXECUTE = """async code => {
    const future = panel.sessionContext.session.kernel.requestExecute({code, store_history: false});
    let out = '';
    future.onIOPub = message => {
        if (message.header.msg_type === 'stream') out += message.content.text;
        if (message.header.msg_type === 'error') out += message.content.traceback.join('\\n');
    };
    await future.done;
    return out;
}"""


class LabPage:
    """One notebook in JupyterLab. `problems` are the page's own errors: a test wants them empty."""

    def __init__(self, page, server: Server):
        self.page, self.server, self.problems = page, server, []
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def open(self, path: str):
        # /doc is one document and no tabs; reset forgets an earlier workspace
        address = f"{self.server.url}/doc/tree/{path}?token={self.server.token}&reset"
        self.page.goto(address, wait_until="domcontentloaded")
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Notebook .jp-Cell", timeout=60_000)
        self.page.evaluate(_READY)  # the page says "idle" before the kernel is connected; the model knows better
        return self

    def run_all(self):
        """Run every cell, and wait for the widgets to be there."""
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
        error = self.page.evaluate(_FIRST_ERROR)
        assert error is None, error
        self.page.wait_for_function(_SHOWN, timeout=60_000)
        return self

    def kernel(self, code: str) -> str:
        """Run code in the notebook's kernel, unseen; what it prints."""
        return self.page.evaluate(_EXECUTE, code).strip()

    def until(self, expression: str, patience: float = 10.0):
        """Wait until a Python expression in the kernel is true."""
        end = time.monotonic() + patience
        while (answer := self.kernel(f"print(bool({expression}))")) != "True":
            assert time.monotonic() < end, f"{expression}: {answer}; {self.problems}"
            time.sleep(0.05)

    def theme(self, name: str):
        """`JupyterLab Light` or `JupyterLab Dark`."""
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        light = "true" if name.endswith("Light") else "false"
        self.page.wait_for_selector(f"body[data-jp-theme-light={light}]", state="attached")
        self.page.wait_for_timeout(500)  # Lab's own removal of the old theme fails if the next change comes at once

    def close(self):
        self.page.evaluate("() => panel.sessionContext.shutdown()")
        self.page.close()

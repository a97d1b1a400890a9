"""doctor: what is installed, what works together, and one line each on what to do."""

from __future__ import annotations

import importlib.metadata as metadata
import importlib.util
import json
import os
import platform
import sys
from pathlib import Path
from typing import NamedTuple

import jax

from ._version import __version__
from ._xla import OPTION, VALUE

_MARK = {"ok": "ok  ", "warn": "WARN", "fail": "FAIL"}


class Finding(NamedTuple):
    """One line of the report."""

    name: str
    state: str  # "ok", "warn" or "fail"
    text: str
    advice: str = ""

    def __str__(self):
        line = f"{_MARK[self.state]} {self.name:<12} {self.text}"
        return f"{line}\n     {'':<12} -> {self.advice}" if self.advice else line


class Report(list):
    """The findings; prints as a table. `report.ok` is False if something must be mended."""

    @property
    def ok(self) -> bool:
        return all(finding.state != "fail" for finding in self)

    def __repr__(self):
        return "\n".join(map(str, self))


def doctor() -> Report:
    """Look at this environment and say what to do. `brainlab doctor` in a terminal prints the same.

    >>> import brainlab
    >>> brainlab.doctor()[0].name
    'brainlab'
    """
    return Report([*_versions(), _devices(), _loops(), _front_end(), _answers(), *_companions()])


def _installed(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _versions():
    yield Finding("brainlab", "ok", f"{__version__} on Python {platform.python_version()}, {platform.system()}")
    for package, extra in (
        ("jax", ""),
        ("numpy", ""),
        ("scipy", ""),
        ("optax", "train"),
        ("diffrax", "stiff"),
        ("scikit-learn", "vision"),
    ):
        version = _installed(package)
        if version:
            yield Finding(package, "ok", version)
        elif extra:
            yield Finding(package, "ok", f"not installed (only for the extra '{extra}')")
        else:
            yield Finding(package, "fail", "not installed", f"pip install {package}")
    if _installed("jax") and _installed("jax") != _installed("jaxlib"):
        yield Finding("jaxlib", "warn", f"{_installed('jaxlib')}, another version than jax", "pip install -U jax jaxlib")


def _devices():
    kinds = [d.device_kind for d in jax.devices()]
    text = f"{jax.default_backend()}: {', '.join(sorted(set(kinds)))}, {os.cpu_count()} cores"
    return Finding("devices", "ok", text)


def _loops():
    if jax.default_backend() != "cpu":
        return Finding("small loops", "ok", "the setting is for the CPU only")
    if f"{OPTION}={VALUE}" in os.environ.get("XLA_FLAGS", ""):
        return Finding("small loops", "ok", "XLA keeps them whole (XLA_FLAGS is set)")
    return Finding(
        "small loops",
        "warn",
        "XLA may cut them up: up to 20 times slower",
        f"import brainlab before the first JAX computation, or put {OPTION}={VALUE} into XLA_FLAGS",
    )


def _front_end():
    missing = [p for p in ("ipywidgets", "bqplot", "anywidget") if not _installed(p)]
    if missing:
        return Finding("panels", "fail", f"missing: {', '.join(missing)}", f"pip install {' '.join(missing)}")
    hosts = [f"{p} {_installed(p)}" for p in ("jupyterlab", "notebook", "voila") if _installed(p)]
    if not hosts:
        return Finding("panels", "warn", "no JupyterLab, Notebook or Voila here", "pip install 'brainlab[lab]'")
    return Finding("panels", "ok", f"bqplot {_installed('bqplot')}, {', '.join(hosts)}")


def _answers():
    """Is the server extension there that makes panels answer 40 ms sooner (`brainlab_server`)?"""
    if not _installed("jupyter_server"):
        return Finding("answers", "ok", "no Jupyter server here")
    switch = _switch() if importlib.util.find_spec("brainlab_server") else None
    if switch:
        return Finding("answers", "ok", "without delay (the server extension brainlab_server is on)")
    if switch is None:
        text, advice = "the server extension is not installed", "install brainlab into the environment that Jupyter runs in"
    else:
        text, advice = "the server extension is switched off", "jupyter server extension enable brainlab_server"
    return Finding("answers", "warn", f"{text}: panels answer 40 ms later", advice)


def _switch() -> bool | None:
    """What Jupyter's configuration says of the extension; the first folder that mentions it counts. None: nothing."""
    from jupyter_core.paths import jupyter_config_path

    for folder in map(Path, jupyter_config_path()):
        for file in (folder / "jupyter_server_config.json", *sorted(folder.glob("jupyter_server_config.d/*.json"))):
            try:
                said = json.loads(file.read_text())["ServerApp"]["jpserver_extensions"]["brainlab_server"]
            except (OSError, ValueError, KeyError, TypeError):
                continue
            return bool(said)
    return None


def _companions():
    """Packages that break ours by being installed beside them."""
    if _installed("bqplot-gl"):
        yield Finding(
            "bqplot-gl",
            "fail",
            f"{_installed('bqplot-gl')} stops dragging in every bqplot figure (two copies of one JavaScript library)",
            "pip uninstall bqplot-gl",
        )
    if sys.prefix == sys.base_prefix and not os.environ.get("CONDA_PREFIX"):
        yield Finding("environment", "ok", "no virtual environment: packages of other projects may get in the way")

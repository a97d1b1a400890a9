"""The project around the library: doctor, commands, pins, and that the README says what is there."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

import brainlab as bl
from brainlab import _doctor, cli

ROOT = Path(__file__).resolve().parent.parent


# ---- doctor


def finding(name):
    return next(f for f in bl.doctor() if f.name == name)


def test_doctor_is_content_here():
    report = bl.doctor()
    assert report.ok, repr(report)
    assert {"brainlab", "jax", "numpy", "scipy", "devices", "small loops", "panels"} <= {f.name for f in report}
    assert finding("brainlab").text.startswith(bl.__version__)


def test_doctor_warns_of_bqplot_gl(monkeypatch):
    real = importlib.metadata.version
    monkeypatch.setattr(_doctor.metadata, "version", lambda p: "0.1.1" if p == "bqplot-gl" else real(p))
    found = finding("bqplot-gl")
    assert found.state == "fail" and found.advice == "pip uninstall bqplot-gl" and "dragging" in found.text
    assert not bl.doctor().ok and "FAIL bqplot-gl" in repr(bl.doctor())


@pytest.mark.parametrize(
    "missing, name, state, advice",
    [
        ("bqplot", "panels", "fail", "pip install bqplot"),
        ("scipy", "scipy", "fail", "pip install scipy"),
        ("optax", "optax", "ok", ""),
        ("jupyterlab", "panels", "warn", "pip install 'brainlab[lab]'"),
    ],
)
def test_doctor_names_what_is_missing(monkeypatch, missing, name, state, advice):
    real = importlib.metadata.version

    def version(package):
        if package in (missing, "notebook", "voila"):
            raise importlib.metadata.PackageNotFoundError(package)
        return real(package)

    monkeypatch.setattr(_doctor.metadata, "version", version)
    assert (finding(name).state, finding(name).advice) == (state, advice)


def test_doctor_sees_whether_small_loops_are_kept_whole(monkeypatch):
    assert finding("small loops").state == "ok"
    monkeypatch.setenv("XLA_FLAGS", "")
    assert finding("small loops").state == "warn" and "import brainlab before" in finding("small loops").advice


def test_doctor_reports_the_server_extension(monkeypatch, tmp_path):
    assert finding("answers").state == "ok" and "without delay" in finding("answers").text
    monkeypatch.setattr("jupyter_core.paths.jupyter_config_path", lambda: [str(tmp_path)])
    assert finding("answers").state == "warn" and "40 ms later" in finding("answers").text
    off = tmp_path / "jupyter_server_config.json"
    off.write_text('{"ServerApp": {"jpserver_extensions": {"brainlab_server": false}}}')
    assert finding("answers").advice == "jupyter server extension enable brainlab_server"


# ---- commands


def run(*command):
    return subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)


def test_doctor_command():
    done = run("-m", "brainlab.cli", "doctor")
    assert done.returncode == 0 and "brainlab" in done.stdout, done.stderr


def test_commands_explain_themselves():
    assert "open JupyterLab on your copy of the course" in run("-m", "brainlab.cli", "--help").stdout
    assert run("-m", "brainlab.cli").returncode == 2
    assert "invalid choice" in run("-m", "brainlab.cli", "lap").stderr
    assert "python start.py lab" in run("start.py").stdout


def test_lab_opens_a_copy_of_the_course(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(
        cli.subprocess, "run", lambda command, cwd: asked.append(command) or type("Done", (), {"returncode": 0})
    )
    monkeypatch.setattr(cli, "PROJECT", tmp_path)
    (tmp_path / "course").mkdir()
    assert cli.main(["lab", "--no-browser"]) == 0
    assert asked[0][1:4] == ["-m", "jupyter", "lab"] and f"--ServerApp.root_dir={tmp_path / 'my_course'}" in asked[0]
    assert asked[0][-1] == "--no-browser"


# ---- files


def test_pins_hold_versions_and_no_addresses():
    lines = [line for line in (ROOT / "pins.txt").read_text().splitlines() if not line.startswith("#")]
    assert len(lines) > 50 and all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in lines)


def test_the_readme_names_what_exists():
    text = (ROOT / "README.md").read_text()
    for path in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (ROOT / path).exists(), path
    for target in re.findall(r"`make (\w+)`", text):
        assert f"\n{target}:" in (ROOT / "Makefile").read_text(), target
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    done = run("-c", code)
    assert done.returncode == 0 and float(done.stdout) > 5, done.stderr


def test_no_file_of_the_core_is_long():
    for file in [*(ROOT / "brainlab").rglob("*.py")]:
        assert len(file.read_text().splitlines()) <= 400, file


FLOORS = [
    ("math",),
    ("params", "language", "svg", "connect"),
    ("integrate",),
    ("models",),
    ("synapses",),
    ("networks",),
    ("analysis", "vision"),
    ("panels", "lessons"),
]


@pytest.mark.parametrize("floor", range(len(FLOORS)))
def test_imports_only_go_down(floor):
    """Nothing imports from its own height or above, but from itself; inside functions (loaded when needed) it may."""
    above = [name for names in FLOORS[floor:] for name in names] + ["cli", "_doctor"]
    for name in FLOORS[floor]:
        place = ROOT / "brainlab" / name
        others = [other for other in above if other != name]
        for file in place.glob("**/*.py") if place.is_dir() else [place.with_suffix(".py")]:
            for line in re.findall(r"^(?:from|import) .*", file.read_text(), re.MULTILINE):
                found = re.search(rf"(?:^from \.+|brainlab\.|import )({'|'.join(others)})\b", line)
                assert not found, f"{file.relative_to(ROOT)}: {line}"


# ---- binder


def test_binder_builds_what_the_pins_say():
    folder = ROOT / "binder"
    lines = [line for line in (folder / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "--constraint ../pins.txt" and (folder / "../pins.txt").exists()
    extras = re.fullmatch(r"--editable \.\[(.*)\]", lines[1])[1].split(",")
    assert set(extras) <= set(importlib.metadata.metadata("brainlab").get_all("Provides-Extra"))
    assert re.fullmatch(r"python-3\.\d+", (folder / "runtime.txt").read_text().strip())


def test_binder_prepares_the_course(tmp_path):
    """postBuild itself runs on Binder only; what it calls exists, and the page that it opens will be there."""
    script = (ROOT / "binder" / "postBuild").read_text()
    assert (ROOT / "binder" / "postBuild").stat().st_mode & 0o111, "it must be executable"
    assert subprocess.run(["bash", "-n", ROOT / "binder" / "postBuild"]).returncode == 0
    for command in re.findall(r"^brainlab (\w+)", script, re.MULTILINE):
        assert command in cli.COMMANDS
    opened = re.search(r'default_url = "/lab/tree/my_course/(.+?)"', script)[1]
    assert (ROOT / "course" / opened).exists()

"""The `brainlab` command: `brainlab doctor | lab | test`, also as `python -m brainlab.cli ...`."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent  # of a checkout; an installed wheel has no course beside it


def doctor(rest) -> int:
    """versions, devices, widget front end, known bad companions: one line each with what to do"""
    from . import doctor as examine

    report = examine()
    print(report)
    return 0 if report.ok else 1


def lab(rest) -> int:
    """open JupyterLab on your copy of the course; --fresh CHAPTER begins a chapter anew"""
    from .lessons import copies

    course, mine = PROJECT / "course", PROJECT / "my_course"
    if not course.is_dir():
        raise SystemExit("brainlab lab: no course/ beside this installation; run it in a checkout of the project")
    options = argparse.ArgumentParser(prog="brainlab lab", add_help=False, allow_abbrev=False)
    options.add_argument("--fresh", metavar="CHAPTER", help="put back the chapter as it was; yours goes to the backups")
    known, rest = options.parse_known_args(rest)
    try:
        lines = copies.update(course, mine)
        lines += [copies.fresh(course, mine, known.fresh)] if known.fresh else []
    except OSError as error:
        raise SystemExit(f"brainlab lab: {error}") from None
    print("\n".join([f"Your copy of the course is {mine}", *lines]), flush=True)
    quiet = ("--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
    first = "--LabApp.default_url=/lab/tree/index.ipynb"
    return _run("jupyter", "lab", f"--ServerApp.root_dir={mine}", first, *quiet, *rest)


def copy(rest) -> int:
    """make or update your copy of the course, without opening it"""
    from .lessons import copies

    print("\n".join(copies.update(PROJECT / "course", PROJECT / "my_course")))
    return 0


def warm(rest) -> int:
    """compile every panel once, so that each opens at once afterwards (for images of Binder and hubs)"""
    from . import panels

    for name, panel in panels.all_panels().items():
        print(f"{name}: {panel().snapshot()!r}", flush=True)
    return 0


def record(rest) -> int:
    """run notebooks of the course as a new student would and save them with their outputs, as the tests want them"""
    import tempfile

    import nbclient
    import nbformat

    for path in rest:
        notebook = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as home:
            os.environ["BRAINLAB_HOME"] = home  # nothing is solved yet
            nbclient.NotebookClient(
                notebook, record_timing=False, resources={"metadata": {"path": Path(path).parent}}
            ).execute()
        notebook.metadata.pop("widgets", None)
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)  # of a kernel that is gone
        nbformat.write(notebook, path)
        print(f"saved {path}", flush=True)
    return 0


def test(rest) -> int:
    """run every test: library, doctests, notebooks"""
    if not (PROJECT / "tests").is_dir():
        raise SystemExit("brainlab test: no tests/ beside this installation; run it in a checkout of the project")
    style = _run("ruff", "check", str(PROJECT)) or _run("ruff", "format", "--check", str(PROJECT))
    if rest or style:
        return style or _run("pytest", *rest)
    workers = str(min(4, os.cpu_count() or 1))  # each of them holds a JAX of its own, up to 1 GB
    # The browser has the machine to itself: its tests wait for pictures.
    share = ("-n", workers, "--dist", "loadfile", "--max-worker-restart", "0")  # a run that goes on after a crash never ends
    return _run("pytest", *share, "--ignore=tests/browser") or _run("pytest", "tests/browser")


def _run(module, *arguments) -> int:
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=PROJECT).returncode


COMMANDS = {"doctor": doctor, "lab": lab, "test": test, "copy": copy, "warm": warm, "record": record}


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(prog="brainlab", description="A teaching lab for computational neuroscience.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, run in COMMANDS.items():
        commands.add_parser(name, help=run.__doc__, description=run.__doc__, add_help=False)
    known, rest = parser.parse_known_args(argv)
    return COMMANDS[known.command](rest)


if __name__ == "__main__":
    sys.exit(main())

"""The `brainlab` command: `brainlab doctor | lab | test`, also as `python -m brainlab.cli ...`."""

from __future__ import annotations

import argparse
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
    """open JupyterLab on the course"""
    course = PROJECT / "course"
    if not course.is_dir():
        raise SystemExit("brainlab lab: no course/ beside this installation; run it in a checkout of the project")
    quiet = ("--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
    first = "--LabApp.default_url=/lab/tree/welcome.ipynb"
    return _run("jupyter", "lab", f"--ServerApp.root_dir={course}", first, *quiet, *rest)


def test(rest) -> int:
    """run every test: library, doctests, notebooks"""
    if not (PROJECT / "tests").is_dir():
        raise SystemExit("brainlab test: no tests/ beside this installation; run it in a checkout of the project")
    return _run("ruff", "check", str(PROJECT)) or _run("ruff", "format", "--check", str(PROJECT)) or _run("pytest", *rest)


def _run(module, *arguments) -> int:
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=PROJECT).returncode


COMMANDS = {"doctor": doctor, "lab": lab, "test": test}


def main(argv=None) -> int:
    parser = argparse.ArgumentParser(prog="brainlab", description="A teaching lab for computational neuroscience.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, run in COMMANDS.items():
        commands.add_parser(name, help=run.__doc__, description=run.__doc__, add_help=False)
    known, rest = parser.parse_known_args(argv)
    return COMMANDS[known.command](rest)


if __name__ == "__main__":
    sys.exit(main())

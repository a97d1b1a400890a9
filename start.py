"""From a fresh machine with nothing but Python 3.11 or newer to a running lab:

    python start.py lab       make .venv, install the tested versions, open JupyterLab on the course
    python start.py test      the same, and run every test
    python start.py doctor    say what is installed and what to do about what is not right

Only Python's standard library is used here. The second call finds everything in place and starts in a second.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
EXTRAS = "lab,train,stiff,vision,test"


def install() -> None:
    """Make .venv and install brainlab with the tested versions, unless that has been done for these very files."""
    asked = b"".join((HERE / name).read_bytes() for name in ("pyproject.toml", "pins.txt"))
    stamp, wanted = VENV / "installed", hashlib.sha256(asked + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing into {VENV} (once, some minutes) ...", flush=True)
    venv.create(VENV, with_pip=True, clear=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--constraint", HERE / "pins.txt", "--editable", f"{HERE}[{EXTRAS}]"], check=True)
    stamp.write_text(wanted)


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 (here the check is the point)
        print(f"brainlab needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
        return 1
    if not sys.argv[1:] or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0
    try:
        install()
    except subprocess.CalledProcessError:
        print("\nThe installation failed; the reason stands above. Is there a connection, and space on the disk?")
        return 1
    return subprocess.run([PYTHON, "-m", "brainlab.cli", *sys.argv[1:]]).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # Ctrl-C is how one leaves JupyterLab
        sys.exit(130)

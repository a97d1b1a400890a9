"""How much memory a class needs: each chapter run from top to bottom, every panel moved 1,000 times.

    python benchmarks/memory.py             all chapters
    python benchmarks/memory.py ch10_lif    one of them

The kernel's resident memory must stay under 600 MB (Binder gives 2 GB to kernel, server and all); the page's heap,
after a garbage collection, must not grow with the moves. The peer is a bare `import jax` with one compiled function.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))
import lab  # noqa: E402

RSS = """
import re
def rss(): return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
"""
MOVE = """
import gc, numpy as np
from brainlab.panels.panel import Panel
rng, moved = np.random.default_rng(0), 0
for panel in [p for p in gc.get_objects() if isinstance(p, Panel)]:
    names = [n for n in panel.controls if panel.parameters[n].numeric and not panel.parameters[n].structural]
    for _ in range({moves}):
        control = panel.controls[names[rng.integers(len(names))]]
        control.from_browser(float(rng.uniform(control.min, control.max)))
        panel._worker.ask()
        moved += 1
        time.sleep(0.004)
"""
BARE = "import jax, jax.numpy as jnp\njax.jit(lambda x: x * x)(jnp.ones(3)).block_until_ready()"


def heap(page):
    """MB of JavaScript in use after a garbage collection."""
    session = page.page.context.new_cdp_session(page.page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    session.detach()
    return used


def chapter(page):
    page.kernel("import time" + RSS)
    page.kernel(MOVE.format(moves=100))  # everything has been drawn once
    page.page.wait_for_timeout(1500)
    start, js = float(page.kernel("gc.collect(); print(rss())")), heap(page)
    for _ in range(5):
        page.kernel(MOVE.format(moves=200))
    page.page.wait_for_timeout(1500)
    moved = page.kernel("gc.collect(); print(5 * moved)")
    return {
        "moves": moved,
        "kernel MB before": f"{start:.0f}",
        "kernel MB after": f"{float(page.kernel('print(rss())')):.0f}",
        "page MB before": f"{js:.1f}",
        "page MB after": f"{heap(page):.1f}",
    }


def main(asked):
    root = Path(tempfile.mkdtemp())
    chapters = [c for c in sorted((ROOT / "course").glob("ch*.ipynb")) if not asked or c.stem in asked]
    for file in chapters:
        shutil.copy(file, root)
    nbformat.write(lab.notebook(BARE), root / "bare.ipynb")
    with lab.jupyter(root) as server, lab.chromium() as browser:
        page = lab.LabPage(browser.new_page(), server).open("bare.ipynb").run_all()
        print(f"{'bare jax':24s}  kernel MB {float(page.kernel(RSS + 'print(rss())')):.0f}", flush=True)
        page.close()
        for file in chapters:
            page = lab.LabPage(browser.new_page(), server).open(file.name).run_all()
            print(f"{file.stem:24s}", *(f"{k} {v}" for k, v in chapter(page).items()), sep="  ", flush=True)
            print(json.dumps(page.problems)) if page.problems else None
            page.close()


if __name__ == "__main__":
    main(sys.argv[1:])

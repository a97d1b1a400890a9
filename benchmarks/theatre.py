"""How smoothly the raster theatre plays: real JupyterLab, real Chromium, 5 s of play in each regime.

    python benchmarks/theatre.py            4000 neurons
    python benchmarks/theatre.py 10000

A frame is one that the page says it has painted. `speed` is ms of the model per ms of the clock; 1 is asked for. `drag` is
4000 neurons while the point of the map is moved 40 times a second.
"""

import sys
import tempfile
import time
from pathlib import Path

import nbformat
from latency import SPY, lab

SECONDS = 5.0
CELL = "import time\nimport brainlab as bl\npanel = bl.panels.RasterTheatrePanel(N={N})\npanel"
WATCH = """async ([seconds, moving]) => {
  spy.painted.length = 0;
  const start = performance.now(), slider = document.querySelector('.bl-side input[type=range]');
  for (let k = 0; performance.now() < start + 1000 * seconds; k++) {
    await until(start + 25 * k);
    if (!moving) continue;
    slider.value = 3.5 + 3 * Math.abs(Math.sin(k / 40));
    slider.dispatchEvent(new Event('input', {bubbles: true}));
  }
  const times = spy.painted.map(p => p[1]), gaps = times.slice(1).map((t, i) => t - times[i]).sort((a, b) => a - b);
  const part = share => gaps[Math.floor(share * gaps.length)];
  return [times.length / (performance.now() - start) * 1000, part(0.5), part(0.95)];
}"""


def measured(page, moving=False):
    page.kernel("t0, now0, cpu0 = time.monotonic(), panel._now, time.process_time()")
    rate, p50, p95 = page.page.evaluate(WATCH, [SECONDS, moving])
    shares = "t = time.monotonic() - t0; print((panel._now - now0) / t / 1000, (time.process_time() - cpu0) / t)"
    speed, cpu = map(float, page.kernel(shares).split())
    gaps = f"between frames p50 {p50:4.0f} p95 {p95:4.0f} ms"
    return f"frames/s {rate:5.1f}  {gaps}  speed {speed:.2f}  cores of the kernel {cpu:.2f}"


def main(N):
    root = Path(tempfile.mkdtemp())
    nbformat.write(lab.notebook(CELL.format(N=N)), root / "theatre.ipynb")
    with lab.jupyter(root) as server, lab.chromium() as browser:
        browser.add_init_script(SPY)
        page = lab.LabPage(browser.new_page(), server).open("theatre.ipynb").run_all()
        page.until("panel.pacer.connected")
        page.kernel("panel.play()")
        time.sleep(2.0)
        for name in page.kernel("print('|'.join(panel.scenarios))").split("|"):
            page.kernel(f"panel.scenario({name!r}); panel.set(N={N}); panel.layout.reveal('')")
            time.sleep(1.0)
            print(f"{name + f', {N}':42s}", measured(page), page.kernel("print(panel.snapshot())"), sep="  ", flush=True)
        page.kernel(f"panel.scenario('like noise'); panel.set(N={N})")
        print(f"{f'drag, {N}':42s}", measured(page, moving=True), sep="  ", flush=True)
        page.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)

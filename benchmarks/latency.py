"""How long from the hand to the picture: real JupyterLab, real Chromium, a drag at 40 Hz for 5 s.

    python benchmarks/latency.py            all rows
    python benchmarks/latency.py lif        one of them

An input's time is that of the page's input event; its picture's time is the animation frame after the marks of the first
frame that shows this value or a newer one have been drawn. The peer is the usual way: an ipywidgets FloatSlider observed by
a function that sets bqplot's traits, in the same server. `far` goes through a proxy that adds 50 ms each way.
"""

import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "browser"))
import lab  # noqa: E402

HZ, SECONDS, DELAY = 40, 5.0, 0.05

# Every value that leaves the page and every "painted" that answers a frame, with its time.
SPY = """
window.spy = {values: [], painted: [], drawn: 0};
window.until = async moment => {
  while (performance.now() < moment) await new Promise(go => setTimeout(go, moment - performance.now()));
};
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
  const painted = /"painted":\\s?(\\d+)/.exec(text);
  if (painted) spy.painted.push([+painted[1], performance.now()]);
  return send.call(this, data);
};
"""
DRAG = """async ([place, low, high, n, gap]) => {
  const slider = document.querySelectorAll('.bl-side input[type=range]')[place];
  const redrawn = new MutationObserver(() => spy.drawn++);
  redrawn.observe(document.querySelector('.bqplot'), {subtree: true, attributeFilter: ['d']});
  slider.step = 'any';   // every move another value, so that a picture tells which move it shows
  spy.values.length = spy.painted.length = spy.drawn = 0;
  const start = performance.now();
  for (let k = 0; k < n; k++) {
    await until(start + k * gap);
    slider.value = low + (high - low) * (0.05 + 0.9 * k / n);
    spy.values.push([+slider.value, performance.now()]);
    slider.dispatchEvent(new Event('input', {bubbles: true}));
  }
  await new Promise(go => setTimeout(go, 1500));
  return spy;
}"""
# noUiSlider listens to mouse events on the document; the value is read back from the handle.
DRAG_PEER = """async ([selector, n, gap]) => {
  const handle = document.querySelector(selector), base = handle.closest('.noUi-base').getBoundingClientRect();
  const fire = (target, type, x) => target.dispatchEvent(new MouseEvent(type,
    {bubbles: true, cancelable: true, clientX: x, clientY: base.y + 2, buttons: 1, view: window}));
  let drawn = [];
  new MutationObserver(() => drawn.push([window.shown?.(), performance.now()]))
    .observe(document.querySelector('.bqplot'), {subtree: true, attributeFilter: ['d']});
  fire(handle.firstElementChild, 'mousedown', handle.getBoundingClientRect().x + 8);
  const values = [], start = performance.now();
  for (let k = 0; k < n; k++) {
    await until(start + k * gap);
    const share = 0.05 + 0.9 * k / n;
    fire(document.documentElement, 'mousemove', base.x + base.width * share);
    values.push([5 * share, performance.now()]);
  }
  fire(document.documentElement, 'mouseup', base.x);
  await new Promise(go => setTimeout(go, 1500));
  return {values, drawn};
}"""
# When the brush moved, and when the picture under it was drawn anew.
STROKES = """() => {
  const canvas = document.querySelector('.bl-painted'), pen = canvas.getContext('2d'), clear = pen.clearRect;
  spy.moves = [], spy.drawn = [];
  canvas.addEventListener('pointermove', () => spy.moves.push(performance.now()));
  pen.clearRect = function (...area) { spy.drawn.push(performance.now()); return clear.apply(this, area); };
}"""
SETUP = """
import time
import brainlab as bl
panel = bl.panels.{panel}()
shown, real = [], panel.pacer.frame
def frame(*letters):
    shown.append((real(*letters), panel.values["{name}"]))
    return shown[-1][0]
panel.pacer.frame = frame
panel
"""
PEER = """
import time, bqplot, ipywidgets, numpy as np
import brainlab as bl
x, y = bqplot.LinearScale(), bqplot.LinearScale(min=-90, max=30)
line = bqplot.Lines(x=np.arange(2000) * 0.1, y=np.zeros(2000), scales=dict(x=x, y=y))
slider, frames = ipywidgets.FloatSlider(value=2.0, min=0, max=5, step=0.001), []
from brainlab.networks.core import trace
def redraw(change):
    out = trace(bl.LIF(), np.full(2000, change["new"]), 0.1)
    line.y = np.asarray(out["V"])
    frames.append(change["new"])
redraw(dict(new=2.0))
slider.observe(redraw, "value")
axes = [bqplot.Axis(scale=x), bqplot.Axis(scale=y, side="left")]
ipywidgets.VBox([slider, bqplot.Figure(marks=[line], axes=axes, animation_duration=0)])
"""


def ours(page, name, low, high):
    """Milliseconds of each input until it is painted, pictures per second, stale ones, CPU ms of the kernel per picture."""
    sliders = "[n for n in panel.visible if hasattr(panel.controls[n], 'step')]"
    place = int(page.kernel(f"print({sliders}.index('{name}'))"))
    page.page.wait_for_timeout(1500)  # everything is laid out, the first pictures are drawn
    page.kernel("shown.clear(); t0 = time.process_time()")
    n = int(HZ * SECONDS)
    spy = page.page.evaluate(DRAG, [place, low, high, n, 1000 / HZ])
    log = dict(json.loads(page.kernel("import json; print(json.dumps(shown))")))
    cpu = float(page.kernel("print(time.process_time() - t0)"))
    return summary(spy["values"], [(log[number], at) for number, at in spy["painted"] if number in log], cpu)


def peer(page):
    page.page.wait_for_timeout(1000)
    page.kernel("frames.clear(); t0 = time.process_time()")
    result = page.page.evaluate(DRAG_PEER, [".noUi-handle", int(HZ * SECONDS), 1000 / HZ])
    values, drawn = result["values"], result["drawn"]
    cpu = float(page.kernel("print(time.process_time() - t0)"))
    used = json.loads(page.kernel("import json; print(json.dumps(frames))"))
    return summary(values, [(value, at) for value, (_, at) in zip(used, drawn, strict=False)], cpu)


def summary(values, pictures, cpu):
    """values: (value, when it was asked for); pictures: (value shown, when)"""
    lags, j = [], 0
    frames = [(at, min(range(len(values)), key=lambda k: abs(values[k][0] - value))) for value, at in pictures]
    for at, k in frames:
        while j <= k:
            lags.append(at - values[j][1])
            j += 1
    stale = sum(a[1] > b[1] for a, b in zip(frames, frames[1:], strict=False))
    span = (values[-1][1] - values[0][1]) / 1000
    during = sum(at <= values[-1][1] for at, _ in frames)
    lags.sort()
    return {
        "p50": statistics.median(lags),
        "p95": lags[int(0.95 * len(lags))],
        "pictures/s": during / span,
        "of moves": len({k for _, k in frames}) / len(values) * HZ,
        "stale": stale,
        "kernel ms": 1000 * cpu / max(len(frames), 1),
    }


def painting(page):
    """A brush at 60 Hz, each move over some pixels: pictures a second of the page itself and of the network's answer."""
    page.page.wait_for_timeout(1500)
    page.page.evaluate(STROKES)
    box, mouse = page.page.locator(".bl-painted").bounding_box(), page.page.mouse
    page.kernel("t0 = time.process_time()")
    page.page.evaluate("() => { spy.painted.length = spy.moves.length = spy.drawn.length = 0 }")
    start, buttons = time.monotonic(), ("left", "right")
    for n in range(round(60 * SECONDS)):
        along = n % 12  # a stroke of twelve moves paints a zigzag, the next one takes it away again
        mouse.move(box["x"] + 15 + 120 * (n % 2), box["y"] + 30 + 16 * along)
        if along == 0:
            mouse.down(button=buttons[n // 12 % 2])
        elif along == 11:
            mouse.up(button=buttons[n // 12 % 2])
        time.sleep(max(0.0, (n + 1) / 60 - (time.monotonic() - start)))
    spy = page.page.evaluate("() => spy")
    cpu = float(page.kernel("print(time.process_time() - t0)"))
    lags = sorted(min(at for at in spy["drawn"] if at > move) - move for move in spy["moves"] if move < spy["drawn"][-1])
    return {
        "moves/s": len(spy["moves"]) / SECONDS,
        "painted/s": len(spy["drawn"]) / SECONDS,
        "p50": statistics.median(lags),
        "p95": lags[int(0.95 * len(lags))],
        "answers/s": len(spy["painted"]) / SECONDS,
        "kernel ms": 1000 * cpu / max(len(spy["painted"]), 1),
    }


def live(page):
    """Pictures a second of the strip chart while it runs, and how much of a core the kernel takes."""
    page.page.evaluate("() => { spy.painted.length = 0 }")
    page.kernel("t0 = time.process_time(); panel.play()")
    page.page.wait_for_timeout(1000 * SECONDS)
    frames = page.page.evaluate("() => spy.painted.length")
    cpu = float(page.kernel("panel.pause(); print(time.process_time() - t0)"))
    return {"pictures/s": frames / SECONDS, "kernel ms": 1000 * cpu / frames, "kernel share of a core": cpu / SECONDS}


@contextlib.contextmanager
def far_away(url):
    """The same server, `DELAY` further away in each direction."""
    host, port = url.removeprefix("http://").split(":")

    async def pump(reader, writer):
        queue, loop = asyncio.Queue(), asyncio.get_running_loop()

        async def late():
            while (item := await queue.get()) is not None:
                await asyncio.sleep(max(0, item[0] - loop.time()))
                writer.write(item[1])
            writer.close()

        task = asyncio.create_task(late())
        while data := await reader.read(65536):
            queue.put_nowait((loop.time() + DELAY, data))
        queue.put_nowait(None)
        await task

    async def serve(reader, writer):
        import socket

        there = await asyncio.open_connection(host, int(port))
        for one in (writer, there[1]):  # the delay is ours, not Nagle's
            one.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer), return_exceptions=True)

    ready, address = threading.Event(), []

    async def run():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        ready.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(run()), daemon=True).start()  # it ends with the process
    ready.wait()
    yield address[0]


OPEN = """async () => {
  await jupyterapp.commands.execute('notebook:run-cell-and-select-next');
  const start = performance.now();
  const done = jupyterapp.commands.execute('notebook:run-cell');
  const curves = () => [...document.querySelectorAll('.bl-panel path.line')];
  const drawn = () => curves().some(path => (path.getAttribute('d') || '').length > 100);
  while (!drawn()) await new Promise(go => requestAnimationFrame(go));
  await new Promise(go => requestAnimationFrame(go));
  const picture = performance.now() - start;
  await done;
  return picture;
}"""


def opening(server, browser, root):
    """Seconds from running a panel's cell, in a kernel that has brainlab loaded, to its picture: first time, and again."""
    first = "import os; os.environ['BRAINLAB_CACHE'] = {!r}\nimport brainlab as bl; bl.panels.Panel; bl.math.ones(3) + 1"
    for panel in ("LIFPanel", "StripChartPanel", "HysteresisPanel"):
        seconds = []
        for k in range(3):  # the first has an empty cache of compiled programs
            nbformat.write(
                lab.notebook(first.format(str(root / f"cache-{panel}")), f"bl.panels.{panel}()"), root / f"{panel}{k}.ipynb"
            )
            page = lab.LabPage(browser.new_page(), server).open(f"{panel}{k}.ipynb")
            page.page.wait_for_timeout(500)
            seconds.append(page.page.evaluate(OPEN) / 1000)
            page.close()
        result = f"nothing compiled before {seconds[0]:.2f} s  from the cache {statistics.median(seconds[1:]):.2f} s"
        print(f"{'first picture of ' + panel:48s}  {result}", flush=True)


ROWS = {
    "lif": ("LIF panel, 3 figures", SETUP.format(panel="LIFPanel", name="I"), lambda page: ours(page, "I", 0, 5)),
    "hh": (
        "HH panel, V and three gates",
        SETUP.format(panel="RampPanel", name="rise"),
        lambda page: ours(page, "rise", 0, 50),
    ),
    "drop": (
        "phase plane of P8b, dragging the current",
        SETUP.format(panel="PhaseDropPanel", name="I"),
        lambda page: ours(page, "I", -0.5, 2),
    ),
    "pad": (
        "bifurcation pad, dragging the current",
        SETUP.format(panel="BifurcationPanel", name="I"),
        lambda page: ours(page, "I", -20, 250),
    ),
    "paint": ("painting a cue, panel of 6 pictures", SETUP.format(panel="HopfieldPainterPanel", name="updates"), painting),
    "verify": (
        "guess and verify, dragging the gain",
        SETUP.format(panel="GuessVerifyPanel", name="feedback"),
        lambda page: ours(page, "feedback", 0, 3),
    ),
    "peer": ("FloatSlider + bqplot, 2000 points", PEER, peer),
    "live": ("strip chart, V and three gates", SETUP.format(panel="StripChartPanel", name="I"), live),
}


def main(asked):
    root = Path(tempfile.mkdtemp())
    for name, (_, cell, _) in ROWS.items():
        nbformat.write(lab.notebook(cell), root / f"{name}.ipynb")
    with lab.jupyter(root) as server, lab.chromium() as browser, far_away(server.url) as far:
        browser.add_init_script(SPY)
        if not asked or "open" in asked:
            opening(server, browser, root)
        for place, url in (("", server.url), (", 100 ms away", far)):
            for name, (title, _, measure) in ROWS.items():
                if asked and name + ("-far" if place else "") not in asked:
                    continue
                page = lab.LabPage(browser.new_page(), server._replace(url=url)).open(f"{name}.ipynb").run_all()
                result = measure(page)
                print(f"{title + place:48s}", *(f"{k} {v:.3g}" for k, v in result.items()), sep="  ", flush=True)
                page.close()


if __name__ == "__main__":
    main(sys.argv[1:])

"""The notebook that test_widgets.py drives: every widget of the family once."""

SETUP = """
import bqplot, numpy as np
import ipywidgets
from brainlab.panels.widgets import *
log = []
def seen(name):
    return lambda change: log.append((name, change["new"]))
"""

CONTROLS = r"""
threshold = Slider(value=-50.0, min=-60, max=-40, symbol="V_{th}", unit="mV", label="threshold", default=-50.0,
                   help="Where a spike begins.")
tau = Slider(value=10.0, min=1, max=100, log=True, symbol=r"\tau_m", unit="ms", label="membrane time constant", default=10.0)
conductance = Slider(value=120.0, min=0, max=200, symbol="g_{Na}", unit="mS/cm2", label="maximal sodium conductance",
                     default=100.0, changed=True, rebuilds=True)
noise = Toggle(value=False, label="noise", default=False)
method = Choice(options=["euler", "rk4", ["exp_euler", "exponential Euler"]], value="rk4", label="method")
model = Choice(options=["LIF", "QIF", "EIF", "AdEx", "Izhikevich", "HH"], label="model")
buttons = Buttons(label="run", items=[
    dict(name="play", label="Play", icon="play", primary=True),
    dict(name="step", label="Step", icon="step"),
    dict(name="pin", label="Pin", icon="pin", pressed=False, title="keep this run as a ghost"),
    dict(name="reset", label="Reset", icon="reset"),
    dict(name="die", label="New noise", icon="die", icon_only=True),
])
for name in ("threshold", "tau", "noise", "method", "model"):
    globals()[name].observe(seen(name), "value")
buttons.on_press(lambda name: log.append(("press", name)))
controls = ipywidgets.VBox([buttons, threshold, tau, conductance, noise, method, model])
"""

FIGURE = """
def figure(x, y, xs, ys):
    scales = {"x": bqplot.LinearScale(min=x[0], max=x[1]), "y": bqplot.LinearScale(min=y[0], max=y[1])}
    axes = [bqplot.Axis(scale=scales["x"], label="time (ms)", grid_color="var(--bl-grid)"),
            bqplot.Axis(scale=scales["y"], orientation="vertical", label="V (mV)", grid_color="var(--bl-grid)")]
    line = bqplot.Lines(x=xs, y=ys, scales=scales, colors=["var(--bl-1)"], stroke_width=1.6)
    margin = dict(top=10, bottom=42, left=60, right=14)
    return bqplot.Figure(marks=[line], axes=axes, fig_margin=margin, animation_duration=0)

t = np.linspace(0, 100, 500)
overlay = Overlay(x_range=[0, 100], y_range=[-80, -40], label="membrane potential", description="3 spikes at 15 Hz",
    handles=[dict(name="V_th", axis="y", min=-60, max=-40, step=0.1, label="threshold", unit="mV", color="2"),
             dict(name="E_L", axis="y", label="rest", unit="mV", color="3", dash="2 3"),
             dict(name="V_reset", axis="y", label="reset", unit="mV", color="4"),
             dict(name="onset", axis="x", label="onset", unit="ms", color="5"),
             dict(name="start", axis="xy", label="start", color="1")],
    value=dict(V_th=-50.0, E_L=-65.0, V_reset=-65.0, onset=20.0, start=[60.0, -60.0]))
overlay.observe(seen("overlay"), "value")
trace = figure((0, 100), (-80, -40), t, -65 + 15 * (1 - np.exp(-t / 20)))
stacked = stack(trace, overlay, 300)
"""

PLANES = """
drawn = Overlay(x_range=[0, 100], y_range=[-1, 5], label="current",
                draw=dict(name="I", n=200, min=-1, max=5, label="injected current", unit="nA"))
chosen = Overlay(x_range=[0, 100], y_range=[-80, -40], label="window",
                 brush=dict(name="window", label="analysis window", unit="ms"),
                 click=dict(name="point", label="start point"))
planes = ipywidgets.VBox([stack(figure((0, 100), (-1, 5), [0, 100], [0, 0]), drawn, 200),
                          stack(figure((0, 100), (-80, -40), t, -65 + 0 * t), chosen, 200)])
"""

REST = """
raster = Canvas(label="spikes of 40 neurons", x_label="time (ms)", y_label="neuron", height="180px")
random = np.random.default_rng(0)
when, who, kind = random.uniform(0, 500, 2000), random.integers(0, 40, 2000), random.integers(1, 4, 2000)
raster.raster(when, who, (0, 500), (-0.5, 39.5), colors=kind)
picture = Canvas(label="a ramp", height="120px")
picture.image(np.tile(np.arange(256, dtype=np.uint8), (64, 1)))
pacer, readout, downloads = Pacer(), Readout(text="3 spikes, 15 Hz"), Downloads()
rest = ipywidgets.VBox([raster, picture, readout, pacer])
"""

CELLS = (SETUP + CONTROLS + "controls", FIGURE + "stacked", PLANES + "planes", REST + "rest")

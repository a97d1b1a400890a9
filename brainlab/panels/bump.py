"""P16a: a bump of activity on a ring, live. It follows the hand late, remembers, drifts with noise, and can run ahead."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax import random as jr

from ..integrate._steppers import stepper
from ..language import tr
from ..math._array import raw
from ..models import CANN
from ..params import param
from ._scripts import code, value
from .figures import Axis, Figure, above
from .live import LivePanel
from .panel import Scenario
from .prediction import Choose

DT, SUBSTEPS = 0.25, 2  # ms; RK4 is exact to five digits there
RECENT = 40  # samples from which the speeds are read
ALIVE = 1.4  # no bump that stays is lower, whatever k and a are: the unstable one is higher than sqrt(2)
HIGH = 18.0  # U that is drawn one radius high
WIDE = 1.08  # the ring's picture is wider than high
ARC = 0.72  # radius of the arrow from the bump to the stimulus
LEAST = 0.02  # rad, a shorter arrow has no direction
K_SPAN, U_SPAN = (0.2, 1.3), (0.0, 30.0)
WHY_K = "without inhibition the bump would grow without end"


class BumpPanel(LivePanel):
    model = CANN
    title = "A bump that remembers an angle"
    question = "How can neurons that forget in a millisecond remember an angle?"
    surprise = "The bump stays for ever without its stimulus, yet walks with the noise. With adaptation it runs ahead."
    visible = ("stimulus", "k_rel", "A", "m", "sigma")
    without = ("k", "J0", "rho", "tau", "size")
    carries = {"z": ("hand",), "v": ("hand",), "stimulus": ("hand",)}
    uses_noise = True
    sample, window, opening = DT * SUBSTEPS, 100.0, 300.0
    event_names = ("silence",)

    stimulus: bool = param(True, "", "stimulus")
    k_rel: float = param(
        0.5, "1", "inhibition, relative to the largest that a bump bears", symbol="k/k_c", slider=K_SPAN, above=0, why=WHY_K
    )
    z: float = param(0.0, "rad", "angle of the stimulus", symbol="z", slider=(-3.14, 3.14))
    v: float = param(0.0, "rad/ms", "the stimulus moves by itself", symbol="v", slider=(-0.06, 0.06))
    speed: float = param(30.0, "ms/s", "speed", slider=(5, 100), above=0, why="time does not run backwards here")

    scenarios = {
        "it follows": Scenario(
            {}, "Press play and drag the stimulus around the ring. The arrow shows how far behind the bump is."
        ),
        "twice as fast": Scenario(
            {"v": 0.04},
            "The lag grows in step with the speed: the stimulus has to pull harder. Make it stronger, with A.",
            predict=Choose(
                "A stimulus that moves by 0.02 rad in each ms is 0.13 rad ahead of the bump. Now it moves twice as fast. "
                "The lag is",
                ("the same", "twice as long", "four times as long"),
                answer=lambda n: int(np.digitize(n["lag (rad)"], (0.19, 0.38))),
            ),
        ),
        "a memory": Scenario(
            {"stimulus": False, "sigma": 0.3},
            "Each neuron forgets in 1 ms; the bump keeps its height for ever. Its angle walks: nothing holds it anywhere.",
            predict=Choose(
                "300 ms ago the stimulus at 0 rad was taken away, and there is noise. The bump",
                ("is gone", "stands where it was", "stands somewhere else"),
                answer=lambda n: 0 if n["height"] < ALIVE else 1 + int(abs(n["bump (rad)"]) > 0.1),
            ),
        ),
        "too much inhibition": Scenario(
            {"stimulus": False, "k_rel": 1.05},
            "Above kc no bump stays by itself. Go back below it: the ring is silent, and stays so until a stimulus comes.",
        ),
        "running ahead": Scenario(
            {"m": 0.1, "v": 0.01},
            "Adaptation pushes the bump off the place where it has been, and that is behind it. Press play.",
            predict=Choose(
                "Neurons that have been active tire (m = 0.1). A stimulus moves by 0.01 rad in each ms. The bump is",
                ("behind the stimulus", "on the stimulus", "ahead of the stimulus"),
                answer=lambda n: int(np.digitize(-n["lag (rad)"], (-0.02, 0.02))),
            ),
        ),
        "by itself": Scenario(
            {"stimulus": False, "m": 0.1},
            "Nobody moves it. Adaptation pushes the bump around the ring: it does as soon as m is above tau / tau_v.",
        ),
    }

    # ---- figures

    def build(self):
        self.ring = Figure(
            Axis("cos x", "", (-1.98, 1.98)),
            Axis("sin x", "", (-1.82, 1.82)),
            title="the ring: drag the stimulus",
            height=360,
        )
        self.circle = self.ring.curve("", "ghost", width=1.0, ghost=False, given=True)
        self.circle.set(*_around(np.ones(181)))
        self.V = self.ring.curve("adaptation V", 5, dash="dotted", ghost=False)
        self.I = self.ring.curve("stimulus I", 2, dash="dashed", ghost=False, given=True)
        self.U = self.ring.curve("input U", 1, width=2.4, ghost=False)
        self.arrow = self.ring.curve("lag", 3, width=2.4, ghost=False)
        self.centre = self.ring.dots("its centre", 1)
        self.ring.handle(
            "hand", "xy", min=[-3.0, -3.0], max=[3.0, 3.0], step=0.01, label="angle of the stimulus", text="z", color="2"
        )  # fmt: skip
        self.heights = Figure(
            Axis("k / kc", "", K_SPAN), Axis("height of U", "", U_SPAN), title="height of the bump: drag k", height=360
        )
        self.stays = self.heights.curve("stays, without stimulus", 3, width=2.0, ghost=False, given=True)
        self.threshold = self.heights.curve("threshold: lower ones die", 4, dash="dashed", ghost=False, given=True)
        share = np.linspace(K_SPAN[0], 1.0, 200)
        for curve, sign in ((self.stays, 1), (self.threshold, -1)):
            curve.set(share, 8**0.5 * (1 + sign * np.sqrt(1 - share)) / share)  # J0 and rho are 1 here, and a cancels
        self.now = self.heights.dots("now", 1)
        self.heights.handle(
            "k_rel", "x", min=K_SPAN[0], max=K_SPAN[1], step=0.01, label="inhibition", text="k", color="ghost", dash="5 4"
        )
        self.angles = Figure(
            Axis("time before now", "ms", (-self.window, 0.0)), Axis("angle", "rad", (-np.pi, np.pi)), title="angles",
            height=190,
        )  # fmt: skip
        self.stimulus_angle = self.angles.curve("stimulus", 2, dash="dashed", given=True)
        self.bump_angle = self.angles.curve("bump", 1, width=2.0)
        self.figures = [self.ring, self.heights, self.angles]
        return [[self.ring, self.heights], self.angles]

    def hand(self, name):
        if name != "hand":
            return super().hand(name)
        if not self._wanted["stimulus"]:
            return None  # there is nothing to take hold of
        z = self._wanted["z"] + self._turned()
        return [round(float(np.cos(z)), 3), round(float(np.sin(z)), 3)]

    def touched(self, figure, moved):
        if "hand" not in moved:
            return super().touched(figure, moved)
        x, y = moved["hand"]
        if x or y:
            self._take({"z": _near_zero(np.arctan2(y, x) - self._turned())})  # the handle goes back onto the ring

    def _show_hand(self):
        """The stimulus moves by itself, and its handle with it: that is nobody's wish."""
        self._acting.now = True
        try:
            self.ring.overlay.show({"hand": self.hand("hand")})
        finally:
            self._acting.now = False

    def _turned(self):
        """rad by which the stimulus has moved by itself."""
        return 0.0 if self._state is None else float(self._state["turned"])

    # ---- the model

    def start(self, model):
        U, V = raw(model.replace(k=0.5 * model.kc).initial())
        return {"U": U, "V": V, "turned": jnp.asarray(0.0)}

    def advance(self, model, state, stimulus, k_rel, z, v, silence, key):
        model = raw(model.replace(k=k_rel * model.kc))
        U = jnp.where(silence > 0, 0.0, state["U"])
        noise = model.sigma * jnp.sqrt(DT / model.tau * model.size / (2 * jnp.pi * model.rho))

        def go(i, now):
            U, V = now
            I = jnp.where(stimulus, raw(model.stimulus(z + state["turned"] + (i + 0.5) * DT * v)), 0.0)
            U, V = stepper("rk4")(lambda y, t: raw(model.derivative(*y, I)), (U, V), 0.0, DT)
            return U + noise * jr.normal(jr.fold_in(key, i), U.shape), V

        U, V = lax.fori_loop(0, SUBSTEPS, go, (U, state["V"]))
        turned = jnp.remainder(state["turned"] + SUBSTEPS * DT * v, 2 * jnp.pi)
        centre = raw(model.centre(U))
        shape = raw(model.stimulus(jnp.nan_to_num(centre))) / jnp.maximum(model.A, 1e-6)
        row = {
            "U": U,
            "V": V,
            "stimulus": jnp.where(stimulus, z + turned, 0.0),
            "there": jnp.where(stimulus & (model.A > 0), 1.0, 0.0),
            "centre": jnp.nan_to_num(centre),
            "height": (shape @ U) / jnp.maximum(shape @ shape, 1e-6),  # of the bump: noise of single neurons averages out
        }
        return {"U": U, "V": V, "turned": turned}, row

    # ---- one picture

    def draw(self, t, U, V, stimulus, there, centre, height):
        alive = height > ALIVE
        bump = np.where(alive, centre, np.nan)
        z = np.where(there > 0, _near_zero(stimulus), np.nan)
        side = 1.1 + above(13.0, height[-1]) / HIGH
        self.ring.set_ranges((-WIDE * side, WIDE * side), (-side, side))
        self.U.set(*_around(1 + _closed(U[-1]) / HIGH))
        self.V.set(*_around(1 + _closed(V[-1]) / HIGH) if self.values["m"] else ([], []))
        x = _closed(np.asarray(self.model().x))
        seen = self.values["A"] * np.exp(-(_near_zero(x - z[-1]) ** 2) / (4 * self.values["a"] ** 2))
        self.I.set(*_around(1 + seen / HIGH) if there[-1] else ([], []))
        self.centre.set(*([[ARC * np.cos(bump[-1])], [ARC * np.sin(bump[-1])]] if alive[-1] else ([], [])))
        way = _near_zero(z[-1] - bump[-1])  # NaN without the one or the other
        self.arrow.set(*_arrow(bump[-1], way) if abs(way) > LEAST else ([], []))
        self.now.set([self.values["k_rel"]], [height[-1]])
        self.stimulus_angle.set(*_unjoined(t, z))
        self.bump_angle.set(*_unjoined(t, bump))
        if self.values["v"]:
            self._show_hand()

    def measure(self, t, U, V, stimulus, there, centre, height):
        way, moved = (_near_zero(np.diff(angle[-RECENT:])).sum() for angle in (centre, stimulus))
        alive = bool(height[-1] > ALIVE)
        lag = float(_near_zero(stimulus[-1] - centre[-1])) if alive and there[-1] else 0.0
        return {
            "bump (rad)": float(centre[-1]) if alive else 0.0,
            "height": float(height[-1]),
            "stimulus (rad)": float(_near_zero(stimulus[-1])) if there[-1] else "none",
            "lag (rad)": -lag if moved < -1e-6 else lag,  # behind: against the way that the stimulus goes
            "speed (rad/ms)": float(way / ((RECENT - 1) * self.sample)) if alive else 0.0,
        }

    def words(self, numbers):
        if numbers["height"] < ALIVE:
            return tr("There is no bump: the ring is silent, or shows the stimulus and nothing more.")
        said = tr("The bump is at {x:.2f} rad, {U:.1f} high. ", x=numbers["bump (rad)"], U=numbers["height"])
        if numbers["stimulus (rad)"] == "none":
            return said + tr("No stimulus holds it; it moves by {v:.3f} rad in each ms.", v=numbers["speed (rad/ms)"])
        lag = numbers["lag (rad)"]
        if abs(lag) < 1e-3:
            return said + tr("It is on the stimulus.")
        text = "It is {lag:.3f} rad behind the stimulus." if lag > 0 else "It is {lag:.3f} rad ahead of the stimulus."
        return said + tr(text, lag=abs(lag))

    def tools(self):
        silence = {"name": "silence", "label": tr("silence"), "icon": "eraser", "title": tr("take all activity away, once")}
        return [*super().tools(), silence]

    def script(self):
        model, experiment = self.state()
        v = {name: value(self.values[name]) for name in ("k_rel", "z", "v")}
        moving = f"lambda t: {v['z']} + {v['v']} * t"
        return code(
            f"ring = bl.{model!r}",
            f"ring = ring.replace(k={v['k_rel']} * ring.kc)",
            "start = ring.replace(k=0.5 * ring.kc).initial()",
            f"stimulus = {moving if experiment.stimulus else 'None'}",
            f"run = ring.run(stimulus, {self.opening}, dt={DT}, start=start, seed={self._seed})",
            'print(f"bump (rad) {run.centre[-1]:.4f}")',
        )


def _near_zero(angle):
    """The same angle between -pi and pi, in NumPy."""
    return (np.asarray(angle) + np.pi) % (2 * np.pi) - np.pi


def _closed(values):
    """The first is also the last."""
    return np.append(values, values[:1])


def _around(radius):
    """x, y of a closed curve around the ring that begins at the angle -pi."""
    angle = np.linspace(-np.pi, np.pi, len(radius))
    radius = np.maximum(radius, 0.0)
    return radius * np.cos(angle), radius * np.sin(angle)


def _arrow(start, way):
    """x, y of an arc with a head at its end."""
    angle = np.concatenate([start + way * np.linspace(0, 1, 40), start + way - np.sign(way) * np.array([0.09, 0.0, 0.09])])
    radius = np.concatenate([np.full(40, ARC), ARC + np.array([0.07, 0.0, -0.07])])
    return radius * np.cos(angle), radius * np.sin(angle)


def _unjoined(t, angle):
    """With a gap where the angle goes on at the other edge."""
    far = np.flatnonzero(abs(np.diff(angle)) > np.pi) + 1
    return np.insert(t, far, t[far] if len(far) else []), np.insert(angle, far, np.nan)

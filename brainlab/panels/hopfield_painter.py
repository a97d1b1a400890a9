"""P15a: a memory under the brush. Paint or corrupt a letter, and watch what the network makes of it."""

from __future__ import annotations

import functools
import time

import numpy as np

from .._teaching import TeachingError
from ..language import tr
from ..models import Hopfield
from ..models._patterns import binary
from ..models._sweeps import ORDERS
from ..params import ParamError, param
from ._painter_recall import END, SETS, SHAPE, SWEEPS, N, Stored, recall
from ._scripts import code
from .figures import Axis, Figure, above
from .live import LONGEST
from .panel import Panel, Scenario
from .pictures import Picture
from .prediction import Choose

NONE = np.zeros(N)  # no drawing
FACE = np.array([1.0 if c == "#" else -1.0 for c in ".....  .#.#.  .....  .....  #...#  .###.  .....".replace(" ", "")])
LOOK = dict(scale="ink", span=(-1.0, 1.0))


class HopfieldPainterPanel(Panel):
    model = Hopfield
    title = "Paint a memory"
    question = "How much of a letter must a network see to recall it, and what does it see in what it has never learnt?"
    surprise = (
        "Nobody stored the negative of a letter, and yet it is a memory: with 90 % of the pixels turned round it comes back."
    )
    visible = ("share", "letters", "rule", "order", "which")
    carries = {"share": ("painted",), "which": ("painted",), "letters": ("painted",), "own": ("painted",)}
    uses_noise = True

    share: float = param(
        20.0,
        "%",
        "share of pixels turned round",
        slider=(0, 100),
        at_least=0,
        at_most=100,
        why="there are no more pixels than all",
    )
    which: float = param(
        1.0, "", "memory to start from", symbol="n", slider=(1, 9), at_least=1, at_most=9,
        why="there are no more memories",
    )  # fmt: skip
    updates: float = param(
        float(END), "", "update that is shown", slider=(0, END), at_least=0, at_most=END,
        why="in this run every unit looks at its input four times",
    )  # fmt: skip
    speed: float = param(40.0, "updates/s", "speed", slider=(5, 200), above=0, why="time does not run backwards here")
    painted: float = param(NONE, "", "painted cue: 1 and -1, or 0 everywhere", at_least=-1, at_most=1)
    own: float = param(NONE, "", "stored drawing: 1 and -1, or 0 everywhere", at_least=-1, at_most=1)
    letters: str = param("HXT", "", "stored letters", structural=True, choices=SETS)
    order: str = param("asynchronous", "", "order of updates", structural=True, choices=ORDERS)

    scenarios = {
        "three letters": Scenario(
            {},
            "Spoil the cue with the mouse, pixel by pixel. How many must be wrong before another letter comes back?",
        ),
        "nearly all wrong": Scenario(
            {"share": 90.0},
            "The negative of a memory has the same energy as the memory. Where between 0 and 100 % does it take over?",
            predict=Choose(
                "90 % of the pixels of H are turned round. What does the network recall?",
                ("H", "a state that is no memory", "the negative of H"),
                answer=lambda n: 2 if n["overlap"] < -0.99 else int(n["overlap"] < 0.99),
            ),
        ),
        "too much alike": Scenario(
            {"letters": "ACEH", "which": 3.0, "share": 0.0},
            "A, C, E and H share many pixels, and Hebb's rule adds up what they share. Now choose the pseudo-inverse.",
            predict=Choose(
                "Four letters are stored by Hebb's rule, and the cue is E without a single error. What happens?",
                ("it stays E", "it becomes something else"),
                answer=lambda n: int(n["overlap"] < 0.99),
            ),
        ),
        "alike, and kept apart": Scenario(
            {"letters": "ABCDEFGH", "rule": "pseudo-inverse", "which": 5.0, "share": 6.0},
            "Eight letters, each a state that stays. Raise the share: the more memories, the smaller the space around each.",
        ),
        "all at once": Scenario(
            {"order": "synchronous", "which": 2.0, "share": 35.0},
            "Units that answer all at the same time can swing between two states for ever. Choose asynchronous: it ends.",
        ),
        "a drawing of your own": Scenario(
            {"own": FACE, "which": 4.0, "share": 15.0},
            "A face is stored beside the letters. Press 'empty page', draw something else, store it, and spoil it again.",
        ),
    }

    def __init__(self, **values):
        self.playing, self._clock = False, 0.0
        super().__init__(**values)
        self.controls["which"].step = 1.0
        for name in ("letters", "rule", "order"):
            self.controls[name].rebuilds = False  # see `Stored`

    def build(self):
        self.paper = Picture(
            ["cue: paint here", "state"], SHAPE, title="what it sees, and what it makes of it", height=210, **LOOK
        )
        self.paper.painted("painted", on=1.0, off=-1.0, label="cue: paint here")
        self.overlap_figure = Figure(
            Axis("memory", "", names=("",)),
            Axis("overlap", "", (-1.05, 1.05)),
            title="overlap with the memories",
            height=200,
        )
        self.before = self.overlap_figure.bars("cue", "ghost", width=5, given=True)
        self.after = self.overlap_figure.bars("state", 3)
        self.memories = Picture(["1"], SHAPE, title="memories: click one", given=True, height=106, **LOOK)
        self.memories.clicked("memory", label="memories: click one")
        self.strip = Picture(["1"], SHAPE, title="after each sweep", height=106, **LOOK)
        self.energy_figure = Figure(
            Axis("updates", "", (0, END)), Axis("energy", "", (-20, 5)), title="energy: drag the line", height=190
        )
        self.levels = self.energy_figure.curve("of the memories", "ghost", width=1.0, ghost=False, given=True)
        self.energy = self.energy_figure.curve("energy", 1, width=2.0)
        self.here = self.energy_figure.dots("state", 3)
        self.energy_figure.handle(
            "updates", "x", min=0.0, max=float(END), step=1.0, label="update that is shown", text="now", color="ghost",
            dash="5 4",
        )  # fmt: skip
        self.figures = [self.paper, self.overlap_figure, self.memories, self.strip, self.energy_figure]
        return [[self.paper, self.overlap_figure], [self.memories, self.strip], self.energy_figure]

    # ---- what is painted, stored and chosen

    def state(self, values=None):
        values = self._wanted if values is None else values
        for name in ("painted", "own"):
            if np.any(values[name]) and np.any(np.abs(values[name]) != 1):
                binary(values[name], name)  # refuses what is neither +1 nor -1
        which, memories = values["which"], len(values["letters"]) + bool(np.any(values["own"]))
        if which != round(which) or which > memories:
            raise ParamError(
                f"{type(self).__name__}.which = {which:g}: there are memories 1 to {memories}.",
                why="the cue is one of the stored patterns, with errors", try_="panel.set(which=1)",
            )  # fmt: skip
        return super().state(values)

    def hand(self, name):
        unpainted = name == "painted" and not self._wanted["painted"].any()
        return self.arrays["cue"] if unpainted else super().hand(name)

    def touched(self, figure, moved):
        if "memory" in moved:
            moved = {"which": moved["memory"] + 1.0}
        elif "painted" in moved:
            moved = {"painted": np.asarray(moved["painted"], float)}
        super().touched(figure, moved)

    def set(self, **values):
        return super().set(**self._with_a_start(values))

    def _with_a_start(self, values):
        """Where fewer letters are chosen, there may be none of that number any more: begin with the first."""
        fewer = "letters" in values and len(str(values["letters"])) < self._wanted["which"]
        return {"which": 1.0, **values} if fewer else values

    def _take(self, values, source=None):
        values = self._with_a_start(values)
        if any(values.get(name, self._wanted[name]) != self._wanted[name] for name in ("share", "which", "letters")):
            values = {"painted": NONE, **values}  # another cue takes the place of the drawing
        super()._take(values, source)

    def new_noise(self):
        self._seed += 1
        self._take({"painted": NONE})
        self._ask()

    def store(self):
        """Make what was painted a memory, beside the letters; it takes the place of an earlier drawing."""
        drawing = self._wanted["painted"]
        if np.ptp(drawing) == 0:
            raise TeachingError(
                tr("The drawing is empty: all of its pixels are alike.") if drawing.any()
                else tr("Nothing was painted yet: the cue is one of the memories, with errors."),
                why=tr("a pattern is told by where it is on and where it is off"),
                try_=tr("paint some pixels of the cue, then store it"),
            )  # fmt: skip
        self._take({"own": drawing})
        self._ask()

    # ---- going on

    def play(self):
        """Show one update after the other, from the cue on."""
        if self._wanted["updates"] >= END:
            self._take({"updates": 0.0})
        self.playing, self._clock = True, time.monotonic()
        self._show_playing()
        self._ask()

    def pause(self):
        self.playing = False
        self._show_playing()

    def step(self):
        """Go on to the next update that changes a pixel; after the last, back to the cue."""
        self.pause()
        self.snapshot()
        at, energy = self._wanted["updates"], self.arrays["descent"]
        changes = np.flatnonzero(np.diff(energy)) + 1
        self._take({"updates": 0.0 if at >= END else float(min(changes[changes > at], default=END))})
        self._ask()

    def tools(self):
        play = {"name": "play", "label": tr("play"), "icon": "play", "title": tr("one update after the other")}
        if self.playing:
            play |= {"label": tr("pause"), "icon": "pause"}
        return [
            play,
            {"name": "step", "label": tr("step"), "icon": "step", "title": tr("to the next pixel that changes")},
            {"name": "empty", "label": tr("empty page"), "title": tr("a cue with no pixel on")},
            {
                "name": "eraser",
                "label": tr("eraser"),
                "pressed": False,
                "title": tr("take pixels away, as with the right button"),
            },
            {"name": "store", "label": tr("store what I drew"), "title": tr("make the painted cue a memory")},
        ]

    def pressed(self, name):
        if name == "play":
            self.pause() if self.playing else self.play()
        elif name == "step":
            self.step()
        elif name == "store":
            self.store()
        elif name == "empty":
            self._take({"painted": -np.ones(N)})
            self._ask()
        elif name == "eraser":
            off = self.paper.overlay.draw["tool"] == "on"
            self.paper.tool("off" if off else "on")
            self.layout.tools.update("eraser", pressed=off)

    def _show_playing(self):
        self.layout.tools.update("play", **{k: v for k, v in self.tools()[0].items() if k != "name"})

    def _draw_wanted(self, wait):
        if self.playing and self.pacer.connected:
            now = time.monotonic()
            passed, self._clock = min(now - self._clock, LONGEST), now
            self._take({"updates": min(self._wanted["updates"] + passed * self._wanted["speed"], float(END))})
        super()._draw_wanted(wait)
        if self.playing and self.pacer.connected:
            if self._wanted["updates"] < END:
                self._worker.ask()
            else:
                self.pause()

    def _may_draw(self):
        """At most 50 frames a second while it plays: more would only heat the laptop."""
        rest = 0.02 - (time.monotonic() - self._clock) if self.playing else 0.0
        return max(super()._may_draw(), rest)

    # ---- one picture

    @classmethod
    @functools.cache
    def _program(cls):
        return Stored(recall)

    def names(self, memories) -> list[str]:
        """What the memories are called, in the language of the moment."""
        return [*self.values["letters"], tr("yours")][:memories]

    def draw(self, X, memories, chosen, cue, states, descent, now, overlaps, levels, energy_now):
        names = self.names(memories)
        self.paper.set([cue, now])
        places = np.arange(len(names))
        self.overlap_figure.set_names(names)
        self.before.set(places - 0.028 * len(names), overlaps[0, : len(names)])
        self.after.set(places, overlaps[1, : len(names)])
        self.memories.set(X[: len(names)], labels=names)
        self.strip.set(states, labels=[tr("cue"), *(str(i + 1) for i in range(SWEEPS))])
        self.energy_figure.set_ranges(y=(-above(5.0, -descent, -levels), above(5.0, descent)))
        self.energy.set(np.arange(END + 1), descent)
        gap = np.full(len(names), np.nan)
        self.levels.set(np.tile([0, END, np.nan], len(names)), np.stack([levels[: len(names)]] * 2 + [gap], 1).ravel())
        self.here.set([np.floor(self.values["updates"])], [energy_now])

    def measure(self, X, memories, chosen, cue, states, descent, now, overlaps, levels, energy_now):
        names = self.names(memories)
        last = overlaps[2, : len(names)]
        best = int(np.abs(last).argmax())
        moving = np.flatnonzero((states != states[-1]).any(1))  # after which sweeps it is not yet where it ends
        return {
            "start": names[chosen],
            "wrong pixels of the cue": int((cue != X[chosen]).sum()),
            "memory": names[best],
            "overlap": float(last[best]),
            "overlap with the start": float(last[chosen]),
            "energy of the cue": float(descent[0]),
            "energy": float(descent[-1]),
            "sweeps": int(moving[-1]) + 1 if len(moving) else 0,
        }

    def words(self, numbers):
        said = tr("{n} of 35 pixels differ from {start}. ", n=numbers["wrong pixels of the cue"], start=numbers["start"])
        m, memory = numbers["overlap"], numbers["memory"]
        if numbers["sweeps"] == SWEEPS:  # and nobody knows whether it would end with the next
            said += tr("In four sweeps the network comes to no rest. ")
        elif m > 0.999:
            said += tr("The network recalls {memory}. ", memory=memory)
        elif m < -0.999:
            said += tr("The network recalls the negative of {memory}, which nobody stored. ", memory=memory)
        else:
            said += tr(
                "The network rests where no memory is; the nearest is {memory}, overlap {m:.2f}. ", memory=memory, m=m
            )
        return said + tr("Energy: from {cue:.2f} to {end:.2f}.", cue=numbers["energy of the cue"], end=numbers["energy"])

    def script(self):
        self.snapshot()
        model, _ = self.state()
        v, own = self.values, self.values["own"]
        stored = f'memories = bl.vision.letters("{v["letters"]}")'
        lines = (
            [stored]
            if not own.any()
            else [stored, f"drawing = {numbers_of(own)}", "memories = np.vstack([memories, drawing])"]
        )
        return code(
            "import numpy as np",
            "",
            *lines,
            f"memory = bl.{model!r}.store(memories, overload=True)",
            f"cue = {numbers_of(self.arrays['cue'])}",
            f'run = memory.recall(cue, sweeps={SWEEPS}, order="{v["order"]}", seed={self._seed})',
            "best = np.abs(run.overlaps[-1]).argmax()",
            'print(f"overlap {run.overlaps[-1, best]:.4g}")',
            'print(f"energy of the cue {run.energy[0]:.4g}")',
            'print(f"energy {run.energy[-1]:.4g}")',
        )


def numbers_of(pattern) -> str:
    """A pattern as a student would write it."""
    return f"[{', '.join(f'{int(v)}' for v in pattern)}]"

"""What stands where in a panel, and what its buttons do."""

from __future__ import annotations

import ipywidgets
import numpy as np

from ..language import NAMES, current, tr, use
from . import export
from .pace import Pace
from .prediction import Choose, Sketch
from .widgets import Buttons, Choice, Downloads, Readout


class Layout:
    """The widgets around the figures. It knows the panel; the panel asks it to show words, problems and predictions."""

    def __init__(self, panel):
        self.panel, self.prediction, self._sketch, self._code = panel, None, None, ""
        self._outcome = None  # says, in the language of the moment, what came of the prediction
        self.downloads, self.readout = Downloads(), Readout()
        self.pace = Pace()
        self.pacer = self.pace.pacer
        self.head = ipywidgets.HTML()
        self.tools = Buttons(items=self._tools())
        self.tools.on_press(self._guarded(self._pressed))
        self.scenarios = Choice(value=next(iter(panel.scenarios)), options=self._scenarios())
        self.scenarios.observe(self._on_scenario, "value")
        self.look = ipywidgets.HTML()
        self.look.add_class("bl-look")
        self.question = ipywidgets.HTML()
        self.options = Choice()
        self.reveal_button = Buttons()
        self.reveal_button.on_press(self._guarded(self._reveal_pressed))
        self.guess = ipywidgets.VBox([self.question, self.options, self.reveal_button])
        self.guess.add_class("bl-guess")
        seen = [panel.controls[n] for n in panel.visible if n in panel.controls]
        rest = [w for n, w in panel.controls.items() if n not in panel.visible]
        self.more = ipywidgets.VBox(rest)
        self.more.add_class("bl-more")
        self.share = self._share()
        side = ipywidgets.VBox([*seen, self.more])
        side.add_class("bl-side")
        rows = [ipywidgets.HBox([f.widget for f in r]) if isinstance(r, list) else r.widget for r in panel.rows]
        for row, r in zip(rows, panel.rows, strict=True):
            if isinstance(r, list):
                row.add_class("bl-row")
        main = ipywidgets.VBox([*rows, self.readout])
        main.add_class("bl-main")
        body = ipywidgets.HBox([side, main])
        body.add_class("bl-body")
        top = ipywidgets.HBox([self.head, self.tools])
        top.add_class("bl-top")
        choice = [self.scenarios] if len(panel.scenarios) > 1 else []
        self.widget = ipywidgets.VBox(
            [top, *choice, self.look, self.guess, body, self.share, ipywidgets.HBox([self.pacer, self.downloads])]
        )
        self.widget.add_class("bl-panel")
        self._show(self.more, False)
        self._show(self.share, False)
        self._show(self.guess, False)
        if not rest:
            self.tools.items = [item for item in self.tools.items if item["name"] != "more"]
        self.relabel()

    # ---- frames

    def acknowledge(self):
        """The values that have come are dealt with: the controls may send more."""
        for widget in self.panel.controls.values():
            widget.acknowledge()
        for figure in self.panel.figures:
            figure.overlay.acknowledge()

    def moving(self):
        """The widgets that a frame may change: their messages travel together."""
        yield self.readout
        yield from self.panel.controls.values()
        for figure in self.panel.figures:
            yield from figure.moving()

    def show_words(self, text: str):
        if self.prediction is not None:
            text = tr("What do you expect? Say it above, then look.")
        with self.readout.hold_sync():
            self.readout.state, self.readout.error, self.readout.text = "ok", "", text

    def rest(self):
        """What is read when nothing moves."""
        for figure in self.panel.figures:
            figure.describe(self.readout.text)
        self._code = self.panel.code()
        if self.code_box.value != self._code:
            self.code_box.value = self._code

    def show_busy(self, text: str):
        self.readout.state, self.readout.note = "busy", text

    def show_problem(self, error: Exception):
        with self.readout.hold_sync():
            self.readout.state, self.readout.error = "error", str(error)

    # ---- buttons

    def _tools(self):
        panel = self.panel
        items = panel.tools()
        items += [{"name": "reset", "label": tr("reset"), "icon": "reset", "title": tr("as the scenario begins")}]
        if panel.uses_noise:
            items.append({"name": "die", "label": tr("new noise"), "icon": "dice", "title": tr("other random numbers")})
        items += [
            {"name": "pin", "label": tr("pin"), "icon": "pin", "pressed": False, "title": tr("keep this run as a ghost")},
            {"name": "more", "label": tr("more"), "icon": "more", "pressed": False, "title": tr("the other parameters")},
            {"name": "share", "label": tr("share"), "icon": "save", "pressed": False, "title": tr("state code and export")},
            {"name": "language", "label": _other()[1], "title": tr("the other language")},
        ]
        return items

    def _guarded(self, action):
        """What goes wrong behind a button is shown where the student looks; the panel lives on."""

        def act(name):
            try:
                action(name)
            except Exception as error:
                self.show_problem(error)

        return act

    def _pressed(self, name):
        panel = self.panel
        if name == "reset":
            panel._choose(panel._scenario)
        elif name == "die":
            panel.new_noise()
        elif name == "pin":
            panel.unpin() if panel._pinned is not None else panel.pin()
        elif name in ("more", "share"):
            box = {"more": self.more, "share": self.share}[name]
            self._show(box, box.layout.display == "none")
            self.tools.update(name, pressed=box.layout.display != "none")
        elif name == "language":
            use(_other()[0])
        else:
            panel.pressed(name)

    def show_pinned(self, pinned: bool):
        """The button stays down as long as there is a ghost, whoever made it or took it away."""
        self.tools.update("pin", pressed=pinned)

    def _on_scenario(self, change):
        if change["new"] in self.panel.scenarios and change["new"] != self.panel._scenario:
            self.panel._choose(change["new"])

    # ---- predictions

    def predict(self, prediction):
        """Hide the answer and ask, or show everything if there is nothing to predict."""
        self.prediction, self._sketch, self._outcome = prediction, None, None
        for figure in self.panel.figures:
            figure.show_hands()
            figure.hide_results(prediction is not None)
            figure.prediction.clear()
        self._show(self.guess, prediction is not None)
        if isinstance(prediction, Choose):
            self.options.options, self.options.value = [], ""
            self._show(self.options, True)
        elif isinstance(prediction, Sketch):
            self._show(self.options, False)
            overlay = self.panel.figures[prediction.figure].overlay
            overlay.draw = {"name": "prediction", "n": 80, "color": "6", "label": tr("your prediction")}
            overlay.handles = [{**handle, "disabled": True} for handle in overlay.handles]  # they lie under the curve
            overlay.value = {**overlay.value, "prediction": [prediction.start] * 80}
            self._sketch = None  # the flat line is only where the hand begins
        self.relabel()

    def sketched(self, name, values):
        if name == "prediction":
            self._sketch = values

    def _reveal_pressed(self, name):
        """The lock: it opens for those who have said something, and can be closed again."""
        if name == "again":
            self.predict(self.panel.scenarios[self.panel._scenario].predict)
            self.panel._ask()
            return
        said = self.options.value if isinstance(self.prediction, Choose) else self._sketch
        if self.prediction is not None and not said:
            self.question.value = f"{tr(self.prediction.question)} <b>{tr('Say it first, then look.')}</b>"
        else:
            self.reveal()

    def reveal(self, guess=None):
        """Show the answer; what was predicted stays."""
        asked, self.prediction = self.prediction, None
        if asked is None:
            return
        self.panel._frame()
        for figure in self.panel.figures:
            figure.show_hands()
            figure.hide_results(False)
        self.look.value = tr(self.panel.scenarios[self.panel._scenario].look)
        if isinstance(asked, Sketch):
            drawn = guess if guess is not None else self._sketch
            if drawn is not None:
                self.panel.figures[asked.figure].prediction.show(np.asarray(drawn, float))
            self._outcome = lambda: tr("Compare your dashed curve with what happens.")
        else:
            chosen = guess if guess is not None else self.options.value
            happened = asked.came_true(self.panel.numbers)
            text = "You said: {chosen}. It was: {happened}." if chosen else "It was: {happened}."
            self._outcome = lambda: tr(text, chosen=tr(chosen), happened=tr(happened))
        self.question.value = self._outcome()
        self._show(self.options, False)
        self._label_reveal()
        self.show_words(self.panel.words(self.panel.snapshot()))

    # ---- sharing

    def _share(self):
        self.code_box = ipywidgets.Text(
            continuous_update=False, layout={"width": "100%"}, style={"description_width": "initial"}
        )
        self.code_box.observe(self._on_code, "value")
        self.exports = Buttons(items=self._exports())
        self.exports.on_press(self._guarded(self._export))
        box = ipywidgets.VBox([self.code_box, self.exports])
        box.add_class("bl-share")
        return box

    def _exports(self):
        names = {"csv": tr("data (CSV)"), "svg": tr("figure (SVG)"), "png": tr("figure (PNG)"), "py": tr("Python code")}
        return [{"name": name, "label": label, "title": tr("download")} for name, label in names.items()]

    def _export(self, kind):
        export.download(self.panel, kind, self.downloads)

    def _on_code(self, change):
        if change["new"] not in ("", self._code):  # not `panel.code()`: a hand may have moved on since it was written
            try:
                self.panel._restore(change["new"])
            except Exception as error:
                self.show_problem(error)

    # ---- words

    def relabel(self):
        panel = self.panel
        self.head.value = (
            f'<span class="bl-title">{tr(panel.title)}</span><span class="bl-question">{tr(panel.question)}</span>'
        )
        pressed = {item["name"]: item.get("pressed") for item in self.tools.items}
        self.tools.items = [
            {**item, **({"pressed": pressed[item["name"]]} if "pressed" in item else {})}
            for item in self._tools()
            if item["name"] in pressed
        ]
        self.scenarios.label = tr("scenario")
        self.scenarios.options = self._scenarios()
        self.scenarios.value = panel._scenario
        self.look.value = "" if self.prediction else tr(panel.scenarios[panel._scenario].look)  # it would tell the answer
        self.code_box.description = tr("state code")
        self.exports.items = self._exports()
        if self.prediction is not None:
            self.question.value = tr(self.prediction.question)
        elif self._outcome is not None:
            self.question.value = self._outcome()
        if isinstance(self.prediction, Choose):
            self.options.options = [[text, tr(text)] for text in self.prediction.options]
            self.options.value = self.options.value if self.options.value in self.prediction.options else ""
        self._label_reveal()

    def _label_reveal(self):
        """One button in one place, so that the keyboard's focus stays on it."""
        open_ = {"name": "again", "label": tr("predict again"), "title": tr("hide the answer again")}
        closed = {"name": "reveal", "label": tr("show me"), "title": tr("show what happens")}
        self.reveal_button.items = [open_ if self.prediction is None else closed]

    def _scenarios(self):
        return [[name, tr(name)] for name in self.panel.scenarios]

    @staticmethod
    def _show(box, yes: bool):
        box.layout.display = "" if yes else "none"


def _other():
    return next((code, name) for code, name in NAMES.items() if code != current())

"""Run: what a simulation gives back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np

from .core import unknown_monitor
from .errors import SimulationError


class Run:
    """The result of `simulate`: times, monitored states and spikes, as NumPy arrays with time first.

    t      : (time,) ms. Row i is the state after its step, so the first row is at dt
    spikes : (time, neuron) bool
    run["V"] : (time, neuron), any monitored name; run["I"], the input, is always there
    dt     : ms
    """

    def __init__(self, population, dt, t_start, data, spikes, I, monitors):
        self.model, self.dt, self.units = population.model, dt, dict(population.model.units)
        self.t = t_start + dt * np.arange(1, len(spikes) + 1)
        self.spikes, self.monitors = spikes, tuple(monitors)
        self.units["I"] = self.model.current_unit
        self._data, self._t_start = data | {"I": I}, t_start
        self._name = population.name or type(self.model).__name__

    def __getitem__(self, name):
        if name in self._data:
            return self._data[name]
        if name in self.model.states:
            raise SimulationError(
                f"{name!r} was not monitored in this run.",
                why="only what is monitored is kept; everything else is forgotten step by step",
                try_=f"monitors={(*self.monitors, name)!r}",
            )
        raise unknown_monitor(self.model, name)

    @property
    def size(self) -> int:
        return self.spikes.shape[1]

    @property
    def duration(self) -> float:
        return len(self.t) * self.dt

    def spike_times(self, i: int = 0) -> np.ndarray:
        """ms; when neuron i fired."""
        if not -self.size <= i < self.size:
            raise IndexError(f"neuron {i} of {self.size}: the last one is {self.size - 1}")
        return self.t[self.spikes[:, i]]

    def rates(self) -> np.ndarray:
        """(neuron,) Hz; spikes per second over the whole run."""
        return self.spikes.sum(axis=0) / self.duration * 1000.0

    def plot(self, name: str | None = None, neurons: int = 4):
        """A picture of one monitored quantity (None: the membrane potential) in the first few neurons."""
        from .. import svg

        name = self.model.states[0] if name is None else name
        shown = self[name][:, :neurons]
        curves = {name if self.size == 1 else f"neuron {i}": shown[:, i] for i in range(shown.shape[1])}
        return svg.picture(self.t, curves, x_label="t (ms)", y_label=f"{name} ({self.units[name]})")

    # ---- export
    def _columns(self):
        """Names with units and values, one column each."""
        yield "t (ms)", self.t
        for name in dict.fromkeys((*self.monitors, "spike")):
            values = self.spikes.astype(int) if name == "spike" else self[name]
            unit = "0 or 1" if name == "spike" else self.units[name]
            for i in range(self.size):
                yield (f"{name} ({unit})" if self.size == 1 else f"{name}[{i}] ({unit})"), values[:, i]

    def to_csv(self) -> str:
        """As text: one row per time, units in the header."""
        names, columns = zip(*self._columns(), strict=True)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(zip(*([f"{x:.9g}" for x in column.tolist()] for column in columns), strict=True))
        return text.getvalue()

    def save(self, path) -> Path:
        """Write the run to a .csv or .npz file. In the .npz, `units` and `model` are texts (JSON and repr)."""
        path = Path(path)
        if path.suffix == ".csv":
            path.write_text(self.to_csv(), encoding="utf-8")
        elif path.suffix == ".npz":
            units = json.dumps({"t": "ms", **{name: self.units[name] for name in self.monitors}, "spikes": "bool"})
            arrays = {name: self[name] for name in self.monitors}
            np.savez_compressed(
                path, t=self.t, spikes=self.spikes, **arrays, units=units, model=repr(self.model), dt=self.dt
            )
        else:
            raise SimulationError(
                f"{path.name}: a run is saved as .csv (text, for spreadsheets) or .npz (NumPy).", try_='run.save("run.csv")'
            )
        return path

    def __repr__(self):
        count = int(self.spikes.sum())
        parts = [
            self._name,
            f"{self.size} neuron{'s' * (self.size != 1)}",
            f"{self.duration:g} ms" + (f" from {self._t_start:g} ms" if self._t_start else ""),
            f"dt={self.dt:g} ms",
            f"{count} spike{'s' * (count != 1)}" + (f" ({self.rates().mean():.3g} Hz each)" if self.size > 1 else ""),
        ]
        for name in self.monitors:
            low, high, unit = self[name].min(), self[name].max(), self.units[name]
            parts.append(f"{name} {low:.4g} to {high:.4g}" + (f" {unit}" if unit != "1" else ""))
        return f"Run({', '.join(parts)})"

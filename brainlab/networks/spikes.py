"""Spikes: who fired when, as a list of events. What a large network gives back, where a table would be mostly zeros."""

from __future__ import annotations

from numbers import Integral, Real

import numpy as np

from .._teaching import TeachingError

MOST_DENSE = 2**30  # bytes of a (time, neuron) table; a student's computer has 4 GB
MOST_DOTS = 20_000  # in a picture: 1 MB of SVG
WORDS_AT_ONCE = 2**20  # so many packed words are looked at together: some 10 MB of working memory


class SpikesError(TeachingError, ValueError):
    """Events that cannot be, or that are asked for what they do not hold.

    >>> Spikes([0, 3], [0, 7], n_steps=10, size=5, dt=0.1)
    Traceback (most recent call last):
    brainlab.networks.spikes.SpikesError: neurons holds 7: whole numbers from 0 to 4 are expected.
      why: there are 5 neurons, and the first one is number 0.
    """


class Spikes:
    """The spikes of a run as events, in the order of time and, within a step, of the neurons.

    steps   : (spike,) whole numbers, the step in which each happened
    neurons : (spike,) whole numbers, who fired
    n_steps, size : steps and neurons of the whole run, also of those without a spike
    dt, t_start   : ms. A spike of step k has the time t_start + (k + 1) dt, the end of its step

    Memory and time go with the number of spikes: 8 bytes each, where a (time, neuron) table takes n_steps * size bytes.

    >>> spikes = Spikes([0, 3, 3], [1, 0, 1], n_steps=5, size=2, dt=0.5)
    >>> spikes
    Spikes(3 spikes, 2 neurons, 2.5 ms, dt=0.5 ms, 600 Hz each)
    >>> spikes.times, spikes.of(1)
    (array([0.5, 2. , 2. ]), array([0.5, 2. ]))
    """

    def __init__(self, steps, neurons, n_steps: int, size: int, dt: float, t_start: float = 0.0):
        n_steps, size, dt, t_start = _frame(n_steps, size, dt, t_start)
        steps = _indices("steps", steps, n_steps, f"the run has {n_steps} steps")
        neurons = _indices("neurons", neurons, size, f"there are {size} neurons, and the first one is number 0")
        if len(steps) != len(neurons):
            raise SpikesError(
                f"steps has {len(steps)} values and neurons {len(neurons)}: each spike needs one of both.",
                try_="steps, neurons = np.nonzero(table)",
            )
        order = np.lexsort((neurons, steps))
        self._set(steps[order], neurons[order], n_steps, size, dt, t_start)
        twice = np.flatnonzero((np.diff(self.steps) == 0) & (np.diff(self.neurons) == 0))
        if len(twice):
            i = twice[0]
            raise SpikesError(
                f"neuron {self.neurons[i]} fires twice in step {self.steps[i]}.",
                why="a step holds one spike of a neuron or none",
                try_="steps, neurons = np.unique(np.stack([steps, neurons]), axis=1)",
            )

    def _set(self, steps, neurons, n_steps, size, dt, t_start):
        self.steps, self.neurons = steps.astype(np.int32, copy=False), neurons.astype(np.int32, copy=False)
        self.n_steps, self.size, self.dt, self.t_start = n_steps, size, dt, t_start

    @classmethod
    def _sorted(cls, *parts) -> Spikes:
        """Events that come from here, in order and in range: nothing is left to check."""
        self = object.__new__(cls)
        self._set(*parts)
        return self

    # ---- where they come from
    @classmethod
    def from_dense(cls, table, dt: float, t_start: float = 0.0) -> Spikes:
        """table : (time, neuron) bool, or (time,) of one neuron

        >>> Spikes.from_dense([[False, True], [True, False]], dt=0.1).neurons
        array([1, 0], dtype=int32)
        """
        table = np.asarray(table)
        if table.ndim not in (1, 2) or table.dtype != bool:
            raise SpikesError(
                f"the table is {table.shape}, {table.dtype}: (time, neuron) of True and False is expected.",
                try_="table != 0",
            )
        table = table.reshape(len(table), -1)
        frame = _frame(*table.shape, dt, t_start)
        return cls._sorted(*np.nonzero(table), *frame)

    @classmethod
    def from_times(cls, times, neurons, duration: float, size: int, dt: float, t_start: float = 0.0) -> Spikes:
        """times : (spike,) ms, each above t_start: the step that ends at t, or within which t lies, is taken

        >>> Spikes.from_times([0.1, 0.25], [0, 1], duration=1.0, size=2, dt=0.1).steps
        array([0, 2], dtype=int32)
        """
        _, size, dt, t_start = _frame(0, size, dt, t_start)
        n_steps = _whole_steps("duration", duration, dt)
        times = np.asarray(times, float)
        end = t_start + n_steps * dt
        late = times[~((times > t_start) & (times <= end + 1e-6 * dt))]  # NaN, too
        if len(late):
            raise SpikesError(
                f"times holds {late[0]:g} ms: the run goes from {t_start:g} to {end:g} ms.",
                why="a spike has the time at which its step ends, so none is at the very start",
            )
        return cls(np.ceil((times - t_start) / dt - 1e-6).astype(int) - 1, neurons, n_steps, size, dt, t_start)

    @classmethod
    def from_words(cls, words, size: int, dt: float, t_start: float = 0.0) -> Spikes:
        """words : (time, word) uint32 as `bm.event.pack` makes them: bit b of word j is neuron b * (number of words) + j

        Only words that are not zero are unpacked, and these piece by piece: sparse activity costs hardly more than reading.

        >>> Spikes.from_words(np.array([[0b01], [0b10]], np.uint32), size=2, dt=0.1).neurons
        array([0, 1], dtype=int32)
        """
        words = np.asarray(words)
        n_words = -(-size // 32) if isinstance(size, Integral) else 0
        if words.ndim != 2 or words.dtype != np.uint32 or words.shape[1] != n_words:
            raise SpikesError(
                f"words is {words.shape}, {words.dtype}: (time, {n_words}) uint32 is expected.",
                why=f"32 neurons share a word, so {size} neurons have {n_words}",
            )
        frame = _frame(len(words), size, dt, t_start)
        rows = max(WORDS_AT_ONCE // max(n_words, 1), 1)
        parts = [_unpacked(words[first : first + rows], first) for first in range(0, len(words), rows)]
        steps, neurons = (np.concatenate(p) for p in zip(*parts, strict=True)) if parts else np.zeros((2, 0), np.int32)
        if len(neurons) and neurons.max() >= size:
            raise SpikesError(
                f"words holds neuron {neurons.max()}, and there are {size} neurons.", why="the bits that fill up must be 0"
            )
        return cls._sorted(steps, neurons, *frame)

    @classmethod
    def join(cls, parts) -> Spikes:
        """Consecutive runs of the same neurons as one. `first + second` is the same for two."""
        parts = list(parts)
        if not parts:
            raise SpikesError("there is nothing to join.", try_="Spikes.join([first, second])")
        first, at = parts[0], 0
        offsets = []
        for part in parts:
            end = first.t_start + at * first.dt
            if (part.size, part.dt) != (first.size, first.dt):
                raise SpikesError(
                    f"{part.size} neurons at dt = {part.dt:g} ms cannot be joined to {first.size} at {first.dt:g} ms.",
                    why="runs that are joined go on with the same neurons and the same time step",
                )
            if abs(part.t_start - end) > 0.5 * first.dt:
                raise SpikesError(
                    f"the next part starts at {part.t_start:g} ms, and the last one ended at {end:g} ms.",
                    why="only a run that goes on where the last one ended can be joined to it",
                )
            offsets.append(at)
            at += part.n_steps
        _frame(at, first.size, first.dt, first.t_start)  # not too many steps
        steps = np.concatenate([part.steps + offset for part, offset in zip(parts, offsets, strict=True)])
        neurons = np.concatenate([part.neurons for part in parts])
        return cls._sorted(steps, neurons, at, first.size, first.dt, first.t_start)

    def __add__(self, other):
        return Spikes.join([self, other]) if isinstance(other, Spikes) else NotImplemented

    # ---- what is in them
    @property
    def times(self) -> np.ndarray:
        """(spike,) ms"""
        return self.t_start + (self.steps + 1) * self.dt

    @property
    def count(self) -> int:
        return len(self.steps)

    def __len__(self):
        return self.count

    @property
    def duration(self) -> float:
        """ms"""
        return self.n_steps * self.dt

    def counts(self) -> np.ndarray:
        """(neuron,) spikes of each."""
        return np.bincount(self.neurons, minlength=self.size)

    def rates(self) -> np.ndarray:
        """(neuron,) Hz, over the whole run."""
        if not self.n_steps:
            raise SpikesError("a run of 0 steps has no rates.", why="a rate is spikes per time")
        return self.counts() / self.duration * 1000.0

    def of(self, i: int) -> np.ndarray:
        """ms; when neuron i fired."""
        if not -self.size <= i < self.size:
            raise IndexError(f"neuron {i} of {self.size}: the last one is {self.size - 1}")
        return self.times[self.neurons == i % self.size]

    def dense(self) -> np.ndarray:
        """(time, neuron) bool, if it is not too large."""
        need = self.n_steps * self.size
        if need > MOST_DENSE:
            raise SpikesError(
                f"a table of {self.n_steps:,} steps and {self.size:,} neurons takes {need / 1e9:.3g} GB.",
                why=f"it would hold {self.count:,} spikes and otherwise nothing; the functions of bl.analysis take events",
                try_=f"spikes.between({self.t_start:g}, {self.t_start + MOST_DENSE // self.size * self.dt:g}).dense()",
            )
        table = np.zeros((self.n_steps, self.size), bool)
        table[self.steps, self.neurons] = True
        return table

    # ---- parts of them
    def between(self, t0: float, t1: float) -> Spikes:
        """The run from t0 to t1, ms: spikes at t0 < t <= t1, so that between(0, 5) + between(5, 10) leaves none out.

        >>> Spikes([0, 4, 5], [0, 0, 0], n_steps=10, size=1, dt=1.0).between(0, 5).times
        array([1., 5.])
        """
        end = self.t_start + self.duration
        if not (_number(t0) and _number(t1) and t0 <= t1):
            raise SpikesError(f"between({t0!r:.20}, {t1!r:.20}): two times in ms are expected, the earlier one first.")
        first, last = (round((t - self.t_start) / self.dt) for t in (t0, t1))
        if first < 0 or last > self.n_steps:
            raise SpikesError(
                f"between({t0:g}, {t1:g}): the run goes from {self.t_start:g} to {end:g} ms.",
                try_=f"between({max(t0, self.t_start):g}, {min(t1, end):g})" if t0 < end and t1 > self.t_start else "",
            )
        low, high = np.searchsorted(self.steps, [first, last])
        steps, neurons = self.steps[low:high] - first, self.neurons[low:high]
        return Spikes._sorted(steps, neurons, last - first, self.size, self.dt, self.t_start + first * self.dt)

    def only(self, neurons) -> Spikes:
        """Some of the neurons, numbered anew from 0. neurons : a slice, or their numbers in rising order

        >>> Spikes([0, 1, 2], [3, 0, 2], n_steps=5, size=4, dt=0.1).only(slice(2, 4)).neurons
        array([1, 0], dtype=int32)
        """
        chosen = np.arange(self.size)[neurons] if isinstance(neurons, slice) else np.atleast_1d(np.asarray(neurons))
        chosen = _indices("neurons", chosen, self.size, f"there are {self.size} neurons")
        if not len(chosen) or np.any(np.diff(chosen) <= 0):
            raise SpikesError(
                f"only({neurons!r:.40}): the numbers of some neurons are expected, in rising order and each once.",
                try_="np.unique(neurons)",
            )
        number = np.full(self.size, -1, np.int32)
        number[chosen] = np.arange(len(chosen))
        there = number[self.neurons] >= 0
        steps, numbers = self.steps[there], number[self.neurons[there]]
        return Spikes._sorted(steps, numbers, self.n_steps, len(chosen), self.dt, self.t_start)

    def plot(self, neurons: int = 100):
        """A raster of the first few neurons: a dot for each spike."""
        from .. import svg

        shown = self.only(slice(0, neurons))
        if shown.count > MOST_DOTS:
            raise SpikesError(
                f"{shown.count:,} spikes are more than a picture shows: {MOST_DOTS:,}.",
                try_=f"spikes.between({self.t_start:g}, {self.t_start + MOST_DOTS / shown.count * self.duration:g}).plot()",
            )
        axes = svg.Axes("t (ms)", "neuron", "", (self.t_start, self.t_start + self.duration), (-1, shown.size))
        axes.layers.append(svg.Layer(shown.times, shown.neurons, kind="points"))
        return svg.compose([axes], description=f"a raster of {shown.size} neurons and {shown.count} spikes")

    def __repr__(self):
        parts = [
            f"{self.count} spike{'s' * (self.count != 1)}",
            f"{self.size} neuron{'s' * (self.size != 1)}",
            f"{self.duration:g} ms" + (f" from {self.t_start:g} ms" if self.t_start else ""),
            f"dt={self.dt:g} ms",
        ]
        if self.n_steps:
            parts.append(f"{self.rates().mean():.3g} Hz" + " each" * (self.size != 1))
        return f"Spikes({', '.join(parts)})"


def _unpacked(words, first):
    """(steps, neurons) of the bits in words (time, word), whose first row is step `first`."""
    n_words, left = words.shape[1], np.asarray(words, np.uint32).ravel()
    at, found = np.flatnonzero(left), [np.zeros(0, int)]
    left = left[at]
    while len(at):  # the lowest bit of every word at once, then the next one of those that have more
        bit = np.bitwise_count((left & -left) - np.uint32(1)).astype(int)
        step, word = np.divmod(at, n_words)
        found.append((step * 32 + bit) * n_words + word)  # one number each, that sorts by step and neuron
        left = left & (left - np.uint32(1))
        more = left != 0
        at, left = at[more], left[more]
    steps, neurons = np.divmod(np.sort(np.concatenate(found)), 32 * n_words)
    return (steps + first).astype(np.int32), neurons.astype(np.int32)


def _frame(n_steps, size, dt, t_start):
    for name, value, least in (("n_steps", n_steps, 0), ("size", size, 1)):
        if isinstance(value, bool) or not isinstance(value, Integral) or not least <= value < 2**31:
            raise SpikesError(f"{name} = {value!r:.40}: a whole number, {least} or more, is expected.", try_=f"{name}=100")
    if not _number(dt) or dt <= 0:
        raise SpikesError(f"dt = {dt!r:.40}: a number above 0 ms is expected.", try_="dt=0.1")
    if not _number(t_start):
        raise SpikesError(f"t_start = {t_start!r:.40}: a number of ms is expected.", try_="t_start=0.0")
    return int(n_steps), int(size), float(dt), float(t_start)


def _indices(name, values, limit, why):
    values = np.asarray(values)
    values = values if values.size else values.astype(np.int32)
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise SpikesError(f"{name} is {values.shape}, {values.dtype}: whole numbers, (spike,), are expected.")
    bad = values[(values < 0) | (values >= limit)]
    if len(bad):
        raise SpikesError(f"{name} holds {bad[0]}: whole numbers from 0 to {limit - 1} are expected.", why=why)
    return values


def _whole_steps(name, value, dt):
    steps = round(value / dt) if _number(value) and value > 0 else 0
    if steps < 1 or abs(steps * dt - value) > 1e-6 * value:
        raise SpikesError(f"{name} = {value!r:.40} ms: a whole number of steps of dt = {dt:g} ms is expected.")
    return steps


def _number(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and bool(np.isfinite(value))

"""What a signal is, and how recordings are cut into bins."""

from __future__ import annotations

import numpy as np

from ..networks.spikes import Spikes
from ._checks import positive, refuse
from .spikes import as_array, events, positive_ms


def whole_bins(name, value, dt, n_steps, least=1) -> tuple[int, int]:
    """(steps in a bin, bins that are full) for bins of `value` ms. least: so many of them must fit."""
    value = positive(name, value, example=max(n_steps // (10 * least), 1) * dt)
    width = round(min(value / dt, 2**31))
    if width < 1 or abs(width * dt - value) > 1e-6 * value:
        raise refuse(
            f"{name} = {value:g} ms is not a whole number of steps of dt = {dt:g} ms.",
            why="bins of different numbers of steps would not count the same",
            try_=f"{name}={max(width, 1) * dt:g}",
        )
    if n_steps // width < least:
        raise refuse(
            f"{name} = {value:g} ms: {'one does' if least == 1 else f'{least} of them do'} not fit into "
            f"the recording, {n_steps * dt:g} ms.",
            try_=f"{name}={max(n_steps // (10 * least), 1) * dt:g}",
        )
    return width, n_steps // width


def counted(spikes, width, bins) -> np.ndarray:
    """(bin,) spikes of all neurons together."""
    return np.bincount(spikes.steps // width, minlength=bins)[:bins]


def signal(name, given, dt, bin=None) -> tuple[np.ndarray, float]:
    """(values, dt): a trace (time,) as it is, of spikes the population's rate in Hz; with `bin`, its means over bins."""
    if isinstance(given, Spikes) or as_array(getattr(given, "value", given)).dtype == bool:
        spikes, _ = events(given, dt)
        dt = spikes.dt
        values = counted(spikes, 1, spikes.n_steps) / spikes.size / dt * 1000.0
    else:
        positive_ms(dt=dt)
        values = as_array(getattr(given, "value", given))
        if values.ndim != 1 or values.dtype.kind not in "iuf":
            many = values.ndim == 2
            raise refuse(
                f"{name} is {values.shape}, {values.dtype}: numbers, (time,), or spikes are expected.",
                why="it must be said which of the traces, or that their mean is meant" if many else "",
                try_=f"{name}[:, 0] or {name}.mean(axis=1)" if many else "",
            )
        values = values.astype(float)
        if not len(values) or not np.isfinite(values).all():
            raise refuse(f"{name} holds {'nothing' if not len(values) else 'NaN or infinity'}: finite numbers are expected.")
    if bin is not None:
        width, bins = whole_bins("bin", bin, dt, len(values))
        values, dt = values[: bins * width].reshape(bins, width).mean(axis=1), width * dt
    return values, dt

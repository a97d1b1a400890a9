"""A network on a stage: it goes on in pieces, and its knobs are turned in between. Nothing here knows widgets."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from ..analysis import cv, spectrum
from ..networks import Network, PoissonInput, Spikes, ready, simulate

CHUNK = 25.0  # ms of the model in one call: the compiled loop has room for 256 steps of 0.1 ms, and this is 250
MEMORY = 1000.0  # ms: over which the statistics are taken
SETTLE = 100.0  # ms that are not kept: the beginning is common to all neurons
WATCHED = 200  # neurons whose every spike is kept
BIN = 1.0  # ms
SEGMENT = 250.0  # ms: the spectrum has steps of 4 Hz
RHYTHMS = (5.0, 450.0)  # Hz, where the rhythm is looked for
KICK = 1.5  # of the external rate that reaches threshold: what wakes a network that could stay silent


class Stage:
    """`network`, "Brunel" or "COBA", of n neurons. `begin()`, then `turn(g, eta, J)` and `go_on()` as often as wanted.

    In rate, J is the size of a spike over the published one, g what an inhibitory spike does to a neuron at rest over what
    an excitatory one does, and eta the external rate over the rate that would just bring the mean V to threshold: (V_th -
    E_L) / (jump tau_m), where jump (mV) is how far a spike moves V in all.
    """

    def __init__(self, network: str, n: int, seed: int = 0):
        self.kind = network
        self.net = ready.coba(n=n, seed=seed) if network == "COBA" else ready.brunel(n=n, seed=seed)
        self.exc, self.inh = self.net.projections
        self.cells = next(iter(self.net.populations.values()))
        if not self.net.inputs:  # COBA runs by itself; here it can be driven too
            drive = PoissonInput(self.cells, self.exc.synapse, rate=0.0, weight=self.exc.weight)
            self.net = Network(self.exc, self.inh, drive, seed=seed)
        self.ext = self.net.inputs[0]
        self.weights = self.exc.weight, self.inh.weight, self.ext.weight
        jumps = [self._jump(p) for p in (self.exc, self.inh)]
        self.jump, self.g = jumps[0], -jumps[1] / jumps[0]
        n_E = round(0.8 * n)
        self.watched = np.r_[: round(0.8 * WATCHED), n_E : n_E + WATCHED - round(0.8 * WATCHED)]
        self.parts: deque = deque(maxlen=round(MEMORY / CHUNK))

    def _jump(self, projection) -> float:
        """mV; how far a spike moves a neuron at rest, if it had nothing else to do."""
        model, synapse, weight = self.cells.model, projection.synapse, float(projection.weight)
        if synapse.E_rev is None:
            return weight
        return weight * model.R_m * synapse.tau * (synapse.E_rev - model.E_L) / model.tau_m

    def turn(self, g: float, eta: float, J: float):
        """Other numbers from now on; the compiled loop stays."""
        model, (exc, inh, ext) = self.cells.model, self.weights
        self.exc.weight, self.inh.weight, self.ext.weight = exc * J, inh * J * g / self.g, ext * J
        self.ext.rate = 1000.0 * eta * (model.V_th - model.E_L) / (J * self.jump * model.tau_m) / self.ext.n

    def begin(self, seed: int, g: float, eta: float, J: float):
        """Scattered voltages, a kick where there is no drive, and the first moments forgotten."""
        self.net.reset_state()
        self.net.seed = seed
        model = self.cells.model
        scattered = np.random.default_rng(seed).uniform(model.V_reset, model.V_th, self.cells.size)
        self.cells.V.value = scattered.astype(self.cells.V.dtype)
        half = round(SETTLE / CHUNK / 2)
        for start in (max(eta, KICK if self.kind == "COBA" else 0.0), eta):
            self.turn(g, start, J)
            for _ in range(half):
                self.go_on()
        self.parts.clear()

    def go_on(self):
        """One CHUNK further."""
        spikes = simulate(self.net, CHUNK, monitors=()).spikes
        counts = np.bincount(spikes.steps // round(BIN / spikes.dt), minlength=round(CHUNK / BIN))
        self.parts.append((spikes.only(self.watched), counts * (1000.0 / BIN / self.cells.size)))

    # ---- what has happened in the last second

    def watched_spikes(self) -> Spikes:
        """Of WATCHED neurons; the first four fifths are excitatory."""
        return Spikes.join(spikes for spikes, _ in self.parts)

    def rate(self) -> np.ndarray:
        """(bin,) Hz, of all neurons."""
        return np.concatenate([rate for _, rate in self.parts])

    def statistics(self) -> dict:
        """mean rate (Hz); cv, mean of the watched neurons; f and power, the spectrum of the rate; rhythm (Hz), its peak; and
        unsteadiness: the rate's std over its mean, beyond what chance does to as many independent neurons."""
        rate = self.rate()
        found = spectrum(rate, BIN, segment=min(SEGMENT, len(rate) * BIN))
        mean, chance = rate.mean(), 1000.0 / BIN / self.cells.size  # Hz; the variance of Poisson spikes is mean * chance
        alive = mean > 0
        return {
            "mean": float(mean),
            "cv": mean_or_zero(cv(self.watched_spikes())),
            "f": found.f,
            "power": found.power,
            "rhythm": found.peak(*RHYTHMS) if alive else 0.0,
            "unsteadiness": math.sqrt(max(rate.var() / mean**2 - chance / mean, 0.0)) if alive else 0.0,
        }


def mean_or_zero(values) -> float:
    """Of those that are numbers.

    >>> mean_or_zero(np.array([1.0, np.nan])), mean_or_zero(np.array([np.nan]))
    (1.0, 0.0)
    """
    known = values[np.isfinite(values)]
    return math.fsum(known) / len(known) if len(known) else 0.0

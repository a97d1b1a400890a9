"""A run on two devices, and in two processes, is the run on one: spike for spike."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import brainlab as bl
from brainlab.networks import SimulationError, ready
from brainlab.networks.devices import spread

SCRIPT = Path(__file__).parent / "spread_out.py"


def start(*how):
    env = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}
    command = [sys.executable, SCRIPT, *map(str, how)]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process):
    out, err = process.communicate(timeout=400)
    assert process.returncode == 0, err[-2000:]
    return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="module")
def one():
    return finished(start("one"))


def test_there_are_spikes_to_compare(one):
    assert one["devices"] == 1 and all(one[name][0] > 200 for name in ("coba", "brunel", "groups", "sweep"))


def test_two_devices(one):
    two = finished(start("two"))
    assert two.pop("devices") == 2
    assert {name: two[name] for name in two if name != "V"} == {name: one[name] for name in two if name != "V"}
    assert two["V"] == pytest.approx(one["V"], rel=1e-6)


def test_two_processes(one):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    both = [finished(p) for p in [start("process", port, number) for number in (0, 1)]]
    for found in both:
        assert found.pop("devices") == 2
        assert {name: found[name] for name in found if name != "V"} == {name: one[name] for name in found if name != "V"}


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (
            lambda: bl.simulate(bl.LIF(), 10.0, devices=99),
            r"^devices = 99: there (is|are) \d+\.(.|\n)*host_platform_device_count",
        ),
        (lambda: bl.simulate(bl.LIF(), 10.0, devices="all"), "^devices = 'all': a number, or a list of jax devices"),
        (lambda: bl.simulate(ready.coba(n=50), 10.0, devices=1, monitors="V"), "^on several devices only spikes are kept"),
        (lambda: bl.simulate(_pulse(), 10.0, devices=1), "^on several devices SpikeTimes are not there yet"),
        (lambda: bl.simulate(_slow(), 10.0, devices=1), r"cannot be cut for several devices(.|\n)*linear synapses"),
        (
            lambda: bl.simulate(ready.coba(n=50), 10.0, devices=1, inputs=bl.inputs.step(1.0, start=5.0)),
            "an input is constant",
        ),
    ],
)
def test_what_cannot_be_spread(call, match):
    with pytest.raises(SimulationError, match=match):
        call()


def test_neurons_that_cannot_be_shared_out():
    with pytest.raises(SimulationError, match=r"^5 neurons on 2 devices: each needs the same number\.\n(.|\n)*try: size=6"):
        spread(np.zeros(5), 5, SimpleNamespace(size=2))


def test_what_is_on_its_way_is_not_lost_in_silence():
    net = ready.coba(n=50)
    bl.simulate(net, 5.0, dt=0.1, devices=1)
    with pytest.raises(SimulationError, match="^this network has run on several devices: what is on its way is there"):
        bl.simulate(net, 5.0)
    net.reset_state()
    bl.simulate(net, 5.0, dt=0.1)
    with pytest.raises(SimulationError, match="^this network has run on one device: what is on its way is there"):
        bl.simulate(net, 5.0, devices=1)


def _pulse():
    cells = bl.Population(bl.LIF(), 10, name="cells")
    times = bl.networks.SpikeTimes(2, neurons=[0], times=[5.0])
    return bl.Network(bl.Projection(times, cells, bl.connect.AllToAll(), bl.synapses.Exponential(tau=5.0)))


def _slow():
    cells = bl.Population(bl.LIF(), 10, name="cells")
    return bl.Network(bl.Projection(cells, cells, bl.connect.AllToAll(), bl.synapses.NMDA()))

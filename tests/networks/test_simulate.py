"""Population, simulate, Run."""

import io
import json

import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import DivergedError
from brainlab.networks.errors import SimulationError

# ---- Population


def test_states_are_variables():
    cells = bl.Population(bl.AdEx(), 2)
    assert list(cells.variables()) == ["V", "w", "refractory", "spikes"]
    cells.V[0] = -20.0
    cells.step(0.0, dt=1.0)
    assert cells.V.shape == (2,)
    cells.reset_state()
    np.testing.assert_allclose(cells.V, -70.6)


def test_steps_are_what_simulate_does():
    neuron = bl.LIF(t_ref=1.0)
    cells = bl.Population(neuron, 3)
    I = np.array([1.0, 2.0, 4.0])
    spikes = bm.for_loop(lambda i: cells.step(I, 0.1), np.arange(400))
    run = bl.simulate(bl.Population(neuron, 3), 40.0, dt=0.1, inputs=I)
    assert (np.asarray(spikes) == run.spikes).all() and run.spikes.any()
    np.testing.assert_allclose(cells.V, run["V"][-1], atol=1e-4)


def test_steps_with_noise_draw_from_bm_random():
    bm.random.seed(4)
    a, b = bl.Population(bl.LIF(), 2, noise=1.0), bl.Population(bl.LIF(), 2, noise=1.0)
    a.step(1.0)
    bm.random.seed(4)
    b.step(1.0)
    assert (a.V == b.V).all() and float(a.V[0]) != float(a.V[1])


def test_goes_on_where_it_stopped():
    whole = bl.simulate(bl.LIF(), 100.0, inputs=2.0)
    cells = bl.Population(bl.LIF())
    one, two = bl.simulate(cells, 37.0, inputs=2.0), bl.simulate(cells, 63.0, inputs=2.0)
    assert (np.concatenate([one["V"], two["V"]]) == whole["V"]).all()
    np.testing.assert_allclose(two.t, whole.t[370:])
    np.testing.assert_allclose(np.concatenate([one.spike_times(), two.spike_times()]), whole.spike_times())
    assert "from 37 ms" in repr(two)
    cells.reset_state()
    assert bl.simulate(cells, 10.0).t[0] == 0.1


def test_differing_neurons():
    run = bl.simulate(bl.LIF(R_m=[5.0, 10.0, 20.0]), 100.0, inputs=2.0)
    assert run.spikes.shape == (1000, 3)
    assert run.rates().tolist() == [0.0, 60.0, 150.0]


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: bl.Population(bl.LIF), r"LIF is a class of neurons; a neuron is LIF\(\)"),
        (lambda: bl.Population("LIF"), "a neuron model was expected, got 'LIF'"),
        (lambda: bl.Population(bl.LIF(), 0), "size = 0: the number of neurons"),
        (lambda: bl.Population(bl.LIF(), 2.0), "size = 2.0"),
        (lambda: bl.Population(bl.LIF(), 2, noise=-1), "noise = -1"),
        (lambda: bl.Population(bl.LIF(), 2, noise=[1.0, 2.0, 3.0]), r"noise is \(3,\), the population has size 2"),
        (lambda: bl.Population(bl.LIF(tau_m=[1.0, 2.0]), 3), r"LIF.tau_m is \(2,\), the population has size 3"),
        (lambda: bl.Population(bl.LIF(), method="rk5"), "no method 'rk5'. Did you mean 'rk4'"),
        (lambda: bl.Population(bl.Izhikevich(), method="rk4"), "has a numerical scheme of its own"),
        (lambda: bl.Population(bl.LIF(), 2).step([1.0, 2.0, 3.0]), r"I is \(3,\), the population has size 2"),
        (lambda: bl.Population(bl.LIF(), 2).step("a"), "I = 'a': a finite number"),
        (lambda: bl.Population(bl.LIF(), 2).step([[1.0], [1.0, 2.0]]), "a finite number"),
        (lambda: bl.Population(bl.LIF(), 2).step(np.nan), "I = nan"),
        (lambda: bl.Population(bl.LIF(), 2, noise=[[1.0], [1.0, 2.0]]), "noise = "),
        (lambda: bl.Population(bl.LIF(), method=np.ones(2)), "there is no method array"),
        (lambda: bl.Population(bl.LIF()).step(1.0, dt=-1.0), "dt = -1 ms: the time step must be above 0 ms"),
    ],
)
def test_wrong_populations_teach(call, match):
    with pytest.raises(ValueError, match=match):
        call()


# ---- simulate


def test_inputs_of_every_shape():
    values = {
        "number": 2.0,
        "int": 2,
        "input": bl.inputs.constant(2.0),
        "bm": bm.full(500, 2.0),
        "time": np.full(500, 2.0),
        "neuron": np.full(3, 2.0),
        "both": np.full((500, 3), 2.0),
        "column": np.full((500, 1), 2.0),
        "row": np.full((1, 3), 2.0),
        "drawn": bl.inputs.drawn(np.full(500, 2.0)),
        "list": [2.0, 2.0, 2.0],
    }
    runs = {
        k: bl.simulate(bl.Population(bl.LIF(), 3), 50.0, dt=0.1, inputs=v, monitors=("V", "I")) for k, v in values.items()
    }
    for name, run in runs.items():
        assert run["I"].shape == run["V"].shape == (500, 3), name
        assert (run["I"] == 2.0).all() and run.spikes.sum() == 9, name


@pytest.mark.parametrize(
    ("options", "match"),
    [
        (dict(dt=0.0), "dt = 0 ms: the time step must be above 0 ms"),
        (dict(dt=float("nan")), "dt = nan"),
        (dict(dt="0.1"), "dt = '0.1'"),
        (dict(dt=5.0), "dt = 5 ms is too long for t_ref = 2 ms"),
        (dict(duration=-3.0), "duration = -3 ms: it must be above 0 ms"),
        (dict(duration=10.05), r"duration = 10.05 ms is not a whole number of steps of dt = 0.1 ms"),
        (dict(duration=0.01), "not a whole number of steps"),
        (dict(duration=None), "duration = None"),
        (dict(monitors=("v",)), "nothing called 'v' to monitor. Did you mean 'V'"),
        (dict(monitors="m"), "nothing called 'm'"),
        (dict(inputs=np.ones(7)), r"the input is \(7,\), the run has 100 steps and LIF 2 neurons: \(time,\) = \(100,\)"),
        (dict(inputs=np.ones((2, 100))), r"the input is \(2, 100\)"),
        (dict(inputs=np.array([1.0, np.nan])), r"the input is nan at \(1,\)"),
        (dict(inputs=np.inf), "the input is inf"),
        (dict(inputs=lambda t: t), "inputs is a function"),
        (dict(inputs="2"), "numbers are expected"),
        (dict(inputs=[[1.0, 2.0], [3.0]]), "numbers are expected"),
        (dict(inputs=[]), "numbers are expected"),
        (dict(inputs=1e300), "the input is 1e.300.*\n.*too large for a 32-bit number"),
        (dict(monitors=7), "monitors = 7: the names of what is kept"),
        (dict(duration=1e300), "more than 1,073,741,824 steps"),
        (dict(inputs=bl.inputs.constant([1.0, 2.0, 3.0])), r"the input is \(100, 3\)"),
        (dict(duration=0.2, inputs=np.ones(2)), "there are 2 steps and 2 neurons"),
    ],
)
def test_wrong_runs_teach(options, match):
    with pytest.raises(SimulationError, match=match):
        bl.simulate(bl.Population(bl.LIF(), 2), **dict(duration=10.0, dt=0.1) | options)


def test_target_of_another_kind():
    with pytest.raises(SimulationError, match="a neuron model was expected"):
        bl.simulate(3.0, 10.0)
    with pytest.raises(SimulationError, match=r"a neuron is HH\(\)"):
        bl.simulate(bl.HH, 10.0)


def test_inside_jit_it_says_what_to_do_instead():
    cells = bl.Population(bl.LIF())
    with pytest.raises(SimulationError, match="inside a transform such as bm.jit"):
        bm.jit(lambda: bl.simulate(cells, 10.0).t)()


def test_a_blown_up_run_says_when_and_who():
    cells = bl.Population(bl.HH(), 3)
    with pytest.raises(DivergedError, match=r"HH: \w became (NaN|infinite) at t = [\d.]+ ms \(neuron 2\)") as error:
        bl.simulate(cells, 50.0, dt=0.2, inputs=[0.0, 0.0, 10.0], monitors=())
    assert "dt=0.01" in str(error.value)
    np.testing.assert_allclose(cells.V, -64.9964, atol=1e-3)  # nothing has changed
    assert cells.t == 0.0


def test_noise_is_new_each_time_and_seeded():
    def once():
        return bl.simulate(bl.Population(bl.LIF(), 2, noise=1.0), 10.0)["V"]

    bm.random.seed(3)
    a, b = once(), once()
    bm.random.seed(3)
    assert (once() == a).all() and (a != b).any() and (a[:, 0] != a[:, 1]).any()


def test_progress_changes_nothing(capsys):
    plain = bl.simulate(bl.LIF(), 20.0, inputs=2.0)
    shown = bl.simulate(bl.LIF(), 20.0, inputs=2.0, progress=True)
    assert (plain["V"] == shown["V"]).all()
    assert "200/200" in capsys.readouterr().err


def test_default_steps_are_those_of_the_model():
    assert bl.simulate(bl.HH(), 1.0).dt == 0.01 and bl.simulate(bl.LIF(), 1.0).dt == 0.1


# ---- Run


@pytest.fixture(scope="module")
def run():
    return bl.simulate(bl.Population(bl.AdEx(), 2), 50.0, dt=0.1, inputs=[0.0, 1000.0], monitors=("V", "w", "I"))


def test_reading(run):
    assert run.t[0] == pytest.approx(0.1) and run.t[-1] == pytest.approx(50.0)
    assert run["w"].shape == (500, 2) and run.spikes.dtype == bool
    assert len(run.spike_times(0)) == 0 and len(run.spike_times(1)) == run.spikes[:, 1].sum() > 1
    assert run.rates().tolist() == (run.spikes.sum(0) / 0.05).tolist()
    assert repr(run).startswith("Run(AdEx, 2 neurons, 50 ms, dt=0.1 ms, ")
    with pytest.raises(SimulationError, match="nothing called 'U'"):
        run["U"]
    with pytest.raises(IndexError, match="neuron 2 of 2"):
        run.spike_times(2)
    with pytest.raises(SimulationError, match="'w' was not monitored") as error:
        bl.simulate(bl.AdEx(), 1.0)["w"]
    assert "monitors=('V', 'w')" in str(error.value)


def test_csv(run):
    lines = run.to_csv().splitlines()
    assert (
        lines[0] == "t (ms),V[0] (mV),V[1] (mV),w[0] (pA),w[1] (pA),I[0] (pA),I[1] (pA),spike[0] (0 or 1),spike[1] (0 or 1)"
    )
    table = np.loadtxt(io.StringIO("\n".join(lines[1:])), delimiter=",")
    np.testing.assert_allclose(table[:, 0], run.t)
    np.testing.assert_allclose(table[:, 1:3], run["V"], rtol=1e-8)
    assert (table[:, 7:] == run.spikes).all()
    assert bl.simulate(bl.LIF(), 1.0).to_csv().splitlines()[0] == "t (ms),V (mV),spike (0 or 1)"


def test_save(run, tmp_path):
    assert run.save(tmp_path / "a.csv").read_text() == run.to_csv()
    run.save(str(tmp_path / "a.npz"))
    with np.load(tmp_path / "a.npz") as saved:
        assert (saved["V"] == run["V"]).all() and (saved["spikes"] == run.spikes).all()
        assert json.loads(str(saved["units"])) == {"t": "ms", "V": "mV", "w": "pA", "I": "pA", "spikes": "bool"}
    with pytest.raises(SimulationError, match="a.txt: a run is saved as .csv"):
        run.save(tmp_path / "a.txt")


def test_plot(run):
    picture = run.plot("w")
    assert "w (pA)" in picture._repr_svg_() and "neuron 1" in picture._repr_svg_()

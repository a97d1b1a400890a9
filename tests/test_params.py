"""param() and Model: one declaration, and everything that comes from it."""

import copy
import pickle

import jax
import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.params import Param, ParamError, info, param


class LIF(bl.Model):
    tau_m: float = param(
        10.0,
        "ms",
        "membrane time constant",
        symbol=r"\tau_m",
        above=0,
        slider=(1, 50),
        why="V would run away from rest instead of towards it",
    )
    E_L: float = param(-65.0, "mV", "resting potential", slider=(-80, -50))
    p: float = param(0.5, "", "release probability", above=0, below=1)
    n: int = param(3, "", "number of compartments", structural=True, above=0)
    method: str = param("euler", "", "integration method", structural=True, choices=("euler", "rk4"))

    def derivative(self, V, I):
        return (-(V - self.E_L) + I) / self.tau_m


# ---- validation


@pytest.mark.parametrize(
    "wrong, message",
    [
        (
            dict(tau_m=-3.0),
            r"^LIF\.tau_m = -3\.0 ms: the membrane time constant must be above 0 ms\.\n"
            r"  why: V would run away from rest instead of towards it\.\n"
            r"  try: LIF\(tau_m=10\.0\)      # 1 to 50 ms is typical$",
        ),
        (dict(tau_m=0), r"^LIF\.tau_m = 0 ms: .* must be above 0 ms"),
        (dict(tau_m=[10.0, -1.0]), r"^LIF\.tau_m\[1\] = -1\.0 ms: .* must be above 0 ms"),
        (dict(tau_m=np.array([[1.0, 2.0], [3.0, 0.0]])), r"^LIF\.tau_m\[1, 1\] = 0\.0 ms"),
        (dict(tau_m=bm.array([1.0, -2.0])), r"^LIF\.tau_m\[1\] = -2\.0 ms"),
        (dict(E_L=float("nan")), r"^LIF\.E_L = nan mV: the resting potential must be finite"),
        (dict(E_L=float("inf")), "must be finite"),
        (dict(p=1.0), "must be above 0 and below 1"),
        (dict(E_L="-65"), r"^LIF\.E_L = '-65': the resting potential must be a number or an array of numbers"),
        (dict(E_L=True), "must be a number"),
        (dict(E_L=None), "must be a number"),
        (dict(E_L=object()), "must be a number"),
        (dict(E_L=range(3)), "must be a number"),
        (dict(E_L=1j), "must be a number"),
        (dict(n=2.5), r"^LIF\.n = 2\.5: the number of compartments must be a whole number"),
        (dict(n=0), "must be above 0"),
        (dict(n="a"), "must be a whole number"),
        (dict(method="heun"), r"^LIF\.method = 'heun': the integration method must be one of 'euler', 'rk4'"),
        (dict(tau=10.0), r"^LIF has no parameter 'tau'\. Did you mean 'tau_m'\?\n  why: its parameters are tau_m, E_L"),
        (dict(e_l=10.0), "Did you mean 'E_L'"),
        (dict(xyz=10.0), "its parameters are tau_m"),
    ],
)
def test_wrong_values(wrong, message):
    with pytest.raises(ParamError, match=message):
        LIF(**wrong)
    with pytest.raises(ParamError, match=message):
        LIF().replace(**wrong)


def test_parameters_go_by_name():
    with pytest.raises(ParamError, match=r"takes its parameters by name, got 20\.0\.\n(.|\n)*try: LIF\(tau_m=20\.0\)"):
        LIF(20.0)


def test_validation_never_runs_on_tracers():
    @bm.jit
    def f(tau):
        return LIF(tau_m=tau).replace(E_L=tau - 80.0).derivative(-60.0, 0.0)

    assert np.isclose(f(10.0), (60.0 - 70.0) / 10.0) and np.isnan(LIF(tau_m=1.0).replace().derivative(np.nan, 0.0))
    assert bm.vmap(lambda tau: LIF(tau_m=tau).tau_m * 2)(bm.array([1.0, 2.0])).tolist() == [2.0, 4.0]
    printed = []
    bm.jit(lambda model: printed.append(repr(model)))(LIF())
    assert "tau_m=" in printed[0]


# ---- what comes from one declaration


def test_signature_and_info():
    import inspect

    assert list(inspect.signature(LIF).parameters) == ["tau_m", "E_L", "p", "n", "method"]
    assert isinstance(info(LIF)["tau_m"], Param) and info(LIF)["tau_m"].slider == (1, 50)
    assert info(LIF())["E_L"].unit == "mV"


def test_table_of_class_and_object():
    text = repr(LIF.table())
    assert "tau_m   10     ms    membrane time constant" in text and "above 0 ms" in text and "(rebuilds)" in text
    assert "tau_m   30" in repr(LIF(tau_m=30.0).table())
    html = LIF(tau_m=[1.0, 2.0])._repr_html_()
    assert r"$\tau_m$" in html and "array (2,)" in html


def test_repr_shows_what_differs():
    assert repr(LIF()) == "LIF()" and repr(LIF(E_L=-70, n=5)) == "LIF(E_L=-70.0, n=5)"


def test_frozen_copy_and_pickle():
    model = LIF(tau_m=20.0)
    with pytest.raises(AttributeError):
        model.tau_m = 5.0
    assert copy.deepcopy(model).tau_m == 20.0 and pickle.loads(pickle.dumps(model)).tau_m == 20.0


def test_inheritance():
    class Refractory(LIF):
        t_ref: float = param(2.0, "ms", "refractory period")

    assert Refractory(t_ref=3, tau_m=5).replace(E_L=-70.0).t_ref == 3.0
    with pytest.raises(ParamError, match=r"tau_m = 5\.0 is not declared with param(.|\n)*it would be ignored"):

        class Wrong(LIF):
            tau_m = 5.0


@pytest.mark.parametrize(
    "declare, message",
    [
        (lambda: type("M", (bl.Model,), {"__annotations__": {"a": float}, "a": 1.0}), "not declared with param"),
        (
            lambda: type("M", (bl.Model,), {"__annotations__": {"table": float}, "table": param(1.0)}),
            "would hide Model.table",
        ),
        (lambda: param("euler", "", "method"), "declare it with structural=True"),
        (lambda: param(-1.0, "ms", "tau", above=0), "must be above 0 ms"),
        (lambda: type("M", (bl.Model,), {"a": param(1.0)}), "M.a has no type"),
        (lambda: param(10.0, "ms", "tau", slider=(20, 50)), "lies outside its own slider"),
    ],
)
def test_wrong_declarations(declare, message):
    with pytest.raises(ValueError, match=message):
        declare()


# ---- a pytree: no move of a parameter compiles anew


def test_moving_a_parameter_compiles_nothing_and_a_structural_one_does():
    runs = []

    @bm.jit
    def f(model, V):
        runs.append(1)
        return model.derivative(V, 0.0) * model.n

    f(LIF(), -60.0)
    seen = len(runs)
    for model in (LIF(tau_m=20), LIF(tau_m=5.5, E_L=-70), LIF(p=0.1), LIF(tau_m=np.float64(7.0)), LIF(tau_m=np.int64(7))):
        f(model, -60.0)
    assert len(runs) == seen
    assert f(LIF(n=5), -60.0) == -0.5 * 5 and len(runs) == seen + 1
    assert f(LIF(tau_m=[1.0, 2.0]), -60.0).shape == (2,)


def test_gradient_by_name_and_heterogeneous_values():
    g = bm.grad(lambda m: m.derivative(-60.0, 2.0))(LIF())
    assert np.isclose(g.tau_m, 3.0 / 100) and np.isclose(g.E_L, 0.1) and g.p == 0.0 and g.n == 3
    g = bm.grad(lambda m: m.derivative(-60.0, 2.0).sum())(LIF(tau_m=[10, 20]))
    np.testing.assert_allclose(g.tau_m, [3.0 / 100, 3.0 / 400], rtol=1e-6)


def test_vmap_over_a_model_maps_what_is_an_array():
    model = LIF(tau_m=[1.0, 2.0, 4.0])
    np.testing.assert_allclose(bm.vmap(lambda m: m.derivative(-60.0, 1.0))(model), [-4.0, -2.0, -1.0])


def test_a_variable_holds_a_model():
    held = bm.Variable(LIF())

    @bm.jit
    def double():
        held.value = held.value.replace(tau_m=held.value.tau_m * 2)

    double(), double()
    assert held.value.tau_m == 40.0
    assert bm.grad(lambda: held.value.derivative(-60.0, 0.0), grad_vars=held)().E_L == 1 / 40


def test_jax_sees_the_parameters_by_name():
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree_util.tree_flatten_with_path(LIF())[0]]
    assert paths == [".tau_m", ".E_L", ".p"]


def test_array_defaults_and_copies():
    class Cells(bl.Model):
        tau: float = param([10.0, 20.0], "ms", "time constants", above=0)

    mine = np.array([1.0, 2.0])
    cells = Cells(tau=mine)
    mine[0] = 99.0
    assert cells.tau.tolist() == [1.0, 2.0] and Cells().tau.tolist() == [10.0, 20.0]
    assert LIF(n=np.int64(4)).n == 4


def test_inclusive_bounds():
    class Cell(bl.Model):
        t_ref: float = param(2.0, "ms", "refractory period", at_least=0, slider=(0, 10))
        p: float = param(0.5, "", "share", at_least=0, at_most=1)

    assert Cell(t_ref=0.0).t_ref == 0.0 and Cell(p=1.0).p == 1.0
    with pytest.raises(ParamError, match=r"Cell.t_ref = -1.0 ms: the refractory period must be at least 0 ms\."):
        Cell(t_ref=-1.0)
    with pytest.raises(ParamError, match=r"Cell.p = 1.5: the share must be at least 0 and at most 1\."):
        Cell(p=1.5)


# ---- optional: None says that there is none


class Synapse(bl.Model):
    tau: float = param(5.0, "ms", "time constant", above=0, why="it would never close")
    E_rev: float | None = param(None, "mV", "reversal potential", slider=(-100, 50), optional=True)
    delay: float | None = param(1.0, "ms", "delay", at_least=0, why="no effect before its cause", optional=True)


def test_optional_parameters():
    synapse = Synapse()
    assert synapse.E_rev is None and synapse.replace(E_rev=-80).E_rev == -80.0 and Synapse(delay=None).delay is None
    assert Synapse(E_rev=-80.0).replace(E_rev=None).E_rev is None
    assert jax.tree.leaves(synapse) == [5.0, 1.0] and jax.tree.leaves(Synapse(E_rev=0.0)) == [5.0, 0.0, 1.0]
    assert Synapse(E_rev=[0.0, -80.0]).E_rev.shape == (2,) and Synapse(E_rev=bm.array([1.0, 2.0])).E_rev.shape == (2,)
    assert repr(synapse) == "Synapse()" and repr(Synapse(E_rev=0.0, delay=None)) == "Synapse(E_rev=0.0, delay=None)"
    assert copy.deepcopy(synapse).E_rev is None and pickle.loads(pickle.dumps(synapse)).E_rev is None


def test_optional_parameters_in_tables():
    text = repr(Synapse.table())
    assert "E_rev  none   mV    reversal potential  any or none" in text
    assert "delay  1      ms    delay               at least 0 ms or none" in text
    assert "E_rev  -80 " in repr(Synapse(E_rev=-80.0).table()) and "<td>none</td>" in Synapse()._repr_html_()


def test_gradient_and_compilation_with_optional_parameters():
    runs = []

    @bm.jit
    def current(synapse, V):
        runs.append(1)
        return synapse.tau if synapse.E_rev is None else synapse.E_rev - V

    assert current(Synapse(), -65.0) == 5.0 and current(Synapse(E_rev=0.0), -65.0) == 65.0
    seen = len(runs)
    assert current(Synapse(E_rev=-80.0), -65.0) == -15.0 and current(Synapse(tau=7.0), -65.0) == 7.0
    assert len(runs) == seen  # number to number compiles nothing
    gradient = bm.grad(lambda s: current(s, -65.0))(Synapse())
    assert gradient.tau == 1.0 and gradient.E_rev is None
    assert bm.vmap(lambda E: Synapse(E_rev=E).E_rev * 2)(bm.array([1.0, 2.0])).tolist() == [2.0, 4.0]


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(E_rev="0"), r"^Synapse\.E_rev = '0': the reversal potential must be a number, an array of numbers, or None"),
        (dict(E_rev=[0.0, None]), "must be a number, an array of numbers, or None"),
        (dict(E_rev=np.nan), r"must be finite\.\n  try: Synapse\(E_rev=None\)      # -100 to 50 mV is typical"),
        (dict(delay=-1.0), r"^Synapse\.delay = -1\.0 ms: the delay must be at least 0 ms"),
        (dict(tau=None), r"^Synapse\.tau = None: the time constant must be a number or an array of numbers"),
    ],
)
def test_wrong_values_of_optional_parameters(wrong, message):
    with pytest.raises(ParamError, match=message):
        Synapse(**wrong)


@pytest.mark.parametrize("declare", [dict(default=3, structural=True), dict(default=True), dict(default="a")])
def test_only_numbers_can_be_optional(declare):
    with pytest.raises(ValueError, match="optional=True is for numbers that may be None"):
        param(**declare, optional=True)
    with pytest.raises(ValueError, match="the default None of 'tau' is not a number"):
        param(None, "ms", "tau")

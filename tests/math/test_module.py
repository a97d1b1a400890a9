"""Module: attributes, walking, saving."""

import io

import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.math import errors


class Layer(bl.Module):
    def __init__(self, n=2):
        self.w = bm.Variable(bm.arange(float(n)))
        self.n = n


class Net(bl.Module):
    def __init__(self, n=2):
        self.layers = [Layer(n), Layer(n)]
        self.table = {"gain": bm.Variable(1.0), "pair": (bm.Variable(2), 3.0)}
        self.shared = self.layers[0].w
        self.state = bm.Variable({"a": bm.ones(n), "b": 0.0})
        self.me = self  # a cycle


def test_assigning_writes_into_the_variable():
    layer = Layer()
    w = layer.w
    layer.w = [5.0, 6.0]
    layer.w += 1.0
    layer.w = bm.Variable([0.5, 0.5]) + layer.w
    assert layer.w is w and w.tolist() == [6.5, 7.5]
    layer.w = bm.Variable([1.0, 1.0])  # by value as well: compiled code knows the old Variable
    assert layer.w is w and w.tolist() == [1.0, 1.0]
    with pytest.raises(errors.ShapeError, match=r"Variable 'Layer\.w' has shape \(2,\)"):
        layer.w = 1.0


def test_names_come_from_attributes():
    assert Layer().w.name == "Layer.w"
    own = bm.Variable(1.0, name="mine")

    class Named(bl.Module):
        def __init__(self):
            self.v = own

    assert Named().v.name == "mine"


def test_variables_lists_each_once_by_its_path():
    net = Net()
    assert list(net.variables()) == ["layers.0.w", "layers.1.w", "table.gain", "table.pair.0", "state"]
    assert net.variables()["layers.0.w"] is net.shared


def test_cells_can_be_run_again():
    for _ in range(3):  # the same class and names again, as when a notebook cell is re-run

        class Cell(bl.Module):
            def __init__(self):
                self.V = bm.Variable(0.0)

        cell = Cell()
        bm.jit(lambda cell=cell: cell.V.update(cell.V + 1))()
        assert cell.V == 1.0


def test_save_and_load(tmp_path):
    net = Net()
    net.layers[1].w *= 3.0
    net.state.value = {"a": bm.zeros(2), "b": 7.0}
    net.save(tmp_path / "net")
    net.save(tmp_path / "net.npz")
    memory = io.BytesIO()
    net.save(memory)
    memory.seek(0)
    for file in (tmp_path / "net", tmp_path / "net.npz", memory):
        other = Net()
        other.load(file)
        for path, v in net.variables().items():
            assert str(v.value) == str(other.variables()[path].value)


def test_load_refuses_what_does_not_fit_and_changes_nothing(tmp_path):
    Net().save(tmp_path / "net")
    wider, layer = Net(3), Layer()
    with pytest.raises(errors.LoadError, match=r"layers\.0\.w was saved with shapes \[\(2,\)\], this Net has \[\(3,\)\]"):
        wider.load(tmp_path / "net")
    assert wider.layers[0].w.tolist() == [0.0, 1.0, 2.0]
    with pytest.raises(errors.LoadError, match=r"does not fit Layer: it lacks w; it has layers\.0\.w"):
        layer.load(tmp_path / "net")


def test_repr_is_short():
    assert repr(Layer()) == "Layer(w=Variable([0., 1.], dtype=float32, name='Layer.w'), n=2)"


def test_modules_made_inside_a_transform_are_free():
    @bm.jit
    def f(x):
        layer = Layer(3)
        layer.w += x
        layer.n = 4
        layer.extra = x
        return layer.w.sum() * layer.n

    assert f(1.0) == (0 + 1 + 2 + 3) * 4


def test_variable_created_inside_a_method_is_refused():
    layer = Layer()

    def make():
        layer.late = bm.Variable(bm.zeros(2))

    with pytest.raises(
        errors.NotAVariableError, match=r"Layer\.late was changed inside bm\.jit: a Variable created there would be lost"
    ):
        bm.jit(make)()
    assert not hasattr(layer, "late")


def test_properties_and_class_attributes():
    class Neuron(bl.Module):
        E_L = -65.0

        def __init__(self):
            self.V = bm.Variable(-70.0)

        @property
        def depolarisation(self):
            return self.V - self.E_L

    neuron = Neuron()
    f = bm.jit(lambda: neuron.depolarisation)
    assert f() == -5.0
    neuron.V = -60.0
    assert f() == 5.0
    Neuron.E_L = -60.0
    with pytest.raises(errors.StaleValueError, match=r"Neuron\.E_L was -65\.0 .* is now -60\.0"):
        f()


def test_instance_attribute_that_hides_a_class_attribute():
    class Neuron(bl.Module):
        k = 1.0

        def scaled(self, x):
            return self.k * x

    neuron = Neuron()
    f = bm.jit(neuron.scaled)
    assert f(2.0) == 2.0
    neuron.k = 3.0
    with pytest.raises(errors.StaleValueError, match=r"Neuron\.k was 1\.0"):
        f(2.0)


def test_np_asarray_of_attributes():
    np.testing.assert_array_equal(np.asarray(Layer().w), [0.0, 1.0])


def test_class_level_variable_is_shared():
    class Clock(bl.Module):
        time = bm.Variable(0.0, name="time")

        def tick(self):
            self.time = self.time + 1.0

    a, b = Clock(), Clock()
    bm.jit(a.tick)()
    b.tick()
    assert a.time is b.time and a.time == 2.0 and list(a.variables()) == ["time"]


def test_paths_are_unambiguous(tmp_path):
    class Odd(bl.Module):
        def __init__(self):
            self.d = {1: bm.Variable(1.0), "1": bm.Variable(2.0), "a": {"b": bm.Variable(3.0)}, "a.b": bm.Variable(4.0)}

    odd, other = Odd(), Odd()
    assert len(odd.variables()) == 4
    for v in odd.variables().values():
        v *= 10.0
    odd.save(tmp_path / "odd")
    other.load(tmp_path / "odd")
    assert [float(v) for v in other.variables().values()] == [10.0, 20.0, 30.0, 40.0]


def test_load_is_all_or_nothing_and_knows_its_own_files(tmp_path):
    class Two(bl.Module):
        def __init__(self, dtype):
            self.a, self.b = bm.Variable(bm.ones(2)), bm.Variable(bm.ones(2, dtype))

    saved, ints = Two(bm.float32), Two(bm.int32)
    saved.a *= 5.0
    saved.b *= 1.5
    saved.save(tmp_path / "two")
    with pytest.raises(errors.DtypeError, match="'Two.b' holds int32"):
        ints.load(tmp_path / "two")
    assert ints.a.tolist() == [1.0, 1.0]
    half, again = Two(bm.bfloat16), Two(bm.bfloat16)
    half.b *= 2.0
    half.save(tmp_path / "half")
    again.load(tmp_path / "half")
    assert again.b.tolist() == [2.0, 2.0] and again.b.dtype == bm.bfloat16
    np.savez(tmp_path / "foreign", x=np.ones(2))
    with pytest.raises(errors.LoadError, match="was not written by Module.save"):
        ints.load(tmp_path / "foreign")


def test_deepcopy_and_pickle_of_modules():
    import copy
    import pickle

    class Cell(bl.Module):
        def __init__(self):
            self.v, self.stream = bm.Variable(1.0), bm.random.RandomState(3)
            self.f = bm.jit(self.step)

        def step(self, x):
            self.v += x
            return self.v.value

    cell = Cell()
    cell.f(1.0)
    twin = copy.deepcopy(cell)
    twin.f(5.0)
    assert (cell.v, twin.v) == (2.0, 7.0)
    for stream in (twin.stream, pickle.loads(pickle.dumps(cell.stream))):
        np.testing.assert_array_equal(stream.next_key(), bm.random.RandomState(3).next_key())

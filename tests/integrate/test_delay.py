"""bl.Delay: what goes in comes out so many steps later, however long it runs."""

import numpy as np
import pytest

import brainlab as bl
import brainlab.math as bm
from brainlab.integrate import IntegrateError


def run(delay, xs):
    def step(x):
        late = delay.read()
        delay.push(x)
        return late

    return np.asarray(bm.for_loop(step, xs))


@pytest.mark.parametrize("steps", [1, 2, 7, 50])
def test_one_delay_for_all(steps):
    xs = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    late = run(bl.Delay(3, steps * 0.1, 0.1), xs)
    np.testing.assert_array_equal(late[steps:], xs[: max(0, 40 - steps)])
    assert not late[:steps].any()


def test_a_delay_for_each_element():
    xs = np.random.default_rng(0).normal(size=(30, 2, 3)).astype(np.float32)
    steps = np.array([[1, 2, 3], [10, 29, 5]])
    late = run(bl.Delay((2, 3), steps * 0.1, 0.1), xs)
    for i in np.ndindex(2, 3):
        np.testing.assert_array_equal(late[steps[i] :, *i], xs[: 30 - steps[i], *i])


def test_exact_after_a_million_steps():
    """A float32 clock that adds up steps of 0.1 is wrong long before; a place in a ring is not."""
    delay, last = bl.Delay(0.0, 0.7, 0.1), bm.Variable(np.int32(0))

    def step(i):
        wrong = (delay.read() != i - 7) & (i >= 7)
        delay.push(i.astype("float32"))
        last.value = last.value + wrong.astype("int32")

    bm.for_loop(step, np.arange(1_200_000, dtype=np.int32))
    assert int(last.value) == 0
    assert int(delay.at.value) == 1_200_000 % 7


def test_sine_read_back():
    """What BrainPy's TimeDelay gets wrong by 0.8 after 5e4 steps."""
    t = np.arange(60_000) * 0.01
    late = run(bl.Delay(0.0, 1.0, 0.01), np.sin(t).astype(np.float32))
    np.testing.assert_allclose(late[100:], np.sin(t[100:] - 1.0), atol=1e-6)


def test_values_before_the_first_push_and_reset():
    delay = bl.Delay(np.array([-65.0, -60.0], np.float32), [2.0, 1.0], 1.0)
    xs = np.ones((3, 2), np.float32)
    for _ in range(2):
        np.testing.assert_array_equal(run(delay, xs), [[-65, -60], [-65, 1], [1, 1]])
        delay.reset()


def test_in_a_model_with_save_and_jit(tmp_path):
    class Net(bl.Module):
        def __init__(self):
            self.x, self.axon = bm.Variable(bm.ones(2)), bl.Delay(2, 0.3, 0.1)

        def step(self):
            late = self.axon.read()
            self.axon.push(self.x.value)
            self.x.value = 0.5 * self.x.value + late

    by_hand, past = [1.0], [0.0, 0.0, 0.0]
    for _ in range(8):
        past.append(by_hand[-1])
        by_hand.append(0.5 * by_hand[-1] + past[-4])
    net = Net()
    step = bm.jit(net.step)
    for _ in range(4):
        step()
    net.save(tmp_path / "net.npz")
    other = Net()
    other.load(tmp_path / "net.npz")
    for _ in range(4):
        other.step()
    np.testing.assert_allclose(other.x, [by_hand[8]] * 2, rtol=1e-6)


def test_gradient_through_the_ring():
    """x(i) = w x(i-2): after six steps w**3."""
    delay = bl.Delay(np.float32(1.0), 2.0, 1.0)

    def end(w):
        delay.reset()

        def step(i):
            x = w * delay.read()
            delay.push(x)
            return x

        return bm.for_loop(step, bm.arange(6))[-1]

    assert float(bm.grad(end)(2.0)) == pytest.approx(12.0)


def test_rounding():
    with pytest.raises(IntegrateError, match=r"delay = 1.25 is 12.5 steps of dt = 0.1(.|\n)*delay=1.2   # or round=True"):
        bl.Delay(3, 1.25, 0.1)
    assert int(bl.Delay(3, 1.26, 0.1, round=True).steps) == 13
    assert int(bl.Delay(3, np.float32(1.3), np.float32(0.1)).steps) == 13


def test_mistakes():
    with pytest.raises(IntegrateError, match=r"delay = 0.05 is shorter than the step dt = 0.1(.|\n)*delay=0.1"):
        bl.Delay(3, [0.1, 0.05, 0.3], 0.1)
    with pytest.raises(IntegrateError, match="delay = nan is"):
        bl.Delay(3, float("nan"), 0.1)
    with pytest.raises(IntegrateError, match=r"delay has shape \(2,\), and what is delayed has shape \(3,\)"):
        bl.Delay(3, [0.1, 0.2], 0.1)
    with pytest.raises(IntegrateError, match="delay = 'long': a number is expected"):
        bl.Delay(3, "long", 0.1)
    with pytest.raises(IntegrateError, match="dt = 0: the step must be one finite number above 0"):
        bl.Delay(3, 1.0, 0)
    with pytest.raises(
        IntegrateError, match=r"shape \(4,\) is pushed into a Delay of shape \(3,\)(.|\n)*Delay\(\(4,\), ...\)"
    ):
        bl.Delay(3, 1.0, 0.1).push(np.zeros(4))

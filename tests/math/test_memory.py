"""Nothing grows: compiled methods called again and again, Modules built again and again."""

import gc
import tracemalloc
import weakref

import brainlab as bl
import brainlab.math as bm
from brainlab.math import _program


class Cell(bl.Module):
    def __init__(self):
        self.V = bm.Variable(bm.zeros(10))
        self.tau = 10.0
        self.gains = [1.0, 2.0]

    def step(self, I):
        self.V += (I - self.V) / self.tau * self.gains[0]
        return self.V.sum()

    def run(self):
        return bm.for_loop(self.step, bm.ones(5))

    def run_lambda(self):
        return bm.for_loop(lambda I: self.step(I), bm.ones(5))

    def gradient(self):
        return bm.grad(lambda: self.step(1.0), grad_vars=self.V)()

    def lanes(self):
        return bm.vmap(lambda I: (self.V * I).sum())(bm.ones(5))

    @bm.jit
    def decorated(self, I):
        return self.step(I)


def test_ten_thousand_calls_leave_nothing_behind():
    cell = Cell()
    step = bm.jit(cell.step)
    for _ in range(100):
        step(1.0)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(10_000):
        step(1.0)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 50_000, f"{grown} bytes"


def test_a_lambda_made_anew_each_time_is_compiled_once():
    cell = Cell()
    cell.run_lambda()
    programs = len(_program._programs)
    for _ in range(200):
        cell.run_lambda()
    assert len(_program._programs) == programs


def test_modules_that_are_built_anew_die():
    alive = []
    for _ in range(30):  # each compiles its own code
        cell = Cell()
        cell.own = bm.jit(cell.step)  # a cycle: the cell holds what holds the cell
        cell.own(1.0)
        bm.jit(cell.step)(1.0)
        cell.run()
        cell.run_lambda()
        cell.gradient()
        cell.lanes()
        cell.decorated(1.0)
        alive += [weakref.ref(cell), weakref.ref(cell.V)]
        del cell
    gc.collect()
    assert sum(ref() is not None for ref in alive) == 0


def test_a_thousand_modules_leave_no_programs():
    gc.collect()
    programs = len(_program._programs)
    for _ in range(1000):
        cell = Cell()
        cell.tau = 5.0
        cell.V += 1.0
        del cell
    for _ in range(50):
        bm.jit(Cell().step)(1.0)
    gc.collect()
    assert len(_program._programs) <= programs


def test_the_cache_is_bounded():
    keep = []
    for n in range(_program._KEPT + 20):
        k = bm.array(float(n))
        keep.append(k)
        if n % 40 == 0:  # a different captured object each time: a program each
            bm.vmap(lambda x, k=k: x * k)(bm.ones(2))
        else:
            _program.find("test", (lambda x, k=k: x * k,))
    assert len(_program._programs) <= _program._KEPT

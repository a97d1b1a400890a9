"""Panels compile in a worker thread while the main thread goes on: nobody sees another thread's tracers."""

import threading
import time

import jax
import numpy as np

import brainlab.math as bm


def test_a_variable_keeps_its_number_while_another_thread_compiles():
    v, inside, looked = bm.Variable(1.0), threading.Event(), threading.Event()

    def slow():
        v.value = v + 1.0
        inside.set()
        looked.wait(10)
        return v.value

    worker = threading.Thread(target=bm.jit(slow))
    worker.start()
    assert inside.wait(10)
    seen = v.value, repr(v)
    looked.set()
    worker.join()
    assert not isinstance(seen[0], jax.core.Tracer) and seen[0] == 1.0 and "traced" not in seen[1]
    assert v == 2.0


def test_many_threads_compile_and_call_the_same_function():
    errors = []

    def work(i):
        try:
            v = bm.Variable(bm.zeros(i + 1))

            def step(x):
                v.value = v + x
                return v.sum()

            f = bm.jit(step)
            for _ in range(20):
                f(1.0)
            np.testing.assert_allclose(bm.for_loop(step, bm.ones(5))[-1], 25.0 * (i + 1))
            assert shared(float(i)) == 2.0 * i
        except Exception as error:
            errors.append(error)

    shared = bm.jit(lambda x: 2.0 * x)
    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert errors == []


def test_threads_never_draw_the_same_random_number():
    drawn, lock = [], threading.Lock()

    def draw():
        mine = [float(bm.random.rand()) for _ in range(50)]
        with lock:
            drawn.extend(mine)

    threads = [threading.Thread(target=draw) for _ in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(set(drawn)) > 195  # 200 floats of 23 bits: a repeat by chance is possible


def test_disable_jit_and_x64_are_for_one_thread():
    seen = {}

    def look():
        seen["dtype"] = bm.zeros(1).dtype
        seen["traced"] = []
        bm.for_loop(
            lambda x: seen["traced"].append("Traced" in str(type(x.value)) or "Tracer" in str(type(x.value))), bm.ones(2)
        )

    with bm.disable_jit(), bm.enable_x64():
        worker = threading.Thread(target=look)
        worker.start()
        worker.join()
    assert seen["dtype"] == np.float32 and all(seen["traced"])
    time.sleep(0)

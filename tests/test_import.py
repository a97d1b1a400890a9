"""What `import brainlab` loads and does, in a fresh process."""

import os
import subprocess
import sys


def fresh(code, **env):
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, env={**os.environ, **env}, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_no_widget_library_and_no_optional_one_is_loaded():
    code = (
        "import sys, brainlab;"
        "heavy = ('ipywidgets', 'bqplot', 'anywidget', 'diffrax', 'optax', 'tqdm', 'pandas',"
        "'scipy.stats', 'scipy.signal', 'scipy.integrate');"
        "print([m for m in heavy if m in sys.modules])"
    )
    assert fresh(code) == "[]"


def test_import_starts_no_backend_and_prints_nothing():
    code = "import brainlab; from jax._src import xla_bridge; print(len(xla_bridge._backends))"
    assert fresh(code) == "0"


def test_the_loop_flag_is_set_and_the_users_flags_stay():
    ours = "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=65536"
    code = "import os, brainlab; print(os.environ['XLA_FLAGS'])"
    assert fresh(code, XLA_FLAGS="") == ours
    assert fresh(code, XLA_FLAGS="--xla_cpu_enable_fast_math=false") == f"--xla_cpu_enable_fast_math=false {ours}"
    theirs = "--xla_backend_extra_options=xla_cpu_disable_new_fusion_emitters"
    assert fresh(code, XLA_FLAGS=theirs) == theirs


def test_the_flag_is_one_that_this_xla_knows():
    assert fresh("import brainlab, jax.numpy as jnp; print(float(jnp.ones(3).sum()))", XLA_FLAGS="") == "3.0"

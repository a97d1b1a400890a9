"""What test_several_devices starts: the same runs on one device, on two, or in two processes that find each other.

python spread_out.py one|two|process PORT NUMBER     prints the sums that tell runs apart, as one line of JSON
"""

import hashlib
import json
import os
import sys


def main(how, port=None, number=None):
    if how == "two":
        os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"  # before JAX starts

    import jax

    if how == "process":
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        jax.distributed.initialize(f"127.0.0.1:{port}", num_processes=2, process_id=int(number))

    import numpy as np

    import brainlab as bl
    import brainlab.math as bm
    from brainlab.networks import ready

    devices = None if how == "one" else 2

    def told(spikes):
        """Who fired when, so that one spike more, less or elsewhere shows."""
        events = np.stack([spikes.steps, spikes.neurons]).astype(np.int64)
        return [spikes.count, hashlib.sha256(events.tobytes()).hexdigest()]

    def groups():
        cells = bl.Population(bl.LIF(), 64, noise=0.3, name="cells")
        source = bl.networks.PoissonGroup(40, rate=200.0)
        near = bl.connect.FixedProbability(0.3)
        return bl.Network(
            bl.Projection(source, cells, near, bl.synapses.DualExponential(), weight=0.5, delay=0.7, seed=1),
            bl.Projection(cells[16:48], cells[8:], near, bl.synapses.Exponential(tau=8.0), weight=-0.2, delay=1.1, seed=2),
            bl.networks.PoissonInput(cells[:20], bl.synapses.Exponential(tau=2.0), rate=20.0, weight=0.3, n=30),
            seed=5,
        )

    out = {"devices": jax.device_count()}
    for name, net in (("coba", ready.coba(n=800, seed=1)), ("brunel", ready.brunel(6.0, 4.0, n=400)), ("groups", groups())):
        first = bl.simulate(net, 60.0, dt=0.1, monitors=(), devices=devices, inputs=1.0 if name == "groups" else 0.0)
        more = bl.simulate(net, 40.0, monitors=(), devices=devices, inputs=1.0 if name == "groups" else 0.0)
        out[name] = told((first + more).spikes)
    bm.random.seed(0)
    sweep = bl.Population(bl.LIF(tau_m=np.linspace(5.0, 20.0, 100)), 100, noise=0.5)
    run = bl.simulate(sweep, 100.0, inputs=1.6, devices=devices)
    out["sweep"] = told(bl.networks.Spikes.from_dense(run.spikes, run.dt))
    out["V"] = float(run["V"].sum(dtype=np.float64))
    print(json.dumps(out), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""One setting of XLA that decides whether small loops are fast."""

import os

# XLA's CPU backend compiles a loop as one function only if its body moves few bytes (1 kB by default); beyond that every
# operation of every step is launched on its own, about 20 times slower. With 64 kB a Hodgkin-Huxley step stays inside.
# The string was found in jaxlib 0.10.2; as a flag of its own (--xla_cpu_small_...) it is unknown and stops the process.
OPTION = "--xla_backend_extra_options"
VALUE = "xla_cpu_small_while_loop_byte_threshold=65536"


def keep_small_loops_whole() -> None:
    """Ask XLA for it through the environment, before its backend starts. What the user has set stays."""
    flags = os.environ.get("XLA_FLAGS", "")
    if OPTION not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {OPTION}={VALUE}".strip()

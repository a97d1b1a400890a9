"""Delta: the synapse that is over at once."""

from __future__ import annotations

from .synapse import Synapse


class Delta(Synapse):
    r"""Delta synapse: a spike makes the potential of the neuron that receives it jump by its weight, in mV.

    $$V \leftarrow V + w$$

    All the charge of the synapse arrives in one moment. A neuron that is refractory does not see it.

    Source: Brunel, J. Comput. Neurosci. 8 (2000) 183, equation 2; Stein, Biophys. J. 5 (1965) 173.

    >>> Delta().advance(0.5, 0.1)
    (0.0,)
    """

    side = "jump"
    E_rev = None  # no conductance: the weight may have either sign
    states = ("jump_V",)
    units = {"jump_V": "mV"}

    def initial(self):
        return (0.0,)

    def advance(self, jump_V, dt):
        return (0.0 * jump_V,)

    def output(self, jump_V):
        """mV, by which V jumps."""
        return jump_V

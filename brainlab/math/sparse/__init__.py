"""bm.sparse: stores of synapses. Each is a matrix from presynaptic neurons (rows) to postsynaptic ones (columns)."""

from .._wiring import WiringError as WiringError
from ._connection import Connection as Connection
from ._convert import from_bcoo as from_bcoo, from_bcsr as from_bcsr, from_pairs as from_pairs, from_scipy as from_scipy
from ._dense import Dense as Dense
from ._just_in_time import JustInTime as JustInTime
from ._padded import Padded as Padded
from ._ragged import Ragged as Ragged
from ._uniform import Uniform as Uniform

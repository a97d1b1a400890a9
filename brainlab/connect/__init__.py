"""Who is connected to whom: rules, called with the number of neurons on both sides, and initialisers of weights.

>>> import brainlab as bl
>>> rule = bl.connect.FixedProbability(0.1)
>>> rule
FixedProbability(p=0.1)
>>> rule(100, 50, seed=1, weight=0.5).shape
(100, 50)
"""

from ._space import grid as grid
from .all_to_all import AllToAll as AllToAll
from .errors import ConnectError as ConnectError
from .fixed_in_degree import FixedInDegree as FixedInDegree
from .fixed_out_degree import FixedOutDegree as FixedOutDegree
from .fixed_probability import FixedProbability as FixedProbability
from .fixed_total import FixedTotal as FixedTotal
from .from_matrix import FromMatrix as FromMatrix
from .from_pairs import FromPairs as FromPairs
from .gaussian import Gaussian as Gaussian
from .lattice import Lattice as Lattice
from .mexican_hat import MexicanHat as MexicanHat
from .one_to_one import OneToOne as OneToOne
from .ring import Ring as Ring
from .rule import Rule as Rule
from .scale_free import ScaleFree as ScaleFree
from .small_world import SmallWorld as SmallWorld
from .weights import Constant as Constant, Gamma as Gamma, LogNormal as LogNormal, Normal as Normal, Uniform as Uniform


def all_rules() -> dict[str, type[Rule]]:
    """Every rule by name.

    >>> len(all_rules())
    14
    """
    return {k: v for k, v in globals().items() if isinstance(v, type) and issubclass(v, Rule) and v is not Rule}

"""Ready networks: each one a short file with its source."""

from .balanced_binary import BalancedBinary as BalancedBinary
from .brunel import brunel as brunel, set_brunel as set_brunel
from .coba import coba as coba
from .cuba import cuba as cuba
from .izhikevich_2003 import izhikevich_2003 as izhikevich_2003
from .wang_buzsaki import set_wang_buzsaki as set_wang_buzsaki, wang_buzsaki as wang_buzsaki
from .wang_decision import set_wang_decision as set_wang_decision, wang_decision as wang_decision

"""Ready networks: each one a short file with its source."""

from .balanced_binary import BalancedBinary as BalancedBinary

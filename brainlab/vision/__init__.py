"""Seeing: pictures, what can happen to them, and models that guess the whole and verify the parts."""

from .corruptions import corrupt as corrupt, cover as cover, overlap as overlap
from .digits import Digits as Digits, digits as digits, samples as samples
from .errors import MissingPackageError as MissingPackageError, VisionError as VisionError
from .filters import coarse as coarse, fine as fine, high_pass as high_pass, low_pass as low_pass

"""The errors of brainlab.vision."""

from __future__ import annotations

from .._teaching import TeachingError


class VisionError(TeachingError, ValueError):
    """A picture, or what is said about it, does not fit.

    >>> from brainlab.vision import corrupt
    >>> corrupt([[0.1, 0.9]], "gauss", 0.2)
    Traceback (most recent call last):
    brainlab.vision.errors.VisionError: 2 pixels are no square picture.
      why: rows and columns are not known from the number of pixels alone.
      try: shape=(1, 2)
    """


class MissingPackageError(TeachingError, ImportError):
    """A picture comes with a package that is not installed here. The text says what to install; nothing is downloaded."""

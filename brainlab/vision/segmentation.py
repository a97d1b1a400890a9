"""How well a picture was divided into the thing and what is in front of it."""

from __future__ import annotations

import numpy as np

from ..math._array import unbox
from .errors import VisionError


def iou(found, true) -> np.ndarray:
    """Intersection over union of two masks: 1 if they are the same, 0 if they share nothing; 1 if both are empty.

    found, true : (..., pixels), True or False

    >>> iou([[True, True, False]], [[False, True, True]])
    array([0.33333333])
    """
    found, true = (np.asarray(unbox(mask)) for mask in (found, true))
    for name, mask in (("found", found), ("true", true)):
        if mask.dtype != bool:
            raise VisionError(
                f"{name} is of {mask.dtype}: a mask says True or False of each pixel.", try_=f"iou({name} > 0.5, ...)"
            )
    if found.shape != true.shape:
        raise VisionError(
            f"found is {found.shape}, true is {true.shape}: both say pixel.", why="pixels are compared one by one"
        )
    both, any_ = (found & true).sum(-1), (found | true).sum(-1)
    return np.where(any_ == 0, 1.0, both / np.maximum(any_, 1))

"""The models: equations and parameters, without state."""

from .base import Model as Model

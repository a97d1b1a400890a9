"""Analysis: arrays in, arrays out."""

from .fi_curve import fi_curve as fi_curve
from .spikes import (
    AnalysisError as AnalysisError,
    cv as cv,
    firing_rate as firing_rate,
    isi as isi,
    psth as psth,
    raster as raster,
    siegert as siegert,
    spike_times as spike_times,
)

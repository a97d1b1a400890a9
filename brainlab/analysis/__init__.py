"""Analysis: arrays in, arrays out."""

from .continuation import continuation as continuation
from .correlation import (
    Correlogram as Correlogram,
    autocorrelation as autocorrelation,
    cross_correlation as cross_correlation,
)
from .cycles_branch import cycle_branch as cycle_branch
from .diagrams import Branch as Branch, CycleBranch as CycleBranch, Diagram as Diagram, SpecialPoint as SpecialPoint
from .fi_curve import fi_curve as fi_curve
from .basins import Basins as Basins, basins as basins
from .cycles import LimitCycle as LimitCycle, limit_cycle as limit_cycle
from .fixed_points import FixedPoint as FixedPoint, fixed_points as fixed_points
from .hopfield_capacity import (
    ags as ags,
    critical_load as critical_load,
    hopfield_basin as hopfield_basin,
    hopfield_capacity as hopfield_capacity,
    one_step_error as one_step_error,
    thermal_overlap as thermal_overlap,
)
from .lfp import lfp_proxy as lfp_proxy
from .lyapunov import lyapunov_exponents as lyapunov_exponents
from .manifolds import Separatrices as Separatrices, separatrices as separatrices
from .phase_line import (
    PhaseLine as PhaseLine,
    PhaseSpace as PhaseSpace,
    phase_line as phase_line,
    phase_space as phase_space,
)
from .phase_plane import PhasePlane as PhasePlane, phase_plane as phase_plane
from .rates import population_rate as population_rate
from .slow_points import SlowPoint as SlowPoint, slow_points as slow_points
from .spectrum import Spectrum as Spectrum, peak_frequency as peak_frequency, spectrum as spectrum
from .synchrony import coherence as coherence, synchrony as synchrony
from .trajectories import Trajectory as Trajectory, trajectory as trajectory
from ._types import classify as classify
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
from .variability import fano as fano, isi_histogram as isi_histogram
from .two_parameters import CriticalCurve as CriticalCurve, two_parameters as two_parameters

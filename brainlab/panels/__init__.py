"""Panels: one question each, 3 to 5 controls, a picture that moves with the finger. The only floor that knows widgets."""

from ._cache import give_memory_back, keep_compiled_programs

keep_compiled_programs()
give_memory_back()

from .balance import BalancePanel as BalancePanel  # noqa: E402
from .bifurcation import BifurcationPanel as BifurcationPanel  # noqa: E402
from .bump import BumpPanel as BumpPanel  # noqa: E402
from .compose import ComposePanel as ComposePanel  # noqa: E402
from .delay import DelayPanel as DelayPanel  # noqa: E402
from .ei_plane import EIPlanePanel as EIPlanePanel  # noqa: E402
from .energy_hike import EnergyHikePanel as EnergyHikePanel  # noqa: E402
from .event_meter import EventMeterPanel as EventMeterPanel  # noqa: E402
from .evidence import EvidencePanel as EvidencePanel  # noqa: E402
from .fast_path import FastPathPanel as FastPathPanel  # noqa: E402
from .fractional import FractionalPanel as FractionalPanel  # noqa: E402
from .graph_editor import GraphEditorPanel as GraphEditorPanel  # noqa: E402
from .hopfield_painter import HopfieldPainterPanel as HopfieldPainterPanel  # noqa: E402
from .guess_verify import GuessVerifyPanel as GuessVerifyPanel  # noqa: E402
from .hypothesis import HypothesisPanel as HypothesisPanel  # noqa: E402
from .hysteresis import HysteresisPanel as HysteresisPanel  # noqa: E402
from .lif_bench import LIFPanel as LIFPanel  # noqa: E402
from .modern_memory import ModernHopfieldPanel as ModernHopfieldPanel  # noqa: E402
from .noise_scaling import NoiseScalingPanel as NoiseScalingPanel  # noqa: E402
from .noise_twins import NoisePanel as NoisePanel  # noqa: E402
from .path_integration import PathIntegrationPanel as PathIntegrationPanel  # noqa: E402
from .overload import OverloadPanel as OverloadPanel  # noqa: E402
from .phase_drop import PhaseDropPanel as PhaseDropPanel  # noqa: E402
from .population import PopulationPanel as PopulationPanel  # noqa: E402
from .ramp_step import RampPanel as RampPanel  # noqa: E402
from .raster_theatre import RasterTheatrePanel as RasterTheatrePanel  # noqa: E402
from .rebound import ReboundPanel as ReboundPanel  # noqa: E402
from .reduction import ReductionPanel as ReductionPanel  # noqa: E402
from .two_tone import TwoTonePanel as TwoTonePanel  # noqa: E402
from .voltage_clamp import ClampPanel as ClampPanel  # noqa: E402
from .short_term import STPPanel as STPPanel  # noqa: E402
from .stdp import STDPPanel as STDPPanel  # noqa: E402
from .step_size import StepSizePanel as StepSizePanel  # noqa: E402
from .strip_chart import StripChartPanel as StripChartPanel  # noqa: E402
from .synapse_workshop import SynapsePanel as SynapsePanel  # noqa: E402
from .trials import TrialsPanel as TrialsPanel  # noqa: E402
from .wilson_cowan import WilsonCowanPanel as WilsonCowanPanel  # noqa: E402
from .live import LivePanel as LivePanel  # noqa: E402
from .panel import Panel as Panel, Scenario as Scenario  # noqa: E402


def all_panels() -> dict[str, type[Panel]]:
    """Every panel by name: the classes that this package exports."""
    return {name: p for name, p in globals().items() if isinstance(p, type) and issubclass(p, Panel) and p.title}

"""Seeing: pictures, what can happen to them, and models that guess the whole and verify the parts."""

from .corruptions import corrupt as corrupt, cover as cover, overlap as overlap
from .digits import Digits as Digits, digits as digits, samples as samples
from .errors import MissingPackageError as MissingPackageError, VisionError as VisionError
from .filters import coarse as coarse, fine as fine, high_pass as high_pass, low_pass as low_pass
from .letters import letters as letters
from .show import show as show
from .compare_feedback import FeedbackComparison as FeedbackComparison, compare_feedback as compare_feedback
from .discrete_pull import DiscretePull as DiscretePull
from .glance import Glance as Glance, GlanceNets as GlanceNets
from .hypothesis import GlobalHypothesis as GlobalHypothesis, Trajectory as Trajectory
from .looming import LoomingDetector as LoomingDetector, Reservoir as Reservoir
from .moving_discs import MOTIONS as MOTIONS, Films as Films, moving_discs as moving_discs
from .predictive_coding import PredictiveCoding as PredictiveCoding, Predictor as Predictor
from .topology import euler_number as euler_number, holes as holes
from .pattern_tree import Cues as Cues, PatternTree as PatternTree, pattern_tree as pattern_tree
from .push_pull import Hierarchy as Hierarchy, HierarchicalMemory as HierarchicalMemory, HierarchyRun as HierarchyRun
from .mooney import TwoTone as TwoTone, two_tone as two_tone
from .scenes import Scenes as Scenes, occluded as occluded, shapes as shapes, textured as textured
from .appearance import appearance as appearance
from .fast_guess import softmax_regression as softmax_regression
from .guess_and_verify import GuessAndVerify as GuessAndVerify
from .pathways import Look as Look, Pathways as Pathways
from .segmentation import iou as iou
from .two_digits import TwoLook as TwoLook

"""The widget family: small controls that keep up with the finger, at any distance from the kernel.

From Python they are ordinary widgets: `value`, `observe`, children of a `VBox`. In the browser they are plain ES modules
(`brainlab/panels/js`): no build step, nothing fetched from elsewhere.
"""

from .pipelined import Pipelined as Pipelined
from .slider import Slider as Slider
from .choices import Toggle as Toggle, Choice as Choice
from .buttons import Buttons as Buttons
from .overlay import Overlay as Overlay, stack as stack
from .canvas import Canvas as Canvas
from .graph import Graph as Graph
from .pixels import Pixels as Pixels
from .pacer import Pacer as Pacer
from .readout import Readout as Readout
from .downloads import Downloads as Downloads

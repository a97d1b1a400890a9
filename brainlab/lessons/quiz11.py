"""The quiz of chapter 11. The choice called "right" is right; the others are named after the misconception."""

from ._quiz import Choice, Question, Quiz

QUIZ = Quiz(
    chapter="11",
    title="Quiz: the Hodgkin-Huxley neuron",
    questions=(
        Question(
            "upstroke",
            "What makes the rising phase of the spike so steep?",
            (
                Choice(
                    "right",
                    "Sodium channels open the more, the higher V is, and their current lifts V.",
                    "Yes: a positive feedback, with the fast gate m.",
                ),
                Choice(
                    "injected",
                    "The injected current charges the membrane.",
                    "It brings V to where the feedback starts. A pulse of 0.5 ms is over before the spike has risen.",
                ),
                Choice(
                    "potassium",
                    "Potassium flows into the cell.",
                    "Potassium flows out, from −65 mV upwards: it pulls V down, towards −77 mV.",
                ),
                Choice(
                    "pump",
                    "The sodium-potassium pump.",
                    "The pump keeps the concentrations over minutes. It is far too slow, and not in these equations.",
                ),
            ),
        ),
        Question(
            "threshold",
            "Is there a voltage above which this neuron always spikes?",
            (
                Choice(
                    "right",
                    "No: it also depends on how V got there.",
                    "Yes, there is none. Under a slow ramp h has time to close and n to open, and no spike comes at "
                    "a voltage that was "
                    "enough before.",
                ),
                Choice(
                    "fixed",
                    "Yes, about −50 mV.",
                    "That is how the LIF neuron works. Here the threshold moves with m, h and n: try a slow ramp.",
                ),
                Choice(
                    "ena",
                    "Yes, E_Na.",
                    "E_Na is the ceiling: V stays below it even during a spike.",
                ),
                Choice(
                    "rest",
                    "Yes, any voltage above rest.",
                    "Small depolarisations die away: a sudden jump of less than about 6.5 mV gives no spike.",
                ),
            ),
        ),
        Question(
            "rebound",
            "A current of −3 µA/cm² flows for 50 ms and is switched off. What happens then?",
            (
                Choice(
                    "right",
                    "The neuron spikes once.",
                    "Yes, the anode break. While V was low, h opened and n closed; for a moment the neuron is "
                    "easier to excite.",
                ),
                Choice(
                    "nothing",
                    "V goes back to rest without a spike: the current was inhibitory.",
                    "That is what a LIF neuron does. Here the gates remember: what did h and n do meanwhile?",
                ),
                Choice(
                    "train",
                    "It fires on and on.",
                    "Going on needs a current that goes on. The memory of the gates lasts some milliseconds: one spike.",
                ),
                Choice(
                    "during",
                    "It spikes while the current flows.",
                    "While it flows V is below rest and sodium stays shut. The surprise comes after.",
                ),
            ),
        ),
        Question(
            "onset",
            "The current is raised from zero, in small steps from rest. With which rate does sustained firing begin?",
            (
                Choice(
                    "right",
                    "At once with about 50 Hz.",
                    "Yes: type II. The rate jumps, because firing begins on a cycle that exists already.",
                ),
                Choice(
                    "zero",
                    "Close to 0 Hz, then faster and faster.",
                    "That is type I, as in the LIF neuron. Here nothing between 0 and some 50 Hz can go on.",
                ),
                Choice(
                    "gate",
                    "With the rate of the slowest gate, 1 / τ_h, about 120 Hz.",
                    "The gates decide the rate together, and they change with V. Run it at 6.3 µA/cm² and count.",
                ),
                Choice(
                    "noise",
                    "With no definite rate: it is irregular at first.",
                    "There is no chance in these equations. Irregular firing needs noise.",
                ),
            ),
        ),
        Question(
            "block",
            "The current is raised further, to 160 µA/cm². What does the neuron do?",
            (
                Choice(
                    "right",
                    "It falls silent: V stays high, and the sodium channels stay inactivated.",
                    "Yes, depolarisation block. V never comes down far enough for h to open again.",
                ),
                Choice(
                    "faster",
                    "It fires faster and faster.",
                    "Up to some 150 µA/cm², yes. But each spike needs h to open again, and for that V has to fall.",
                ),
                Choice(
                    "limit",
                    "It fires at the highest rate that the refractory period allows.",
                    "That is the LIF neuron. Here the refractory period is not a rule but the state of h and n.",
                ),
                Choice(
                    "burst",
                    "It fires in bursts.",
                    "Bursts need a slow process that stops and starts the firing. There is none in this model.",
                ),
            ),
        ),
        Question(
            "ttx",
            "TTX shuts sodium channels, TEA potassium channels. What does a little TEA do to the spike?",
            (
                Choice(
                    "right",
                    "It becomes wider: V comes down more slowly.",
                    "Yes. Less potassium flows out, so V takes longer to fall; the inactivation of sodium still "
                    "ends the spike.",
                ),
                Choice(
                    "none",
                    "There is no spike any more.",
                    "That is TTX: without sodium nothing lifts V. TEA shuts channels that end the spike.",
                ),
                Choice(
                    "narrow",
                    "It becomes narrower.",
                    "Potassium ends the spike. With less of it, does the end come earlier or later?",
                ),
                Choice(
                    "rest",
                    "Nothing: only the resting potential changes.",
                    "It changes too, upwards. But look at the falling phase of the spike.",
                ),
            ),
        ),
    ),
)

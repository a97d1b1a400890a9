"""The quiz of chapter 12. The choice called "right" is right; the others are named after the misconception."""

from ._quiz import Choice, Question, Quiz

QUIZ = Quiz(
    chapter="12",
    title="Quiz: reduction and dynamics",
    questions=(
        Question(
            "nullcline",
            "In the phase plane a trajectory crosses the V-nullcline. In which direction does it go there?",
            (
                Choice("right", "Straight up or down.", "Yes: dV/dt = 0 there, so only the other state changes."),
                Choice(
                    "along",
                    "Along the nullcline.",
                    "A nullcline is not a path. It is the set of points where one of the two derivatives is 0.",
                ),
                Choice(
                    "horizontal",
                    "Straight to the left or right.",
                    "That is so on the other nullcline, where only V changes.",
                ),
                Choice("stops", "It stops there.", "It stops only where both nullclines cross: at a fixed point."),
            ),
        ),
        Question(
            "reduce",
            "Why may m be replaced by its steady value, but not n?",
            (
                Choice(
                    "right",
                    "m is much faster than V, n is as slow as a spike is long.",
                    "Yes: m has arrived before V has moved. Replacing n as well would take away what ends the spike.",
                ),
                Choice(
                    "small",
                    "m is small, so it does not matter.",
                    "m opens the sodium channels: without it there is no spike at all.",
                ),
                Choice(
                    "constant",
                    "m is nearly constant.",
                    "It goes from 0.05 to nearly 1 in each spike. It is fast, not constant.",
                ),
                Choice(
                    "power",
                    "m has the power 3, n the power 4.",
                    "The powers say how many gates a channel has. What counts here are the time constants.",
                ),
            ),
        ),
        Question(
            "hopf",
            "At a Hopf bifurcation the eigenvalues of the fixed point are ...",
            (
                Choice(
                    "right",
                    "a pair ± i ω.",
                    "Yes: the real part passes through 0, and a small swing neither grows nor fades.",
                ),
                Choice("zero", "one eigenvalue 0.", "That is a fold: two fixed points meet and vanish (or are born)."),
                Choice("positive", "both real and positive.", "That is an unstable node, far from a bifurcation."),
                Choice("equal", "two equal real ones.", "There a node becomes a focus. Its stability does not change."),
            ),
        ),
        Question(
            "onset",
            "A neuron begins to fire at 52 Hz, never slower. Which bifurcation may it have gone through?",
            (
                Choice(
                    "right",
                    "A fold of cycles, near a subcritical Hopf.",
                    "Yes: the cycle is there at full size and with its own frequency. So it is with Hodgkin and Huxley.",
                ),
                Choice(
                    "snic",
                    "A saddle-node on the cycle (SNIC).",
                    "There the period is infinite at the onset: firing begins as slowly as you like.",
                ),
                Choice(
                    "small",
                    "A supercritical Hopf.",
                    "There the frequency is above 0 too, but the swings are born with size 0: no spikes at first.",
                ),
                Choice(
                    "homoclinic",
                    "A homoclinic orbit to a saddle.",
                    "Near it the cycle lingers at the saddle, and its period goes to infinity.",
                ),
            ),
        ),
        Question(
            "bistable",
            "Between 6.3 and 9.8 uA/cm2 the Hodgkin-Huxley neuron can rest or fire. What lies between the two?",
            (
                Choice(
                    "right",
                    "An unstable limit cycle.",
                    "Yes: inside it swings die out, outside they grow to spikes. A short pulse can carry the neuron across.",
                ),
                Choice(
                    "threshold",
                    "A threshold voltage.",
                    "The border is a surface in four dimensions. V alone does not decide.",
                ),
                Choice("nothing", "Nothing: chance decides.", "There is no chance in the equations. The start decides."),
                Choice(
                    "saddle",
                    "A saddle point.",
                    "In this range there is one fixed point only, and it is stable.",
                ),
            ),
        ),
    ),
)

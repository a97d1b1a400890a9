"""The quiz of chapter 10. The choice called "right" is right; the others are named after the misconception."""

from ._quiz import Choice, Question, Quiz

QUIZ = Quiz(
    chapter="10",
    title="Quiz: the leaky integrate-and-fire neuron",
    questions=(
        Question(
            "rheobase",
            "The membrane time constant τ_m is doubled, everything else stays. What happens to the rheobase?",
            (
                Choice(
                    "right",
                    "Nothing.",
                    "Yes: the rheobase is (V_th − E_L) / R_m. A slow membrane gets there later, but as high.",
                ),
                Choice(
                    "doubles",
                    "It doubles: a slow neuron needs more current.",
                    "It needs more time, not more current. Where does V settle under a constant current? τ_m is not "
                    "in that formula.",
                ),
                Choice(
                    "halves",
                    "It halves: the charge leaks away more slowly.",
                    "True for a short pulse, where charge counts. The rheobase is about a current that lasts for ever.",
                ),
                Choice(
                    "depends",
                    "That depends on the refractory period.",
                    "The refractory period begins after a spike. The rheobase decides whether there is a first one.",
                ),
            ),
        ),
        Question(
            "spike",
            "Many pictures of an integrate-and-fire neuron show spikes up to +20 mV. Where do they come from?",
            (
                Choice(
                    "right",
                    "They are drawn in afterwards.",
                    "Yes. The model ends at the threshold; the spike is a time, not a shape.",
                ),
                Choice(
                    "sodium",
                    "From the sodium current in the equation.",
                    "There is only a leak in this equation. Sodium comes in the next chapter, and then the spike "
                    "has a shape.",
                ),
                Choice(
                    "overshoot",
                    "V overshoots, because a time step is not infinitely short.",
                    "The step lets V pass V_th by a fraction of a millivolt, not by 70 mV.",
                ),
                Choice(
                    "threshold",
                    "From the threshold, which lies at +20 mV.",
                    "The threshold lies near −50 mV. When V reaches it, V is set back; it never comes to 0 mV.",
                ),
            ),
        ),
        Question(
            "limit",
            "The refractory period is 2 ms. How fast can the neuron fire, if the current is as large as you like?",
            (
                Choice(
                    "right",
                    "Up to 500 Hz.",
                    "Yes: with a huge current the climb takes no time, and 2 ms per spike remain: 1000 / 2 = 500 Hz.",
                ),
                Choice(
                    "unlimited",
                    "As fast as you like.",
                    "Without a refractory period, yes. But after each spike the neuron now waits 2 ms, whatever the "
                    "current.",
                ),
                Choice(
                    "tau",
                    "1000 / τ_m = 100 Hz.",
                    "τ_m does not limit the rate: with a large current V reaches the threshold in a small part of τ_m.",
                ),
                Choice(
                    "half",
                    "250 Hz, because of the time to climb as well.",
                    "The climb gets shorter and shorter as the current grows. What remains in the end?",
                ),
            ),
        ),
        Question(
            "noise",
            "The mean current is 20 % below the rheobase. Now noise is added, with mean 0. What happens?",
            (
                Choice(
                    "right",
                    "The neuron fires, at irregular times.",
                    "Yes. Now and then the noise carries V over the threshold. Such spikes are irregular: their CV "
                    "is large.",
                ),
                Choice(
                    "silent",
                    "Nothing: the mean is still too small.",
                    "The threshold is not crossed by the mean, but by V itself, and V now wanders around its mean.",
                ),
                Choice(
                    "regular",
                    "The neuron fires regularly.",
                    "Regular firing needs a drive that leads over the threshold by itself. Here chance decides when.",
                ),
                Choice(
                    "cancels",
                    "The noise averages out, so V stays at its mean.",
                    "Over a long time the average of V is the mean; at each moment V is somewhere else.",
                ),
            ),
        ),
        Question(
            "dt",
            "You simulate with Euler steps of 1 ms instead of 0.1 ms. Which statement is right?",
            (
                Choice(
                    "right",
                    "Each spike time is now uncertain by up to 1 ms.",
                    "Yes: a threshold is only looked at once per step. High rates come out wrong first.",
                ),
                Choice(
                    "same",
                    "Nothing changes as long as the run is stable.",
                    "Stable is not yet accurate. The spike can only be seen at the end of a step.",
                ),
                Choice(
                    "unstable",
                    "With τ_m = 10 ms the run explodes.",
                    "Euler explodes for steps above 2 τ_m = 20 ms. At 1 ms it is stable, and only inaccurate.",
                ),
                Choice(
                    "speed",
                    "The neuron fires ten times more slowly.",
                    "The step is in the equation: ten times fewer steps, each ten times longer. The rate stays "
                    "nearly the same.",
                ),
            ),
        ),
    ),
)

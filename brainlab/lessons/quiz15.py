"""The quiz of chapter 15. The choice called "right" is right; the others are named after the misconception."""

from ._quiz import Choice, Question, Quiz

QUIZ = Quiz(
    chapter="15",
    title="Quiz: memory as an attractor",
    questions=(
        Question(
            "where",
            "Three letters are stored in 35 neurons. Where is the H?",
            (
                Choice(
                    "right",
                    "In all weights: each carries a part of every letter.",
                    "Yes: so you can cut many of them and lose none of the letters, only some strength of each.",
                ),
                Choice(
                    "cell",
                    "In one neuron, which answers if it sees an H.",
                    "All 35 neurons are pixels. None of them stands for a letter.",
                ),
                Choice(
                    "address",
                    "In a third of the weights, which have been set aside for it.",
                    "So a computer would do it, with an address for each. Here H has changed every single weight.",
                ),
                Choice(
                    "state",
                    "In the state of the neurons, which must be kept up.",
                    "The state may be anything: it comes back to H by itself. What remembers are the weights.",
                ),
            ),
        ),
        Question(
            "inverse",
            "You have stored one pattern, and nothing else. Which state is a memory too?",
            (
                Choice(
                    "right",
                    "Its inverse: each +1 a -1, each -1 a +1.",
                    "Yes: the weights are products, and so is the energy. Neither notices if all signs change.",
                ),
                Choice(
                    "none",
                    "None: only what was stored is an attractor.",
                    "The field of the inverse is the inverse of the field: it stays as well as the pattern does.",
                ),
                Choice(
                    "mirror",
                    "Its mirror image, left and right exchanged.",
                    "The network knows nothing of left and right: shuffle the pixels, and nothing changes for it.",
                ),
                Choice(
                    "every",
                    "Every state with an even number of wrong pixels.",
                    "Such a state flows to the pattern or to its inverse, whichever is nearer.",
                ),
            ),
        ),
        Question(
            "together",
            "Symmetric weights, no temperature, but all neurons are updated at the same moment. What can happen?",
            (
                Choice(
                    "right",
                    "It can go to and fro between two states for ever.",
                    "Yes: each hears what the others were. With symmetric weights the period is 1 or 2, never more.",
                ),
                Choice(
                    "faster",
                    "It rests in the same state as one by one, only sooner.",
                    "Often it does rest. But the proof that the energy falls needs all others to stand still meanwhile.",
                ),
                Choice(
                    "chaos",
                    "It can wander about without ever repeating itself.",
                    "There are finitely many states, and no dice: something must repeat, here after two steps at most.",
                ),
                Choice(
                    "blank",
                    "All neurons take the same sign.",
                    "They look at the same moment, but each at a field of its own.",
                ),
            ),
        ),
        Question(
            "blackout",
            "1000 neurons recall 100 random patterns by Hebb's rule nearly without an error. You store 200 more. What is "
            "left?",
            (
                Choice(
                    "right",
                    "Hardly anything: the old ones are lost with the new ones.",
                    "Yes: each new pattern is noise for all others, and beyond 0.138 N errors breed errors.",
                ),
                Choice(
                    "old",
                    "The first 138; there is no room for the others.",
                    "There are no places to be filled. All patterns lie in the same weights, and all weights have changed.",
                ),
                Choice(
                    "new",
                    "The last 138: the new has overwritten the old.",
                    "Hebb adds: the sum does not know what came last. (A rule that forgets would behave so.)",
                ),
                Choice(
                    "blurred",
                    "All 300, each with a few wrong pixels more than before.",
                    "Just after one step this is what you see. But wrong pixels make the fields of the others wrong too.",
                ),
            ),
        ),
        Question(
            "alike",
            "The letters B, C, D, E in 35 neurons: 4 / 35 is less than 0.138. Hebb's rule keeps none of them. Why?",
            (
                Choice(
                    "right",
                    "They resemble each other, so that their noise is no noise.",
                    "Yes: what they share adds up in every field. Divide it out (pseudo-inverse), and all four stay.",
                ),
                Choice(
                    "small",
                    "The limit of 0.138 needs thousands of neurons.",
                    "With 35 neurons the edge is not sharp. But of four random patterns nearly every one is kept.",
                ),
                Choice(
                    "often",
                    "They were shown too seldom for the weights to become strong.",
                    "Ten times the weights give ten times the field, and the same signs. Showing it again changes nothing.",
                ),
                Choice(
                    "order",
                    "The neurons were updated in an order that was not lucky.",
                    "A state that stays does so in every order, and none of these letters does.",
                ),
            ),
        ),
        Question(
            "softmax",
            "A modern Hopfield network takes softmax(beta overlaps) of its patterns. beta is made very small. What comes "
            "back?",
            (
                Choice(
                    "right",
                    "The mean of all patterns, whatever was asked.",
                    "Yes: all get the same weight. With a large beta the nearest one gets all of it.",
                ),
                Choice(
                    "nearest",
                    "The nearest pattern, only more slowly.",
                    "beta is no speed. It says how much more the nearest counts than the next one.",
                ),
                Choice(
                    "query",
                    "What was asked, unchanged.",
                    "The answer is made of stored patterns only. The question just says how much of each.",
                ),
                Choice(
                    "zero",
                    "Nothing: all weights go to 0.",
                    "The weights of a softmax have the sum 1. For 100 patterns each gets 1 / 100.",
                ),
            ),
        ),
    ),
)

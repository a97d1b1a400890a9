"""The quiz of chapter 14. The choice called "right" is right; the others are named after the misconception."""

from ._quiz import Choice, Question, Quiz

QUIZ = Quiz(
    chapter="14",
    title="Quiz: populations and balance",
    questions=(
        Question(
            "irregular",
            "A neuron of a balanced network gets much more excitation than it takes to fire. Why does it fire irregularly?",
            (
                Choice(
                    "right",
                    "Inhibition cancels the mean of it, and chance is left.",
                    "Yes: what is left of the mean is little more than a threshold, and chance decides when it is crossed.",
                ),
                Choice(
                    "noise",
                    "Real neurons are noisy, and the model has that noise in it.",
                    "Not these. COBA has no noise, not even from outside, and its neurons are irregular all the same.",
                ),
                Choice(
                    "weak",
                    "Each single excitatory synapse is too weak.",
                    "Hundreds of them together are strong: without inhibition the neuron fires like a clock.",
                ),
                Choice(
                    "rhythm",
                    "A rhythm of the network switches it on and off.",
                    "That would make it regular. Where there are waves, each finds other neurons: which ones is chance.",
                ),
            ),
        ),
        Question(
            "fast",
            "The rate of a network swings 180 times a second. What do its single neurons do?",
            (
                Choice(
                    "right",
                    "Each joins some of the waves, now and then.",
                    "Yes: which ones is a matter of chance. Only all of them together have the rhythm.",
                ),
                Choice(
                    "follow",
                    "Each fires about 180 times a second, in step with the others.",
                    "Then each would be a clock. But each fires less often than that, and not evenly.",
                ),
                Choice(
                    "pacemaker",
                    "A few fast ones lead, and the others follow.",
                    "All neurons here are alike. The rhythm comes from inhibition that arrives one delay too late.",
                ),
                Choice(
                    "half",
                    "Half of them fire in one wave, the other half in the next one.",
                    "Nobody takes turns: each wave finds the neurons that happen to be near their threshold.",
                ),
            ),
        ),
        Question(
            "saddle",
            "Silence and activity are both stable in one circuit. What is the fixed point between them?",
            (
                Choice(
                    "right",
                    "The border: who starts on its one side ends silent, on the other side active.",
                    "Yes: a saddle. What starts exactly on its border stays there, which no real circuit can do.",
                ),
                Choice(
                    "middle",
                    "A third state of medium activity, in which the circuit rests after a weak kick.",
                    "It is not stable: the least deviation grows. A weak kick fades, back to silence.",
                ),
                Choice(
                    "centre",
                    "The centre of a rhythm between the two.",
                    "A rhythm goes round a focus. Round this point nothing goes: it attracts one way and repels the other.",
                ),
                Choice(
                    "artefact",
                    "A product of the mathematics that no experiment could ever notice.",
                    "It shows: it decides how strong a kick must be to be remembered.",
                ),
            ),
        ),
        Question(
            "push",
            "Excitation alone would explode (w_EE = 2); inhibition holds it. INHIBITORY cells get more input. In the end",
            (
                Choice(
                    "right",
                    "both populations fire less.",
                    "Yes: E falls, and with it most of what drives I. It loses more than it was given.",
                ),
                Choice(
                    "plain",
                    "the inhibitory cells fire more, the excitatory ones less.",
                    "So it begins. Then E has fallen so far that I loses more than it was given. That needs w_EE above 1.",
                ),
                Choice(
                    "explosion",
                    "both fire more.",
                    "More inhibition means less E, in any case.",
                ),
                Choice(
                    "constant",
                    "the inhibitory cells fire as before, the excitatory ones less.",
                    "That is the border, w_EE = 1, exactly.",
                ),
            ),
        ),
        Question(
            "scaling",
            "K goes from 100 to 10 000 inputs, and the weights fall as 1/√K. What becomes of the input of a cell?",
            (
                Choice(
                    "right",
                    "Excitation grows tenfold; the spread of the sum stays.",
                    "Yes: K/√K = √K for the mean of each, and √K/√K = 1 for the chance in it.",
                ),
                Choice(
                    "average",
                    "With so many inputs chance averages out, and the cell becomes regular.",
                    "It would with weights as 1/K. K random inputs spread as √K, and 1/√K just makes up for that.",
                ),
                Choice(
                    "same",
                    "Nothing changes: weaker weights make up for more inputs.",
                    "So it is for the spread. The mean of the excitation alone has K/√K, and grows.",
                ),
                Choice(
                    "explodes",
                    "The cell is always active, since its excitation grows without end.",
                    "Inhibition grows just as much: the network settles where the two cancel.",
                ),
            ),
        ),
    ),
)

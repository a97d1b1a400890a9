"""The quiz of chapter 9. The choice called "right" is right; the others are named after the misconception."""

from ._quiz import Choice, Question, Quiz

QUIZ = Quiz(
    chapter="9",
    title="Quiz: noise, memory, delay",
    questions=(
        Question(
            "halve",
            "A simulation of noise is run again with half the time step. By how much must each random kick shrink?",
            (
                Choice(
                    "right", "By √2.", "Yes: variances add, so n kicks of variance dt make variance n dt, however n is cut."
                ),
                Choice(
                    "half",
                    "By 2, like everything else in the step.",
                    "Then the noise fades as dt goes to 0: twice as many kicks of half the size have half the variance.",
                ),
                Choice("same", "Not at all.", "Then there would be twice as many kicks, and twice the variance."),
                Choice(
                    "quarter", "By 4.", "The variance of a kick is proportional to dt, so its size goes with the root of dt."
                ),
            ),
        ),
        Question(
            "strong",
            "Euler-Maruyama has strong order 1/2. What does that say?",
            (
                Choice(
                    "right",
                    "With a quarter of the step, a path comes twice as near to the true one.",
                    "Yes: the error of single paths goes with the root of dt; a quarter of dt halves it.",
                ),
                Choice(
                    "wrong half the time",
                    "Half of the paths are wrong.",
                    "All paths have errors. The order says how fast these shrink with dt.",
                ),
                Choice(
                    "mean",
                    "The mean over many paths has an error of order √dt.",
                    "Means are the business of the weak order, and that is 1: the errors of single paths partly cancel.",
                ),
                Choice(
                    "halves",
                    "Half the step, half the error.",
                    "That would be order 1, as Milstein's method has for noise that depends on x.",
                ),
            ),
        ),
        Question(
            "ito",
            "When do Ito's and Stratonovich's readings of dx = f dt + g(x) dW differ?",
            (
                Choice(
                    "right",
                    "When g depends on x.",
                    "Yes. If g moves during a step, it matters whether it is taken at the beginning or in the middle.",
                ),
                Choice(
                    "always", "Always.", "If g is constant, beginning and middle of a step are the same, and so are the two."
                ),
                Choice(
                    "large dt",
                    "Only when dt is large.",
                    "The difference stays as dt goes to 0: the drifts differ by g g' / 2. They are two different equations.",
                ),
                Choice(
                    "never",
                    "Never, these are two names of one thing.",
                    "For dx = x dW the mean stays (Ito) or grows as exp(t / 2) (Stratonovich).",
                ),
            ),
        ),
        Question(
            "memory",
            "An ordinary relaxation has fallen to 2e-9 after 20 time constants. One of order α = 1/2 is at 0.12. Why?",
            (
                Choice(
                    "right",
                    "It forgets by a power law, not exponentially.",
                    "Yes: the tail goes as t to the power −α. Neurons that adapt on many time scales do something like it.",
                ),
                Choice(
                    "slower",
                    "Its time constant is ten times longer.",
                    "At the beginning it even falls faster. No exponential has such a tail.",
                ),
                Choice(
                    "numerics",
                    "The method is inexact: a true solution falls to 0.",
                    "The exact solution, a Mittag-Leffler function, has this tail.",
                ),
                Choice(
                    "noise",
                    "Chance holds it up.",
                    "There is no noise in this equation. The past itself, summed up, holds it back.",
                ),
            ),
        ),
        Question(
            "cost",
            "A fractional equation is run twice as long, with the same step and full memory. What does a direct sum cost?",
            (
                Choice("right", "About four times as much.", "Yes: each step sums over all before it: n steps, n²/2 terms."),
                Choice("twice", "Twice as much.", "That is so for ordinary equations. Here the later steps cost more."),
                Choice(
                    "same",
                    "The same: only the newest steps count.",
                    "That would be the short-memory approximation, which has an error that must be stated.",
                ),
                Choice(
                    "exponential",
                    "It explodes exponentially.",
                    "The sum has one term for each step of the past: that grows in proportion, not exponentially.",
                ),
            ),
        ),
        Question(
            "delay",
            "x' = −x(t − τ) goes to 0 without a delay. What does a longer and longer delay do?",
            (
                Choice(
                    "right",
                    "Beyond τ = π/2 it swings more and more.",
                    "Yes: the correction comes when x is already on the other side, and pushes the wrong way.",
                ),
                Choice(
                    "later",
                    "It goes to 0 as well, only later.",
                    "For short delays. But an answer that comes a quarter of a period late pushes the wrong way.",
                ),
                Choice(
                    "blow up",
                    "Any delay makes it explode.",
                    "Up to 1/e it does not even swing; up to π/2 the swings die out.",
                ),
                Choice(
                    "noise",
                    "It becomes irregular.",
                    "A linear equation cannot be chaotic. That takes a nonlinearity, as in Mackey and Glass.",
                ),
            ),
        ),
    ),
)

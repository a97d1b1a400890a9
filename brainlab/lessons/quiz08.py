"""The quiz of chapter 8. The choice called "right" is right; the others are named after the misconception."""

from ._quiz import Choice, Question, Quiz

QUIZ = Quiz(
    chapter="8",
    title="Quiz: integrators",
    questions=(
        Question(
            "cliff",
            "A membrane with τ = 10 ms relaxes to rest. Euler's method takes steps of 21 ms. What does V do?",
            (
                Choice(
                    "right",
                    "It jumps from side to side, further each time.",
                    "Yes. Each step multiplies the distance from rest by 1 − 2.1 = −1.1.",
                ),
                Choice(
                    "inexact",
                    "It relaxes too, with a visible error.",
                    "Below 20 ms it does. Beyond the cliff there is no small error: each step makes it larger.",
                ),
                Choice(
                    "skips",
                    "It is at rest after one step, because the step is longer than τ.",
                    "That is what happens at dt = τ exactly. A longer step goes beyond the rest, to the other side.",
                ),
                Choice(
                    "constant",
                    "It jumps to and fro between two values for ever.",
                    "That is the edge itself, dt = 2 τ. Here the step is 5 % longer.",
                ),
            ),
        ),
        Question(
            "order",
            "You halve the step of a method of order 4. What happens to the error at the end of the run?",
            (
                Choice("right", "It becomes 16 times smaller.", "Yes: 2 to the power of 4."),
                Choice(
                    "four",
                    "It becomes 4 times smaller, for four slopes per step.",
                    "How many slopes a step takes is its cost. The order is the exponent of dt: 2 to the power of 4.",
                ),
                Choice(
                    "half",
                    "It becomes half as large, as the step does.",
                    "That would be order 1, Euler's.",
                ),
                Choice(
                    "more steps",
                    "It stays: twice as many steps make twice as many errors.",
                    "Twice as many, but each is 32 times smaller. The order has counted this already: 32 / 2 = 16.",
                ),
            ),
        ),
        Question(
            "spring",
            "A spring without friction, by Euler's method. How short must the step be for the energy to stay?",
            (
                Choice(
                    "two",
                    "Shorter than 2 divided by the frequency.",
                    "That is the rule for real eigenvalues. Here they are imaginary, and 1 + i dt ω is always longer "
                    "than 1.",
                ),
                Choice(
                    "right",
                    "There is no such step.",
                    "Yes. Each step multiplies the energy by 1 + (dt ω)², which is more than 1 for every dt. Take RK4.",
                ),
                Choice(
                    "period",
                    "A hundred steps per turn are enough for that.",
                    "In a hundred steps the energy becomes (1 + 0.0628²)¹⁰⁰ = 1.48 times as much. In every turn.",
                ),
                Choice(
                    "rounding",
                    "Short enough for float32, about 1e-7 of a turn.",
                    "The energy does not grow because of rounding. Exact arithmetic with Euler's steps would give the same.",
                ),
            ),
        ),
        Question(
            "exact",
            "When is a step of exponential Euler without any error?",
            (
                Choice(
                    "always",
                    "Always: it follows the exponential instead of a line.",
                    "Only if the curve is this exponential. It keeps the others still during the step, and they move.",
                ),
                Choice(
                    "stable",
                    "Whenever dt is below the cliff.",
                    "It has no cliff for a leak. But stable is not exact: with a drive that changes it has order 1.",
                ),
                Choice(
                    "small",
                    "When dt is much shorter than τ.",
                    "Then every method is good. The point is that here dt may be as long as you like.",
                ),
                Choice(
                    "right",
                    "When the equation is linear and nothing else changes during the step.",
                    "Yes: a leak to a fixed target, as V of a LIF neuron under a constant current.",
                ),
            ),
        ),
        Question(
            "splitting",
            "In a loop a student writes `V = V + dt * dV(V, n)` and then `n = n + dt * dn(n, V)`. Which method is that?",
            (
                Choice(
                    "euler",
                    "Euler's method for both equations.",
                    "Almost: but the second line uses the V of the first. Euler takes both slopes at the same moment.",
                ),
                Choice(
                    "bug",
                    "A mistake: it converges to another solution.",
                    "It converges to the right one as dt becomes small: the order is 1, as Euler's.",
                ),
                Choice(
                    "right",
                    "A splitting: first V moves, then n with the new V.",
                    "Yes. It is another method than Euler's, and often a better one. But one should know which one uses.",
                ),
                Choice(
                    "heun",
                    "A method of order 2, because it uses new values.",
                    "Heun takes the mean of old and new slopes. Here each variable takes one slope, and the order stays 1.",
                ),
            ),
        ),
    ),
)

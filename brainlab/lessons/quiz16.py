"""The quiz of chapter 16. The choice called "right" is right; the others are named after the misconception."""

from ._quiz import Choice, Question, Quiz

QUIZ = Quiz(
    chapter="16",
    title="Quiz: continuous attractors",
    questions=(
        Question(
            "narrow",
            "A field has a narrow bump and a wide one at which everything stands still. What is the narrow one?",
            (
                Choice(
                    "right",
                    "A threshold: what is narrower dies, what is wider grows into the wide one.",
                    "Yes. It is what the saddle was for two populations: the border between silence and activity.",
                ),
                Choice(
                    "memory",
                    "A second memory, for weak stimuli.",
                    "It does not last: the smallest change of its width grows, until it is gone or wide.",
                ),
                Choice(
                    "grid",
                    "A product of the grid on which the field is computed.",
                    "The equation itself has both: W(D) rises and falls again, and passes -h twice.",
                ),
                Choice(
                    "noise",
                    "What noise makes of the wide one.",
                    "There is no noise in it. Noise moves a bump to the side, since only there nothing holds it.",
                ),
            ),
        ),
        Question(
            "zero",
            "A ring of noisy cells remembers an angle. Why does its bump drift, while its height hardly changes?",
            (
                Choice(
                    "right",
                    "A displaced bump is as good as before: nothing pushes it back. A higher one is pushed back.",
                    "Yes: one eigenvalue is 0, that of the displacement. All others are below 0.",
                ),
                Choice(
                    "stronger",
                    "Noise is stronger at the sides of the bump than on its top.",
                    "It is the same everywhere. What differs is what becomes of it.",
                ),
                Choice(
                    "unstable",
                    "Because the bump is unstable: each displacement grows by itself.",
                    "Then it would run away exponentially. It goes as chance goes, the variance in proportion to time.",
                ),
                Choice(
                    "weights",
                    "Because its weights are not exactly symmetric.",
                    "Then it would move in one direction, without any noise. That is what integrates a path.",
                ),
            ),
        ),
        Question(
            "variance",
            "A memory of an angle has drifted by 4 degrees after 1 s (standard deviation). And after 4 s?",
            (
                Choice(
                    "right",
                    "By 8 degrees.",
                    "Yes: the variance is four times as large, and the standard deviation is its root.",
                ),
                Choice(
                    "linear",
                    "By 16 degrees.",
                    "So it would be if it kept its direction. But it turns as often as it goes on.",
                ),
                Choice(
                    "settled",
                    "Still by 4 degrees: it has come to rest.",
                    "It would if something pulled it back. Along a line of memories nothing does.",
                ),
                Choice(
                    "variance",
                    "By 64 degrees.",
                    "The variance in degrees² is 16 after 1 s, and 64 after 4 s. The drift is the root of that.",
                ),
            ),
        ),
        Question(
            "anticipation",
            "Cells that have been active for a while get tired. Why can the bump then run AHEAD of a moving stimulus?",
            (
                Choice(
                    "right",
                    "Behind it cells are tired, ahead of it they are fresh: it is pushed forwards.",
                    "Yes. Tired enough, it runs without any stimulus, and a stimulus that is slower than that is overtaken.",
                ),
                Choice(
                    "prediction",
                    "It has learnt how fast the stimulus is, and computes where it will be.",
                    "Nothing is learnt here, and nobody knows the speed. It is a push to the side.",
                ),
                Choice(
                    "faster",
                    "Tired cells react faster.",
                    "They react less. But that is so behind the bump more than ahead of it.",
                ),
                Choice(
                    "delay",
                    "The stimulus arrives with a delay, which makes it look late.",
                    "There is no delay in the model. Without tiredness the bump is always behind.",
                ),
            ),
        ),
        Question(
            "late",
            "Two groups race, and group 1 has just won. Now the evidence turns round: somewhat more dots move to side 2.",
            (
                Choice(
                    "right",
                    "Group 1 stays active: it holds group 2 down by more than the evidence lifts it.",
                    "Yes. Only evidence so strong that the state itself vanishes can still change it.",
                ),
                Choice(
                    "sum",
                    "Group 2 takes over as soon as all the evidence added up is for side 2.",
                    "That would be an ideal adder. This one adds as long as it is undecided; then it holds.",
                ),
                Choice(
                    "tie",
                    "Both become active to the same degree.",
                    "That state exists, but it is a saddle: the smallest difference grows.",
                ),
                Choice(
                    "noise",
                    "That depends on noise alone.",
                    "Noise decides while the state is near the saddle. Far from it, it only trembles.",
                ),
            ),
        ),
    ),
)

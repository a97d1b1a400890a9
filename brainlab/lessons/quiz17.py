"""The quiz of chapter 17. The choice called "right" is right; the others are named after the misconception."""

from ._quiz import Choice, Question, Quiz

QUIZ = Quiz(
    chapter="17",
    title="Quiz: guess and verify",
    questions=(
        Question(
            "egg",
            "Why does it not work to find the outline of a thing first, and then to ask what it is?",
            (
                Choice(
                    "right",
                    "Which edges belong to it depends on what it is.",
                    "Yes: edges of the thing, of its shadow and of what lies around it look alike, seen from near by.",
                ),
                Choice(
                    "slow",
                    "It does work, but finding outlines takes too long.",
                    "Time does not help: in the panel the best region of all has a quarter of the thing in common with it.",
                ),
                Choice(
                    "faint",
                    "Most outlines are too faint to be found.",
                    "In a scene of black and white no edge is faint. There are too many of them, not too few.",
                ),
                Choice(
                    "order",
                    "It is the other way round: first know what it is, and then the outline follows.",
                    "That is the egg instead of the hen: most of what such a look compares is not the thing at all.",
                ),
            ),
        ),
        Question(
            "coarse",
            "There is noise in every pixel. Why is the coarse picture read better than its details?",
            (
                Choice(
                    "right",
                    "Digits differ mostly in what is large, and noise is the same in both.",
                    "Yes: the same noise falls on all waves, but long waves carry most of what tells digits apart.",
                ),
                Choice(
                    "free",
                    "The coarse picture has no noise.",
                    "It has as much in each of its waves as the details have. But more of what differs is there, too.",
                ),
                Choice(
                    "more",
                    "The coarse picture contains more numbers.",
                    "It contains fewer. How much they tell is another matter.",
                ),
                Choice(
                    "always",
                    "Blurring makes every picture easier to read, with noise or without it.",
                    "Blurring takes something away, and puts in nothing. Blur too much, and all digits are the same spot.",
                ),
            ),
        ),
        Question(
            "imitates",
            "What does the coarse network learn from?",
            (
                Choice(
                    "right",
                    "From the code that the fine network has for the same picture.",
                    "Yes: nobody tells it a label. So it has to say only what the other one would say later.",
                ),
                Choice(
                    "taught",
                    "From the labels, as the fine network does, but with less time.",
                    "It could. Then the two would have codes of their own, and could not be compared number by number.",
                ),
                Choice(
                    "pixels",
                    "From the pixels that the fine network gets.",
                    "It never sees them: it sees the blurred picture, and is told what the other makes of the sharp one.",
                ),
                Choice(
                    "nothing",
                    "It learns nothing; its weights are part of the fine network.",
                    "It has weights of its own, and only one layer of them. That is why it answers first.",
                ),
            ),
        ),
        Question(
            "hurts",
            "Gaussian noise falls on all pixels alike. Feedback with a mask reads such digits worse than none. Why?",
            (
                Choice(
                    "right",
                    "No pixel belongs to something else, and the mask throws some away.",
                    "Yes: each pixel still says something about the digit. A mask is an assumption, and here it is wrong.",
                ),
                Choice(
                    "guess",
                    "The first guess is wrong, and all others follow it.",
                    "All ten guesses may be verified, and it is still worse. The first guess is not the reason.",
                ),
                Choice(
                    "time",
                    "There are too few iterations for so much noise.",
                    "After three or four of them hardly anything changes any more.",
                ),
                Choice(
                    "gain",
                    "The gain is too small to remove all the noise.",
                    "With a larger one more is thrown away, and more digits are misread.",
                ),
            ),
        ),
        Question(
            "few",
            "Only three guesses are verified instead of ten. What does it cost?",
            (
                Choice(
                    "right",
                    "Each digit that is not among the first three is lost.",
                    "Yes: what the fast path does not think of, the slow path never looks for. In return it is done sooner.",
                ),
                Choice(
                    "nothing",
                    "Nothing, since the first guess is right anyway.",
                    "For clean digits nearly so. With something in front the first guess is wrong for every second digit.",
                ),
                Choice(
                    "mask",
                    "The masks of the three become less exact.",
                    "Each guess is verified by itself, with as many iterations as before.",
                ),
                Choice(
                    "third",
                    "About two thirds of the digits, as only three of ten kinds can be recognised.",
                    "The three are chosen anew for each picture, and mostly the right one is among them.",
                ),
            ),
        ),
        Question(
            "strong",
            "The gain of the feedback is 3 and the picture is clean. Nearly every digit is misread. What happens?",
            (
                Choice(
                    "right",
                    "Pixels that contradict a guess are not believed, so a wrong one wins.",
                    "Yes: what does not fit is taken for something in front, and what is expected is seen in its place.",
                ),
                Choice(
                    "noise",
                    "The feedback amplifies noise in the picture.",
                    "There is none: the digits are clean. It is the expectation that is amplified.",
                ),
                Choice(
                    "first",
                    "The first guess always wins.",
                    "The first guess is right for nine of ten clean digits. If it won, nearly all would be read rightly.",
                ),
                Choice(
                    "blank",
                    "Everything is masked, so that nothing at all is seen.",
                    "Some of it is masked. What is seen there is not nothing, but what the guess expects.",
                ),
            ),
        ),
    ),
)

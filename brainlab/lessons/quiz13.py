"""The quiz of chapter 13. The choice called "right" is right; the others are named after the misconception."""

from ._quiz import Choice, Question, Quiz

QUIZ = Quiz(
    chapter="13",
    title="Quiz: synapses, events, networks",
    questions=(
        Question(
            "shunt",
            "The channels of a synapse reverse at −70 mV, and the neuron rests at −70 mV. A spike opens them. What happens?",
            (
                Choice(
                    "right",
                    "V stays, but other inputs have less effect.",
                    "Yes: no driving force, no current. But the open channels are a leak that pulls V back: a shunt.",
                ),
                Choice(
                    "weight",
                    "V falls: the synapse is inhibitory, so its current is outward.",
                    "The current is g (E_rev - V), and that is 0 here. A conductance has a destination, not a sign.",
                ),
                Choice(
                    "nothing",
                    "Nothing at all: it might as well not be there.",
                    "No current flows, but the membrane leaks more: excitation that comes now moves V less.",
                ),
                Choice(
                    "rises",
                    "V rises, as at any synapse.",
                    "It would rise if E_rev lay above V. Open channels pull V to their reversal potential, wherever it is.",
                ),
            ),
        ),
        Question(
            "block",
            "Glutamate sits on the NMDA channels of a neuron at −70 mV, and hardly any current flows. Why?",
            (
                Choice(
                    "right",
                    "A magnesium ion sits in most of the pores.",
                    "Yes: about 4 % are free at −70 mV, and four fifths at 0 mV. It takes a spike, and a V that is up.",
                ),
                Choice(
                    "reversal",
                    "−70 mV is the reversal potential of NMDA channels.",
                    "That is near 0 mV, as for AMPA: at −70 mV the driving force is even large.",
                ),
                Choice(
                    "slow",
                    "They open so slowly that the current comes later.",
                    "They rise within some ms. At −70 mV there is hardly any current later either.",
                ),
                Choice(
                    "closed",
                    "Without a spike of the neuron itself the channels cannot open.",
                    "They are open, and plugged. Any depolarisation helps, with or without a spike.",
                ),
            ),
        ),
        Question(
            "events",
            "4000 neurons make 80 synapses each and fire at 10 Hz; a step is 0.1 ms. How many synapses have work in a step?",
            (
                Choice(
                    "right",
                    "About 320.",
                    "Yes: 4000 × 10 Hz × 0.1 ms = 4 spikes, with 80 synapses each. All others have nothing to do.",
                ),
                Choice(
                    "all synapses",
                    "320 000, since there are that many.",
                    "A sparse product looks at them all. But only those of the 4 neurons that spike carry anything.",
                ),
                Choice(
                    "all pairs",
                    "16 million: one for each pair of neurons.",
                    "That is what a dense product multiplies: zeros of the matrix, and zeros among the spikes.",
                ),
                Choice(
                    "per second",
                    "3.2 million.",
                    "That is the number in one second, 4000 × 10 × 80. A step is a ten-thousandth of that.",
                ),
            ),
        ),
        Question(
            "tired",
            "A depressing synapse (recovery 800 ms) gets 50 Hz for long, then 100 Hz. What becomes of its current?",
            (
                Choice(
                    "right",
                    "Just after the change it jumps; in the end it is nearly what it was.",
                    "Yes: twice as many spikes, each half as large. What remains is that something has changed.",
                ),
                Choice(
                    "double",
                    "It doubles, and stays there.",
                    "So it would if every spike released as much. But the resources come back only with 1 / (800 ms).",
                ),
                Choice(
                    "half",
                    "It falls to half.",
                    "Each spike releases half as much, but there are twice as many of them.",
                ),
                Choice(
                    "nothing at all",
                    "Nothing: the synapse is empty already.",
                    "At the moment of the change the spikes are as large as before and come twice as fast: it jumps first.",
                ),
            ),
        ),
        Question(
            "order",
            "Again and again one neuron fires 10 ms AFTER the neuron it sends to. What does STDP do to this synapse?",
            (
                Choice(
                    "right",
                    "It gets weaker.",
                    "Yes: what comes later cannot have been the cause.",
                ),
                Choice(
                    "together",
                    "It gets stronger: neurons that fire together wire together.",
                    "Within 10 ms they do fire together. But the order counts: here the receiver is always first.",
                ),
                Choice(
                    "neither",
                    "Nothing, since the spikes are not at the same time.",
                    "The window is about 20 ms wide on both sides. Exactly the same time is what changes nothing.",
                ),
                Choice(
                    "first stronger",
                    "Stronger at first, then weaker: in the mean nothing.",
                    "Each pair weakens it. Other pairs of their spikes lie too far apart to make up for it.",
                ),
            ),
        ),
    ),
)

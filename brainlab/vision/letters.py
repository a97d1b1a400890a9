"""Letters as small pictures: 26 patterns that resemble each other, as those of the world do."""

from __future__ import annotations

import numpy as np

from ..params import ParamError

# A character is a row of five pixels, a number in base 32 (0 to 9, then a to v): v is #####, h is #...#, 4 is ..#..
ROWS = {
    "A": "4ahhvhh", "B": "uhhuhhu", "C": "ehggghe", "D": "sihhhis", "E": "vggsggv", "F": "vggsggg", "G": "ehgnhhe",
    "H": "hhhvhhh", "I": "e44444e", "J": "72222ic", "K": "hikokih", "L": "ggggggv", "M": "hrllhhh", "N": "hhpljhh",
    "O": "ehhhhhe", "P": "uhhuggg", "Q": "ehhhlid", "R": "uhhukih", "S": "fgge11u", "T": "v444444", "U": "hhhhhhe",
    "V": "hhhhaa4", "W": "hhhllla", "X": "hha4ahh", "Y": "hha4444", "Z": "v1248gv",
}  # fmt: skip
SHAPE = (7, 5)


def letters(text="ABCDEFGHIJKLMNOPQRSTUVWXYZ") -> np.ndarray:
    """Capital letters, one row of +1 (ink) and -1 each: (letters, 35), 7 rows of 5 pixels. `letters.shape` is (7, 5).

    >>> H, X, T = letters("HXT")
    >>> for row in T.reshape(letters.shape):
    ...     print("".join(".#"[int(pixel > 0)] for pixel in row))
    #####
    ..#..
    ..#..
    ..#..
    ..#..
    ..#..
    ..#..

    They are far from independent: random patterns of 35 units overlap by 0.17.

    >>> print(f"{H @ X / 35:.2f} {H @ letters('N')[0] / 35:.2f}")
    0.31 0.77
    """
    if not isinstance(text, str) or not text:
        raise ParamError(f"text = {text!r:.40}: some letters are expected.", try_='letters("HXT")')
    for letter in text:
        if letter not in ROWS:
            capital = letter.upper()
            raise ParamError(
                f"there is no picture of {letter!r}: the letters are A to Z.",
                why="each was drawn by hand" if capital not in ROWS else "there are capitals only",
                try_=f"letters({text.upper()!r})" if all(c in ROWS for c in text.upper()) else 'letters("HXT")',
            )
    rows = np.array([[int(row, 32) for row in ROWS[letter]] for letter in text])
    return (2.0 * (rows[:, :, None] >> np.arange(4, -1, -1) & 1) - 1).reshape(len(text), -1)


letters.shape = SHAPE

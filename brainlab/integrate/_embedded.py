"""Embedded Runge-Kutta pairs: two solutions from the same slopes; their difference estimates the error of a step."""

from __future__ import annotations

from ._methods import Method


def _pair(name, order, a, b, other, source, quartic=None) -> Method:
    """a, b: the tableau of the solution that goes on, of the higher order. other: weights of the one it is compared with.

    Where `other` is longer than b by one, its last weight belongs to the slope at the end of the step, which is the
    first slope of the next step.
    """
    longer = (*b, *(0,) * (len(other) - len(b)))
    error = tuple(high - low for high, low in zip(longer, other, strict=True))
    return Method(name, "ode", order, source, (a, b), error=error, quartic=quartic)


_TSIT5 = (  # the last row of a; the fifth-order weights are the same numbers
    0.09646076681806523,
    0.01,
    0.4798896504144996,
    1.379008574103742,
    -3.290069515436081,
    2.324710524099774,
)
_TSIT5_ERROR = (
    0.00178001105222577714,
    0.0008164344596567469,
    -0.007880878010261995,
    0.1447110071732629,
    -0.5823571654525552,
    0.45808210592918697,
    -1 / 66,
)

EMBEDDED = (
    _pair("heun_euler", 2, ((1,),), (1 / 2, 1 / 2), (1, 0), "Heun (1900) with Euler (1768) as the estimate"),
    _pair(
        "bs23",
        3,
        ((1 / 2,), (0, 3 / 4)),
        (2 / 9, 1 / 3, 4 / 9),
        (7 / 24, 1 / 4, 1 / 3, 1 / 8),
        "Bogacki and Shampine (1989), Appl. Math. Lett. 2",
    ),
    _pair(
        "rkf45",
        5,
        (
            (1 / 4,),
            (3 / 32, 9 / 32),
            (1932 / 2197, -7200 / 2197, 7296 / 2197),
            (439 / 216, -8, 3680 / 513, -845 / 4104),
            (-8 / 27, 2, -3544 / 2565, 1859 / 4104, -11 / 40),
        ),
        (16 / 135, 0, 6656 / 12825, 28561 / 56430, -9 / 50, 2 / 55),
        (25 / 216, 0, 1408 / 2565, 2197 / 4104, -1 / 5, 0),
        "Fehlberg (1969), NASA TR R-315",
    ),
    _pair(
        "cashkarp",
        5,
        (
            (1 / 5,),
            (3 / 40, 9 / 40),
            (3 / 10, -9 / 10, 6 / 5),
            (-11 / 54, 5 / 2, -70 / 27, 35 / 27),
            (1631 / 55296, 175 / 512, 575 / 13824, 44275 / 110592, 253 / 4096),
        ),
        (37 / 378, 0, 250 / 621, 125 / 594, 0, 512 / 1771),
        (2825 / 27648, 0, 18575 / 48384, 13525 / 55296, 277 / 14336, 1 / 4),
        "Cash and Karp (1990), ACM Trans. Math. Softw. 16",
    ),
    _pair(
        "dopri5",
        5,
        (
            (1 / 5,),
            (3 / 40, 9 / 40),
            (44 / 45, -56 / 15, 32 / 9),
            (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
            (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
        ),
        (35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
        (5179 / 57600, 0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40),
        "Dormand and Prince (1980), J. Comput. Appl. Math. 6",
        quartic=(  # Hairer, Norsett, Wanner (1993), II.6, the program DOPRI5
            -12715105075 / 11282082432,
            0,
            87487479700 / 32700410799,
            -10690763975 / 1880347072,
            701980252875 / 199316789632,
            -1453857185 / 822651844,
            69997945 / 29380423,
        ),
    ),
    _pair(
        "tsit5",
        5,
        (
            (0.161,),
            (-0.008480655492356989, 0.335480655492357),
            (2.8971530571054935, -6.359448489975075, 4.3622954328695815),
            (5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525),
            (5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383),
        ),
        _TSIT5,
        tuple(b - e for b, e in zip((*_TSIT5, 0), _TSIT5_ERROR, strict=True)),
        "Tsitouras (2011), Comput. Math. Appl. 62",
        quartic=(  # of theta**4 in the interpolant of the article
            -1.0530884977290216,
            0.1017,
            2.490627285651253,
            -16.548102889244902,
            47.37952196281928,
            -34.87065786149661,
            2.5,
        ),
    ),
)

"""What random examples are made of: durations, instants, zones, names, texts and numbers."""

from __future__ import annotations

MINUTE = 60_000_000  # µs
HOUR = 60 * MINUTE
DAY = 24 * HOUR
DURATIONS = {
    "10m": 10 * MINUTE, "30m": 30 * MINUTE, "90m": 90 * MINUTE, "1h": HOUR, "36h": 36 * HOUR,
    "1d": DAY, "3d": 3 * DAY, "1w": 7 * DAY, "10d": 10 * DAY, "2w": 14 * DAY, "30d": 30 * DAY,
    "90d": 90 * DAY,
}  # fmt: skip

# T, and a zone whose clocks change near it
BASES = [
    ("2026-03-29T01:30:00+00:00", "Europe/Berlin"),  # skips an hour from 01:00 UTC
    ("2026-10-25T01:15:00+00:00", "Europe/Berlin"),  # repeats one
    ("2026-10-25T01:59:59+00:00", "Europe/Berlin"),
    ("2026-11-01T06:30:00+00:00", "America/New_York"),  # repeats one
    ("2026-04-04T15:20:00+00:00", "Australia/Lord_Howe"),  # repeats half an hour
    ("2026-10-03T15:40:00+00:00", "Australia/Lord_Howe"),  # and skips one
    ("2011-12-31T10:00:00+00:00", "Pacific/Apia"),  # skipped December 30
    ("2026-10-26T00:00:00+00:00", "UTC"),  # a Monday
    ("2026-12-31T23:59:59.999999+00:00", "America/St_Johns"),
    ("2026-06-15T12:34:56.789012+00:00", "Asia/Kathmandu"),
]
ZONES = ["UTC", "UTC", *dict(BASES).values()]
FORMATS = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%Y%m%d%H%M%S"]
HOWS = ["Z", "Z", "Z", "space", "utc", "ahead", "behind", "nanos", "local", "local", "local space", "date",
        "minute", "epoch_s", "epoch_ms", "epoch_us"]  # fmt: skip
BAD_TIMES = [
    "soon",
    "03/04/2026",
    "2026-02-30T00:00:00Z",
    "2026-13-01",
    "nan",
    "1e17",
    "2026-11-01T25:00:00Z",
]

EVENTS = [
    "Login",
    "Page view",
    "page view",
    "Buy*",
    "Ünï",
    "\U0001f642 ok",
    "[x]",
    "a.b",
    "two\nlines",
]
PATTERNS = ["Page*", "?ogin", "*i*", "* view", "Buy*", "[x]*", "??", "a?b", "two*", "*view", "?*"]
CUSTOMERS = ["ana", "bob", "00123", "123", "10", "9", "Ana", "é", "z\U0001f642", "a b"]
TEXTS = ["pro", "free", "Pro", "pro plus", "1.10", "1.1", "007", "7", "true", "é"]
PAGES = ["/a", "/b", "/A", "/"]

SIMPLE = ["0", "1", "2", "3", "10", "9", "0.1", "0.2", "0.7", "-1", "-2.5", "+5.", ".5", "2.675", "33.333",
          "1e1", "1e2", "0.25", "100", "1000.5", "12E-1"]  # fmt: skip
ODD = ["1,000", "nan", "inf", "-inf", "true", "1_000", "0x1", "1e", ".", "+", "--1", "\u0661", "1e15",
       "-1e15", "1e400", "1e99999999999", "1 000", "free"]  # fmt: skip
FINE = ["0.0000000005", "-0.0000000005", "0.0000000015", "1e-10", "5e-10", "1e-400", "0e999", "-0", "5e-324",
        "0.00000000049999999999999999999999999999", "00000000000000000000000001.5", "0.30000000000000004",
        "0.0000005", "-0.0000005", "0.05", "0.15", "0.0000000014999", "0.4999999996", "2.4999999996",
        "0.0499999999996", "1.499999999"]  # fmt: skip
HUGE = [
    "999999999999999",
    "-999999999999999",
    "1e14",
    "123456789012.345678901",
    "900719925474099.3",
]
NUMBERS = [
    SIMPLE,
    SIMPLE,
    SIMPLE,
    SIMPLE + ODD,
    SIMPLE + ODD,
    FINE,
    FINE + SIMPLE[:6],
    HUGE + SIMPLE[:3] + FINE[:3],
]

WEIGHTS = [
    1,
    1,
    2,
    3,
    5,
    0.1,
    0.5,
    0.25,
    0.333,
    1.5,
    10,
    -1,
    -2.5,
    -0.1,
    0,
    1.07,
    2.33,
    0.05,
    100,
    0.001,
    1000000,
]
LEVELS = [0, 1, 2, 3, 5, 10, 100, 0.5, 33.3, 12.5, 0.05, 7, 50, -1, -5]

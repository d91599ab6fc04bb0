"""Names of time zones in dates, as minutes before UTC (RFC 822, the tz database, and German names)."""

from __future__ import annotations

_HOURS = {
    "z ut utc gmt wet": 0,
    "cet met mez west bst wat": 1,
    "eet oez cest mest mesz cat sast": 2,
    "eest oesz msk trt eat fet": 3,
    "msd gst samt": 4,
    "pkt uzt yekt": 5,
    "ist": 5.5,
    "npt": 5.75,
    "ict wib krat": 7,
    "hkt sgt awst pht myt irkt": 8,
    "jst kst yakt": 9,
    "acst": 9.5,
    "aest vlat": 10,
    "acdt": 10.5,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
    "azot": -1,
    "adt brt art clst": -3,
    "ndt": -2.5,
    "nst": -3.5,
    "ast edt clt": -4,
    "est cdt cot pet": -5,
    "cst mdt": -6,
    "mst pdt": -7,
    "pst akdt": -8,
    "akst": -9,
    "hst": -10,
}
"""Where a name is that of several zones, RFC 822 decides, else how many people live there: IST is India's."""
OFFSETS = {name: round(hours * 60) for names, hours in _HOURS.items() for name in names.split()}

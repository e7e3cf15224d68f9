"""What APScheduler makes of a cron: its next fire times in epoch milliseconds and its fields as text, or the field it refuses.

A line in: {"given": {...}, "zone": "Europe/Berlin", "after": ms, "count": 10}.
A line out: {"fires": [...], "texts": {...}} or {"refused": "minute"}. No fire time is looked for after the year 2100.
"""

import json
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
END = datetime(2101, 1, 1, tzinfo=timezone.utc)


def is_refused(given, zone):
    try:
        CronTrigger(timezone=zone, **given)
    except (TypeError, ValueError):
        return True
    return False


def refused_field(given, zone):
    """Its errors do not always tell. The dates are read first, then the fields in their order."""
    for name in ("start_date", "end_date", *CronTrigger.FIELD_NAMES):
        if given.get(name) is not None and is_refused({name: given[name]}, zone):
            return name
    return None


def answer(question):
    zone = ZoneInfo(question["zone"])
    given = question["given"]
    if is_refused(given, zone):
        return {"refused": refused_field(given, zone)}
    trigger = CronTrigger(timezone=zone, **given)
    trigger.end_date = min(trigger.end_date or END, END)
    # What is due in the very moment is due, so the first question is about the moment after.
    now = (EPOCH + timedelta(milliseconds=question["after"], microseconds=1)).astimezone(zone)
    fires = []
    previous = None
    while len(fires) < question["count"]:
        previous = trigger.get_next_fire_time(previous, now)
        if previous is None:
            break
        now = previous
        fires.append(round((previous.astimezone(timezone.utc) - EPOCH) / timedelta(milliseconds=1)))
    return {"fires": fires, "texts": {field.name: str(field) for field in trigger.fields}}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)

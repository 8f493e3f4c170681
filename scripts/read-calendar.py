"""Reads a calendar with `icalendar` and prints its events as JSON: for the test that compares readers of our calendars."""

import json
import sys

import icalendar

with open(sys.argv[1], "rb") as file:
    calendar = icalendar.Calendar.from_ical(file.read())


def event(part):
    """What a reader sees; days and times as ISO 8601, UTC."""
    text = lambda name: str(part.get(name, ""))
    return {
        "uid": text("UID"),
        "sequence": int(part["SEQUENCE"]),
        "first": part.decoded("DTSTART").isoformat().replace("+00:00", "Z"),
        "after": part.decoded("DTEND").isoformat().replace("+00:00", "Z"),
        "status": text("STATUS"),
        "summary": text("SUMMARY"),
        "location": text("LOCATION"),
        "description": text("DESCRIPTION"),
        "url": text("URL"),
    }


if calendar.errors:
    sys.exit(f"errors: {calendar.errors}")
for part in calendar.walk("VEVENT"):
    if part.errors:
        sys.exit(f"errors: {part.errors}")
print(json.dumps([event(part) for part in calendar.walk("VEVENT")]))

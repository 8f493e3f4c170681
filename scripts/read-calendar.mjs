// Reads a calendar with `ical.js` and prints its events as JSON: for the test that compares readers of our calendars.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

ICAL.design.strict = true;
const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[2], "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((part) => {
  const text = (name) => part.getFirstPropertyValue(name)?.toString() ?? "";
  return {
    uid: text("uid"),
    sequence: part.getFirstPropertyValue("sequence"),
    first: text("dtstart"),
    after: text("dtend"),
    status: text("status"),
    summary: text("summary"),
    location: text("location"),
    description: text("description"),
    url: text("url"),
  };
});
console.log(JSON.stringify(events));

"""The table that a run prints: one row for each thing that was looked at."""
import json
import os
import time


class Failed(Exception):
    """A check whose outcome is not what it must be."""


def check(condition, text):
    if not condition:
        raise Failed(text)


class Report:
    """Rows of what, result and whether it is as it must be. They are kept in a file, so that a part that runs alone replaces only its own rows."""

    def __init__(self, path, fresh):
        self.path = path
        self.parts = {}
        if not fresh and os.path.exists(path):
            self.parts = json.load(open(path))
        self.part = None

    def begin(self, part):
        self.part = part
        self.parts[part] = []
        print(f"\n== {part} ({time.strftime('%H:%M:%S')})", flush=True)

    def row(self, what, result, ok=True):
        self.parts[self.part].append([what, str(result), ok])
        print(f"{'ok  ' if ok else 'FAIL'} {what}: {result}", flush=True)
        self.save()

    def replace(self, what, result, ok=True):
        """As `row`, in place of the row before it when that one began the same."""
        rows = self.parts[self.part]
        if rows and rows[-1][0].split(" ")[0] == what.split(" ")[0]:
            rows.pop()
        rows.append([what, str(result), ok])
        self.save()

    def save(self):
        with open(self.path, "w") as f:
            json.dump(self.parts, f, indent=1)

    @property
    def failed(self):
        return [row for rows in self.parts.values() for row in rows if not row[2]]

    def table(self, heading):
        lines = [heading, "", "| part | what | result |", "|---|---|---|"]
        for part, rows in self.parts.items():
            lines += [f"| {part} | {what} | {'' if ok else '**FAILED** '}{result} |" for what, result, ok in rows]
        return "\n".join(lines)

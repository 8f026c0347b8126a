#!/usr/bin/env python3
"""Writes data.json beside this script: actions, callers, teams and labels, about 50 KB, the same each time."""
import json
import pathlib
import random

random.seed(20)
EFFECTS = ["view", "change", "outside", "money", "run"]
TYPES = ["text", "count", "flag", "texts"]
TEAMS = [f"team-{number:02}" for number in range(24)]


def action():
    shapes = {}
    for number in range(random.randint(2, 6)):
        kind = random.choice(TYPES)
        shapes[f"a{number}"] = {"type": kind, "needed": random.random() < 0.4}
        if kind == "count":
            shapes[f"a{number}"]["most"] = random.randint(10, 900)
    return {
        "arguments": shapes,
        "effects": random.sample(EFFECTS, random.randint(1, 3)),
        "cost": random.randint(1, 9),
        "most_calls": random.randint(3, 15),
        "reviewers": random.sample(["lead", "counsel", "safety", "treasury"], 2),
        "duties": {"mask": random.random() < 0.5, "keep_days": random.randint(7, 400)},
    }


def caller():
    return {
        "teams": random.sample(TEAMS, random.randint(1, 4)),
        "budget": random.randint(20, 90),
        "paused": random.random() < 0.1,
        "folders": [f"/home/{random.randint(0, 99)}/", "/work/common/"],
    }


actions = {f"action_{number:03}": action() for number in range(110)}
actions["files.store"] = {
    "arguments": {
        "path": {"type": "text", "needed": True},
        "body": {"type": "text", "needed": True},
        "mode": {"type": "count", "needed": False, "most": 511},
        "topics": {"type": "texts", "needed": False},
        "whole": {"type": "flag", "needed": False},
    },
    "effects": ["change", "outside"],
    "cost": 3,
    "most_calls": 9,
    "reviewers": ["lead", "safety"],
    "duties": {"mask": True, "keep_days": 90},
}
callers = {f"caller-{number:03}": caller() for number in range(90)}
callers["caller-042"] = {
    "teams": ["team-03", "team-11"], "budget": 80, "paused": False, "folders": ["/home/42/", "/work/common/"]
}
team_actions = {team: sorted(random.sample(sorted(actions), 18)) for team in TEAMS}
team_actions["team-17"].append("files.store")
parents = {team: random.sample(TEAMS, 2) for team in TEAMS}
parents["team-11"] = ["team-17", "team-05"]
data = {
    "actions": actions,
    "callers": callers,
    "team_actions": team_actions,
    "team_parents": parents,
    "effects": {"view": 1, "change": 3, "outside": 5, "money": 8, "run": 6},
    "labels": {
        "open": {"targets": ["inside", "partner", "web"], "weight": 0},
        "house": {"targets": ["inside", "partner"], "weight": 2},
        "personal": {"targets": ["inside"], "weight": 5},
        "secret": {"targets": [], "weight": 9},
    },
    "limits": {"review": 9, "whole_log": 6},
}
pathlib.Path(__file__).with_name("data.json").write_text(json.dumps(data, separators=(",", ":")) + "\n")

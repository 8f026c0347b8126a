# One tool call of an agent, decided from 50 KB of data: what it may use, whether its arguments fit, where labelled content may go, what
# it has spent, and who has to look at it.
package bench.toolcall

import rego.v1

verdict := "permit" if {
	count(faults) == 0
	count(reviewers) == 0
}

verdict := "hold" if {
	count(faults) == 0
	count(reviewers) > 0
}

verdict := "refuse" if count(faults) > 0

answer := {
	"verdict": verdict,
	"faults": sort([fault | some fault in faults]),
	"reviewers": [name | some name in reviewers],
	"duties": duties,
	"weight": weight,
}

caller := data.callers[input.caller]

action := data.actions[input.call.action]

teams contains team if some team in caller.teams

teams contains wider if {
	some team in caller.teams
	some wider in data.team_parents[team]
}

usable contains name if {
	some team in teams
	some name in data.team_actions[team]
}

faults contains "unknown caller" if not data.callers[input.caller]

faults contains "caller is paused" if caller.paused

faults contains sprintf("%s may not use %s", [input.caller, input.call.action]) if not input.call.action in usable

faults contains sprintf("argument %s is missing", [name]) if {
	some name, shape in action.arguments
	shape.needed
	not input.call.arguments[name]
}

faults contains sprintf("argument %s has the wrong type", [name]) if {
	some name, value in input.call.arguments
	not fits(action.arguments[name].type, value)
}

faults contains sprintf("argument %s is above %d", [name, limit]) if {
	some name, value in input.call.arguments
	limit := action.arguments[name].most
	value > limit
}

faults contains "outside of the caller's folders" if {
	place := input.call.arguments.path
	not inside(place)
}

faults contains sprintf("content labelled %s may not go to %s", [label, input.context.target]) if {
	some label in input.context.labels
	not input.context.target in data.labels[label].targets
}

faults contains "spent" if {
	used := sum([call.cost | some call in input.history])
	used + action.cost > caller.budget
}

faults contains "too often" if {
	same := [call | some call in input.history; call.action == input.call.action]
	count(same) >= action.most_calls
}

reviewers contains name if {
	weight > data.limits.review
	some name in action.reviewers
}

reviewers contains "privacy" if {
	"outside" in action.effects
	"personal" in input.context.labels
}

fits("text", value) if is_string(value)

fits("count", value) if is_number(value)

fits("flag", value) if is_boolean(value)

fits("texts", value) if {
	is_array(value)
	every item in value {
		is_string(item)
	}
}

inside(place) if {
	some folder in caller.folders
	startswith(place, folder)
	not contains(place, "/../")
}

effect_weights := [w | some effect in action.effects; w := data.effects[effect]]

label_weights := [w | some label in input.context.labels; w := data.labels[label].weight]

weight := sum(effect_weights) + sum(label_weights)

duties[name] := value if some name, value in action.duties

duties["log"] := "whole" if weight >= data.limits.whole_log

"""Random well-formed Rego v1 programs with data and inputs, the same ones for the same seed."""
import random

from shared_builtins import ANSWERS
from syntax import Body, Items, Node

SORTS = ["num", "str", "bool", "arr:num", "arr:str", "set:num", "set:str", "obj:num", "obj:str"]
TEXTS = ["", "a", "b", "ab", "ba", "A b", "é", "x/y", "12", "a,b", "aab"]
# Where the documents hold what; a document may lack any of it, and sometimes holds something else there.
PLACES = {
    "num": ["n", "m"], "str": ["s", "t"], "bool": ["flag", "off"], "arr:num": ["nums"], "arr:str": ["words"],
    "obj:num": ["prices"], "obj:str": ["names"], "any": ["mixed[0]", "mixed[1]", "nothing", "deep.x.y"],
}


class Program:
    """One program with its documents and the answer to ask for."""
    query = "data.t.out"

    def __init__(self, tree, data, input):
        self.tree, self.data, self.input = tree, data, input

    @property
    def text(self):
        return "package t\nimport rego.v1\n" + str(self.tree) + "\n"


class Rule:
    def __init__(self, name, sort, arguments=None, domain=None):
        self.name, self.sort, self.arguments = name, sort, arguments
        self.domain = domain


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.variables = 0
        self.rules = []
        self.nested = False  # inside of a comprehension
        self.plain = False  # where regorus takes no comprehension

    # Chance

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def pick(self, choices):
        return self.random.choice(choices)

    def some(self, least, most):
        return range(self.random.randint(least, most))

    def fresh(self):
        self.variables += 1
        return f"v{self.variables}"

    # Documents

    def document(self):
        values = {
            "n": self.number(), "m": self.number(), "s": self.pick(TEXTS), "t": self.pick(TEXTS), "flag": True, "off": False,
            "nums": [self.number() for _ in self.some(0, 4)], "words": [self.pick(TEXTS) for _ in self.some(0, 4)],
            "prices": {self.pick("abcd"): self.number() for _ in self.some(0, 3)},
            "names": {self.pick("abcd"): self.pick(TEXTS) for _ in self.some(0, 3)},
            "mixed": [self.pick([1, "a", None, True, [1], {"a": 2}, [], {}]) for _ in self.some(0, 3)], "nothing": None,
            "deep": {"x": {"y": self.pick([0, "q", [1, 2]]), "z": {"a": 1, "b": [1, {"c": "d"}]}}},
        }
        for key in list(values):
            if self.chance(8):
                del values[key]
            elif self.chance(0.3):
                values[key] = self.pick([7, "odd", None, [], {}, ["a", 1]])
        return values

    def number(self):
        return self.pick([0, 1, 2, 3, 5, 7, -1, -4, 10, 2.5])

    # Program

    def program(self):
        rules = []
        for number in self.some(2, 6):
            rules.append(self.rule(number))
        shown = []
        for rule in self.rules:
            if rule.arguments is None:
                shown.append(Node("entry", f'"{rule.name}": [x | x := {rule.name}]'))
            else:
                call = Node("any", f"{rule.name}(", *self.joined([self.term(sort, 1, {}) for sort in rule.arguments]), ")")
                shown.append(Node("entry", f'"{rule.name}": [x | x := ', call, "]"))
        out = Items("out", "out := {", ", ", "}", shown)
        return Program(Items("rules", "", "\n", "", [out, *rules], least=1), {"d": self.document()}, self.document())

    def joined(self, nodes):
        parts = []
        for node in nodes:
            parts += [", ", node] if parts else [node]
        return parts

    def rule(self, number):
        kind = self.pick(["complete", "complete", "complete", "truth", "set", "set", "object", "function", "function"])
        lines = getattr(self, kind + "_rule")(number)
        return Items("rule", "", "\n", "", lines, least=1)

    def bound(self, sort, depth, scope, body):
        """A term to stand in a head: a plain one, or a variable that `body` gets to bind to a rich one."""
        if self.chance(30):
            self.plain = True
            term = self.term(sort, 1, scope)
            self.plain = False
            if str(term)[0] != "(":
                return term
        name = self.fresh()
        body.parts += (Node("expr", f"{name} := ", self.term(sort, depth, scope)),)
        return Node("name", name)

    def clause(self, head, sort, scope, depth=3):
        """The head with a value, a body, and perhaps an else."""
        arguments, scope = dict(scope), dict(scope)
        body = self.body(scope, 2)
        parts = [head, " := ", self.bound(sort, depth, scope, body), " if ", body]
        for _ in self.some(0, 2) if self.chance(30) else ():
            inner = dict(arguments)
            other = self.body(inner, 1)
            parts += [" else := ", self.bound(sort, 2, inner, other), " if ", other]
        return Node("clause", *parts)

    def complete_rule(self, number):
        name, sort = f"r{number}", self.pick(SORTS)
        lines = []
        if self.chance(30):
            lines.append(Node("default", f"default {name} := ", self.literal(sort)))
        if self.chance(25):
            lines.append(Node("clause", f"{name} := ", self.term(sort, 4, {})))
        else:
            lines += [self.clause(name, sort, {}) for _ in self.some(1, 2 if self.chance(30) else 1)]
        self.rules.append(Rule(name, sort))
        return lines

    def truth_rule(self, number):
        name = f"r{number}"
        lines = [Node("default", f"default {name} := false")] if self.chance(30) else []
        lines += [Node("clause", f"{name} if ", self.body({}, 3)) for _ in self.some(1, 3)]
        self.rules.append(Rule(name, "bool"))
        return lines

    def set_rule(self, number):
        name, item = f"r{number}", self.pick(["num", "str"])
        lines = []
        for _ in self.some(1, 3):
            scope = {}
            body = self.body(scope, 3)
            lines.append(Node("clause", f"{name} contains ", self.bound(item, 2, scope, body), " if ", body))
        self.rules.append(Rule(name, "set:" + item))
        return lines

    def object_rule(self, number):
        name, item = f"r{number}", self.pick(["num", "str"])
        lines = []
        for _ in self.some(1, 3):
            scope = {}
            body = self.body(scope, 3)
            key, value = self.bound("str", 1, scope, body), self.bound(item, 2, scope, body)
            lines.append(Node("clause", f"{name}[", key, "] := ", value, " if ", body))
        self.rules.append(Rule(name, "obj:" + item))
        return lines

    def function_rule(self, number):
        name, sort = f"f{number}", self.pick(SORTS)
        arguments = [self.pick(SORTS) for _ in self.some(1, 2)]
        lines = []
        if self.chance(20):
            names = ", ".join(f"d{index}" for index, _ in enumerate(arguments))
            lines.append(Node("default", f"default {name}({names}) := ", self.literal(sort)))
        for _ in self.some(1, 2 if self.chance(40) else 1):
            scope, shown = {}, []
            for argument in arguments:
                if argument in ("num", "str") and self.chance(15):
                    shown.append(str(self.literal(argument)))
                elif argument.startswith("arr") and self.chance(15):
                    first, second = self.fresh(), self.fresh()
                    scope[first] = scope[second] = argument[4:]
                    shown.append(f"[{first}, {second}]")
                else:
                    variable = self.fresh()
                    scope[variable] = argument
                    shown.append(variable)
            lines.append(self.clause(f"{name}({', '.join(shown)})", sort, scope, 2))
        self.rules.append(Rule(name, sort, arguments))
        return lines

    # Bodies

    def body(self, scope, depth):
        """Expressions; what they bind is added to `scope`."""
        return Body([self.expression(scope, depth) for _ in self.some(1, 3)])

    def expression(self, scope, depth):
        kinds = ["bind", "some", "compare"] * 4 + ["test"] * 3 + ["not", "every", "unify", "with", "member", "scan", "pair"]
        kind = self.pick(kinds + ["walk"] if self.chance(10) else kinds)
        return getattr(self, kind + "_expression")(scope, max(depth - 1, 0))

    def bind_expression(self, scope, depth):
        sort = self.pick(SORTS)
        value, variable = self.term(sort, depth, scope), self.fresh()
        scope[variable] = sort
        return Node("expr", f"{variable} := ", value)

    def some_expression(self, scope, depth):
        sort = self.pick(["arr:num", "arr:str", "set:num", "set:str", "obj:num", "obj:str"])
        collection, value = self.bare(sort, depth, scope), self.fresh()
        key = self.fresh() if self.chance(0 if self.nested else 35) else None
        scope[value] = sort[4:]
        if key:
            scope[key] = {"arr": "num", "obj": "str"}.get(sort[:3], sort[4:])
            return Node("expr", f"some {key}, {value} in ", collection)
        return Node("expr", f"some {value} in ", collection)

    def scan_expression(self, scope, depth):
        """A reference with a variable that it enumerates."""
        sort = self.pick(["arr:num", "arr:str", "obj:num", "obj:str"])
        places = [rule.name for rule in self.rules if rule.sort == sort and rule.arguments is None]
        places += [f"{root}.{place}" for root in ("input", "data.d") for place in PLACES[sort]]
        index, value = self.fresh(), self.fresh()
        collection = self.pick(places)
        scope[value] = sort[4:]
        if self.chance(30):
            return Node("expr", f"{value} := {collection}[_]")
        scope[index] = "num" if sort[:3] == "arr" else "str"
        return Node("expr", f"some {index}; {value} := {collection}[{index}]")

    def compare_expression(self, scope, depth):
        sort = self.pick(SORTS)
        operator = self.pick(["==", "!=", "<", "<=", ">", ">="] if sort in ("num", "str") else ["==", "!="])
        return Node("expr", self.term(sort, depth, scope), f" {operator} ", self.term(sort, depth, scope))

    def test_expression(self, scope, depth):
        return Node("expr", self.term("bool", depth + 1, scope))

    def member_expression(self, scope, depth):
        sort = self.pick(["num", "str"])
        holder = self.pick(["arr:", "set:", "obj:"]) + sort
        return Node("expr", self.term(sort, depth, scope), " in ", self.term(holder, depth, scope))

    def not_expression(self, scope, depth):
        """What is negated is bound before: an undefined argument inside of a negation is where engines part (known_differences)."""
        sort = self.pick(SORTS)
        one, other, test = self.fresh(), self.fresh(), self.random.random()
        if test < 0.3:
            return Node("expr", f"{one} := ", self.term("bool", depth, scope), f"; not {one}")
        second = self.pick(["arr:", "set:"]) + sort if sort in ("num", "str") and test < 0.6 else sort
        operator = "in" if second != sort else self.pick(["==", "!="])
        return Node("expr", f"{one} := ", self.term(sort, depth, scope), f"; {other} := ", self.term(second, depth, scope),
                    f"; not {one} {operator} {other}")

    def every_expression(self, scope, depth):
        sort = self.pick(["arr:num", "arr:str", "set:num", "set:str", "obj:num"])
        value, inner = self.fresh(), dict(scope)
        collection = self.bare(sort, depth, scope)
        inner[value] = sort[4:]
        uses = [self.use(sort[4:], value, depth, scope)]
        names = value
        if self.chance(30):
            key = self.fresh()
            inner[key] = {"arr": "num", "obj": "str"}.get(sort[:3], sort[4:])
            names = f"{key}, {value}"
            uses.append(self.use(inner[key], key, depth, scope))
        body = Body([*uses, *[self.expression(inner, depth) for _ in self.some(0, 1)]])
        return Node("expr", f"every {names} in ", collection, " ", body)

    def use(self, sort, variable, depth, scope):
        return Node("expr", f"{variable} {self.pick(['!=', '!=', '==', '<=', '>'])} ", self.term(sort, depth, scope))

    def unify_expression(self, scope, depth):
        first, second = self.pick(["num", "str"]), self.pick(["num", "str"])
        left, right = self.term(first, depth, scope), self.term(second, depth, scope)
        name = self.fresh()
        scope[name] = second
        fixed = "_" if self.chance(3) else str(self.literal(first))
        if self.chance(50):
            return Node("expr", f"[{fixed}, {name}] = [", left, ", ", right, "]")
        return Node("expr", f'{{"a": {fixed}, "b": {name}}} = {{"a": ', left, ', "b": ', right, "}")

    def pair_expression(self, scope, depth):
        """Destructuring; a literal has as many items as there are names, or the program would be refused."""
        sort, first, second = self.pick(["num", "str"]), self.fresh(), self.fresh()
        source = Node("expr", f"{self.pick(['input', 'data.d'])}.{self.pick(PLACES['arr:' + sort])}")
        if self.chance(2):
            source = Node("expr", "[", *self.joined([self.term(sort, depth, scope) for _ in "ab"]), "]")
        scope[first] = scope[second] = sort
        return Node("expr", f"[{first}, {second}] := ", source)

    def walk_expression(self, scope, depth):
        path, value = self.fresh(), self.fresh()
        source = self.pick(["input.deep", "data.d.deep", "input.prices"])
        scope[path], scope[value] = "any", "any"
        return Node("expr", f"walk({source}, [{path}, {value}])")

    def with_expression(self, scope, depth):
        callable_rules = [rule for rule in self.rules if rule.arguments is None]
        if callable_rules and self.chance(80):
            rule = self.pick(callable_rules)
            value, sort = rule.name, rule.sort
        else:
            sort = self.pick(["num", "str"])
            value = f"{self.pick(['input', 'data.d'])}.{self.pick(PLACES[sort])}"
        target_sort = self.pick(["num", "str", "arr:num", "arr:str", "obj:num"])
        place = self.pick(PLACES[target_sort])
        replacement = self.literal(target_sort)
        changed = self.random.random()
        if changed < 0.55:
            tail = [f" with input.{place} as ", replacement]
        elif changed < 0.88:
            tail = [f" with data.d.{place} as ", replacement]
        elif changed < 0.89:
            tail = [f' with input as {{"{place}": ', replacement, "}"]
        else:
            tail = [f" with {self.pick(['count', 'sum', 'abs'])} as ", str(self.pick([0, 7]))]
        variable = self.fresh()
        scope[variable] = sort
        return Node("expr", f"{variable} := {value}", *tail)

    # Terms

    def literal(self, sort):
        if sort == "num":
            return Node(sort, str(self.number()))
        if sort == "str":
            return Node(sort, quoted(self.pick(TEXTS)))
        if sort == "bool":
            return Node(sort, "true" if self.chance(75) else "false")
        if sort == "any":
            return Node(sort, self.pick(["null", "1", '"a"', "[1]", "{2}", '{"a": null}', "true"]))
        kind, item = sort.split(":")
        items = [self.literal(item) for _ in self.some(0, 3)]
        return self.collection(sort, kind, items)

    def collection(self, sort, kind, items):
        if kind == "arr":
            return Items(sort, "[", ", ", "]", items)
        if kind == "set":
            return Items(sort, "{", ", ", "}", items, empty="set()")
        keys = self.random.sample("abcd", len(items))
        return Items(sort, "{", ", ", "}", [Node("entry", f'"{key}": ', item) for key, item in zip(keys, items)])

    def term(self, sort, depth, scope):
        variables = [name for name, of in scope.items() if of == sort or sort == "any"]
        if variables and self.chance(35):
            return Node(sort, self.pick(variables))
        if depth <= 0 or self.chance(12):
            return self.leaf(sort)
        kinds = ["builtin"] * 4 + ["rule"] * 3 + ["leaf"] * 2 + ["shape"] * 3
        return getattr(self, self.pick(kinds) + "_term")(sort, depth - 1, scope)

    def bare(self, sort, depth, scope):
        """A term that does not begin with a parenthesis."""
        term = self.term(sort, depth, scope)
        return self.leaf(sort) if str(term)[0] == "(" else term

    def leaf(self, sort):
        if sort in PLACES and self.chance(55):
            return Node(sort, f"{self.pick(['input', 'input', 'data.d'])}.{self.pick(PLACES[sort])}")
        return self.literal(sort)

    def leaf_term(self, sort, depth, scope):
        return self.leaf(sort)

    def builtin_term(self, sort, depth, scope):
        if sort == "any":
            return self.term(self.pick(SORTS), depth, scope)
        if sort not in ANSWERS or (sort in ("num", "bool", "set:num", "set:str") and self.chance(35)):
            return self.operator_term(sort, depth, scope)
        name, *arguments = self.pick(ANSWERS[sort])
        terms = []
        for argument in arguments:
            terms.append(Node("fixed", self.pick(argument)) if isinstance(argument, tuple) else self.term(argument, depth, scope))
        return Node(sort, name + "(", *self.joined(terms), ")")

    def operator_term(self, sort, depth, scope):
        def two(inner, operators):
            return Node(sort, "(", self.term(inner, depth, scope), f" {self.pick(operators)} ", self.term(inner, depth, scope), ")")
        if sort == "num":
            if self.chance(25):
                return Node(sort, "(", self.term(sort, depth, scope), self.pick([" / 2", " / 4", " * 0.5"]), ")")
            if self.chance(15):
                return Node(sort, "(count(", self.term("arr:num", depth, scope), ") % ", self.pick(["2", "3"]), ")")
            return two(sort, "+-*")
        if sort == "bool":
            if self.chance(30):
                item = self.pick(["num", "str"])
                holder = self.pick(["arr:", "set:"]) + item
                return Node(sort, "(", self.term(item, depth, scope), " in ", self.term(holder, depth, scope), ")")
            return two(self.pick(["num", "str"]), ["==", "!=", "<", "<=", ">", ">="])
        if sort.startswith("set"):
            return two(sort, "|&-")
        return self.literal(sort)

    def rule_term(self, sort, depth, scope):
        fitting = [rule for rule in self.rules if rule.sort == sort or sort == "any"]
        if not fitting:
            return self.shape_term(sort, depth, scope)
        rule = self.pick(fitting)
        if rule.arguments is None:
            return Node(sort, rule.name if self.chance(80) else f"data.t.{rule.name}")
        return Node(sort, rule.name + "(", *self.joined([self.term(item, depth, scope) for item in rule.arguments]), ")")

    def shape_term(self, sort, depth, scope):
        """A literal with terms inside, a comprehension, or one item of a collection."""
        if ":" not in sort:
            return self.item_term(sort, depth, scope)
        kind, item = sort.split(":")
        if self.chance(40):
            return self.collection(sort, kind, [self.term(item, depth, scope) for _ in self.some(1, 3)])
        if self.plain:
            return self.literal(sort)
        inner, outer, self.nested = dict(scope), self.nested, True
        body = Items("body", "", "; ", "", [self.expression(inner, min(depth, 1)) for _ in self.some(1, 2)], least=1)
        head = self.term(item, min(depth, 1), inner)
        self.nested = outer
        if kind == "arr":
            return Node(sort, "[", head, " | ", body, "]")
        if kind == "set":
            return Node(sort, "{", head, " | ", body, "}")
        return Node(sort, "{", self.term("str", 1, inner), ": ", head, " | ", body, "}")

    def item_term(self, sort, depth, scope):
        if sort not in ("num", "str"):
            return self.leaf(sort)
        places = [(rule.name, rule.sort) for rule in self.rules if rule.arguments is None and rule.sort[4:] == sort
                  and rule.sort[:3] in ("arr", "obj")]
        places += [(f"{root}.{place}", f"{kind}:{sort}") for root in ("input", "data.d") for kind in ("arr", "obj")
                   for place in PLACES[f"{kind}:{sort}"]]
        place, of = self.pick(places)
        if of[:3] == "obj":
            return Node(sort, f"{place}[", Node("str", quoted(self.pick("abcd"))) if self.chance(60) else self.term("str", 1, scope), "]")
        return Node(sort, f"{place}[", Node("num", self.pick("012")) if self.chance(60) else self.term("num", 0, scope), "]")


def quoted(text):
    return '"' + text + '"'

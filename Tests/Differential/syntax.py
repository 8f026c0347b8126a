"""Generated programs as trees that print themselves and know how to become smaller."""


class Node:
    """A piece of a program: texts and smaller pieces in order. Nodes of one sort may stand in for each other."""

    def __init__(self, sort, *parts):
        self.sort, self.parts = sort, parts

    def __str__(self):
        return "".join(str(part) for part in self.parts)

    def children(self):
        return [(index, part) for index, part in enumerate(self.parts) if isinstance(part, Node)]

    def with_child(self, index, child):
        copy = self.copy()
        copy.parts = (*self.parts[:index], child, *self.parts[index + 1:])
        return copy

    def copy(self):
        return Node(self.sort)


class Items(Node):
    """A bracketed list, from which all but `least` items may go."""

    def __init__(self, sort, opening, separator, closing, items, least=0, empty=None):
        super().__init__(sort, *items)
        self.frame, self.least, self.empty = (opening, separator, closing), least, empty

    def __str__(self):
        opening, separator, closing = self.frame
        if not self.parts and self.empty is not None:
            return self.empty
        return opening + separator.join(str(part) for part in self.parts) + closing

    def copy(self):
        return Items(self.sort, *self.frame, (), self.least, self.empty)


class Body(Items):
    """Expressions that must all hold. A new line ends one only where the next could not go on with it."""

    def __init__(self, expressions):
        super().__init__("body", "{ ", "; ", " }", expressions, least=1)

    def __str__(self):
        text = ""
        for part in self.parts:
            line = str(part)
            text += (("\n\t" if line[:1].isalpha() else "; ") if text else "") + line
        return "{ " + text + " }"

    def copy(self):
        return Body(())


def smallest(sort):
    """The plainest term of a sort."""
    return {"num": "0", "str": '""', "bool": "true", "any": "null"}.get(sort) or {
        "arr": "[]", "set": "set()", "obj": "{}"}.get(sort.split(":")[0])


def descendants(node, sort):
    for _, child in node.children():
        if child.sort == sort:
            yield child
        else:
            yield from descendants(child, sort)


def smaller(node):
    """Every tree that is one step smaller than `node`, the biggest steps first."""
    steps = []

    def visit(current, rebuild):
        if isinstance(current, Items):
            count = len(current.parts)
            for size in sorted({count - current.least, (count + 1) // 2, 1}, reverse=True):
                if 0 < size <= count - current.least:
                    for start in range(0, count - size + 1, size):
                        copy = current.copy()
                        copy.parts = current.parts[:start] + current.parts[start + size:]
                        steps.append((len(str(current)) - len(str(copy)), rebuild(copy)))
        replacements = list(descendants(current, current.sort))
        if (plain := smallest(current.sort)) is not None and str(current) != plain:
            replacements.append(Node(current.sort, plain))
        for replacement in replacements:
            if len(str(replacement)) < len(str(current)):
                steps.append((len(str(current)) - len(str(replacement)), rebuild(replacement)))
        for index, child in current.children():
            visit(child, lambda new, index=index: rebuild(current.with_child(index, new)))

    visit(node, lambda new: new)
    return [tree for _, tree in sorted(steps, key=lambda step: -step[0])]

"""What conditions can mean together: whether any line could meet them, whether one follows from others."""

from __future__ import annotations

from collections.abc import Iterable

from orders.planning.cells import Cells
from orders.planning.rules import AllOf, AnyOf, Compare, Condition, Not, Scalar, comparisons

# A search that branches more often than this is given up as "possible": the linter then says nothing rather than
# something wrong or nothing for minutes. Policies that people write need a few dozen.
MAX_BRANCHES = 20_000
ALWAYS = AllOf(())

_Todo = list[tuple[Condition, bool]]


class Logic:
    """Answers questions about the conditions of one policy, which must be known when it is built.

    Attributes are taken as independent of each other. Exact but for MAX_BRANCHES.
    """

    def __init__(self, conditions: Iterable[Condition]) -> None:
        named: dict[str, set[Scalar]] = {}
        for condition in conditions:
            for compare in comparisons(condition):
                named.setdefault(compare.attribute, set()).update(compare.operands)
        self._cells = {attribute: Cells(attribute, values) for attribute, values in named.items()}
        self._where: dict[Compare, int] = {}
        self._branches = 0

    def possible(self, *conditions: Condition) -> bool:
        """Return whether some line could meet all the conditions at once; True where that is too hard to tell."""
        self._branches = 0
        box = {attribute: cells.every for attribute, cells in self._cells.items()}
        return self._search([(condition, True) for condition in conditions], [], box)

    def follows(self, conclusion: Condition, *premises: Condition) -> bool:
        """Return whether every line that meets the premises meets the conclusion."""
        return not self.possible(*premises, Not(conclusion))

    def same(self, one: Condition, other: Condition) -> bool:
        """Return whether two conditions hold for exactly the same lines."""
        return self.follows(one, other) and self.follows(other, one)

    def _search(self, todo: _Todo, choices: _Todo, box: dict[str, int]) -> bool:
        """Narrow ``box`` (cells left per attribute) by all that must hold, then try the alternatives one by one."""
        self._branches += 1
        if self._branches > MAX_BRANCHES:
            return True
        while todo:
            condition, wanted = todo.pop()
            match condition:
                case Compare(attribute):
                    cells = self._cells_of(condition)
                    box[attribute] &= cells if wanted else ~cells
                    if not box[attribute]:
                        return False
                case Not(part):
                    todo.append((part, not wanted))
                case AllOf(parts) | AnyOf(parts):
                    if isinstance(condition, AllOf) == wanted:
                        todo.extend((part, wanted) for part in parts)
                    else:
                        choices = [*choices, (condition, wanted)]
        if not choices:
            return True
        (choice, wanted), rest = choices[0], choices[1:]
        assert isinstance(choice, AllOf | AnyOf)
        return any(self._search([(part, wanted)], rest, dict(box)) for part in choice.parts)

    def _cells_of(self, compare: Compare) -> int:
        if compare not in self._where:
            self._where[compare] = self._cells[compare.attribute].where(compare)
        return self._where[compare]

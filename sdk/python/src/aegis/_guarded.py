"""`@aegis.guarded`: a callable whose body is entered only when Aegis permits the call."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ._errors import ConfigurationError, RewriteError
from ._guard import Guard, Options

if TYPE_CHECKING:
    from ._client import Aegis


class CallParameters:
    """Between the arguments of a Python call and the parameters that policies see, by the callable's real signature.

    Defaults are filled in. `*args` is one list under its name, `**kwargs` stand beside the others. `self` and `cls` are left
    out, as are names in `ignore`, such as a database handle.
    """

    def __init__(self, function: Callable[..., Any], ignore: Collection[str]) -> None:
        try:
            self.signature = inspect.signature(function)
        except (TypeError, ValueError) as fault:
            raise ConfigurationError(f"{function!r} has no signature to take parameters from.") from fault
        names = list(self.signature.parameters)
        unknown = set(ignore) - set(names)
        if unknown:
            raise ConfigurationError(f"ignore names {', '.join(sorted(unknown))}, which {function!r} does not take.")
        self.ignored = set(ignore) | ({names[0]} & {"self", "cls"} if names else set())
        kinds = {parameter.kind: name for name, parameter in self.signature.parameters.items()}
        self.more = kinds.get(inspect.Parameter.VAR_KEYWORD)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[inspect.BoundArguments, dict[str, Any]]:
        """Raises: TypeError, as calling the function itself would."""
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        parameters = {name: value for name, value in bound.arguments.items() if name not in self.ignored and name != self.more}
        if self.more is not None and self.more not in self.ignored:
            more = bound.arguments[self.more]
            if twice := more.keys() & parameters.keys():
                raise TypeError(f"`{min(twice)}` is given twice, by position and by name")
            parameters.update(more)
        return bound, parameters

    def rebind(self, bound: inspect.BoundArguments, parameters: Mapping[str, Any], tool: str) -> None:
        """Puts what policy rewrote in place. Raises: RewriteError where it took away what the function needs."""
        left = dict(parameters)
        for name in bound.arguments:
            if name in self.ignored or name == self.more:
                continue
            if name not in left:
                raise RewriteError(f"`{tool}` was not run: policy took `{name}` away, which it needs.", tool=tool)
            value = left.pop(name)
            is_variadic = self.signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
            bound.arguments[name] = tuple(value) if is_variadic else value
        if self.more is not None and self.more not in self.ignored:
            bound.arguments[self.more] = left


def guard_function(aegis: Aegis, function: Callable[..., Any], tool: str | None, ignore: Collection[str], options: Options) -> Any:
    """`function` with the decision in front, of the same kind: plain, coroutine, generator or asynchronous generator."""
    if isinstance(function, (classmethod, staticmethod)) or not callable(function):
        raise ConfigurationError("@guarded belongs on the function itself: write it below @classmethod or @staticmethod.")
    name = tool or getattr(function, "__name__", None)
    if not name:
        raise ConfigurationError(f"{function!r} has no name: give guarded(tool=...).")
    calls = CallParameters(function, ignore)
    is_async_call = inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004

    def guard(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[inspect.BoundArguments, Guard]:
        bound, parameters = calls.bind(args, kwargs)
        return bound, aegis._guard(name, parameters, options)

    if inspect.isasyncgenfunction(function):

        async def guarded_async_generator(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            bound, decision = guard(args, kwargs)
            async with decision as call:
                calls.rebind(bound, call.parameters, name)
                async for item in function(*bound.args, **bound.kwargs):
                    yield await call.aresult(item)

        return functools.wraps(function)(guarded_async_generator)

    if inspect.isgeneratorfunction(function):

        def guarded_generator(*args: Any, **kwargs: Any) -> Iterator[Any]:
            bound, decision = guard(args, kwargs)
            with decision as call:
                calls.rebind(bound, call.parameters, name)
                for item in function(*bound.args, **bound.kwargs):
                    yield call.result(item)

        return functools.wraps(function)(guarded_generator)

    if inspect.iscoroutinefunction(function) or is_async_call:

        async def guarded_coroutine(*args: Any, **kwargs: Any) -> Any:
            bound, decision = guard(args, kwargs)
            async with decision as call:
                calls.rebind(bound, call.parameters, name)
                return await call.aresult(await function(*bound.args, **bound.kwargs))

        return functools.wraps(function)(guarded_coroutine)

    def guarded_function(*args: Any, **kwargs: Any) -> Any:
        bound, decision = guard(args, kwargs)
        with decision as call:
            calls.rebind(bound, call.parameters, name)
            return call.result(function(*bound.args, **bound.kwargs))

    return functools.wraps(function)(guarded_function)

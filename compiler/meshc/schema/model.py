"""The base of every model: strict, closed, frozen, spelled in camel case."""

from __future__ import annotations

from typing import Annotated, Any, NoReturn

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """One mapping of the language; unknown keys and empty values are errors."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=False
    )

    @model_validator(mode="before")
    @classmethod
    def no_empty_values(cls, content: object) -> object:
        """Refuse `key:` without a value: what is not meant is left out."""
        if isinstance(content, dict):
            empty = [key for key, value in content.items() if value is None]
            if empty:
                raise ValueError(f"no value: {', '.join(map(str, empty))}")
        return content


def refuse(_: object) -> NoReturn:
    """Refuse what the language knows and no proxy can carry out yet."""
    raise ValueError("not yet enforceable")


def not_yet(sentence: str) -> Any:  # noqa: ANN401 - it gives a type, which has no type of its own
    """Give the type of a field that is known and refused; the sentence says what is missing."""
    return Annotated[
        None, BeforeValidator(refuse), WithJsonSchema({"x-meshc-not-yet": sentence}), Field()
    ]


def named_after_first(items: list[Any]) -> list[Any]:
    """Refuse a second item without a name: `allow[1]` would change with the order."""
    if any(item.name is None for item in items[1:]):
        raise ValueError("second and further items need a name")
    return items


ONE_OF = {"minProperties": 1, "maxProperties": 1}
"""Schema of a mapping that holds exactly one of its keys."""
NAMED = {"x-meshc-named": True}
"""Schema of a list whose second and further items need a `name`."""

"""The base of every model: strict, closed, frozen, spelled in camel case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import core_schema

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler


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


class Filled(Model):
    """A mapping that says nothing where it is empty, so it is not."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def something(self) -> Self:
        """Refuse a mapping without a field."""
        if not self.model_fields_set:
            raise ValueError("nothing in it")
        return self


class Never:
    """Marks a field that people look for where the language has none: any value is refused."""

    def __init__(self, sentence: str) -> None:
        """Take the sentence that says where to look instead."""
        self.sentence = sentence

    def __get_pydantic_core_schema__(
        self, _: object, __: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Give the check that always fails."""
        return core_schema.no_info_plain_validator_function(self.refuse)

    def __get_pydantic_json_schema__(
        self, _: core_schema.CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, str]:
        """Give the annotation that the native checker reads."""
        return {"x-meshc-never": self.sentence}

    def refuse(self, _: object) -> NoReturn:
        """Refuse; raises ValueError always."""
        raise ValueError(f"not a field here: {self.sentence}")


class AnyJson:
    """Any JSON: text, whole numbers, truth values, lists and mappings of them."""

    nulls = False
    """Whether `null` stands for something."""

    def __get_pydantic_core_schema__(
        self, _: object, __: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Give the check."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(
        self, _: core_schema.CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, bool]:
        """Give the annotation that the native checker reads."""
        return {"x-meshc-json": True}

    def check(self, value: object) -> object:
        """Refuse nothing at all and what readers of JSON see differently; raises ValueError."""
        if isinstance(value, list | dict):
            inner = value.values() if isinstance(value, dict) else value
            keys = value if isinstance(value, dict) else ()
            if not all(isinstance(key, str) for key in keys):
                raise ValueError("keys are text")
            for one in inner:
                self.check(one)
        elif value is None and self.nulls:
            return value
        elif not isinstance(value, str | bool | int):
            # Only a ValueError is one of the document's mistakes to pydantic.
            raise ValueError("neither scalar, list nor mapping")
        elif isinstance(value, int) and abs(value) > EXACT:
            raise ValueError("a whole number of at most 53 bits")
        return value


EXACT: Final = 2**53 - 1
"""The largest whole number that every reader of JSON keeps (RFC 8259, section 6)."""
Json = Annotated[Any, AnyJson()]


class MergeJson(AnyJson):
    """A JSON merge patch (RFC 7396): a mapping, in which `null` removes."""

    nulls = True

    def __get_pydantic_core_schema__(
        self, _: object, __: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Give the check."""
        return core_schema.no_info_plain_validator_function(self.mapping)

    def __get_pydantic_json_schema__(
        self, _: core_schema.CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Give the annotation that the native checker reads."""
        return {"type": "object", "x-meshc-json": True, "x-meshc-null": True}

    def mapping(self, value: object) -> object:
        """Refuse what is no mapping; raises ValueError."""
        if not isinstance(value, dict):
            raise ValueError("a mapping is wanted")  # noqa: TRY004 - one of the document's mistakes
        return self.check(value)


MergePatch = Annotated[dict[str, Any], MergeJson()]


class Named(Protocol):
    """An item that may have a name."""

    @property
    def name(self) -> str | None:
        """Its name."""


Item = TypeVar("Item", bound=Named)


def named_after_first(items: list[Item]) -> list[Item]:
    """Refuse a second item without a name: `allow[1]` would change with the order."""
    if any(item.name is None for item in items[1:]):
        raise ValueError("second and further items need a name")
    return items


ONE_OF = {"minProperties": 1, "maxProperties": 1}
"""Schema of a mapping that holds exactly one of its keys."""
NAMED = {"x-meshc-named": True}
"""Schema of a list whose second and further items need a `name`."""

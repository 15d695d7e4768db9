"""What may stand beside a type in Annotated[…]: limits of the value, its default, its display."""

import abc
import dataclasses
import typing


class Validator(abc.ABC):
    """A rule that a value must obey before it is stored."""

    @abc.abstractmethod
    def validate(self, value) -> None:
        """Raise, usually ValueError, if the value breaks the rule."""


class NotNone(Validator):
    """The value is there."""

    def validate(self, value) -> None:
        """Raise ValueError for None."""
        if value is None:
            raise ValueError("Value must not be None")


class IsNone(Validator):
    """The value is not there."""

    def validate(self, value) -> None:
        """Raise ValueError for anything but None."""
        if value is not None:
            raise ValueError("Value must be None")


class IsInstance(Validator):
    """The value is None or of a class."""

    def __init__(self, classtype):
        self.classtype = classtype

    def validate(self, value) -> None:
        """Raise TypeError for a value of another class."""
        if not (value is None or isinstance(value, self.classtype)):
            raise TypeError(f"Value {value!r} must be of type {self.classtype}, not {type(value)}")


class WithinRange(Validator):
    """The value lies between two limits or on them."""

    def __init__(self, minimum, maximum):
        self.minimum = minimum
        self.maximum = maximum

    def validate(self, value) -> None:
        """Raise ValueError outside the limits."""
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"Value {value} must be within [{self.minimum}, {self.maximum}]")


class Minimum(Validator):
    """The value is not below a limit."""

    def __init__(self, minimum):
        self.minimum = minimum

    def validate(self, value) -> None:
        """Raise ValueError below the limit."""
        if value < self.minimum:
            raise ValueError(f"Value {value} must be at least {self.minimum}")


class Maximum(Validator):
    """The value is not above a limit."""

    def __init__(self, maximum):
        self.maximum = maximum

    def validate(self, value) -> None:
        """Raise ValueError above the limit."""
        if value > self.maximum:
            raise ValueError(f"Value {value} must be at most {self.maximum}")


class Choice(Validator):
    """The value is one of a list."""

    def __init__(self, choices):
        self.choices = choices

    def validate(self, value) -> None:
        """Raise ValueError for a value that is not in the list."""
        if value not in self.choices:
            raise ValueError(f"Value {value!r} must be one of {self.choices}")


class Exclude(Validator):
    """The value is none of a list."""

    def __init__(self, excludedValues):
        self.excludedValues = excludedValues

    def validate(self, value) -> None:
        """Raise ValueError for a value that is in the list."""
        if value in self.excludedValues:
            raise ValueError(f"Value {value!r} must be none of {self.excludedValues}")


class Default:
    """The value that a new parameter node starts with, or what makes it."""

    def __init__(self, value=None, *, generator=None):
        self._value = value
        self._generator = generator

    @property
    def value(self):
        """The value, made anew at every call if it is generated."""
        return self._generator() if self._generator else self._value

    def __repr__(self) -> str:
        return f"Default(value={self._value}, generator={self._generator})"

    def __eq__(self, other) -> bool:
        if not isinstance(other, Default):
            return False
        return (self._value, self._generator) == (other._value, other._generator)

    __hash__ = None


@dataclasses.dataclass
class Decimals:
    """Digits after the point that the widget shows."""

    value: int


@dataclasses.dataclass
class SingleStep:
    """How far one click on the widget goes."""

    value: float


def splitAnnotations(annotated) -> tuple[typing.Any, tuple]:
    """Return the bare type and what stands beside it in Annotated[…]."""
    if typing.get_origin(annotated) is typing.Annotated:
        return annotated.__origin__, annotated.__metadata__
    return annotated, ()


def unannotatedType(annotated):
    """Return the bare type."""
    return splitAnnotations(annotated)[0]


def findFirstAnnotation(annotations, wanted):
    """Return the first annotation of a class, None if there is none."""
    return next((each for each in annotations if isinstance(each, wanted)), None)

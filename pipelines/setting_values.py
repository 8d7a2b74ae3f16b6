"""How values of settings are written in the environment: lists, weights, and what counts as unset."""

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from recommender.models import model_family

_MODEL_NAME = re.compile(r"[\w.:/-]{1,100}")


def _postgres_url(value: object) -> object:
    """Refuse what dbt, Dagster and psycopg would not all read alike; empty is as good as unset."""
    if isinstance(value, str) and value and not value.startswith(("postgresql://", "postgres://")):
        raise ValueError("it must begin with postgresql://")
    return value or None


def _none_if_empty(value: object) -> object:
    """Take empty for unset, and not for the folder that one happens to be in."""
    return value or None


def _split_paths(value: object) -> object:
    """Accept a path list as the shell writes one; the colon of a bucket's address parts nothing."""
    if not isinstance(value, str):
        return value
    return tuple(part for part in re.split(rf"{re.escape(os.pathsep)}(?!//)", value) if part)


def _split_addresses(value: object) -> object:
    """Accept addresses separated by spaces, which have none in them."""
    return tuple(value.split()) if isinstance(value, str) else value


def _split_names(value: object) -> object:
    """Accept names or numbers separated by commas; a plugin's agent has a colon in its name."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _read_weights(value: object) -> object:
    """Accept pairs of a model and a number above 0; a model that is not named counts 1."""
    if not isinstance(value, str):
        return value
    weights: dict[str, float] = {}
    for pair in filter(None, map(str.strip, value.split(","))):
        named, equals, number = pair.partition("=")
        model = model_family(named)
        if not equals or not _MODEL_NAME.fullmatch(model):
            raise ValueError("it must be a list as opus=5,sonnet=1,haiku=.2: models and numbers above 0")
        try:
            weight = float(number)
        except ValueError:
            weight = 0.0
        if not 0 < weight < float("inf"):
            raise ValueError("every weight must be a number above 0")
        if model in weights:
            raise ValueError("it names a model twice; versions of one family have one weight")
        weights[model] = weight
    return weights


EmptyIsUnset = BeforeValidator(_none_if_empty)
PostgresUrl = Annotated[SecretStr | None, BeforeValidator(_postgres_url)]
PathList = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_split_paths)]
NameList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_names)]
NumberList = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_split_names)]
Addresses = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_split_addresses)]
Weights = Annotated[dict[str, float], NoDecode, BeforeValidator(_read_weights)]

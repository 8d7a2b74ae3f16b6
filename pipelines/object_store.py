"""Buckets: how they are named, opened with the credentials that their owner's other tools use, and how they fail.

A bucket's address goes through the settings as a `Path`, which keeps one slash of `s3://`; `address` gives it back.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, NamedTuple

from recommender.commands.registry import imported

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES = ("s3", "gs", "az")
EXTRA = "cloud"
_RETRIES: Any = {"max_retries": 4, "retry_timeout": timedelta(seconds=60)}
_CLIENT: Any = {"connect_timeout": "10s", "timeout": "5min", "allow_http": True}  # an endpoint of one's own may be HTTP
_CREDENTIALS = {
    "s3": "AWS_PROFILE, AWS_ACCESS_KEY_ID or the role of this machine",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS or `gcloud auth application-default login`",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or `az login`",
}


class Place(NamedTuple):
    """A place in a bucket; `key` is a prefix, an object's whole key, or empty."""

    scheme: str
    bucket: str
    key: str

    @property
    def address(self) -> str:
        """Return the address that a person would write."""
        return f"{self.scheme}://{self.bucket}/{self.key}".rstrip("/")


class BucketError(OSError):
    """A bucket or an object cannot be had; `strerror` says why, and what to do about it."""


def place_of(path: PurePath) -> Place | None:
    """Return the place in a bucket that a path stands for; None for a path of this machine."""
    scheme, slash, rest = path.as_posix().partition(":/")
    if not slash or scheme not in SCHEMES:
        return None
    bucket, _, key = rest.lstrip("/").partition("/")
    return Place(scheme, bucket, key)


def address(path: PurePath) -> str:
    """Return a path as a person writes it: a bucket's address with both of its slashes."""
    place = place_of(path)
    return place.address if place else str(path)


def absolute(path: Path) -> Path:
    """Return a path of this machine from the root on, a bucket's as it is."""
    return path if place_of(path) else path.expanduser().absolute()


@contextmanager
def opened(place: Place) -> Iterator["ObjectStore"]:
    """Yield the store of a bucket; raises `BucketError` for what the provider refuses, in words.

    Raises `MissingExtraError` where the library is not installed.
    """
    obstore = imported("obstore", f"Reading {place.scheme}:// addresses", EXTRA)
    try:
        yield _store(place.scheme, place.bucket)
    except obstore.exceptions.PreconditionError:  # for anyone who asked for one version
        raise
    except (obstore.exceptions.BaseError, FileNotFoundError, ValueError) as error:
        raise BucketError(None, _in_words(place, str(error))) from None


def move(written: Path, destination: Path, name: str) -> None:
    """Put a file in its place at once: a rename in a folder, an upload that is seen when it is whole in a bucket.

    Raises `OSError`, `BucketError` for a bucket.
    """
    place = place_of(destination)
    if place is None:
        (destination / name).parent.mkdir(parents=True, exist_ok=True)
        written.replace(destination / name)
        return
    with opened(place) as store:
        store.put(f"{place.key.rstrip('/')}/{name}".lstrip("/"), written)


@lru_cache(maxsize=64)
def _store(scheme: str, bucket: str) -> "ObjectStore":
    from obstore.store import from_url

    given: dict[str, Any] = {"credential_provider": provider} if scheme == "s3" and (provider := _of_boto3()) else {}
    return from_url(f"{scheme}://{bucket}", client_options=_CLIENT, retry_config=_RETRIES, **given)


def _of_boto3() -> Any:
    """Return the credentials that AWS's own tools find (profiles, SSO, roles); None where they find none."""
    from obstore.auth.boto3 import Boto3CredentialProvider

    try:
        return Boto3CredentialProvider()
    except ValueError:
        return None


def _in_words(place: Place, told: str) -> str:
    """Return what went wrong and what to do; an error of the library's is a page long and quotes its requests."""
    code = next(iter(re.findall(r"<Code>(\w+)</Code>", told)), "")
    status = next(iter(re.findall(r"status code: (\d{3})", told)), "")
    is_missing = code in {"NoSuchBucket", "ContainerNotFound"} or "specified bucket does not exist" in told
    if is_missing:
        return f"there is no bucket {place.bucket}; check its name"
    if re.search(r"169\.254\.169\.254|metadata\.google|source: Missing|must be specified", told):
        return f"no credentials were found; set {_CREDENTIALS[place.scheme]}"
    if status == "404":
        return f"there is no object {place.key}"
    if status in {"400", "401", "403"}:
        return (
            f"access is denied{f' ({code})' if code else ''}; check {_CREDENTIALS[place.scheme]}, and what they may do"
        )
    if status:
        return f"the provider answers {status}{f' ({code})' if code else ''}"
    return "the provider does not answer; check the network and the endpoint"

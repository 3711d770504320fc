"""The client of an object store."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cesctl.cloud.errors import StoreError, unusable
from cesctl.cloud.settings import PREFIX, Purpose, check_endpoint, client_options, retry_config
from cesctl.extras import CLOUD

if TYPE_CHECKING:
    from obstore.store import ObjectStore

    from cesctl.cloud.urls import Place


def opened(place: Place, purpose: Purpose) -> ObjectStore:
    """The client for a place's bucket. Raises StoreError where the environment does not do, and UsageError
    without obstore; asks nothing of the store.
    """
    CLOUD.check(f"{place.url}: ")
    check_endpoint(place)
    names = PREFIX[place.kind]
    said = tuple(sorted((k, v) for k, v in os.environ.items() if k.startswith(names)))
    return _opened(place.at(""), purpose, said)


@lru_cache(maxsize=8)
def _opened(place: Place, purpose: Purpose, _said: tuple[tuple[str, str], ...]) -> ObjectStore:
    """``_said``: what the environment says, which obstore reads by itself."""
    from obstore.exceptions import BaseError
    from obstore.store import AzureStore, GCSStore, S3Store

    how: dict[str, Any] = {
        "client_options": client_options(place.kind, purpose),
        "retry_config": retry_config(purpose),
    }
    try:
        if place.kind == "s3":
            return S3Store(place.bucket, **how)
        if place.kind == "gs":
            return GCSStore(place.bucket, **how)
        if place.account:
            return AzureStore.from_url(
                f"abfss://{place.bucket}@{place.account}{place.host}/", **how
            )
        return AzureStore(place.bucket, **how)
    except (BaseError, ValueError, OSError) as error:
        raise StoreError(unusable(error, place)) from None

"""Buckets of the test servers, filled and looked into by another client than the one under test."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.cloud import azurite

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY = "AKIAQQQQQQQQQQQQQQQQ"
SECRET = "wJalrSECRETsecretSECRETsecretSECRETsecret"
ODD_KEYS = (
    "a b.csv", "p%41q.csv", "%2F.csv", "h#x.csv", "q?y.csv", "é/ü😀.csv", "day=2026-01-01/x.csv",
    "plus+x.csv", "am&p.csv", "br[a]c.csv", "st*r.csv", "back\\slash.csv", "tilde~.csv", "quote'\".csv",
    "trail /x.csv", "a|b^c`{}<>.csv", "semi;colon:.csv", "-dash.csv", "at@x.csv",
)  # fmt: skip


@dataclass(frozen=True)
class S3:
    """A bucket of an S3 server; ``root``: its URL, ``endpoint``: the server's."""

    root: str
    endpoint: str
    client: Any

    @classmethod
    def new(cls, endpoint: str) -> S3:
        import boto3

        name = f"bucket{secrets.token_hex(6)}"
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
        )
        client.create_bucket(Bucket=name)
        return cls(f"s3://{name}", endpoint, client)

    @property
    def name(self) -> str:
        return self.root.removeprefix("s3://")

    def put(self, key: str, data: bytes | str) -> str:
        """The URL of a new object."""
        body = data.encode() if isinstance(data, str) else data
        self.client.put_object(Bucket=self.name, Key=key, Body=body)
        return f"{self.root}/{key}"

    def put_many(self, keys: Sequence[str]) -> None:
        """Past the network, which takes its time."""
        from moto.s3.models import s3_backends

        (backend,) = (b["aws"] for b in s3_backends.values() if self.name in b["aws"].buckets)
        for key in keys:
            backend.put_object(self.name, key, b"x")

    def get(self, key: str) -> bytes:
        body: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return body

    def keys(self) -> list[str]:
        return [o["Key"] for o in self.client.list_objects_v2(Bucket=self.name).get("Contents", ())]


@dataclass(frozen=True)
class Azure:
    """A container of Azurite; ``root``: its URL."""

    root: str
    store: Any = field(repr=False)

    @classmethod
    def new(cls, endpoint: str) -> Azure:
        from obstore.store import AzureStore

        name = f"container{secrets.token_hex(6)}"
        azurite.make_container(endpoint, name)
        # there is no second client worth its weight; this one is used bare
        return cls(f"az://{name}", AzureStore(name, client_options={"allow_http": True}))

    def put(self, key: str, data: bytes | str) -> str:
        self.store.put(key, data.encode() if isinstance(data, str) else data)
        return f"{self.root}/{key}"

    def get(self, key: str) -> bytes:
        return bytes(self.store.get(key).bytes())

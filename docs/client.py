"""An example of a client of the API: a CRM's nightly job, with nothing but Python's own library.

Run: CONCORD_KEY=<key> python docs/client.py http://127.0.0.1:8000
"""

import json
import os
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import Request, urlopen


class Problem(Exception):
    """What the API refused: `document` says why, `status` how."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(f"{status} {document['type']}: {document['detail']}")
        self.status, self.document = status, document


class Concord:
    """One Concord, as the owner of a key."""

    def __init__(self, home: str, key: str) -> None:
        self.home, self.key = home, key

    def call(self, method: str, address: str, data: Any = None, **headers: str) -> Any:
        """Call an address and return what it answers; raise Problem."""
        body = None if data is None else json.dumps(data).encode()
        named = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **headers}
        asked = Request(urljoin(self.home, address), body, named, method=method)
        try:
            with urlopen(asked, timeout=30) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise Problem(error.code, json.load(error)) from error

    def every(self, address: str) -> Iterator[dict[str, Any]]:
        """Yield all rows of a list, page by page."""
        following: str | None = address
        while following:
            page = self.call("GET", following)
            yield from page["results"]
            following = page["next"]

    def post(self, address: str, data: Any) -> Any:
        """Do something exactly once: after a broken connection the same key gets the same answer."""
        return self.call("POST", address, data, **{"Idempotency-Key": str(uuid.uuid4())})


def main(home: str, key: str) -> None:
    concord = Concord(home, key)
    me = concord.call("GET", "/api/v1/me/")
    print(f"Acting for {me['name']} ({me['role']}), scopes {', '.join(me['scopes'])}")

    ready = list(concord.every("/api/v1/leads/?view=ready&limit=100"))
    print(f"{len(ready)} sales-ready leads")

    offers = concord.every("/api/v1/handoffs/?state=offered")
    mine = next((offer for offer in offers if offer["rep"] and offer["rep"]["id"] == me["id"]), None)
    if mine is None:
        print("No offer waits for you.")
        return
    touch = {
        "lead": mine["lead"], "side": "prospect", "kind": "visited", "source": "website",
        "external_id": f"visit-{uuid.uuid4()}", "happened_at": datetime.now(UTC).isoformat(),
    }  # fmt: skip
    results = concord.post("/api/v1/touches/batch/", {"touches": [touch]})["results"]
    print(f"Touch of lead {mine['lead']}: {results[0]['status']}")
    try:
        taken = concord.post(f"/api/v1/handoffs/{mine['id']}/accept/", {})
    except Problem as problem:
        print(f"Not accepted. {problem.document['detail']}")
        return
    print(f"Accepted handoff {taken['id']}")
    for clock in concord.every(f"/api/v1/handoffs/{taken['id']}/clocks/"):
        if clock["state"] == "running":
            print(f"  {clock['kind']} until {clock['due_at']}")


if __name__ == "__main__":
    main(sys.argv[1], os.environ["CONCORD_KEY"])

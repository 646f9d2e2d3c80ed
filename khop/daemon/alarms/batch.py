"""What goes out on one channel at once: the messages that wait, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khop.daemon.alarms.texts import Text, Told
from khop.text.digest import hex_digest
from khop.text.local_time import local_text


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``id``: the same at each try, by which a receiver knows what it has had."""

    id: str
    told: Told
    text: Text

    def as_json(self) -> dict[str, Any]:
        told = self.told
        return {
            "message": self.id,
            "kind": told.kind.value,
            "about": told.about,
            "state": told.state if told.ended is None else told.ended,
            "since": local_text(told.opened_us),
            "as_of": None if told.ok_us is None else local_text(told.ok_us),
            "title": self.text.title,
            "text": list(self.text.lines),
            "section": self.text.heading,
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that go out together. ``place``: whose they are, such as ``Tỉnh Mẫu``."""

    place: str
    messages: Sequence[Message]

    @property
    def id(self) -> str:
        """The digest of the messages' ids."""
        return hex_digest(json.dumps([one.id for one in self.messages]).encode())

    @property
    def title(self) -> str:
        """The title of the first message, and how many there are."""
        more = len(self.messages) - 1
        return self.messages[0].text.title + (f" (+{more})" if more else "")

    @property
    def text(self) -> str:
        """The messages in words, one below the other, each with its title when there are
        several."""
        several = len(self.messages) > 1
        parts = ([one.text.title] * several + list(one.text.lines) for one in self.messages)
        return "\n\n".join("\n".join(lines) for lines in parts) + "\n"

    def as_json(self) -> Mapping[str, Any]:
        return {
            "id": self.id,
            "place": self.place,
            "alarms": [message.as_json() for message in self.messages],
        }

"""Wakes everyone who follows a query when something about it was journalled."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from oracle.domain.asked import ReplyNews


class Feed:
    """What one follower has not been told yet."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._taken: list[ReplyNews] = []
        self._unread = False

    def add(self, news: ReplyNews) -> None:
        self._taken.append(news)
        self._news.set()

    def read_again(self) -> None:
        self._unread = True
        self._news.set()

    async def next(self, *, patience_s: float) -> Sequence[ReplyNews]:
        """What was written since the last call, once there is anything.

        Nothing when that alone does not say what changed, or so much time has passed without news.
        """
        try:
            async with asyncio.timeout(patience_s):
                await self._news.wait()
        except TimeoutError:
            self._unread = True
        taken, unread = self._taken, self._unread
        self._taken, self._unread = [], False
        self._news.clear()
        return () if unread else taken


class Changes:
    """Most changes say that there is something to read.

    Express answers, of which many come at once, come with what was written.
    """

    def __init__(self) -> None:
        self._feeds = defaultdict[str, list[Feed]](list)

    @contextmanager
    def followed(self, query_id: str) -> Iterator[Feed]:
        """Of everything from now on."""
        feed = Feed()
        self._feeds[query_id].append(feed)
        try:
            yield feed
        finally:
            self._feeds[query_id].remove(feed)
            if not self._feeds[query_id]:
                del self._feeds[query_id]

    def tell(self) -> None:
        for feeds in self._feeds.values():
            for feed in feeds:
                feed.read_again()

    def tell_taken(self, query_id: str, news: ReplyNews) -> None:
        """After it is on disk."""
        for feed in self._feeds.get(query_id, ()):
            feed.add(news)

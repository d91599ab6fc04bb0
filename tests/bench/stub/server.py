"""The stub over HTTP/1.1 with connections kept open, as AWS has them. Prints its port, runs until its input ends."""

from __future__ import annotations

import asyncio
import gc
import sys
import zlib

from tests.bench.stack import layout
from tests.bench.stub.account import Account

REQUEST_ID = "0F7M7E8V1C3K2QK0T1H0000000VV4KQNSO5AEMVJF66Q9ASUAAJG"


class Connection(asyncio.Protocol):
    """One connection; requests come one after the other, each with a Content-Length."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio has set TCP_NODELAY already."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            first, *lines = self._received[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = int(headers.get("content-length", 0))
            if len(self._received) < end + 4 + length:
                return
            body = self._received[end + 4 : end + 4 + length]
            self._received = self._received[end + 4 + length :]
            method, path, _ = first.split(" ", 2)
            answer = self._account.answer(method, path.partition("?")[0], headers.get("x-amz-target", ""), body)
            head = (
                f"HTTP/1.1 {answer.status} {'OK' if answer.status == 200 else 'Refused'}\r\n"
                "Server: Server\r\n"
                "Date: Mon, 23 Nov 2026 08:00:00 GMT\r\n"
                f"Content-Type: {answer.media_type}\r\n"
                f"Content-Length: {len(answer.body)}\r\n"
                "Connection: keep-alive\r\n"
                f"x-amzn-RequestId: {REQUEST_ID}\r\n"
                f"x-amz-crc32: {zlib.crc32(answer.body)}\r\n\r\n"
            )
            self._transport.write(head.encode() + answer.body)


async def serve(readers: int, rate: float) -> None:
    """Serve until standard input ends, that is until whoever started us is gone."""
    account = Account(layout(), readers, rate)
    gc.freeze()
    gc.disable()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(account), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))

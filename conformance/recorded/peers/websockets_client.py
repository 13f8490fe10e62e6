"""A client on the Python library `websockets` that runs every case of a fuzzing server.

    pip install websockets
    python3 websockets_client.py ws://127.0.0.1:9001
"""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

AGENT = "websockets"


async def run(url):
    try:
        # Group 9 sends messages of up to 16 MiB. The default limit is 1 MiB.
        async with connect(url, max_size=16 << 20) as connection:
            async for message in connection:
                await connection.send(message)
    except (WebSocketException, OSError) as problem:
        print(type(problem).__name__, problem)


async def main():
    server = sys.argv[1].rstrip("/")
    async with connect(server + "/getCaseCount") as connection:
        count = int(await connection.recv())
    for case in range(1, count + 1):
        await run(f"{server}/runCase?case={case}&agent={AGENT}")
    await run(f"{server}/updateReports?agent={AGENT}")


asyncio.run(main())

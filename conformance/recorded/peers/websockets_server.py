"""An echo server on the Python library `websockets`, as it is by default except for one limit.

    pip install websockets
    python3 websockets_server.py 127.0.0.1:9102
"""

import asyncio
import sys

from websockets.asyncio.server import serve


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def main():
    host, port = sys.argv[1].rsplit(":", 1)
    # Group 9 sends messages of up to 16 MiB. The default limit is 1 MiB.
    async with serve(echo, host, int(port), max_size=16 << 20) as server:
        print("listening on http://%s:%d" % server.sockets[0].getsockname(), flush=True)
        await server.serve_forever()


asyncio.run(main())

"""A server with the faults of popular WebSocket tutorials, for the checker to find.

Written for this project from a list of what such tutorials do, and not to be learned from. It
differs in one thing: it gives each connection a thread, where they serve one client and end (F16),
as nothing else could be measured. Run it with an address such as 127.0.0.1:0; its first line of
output says where it listens.
"""

import base64
import hashlib
import socket
import struct
import sys
import threading

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def find_header(request, name):
    # F2: one spelling of the name only, and the value ends at the second colon.
    for line in request.split("\r\n"):
        if line.startswith(name):
            return line.split(":")[1].strip()
    return None


def decode(frame):
    # F8: nobody asks whether it is masked. F10, F11, F12: nobody looks at the first byte.
    length = frame[1] & 127
    if length == 126:
        key, payload = frame[4:8], frame[8:]
    elif length == 127:
        key, payload = frame[10:14], frame[14:]
    else:
        key, payload = frame[2:6], frame[6:]
    plain = bytearray(payload[i] ^ key[i % 4] for i in range(len(payload)))
    return plain.decode("utf-8")


def encode(text):
    payload = text.encode("utf-8")
    length = len(payload)
    if length <= 125:
        header = struct.pack("BB", 0x81, length)
    elif length == 126:  # F13: should be up to 65535.
        header = struct.pack("!BBH", 0x81, 126, length)
    else:
        header = struct.pack("!BBQ", 0x81, 127, length)
    return header + payload


def serve(connection):
    # F1: one read for a request. F3: nothing is validated.
    request = connection.recv(1024).decode("utf-8", "replace")
    key = find_header(request, "Sec-WebSocket-Key")
    accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    connection.sendall(
        (
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: " + accept + "\r\n"
            "WebSocket-Location: ws://127.0.0.1/\r\n\r\n"  # F4
        ).encode()
    )
    while True:
        frame = connection.recv(8096)  # F9: one read for a frame.
        if not frame:
            return
        connection.sendall(encode(decode(frame)))  # F14: a close frame is text, too.


def run(connection):
    try:
        serve(connection)
    except Exception as problem:  # F15: here ends one connection, and theirs all of them.
        print(type(problem).__name__, problem, file=sys.stderr)
    finally:
        connection.close()


def main():
    host, port = sys.argv[1].split(":")
    listener = socket.create_server((host, int(port)))
    print("listening on http://%s:%d" % listener.getsockname(), flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=run, args=(connection,), daemon=True).start()


main()

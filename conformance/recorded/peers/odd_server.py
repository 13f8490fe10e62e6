"""An echo server with one odd habit, on Python's standard library.

    python3 odd_server.py 127.0.0.1:9104 no-pong

The habits:
    no-pong     it does not answer pings
    fragments   it sends each message in three fragments
    drops       it ends TCP where it should send a close frame
    careless    it checks nothing: no reserved bit, no opcode, no UTF-8, no close frame
    greets      it sends a message when the connection opens
    text        it sends each message as text
    lingers     it answers a close frame, and does not end TCP
"""

import base64
import hashlib
import socket
import sys
import threading

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
HABIT = sys.argv[2]


class Violation(Exception):
    """The peer broke the rules. The first argument is the status code."""


def serve(connection):
    reader = connection.makefile("rb")
    handshake(connection, reader)
    if HABIT == "greets":
        send(connection, TEXT, b"welcome")
    code = b""
    try:
        code = echo(connection, reader)
    except Violation as violation:
        code = violation.args[0].to_bytes(2, "big")
    if HABIT != "drops":
        send(connection, CLOSE, code)
    if HABIT == "lingers":
        reader.read()


def handshake(connection, reader):
    key = b""
    while (line := reader.readline().strip()) != b"":
        name, _, value = line.partition(b":")
        if name.lower() == b"sec-websocket-key":
            key = value.strip()
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def echo(connection, reader):
    """Echoes until a close frame, and returns its status code."""
    kind, message = None, b""
    while True:
        first, opcode, payload = receive(reader)
        final = bool(first & 0x80)
        if opcode == CLOSE:
            return status_code(payload)
        if opcode == PING and HABIT != "no-pong":
            send(connection, PONG, payload)
        if opcode in (PING, PONG):
            continue
        if HABIT != "careless" and (opcode == CONTINUATION) != (kind is not None):
            raise Violation(1002)
        if opcode != CONTINUATION:
            kind, message = opcode, b""
        message += payload
        if final:
            if kind == TEXT:
                check_utf8(message)
            send(connection, TEXT if HABIT == "text" else kind or TEXT, message)
            kind = None


def receive(reader):
    first, second = exactly(reader, 2)
    opcode, length = first & 15, second & 127
    if HABIT != "careless":
        if first & 0x70 or opcode not in (0, 1, 2, 8, 9, 10) or not second & 0x80:
            raise Violation(1002)
        if opcode >= 8 and (length > 125 or not first & 0x80):
            raise Violation(1002)
    if length >= 126:
        length = int.from_bytes(exactly(reader, 2 if length == 126 else 8), "big")
    mask = exactly(reader, 4)
    return first, opcode, unmask(exactly(reader, length), mask)


def exactly(reader, length):
    data = reader.read(length)
    if len(data) < length:
        raise EOFError
    return data


def unmask(payload, mask):
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    number = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return number.to_bytes(len(payload), "big")


def check_utf8(data):
    try:
        data.decode() if HABIT != "careless" else None
    except UnicodeDecodeError:
        raise Violation(1007) from None


def status_code(payload):
    if HABIT == "careless" or not payload:
        return payload[:2]
    code = int.from_bytes(payload[:2], "big")
    known = code in (1000, 1001, 1002, 1003, *range(1007, 1012), *range(3000, 5000))
    if len(payload) == 1 or not known:
        raise Violation(1002)
    check_utf8(payload[2:])
    return payload[:2]


def send(connection, opcode, payload):
    if HABIT != "fragments" or opcode >= 8:
        connection.sendall(frame(0x80 | opcode, payload))
        return
    third = len(payload) // 3
    connection.sendall(
        frame(opcode, payload[:third])
        + frame(CONTINUATION, payload[third : 2 * third])
        + frame(0x80, payload[2 * third :])
    )


def frame(first, payload):
    length = len(payload)
    if length < 126:
        header = bytes([first, length])
    elif length < 65536:
        header = bytes([first, 126]) + length.to_bytes(2, "big")
    else:
        header = bytes([first, 127]) + length.to_bytes(8, "big")
    return header + payload


def run(connection):
    with connection:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve(connection)
        except (EOFError, OSError):
            pass


def main():
    host, port = sys.argv[1].split(":")
    listener = socket.create_server((host, int(port)))
    print("listening on http://%s:%d" % listener.getsockname(), flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=run, args=(connection,), daemon=True).start()


main()

"""Opens two WebSockets on one connection of HTTP/2, with Python's h2: `peer.py PORT`.

Prints a line for each answer, each text, and each close frame, in the order of the streams.
"""

import socket
import sys

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RemoteSettingsChanged, ResponseReceived, StreamEnded
from h2.settings import SettingCodes

STREAMS = (1, 3)
KEY = b"\x37\xfa\x21\x3d"


def masked(opcode, payload):
    """A frame as a client sends it."""
    data = bytes(byte ^ KEY[index % 4] for index, byte in enumerate(payload))
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + KEY + data


def main(port):
    connection = H2Connection(H2Configuration(header_encoding="utf-8"))
    connection.initiate_connection()
    stream = socket.create_connection(("127.0.0.1", port), timeout=10)
    lines = {number: [] for number in STREAMS}
    is_open, ended = False, 0
    while ended < len(STREAMS):
        stream.sendall(connection.data_to_send())
        received = stream.recv(65536)
        assert received, "the connection ended"
        for event in connection.receive_data(received):
            if isinstance(event, RemoteSettingsChanged) and not is_open:
                is_open = True
                setting = event.changed_settings[SettingCodes.ENABLE_CONNECT_PROTOCOL]
                assert setting.new_value == 1
                for number in STREAMS:
                    connection.send_headers(number, [
                        (":method", "CONNECT"),
                        (":protocol", "websocket"),
                        (":scheme", "http"),
                        (":authority", f"127.0.0.1:{port}"),
                        (":path", "/echo"),
                        ("sec-websocket-version", "13"),
                    ])
            elif isinstance(event, ResponseReceived):
                lines[event.stream_id].append(dict(event.headers)[":status"])
                hello = f"hello {event.stream_id}".encode()
                connection.send_data(event.stream_id, masked(1, hello))
            elif isinstance(event, DataReceived):
                connection.acknowledge_received_data(
                    event.flow_controlled_length, event.stream_id)
                if event.data[:1] == b"\x81":
                    lines[event.stream_id].append(event.data[2:].decode())
                    connection.send_data(event.stream_id, masked(8, b"\x03\xe8"))
                elif event.data:
                    code = int.from_bytes(event.data[2:4], "big")
                    lines[event.stream_id].append(f"closed with {code}")
            elif isinstance(event, StreamEnded):
                connection.end_stream(event.stream_id)
                ended += 1
    for what in zip(*lines.values()):
        for number, line in zip(STREAMS, what):
            print(f"{number}: {line}")


main(int(sys.argv[1]))

// The uWebSockets server that `just bench --uwebsockets PROGRAM` compares with: an echo at `/`, the
// same with compression at `/compressed`, and a room at `/room/NAME`. Like the steps, it takes an
// address and prints the one it listens on.
//
// To build it, with a C++ compiler and zlib:
//
//   git clone --recurse-submodules https://github.com/uNetworking/uWebSockets
//   cd uWebSockets/uSockets
//   cc -O3 -march=native -flto -DLIBUS_NO_SSL -std=c11 -Isrc -c src/*.c src/eventing/epoll_kqueue.c
//   cd ../..
//   c++ -O3 -march=native -flto -DLIBUS_NO_SSL -std=c++20 -IuWebSockets/src
//       -IuWebSockets/uSockets/src server.cpp uWebSockets/uSockets/*.o -lz -o uwebsockets-server

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "App.h"

struct Nothing {};
using Socket = uWS::WebSocket<false, true, Nothing>;

// Nobody is disconnected for being slow or quiet: the load decides how much is in flight.
static uWS::App::WebSocketBehavior<Nothing> behavior() {
    uWS::App::WebSocketBehavior<Nothing> behavior;
    behavior.maxPayloadLength = 16 * 1024 * 1024;
    behavior.maxBackpressure = 64 * 1024 * 1024;
    behavior.idleTimeout = 0;
    behavior.sendPingsAutomatically = false;
    behavior.resetIdleTimeoutOnSend = false;
    return behavior;
}

int main(int count, char **arguments) {
    const std::string address = count > 1 ? arguments[1] : "127.0.0.1:0";
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos) {
        return EXIT_FAILURE;
    }
    const std::string host = address.substr(0, colon);
    const int port = std::atoi(address.c_str() + colon + 1);
    signal(SIGPIPE, SIG_IGN);

    auto plain = behavior();
    plain.compression = uWS::DISABLED;
    plain.message = [](Socket *socket, std::string_view message, uWS::OpCode code) {
        socket->send(message, code);
    };

    auto compressed = behavior();
    compressed.compression =
        uWS::CompressOptions(uWS::SHARED_COMPRESSOR | uWS::SHARED_DECOMPRESSOR);
    compressed.message = [](Socket *socket, std::string_view message, uWS::OpCode code) {
        socket->send(message, code, true);
    };

    auto room = behavior();
    room.compression = uWS::DISABLED;
    room.open = [](Socket *socket) { socket->subscribe("room"); };
    room.message = [](Socket *socket, std::string_view message, uWS::OpCode code) {
        socket->publish("room", message, code);
    };

    bool listens = false;
    uWS::App()
        .ws<Nothing>("/", std::move(plain))
        .ws<Nothing>("/compressed", std::move(compressed))
        .ws<Nothing>("/room/*", std::move(room))
        .listen(host, port, [&](us_listen_socket_t *socket) {
            listens = socket;
            if (listens) {
                const int bound = us_socket_local_port(0, (us_socket_t *) socket);
                std::printf("listening on http://%s:%d\n", host.c_str(), bound);
                std::fflush(stdout);
            }
        })
        .run();
    return listens ? EXIT_SUCCESS : EXIT_FAILURE;
}

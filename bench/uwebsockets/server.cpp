// The uWebSockets server that `just bench --uwebsockets PROGRAM` compares with: an echo at `/`, the
// same with compression at `/compressed`, and a room at `/room/NAME`. It takes a port.
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
#include <cstdlib>
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
    if (count != 2) {
        return EXIT_FAILURE;
    }
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
        .listen("127.0.0.1", std::atoi(arguments[1]), [&](auto *socket) { listens = socket; })
        .run();
    return listens ? EXIT_SUCCESS : EXIT_FAILURE;
}

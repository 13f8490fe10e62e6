# The chat of step 6 in a container: the program, and another that asks whether the chat is alive.
# `docker build -t chat .` builds it, and `docker run -p 9006:9006 chat` runs it.

FROM rust:1.95-alpine AS build
WORKDIR /source
COPY . .
# For musl, which Alpine has, Rust builds static programs: the image contains nothing else.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --locked --release -p chat --bins \
    && install -D -t /programs target/release/chat target/release/chat-health

FROM scratch
COPY --from=build /programs /
# Nobody: the chat needs no rights and no files.
USER 65534:65534
EXPOSE 9006
# It is alive if it answers, also while Redis is away.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --start-interval=1s \
    CMD ["/chat-health", "127.0.0.1:9006"]
ENTRYPOINT ["/chat"]
CMD ["0.0.0.0:9006"]

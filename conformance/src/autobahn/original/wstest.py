"""Runs wstest from the folder in the first argument. Its cases, and every byte that they send, are
Autobahn's own; what is changed here is how long that takes, and who may connect."""

import site
import sys

site.addsitedir(sys.argv.pop(1))  # A bare search path does not show its namespace packages.

import hashlib
import zlib
from autobahntestsuite import wstest

# What listens, listens on loopback, where wstest alone would open the port to the network.
listen = wstest.fuzzing.listenWS
wstest.fuzzing.listenWS = lambda factory, tls: listen(factory, tls, interface="127.0.0.1")

# Groups 12 and 13 hash 20 GB by SHA-1. A Python that was built without OpenSSL takes its own code
# for that, which is three times slower than the OpenSSL that Autobahn brings along.
try:
    import _hashlib
except ImportError:
    from cryptography.hazmat.bindings.openssl.binding import Binding

    openssl, c = Binding.lib, Binding.ffi
    SHA1 = openssl.EVP_get_digestbyname(b"sha1")

    class Sha1(object):
        """What the cases use of hashlib's sha1."""

        def __init__(self):
            self.state = c.gc(openssl.Cryptography_EVP_MD_CTX_new(), openssl.Cryptography_EVP_MD_CTX_free)
            openssl.EVP_DigestInit_ex(self.state, SHA1, c.NULL)

        def update(self, data):
            openssl.EVP_DigestUpdate(self.state, data, len(data))

        def digest(self):
            digest = c.new("unsigned char[20]")
            openssl.EVP_DigestFinal_ex(self.state, digest, c.NULL)
            return c.buffer(digest)[:]

    hashlib.sha1 = Sha1

# The longest cases of a series send the same messages, cut into other fragments; so half of the
# time of groups 12 and 13 goes into compressing again what has just been compressed.
compressobj = zlib.compressobj
COMPRESSED_MAX = 256 << 20


class Compressor(object):
    """zlib's compressor, which looks up what it has made of the same messages before."""

    made = {}
    size = 0

    def __init__(self, *settings):
        self.real = compressobj(*settings)
        self.history = repr(settings)
        self.unseen = []  # The messages that were looked up, which the real one has yet to see.

    def compress(self, message):
        history = hashlib.sha1()
        history.update(self.history)
        history.update(message)
        self.history = history.digest()
        self.message = message
        return b""

    def flush(self, mode):
        made = self.made.get(self.history)
        if made is not None:
            self.unseen.append(self.message)
            return made
        for message in self.unseen:
            self.real.compress(message)
            self.real.flush(mode)
        self.unseen = []
        made = self.real.compress(self.message) + self.real.flush(mode)
        if Compressor.size > COMPRESSED_MAX:
            self.made.clear()
            Compressor.size = 0
        Compressor.size += len(made)
        self.made[self.history] = made
        return made


zlib.compressobj = Compressor

wstest.run()

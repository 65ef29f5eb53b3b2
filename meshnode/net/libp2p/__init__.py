"""The transport over libp2p: TCP, Noise, yamux. The only folder that knows the library.

What the library does well is used as it is: peer ids and keys, multistream-select, the Noise handshake, and the
messages of identify. What version 0.8.1 does not do safely is done here behind the library's own interfaces; each
file says which change upstream would make it unnecessary:

    upstream      pins the version, loads only the parts that are used, silences the loggers
    identity      keys and peer ids from the seed
    gate          who may connect: rates, half-open handshakes, slots; no I/O
    sockets       listening, accepting, connecting
    handshake     agreeing on Noise and who is who, on yamux, on a protocol
    session       sealing and opening what follows the handshake
    frames, outbox, stream, muxer   yamux with enforced windows; no sockets
    connection    one connection: reading, writing, liveness, closing
    services      what a peer may ask for: our protocol, ping, identify
    pairs         which of two connections to the same peer stays
    transport     joins them; implements `meshnode.net.transport.Transport`

Importing this package prepares the library before any part of it is loaded, so every other file here may simply
import what it needs from it.
"""

from meshnode.net.libp2p import upstream

upstream.prepare()

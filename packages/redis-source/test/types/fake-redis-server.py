"""A Redis with the JSON module and expiring hash fields, for tests: the TCP server of the PyPI package fakeredis[json].

Prints its port, and ends when its standard input does: so it never outlives the test that started it.
"""

import os
import sys
import threading

from fakeredis import TcpFakeServer
from fakeredis._helpers import SimpleString
from fakeredis.commands_mixins._mixin_base import CommandsMixinBase

# fakeredis 2.40 keeps JSON as plain Python values, and fails when it is asked for the type of such a key.
type_of = CommandsMixinBase._key_value_type


def type_of_any(key):
    if isinstance(key.value, (dict, str, int, float)):
        return SimpleString(b"ReJSON-RL")
    return type_of(key)


CommandsMixinBase._key_value_type = staticmethod(type_of_any)

server = TcpFakeServer(("127.0.0.1", 0), server_type="redis", server_version=(8, 0))
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
os._exit(0)

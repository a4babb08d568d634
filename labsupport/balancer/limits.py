"""How long a balancer waits, in seconds; the same for every engine."""

CONNECT = 1.0
"""For a replica to accept a connection."""
SILENCE = 5.0
"""For a replica to read a request, and to say anything."""
LEFT_OUT = 1
"""After a replica refused; whole seconds, since nginx counts no less."""

"""The addresses of the private network, reserved for documentation (RFC 5737 §3)."""

CLIENT, SERVER = "192.0.2.1", "192.0.2.2"

"""A throw-away certificate authority, so that a site can speak TLS that nothing else needs to trust."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from labsupport.settings import in_a_page


@dataclass(frozen=True)
class Certificate:
    """A server's side of TLS: the context it serves with, and the file that lets a client trust it."""

    context: ssl.SSLContext
    folder: tempfile.TemporaryDirectory[str]

    @classmethod
    def issue(cls, names: Iterable[str]) -> Self:
        """A new authority and its certificate for host names and addresses; no key is left on the disk."""
        if in_a_page():
            return cls.without_a_key()
        import trustme

        authority = trustme.CA(organization_name="Protocols on Trial")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        # Clients that close without a close_notify would be sent an alert, and answer it with a RST.
        context.options |= getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
        authority.issue_cert(*sorted(names)).configure_cert(context)
        certificate = cls(context, tempfile.TemporaryDirectory(prefix="labsupport-ca-"))
        authority.cert_pem.write_to_path(certificate.ca_file)
        return certificate

    @classmethod
    def without_a_key(cls) -> Self:
        """One that nobody can speak TLS with, for a page: no package there makes keys."""
        certificate = cls(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), tempfile.TemporaryDirectory(prefix="labsupport-ca-"))
        Path(certificate.ca_file).touch()
        return certificate

    @property
    def ca_file(self) -> str:
        """Path of the authority's certificate, PEM."""
        return str(Path(self.folder.name) / "ca.pem")

    def discard(self) -> None:
        """Remove the file."""
        self.folder.cleanup()

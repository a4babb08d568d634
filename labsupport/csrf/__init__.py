"""The range for cross-site request forgery: a bank, a sibling of its host and an attacker, each a small Flask app."""

from labsupport.csrf.attacker import attacker_app, sibling_app
from labsupport.csrf.bank import Bank, Defense, Issued, Transfer
from labsupport.csrf.forgeries import KINDS, forged

__all__ = ["KINDS", "Bank", "Defense", "Issued", "Transfer", "attacker_app", "forged", "sibling_app"]

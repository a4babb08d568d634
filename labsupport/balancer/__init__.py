"""Several replicas of one app, and a balancer in front of them: in Python, nginx or haproxy, by the same switch."""

from labsupport.balancer.balancer import Balancer
from labsupport.balancer.replicas import Replicas

__all__ = ["Balancer", "Replicas"]

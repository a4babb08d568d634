"""What a segment means to the connection it arrives for: the checks of RFC 9293 §3.10.7, in their order."""

from __future__ import annotations

from labsupport.network.model.receiving import WINDOW
from labsupport.network.model.sequence import distance, plus
from labsupport.network.model.tcb import Tcb
from labsupport.records import Segment


def arrive(tcb: Tcb, segment: Segment) -> None:
    """A segment arrives for a connection; at a door, a SYN for one that is about to be."""
    if tcb.state == "LISTEN":
        tcb.receiver.begin(segment)
        tcb.happens("rcv SYN")
    elif tcb.state == "SYN-SENT":
        _arrive_in_syn_sent(tcb, segment)
    elif _is_acceptable(tcb, segment) and _acknowledges_well(tcb, segment):
        _take(tcb, segment)


def may_reopen(tcb: Tcb, segment: Segment) -> bool:
    """True for a SYN that may begin the next connection from TIME-WAIT: its number lies above all that the last one
    used (RFC 9293 §3.6.1, MAY-2)."""
    new = segment.flags & {"SYN", "ACK", "RST"} == {"SYN"}
    return tcb.state == "TIME-WAIT" and new and distance(segment.seq, tcb.receiver.next) > 0


def _arrive_in_syn_sent(tcb: Tcb, segment: Segment) -> None:
    """RFC 9293 §3.10.7.3."""
    acknowledges = "ACK" in segment.flags and tcb.sender.is_acknowledged_by(segment.ack)
    if "ACK" in segment.flags and not acknowledges:
        tcb.host.refuse(segment)
    elif "RST" in segment.flags:
        if acknowledges:
            tcb.fail("refused")
    elif "SYN" in segment.flags:
        tcb.receiver.begin(segment)
        if acknowledges:
            tcb.sender.acknowledge(segment.ack)
        tcb.happens("rcv SYN·ACK" if acknowledges else "rcv SYN")


def _is_acceptable(tcb: Tcb, segment: Segment) -> bool:
    """RFC 9293 §3.10.7.4, first to fourth: sequence number, RST, SYN. What fails is answered here."""
    if "SYN" in segment.flags and segment.seq == tcb.receiver.initial and tcb.sender.syn_waits:
        return _is_crossing(tcb, segment)
    if not tcb.receiver.accepts(segment):
        _answer_unacceptable(tcb, segment)
    elif "RST" in segment.flags:
        _reset(tcb, segment)
    elif "SYN" in segment.flags:
        if tcb.state == "SYN-RECEIVED" and tcb.door:
            tcb.enter("LISTEN")  # as after RST; the peer will send its SYN again
        else:
            tcb.challenge(segment)
    else:
        return "ACK" in segment.flags
    return False


def _is_crossing(tcb: Tcb, segment: Segment) -> bool:
    """The peer's SYN once more. With an ACK, the SYNs crossed (§3.5, figure 7); without, our answer was lost."""
    if "ACK" not in segment.flags:
        tcb.sender.repeat_syn()
    return "ACK" in segment.flags


def _answer_unacceptable(tcb: Tcb, segment: Segment) -> None:
    if "RST" in segment.flags:
        return
    if tcb.state == "TIME-WAIT" and "ACK" in segment.flags:
        tcb.wait_two_msl()
    tcb.challenge(segment)


def _reset(tcb: Tcb, segment: Segment) -> None:
    """An RST in the window: only the exact number resets (RFC 5961 §3.2)."""
    if segment.seq != tcb.receiver.next:
        tcb.challenge(segment)
    elif not (tcb.door and tcb.happens("rcv RST")):
        tcb.fail("refused" if tcb.state == "SYN-RECEIVED" else "reset")


def _acknowledges_well(tcb: Tcb, segment: Segment) -> bool:
    """RFC 9293 §3.10.7.4, fifth: is the acknowledgment number one to go on with? Neither of what was never sent, nor
    so old that it belongs to another connection (RFC 5961 §5.2)."""
    new = tcb.sender.is_acknowledged_by(segment.ack)
    if tcb.state == "SYN-RECEIVED":
        if new:
            tcb.sender.acknowledge(segment.ack)
            tcb.happens("rcv ACK of SYN")
        else:
            tcb.host.refuse(segment)
    elif not new and not -WINDOW <= distance(segment.ack, tcb.sender.unacknowledged) <= 0:
        tcb.challenge(segment)
        return False
    return tcb.state != "SYN-RECEIVED"


def _take(tcb: Tcb, segment: Segment) -> None:
    """Sixth to eighth: what it acknowledges, its data, its FIN. What that amounts to is one event of the table."""
    if tcb.abandoned and tcb.receiver.brings_data(segment):
        tcb.host.refuse(segment)
        tcb.fail("reset")
        return
    acknowledges = tcb.sender.is_acknowledged_by(segment.ack)
    if acknowledges:
        tcb.sender.acknowledge(segment.ack)
    finished = not tcb.ended and tcb.receiver.take(segment)
    tcb.hand_over()
    tcb.ended = tcb.ended or finished
    what = ["FIN"] * finished + ["ACK of FIN"] * (acknowledges and tcb.sender.finished)
    if not tcb.happens("rcv " + ", ".join(what)) and segment.span:
        tcb.acknowledge(may_wait=_is_data_in_order(tcb, segment))


def _is_data_in_order(tcb: Tcb, segment: Segment) -> bool:
    """Only the acknowledgment of data in order may wait (RFC 5681 §4.2), where there may be data to go with it."""
    in_order = plus(segment.seq, segment.span) == tcb.receiver.next
    return segment.length > 0 and in_order and tcb.state in ("ESTABLISHED", "CLOSE-WAIT")

"""From RTP timestamps to session time.

A publisher's sender reports tie each of its streams' timestamps to one clock of its own (NTP
form). One offset from that clock to session time, the least of arrival − NTP over *all* streams of
the connection, serves its audio and its video alike: whatever the offset's error, lips stay in
step. Unlike the live path, which must forward before the first report, the reader knows all
reports: packets before the first one are placed by it too. A stream without any report is placed
by arrival.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from recordings.capture import Scan, SenderReport
from recordings.packet_order import Packet

_MS = 1_000_000
_SAME_CLOCK_NS = 500 * _MS
"""two connections whose offsets differ by more are two devices"""
_LARGEST_DELAY_NS = 30_000 * _MS
"""a capture time this far from the arrival means the report was nonsense"""
_SLOPE_TOLERANCE = 0.005
"""a publisher's sample clock may run this much off its wall clock"""


class StreamClock:
    """Session time of one file's packets."""

    def __init__(self, scanned: Scan, offset_ns: int | None) -> None:
        self._rate = scanned.header.clock_rate
        self._origin_ns = round(scanned.header.origin_ms * _MS)
        self._offset_ns = offset_ns
        self._reports: dict[int, list[SenderReport]] = defaultdict(list)
        if offset_ns is not None:
            for report in scanned.reports:
                self._reports[report.ssrc].append(report)
        self._arrivals = {
            ssrc: [report.arrival_ns for report in reports]
            for ssrc, reports in self._reports.items()
        }
        self._by_arrival: dict[tuple[int, int], tuple[int, int]] = {}

    def session_ns(self, packet: Packet) -> int:
        arrival_ns = self._origin_ns + packet.arrival_ns
        reports = self._reports.get(packet.ssrc)
        if reports:
            captured_ns = self._by_reports(reports, packet)
            if abs(captured_ns - arrival_ns) < _LARGEST_DELAY_NS:
                return captured_ns
        return self._by_arrivals(packet, arrival_ns)

    def session_ms(self, packet: Packet) -> float:
        return self.session_ns(packet) / _MS

    def _ticks_ns(self, ticks: int) -> int:
        return ticks * 1_000_000_000 // self._rate

    def _from(self, report: SenderReport, timestamp: int) -> int:
        assert self._offset_ns is not None
        return report.ntp_ns + self._offset_ns + self._ticks_ns(timestamp - report.timestamp)

    def _by_reports(self, reports: list[SenderReport], packet: Packet) -> int:
        after = bisect_right(self._arrivals[packet.ssrc], packet.arrival_ns)
        if after == 0:
            return self._from(reports[0], packet.timestamp)
        before = reports[after - 1]
        if after == len(reports):
            return self._from(before, packet.timestamp)
        following = reports[after]
        elapsed_ns = following.ntp_ns - before.ntp_ns
        nominal_ns = self._ticks_ns(following.timestamp - before.timestamp)
        if nominal_ns > 0 and abs(elapsed_ns / nominal_ns - 1) < _SLOPE_TOLERANCE:
            assert self._offset_ns is not None
            share = (packet.timestamp - before.timestamp) * elapsed_ns
            return (
                before.ntp_ns + self._offset_ns
                + share // (following.timestamp - before.timestamp)
            )  # fmt: skip
        # Timestamps stood still or jumped in between (a browser's microphone that was off does
        # that): the packet belongs to the side that puts it nearer before its arrival.
        arrival_ns = self._origin_ns + packet.arrival_ns
        sides = [self._from(report, packet.timestamp) for report in (before, following)]
        return min(sides, key=lambda captured: abs(arrival_ns - captured))

    def _by_arrivals(self, packet: Packet, arrival_ns: int) -> int:
        """Arrival of the run's first packet, then the stream's own timestamps; a new start
        where the two part by more than a second."""
        key = (packet.ssrc, packet.run)
        known = self._by_arrival.get(key)
        if known is not None:
            captured = known[0] + self._ticks_ns(packet.timestamp - known[1])
            if abs(captured - arrival_ns) < 1000 * _MS:
                return captured
        self._by_arrival[key] = (arrival_ns, packet.timestamp)
        return arrival_ns


def _least_offset(scanned: Scan) -> int | None:
    """Of the reports that came while the file was open; one kept from before has lost its arrival
    time (it reads 0), and then the packet that came fastest says how late the network was."""
    origin_ns = round(scanned.header.origin_ms * _MS)
    direct = [
        origin_ns + report.arrival_ns - report.ntp_ns
        for report in scanned.reports
        if report.arrival_ns > 0
    ]
    if direct:
        return min(direct)
    rate = scanned.header.clock_rate
    return min(
        (
            origin_ns + scanned.least_lag_ns[report.ssrc]
            + report.timestamp * 1_000_000_000 // rate - report.ntp_ns
            for report in scanned.reports
            if report.ssrc in scanned.least_lag_ns
        ),
        default=None,
    )  # fmt: skip


def clocks_of(scans: Sequence[Scan]) -> dict[str, StreamClock]:
    """A clock for each file, by capture id. Files of one connection share the offset; where the
    writer named no connection, files of one participant and epoch whose offsets agree do."""
    offsets = {scanned.header.capture_id: _least_offset(scanned) for scanned in scans}
    families: dict[tuple[str, int, str], list[Scan]] = defaultdict(list)
    for scanned in scans:
        header = scanned.header
        families[header.participant_id, header.epoch, header.connection_id].append(scanned)
    clocks: dict[str, StreamClock] = {}
    for members in families.values():
        known = sorted(
            offset
            for scanned in members
            if (offset := offsets[scanned.header.capture_id]) is not None
        )
        for scanned in members:
            offset = offsets[scanned.header.capture_id]
            shared = None
            if offset is not None:
                shared = offset
                for other in reversed(known):
                    if other <= shared and shared - other < _SAME_CLOCK_NS:
                        shared = other
            clocks[scanned.header.capture_id] = StreamClock(scanned, shared)
    return clocks

/* When a packet was captured: sender reports of all a publisher's streams on one clock.

   Sound and picture of one person are in step at a viewer only if both streams' timestamps are
   carried over to one clock. A publisher's sender reports give NTP time against RTP time for each
   stream, on the publisher's own clock; one offset a publisher (the smallest arrival - NTP seen
   lately: the report that waited least on its way) carries that to ours. Before the first report
   the arrival time stands in. Times are seconds of the monotonic clock. */
#ifndef REPRISE_CLOCK_H
#define REPRISE_CLOCK_H

#include "base.h"

/* Reports looked back at, about half a minute of three streams: the minimum follows drift. */
#define CLOCK_WINDOW 64

struct publisher_clock {
    double seen[CLOCK_WINDOW];
    uint32_t count, next;
    double offset;
};

struct stream_clock {
    struct publisher_clock *publisher;
    uint32_t rate;
    bool has_report, is_anchored;
    double ntp, anchor_time;
    uint32_t anchor_timestamp;
};

/* Anchor on arrival until a report comes; the packet that waited least wins. */
void clock_packet(struct stream_clock *clock, uint32_t timestamp, double arrival);
void clock_report(struct stream_clock *clock, double ntp, uint32_t timestamp, double arrival);
/* Monotonic seconds at which the sample with this timestamp was captured. */
double clock_captured_at(const struct stream_clock *clock, uint32_t timestamp);
/* The timestamp of a sample captured at `moment`. */
uint32_t clock_timestamp_at(const struct stream_clock *clock, double moment);

#endif

/* How much a viewer's link carries, from what it tells of our packets (transport-wide feedback).

   Two signs, as in draft-ietf-rmcat-gcc-02. Packets that come later and later, a queue growing
   somewhere: a line is laid through the delays of the last groups of packets, and its slope held
   against a threshold that adapts. Packets that do not come at all. The first says at once what
   the link carries (most of what has arrived of late), the second lowers the estimate step by
   step, once it is more than luck.

   Two things are not in the draft. A slope alone is not believed: the least delay of the last
   moments must lie above the least of the last ten seconds, that is a queue must stand. A busy
   machine or a radio link delays packets in fits, and after each fit the delay is what it was.
   And there is no limit until there was a sign: a viewer starts with the best picture, and only
   a link that cannot carry it is measured. docs/decisions/010 says why.

   Memory is bounded: the times of the last ESTIMATE_SENT packets and a few dozen numbers. */
#ifndef REPRISE_ESTIMATE_H
#define REPRISE_ESTIMATE_H

#include "base.h"

#define ESTIMATE_SENT 2048
#define ESTIMATE_POINTS 20
#define ESTIMATE_BUCKETS 6
#define ESTIMATE_LEAST 50000
#define ESTIMATE_MOST 100000000

struct estimate_group {
    int64_t first_sent, last_sent, first_arrival, last_arrival, least_delay;
    bool is_begun;
};

struct estimator {
    uint32_t bitrate;      /* what the link carries, bit/s; of no meaning while not limited */
    uint32_t acknowledged; /* what arrived of late, bit/s */
    float loss; /* of the last second or two */
    bool is_limited, has_feedback;
    bool is_probe_done; /* the last probe has said what it could */

    /* What was sent; octets 0: nothing, or its arrival is known. */
    struct {
        uint32_t sent_us;
        uint16_t number, octets;
    } sent[ESTIMATE_SENT];
    uint16_t next;
    /* Arrival clock: the peer's, in microseconds. */
    uint32_t reference;
    int64_t reference_ticks;
    int64_t counted_to; /* unwrapped; numbers up to here were counted as come or lost */

    /* Octets that arrived, in buckets of 50 ms; one more than is looked at, since it fills. */
    struct {
        int64_t start_us;
        uint32_t octets;
    } arrived[ESTIMATE_BUCKETS + 1];

    /* The slope of the delay. */
    struct estimate_group group, before;
    struct {
        double at_ms, smoothed, least_delay_ms;
    } points[ESTIMATE_POINTS];
    uint32_t point_count, delta_count;
    double accumulated, smoothed, threshold, last_slope;
    int64_t threshold_at_us, over_since_us;
    uint32_t over_count;
    /* The least delay of these five seconds, and of the five before. */
    int64_t least_us, least_before_us, least_since_us;
    bool is_over;

    uint32_t window_sent, window_lost;
    int64_t window_since_ns;
    float smooth_sent, smooth_lost;
    /* The least loss of these five seconds, and of the five before: what the link loses anyway. */
    float least_loss, least_loss_before;
    int64_t least_loss_since_ns;

    int64_t increased_ns, decreased_ns, limited_ns;
    /* A probe's target, 0: none; when its packets are sent, and how they came. */
    uint32_t probe_target;
    int64_t probe_from_ns, probe_until_ns;
    struct {
        int64_t first_sent_us, last_sent_us, first_us, last_us;
        uint32_t octets, come, lost; /* octets: without the first packet's */
        bool is_over;                /* a later packet has come */
    } probe;
};

void estimator_init(struct estimator *e);
/* Where another left off: its last number, and its limit (0: none). */
void estimator_resume(struct estimator *e, uint16_t number, uint32_t limit, int64_t now);
/* The number of the next packet; it counts only when it is sent. */
static inline uint16_t estimator_number(struct estimator *e) { return ++e->next; }
void estimator_sent(struct estimator *e, uint16_t number, size_t octets, int64_t now);
/* An RTCP packet of transport-wide feedback; false when it cannot be read. */
bool estimator_feedback(struct estimator *e, const uint8_t *packet, size_t size, int64_t now);
/* `octets` a second are being sent for a while to see whether they arrive. */
void estimator_probe(struct estimator *e, uint32_t target, int64_t now, int64_t duration);
/* Nothing more is wanted, and for ten seconds there was no sign: no limit any more. */
void estimator_content(struct estimator *e, int64_t now);

#endif

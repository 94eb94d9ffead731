#include "clock.h"

#include <math.h>

static double base(const struct stream_clock *c) {
    return c->has_report ? c->ntp + c->publisher->offset : c->anchor_time;
}

static double since(const struct stream_clock *c, uint32_t timestamp) {
    return (double)(int32_t)(timestamp - c->anchor_timestamp) / c->rate;
}

void clock_packet(struct stream_clock *c, uint32_t timestamp, double arrival) {
    if (c->has_report)
        return;
    if (!c->is_anchored || arrival < c->anchor_time + since(c, timestamp)) {
        c->is_anchored = true;
        c->anchor_time = arrival;
        c->anchor_timestamp = timestamp;
    }
}

void clock_report(struct stream_clock *c, double ntp, uint32_t timestamp, double arrival) {
    struct publisher_clock *p = c->publisher;
    p->seen[p->next] = arrival - ntp;
    p->next = (p->next + 1) % CLOCK_WINDOW;
    if (p->count < CLOCK_WINDOW)
        p->count++;
    p->offset = p->seen[0];
    for (uint32_t i = 1; i < p->count; i++)
        if (p->seen[i] < p->offset)
            p->offset = p->seen[i];
    c->ntp = ntp;
    c->anchor_timestamp = timestamp;
    c->has_report = c->is_anchored = true;
}

double clock_captured_at(const struct stream_clock *c, uint32_t timestamp) {
    return base(c) + since(c, timestamp);
}

uint32_t clock_timestamp_at(const struct stream_clock *c, double moment) {
    double ticks = nearbyint((moment - base(c)) * c->rate);
    /* A forged report may name any time; fmod keeps the cast defined. */
    return c->anchor_timestamp + (uint32_t)(int64_t)fmod(ticks, 4294967296.0);
}

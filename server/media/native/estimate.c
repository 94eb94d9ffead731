#include "estimate.h"

#include "twcc.h"

#include <math.h>

#define US_PER_TICK 250
/* Packets sent within so long are one group. */
#define GROUP_US 5000
#define LONGEST_GROUP_US 100000
#define BUCKET_US 50000
/* Of the slope: how quickly old delays fade, and its unit. */
#define FADING 0.9
#define GAIN 4.0
#define MOST_DELTAS 60
#define THRESHOLD 12.5
#define THRESHOLD_UP 0.0087
#define THRESHOLD_DOWN 0.039
#define OVER_US 10000
/* A standing queue: the least delay of so long lies so far above the least there was. */
#define MOMENT_MS 150.0
#define STANDING_MS 20.0
/* One that is believed without a slope: it stands, and only stands. */
#define LONG_QUEUE_MS 250.0
#define LEAST_WINDOW_US 5000000
#define KEPT 0.85
#define AGAIN_NS (250 * MS_NS)
#define CALM_NS SECOND_NS
#define GROWTH 0.08 /* a second */
#define HEADROOM 1.5
#define LOSS_WINDOW_NS (500 * MS_NS)
#define LOSS_PACKETS 50
#define MUCH_LOSS 0.10f
#define LITTLE_LOSS 0.02f
/* What of the counts is left after a window. */
#define LOSS_FADING 0.75f
/* More than MUCH_LOSS by two standard deviations of what was counted: 2 * sqrt(0.1 * 0.9). */
#define LUCK 0.6f
/* No more than this is taken for what the link loses anyway. */
#define MOST_ANYWAY 0.08f
#define LEAST_LOSS_NS (5 * SECOND_NS)
/* Loss alone lowers no further than this unless it is this bad: a bad radio link loses at any
   rate, and a picture that is lost in part is better than none. */
#define LOSS_FLOOR 300000
#define TERRIBLE_LOSS 0.30f
#define CONTENT_NS (10 * SECOND_NS)
#define TRIP_NS (400 * MS_NS)
/* Fewer say nothing. */
#define PROBE_PACKETS 5
#define PROVED 0.9

void estimator_init(struct estimator *e) {
    memset(e, 0, sizeof *e);
    e->counted_to = -1;
    e->threshold = THRESHOLD;
    e->least_us = e->least_before_us = INT64_MAX;
}

void estimator_resume(struct estimator *e, uint16_t number, uint32_t limit, int64_t now) {
    e->next = number;
    if (limit == 0)
        return;
    /* As after a sign just now: it rises, and is probed, no sooner. */
    e->is_limited = true;
    e->bitrate = limit;
    e->limited_ns = e->decreased_ns = now;
}

void estimator_sent(struct estimator *e, uint16_t number, size_t octets, int64_t now) {
    uint32_t place = number & (ESTIMATE_SENT - 1);
    e->sent[place].sent_us = (uint32_t)((uint64_t)now / 1000);
    e->sent[place].number = number;
    e->sent[place].octets = (uint16_t)octets;
}

/* ---- what arrived ------------------------------------------------------------------------ */

static void note_arrival(struct estimator *e, int64_t arrival_us, uint32_t octets) {
    int64_t start = arrival_us / BUCKET_US * BUCKET_US;
    uint32_t place = (uint32_t)(arrival_us / BUCKET_US % (ESTIMATE_BUCKETS + 1));
    if (e->arrived[place].start_us > start)
        return; /* long overtaken */
    if (e->arrived[place].start_us != start) {
        e->arrived[place].start_us = start;
        e->arrived[place].octets = 0;
    }
    e->arrived[place].octets += octets;
}

/* Over the full buckets before the one that fills. */
static void measure_arrivals(struct estimator *e, int64_t latest_us) {
    int64_t end = latest_us / BUCKET_US * BUCKET_US;
    uint64_t octets = 0;
    for (uint32_t i = 0; i <= ESTIMATE_BUCKETS; i++)
        if (e->arrived[i].start_us < end &&
            e->arrived[i].start_us >= end - ESTIMATE_BUCKETS * BUCKET_US)
            octets += e->arrived[i].octets;
    uint64_t rate = octets * 8 * 1000000 / (ESTIMATE_BUCKETS * BUCKET_US);
    e->acknowledged = rate > ESTIMATE_MOST ? ESTIMATE_MOST : (uint32_t)rate;
}

/* ---- delay ------------------------------------------------------------------------------- */

static double slope(const struct estimator *e) {
    double x = 0, y = 0, above = 0, below = 0;
    for (uint32_t i = 0; i < e->point_count; i++) {
        x += e->points[i].at_ms;
        y += e->points[i].smoothed;
    }
    x /= e->point_count;
    y /= e->point_count;
    for (uint32_t i = 0; i < e->point_count; i++) {
        double distance = e->points[i].at_ms - x;
        above += distance * (e->points[i].smoothed - y);
        below += distance * distance;
    }
    return below > 0 ? above / below : 0;
}

static void adapt_threshold(struct estimator *e, double size, int64_t arrival_us) {
    if (e->threshold_at_us == 0)
        e->threshold_at_us = arrival_us;
    double passed = fmin((double)(arrival_us - e->threshold_at_us) / 1000, 100);
    e->threshold_at_us = arrival_us;
    /* A spike is no reason to become deaf. */
    if (size > e->threshold + 15)
        return;
    double step = size < e->threshold ? THRESHOLD_DOWN : THRESHOLD_UP;
    e->threshold += step * (size - e->threshold) * fmax(passed, 0);
    e->threshold = fmin(fmax(e->threshold, 6), 600);
}

/* How long the queue is that stands now, in ms. */
static double standing(const struct estimator *e) {
    int64_t least = e->least_us < e->least_before_us ? e->least_us : e->least_before_us;
    double now = (double)e->group.least_delay / 1000;
    uint32_t looked_at = 0;
    for (uint32_t i = e->point_count; i-- > 0; looked_at++) {
        double ago = (double)e->group.last_arrival / 1000 - e->points[i].at_ms;
        if (ago > MOMENT_MS && looked_at >= 3)
            break;
        now = fmin(now, e->points[i].least_delay_ms);
    }
    return looked_at < 3 ? 0 : now - (double)least / 1000;
}

static void note_least(struct estimator *e, int64_t delay_us, int64_t arrival_us) {
    if (arrival_us - e->least_since_us > LEAST_WINDOW_US) {
        e->least_since_us = arrival_us;
        e->least_before_us = e->least_us;
        e->least_us = INT64_MAX;
    }
    if (delay_us < e->least_us)
        e->least_us = delay_us;
}

/* A group is whole: hold it against the one before. */
static void end_group(struct estimator *e) {
    struct estimate_group group = e->group, before = e->before;
    e->before = group;
    if (!before.is_begun)
        return;
    int64_t sent_us = group.last_sent - before.last_sent;
    int64_t arrival_us = group.last_arrival - before.last_arrival;
    e->delta_count += e->delta_count < MOST_DELTAS;
    e->accumulated += (double)(arrival_us - sent_us) / 1000;
    e->smoothed = FADING * e->smoothed + (1 - FADING) * e->accumulated;
    note_least(e, group.least_delay, group.last_arrival);
    if (e->point_count == ESTIMATE_POINTS) {
        memmove(e->points, e->points + 1, (ESTIMATE_POINTS - 1) * sizeof e->points[0]);
        e->point_count--;
    }
    e->points[e->point_count].at_ms = (double)group.last_arrival / 1000;
    e->points[e->point_count].smoothed = e->smoothed;
    e->points[e->point_count++].least_delay_ms = (double)group.least_delay / 1000;
    if (e->point_count < 3)
        return;
    double found = slope(e), trend = found * e->delta_count * GAIN, queue = standing(e);
    if (trend > e->threshold && queue > STANDING_MS) {
        e->over_since_us += e->over_count == 0 ? sent_us / 2 : sent_us;
        e->over_count++;
        if (e->over_since_us > OVER_US && e->over_count > 1 && found >= e->last_slope)
            e->is_over = true;
    } else {
        e->over_since_us = 0;
        e->over_count = 0;
    }
    /* It does not grow, nor does it go. */
    if (queue > LONG_QUEUE_MS && trend > -e->threshold)
        e->is_over = true;
    e->last_slope = found;
    adapt_threshold(e, fabs(trend), group.last_arrival);
}

static void note_delay(struct estimator *e, int64_t sent_us, int64_t arrival_us) {
    struct estimate_group *g = &e->group;
    int64_t delay = arrival_us - sent_us;
    if (g->is_begun) {
        if (sent_us < g->first_sent)
            return; /* it was overtaken */
        int64_t further = arrival_us - g->last_arrival;
        /* What waited together and came together is one group, too. */
        bool is_burst = further <= GROUP_US &&
                        arrival_us - g->first_arrival < sent_us - g->first_sent &&
                        arrival_us - g->first_arrival < LONGEST_GROUP_US;
        if (sent_us - g->first_sent > GROUP_US && !is_burst) {
            end_group(e);
            g->is_begun = false;
        }
    }
    if (!g->is_begun) {
        *g = (struct estimate_group){sent_us, sent_us, arrival_us, arrival_us, delay, true};
        return;
    }
    if (sent_us > g->last_sent)
        g->last_sent = sent_us;
    if (arrival_us > g->last_arrival)
        g->last_arrival = arrival_us;
    if (delay < g->least_delay)
        g->least_delay = delay;
}

/* ---- the rate ---------------------------------------------------------------------------- */

static uint32_t clamp(double rate) {
    return (uint32_t)fmin(fmax(rate, ESTIMATE_LEAST), ESTIMATE_MOST);
}

static void lower(struct estimator *e, uint32_t rate, int64_t now) {
    if (!e->is_limited) {
        e->is_limited = true;
        e->limited_ns = now;
        e->bitrate = rate;
    } else if (rate < e->bitrate)
        e->bitrate = rate;
    e->decreased_ns = now;
}

static void end_probe(struct estimator *e) {
    e->probe_target = 0;
    e->is_probe_done = true;
}

static void too_much(struct estimator *e, int64_t now) {
    if (e->decreased_ns && now - e->decreased_ns < AGAIN_NS)
        return;
    uint32_t carried = clamp(KEPT * e->acknowledged);
    if (e->probe_target) {
        /* More than the link carries was sent on purpose: now it is known what it does. */
        if (e->is_limited && carried > e->bitrate)
            e->bitrate = carried;
        end_probe(e);
    }
    lower(e, carried, now);
}

static void note_least_loss(struct estimator *e, int64_t now) {
    if (now - e->least_loss_since_ns > LEAST_LOSS_NS) {
        e->least_loss_since_ns = now;
        e->least_loss_before = e->least_loss;
        e->least_loss = e->loss;
    } else
        e->least_loss = fminf(e->least_loss, e->loss);
}

/* What does not go when less is sent is no reason to send less. */
static float lost_anyway(const struct estimator *e) {
    return fminf(fminf(e->least_loss, e->least_loss_before), MOST_ANYWAY);
}

static void judge_loss(struct estimator *e, int64_t now) {
    if (e->window_since_ns == 0)
        e->window_since_ns = now;
    if (now - e->window_since_ns < LOSS_WINDOW_NS || e->window_sent < LOSS_PACKETS)
        return;
    e->smooth_sent = LOSS_FADING * e->smooth_sent + (float)e->window_sent;
    e->smooth_lost = LOSS_FADING * e->smooth_lost + (float)e->window_lost;
    e->loss = e->smooth_lost / e->smooth_sent;
    e->window_sent = e->window_lost = 0;
    e->window_since_ns = now;
    note_least_loss(e, now);
    if (e->loss <= MUCH_LOSS + LUCK / sqrtf(e->smooth_sent))
        return;
    double sent = (double)e->acknowledged / (1 - fmin(e->loss, 0.9));
    double base = e->is_limited ? fmin(e->bitrate, fmax(sent, LOSS_FLOOR)) : sent;
    double floor = e->loss > TERRIBLE_LOSS ? ESTIMATE_LEAST : LOSS_FLOOR;
    double wanted = base * (1 - 0.5 * (double)e->loss);
    if (wanted < floor)
        wanted = e->is_limited ? fmin(floor, e->bitrate) : floor;
    lower(e, clamp(wanted), now);
}

static void raise_rate(struct estimator *e, int64_t now) {
    double passed = (double)(now - e->increased_ns) / 1e9;
    e->increased_ns = now;
    if (!e->is_limited || e->loss > LITTLE_LOSS + lost_anyway(e) ||
        now - e->decreased_ns < CALM_NS)
        return;
    double most = HEADROOM * e->acknowledged + 10000;
    double wanted = e->bitrate * (1 + GROWTH * fmin(passed, 1));
    if (wanted <= most)
        e->bitrate = clamp(wanted);
}

/* ---- probes ------------------------------------------------------------------------------ */

static void note_probe(struct estimator *e, int64_t sent_us, int64_t arrival_us, uint32_t octets,
                       bool has_come) {
    if (e->probe_target == 0 || sent_us < e->probe_from_ns / 1000)
        return;
    if (sent_us > e->probe_until_ns / 1000) {
        e->probe.is_over |= has_come;
        return;
    }
    e->probe.lost += !has_come;
    if (!has_come)
        return;
    if (e->probe.come++ == 0) {
        e->probe.first_sent_us = e->probe.last_sent_us = sent_us;
        e->probe.first_us = e->probe.last_us = arrival_us;
        return;
    }
    e->probe.octets += octets;
    if (sent_us > e->probe.last_sent_us)
        e->probe.last_sent_us = sent_us;
    if (arrival_us > e->probe.last_us)
        e->probe.last_us = arrival_us;
}

/* What came, by the time it took to be sent or to come, whichever was longer. */
static double probed_rate(const struct estimator *e) {
    int64_t sent_us = e->probe.last_sent_us - e->probe.first_sent_us;
    int64_t took_us = e->probe.last_us - e->probe.first_us;
    if (took_us < sent_us)
        took_us = sent_us;
    if (e->probe.come < PROBE_PACKETS || took_us <= 0)
        return 0;
    double lost = (double)e->probe.lost / (e->probe.come + e->probe.lost);
    double rate = (double)e->probe.octets * 8 * 1e6 / (double)took_us;
    /* What the link loses at any rate would have come. */
    return rate / (1 - fmin(lost, (double)lost_anyway(e)));
}

static void judge_probe(struct estimator *e, int64_t now) {
    if (e->probe_target == 0 || now < e->probe_until_ns ||
        (!e->probe.is_over && now < e->probe_until_ns + TRIP_NS))
        return;
    double found = fmin(probed_rate(e), e->probe_target);
    /* A link that was filled carries no more than came, and what its queue took at once came too
       soon. */
    if (found < PROVED * e->probe_target)
        found *= KEPT;
    if (e->loss <= MUCH_LOSS && found > e->bitrate)
        e->bitrate = clamp(found);
    end_probe(e);
}

void estimator_probe(struct estimator *e, uint32_t target, int64_t now, int64_t duration) {
    e->probe_target = target;
    memset(&e->probe, 0, sizeof e->probe);
    e->probe_from_ns = now;
    e->probe_until_ns = now + duration;
    e->is_probe_done = false;
}

void estimator_content(struct estimator *e, int64_t now) {
    if (e->is_limited && now - e->decreased_ns > CONTENT_NS && e->loss <= MUCH_LOSS)
        e->is_limited = false;
}

/* ---- feedback ---------------------------------------------------------------------------- */

struct visit {
    struct estimator *e;
    int64_t base_us, now_us, latest_us;
};

static void count_packet(struct estimator *e, uint16_t number, bool has_come) {
    if (e->counted_to < 0)
        e->counted_to = number;
    else {
        uint16_t step = (uint16_t)(number - (uint16_t)e->counted_to);
        if (step == 0 || step >= 0x8000) {
            /* Counted as lost, and only late. */
            e->window_lost -= has_come && e->window_lost > 0;
            return;
        }
        e->counted_to += step;
    }
    e->window_sent++;
    e->window_lost += !has_come;
}

static void visit_packet(void *context, uint16_t number, bool has_come, int32_t ticks) {
    struct visit *v = context;
    struct estimator *e = v->e;
    uint32_t place = number & (ESTIMATE_SENT - 1);
    if (e->sent[place].number != number || e->sent[place].octets == 0)
        return; /* never sent, or long ago, or known */
    count_packet(e, number, has_come);
    int64_t sent_us = v->now_us - (uint32_t)((uint32_t)v->now_us - e->sent[place].sent_us);
    int64_t arrival_us = v->base_us + (int64_t)ticks * US_PER_TICK;
    note_probe(e, sent_us, arrival_us, e->sent[place].octets, has_come);
    if (!has_come)
        return;
    note_arrival(e, arrival_us, e->sent[place].octets);
    note_delay(e, sent_us, arrival_us);
    e->sent[place].octets = 0;
    if (arrival_us > v->latest_us)
        v->latest_us = arrival_us;
}

bool estimator_feedback(struct estimator *e, const uint8_t *packet, size_t size, int64_t now) {
    uint32_t reference;
    if (!twcc_read(packet, size, &reference))
        return false;
    if (!e->has_feedback) {
        /* A day up, so that what lies before the first stays positive. */
        e->reference_ticks = INT64_C(24) * 3600 * 4000;
        e->increased_ns = now;
    } else
        /* 24 bits, and reports may overtake each other. */
        e->reference_ticks += (int64_t)((int32_t)((reference - e->reference) << 8) >> 8) * 256;
    if (e->reference_ticks < 0)
        return false;
    e->reference = reference;
    e->has_feedback = true;
    struct visit v = {e, e->reference_ticks * US_PER_TICK, now / 1000, 0};
    twcc_visit(packet, size, visit_packet, &v);
    if (v.latest_us)
        measure_arrivals(e, v.latest_us);
    judge_loss(e, now);
    /* What waited for a busy machine came with the rest of this message. */
    if (e->is_over && standing(e) > STANDING_MS)
        too_much(e, now);
    else
        raise_rate(e, now);
    e->is_over = false;
    judge_probe(e, now);
    return true;
}

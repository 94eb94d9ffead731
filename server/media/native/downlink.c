#include "downlink.h"

#include "octets.h"
#include "plane.h"

/* Times the estimate, in halves. */
#define PACE_HALVES 5
#define BURST_NS (20 * MS_NS)
#define BURST_LEAST 3000
#define OLDEST_NS SECOND_NS
#define PROBE_NS (300 * MS_NS)
#define PROBE_AFTER_NS (2 * SECOND_NS)
#define PAUSE_NS (200 * MS_NS)
#define PAUSE_FAILED_NS (2 * SECOND_NS)
#define PAUSE_MOST_NS (5 * SECOND_NS)
#define PROBE_LOSS 0.09f
/* Of a probe's target, in per cent: so much was carried, and it was no more than luck. */
#define PROBE_GOAL 85
/* So many small ones in turn, and that the link was once too narrow is forgotten. */
#define CARRIED_AGAIN 2
#define PADDED_AT_ONCE 16
#define TELL_NS (200 * MS_NS)

struct held {
    struct held *next;
    int64_t since_ns;
    uint16_t number, length;
    bool is_numbered;
    uint8_t octets[];
};

struct downlink *downlink_new(int64_t now) {
    struct downlink *d = make(sizeof *d);
    estimator_init(&d->estimator);
    d->credit_at_ns = now;
    d->probe_pause_ns = PAUSE_FAILED_NS;
    d->probes_to_go = CARRIED_AGAIN;
    return d;
}

static void forget_queue(struct downlink *d) {
    while (d->first) {
        struct held *held = d->first;
        d->first = held->next;
        d->dropped++;
        free(held);
    }
    d->last = d->last_repeat = NULL;
    d->queued = 0;
}

static void list_for_pacing(struct transport *t) {
    struct downlink *d = t->downlink;
    bool must = d->first != NULL || d->is_probing;
    if (must == d->is_listed)
        return;
    d->is_listed = must;
    if (must)
        list_add(&t->plane->pacing, t);
    else
        list_remove(&t->plane->pacing, t);
}

void downlink_free(struct transport *t) {
    if (t->downlink == NULL)
        return;
    forget_queue(t->downlink);
    if (t->downlink->is_listed)
        list_remove(&t->plane->pacing, t);
    free(t->downlink);
    t->downlink = NULL;
}

/* ---- the queue --------------------------------------------------------------------------- */

static void earn(struct downlink *d, int64_t now) {
    int64_t rate = (int64_t)d->estimator.bitrate * PACE_HALVES / 2 / 8;
    int64_t passed = now - d->credit_at_ns;
    int64_t most = rate * BURST_NS / SECOND_NS;
    if (most < BURST_LEAST)
        most = BURST_LEAST;
    d->credit += passed > SECOND_NS ? most : rate * passed / SECOND_NS;
    if (d->credit > most)
        d->credit = most;
    d->credit_at_ns = now;
}

static void hold(struct downlink *d, const uint8_t *packet, size_t length, uint16_t number,
                 bool is_numbered, bool is_repeat, int64_t now) {
    if (d->queued + length > DOWNLINK_QUEUE) {
        d->dropped++;
        return;
    }
    struct held *held = need(malloc(sizeof *held + length));
    *held = (struct held){NULL, now, number, (uint16_t)length, is_numbered};
    memcpy(held->octets, packet, length);
    struct held *before = is_repeat ? d->last_repeat : d->last;
    if (before) {
        held->next = before->next;
        before->next = held;
    } else {
        held->next = d->first;
        d->first = held;
    }
    if (held->next == NULL)
        d->last = held;
    if (is_repeat)
        d->last_repeat = held;
    d->queued += length;
}

void downlink_send(struct slot *s, const uint8_t *packet, size_t length, uint16_t number,
                   enum errand errand) {
    struct transport *t = s->transport;
    struct downlink *d = t->downlink;
    int64_t now = t->plane->now;
    /* One that went out before under its number says nothing by going again. */
    bool is_numbered = s->number_at && errand != SEND_SAME;
    if (d->estimator.is_limited) {
        earn(d, now);
        if (s->is_video && (d->first || d->credit <= 0)) {
            hold(d, packet, length, number, is_numbered, errand != SEND_NEW, now);
            list_for_pacing(t);
            return;
        }
        d->credit -= (int64_t)length;
        d->probe_sent += length;
    }
    udp_commit(&t->plane->udp, &t->destination, length);
    if (is_numbered)
        estimator_sent(&d->estimator, number, length, now);
}

bool downlink_has_room(const struct transport *t) {
    const struct downlink *d = t->downlink;
    return d == NULL || (d->first == NULL && (!d->estimator.is_limited || d->credit > 0));
}

static void release(struct transport *t, int64_t now) {
    struct downlink *d = t->downlink;
    const struct held *oldest = d->last_repeat ? d->last_repeat->next : d->first;
    if (oldest && now - oldest->since_ns > OLDEST_NS) {
        forget_queue(d);
        for (uint32_t i = 0; i < t->slots.count; i++) {
            struct slot *slot = t->slots.items[i];
            if (slot->is_video && slot->current)
                stream_want_keyframe(slot->current);
        }
        return;
    }
    earn(d, now);
    while (d->first && (d->credit > 0 || !d->estimator.is_limited)) {
        struct held *held = d->first;
        memcpy(udp_reserve(&t->plane->udp), held->octets, held->length);
        udp_commit(&t->plane->udp, &t->destination, held->length);
        if (held->is_numbered)
            estimator_sent(&d->estimator, held->number, held->length, now);
        d->credit -= held->length;
        d->probe_sent += held->length;
        d->queued -= held->length;
        d->first = held->next;
        if (d->first == NULL)
            d->last = NULL;
        if (d->last_repeat == held)
            d->last_repeat = NULL;
        free(held);
    }
}

/* ---- probes ------------------------------------------------------------------------------ */

static struct slot *padding_slot(const struct transport *t) {
    for (uint32_t i = 0; i < t->slots.count; i++)
        if (slot_can_pad(t->slots.items[i]))
            return t->slots.items[i];
    return NULL;
}

static void pad(struct transport *t, int64_t now) {
    struct downlink *d = t->downlink;
    if (!d->is_probing)
        return;
    int64_t passed = now - d->probe_started_ns;
    struct slot *slot = padding_slot(t);
    if (d->estimator.probe_target == 0 || passed > PROBE_NS || slot == NULL) {
        d->is_probing = false;
        return;
    }
    uint64_t due = (uint64_t)d->estimator.probe_target * (uint64_t)(passed / 1000) / 8000000;
    for (int i = 0; i < PADDED_AT_ONCE && d->probe_sent < due; i++) {
        uint64_t before = d->probe_sent;
        slot_pad(slot);
        if (d->probe_sent == before)
            return;
        d->padding += d->probe_sent - before;
    }
}

static void begin_probe(struct transport *t, int64_t now) {
    struct downlink *d = t->downlink;
    struct estimator *e = &d->estimator;
    if (!e->is_limited || e->probe_target || d->is_probing || d->wanted <= e->bitrate ||
        now < d->probe_next_ns || now - e->decreased_ns < PROBE_AFTER_NS ||
        e->loss > PROBE_LOSS || d->first || t->destination.length == 0 ||
        padding_slot(t) == NULL)
        return;
    uint64_t most = d->probes_to_go ? (uint64_t)e->bitrate * 3 / 2 + 50000
                                  : (uint64_t)e->bitrate * 2 + 100000;
    d->is_probing = true;
    d->probe_started_ns = now;
    d->probe_sent = 0;
    uint32_t target = d->wanted < most ? d->wanted : (uint32_t)most;
    d->probe_goal = target / 100 * PROBE_GOAL;
    estimator_probe(e, target, now, PROBE_NS);
    list_for_pacing(t);
}

static void end_probe(struct downlink *d, int64_t now) {
    if (!d->estimator.is_probe_done)
        return;
    d->estimator.is_probe_done = false;
    bool has_hurt = d->estimator.decreased_ns > d->probe_started_ns;
    if (!has_hurt && d->estimator.bitrate >= d->probe_goal) {
        d->probe_pause_ns = PAUSE_NS;
        d->probes_to_go -= d->probes_to_go > 0;
        d->probe_next_ns = now + PAUSE_NS;
        return;
    }
    d->probes_to_go = CARRIED_AGAIN;
    if (d->probe_pause_ns < PAUSE_FAILED_NS)
        d->probe_pause_ns = PAUSE_FAILED_NS;
    else if (d->probe_pause_ns < PAUSE_MOST_NS)
        d->probe_pause_ns += SECOND_NS;
    d->probe_next_ns = now + d->probe_pause_ns;
}

void downlink_want(struct transport *t, uint32_t wanted) {
    if (t->downlink)
        t->downlink->wanted = wanted;
}

/* ---- now and then ------------------------------------------------------------------------ */

static void tell(struct transport *t, int64_t now) {
    struct downlink *d = t->downlink;
    const struct estimator *e = &d->estimator;
    if (!e->has_feedback)
        return;
    uint32_t value = e->is_limited ? e->bitrate : 0;
    bool has_fallen = value && (d->told == 0 || value < d->told / 100 * 97);
    bool has_risen = value > d->told / 100 * 103 || (value == 0) != (d->told == 0);
    if (d->told_ns && !has_fallen && !(has_risen && now - d->told_ns > TELL_NS))
        return;
    d->told = value;
    d->told_ns = now;
    uint8_t message[40];
    struct writer w = {message};
    write8(&w, UP_ESTIMATE);
    write32(&w, t->id);
    write32(&w, value);
    write32(&w, e->acknowledged);
    write_real(&w, e->loss);
    write64(&w, (uint64_t)now);
    write64(&w, d->padding);
    write32(&w, (uint32_t)d->dropped);
    control_send(&t->plane->control, message, (size_t)(w.at - message), false);
}

void downlink_tick(struct transport *t, int64_t now) {
    struct downlink *d = t->downlink;
    if (d == NULL)
        return;
    end_probe(d, now);
    if (d->wanted == 0)
        estimator_content(&d->estimator, now);
    else
        begin_probe(t, now);
    if (t->kept)
        t->kept->limit = d->estimator.is_limited ? d->estimator.bitrate : 0;
    tell(t, now);
}

void downlink_pace(struct plane *plane, int64_t now) {
    for (uint32_t i = plane->pacing.count; i-- > 0;) {
        struct transport *t = plane->pacing.items[i];
        release(t, now);
        pad(t, now);
        list_for_pacing(t); /* one that goes is replaced by one that was seen */
    }
}

/* What was counted since the last time, for the server, for people and their graphs: once a second
   and in as few messages as hold it, since a message costs the server more than what is in it.
   Only what has moved is told; who sits in a class and neither sends nor receives costs nothing. */
#include "plane.h"

#include "octets.h"

enum { STATISTICS_OCTETS = 46 + 8 * MAX_STREAMS, STREAM_OCTETS = 40, SLOT_OCTETS = 28 };

/* Records of one kind on their way into messages; a full one goes at once. */
struct sheaf {
    struct control *control;
    uint8_t type;
    struct writer w;
    uint8_t message[CONTROL_MAX];
};

static void begin(struct sheaf *sheaf, struct plane *plane, enum up type) {
    sheaf->control = &plane->control;
    sheaf->type = (uint8_t)type;
    sheaf->w.at = sheaf->message;
    write8(&sheaf->w, sheaf->type);
}

static void send_off(struct sheaf *sheaf) {
    size_t length = (size_t)(sheaf->w.at - sheaf->message);
    if (length > 1)
        control_send(sheaf->control, sheaf->message, length, true);
    sheaf->w.at = sheaf->message + 1;
}

static struct writer *room_for(struct sheaf *sheaf, size_t octets) {
    if ((size_t)(sheaf->w.at - sheaf->message) + octets > sizeof sheaf->message)
        send_off(sheaf);
    return &sheaf->w;
}

/* ---- transports -------------------------------------------------------------------------- */

static void find_losses(const struct transport *t, float *up, float *down, double *rtt) {
    for (uint32_t i = 0; i < t->slots.count; i++) {
        const struct slot *slot = t->slots.items[i];
        if (slot->current && slot->loss > *down)
            *down = slot->loss;
        if (slot->rtt >= 0 && (*rtt < 0 || slot->rtt < *rtt))
            *rtt = slot->rtt;
    }
    for (uint32_t i = 0; i < t->route_count; i++) {
        const struct stream *stream = t->routes[i].stream;
        if (!t->routes[i].is_rtx && stream->is_active && stream->loss > *up)
            *up = stream->loss;
    }
}

static void write_transport(struct writer *w, struct transport *t) {
    float up = 0, down = 0;
    double rtt = -1;
    find_losses(t, &up, &down, &rtt);
    write32(w, t->id);
    write8(w, t->is_checked);
    write64(w, t->octets_up);
    write64(w, t->octets_down);
    write_real(w, up);
    write_real(w, down);
    write_real(w, (float)rtt);
    write32(w, t->estimate);
    write64(w, (uint64_t)t->estimate_at_ns);
    uint8_t *count = w->at;
    write8(w, 0);
    for (uint32_t i = 0; i < t->route_count; i++)
        if (!t->routes[i].is_rtx) {
            write32(w, t->routes[i].stream->id);
            write32(w, t->routes[i].stream->bitrate);
            ++*count;
        }
}

static void tell_transport(struct sheaf *sheaf, struct transport *t) {
    bool moves = t->octets_up || t->octets_down || t->estimate_at_ns != t->told_estimate_ns;
    /* Once more after it stopped, or its rates would stand still. */
    if (!moves && !t->is_moving && !t->is_checked)
        return;
    write_transport(room_for(sheaf, STATISTICS_OCTETS), t);
    t->is_moving = moves;
    t->is_checked = false;
    t->told_estimate_ns = t->estimate_at_ns;
    t->octets_up = t->octets_down = 0;
}

/* ---- streams and slots ------------------------------------------------------------------- */

static void tell_stream(struct sheaf *sheaf, struct stream *s) {
    uint64_t events = s->received + s->nacked + s->asked_keyframes;
    if (events == s->told_events)
        return;
    s->told_events = events;
    struct writer *w = room_for(sheaf, STREAM_OCTETS);
    write32(w, s->id);
    write64(w, s->received);
    write64(w, s->octets);
    write32(w, s->nacked);
    write32(w, s->asked_keyframes);
    write32(w, s->keyframes);
    write_real(w, s->loss);
    write_real(w, (float)(s->jitter / (s->is_video ? 90000.0 : 48000.0)));
}

static void tell_slot(struct sheaf *sheaf, struct slot *s) {
    /* What comes again on its way is never less; a sum that stays says that nothing moved. */
    uint64_t events = (uint64_t)s->packets + s->nacked + s->resent;
    if (events == s->told_events)
        return;
    s->told_events = events;
    struct writer *w = room_for(sheaf, SLOT_OCTETS);
    write32(w, s->id);
    write32(w, s->packets);
    write32(w, s->octets);
    write32(w, s->nacked);
    write32(w, s->resent);
    write_real(w, s->loss);
    write_real(w, (float)s->rtt);
}

static void tell_load(struct plane *plane) {
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    uint8_t message[49];
    struct writer w = {message};
    write8(&w, UP_LOAD);
    write64(&w, plane->udp.received);
    write64(&w, plane->udp.sent);
    write64(&w, plane->udp.dropped);
    write64(&w, plane->control.dropped);
    write64(&w, (uint64_t)used.tv_sec * SECOND_NS + (uint64_t)used.tv_nsec);
    write64(&w, (uint64_t)plane->now);
    control_send(&plane->control, message, (size_t)(w.at - message), true);
}

void report_tell(struct plane *plane) {
    static struct sheaf transports, streams, slots;
    begin(&transports, plane, UP_STATISTICS);
    begin(&streams, plane, UP_STREAM_COUNTERS);
    begin(&slots, plane, UP_SLOT_COUNTERS);
    for (uint32_t i = 0; i < plane->all.count; i++) {
        struct transport *t = plane->all.items[i];
        if (t->sending == NULL)
            continue;
        tell_transport(&transports, t);
        for (uint32_t n = 0; n < t->route_count; n++)
            if (!t->routes[n].is_rtx)
                tell_stream(&streams, t->routes[n].stream);
        for (uint32_t n = 0; n < t->slots.count; n++)
            tell_slot(&slots, t->slots.items[n]);
    }
    send_off(&transports);
    send_off(&streams);
    send_off(&slots);
    tell_load(plane);
}

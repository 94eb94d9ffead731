/* What was counted, for people and their graphs: told once a second and never waited for. */
#include "plane.h"

#include "octets.h"

enum { STREAM_OCTETS = 40, SLOT_OCTETS = 28, MOST_SLOTS = 255 };

static void write_stream(struct writer *w, const struct stream *s) {
    write32(w, s->id);
    write64(w, s->received);
    write64(w, s->octets);
    write32(w, s->nacked);
    write32(w, s->asked_keyframes);
    write32(w, s->keyframes);
    write_real(w, s->loss);
    write_real(w, (float)(s->jitter / (s->is_video ? 90000.0 : 48000.0)));
}

static void write_slot(struct writer *w, const struct slot *s) {
    write32(w, s->id);
    write32(w, s->packets);
    write32(w, s->octets);
    write32(w, s->nacked);
    write32(w, s->resent);
    write_real(w, s->loss);
    write_real(w, (float)s->rtt);
}

void counters_tell(struct plane *plane, struct transport *t) {
    uint8_t message[8 + STREAM_OCTETS * MAX_STREAMS + SLOT_OCTETS * MOST_SLOTS];
    struct writer w = {message};
    uint8_t count = 0;
    write8(&w, UP_COUNTERS);
    write32(&w, t->id);
    uint8_t *count_at = w.at;
    write8(&w, 0);
    for (uint32_t i = 0; i < t->route_count; i++)
        if (!t->routes[i].is_rtx) {
            write_stream(&w, t->routes[i].stream);
            count++;
        }
    *count_at = count;
    uint32_t slots = t->slots.count < MOST_SLOTS ? t->slots.count : MOST_SLOTS;
    write8(&w, (uint8_t)slots);
    for (uint32_t i = 0; i < slots; i++)
        write_slot(&w, t->slots.items[i]);
    control_send(&plane->control, message, (size_t)(w.at - message), true);
}

void counters_tell_load(struct plane *plane) {
    uint8_t message[33];
    struct writer w = {message};
    write8(&w, UP_LOAD);
    write64(&w, plane->udp.received);
    write64(&w, plane->udp.sent);
    write64(&w, plane->udp.dropped);
    write64(&w, plane->control.dropped);
    control_send(&plane->control, message, (size_t)(w.at - message), true);
}

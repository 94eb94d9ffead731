/* A packet to everyone who takes it: slots that show its stream, slots that wait for its next
   keyframe, the capture.

   A picture is of no use before its last packet, and a viewer is cheapest to serve with all of it
   at once: his keys are at hand, and the kernel takes a run of packets as one message. So the
   first packets of a picture wait for its last one, a millisecond at most, and each viewer in turn
   gets them all. Sound never waits. What changes who gets what comes after what has waited. */
#include "plane.h"

static void gather(struct stream *s, const struct packet *p) {
    if (s->gathered_count == 0) {
        s->gathered_since_ns = p->arrival_ns;
        list_add(&s->publication->plane->gathering, s);
    }
    /* By number: what else comes may take a packet's place in the cache. */
    s->gathered[s->gathered_count++] = p->sequence;
    s->is_picture_whole = p->marker != 0;
    if (s->gathered_count == MAX_GATHERED)
        stream_forward(s);
}

void stream_forward(struct stream *s) {
    const struct packet *packets[MAX_GATHERED];
    uint32_t count = 0;
    if (s->gathered_count == 0)
        return;
    for (uint32_t i = 0; i < s->gathered_count; i++) {
        const struct packet *p = stream_cached(s, s->gathered[i], s->gathered_since_ns);
        if (p)
            packets[count++] = p;
    }
    s->gathered_count = 0;
    list_remove(&s->publication->plane->gathering, s);
    for (uint32_t i = 0; i < s->receivers.count; i++)
        for (uint32_t n = 0; n < count; n++)
            slot_forward(s->receivers.items[i], packets[n], packets[n]->marker);
}

static void begin_waiting(struct stream *s, struct packet *p) {
    for (uint32_t i = 0; i < s->waiting.count;) {
        struct slot *slot = s->waiting.items[i];
        slot_begin(slot, s, p);
        /* One that began left the list, and the last took its place. */
        if (i < s->waiting.count && s->waiting.items[i] == slot)
            i++;
    }
}

void stream_deliver(struct stream *s, struct packet *p) {
    if (p->sequence <= s->shut_to)
        return;
    if (s->is_video && s->receivers.count)
        gather(s, p);
    else
        for (uint32_t i = 0; i < s->receivers.count; i++)
            slot_forward(s->receivers.items[i], p, p->marker);
    if (s->waiting.count && (p->is_key_start || !s->is_video)) {
        stream_forward(s);
        begin_waiting(s, p);
    }
    if (s->publication->feed)
        feed_packet(s->publication, s, p);
}

void plane_forward(struct plane *plane, bool must) {
    if (plane->gathering.count == 0)
        return;
    int64_t now = plane->now = now_ns();
    for (uint32_t i = plane->gathering.count; i-- > 0;) {
        struct stream *s = plane->gathering.items[i];
        if (must || s->is_picture_whole || now - s->gathered_since_ns >= PLANE_GATHER_NS)
            stream_forward(s); /* one that goes is replaced by one that was seen */
    }
}

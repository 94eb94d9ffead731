/* Everything that happens now and then, on one tick of 20 ms. */
#include "plane.h"

enum { SOUND_TICKS = 2, FEEDBACK_TICKS = 3, LAYER_TICKS = 10, PULSE_TICKS = 25,
       REPORT_TICKS = 50 };
enum { BLOCKS_AT_ONCE = 31 };

typedef void each_stream(struct transport *t, struct stream *stream, int64_t now);

static void for_streams(struct transport *t, each_stream *step, int64_t now) {
    for (uint32_t i = 0; i < t->publications.count; i++) {
        struct publication *p = t->publications.items[i];
        for (int layer = 0; layer < LAYERS; layer++)
            if (p->streams[layer])
                step(t, p->streams[layer], now);
    }
}

static void ask_again(struct transport *t, struct stream *stream, int64_t now) {
    uint16_t numbers[MAX_MISSING];
    uint8_t packet[12 + 4 * MAX_MISSING];
    size_t count = stream_due_nacks(stream, now, numbers);
    stream->nacked += (uint32_t)count;
    if (count)
        transport_send_rtcp(t, packet, rtcp_write_nack(packet, stream->ssrc, numbers, count));
    if (stream_take_pli(stream, now)) {
        stream->asked_keyframes++;
        transport_send_rtcp(t, packet, rtcp_write_pli(packet, stream->ssrc));
    }
}

static void send_feedback(struct transport *t) {
    uint8_t packet[TWCC_MAX_LENGTH];
    if (t->route_count == 0)
        return;
    size_t length =
        twcc_write(&t->twcc, RTCP_LOCAL_SSRC, t->routes[0].stream->ssrc, packet);
    if (t->kept)
        t->kept->feedbacks = (uint8_t)t->twcc.count;
    if (length)
        transport_send_rtcp(t, packet, length);
}

static void measure(struct transport *t, struct stream *stream, int64_t now) {
    (void)t, (void)now;
    uint64_t octets = stream->octets - stream->octets_before;
    stream->octets_before = stream->octets;
    stream->bitrate = (uint32_t)(octets * 8 * (uint64_t)SECOND_NS /
                                 (uint64_t)(REPORT_TICKS * PLANE_TICK_NS));
}

static void send_reports(struct transport *t, double now) {
    struct rtcp_block blocks[MAX_STREAMS];
    uint8_t packet[MAX_DATAGRAM];
    size_t count = 0;
    for (uint32_t i = 0; i < t->publications.count; i++) {
        struct publication *p = t->publications.items[i];
        for (int layer = 0; layer < LAYERS && count < BLOCKS_AT_ONCE; layer++)
            if (p->streams[layer] && stream_report_block(p->streams[layer], now, &blocks[count]))
                count++;
    }
    if (count)
        transport_send_rtcp(t, packet, rtcp_write_receiver(packet, blocks, count));
    for (uint32_t i = 0; i < t->slots.count; i++)
        slot_report(t->slots.items[i], now);
}

/* An empty report: from silence a page knows that the way is gone. */
static void send_pulse(struct transport *t) {
    uint8_t packet[8 + SRTP_MAX_TRAILER];
    transport_send_rtcp(t, packet, rtcp_write_receiver(packet, NULL, 0));
}

static void find_layers(struct transport *t, int64_t now) {
    for (uint32_t i = 0; i < t->publications.count; i++) {
        struct publication *p = t->publications.items[i];
        publication_find_layers(p, now);
        if (p->feed)
            feed_refresh(p, now);
    }
}

void plane_tick(struct plane *plane) {
    int64_t now = plane->now = now_ns();
    plane->ticks++;
    for (uint32_t i = 0; i < plane->all.count; i++) {
        struct transport *t = plane->all.items[i];
        if (t->sending == NULL)
            continue;
        downlink_tick(t, now);
        transport_guard(t, now);
        for_streams(t, ask_again, now);
        if (plane->ticks % FEEDBACK_TICKS == 0)
            send_feedback(t);
        if (plane->ticks % PULSE_TICKS == 0)
            send_pulse(t);
        if (plane->ticks % LAYER_TICKS == 0)
            find_layers(t, now);
        if (plane->ticks % REPORT_TICKS == 0) {
            for_streams(t, measure, now);
            send_reports(t, (double)now / 1e9);
        }
    }
    if (plane->ticks % SOUND_TICKS == 0 || plane->is_sound_due)
        rooms_route(plane, now);
    if (plane->ticks % REPORT_TICKS == 0)
        report_tell(plane);
    if (plane->ticks % LAYER_TICKS == 0)
        rooms_tell_speakers(plane, now);
    downlink_pace(plane, now);
    udp_flush(&plane->udp);
}

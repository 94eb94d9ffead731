/* What of a publication goes into its capture file: the highest live layer, from a keyframe. It is
   tapped behind the same gate as the slots, so nothing that a room could not hear or see reaches
   the disk; where the gate was shut, a gap record says so. */
#include "plane.h"

/* The replay must be able to seek; Chromium sends few keyframes unasked. */
#define KEYFRAME_EVERY_NS (5 * SECOND_NS)

static const char layer_names[LAYERS] = {'q', 'h', 'f'};

void feed_start(struct publication *publication, struct capture_file *file, uint32_t capture,
                uint32_t header_ssrc, int64_t now) {
    struct feed *feed = make(sizeof *feed);
    feed->file = file;
    feed->capture = capture;
    feed->header_ssrc = header_ssrc;
    publication->feed = feed;
    if (!publication->is_open)
        feed_gap(publication, publication->closed_because);
    feed_refresh(publication, now);
}

void feed_refresh(struct publication *publication, int64_t now) {
    struct feed *feed = publication->feed;
    struct stream *best = publication_best(publication);
    if (best != feed->wanted) {
        feed->wanted = best;
        if (best && best != feed->current)
            stream_want_keyframe(best);
    }
    if (best && publication->is_video && now - feed->keyframe_at_ns >= KEYFRAME_EVERY_NS) {
        stream_want_keyframe(best);
        feed->keyframe_at_ns = now;
    }
}

static void write_packet(struct feed *feed, const struct stream *stream, const struct packet *p) {
    uint8_t head[RTP_HEADER + 8];
    size_t length = RTP_HEADER;
    head[0] = p->level >= 0 ? 0x90 : 0x80;
    head[1] = p->marker | stream->payload_type;
    put16(head + 2, (uint16_t)p->sequence);
    put32(head + 4, p->timestamp);
    put32(head + 8, stream->ssrc);
    if (p->level >= 0) {
        const uint8_t block[8] = {0xBE, 0xDE, 0, 1, 0x10, (uint8_t)p->level, 0, 0};
        memcpy(head + RTP_HEADER, block, sizeof block);
        length += sizeof block;
    }
    capture_add(feed->file, CAPTURE_RTP, p->arrival_ns, head, length, p->body,
                (size_t)p->head_length + p->rest_length);
}

static void switch_to(struct feed *feed, struct stream *stream, const struct packet *p) {
    bool is_first = feed->current == NULL;
    feed->current = stream;
    feed->is_in_gap = false;
    feed->keyframe_at_ns = p->arrival_ns;
    if (!is_first || stream->ssrc != feed->header_ssrc) {
        char text[64];
        int length = snprintf(text, sizeof text, "{\"layer\":\"%c\",\"ssrc\":%u}",
                              layer_names[stream->layer], stream->ssrc);
        capture_add(feed->file, CAPTURE_LAYER, p->arrival_ns, (uint8_t *)text, (size_t)length,
                    NULL, 0);
    }
    /* The reader needs this stream's clock from its first packet on. */
    if (stream->last_report_ns)
        capture_add(feed->file, CAPTURE_SENDER_REPORT, stream->last_report_ns,
                    stream->last_report, sizeof stream->last_report, NULL, 0);
    write_packet(feed, stream, p);
}

void feed_packet(struct publication *publication, struct stream *stream, struct packet *p) {
    struct feed *feed = publication->feed;
    bool may_start = !publication->is_video || p->is_key_start;
    if (stream != feed->current) {
        if (stream != feed->wanted || !may_start)
            return;
        switch_to(feed, stream, p);
        for (int64_t sequence = p->sequence + 1; sequence <= stream->highest; sequence++) {
            const struct packet *later = stream_cached(stream, sequence, p->arrival_ns);
            if (later)
                write_packet(feed, stream, later);
        }
        return;
    }
    if (feed->is_in_gap) {
        if (!may_start)
            return;
        feed->is_in_gap = false;
    }
    if (p->is_key_start)
        feed->keyframe_at_ns = p->arrival_ns;
    write_packet(feed, stream, p);
}

void feed_sender_report(struct publication *publication, struct stream *stream,
                        const uint8_t *packet, size_t size, int64_t now) {
    struct feed *feed = publication->feed;
    if (stream == feed->current)
        capture_add(feed->file, CAPTURE_SENDER_REPORT, now, packet, size, NULL, 0);
}

void feed_gap(struct publication *publication, const char *reason) {
    struct feed *feed = publication->feed;
    if (feed->is_in_gap)
        return;
    feed->is_in_gap = true;
    char text[64];
    int length = snprintf(text, sizeof text, "{\"reason\":\"%.32s\"}", reason);
    capture_add(feed->file, CAPTURE_GAP, now_ns(), (uint8_t *)text, (size_t)length, NULL, 0);
}

void feed_forget_stream(struct publication *publication, const struct stream *stream) {
    struct feed *feed = publication->feed;
    if (feed->current == stream) {
        feed->current = NULL;
        /* Whatever comes next is another SSRC and must be announced. */
        feed->header_ssrc = 0;
    }
    if (feed->wanted == stream)
        feed->wanted = NULL;
}

void feed_seal(struct publication *publication, const char *reason) {
    if (publication->feed == NULL)
        return;
    capture_seal(publication->feed->file, reason);
    free(publication->feed);
    publication->feed = NULL;
}

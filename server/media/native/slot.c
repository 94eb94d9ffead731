/* The rules of rewriting, all measured with Chromium and Firefox as viewers and publishers
   (server/media/slot.py says them at length):

   1. A video slot keeps forwarding the old source until the first packet of the new source's
      keyframe.
   2. Sequence numbers go on at last + 1; swallowed padding leaves no gap (sequence_map.h).
   3. The first timestamp of a new source is the slot's base plus its capture time; a video step
      is at least 900 ticks, an audio step a multiple of 960.
   4. VP8 and VP9 picture id and TL0PICIDX go on at last + 1; keyidx and layers stay.
   5. Payload type and extensions are the viewer's own; the first audio packet after a switch
      carries the marker.
   6. A sender report goes out right after a switch and every second.
   7. Sound that ends is followed by a few packets of silence. */
#include "plane.h"

#include "octets.h"

#include <math.h>
#include <openssl/rand.h>

#define VIDEO_STEP 900
#define AUDIO_STEP 960
/* One may be lost. */
#define SILENT_PACKETS 3
#define VIDEO_RING 512
#define AUDIO_RING 64
#define CACHE_NS (2 * SECOND_NS)

static const uint8_t silence[] = {0xF8, 0xFF, 0xFE}; /* 20 ms of Opus */

static uint32_t any_number(void) {
    uint32_t number = 0;
    if (RAND_bytes((uint8_t *)&number, sizeof number) != 1)
        abort();
    return number;
}

struct slot *slot_new(struct transport *transport, uint32_t id, bool is_video) {
    struct slot *s = make(sizeof *s);
    s->id = id;
    s->plane = transport->plane;
    s->transport = transport;
    s->is_video = is_video;
    s->rate = is_video ? 90000 : 48000;
    /* Low, so that a receiver that misses the first packets still guesses the roll-over. */
    s->start = (uint16_t)(1 + any_number() % 0x3FFF);
    s->rtx_sequence = (uint16_t)(1 + any_number() % 0x3FFF);
    s->base_time = (double)now_ns() / 1e9;
    s->base_timestamp = any_number() >> 1;
    s->rtt = -1;
    uint32_t size = is_video ? VIDEO_RING : AUDIO_RING;
    s->ring = make(size * sizeof *s->ring);
    s->ring_mask = size - 1;
    return s;
}

void slot_keep(struct slot *s, struct kept_slot *kept) {
    s->kept = kept;
    if (kept->id != s->id) {
        *kept = (struct kept_slot){
            .id = s->id, .base_timestamp = s->base_timestamp, .base_time = s->base_time};
    } else {
        s->base_timestamp = kept->base_timestamp;
        s->base_time = kept->base_time;
        s->has_last = kept->has_last;
        s->last_timestamp = kept->last_timestamp;
        s->last_picture = kept->last_picture;
        s->last_tl0 = kept->last_tl0;
        s->packets = kept->packets;
        s->octets = kept->octets;
    }
    srtp_keep_window(&s->sent, &kept->next);
    srtp_keep_window(&s->rtx_sent, &kept->rtx_next);
    /* A packet that was sealed but not counted any more is behind us all the same. */
    if (s->sent.is_started) {
        s->has_last = true;
        s->last_sequence = (uint16_t)s->sent.top;
    }
    if (s->rtx_sent.is_started)
        s->rtx_sequence = (uint16_t)s->rtx_sent.top;
}

static void drop_target(struct slot *s) {
    if (s->target)
        list_remove(&s->target->waiting, s);
    s->target = NULL;
}

static void drop_current(struct slot *s) {
    if (s->current)
        list_remove(&s->current->receivers, s);
    s->current = NULL;
}

void slot_free(struct slot *s) {
    drop_target(s);
    drop_current(s);
    free(s->ring);
    free(s);
}

void slot_set_extensions(struct slot *s, unsigned mid_number, const char *mid,
                         unsigned send_time_number, unsigned transport_number) {
    uint8_t *at = s->extension + 4;
    size_t length = strlen(mid);
    s->extension_length = s->send_time_at = s->number_at = 0;
    if (transport_number > 0 && transport_number < 15) {
        *at++ = (uint8_t)(transport_number << 4 | 1);
        s->number_at = (uint8_t)(at - s->extension);
        at += 2;
    } else if (send_time_number > 0 && send_time_number < 15) {
        *at++ = (uint8_t)(send_time_number << 4 | 2);
        s->send_time_at = (uint8_t)(at - s->extension);
        at += 3;
    }
    if (mid_number > 0 && mid_number < 15 && length > 0 && length <= 16) {
        *at++ = (uint8_t)(mid_number << 4 | (length - 1));
        memcpy(at, mid, length);
        at += length;
    }
    size_t size = (size_t)(at - s->extension) - 4;
    if (size == 0)
        return;
    size_t padded = (size + 3) & ~(size_t)3;
    memset(at, 0, padded - size);
    put16(s->extension, 0xBEDE);
    put16(s->extension + 2, (uint32_t)(padded / 4));
    s->extension_length = (uint8_t)(4 + padded);
}

bool slot_is_connected(const struct slot *s) {
    return s->transport->sending != NULL && s->transport->destination.length > 0;
}

/* ---- choosing a source ------------------------------------------------------------------ */

static void tell_switched(const struct slot *s, uint32_t timestamp) {
    uint8_t message[16];
    struct writer w = {message};
    write8(&w, UP_SWITCHED);
    write32(&w, s->id);
    write32(&w, s->current ? s->current->id : NO_STREAM);
    write32(&w, timestamp);
    control_send(&s->plane->control, message, (size_t)(w.at - message), false);
}

static void await_source(struct slot *s, struct stream *stream, int64_t now) {
    s->target = stream;
    list_add(&stream->waiting, s);
    slot_connected(s, now);
}

void slot_connected(struct slot *s, int64_t now) {
    if (s->target == NULL || !s->is_video)
        return;
    struct packet *fresh = stream_fresh_keyframe(s->target, now);
    if (fresh && slot_is_connected(s))
        slot_begin(s, s->target, fresh);
    else
        stream_want_keyframe(s->target);
}

void slot_show(struct slot *s, struct stream *stream, int64_t now) {
    if (s->payload_type_of[stream->codec] == 0 || stream->is_video != s->is_video) {
        slot_clear(s);
        return;
    }
    if (stream == s->current) {
        drop_target(s);
        return;
    }
    if (stream == s->target)
        return;
    drop_target(s);
    await_source(s, stream, now);
}

static uint16_t next_number(struct slot *s) {
    if (!s->number_at)
        return 0;
    uint16_t number = estimator_number(&s->transport->downlink->estimator);
    if (s->transport->kept)
        s->transport->kept->number = number;
    return number;
}

/* A sealed packet that lies where udp_reserve said. */
static void hand_over(struct slot *s, const uint8_t *packet, size_t length, uint16_t number,
                      enum errand errand) {
    s->transport->octets_down += length;
    if (s->transport->downlink)
        downlink_send(s, packet, length, number, errand);
    else
        udp_commit(&s->plane->udp, &s->transport->destination, length);
}

/* Encrypt and send one packet as its record says. */
static bool emit(struct slot *s, const struct sent *record, bool is_repeat, const uint8_t *head,
                 size_t head_length, const uint8_t *rest, size_t rest_length, uint8_t padding) {
    uint8_t *out = udp_reserve(&s->plane->udp);
    out[0] = (s->extension_length ? 0x90 : 0x80) | (padding ? 0x20 : 0);
    out[1] = record->second;
    put16(out + 2, record->sequence);
    put32(out + 4, record->timestamp);
    put32(out + 8, s->ssrc);
    memcpy(out + RTP_HEADER, s->extension, s->extension_length);
    if (s->send_time_at)
        put24(out + RTP_HEADER + s->send_time_at, record->send_time);
    if (s->number_at)
        put16(out + RTP_HEADER + s->number_at, record->number);
    size_t length = srtp_protect(s->transport->sending, &s->sent, is_repeat, out,
                                 (size_t)RTP_HEADER + s->extension_length, MAX_DATAGRAM, head,
                                 head_length, rest, rest_length + padding);
    if (length == 0)
        return false;
    hand_over(s, out, length, record->number, is_repeat ? SEND_SAME : SEND_NEW);
    return true;
}

static void count_sent(struct slot *s, const struct sent *record, size_t octets) {
    struct sent *place = &s->ring[record->sequence & s->ring_mask];
    *place = *record;
    place->octets = (uint16_t)octets;
    s->packets++;
    s->octets += (uint32_t)octets;
    if (!s->has_last || (uint16_t)(record->sequence - s->last_sequence) < 0x8000) {
        s->has_last = true;
        s->last_sequence = record->sequence;
        s->last_timestamp = record->timestamp;
        s->last_picture = record->picture;
        s->last_tl0 = record->tl0;
    }
    if (s->kept) {
        s->kept->has_last = s->has_last;
        s->kept->last_timestamp = s->last_timestamp;
        s->kept->last_picture = s->last_picture;
        s->kept->last_tl0 = s->last_tl0;
        s->kept->packets = s->packets;
        s->kept->octets = s->octets;
    }
}

static uint32_t send_time(int64_t now) {
    /* 6.18 fixed point seconds. */
    return (uint32_t)((uint64_t)now * 262144u / 1000000000u) & 0xFFFFFF;
}

static void fall_silent(struct slot *s) {
    if (!s->has_last || !slot_is_connected(s))
        return;
    for (int i = 0; i < SILENT_PACKETS; i++) {
        struct sent record = {
            .sent_ns = now_ns(),
            .timestamp = s->last_timestamp + AUDIO_STEP,
            .sequence = (uint16_t)(s->last_sequence + 1),
            .second = s->payload_type_of[CODEC_OPUS],
            .number = next_number(s),
        };
        record.send_time = send_time(record.sent_ns);
        if (emit(s, &record, false, NULL, 0, silence, sizeof silence, 0))
            count_sent(s, &record, sizeof silence);
    }
}

void slot_clear(struct slot *s) {
    bool had = s->current != NULL;
    drop_target(s);
    drop_current(s);
    if (!had)
        return;
    if (!s->is_video)
        fall_silent(s);
    tell_switched(s, 0);
}

void slot_restart(struct slot *s) {
    struct stream *stream = s->target ? s->target : s->current;
    drop_target(s);
    drop_current(s);
    if (stream == NULL)
        return;
    s->target = stream;
    list_add(&stream->waiting, s);
    if (s->is_video)
        stream_want_keyframe(stream);
}

void slot_give_up_old(struct slot *s) {
    if (s->current == NULL || s->target == NULL)
        return;
    drop_current(s);
    tell_switched(s, 0);
}

static uint32_t first_timestamp(const struct slot *s, const struct stream *stream,
                                const struct packet *p) {
    double captured = clock_captured_at(&stream->clock, p->timestamp);
    double arrival = (double)p->arrival_ns / 1e9;
    /* A publisher whose clock jumps must not carry the slot away with it. */
    captured = fmin(fmax(captured, arrival - 2.0), arrival + 0.2);
    uint32_t wanted = s->base_timestamp + (uint32_t)llrint((captured - s->base_time) * s->rate);
    if (!s->has_last)
        return wanted;
    int32_t step = (int32_t)(wanted - s->last_timestamp);
    if (s->is_video)
        return s->last_timestamp + (uint32_t)(step > VIDEO_STEP ? step : VIDEO_STEP);
    long frames = lrint((double)step / AUDIO_STEP);
    return s->last_timestamp + AUDIO_STEP * (uint32_t)(frames > 1 ? frames : 1);
}

void slot_begin(struct slot *s, struct stream *stream, struct packet *p) {
    if (stream != s->target || !slot_is_connected(s))
        return;
    stream_forward(stream);
    if (s->current)
        stream_forward(s->current);
    drop_current(s);
    drop_target(s);
    s->current = stream;
    list_add(&stream->receivers, s);
    uint32_t timestamp = first_timestamp(s, stream, p);
    s->timestamp_step = timestamp - p->timestamp;
    if (s->has_last && p->picture >= 0) {
        s->picture_step = s->last_picture + 1 - (uint32_t)p->picture;
        s->tl0_step = s->last_tl0 + 1 - (uint32_t)(p->tl0 > 0 ? p->tl0 : 0);
    }
    uint16_t first = s->has_last ? (uint16_t)(s->last_sequence + 1) : s->start;
    sequence_map_restart(&s->map, p->sequence, first);
    slot_forward(s, p, s->is_video ? p->marker : 0x80);
    int64_t now = now_ns();
    for (int64_t sequence = p->sequence + 1; sequence <= stream->highest; sequence++) {
        const struct packet *later = stream_cached(stream, sequence, now);
        if (later)
            slot_forward(s, later, later->marker);
    }
    tell_switched(s, timestamp);
    slot_report(s, (double)now / 1e9);
}

/* ---- packets ---------------------------------------------------------------------------- */

static size_t write_head(const struct packet *p, const struct sent *record, uint8_t *out) {
    if (p->head_length > RTP_MAX_HEAD)
        return 0;
    rtp_write_head(p, record->picture, record->tl0, out);
    return p->head_length;
}

void slot_forward(struct slot *s, const struct packet *p, uint8_t marker) {
    struct stream *stream = s->current;
    if (stream == NULL || !slot_is_connected(s))
        return;
    if (packet_is_empty(p) && sequence_map_swallow(&s->map, p->sequence))
        return;
    int32_t sequence = sequence_map_find(&s->map, p->sequence);
    if (sequence < 0)
        return;
    struct sent record = {
        .source = p->sequence,
        .sent_ns = p->arrival_ns,
        .stream = stream->id,
        .timestamp = p->timestamp + s->timestamp_step,
        .send_time = s->send_time_at ? send_time(now_ns()) : 0,
        .picture = (uint32_t)(p->picture > 0 ? p->picture : 0) + s->picture_step,
        .tl0 = (uint8_t)((uint32_t)(p->tl0 > 0 ? p->tl0 : 0) + s->tl0_step),
        .sequence = (uint16_t)sequence,
        .second = marker | s->payload_type_of[stream->codec],
        .number = next_number(s),
    };
    uint8_t head[RTP_MAX_HEAD];
    size_t head_length = write_head(p, &record, head);
    if (emit(s, &record, false, head, head_length, packet_rest(p), p->rest_length, p->padding))
        count_sent(s, &record, head_length + p->rest_length);
}

/* On the RTX stream (RFC 4588): the original number stands before the original payload. */
static void resend_as_rtx(struct slot *s, const struct sent *record, uint8_t payload_type,
                          const uint8_t *head, size_t head_length, const struct packet *p) {
    uint8_t *out = udp_reserve(&s->plane->udp);
    uint8_t numbered[2 + RTP_MAX_HEAD];
    put16(numbered, record->sequence);
    memcpy(numbered + 2, head, head_length);
    s->rtx_sequence++;
    out[0] = s->extension_length ? 0x90 : 0x80;
    out[1] = (record->second & 0x80) | payload_type;
    put16(out + 2, s->rtx_sequence);
    put32(out + 4, record->timestamp);
    put32(out + 8, s->rtx_ssrc);
    memcpy(out + RTP_HEADER, s->extension, s->extension_length);
    if (s->send_time_at)
        put24(out + RTP_HEADER + s->send_time_at, send_time(now_ns()));
    uint16_t wide = next_number(s);
    if (s->number_at)
        put16(out + RTP_HEADER + s->number_at, wide);
    size_t length = srtp_protect(s->transport->sending, &s->rtx_sent, false, out,
                                 (size_t)RTP_HEADER + s->extension_length, MAX_DATAGRAM, numbered,
                                 2 + head_length, packet_rest(p), p->rest_length);
    if (length)
        hand_over(s, out, length, wide, SEND_AGAIN);
}

static uint8_t any_rtx(const struct slot *s) {
    for (int codec = 0; codec < CODEC_COUNT; codec++)
        if (s->rtx_of[codec])
            return s->rtx_of[codec];
    return 0;
}

bool slot_can_pad(const struct slot *s) {
    return s->is_video && s->number_at && s->rtx_ssrc && any_rtx(s) && slot_is_connected(s);
}

void slot_pad(struct slot *s) {
    static const uint8_t padding[255] = {[254] = 255};
    uint8_t *out = udp_reserve(&s->plane->udp);
    uint16_t wide = next_number(s);
    s->rtx_sequence++;
    out[0] = 0xB0;
    out[1] = any_rtx(s);
    put16(out + 2, s->rtx_sequence);
    put32(out + 4, s->last_timestamp);
    put32(out + 8, s->rtx_ssrc);
    memcpy(out + RTP_HEADER, s->extension, s->extension_length);
    put16(out + RTP_HEADER + s->number_at, wide);
    size_t length = srtp_protect(s->transport->sending, &s->rtx_sent, false, out,
                                 (size_t)RTP_HEADER + s->extension_length, MAX_DATAGRAM, NULL, 0,
                                 padding, sizeof padding);
    if (length)
        hand_over(s, out, length, wide, SEND_NEW);
}

bool slot_can_repeat(const struct slot *s, enum codec codec) {
    return s->rtx_ssrc != 0 && s->rtx_of[codec] != 0;
}

bool slot_resend(struct slot *s, uint16_t number, bool is_asked, int64_t now) {
    const struct sent *record = &s->ring[number & s->ring_mask];
    if (record->stream == NO_STREAM || record->sequence != number ||
        now - record->sent_ns > CACHE_NS)
        return false;
    const struct stream *stream = id_find(&s->plane->streams, record->stream);
    const struct packet *p = stream ? stream_cached(stream, record->source, now) : NULL;
    if (p == NULL)
        return false;
    bool has_rtx = slot_can_repeat(s, stream->codec);
    if (!has_rtx && !is_asked)
        return false;
    s->resent++;
    uint8_t head[RTP_MAX_HEAD];
    size_t head_length = write_head(p, record, head);
    if (has_rtx)
        resend_as_rtx(s, record, s->rtx_of[stream->codec], head, head_length, p);
    else
        emit(s, record, true, head, head_length, packet_rest(p), p->rest_length, p->padding);
    return true;
}

/* ---- reports ---------------------------------------------------------------------------- */

void slot_report(struct slot *s, double now) {
    if (s->current == NULL)
        return;
    uint8_t packet[MAX_DATAGRAM];
    size_t length = rtcp_write_sender(
        packet, s->ssrc, now + s->plane->wall_anchor,
        clock_timestamp_at(&s->current->clock, now) + s->timestamp_step, s->packets, s->octets,
        s->cname);
    transport_send_rtcp(s->transport, packet, length);
}

void slot_reception(struct slot *s, const struct rtcp_block *block, double now) {
    if (block->last_report) {
        uint32_t trip =
            rtcp_ntp_middle(now + s->plane->wall_anchor) - block->last_report - block->delay;
        if (trip < 0x00100000)
            s->rtt = trip / 65536.0;
    }
    s->loss = (float)block->fraction / 256.0f;
}

/* Unwraps sequence numbers, asks again for what was lost (after 20 ms, ten times at most), keeps
   the last packets, and counts for receiver reports. */
#include "plane.h"

#define NACK_AFTER_NS (20 * MS_NS)
#define NACK_AGAIN_NS (60 * MS_NS)
#define NACK_TRIES 10
#define PLI_INTERVAL_NS (500 * MS_NS)
/* A cached keyframe younger than this starts a slot at once, without asking for another. */
#define KEY_FRESH_NS (300 * MS_NS)
#define VIDEO_CACHE 1024
#define AUDIO_CACHE 64
#define VIDEO_AGE_NS (2 * SECOND_NS)
#define AUDIO_AGE_NS SECOND_NS

struct stream *stream_new(struct publication *publication, uint32_t id, uint32_t ssrc,
                          uint8_t layer, uint8_t payload_type) {
    struct stream *s = make(sizeof *s);
    s->id = id;
    s->ssrc = ssrc;
    s->publication = publication;
    s->layer = layer;
    s->payload_type = payload_type;
    s->codec = (enum codec)publication->codec_of[payload_type];
    s->is_video = publication->is_video;
    s->clock.publisher = &publication->transport->clock;
    s->clock.rate = s->is_video ? 90000 : 48000;
    uint32_t size = s->is_video ? VIDEO_CACHE : AUDIO_CACHE;
    s->cache = make(size * sizeof *s->cache);
    s->cache_mask = size - 1;
    s->highest = s->key_sequence = s->shut_to = -1;
    s->pli_at_ns = -PLI_INTERVAL_NS;
    return s;
}

void stream_free(struct stream *s) {
    if (s->gathered_count)
        list_remove(&s->publication->plane->gathering, s);
    for (uint32_t i = 0; i <= s->cache_mask; i++)
        free(s->cache[i]);
    free(s->cache);
    list_free(&s->receivers);
    list_free(&s->waiting);
    free(s);
}

/* ---- packets ---------------------------------------------------------------------------- */

struct packet *stream_cached(const struct stream *s, int64_t sequence, int64_t now) {
    struct packet *p = s->cache[sequence & s->cache_mask];
    if (p == NULL || p->sequence != sequence)
        return NULL;
    return now - p->arrival_ns <= (s->is_video ? VIDEO_AGE_NS : AUDIO_AGE_NS) ? p : NULL;
}

static void forget_missing(struct stream *s, int64_t sequence) {
    for (uint32_t i = 0; i < s->missing_count; i++)
        if (s->missing[i].sequence == sequence) {
            memmove(&s->missing[i], &s->missing[i + 1],
                    (s->missing_count - i - 1) * sizeof s->missing[0]);
            s->missing_count--;
            return;
        }
}

static void note_missing(struct stream *s, int64_t start, int64_t end, int64_t now) {
    if (s->receivers.count == 0 && s->waiting.count == 0 && s->publication->feed == NULL)
        return;
    if (end - start + s->missing_count > MAX_MISSING) {
        /* An outage: a keyframe is asked for instead. */
        s->missing_count = 0;
        stream_want_keyframe(s);
        return;
    }
    for (int64_t sequence = start; sequence < end; sequence++)
        s->missing[s->missing_count++] = (struct missing){sequence, now + NACK_AFTER_NS, 0};
}

/* False for a repeat, and for what is too old to know whether it is one. */
static bool unwrap(struct stream *s, uint16_t number, int64_t now, int64_t *sequence) {
    if (s->highest < 0) {
        /* One turn up, so that reordering around the first packet stays positive. */
        *sequence = s->base = s->highest = (int64_t)number + 0x10000;
        return true;
    }
    uint16_t step = (uint16_t)(number - (uint16_t)s->highest);
    if (step < 0x8000) {
        if (step == 0)
            return false;
        *sequence = s->highest + step;
        if (step > 1)
            note_missing(s, s->highest + 1, *sequence, now);
        s->highest = *sequence;
        return true;
    }
    *sequence = s->highest - (0x10000 - step);
    struct packet *known = s->cache[*sequence & s->cache_mask];
    /* What the ring has no place for any more is past use, too. */
    if (*sequence + s->cache_mask < s->highest || (known && known->sequence == *sequence))
        return false;
    forget_missing(s, *sequence);
    return true;
}

static void measure_transit(struct stream *s, uint32_t timestamp, int64_t now) {
    double arrival = (double)now / 1e9;
    clock_packet(&s->clock, timestamp, arrival);
    double transit = arrival * s->clock.rate - timestamp;
    if (s->has_transit) {
        double change = transit - s->last_transit;
        if (change < 0)
            change = -change;
        if (change < 0x40000000)
            s->jitter += (change - s->jitter) / 16;
    }
    s->last_transit = transit;
    s->has_transit = true;
}

/* A keyframe of H.264 has two packets to start from, of parameters and of the picture. A decoder
   that is new needs the first. */
static void note_keyframe(struct stream *s, const struct packet *p) {
    bool is_same = s->key_sequence >= 0 && s->key_timestamp == p->timestamp;
    s->is_pli_due = false;
    if (is_same && s->key_sequence < p->sequence)
        return;
    s->key_sequence = p->sequence;
    s->key_timestamp = p->timestamp;
    s->keyframes += !is_same;
}

struct packet *stream_receive(struct stream *s, uint16_t number, uint32_t timestamp,
                              uint8_t marker, const uint8_t *payload, size_t length, int64_t now) {
    struct packet *p = need(malloc(sizeof *p + length + RTP_EVEN));
    *p = (struct packet){
        .arrival_ns = now,
        .timestamp = timestamp,
        .level = -1,
        .tl0 = -1,
        .picture = -1,
        .rest_length = (uint16_t)length,
        .marker = marker,
    };
    memcpy(p->body, payload, length);
    if ((s->codec == CODEC_VP8 && !rtp_read_vp8(p)) ||
        (s->codec == CODEC_VP9 && !rtp_read_vp9(p))) {
        free(p);
        return NULL;
    }
    if (s->codec == CODEC_H264)
        p->is_key_start = rtp_h264_starts_keyframe(payload, length);
    else if (s->codec == CODEC_AV1)
        p->is_key_start = rtp_av1_starts_keyframe(payload, length);
    if (s->is_video && s->publication->plane->udp.pads)
        packet_even_out(p);
    if (!unwrap(s, number, now, &p->sequence)) {
        free(p);
        return NULL;
    }
    s->received++;
    s->octets += length;
    s->last_arrival_ns = now;
    if (p->is_key_start)
        note_keyframe(s, p);
    if (p->sequence == s->highest)
        measure_transit(s, timestamp, now);
    struct packet **place = &s->cache[p->sequence & s->cache_mask];
    free(*place);
    *place = p;
    return p;
}

struct packet *stream_fresh_keyframe(const struct stream *s, int64_t now) {
    if (s->key_sequence < 0 || !s->publication->is_open)
        return NULL;
    struct packet *p = stream_cached(s, s->key_sequence, now);
    if (p == NULL || now - p->arrival_ns > KEY_FRESH_NS)
        return NULL;
    for (int64_t sequence = p->sequence; sequence <= s->highest; sequence++)
        if (stream_cached(s, sequence, now) == NULL)
            return NULL;
    return p;
}

/* ---- loss ------------------------------------------------------------------------------- */

size_t stream_due_nacks(struct stream *s, int64_t now, uint16_t *numbers) {
    size_t count = 0;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->missing_count; i++) {
        struct missing entry = s->missing[i];
        if (entry.due_ns <= now) {
            if (entry.tries >= NACK_TRIES)
                continue;
            entry.due_ns = now + NACK_AGAIN_NS;
            entry.tries++;
            numbers[count++] = (uint16_t)entry.sequence;
        }
        s->missing[kept++] = entry;
    }
    s->missing_count = kept;
    return count;
}

void stream_want_keyframe(struct stream *s) { s->is_pli_due = true; }

bool stream_take_pli(struct stream *s, int64_t now) {
    if (!s->is_video || !s->is_pli_due || now - s->pli_at_ns < PLI_INTERVAL_NS)
        return false;
    s->pli_at_ns = now;
    /* Somebody who still waits keeps asking; a lost PLI must not leave a slot black. */
    s->is_pli_due = s->waiting.count > 0;
    return true;
}

/* ---- reports ---------------------------------------------------------------------------- */

void stream_sender_report(struct stream *s, const uint8_t *packet, size_t size, double ntp,
                          uint32_t timestamp, int64_t now) {
    double arrival = (double)now / 1e9;
    clock_report(&s->clock, ntp, timestamp, arrival);
    s->report_ntp = ntp;
    s->report_arrival = arrival;
    if (size >= sizeof s->last_report) {
        memcpy(s->last_report, packet, sizeof s->last_report);
        /* Only the sender's part is kept: no report blocks, the length to match. */
        rtcp_head(s->last_report, 0, RTCP_SR, sizeof s->last_report);
        s->last_report_ns = now;
    }
}

bool stream_report_block(struct stream *s, double now, struct rtcp_block *block) {
    if (s->highest < 0)
        return false;
    int64_t expected = s->highest - s->base + 1;
    int64_t lost = expected - (int64_t)s->received;
    int64_t expected_now = expected - s->expected_before;
    int64_t lost_now = expected_now - (int64_t)(s->received - s->received_before);
    s->expected_before = expected;
    s->received_before = s->received;
    if (lost < 0)
        lost = 0;
    if (lost_now < 0)
        lost_now = 0;
    s->loss = expected_now > 0 ? (float)lost_now / (float)expected_now : 0;
    *block = (struct rtcp_block){
        .ssrc = s->ssrc,
        .fraction = (uint8_t)(s->loss * 256 > 255 ? 255 : s->loss * 256),
        .lost = (uint32_t)(lost > 0x7FFFFF ? 0x7FFFFF : lost),
        .highest = (uint32_t)(s->highest - 0x10000),
        .jitter = (uint32_t)s->jitter,
    };
    if (s->report_ntp > 0) {
        block->last_report = rtcp_ntp_middle(s->report_ntp);
        block->delay = (uint32_t)(int64_t)((now - s->report_arrival) * 65536);
    }
    return true;
}

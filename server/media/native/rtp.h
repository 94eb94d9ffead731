/* RTP as the plane sees it: parsed once on arrival, shared by cache, slots and capture.

   Sources: RFC 3550 (header), RFC 8285 (extensions), RFC 7741 (VP8), RFC 6184 (H.264),
   RFC 9628 (VP9), the AV1 RTP payload specification of AOMedia. */
#ifndef REPRISE_RTP_H
#define REPRISE_RTP_H

#include "base.h"

#define RTP_HEADER 12
/* Longest head that is rewritten, VP8's: flags, extensions, picture id (2), TL0PICIDX, TID/KEYIDX.
   VP9's ends before what is relative: flags, picture id (2), layers, TL0PICIDX. */
#define RTP_MAX_HEAD 6

enum codec {
    CODEC_OPUS = 0,
    CODEC_VP8 = 1,
    CODEC_H264 = 2,
    CODEC_VP9 = 3,
    CODEC_AV1 = 4,
    CODEC_COUNT = 5,
};

struct rtp_bounds {
    uint16_t profile;
    size_t extension, extension_end; /* equal when there is none */
    size_t payload, end;
};

/* False for a packet that breaks its own length fields. */
bool rtp_find_bounds(const uint8_t *data, size_t length, struct rtp_bounds *bounds);

/* A header extension's value, one-byte or two-byte form; NULL when it is not there. */
const uint8_t *rtp_extension(const uint8_t *data, const struct rtp_bounds *bounds, unsigned number,
                             size_t *length);

/* A received packet. `sequence` is unwrapped; `body` holds the part of the VP8 or VP9
   descriptor that is rewritten (`head_length` octets, 0 for other codecs) and what follows it,
   padding removed. */
struct packet {
    int64_t sequence;
    int64_t arrival_ns;
    uint32_t timestamp;
    int16_t level;   /* RFC 6464 as received, -1 when there is none */
    int16_t tl0;     /* -1 when there is none */
    int32_t picture; /* -1 when there is none */
    uint16_t head_length, rest_length;
    uint8_t marker; /* 0x80 or 0 */
    uint8_t tl0_offset;
    bool is_long_picture;
    bool is_key_start;
    uint8_t picture_offset;
    uint8_t padding; /* octets of RTP padding that stand ready behind the rest */
    uint8_t body[];
};

/* Browsers cut a frame into packets that differ by an octet, and the kernel takes only packets of
   one length as one message (UDP GSO). Pictures therefore go out in multiples of this. */
#define RTP_EVEN 16
/* Not worth it below. */
#define RTP_EVEN_FROM 400

/* `body` has RTP_EVEN octets to spare, and the descriptor is split off. */
static inline void packet_even_out(struct packet *p) {
    size_t length = (size_t)p->head_length + p->rest_length;
    p->padding = length < RTP_EVEN_FROM ? 0 : (uint8_t)(-length & (RTP_EVEN - 1));
    if (p->padding == 0)
        return;
    memset(p->body + length, 0, p->padding);
    p->body[length + p->padding - 1] = p->padding;
}

static inline const uint8_t *packet_rest(const struct packet *p) {
    return p->body + p->head_length;
}
/* Padding only: a bandwidth probe, not forwarded. */
static inline bool packet_is_empty(const struct packet *p) {
    return p->head_length == 0 && p->rest_length == 0;
}

/* Split off the payload descriptor of a packet whose whole payload stands in `body` with
   `rest_length` octets. False when it is broken. */
bool rtp_read_vp8(struct packet *packet);
bool rtp_read_vp9(struct packet *packet);
/* True for the packet a decoder can start from: SPS or IDR, alone, in STAP-A or FU-A. */
bool rtp_h264_starts_keyframe(const uint8_t *payload, size_t length);
/* True for the packet that begins a coded video sequence. */
bool rtp_av1_starts_keyframe(const uint8_t *payload, size_t length);
/* Write the head with other numbers into `out` (RTP_MAX_HEAD octets); keyidx and layers stay. */
void rtp_write_head(const struct packet *packet, uint32_t picture, uint32_t tl0, uint8_t *out);

#endif

/* One client's connection: what it takes in, and what it answers with. */
#include "swarm.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { AT_ONCE = 32, RTP_FIXED = 12, NACK_TRIES = 10 };
#define NACK_AGAIN_NS (50 * MS_NS)
#define PLI_AFTER_NS (200 * MS_NS)
#define PLI_AGAIN_NS (300 * MS_NS)
#define REPORT_NS SECOND_NS
#define FEEDBACK_NS (50 * MS_NS)
#define CONSENT_NS (2500 * MS_NS)
/* What a receiver without transport-wide feedback says it can take. */
#define REMB_MANTISSA 156250u
#define REMB_EXPONENT 7u

struct peer *peer_new(struct swarm *swarm, uint32_t id, int fd, int profile, const uint8_t *sending,
                      const uint8_t *receiving) {
    struct peer *p = make(sizeof *p);
    size_t key = srtp_key_length(profile);
    p->id = id;
    p->fd = fd;
    p->sending = srtp_new(profile, sending, sending + key);
    p->receiving = srtp_new(profile, receiving, receiving + key);
    if (p->sending == NULL || p->receiving == NULL) {
        fputs("swarm: keys are refused\n", stderr);
        exit(4);
    }
    twcc_init(&p->twcc);
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
    /* Apart from each other, as people are. */
    int64_t now = now_ns(), apart = (int64_t)(id * 2654435761u % 1000) * MS_NS;
    p->report_due_ns = now + apart;
    p->feedback_due_ns = now + apart % FEEDBACK_NS;
    p->check_due_ns = now + apart;
    list_add(&swarm->peers, p);
    return p;
}

void peer_free(struct peer *p) {
    for (uint32_t i = 0; i < p->sources.count; i++)
        source_free(p->sources.items[i]);
    list_free(&p->sources);
    srtp_free(p->sending);
    srtp_free(p->receiving);
    close(p->fd);
    free(p);
}

void peer_send_rtcp(struct peer *p, uint8_t *packet, size_t length) {
    uint8_t out[MAX_DATAGRAM];
    memcpy(out, packet, length);
    size_t total = srtp_protect_rtcp(p->sending, out, length, sizeof out);
    if (total)
        send(p->fd, out, total, MSG_DONTWAIT);
}

/* ---- RTP -------------------------------------------------------------------------------- */

static struct sink *find_sink(struct peer *p, uint32_t ssrc) {
    for (uint32_t i = 0; i < p->sink_count; i++)
        if (p->sinks[i].ssrc == ssrc)
            return &p->sinks[i];
    return NULL;
}

static struct sink *add_sink(struct peer *p, uint32_t ssrc) {
    if (p->sink_count == MAX_SINKS)
        return NULL;
    struct sink *sink = &p->sinks[p->sink_count++];
    memset(sink, 0, sizeof *sink);
    sink->ssrc = ssrc;
    sink->highest = -1;
    return sink;
}

static void note_missing(struct sink *sink, int64_t from, int64_t to, int64_t now) {
    if (to - from + sink->missing_count > MAX_SWARM_MISSING) {
        sink->missing_count = 0;
        sink->pli_due_ns = now;
        return;
    }
    for (; from < to; from++)
        sink->missing[sink->missing_count++] = (struct swarm_missing){(uint16_t)from, 0, now};
}

static void forget_missing(struct sink *sink, uint16_t sequence) {
    for (uint32_t i = 0; i < sink->missing_count; i++)
        if (sink->missing[i].sequence == sequence) {
            sink->missing[i] = sink->missing[--sink->missing_count];
            return;
        }
}

/* False for one that was there before. */
static bool take_in(struct sink *sink, uint16_t number, int64_t now) {
    int64_t sequence;
    if (sink->highest < 0)
        sequence = sink->base = sink->highest = (int64_t)number + 0x10000;
    else {
        int16_t step = (int16_t)(number - (uint16_t)sink->highest);
        sequence = sink->highest + step;
        if (sequence <= sink->highest - SEEN_PACKETS)
            return false;
        for (int64_t n = sink->highest + 1; n <= sequence; n++)
            sink->seen[n % SEEN_PACKETS / 64] &= ~(UINT64_C(1) << (n % 64));
        if (step > 1 && sink->is_video)
            note_missing(sink, sink->highest + 1, sequence, now);
        if (step > 0)
            sink->highest = sequence;
        else
            forget_missing(sink, number);
    }
    uint64_t *word = &sink->seen[sequence % SEEN_PACKETS / 64], bit = UINT64_C(1) << (sequence % 64);
    if (*word & bit)
        return false;
    *word |= bit;
    sink->received++;
    return true;
}

/* What counts is the first packet after which nobody outside the room hears the source. */
static void note_heard(struct swarm *swarm, struct peer *p, const struct stamp *stamp,
                       int64_t arrival) {
    if (stamp->sent_ns < p->since_ns)
        return;
    struct source *source = swarm->sources[stamp->source - 1];
    if (source->peer->room != p->room) {
        if (stamp->sent_ns > source->outside_ns)
            source->outside_ns = stamp->sent_ns;
        return;
    }
    struct heard one = {stamp->source, stamp->sent_ns, arrival};
    for (uint32_t i = 0; i < p->heard_count; i++)
        if (p->heard[i].source == stamp->source) {
            if (p->heard[i].sent_ns <= source->outside_ns)
                p->heard[i] = one;
            return;
        }
    if (p->heard_count < sizeof p->heard / sizeof p->heard[0])
        p->heard[p->heard_count++] = one;
}

/* Octets of VP8's descriptor (RFC 7741); 0 when it is cut. */
static size_t descriptor_length(const uint8_t *payload, size_t length) {
    size_t end = 1;
    if (length > 1 && payload[0] & 0x80) {
        uint8_t has = payload[1];
        end = 2;
        if (has & 0x80 && length > end)
            end += payload[end] & 0x80 ? 2 : 1;
        end += (has & 0x40 ? 1 : 0) + (has & 0x30 ? 1 : 0);
    }
    return end < length ? end : 0;
}

/* One packet of a picture, for the first whole keyframe. */
static void note_keyframe(struct sink *sink, uint32_t timestamp, uint16_t sequence, bool is_last,
                          const uint8_t *payload, size_t length, int64_t arrival) {
    size_t head = descriptor_length(payload, length);
    if (sink->key_ns || head == 0)
        return;
    bool is_first = (payload[0] & 0x17) == 0x10, is_key = is_first && !(payload[head] & 1);
    if (timestamp != sink->frame.timestamp || sink->frame.count == 0) {
        /* What comes between the parts of a keyframe does not end it. */
        if (sink->frame.is_key && !is_key)
            return;
        memset(&sink->frame, 0, sizeof sink->frame);
        sink->frame.timestamp = timestamp;
    }
    sink->frame.count++;
    if (is_first) {
        sink->frame.is_key = is_key;
        sink->frame.first = sequence;
    }
    if (is_last) {
        sink->frame.has_last = true;
        sink->frame.last = sequence;
    }
    if (sink->frame.is_key && sink->frame.has_last &&
        (uint16_t)(sink->frame.last - sink->frame.first) + 1u == sink->frame.count)
        sink->key_ns = arrival;
}

/* Decrypted payload of a media packet. */
static void check(struct swarm *swarm, struct peer *p, struct sink *sink, const uint8_t *payload,
                  size_t length, int64_t arrival) {
    struct stamp stamp;
    if (swarm->has_film && sink->is_video)
        return;
    size_t at = sink->is_video ? VP8_DESCRIPTOR + VP8_FRAME_HEADER : 0;
    if (length < at + sizeof stamp) {
        /* Silence that the server makes to end a voice with. */
        swarm->counters.bad += sink->is_video;
        return;
    }
    memcpy(&stamp, payload + at, sizeof stamp);
    at += sizeof stamp;
    if (stamp.magic != STAMP_MAGIC || stamp.source == 0 || stamp.source > swarm->source_count ||
        memcmp(payload + at, swarm->pattern + stamp.number % PATTERN_OCTETS, length - at) != 0) {
        swarm->counters.bad++;
        return;
    }
    sink->source = stamp.source;
    histogram_add(&swarm->latency, arrival - stamp.sent_ns);
    note_heard(swarm, p, &stamp, arrival);
}

static size_t header_length(const uint8_t *data, size_t length) {
    size_t end = RTP_FIXED + 4u * (data[0] & 0x0F);
    if (data[0] & 0x10 && length >= end + 4)
        end += 4 + 4u * get16(data + end + 2);
    return end <= length ? end : 0;
}

static const uint8_t *find_extension(const uint8_t *data, size_t header, unsigned number) {
    if (!(data[0] & 0x10) || get16(data + RTP_FIXED) != 0xBEDE)
        return NULL;
    for (const uint8_t *at = data + RTP_FIXED + 4; at < data + header;) {
        if (*at == 0) {
            at++;
            continue;
        }
        size_t length = (*at & 0x0Fu) + 1;
        if (*at >> 4 == number)
            return at + 1 + length <= data + header ? at + 1 : NULL;
        at += 1 + length;
    }
    return NULL;
}

static void receive_rtp(struct swarm *swarm, struct peer *p, uint8_t *data, size_t length,
                        int64_t now, int64_t arrival) {
    size_t header = header_length(data, length);
    if (header == 0)
        return;
    if (p->twcc_extension) {
        const uint8_t *number = find_extension(data, header, p->twcc_extension);
        if (number)
            twcc_record(&p->twcc, get16(number), arrival);
    }
    uint8_t type = data[1] & 0x7F;
    uint16_t sequence = get16(data + 2);
    struct sink *sink = find_sink(p, get32(data + 8));
    bool is_rtx = p->rtx_type && type == p->rtx_type;
    bool is_checked = sink == NULL || is_rtx || sink->source == 0 || !sink->key_ns ||
                      ++p->next_checked % swarm->check_every == 0;
    if (is_checked) {
        length = srtp_unprotect(p->receiving, data, length);
        if (length == 0) {
            swarm->counters.undecryptable++;
            return;
        }
    }
    if (is_rtx) {
        size_t padding = data[0] & 0x20 ? data[length - 1] : 0;
        if (length < header + 2 + padding)
            return;
        length -= padding;
        /* The stream it repairs: the one that misses this number. */
        sequence = get16(data + header);
        for (uint32_t i = 0; i < p->sink_count; i++)
            for (uint32_t n = 0; n < p->sinks[i].missing_count; n++)
                if (p->sinks[i].missing[n].sequence == sequence &&
                    take_in(&p->sinks[i], sequence, now)) {
                    swarm->counters.video++;
                    swarm->counters.recovered++;
                    note_keyframe(&p->sinks[i], get32(data + 4), sequence, data[1] & 0x80,
                                  data + header + 2, length - header - 2, arrival);
                    check(swarm, p, &p->sinks[i], data + header + 2, length - header - 2, arrival);
                    return;
                }
        return;
    }
    if (sink == NULL) {
        sink = add_sink(p, get32(data + 8));
        if (sink == NULL)
            return;
        sink->is_video = type >= 96 && type != 111;
        sink->first_ns = now;
        sink->pli_due_ns = now + PLI_AFTER_NS;
    }
    if (is_checked && data[0] & 0x20) {
        size_t padding = data[length - 1];
        if (padding + header >= length) {
            /* A probe for bandwidth. */
            take_in(sink, sequence, now);
            return;
        }
        length -= padding;
    }
    if (!take_in(sink, sequence, now)) {
        swarm->counters.repeated++;
        return;
    }
    if (sink->is_video)
        swarm->counters.video++;
    else if (length > header + sizeof(struct stamp))
        swarm->counters.audio++;
    if (is_checked && sink->is_video)
        note_keyframe(sink, get32(data + 4), sequence, data[1] & 0x80, data + header,
                      length - header, arrival);
    if (is_checked)
        check(swarm, p, sink, data + header, length - header, arrival);
}

/* ---- RTCP ------------------------------------------------------------------------------- */

static struct source *find_own(const struct peer *p, uint32_t ssrc) {
    for (uint32_t i = 0; i < p->sources.count; i++) {
        struct source *s = p->sources.items[i];
        if (s->ssrc == ssrc)
            return s;
    }
    return NULL;
}

static void keyframe_wanted(struct swarm *swarm, struct peer *p, uint32_t ssrc) {
    struct source *s = find_own(p, ssrc);
    if (s) {
        s->is_key_due = true;
        swarm->counters.plis_wanted++;
    }
}

static void receive_rtcp(struct swarm *swarm, struct peer *p, uint8_t *data, size_t length,
                         int64_t now) {
    length = srtp_unprotect_rtcp(p->receiving, data, length);
    size_t position = 0, size;
    const uint8_t *packet;
    while (length && (packet = rtcp_next(data, length, &position, &size)) != NULL) {
        unsigned type = packet[1], form = packet[0] & 0x1F;
        uint32_t ssrc;
        double ntp;
        if (type == RTCP_SR && rtcp_read_sender(packet, size, &ssrc, &ntp, &(uint32_t){0})) {
            struct sink *sink = find_sink(p, ssrc);
            if (sink) {
                sink->report_middle = rtcp_ntp_middle(ntp);
                sink->report_ns = now;
            }
        } else if (type == RTCP_RTPFB && form == RTCP_FMT_NACK && size >= 16) {
            uint16_t numbers[64];
            size_t count = rtcp_read_nack(packet, size, numbers, 64);
            struct source *s = find_own(p, get32(packet + 8));
            if (s)
                source_send_again(s, numbers, count);
            swarm->counters.asked_again += count;
        } else if (type == RTCP_RTPFB && form == RTCP_FMT_TWCC)
            swarm->counters.feedback_received++;
        else if (type == RTCP_PSFB && form == RTCP_FMT_PLI && size >= 12)
            keyframe_wanted(swarm, p, get32(packet + 8));
        else if (type == RTCP_PSFB && form == RTCP_FMT_FIR && size >= 20)
            keyframe_wanted(swarm, p, get32(packet + 12));
    }
}

/* ---- datagrams -------------------------------------------------------------------------- */

static int64_t stamped(struct msghdr *message) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec t;
            memcpy(&t, CMSG_DATA(c), sizeof t);
            return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
        }
    return wall_ns();
}

void peer_receive(struct swarm *swarm, struct peer *p) {
    static uint8_t data[AT_ONCE][MAX_DATAGRAM];
    static uint8_t control[AT_ONCE][CMSG_SPACE(sizeof(struct timespec))];
    struct mmsghdr messages[AT_ONCE];
    struct iovec parts[AT_ONCE];
    int count;
    do {
        for (int i = 0; i < AT_ONCE; i++) {
            parts[i] = (struct iovec){data[i], MAX_DATAGRAM};
            messages[i].msg_hdr = (struct msghdr){
                .msg_iov = &parts[i],
                .msg_iovlen = 1,
                .msg_control = control[i],
                .msg_controllen = sizeof control[i],
            };
        }
        count = recvmmsg(p->fd, messages, AT_ONCE, MSG_DONTWAIT, NULL);
        int64_t now = now_ns();
        for (int i = 0; i < count; i++) {
            uint8_t *packet = data[i];
            size_t length = messages[i].msg_len;
            if (length < RTP_FIXED || packet[0] >> 6 != 2)
                continue; /* answers to checks; what is left of the handshake */
            if (packet[1] >= 192 && packet[1] <= 223)
                receive_rtcp(swarm, p, packet, length, now);
            else
                receive_rtp(swarm, p, packet, length, now, stamped(&messages[i].msg_hdr));
        }
    } while (count == AT_ONCE);
}

/* ---- answers ---------------------------------------------------------------------------- */

static void ask_again(struct swarm *swarm, struct peer *p, struct sink *sink, int64_t now) {
    uint16_t numbers[MAX_SWARM_MISSING];
    uint8_t packet[12 + 4 * MAX_SWARM_MISSING];
    size_t count = 0;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sink->missing_count; i++) {
        struct swarm_missing one = sink->missing[i];
        if (one.due_ns <= now) {
            if (one.tries == NACK_TRIES)
                continue;
            one.tries++;
            one.due_ns = now + NACK_AGAIN_NS;
            numbers[count++] = one.sequence;
        }
        sink->missing[kept++] = one;
    }
    sink->missing_count = kept;
    if (count) {
        peer_send_rtcp(p, packet, rtcp_write_nack(packet, sink->ssrc, numbers, count));
        swarm->counters.nacks += count;
    }
}

static size_t write_remb(uint8_t *out, const uint32_t *ssrcs, size_t count) {
    size_t length = 20 + 4 * count;
    rtcp_head(out, RTCP_FMT_APP, RTCP_PSFB, length);
    put32(out + 4, RTCP_LOCAL_SSRC);
    put32(out + 8, 0);
    memcpy(out + 12, "REMB", 4);
    out[16] = (uint8_t)count;
    put24(out + 17, REMB_EXPONENT << 18 | REMB_MANTISSA);
    for (size_t i = 0; i < count; i++)
        put32(out + 20 + 4 * i, ssrcs[i]);
    return length;
}

static void report(struct peer *p, int64_t now) {
    struct rtcp_block blocks[31];
    uint32_t videos[MAX_SINKS];
    uint8_t packet[MAX_DATAGRAM];
    size_t count = 0, video_count = 0;
    for (uint32_t i = 0; i < p->sink_count && count < 31; i++) {
        struct sink *sink = &p->sinks[i];
        if (sink->highest < 0)
            continue;
        uint32_t expected = (uint32_t)(sink->highest - sink->base + 1);
        uint32_t step = expected - sink->expected_before;
        uint32_t got = sink->received - sink->received_before;
        sink->expected_before = expected;
        sink->received_before = sink->received;
        blocks[count++] = (struct rtcp_block){
            .ssrc = sink->ssrc,
            .fraction = (uint8_t)(step > got ? (step - got) * 255 / step : 0),
            .lost = expected > sink->received ? expected - sink->received : 0,
            .highest = (uint32_t)(sink->highest - 0x10000),
            .last_report = sink->report_middle,
            .delay = sink->report_ns ? (uint32_t)((now - sink->report_ns) * 65536 / SECOND_NS) : 0,
        };
        if (sink->is_video)
            videos[video_count++] = sink->ssrc;
    }
    if (count == 0)
        return;
    size_t length = rtcp_write_receiver(packet, blocks, count);
    if (!p->twcc_extension && video_count)
        length += write_remb(packet + length, videos, video_count);
    peer_send_rtcp(p, packet, length);
}

static void send_feedback(struct swarm *swarm, struct peer *p) {
    uint8_t packet[TWCC_MAX_LENGTH];
    size_t length;
    while ((length = twcc_write(&p->twcc, RTCP_LOCAL_SSRC, p->sinks[0].ssrc, packet)) != 0) {
        peer_send_rtcp(p, packet, length);
        swarm->counters.feedback++;
    }
}

void peer_tick(struct swarm *swarm, struct peer *p, int64_t now) {
    for (uint32_t i = 0; i < p->sink_count; i++) {
        struct sink *sink = &p->sinks[i];
        if (sink->missing_count)
            ask_again(swarm, p, sink, now);
        if (sink->is_video && !sink->key_ns && now >= sink->pli_due_ns) {
            uint8_t packet[16];
            peer_send_rtcp(p, packet, rtcp_write_pli(packet, sink->ssrc));
            sink->pli_due_ns = now + PLI_AGAIN_NS;
            swarm->counters.plis++;
        }
    }
    if (p->twcc_extension && now >= p->feedback_due_ns) {
        send_feedback(swarm, p);
        p->feedback_due_ns = now + FEEDBACK_NS;
    }
    if (now >= p->report_due_ns) {
        report(p, now);
        p->report_due_ns = now + REPORT_NS;
    }
    if (now >= p->check_due_ns) {
        send(p->fd, p->check, p->check_length, MSG_DONTWAIT);
        p->check_due_ns = now + CONSENT_NS;
    }
}

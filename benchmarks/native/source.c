/* A track that is sent. A frame's octets vary, and it is cut into packets of about equal length as
   libwebrtc does: the first ones one octet shorter than the last ones. The number of packets a
   frame is fixed, and so is the packet rate; a keyframe, sent first and when the server asks for
   one, has five times as many. A film's frames have what the encoder made of them; it begins again
   where a keyframe is wanted and at its end. */
#include "swarm.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FACTOR = 5, LONGEST_FRAME = 128, TAIL = 64, PICTURE_MASK = 0x7FFF };
#define LATE_NS (100 * MS_NS)
#define REPORT_NS SECOND_NS
#define VIDEO_RATE 90000
#define AUDIO_RATE 48000

struct source *source_new(struct swarm *swarm, struct peer *peer) {
    if (swarm->source_count == MAX_SOURCES)
        return NULL;
    struct source *s = make(sizeof *s);
    s->id = ++swarm->source_count;
    swarm->sources[s->id - 1] = s;
    s->peer = peer;
    s->is_key_due = true;
    s->sequence = (uint16_t)(s->id * 7919u & 0x3FFF);
    s->timestamp = s->id * 104729u;
    s->ring = make(SENT_RING * sizeof *s->ring);
    list_add(&peer->sources, s);
    return s;
}

bool source_read_film(struct source *s, int fd) {
    struct stat found;
    struct film *film = make(sizeof *film);
    if (fd < 0 || fstat(fd, &found) < 0 || found.st_size <= 4)
        return false;
    film->length = (size_t)found.st_size;
    film->data = make(film->length);
    bool is_read = pread(fd, film->data, film->length, 0) == (ssize_t)film->length;
    close(fd);
    s->film = film;
    /* To its very end; no frame may need more packets than one is cut into. */
    size_t at = 0;
    while (is_read && at + 4 < film->length) {
        uint32_t octets;
        memcpy(&octets, film->data + at, 4);
        is_read = octets > 0 && octets <= LONGEST_FRAME * s->octets;
        at += 4 + (size_t)octets;
    }
    return is_read && at == film->length;
}

/* The next frame, the first one if `*is_key`, which then says whether it is. */
static const uint8_t *film_next(struct film *film, bool *is_key, uint32_t *octets) {
    if (*is_key || film->at + 4 > film->length)
        film->at = 0;
    *is_key = film->at == 0;
    memcpy(octets, film->data + film->at, 4);
    const uint8_t *frame = film->data + film->at + 4;
    film->at += 4 + *octets;
    return frame;
}

void source_free(struct source *s) {
    if (s->film)
        free(s->film->data);
    free(s->film);
    free(s->ring);
    free(s);
}

/* The same for every run: a walk through the range. */
static uint32_t frame_octets(const struct source *s, uint32_t packets) {
    uint32_t longest = packets * s->octets;
    return longest - (s->frame * 2654435761u >> 16) % (packets * s->octets / 8 + 1);
}

static size_t write_header(struct source *s, uint8_t *out, bool is_last) {
    uint8_t *at = out + 16;
    if (s->twcc_extension) {
        *at++ = (uint8_t)(s->twcc_extension << 4 | 1);
        put16(at, s->peer->twcc_number++);
        at += 2;
    }
    if (s->mid_extension) {
        size_t length = strlen(s->mid);
        *at++ = (uint8_t)(s->mid_extension << 4 | (length - 1));
        memcpy(at, s->mid, length);
        at += length;
    }
    if (s->level_extension) {
        *at++ = (uint8_t)(s->level_extension << 4);
        *at++ = s->level | 0x80;
    }
    while ((at - out) % 4)
        *at++ = 0;
    out[0] = 0x90;
    out[1] = (uint8_t)(is_last << 7 | s->payload_type);
    put16(out + 2, s->sequence);
    put32(out + 4, s->timestamp);
    put32(out + 8, s->ssrc);
    put16(out + 12, 0xBEDE);
    put16(out + 14, (uint32_t)((at - out - 16) / 4));
    return (size_t)(at - out);
}

static void write_descriptor(const struct source *s, uint32_t index, uint8_t *out) {
    uint32_t picture = s->frame & PICTURE_MASK;
    out[0] = index == 0 ? 0x90 : 0x80;
    out[1] = 0x80;
    put16(out + 2, 0x8000 | picture);
}

/* Looks like VP8, and holds when it was sent and the pattern; the shortest is longer than asked
   for. Returns its length. */
static uint32_t write_stamped(const struct swarm *swarm, const struct source *s,
                              const struct stamp *stamp, uint8_t *out, uint32_t length) {
    static const uint8_t key[VP8_FRAME_HEADER] = {0x10, 0, 0, 0x9D, 0x01, 0x2A, 0, 5, 0xD0, 2};
    static const uint8_t delta[VP8_FRAME_HEADER] = {0x11};
    size_t at = 0;
    if (s->is_video) {
        write_descriptor(s, stamp->index, out);
        memcpy(out + VP8_DESCRIPTOR, stamp->is_key ? key : delta, VP8_FRAME_HEADER);
        at = VP8_DESCRIPTOR + VP8_FRAME_HEADER;
    }
    memcpy(out + at, stamp, sizeof *stamp);
    at += sizeof *stamp;
    if (length < at)
        length = (uint32_t)at;
    memcpy(out + at, swarm->pattern + stamp->number % PATTERN_OCTETS, length - at);
    return length;
}

static void send_frame(struct swarm *swarm, struct source *s) {
    static uint8_t payload[2048];
    struct mmsghdr messages[LONGEST_FRAME];
    struct iovec parts[LONGEST_FRAME];
    bool is_key = s->is_video && s->is_key_due;
    s->is_key_due = false;
    uint32_t octets, count;
    const uint8_t *picture = s->film ? film_next(s->film, &is_key, &octets) : NULL;
    if (picture)
        count = (octets + s->octets - 1) / s->octets;
    else
        count = s->packets_a_frame * (is_key ? KEY_FACTOR : 1);
    if (count > LONGEST_FRAME)
        count = LONGEST_FRAME;
    if (!picture)
        octets = s->is_video ? frame_octets(s, count) : s->octets;
    struct stamp stamp = {
        .magic = STAMP_MAGIC,
        .source = s->id,
        .sent_ns = wall_ns(),
        .frame = s->frame,
        .count = (uint16_t)count,
        .is_key = is_key,
    };
    for (uint32_t i = 0; i < count; i++) {
        uint32_t length = octets / count + (i >= count - octets % count);
        stamp.index = (uint16_t)i;
        stamp.number = s->number++;
        if (picture) {
            write_descriptor(s, i, payload);
            memcpy(payload + VP8_DESCRIPTOR, picture, length);
            picture += length;
            length += VP8_DESCRIPTOR;
        } else
            length = write_stamped(swarm, s, &stamp, payload, length);
        uint8_t *out = s->ring[s->sequence % SENT_RING].data;
        bool is_last = s->is_video ? i == count - 1 : s->frame == 0;
        size_t header = write_header(s, out, is_last);
        size_t total = srtp_protect(s->peer->sending, &s->window, false, out, header,
                                    sizeof s->ring->data, payload, length, NULL, 0);
        if (total == 0) {
            fputs("swarm: a packet cannot be protected\n", stderr);
            exit(5);
        }
        s->ring[s->sequence % SENT_RING].sequence = s->sequence;
        s->ring[s->sequence % SENT_RING].length = (uint16_t)total;
        parts[i] = (struct iovec){out, total};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
        s->sequence++;
        s->octets_total += length;
    }
    for (uint32_t done = 0; done < count;) {
        int sent = sendmmsg(s->peer->fd, messages + done, count - done, 0);
        if (sent <= 0) {
            if (errno == EINTR || errno == ECONNREFUSED)
                continue;
            perror("swarm: sendmmsg");
            exit(5);
        }
        done += (uint32_t)sent;
    }
    s->sent += count;
    s->packets_total += count;
    s->frame++;
}

static void report(struct source *s) {
    uint8_t packet[256];
    double ntp = (double)wall_ns() / 1e9 + NTP_UNIX_OFFSET;
    size_t length = rtcp_write_sender(packet, s->ssrc, ntp, s->timestamp, s->packets_total,
                                      s->octets_total, "swarm");
    peer_send_rtcp(s->peer, packet, length);
}

int64_t source_tick(struct swarm *swarm, struct source *s, int64_t now) {
    if (s->interval_ns == 0)
        return INT64_MAX;
    if (now - s->due_ns > LATE_NS) {
        /* It was held, or the machine is slow: no burst. */
        s->timestamp += (uint32_t)((now - s->due_ns) / 1000 * (s->is_video ? 90 : 48) / 1000);
        s->due_ns = now;
    }
    while (s->due_ns <= now) {
        send_frame(swarm, s);
        if (now >= s->report_due_ns) {
            report(s);
            s->report_due_ns = now + REPORT_NS;
        }
        s->timestamp += (uint32_t)(s->interval_ns / 1000 * (s->is_video ? 90 : 48) / 1000);
        s->due_ns += s->interval_ns;
    }
    return s->due_ns;
}

void source_send_again(struct source *s, const uint16_t *numbers, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (s->ring[numbers[i] % SENT_RING].sequence == numbers[i] &&
            s->ring[numbers[i] % SENT_RING].length)
            send(s->peer->fd, s->ring[numbers[i] % SENT_RING].data,
                 s->ring[numbers[i] % SENT_RING].length, MSG_DONTWAIT);
}

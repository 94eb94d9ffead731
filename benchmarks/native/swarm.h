/* Many WebRTC clients in one process, cheap enough that the server is what is measured.

   The handshake is over when a connection comes here: bench_media.py hands over its connected UDP
   socket and its SRTP keys. From then on a *peer* does what a browser does: it answers with
   receiver reports, transport-wide feedback (or REMB, where that was not agreed on), NACK and PLI,
   sends sender reports, repeats what is asked for again, and keeps its consent alive. A *source*
   is a track a peer sends: frames cut into packets as libwebrtc cuts them, at a fixed rate. A
   *sink* is an RTP stream a peer receives.

   Every packet carries when it was sent and a known pattern, but for those of a film, which a
   browser can decode. Arrival is the kernel's time stamp at
   the receiving socket, so that what this process takes for its own work is in no figure. */
#ifndef REPRISE_SWARM_H
#define REPRISE_SWARM_H

#include "base.h"
#include "rtcp.h"
#include "srtp.h"
#include "twcc.h"

#include "histogram.h"

#define MAX_SOURCES 1024
#define MAX_SINKS 32
#define MAX_SWARM_MISSING 128
#define SEEN_PACKETS 4096
#define SENT_RING 1024

/* ---- what a payload holds --------------------------------------------------------------- */

#define STAMP_MAGIC 0x52424e43u
#define VP8_DESCRIPTOR 4
#define VP8_FRAME_HEADER 10
#define PATTERN_OCTETS 4096

struct stamp {
    uint32_t magic, source;
    int64_t sent_ns; /* CLOCK_REALTIME */
    uint32_t number; /* of the source's packets */
    uint32_t frame;
    uint16_t index, count; /* in the frame */
    uint32_t is_key;
};

/* ---- sending ---------------------------------------------------------------------------- */

struct peer;

/* Frames of VP8, the first one a keyframe and the only one. In the file each has its length (u32)
   before it. */
struct film {
    uint8_t *data;
    size_t length, at; /* at: of the next frame; 0: the keyframe */
};

struct source {
    uint32_t id, ssrc;
    struct peer *peer;
    bool is_video, is_key_due;
    uint8_t payload_type, mid_extension, twcc_extension, level_extension, level;
    char mid[16];
    int64_t outside_ns; /* CLOCK_REALTIME: when the last packet was sent that left the room */
    struct film *film; /* NULL: frames of stamps and pattern */
    uint32_t packets_a_frame, octets;
    int64_t interval_ns, due_ns;
    uint32_t timestamp, frame, number;
    uint16_t sequence;
    struct srtp_window window;
    uint64_t sent; /* since the counters were cleared */
    uint32_t packets_total, octets_total;
    int64_t report_due_ns;
    /* As they went out, to be sent again. */
    struct {
        uint16_t sequence, length;
        uint8_t data[1400];
    } *ring;
};

/* ---- receiving -------------------------------------------------------------------------- */

struct swarm_missing {
    uint16_t sequence;
    uint8_t tries;
    int64_t due_ns;
};

struct sink {
    uint32_t ssrc, source; /* source 0: not known yet */
    bool is_video;
    int64_t highest, base; /* unwrapped sequence numbers; highest -1: nothing yet */
    uint64_t seen[SEEN_PACKETS / 64];
    uint32_t received, expected_before, received_before;
    struct swarm_missing missing[MAX_SWARM_MISSING];
    uint32_t missing_count;
    uint32_t report_middle; /* of the last sender report, as report blocks carry it */
    int64_t report_ns;
    int64_t first_ns;
    int64_t pli_due_ns;
    /* The frame that is coming in, until a keyframe was complete. */
    struct {
        uint32_t timestamp, count;
        uint16_t first, last;
        bool is_key, has_last;
    } frame;
    int64_t key_ns; /* when the first keyframe was complete */
};

struct heard {
    uint32_t source;
    int64_t sent_ns, first_ns; /* of the first packet: when it was sent, and when it came */
};

struct peer {
    uint32_t id;
    uint32_t room; /* what it says is for peers of the same number; 0: for all */
    int fd;
    struct srtp_direction *sending, *receiving;
    uint8_t twcc_extension, rtx_type; /* of what it receives; 0: none */
    uint16_t twcc_number;             /* of what it sends */
    struct twcc twcc;
    uint8_t check[256]; /* the STUN request that keeps consent alive */
    size_t check_length;
    int64_t check_due_ns, report_due_ns, feedback_due_ns;
    struct sink sinks[MAX_SINKS];
    uint32_t sink_count;
    struct heard heard[MAX_SINKS * 4];
    uint32_t heard_count;
    int64_t since_ns; /* CLOCK_REALTIME: `heard` counts what was sent later */
    uint32_t next_checked;
    struct list sources;
};

/* ---- the whole --------------------------------------------------------------------------- */

struct counters {
    uint64_t video, audio, recovered, bad, undecryptable, repeated;
    uint64_t nacks, plis, feedback;                        /* sent by peers */
    uint64_t asked_again, plis_wanted, feedback_received; /* of the server */
};

struct swarm {
    struct list peers;
    struct source *sources[MAX_SOURCES];
    uint32_t source_count;
    bool is_sending;
    bool has_film;
    uint32_t check_every; /* one packet of so many is decrypted and compared */
    struct counters counters;
    struct histogram latency;
    uint8_t pattern[2 * PATTERN_OCTETS];
};

int64_t wall_ns(void);
struct peer *find_peer(struct swarm *swarm, uint32_t id);

struct peer *peer_new(struct swarm *swarm, uint32_t id, int fd, int profile, const uint8_t *sending,
                      const uint8_t *receiving);
void peer_free(struct peer *peer);
/* Take in what waits at its socket. */
void peer_receive(struct swarm *swarm, struct peer *peer);
/* Reports, feedback, consent. */
void peer_tick(struct swarm *swarm, struct peer *peer, int64_t now);
void peer_send_rtcp(struct peer *peer, uint8_t *packet, size_t length);

struct source *source_new(struct swarm *swarm, struct peer *peer);
void source_free(struct source *source);
/* False when the file holds no frames. */
bool source_read_film(struct source *source, int fd);
/* Send a frame if one is due; when the next is. */
int64_t source_tick(struct swarm *swarm, struct source *source, int64_t now);
void source_send_again(struct source *source, const uint16_t *numbers, size_t count);

#endif

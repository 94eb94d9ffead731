/* The things of the plane and who owns whom.

   plane -> transport -> publication -> stream -> cached packets, capture
                      -> slot

   One thread, the loop's (main.c). A datagram goes udp -> transport (decrypt) -> publication (gate)
   -> stream -> slots (rewrite, encrypt, send) in one call; the packets of a picture wait a moment
   for its last one before the slots (deliver.c). Everything periodic hangs on one tick
   (tick.c). What the server decides comes in as messages (commands.c); the plane decides nothing
   but what must be decided at a packet: when a keyframe allows a switch, what to ask for again. */
#ifndef REPRISE_PLANE_H
#define REPRISE_PLANE_H

#include "base.h"
#include "capture.h"
#include "clock.h"
#include "control.h"
#include "downlink.h"
#include "kept.h"
#include "level.h"
#include "room.h"
#include "rtcp.h"
#include "rtp.h"
#include "sequence_map.h"
#include "srtp.h"
#include "table.h"
#include "twcc.h"
#include "udp.h"

/* SSRCs one connection may bring; simulcast with RTX and two pairs need ten. */
#define MAX_STREAMS 32
#define MAX_MISSING 250
#define MAX_CHECK_NAME 33
#define LAYERS 3
#define NO_STREAM 0
/* Packets of a picture that wait for its last one. */
#define MAX_GATHERED 16

struct plane {
    struct udp udp;
    struct control control;
    struct capture_writer *captures;
    struct kept *kept; /* NULL: nothing is kept */
    int kept_fd;
    uint32_t held;          /* transports a server before this one has left behind */
    int64_t alone_since_ns; /* 0: there is a server */
    struct id_table transports, publications, slots, streams, rooms;
    struct address_table addresses;
    struct list all; /* transports */
    struct list all_rooms;
    struct ranking ranking;
    uint64_t marks;
    bool is_sound_due; /* before the next datagrams */
    /* NTP seconds of monotonic zero; read once, so that reports never jump with the wall clock. */
    double wall_anchor;
    uint32_t last_stream;
    uint64_t ticks;
    int64_t now; /* when what is being handled came */
    struct list gathering; /* streams with packets of a picture that is not whole */
    struct list pacing; /* transports that hold packets back, or are being probed */
    uint64_t strangers; /* datagrams from addresses nobody vouched for */
    int64_t probe_second;
    uint32_t probes; /* in that second */
    bool is_ending;
};

/* ---- streams ---------------------------------------------------------------------------- */

struct missing {
    int64_t sequence, due_ns;
    uint32_t tries;
};

/* One incoming RTP stream: a simulcast layer, or the whole of a track without layers. */
struct stream {
    uint32_t id, ssrc;
    struct publication *publication;
    uint8_t layer, payload_type;
    enum codec codec;
    bool is_video, is_active;
    struct stream_clock clock;
    struct packet **cache;
    uint32_t cache_mask;
    struct list receivers, waiting; /* slots */
    int64_t gathered[MAX_GATHERED], gathered_since_ns;
    uint32_t gathered_count;
    bool is_picture_whole;
    int64_t highest, base;          /* unwrapped; highest -1: nothing yet */
    int64_t last_arrival_ns;
    uint64_t received, octets, octets_before;
    uint32_t nacked, asked_keyframes, keyframes;
    uint32_t bitrate;
    float loss;
    struct missing missing[MAX_MISSING];
    uint32_t missing_count;
    int64_t key_sequence; /* of the last keyframe's start, -1: none */
    uint32_t key_timestamp;
    int64_t shut_to; /* highest when the gate opened last; up to it nobody may get anything */
    int64_t pli_at_ns;
    bool is_pli_due;
    double jitter, last_transit;
    bool has_transit;
    int64_t expected_before;
    uint64_t received_before;
    double report_ntp, report_arrival;
    uint8_t last_report[28];
    int64_t last_report_ns; /* 0: none */
    uint64_t told_events;
};

struct stream *stream_new(struct publication *publication, uint32_t id, uint32_t ssrc,
                          uint8_t layer, uint8_t payload_type);
void stream_free(struct stream *stream);
/* Account for a packet (16-bit `number`); NULL for a repeat or a broken descriptor. The packet
   belongs to the cache. */
struct packet *stream_receive(struct stream *stream, uint16_t number, uint32_t timestamp,
                              uint8_t marker, const uint8_t *payload, size_t length, int64_t now);
/* Hand an audible, enabled packet to everyone who takes it; one that was made before the gate
   opened, and only comes now, to nobody. */
void stream_deliver(struct stream *stream, struct packet *packet);
/* What waits for the rest of its picture goes now. */
void stream_forward(struct stream *stream);
/* The same of every stream that has a whole picture or has waited long enough, or that `must`. */
void plane_forward(struct plane *plane, bool must);
struct packet *stream_cached(const struct stream *stream, int64_t sequence, int64_t now);
/* The start of a keyframe of which everything since is still in the cache. */
struct packet *stream_fresh_keyframe(const struct stream *stream, int64_t now);
void stream_want_keyframe(struct stream *stream);
/* True when a keyframe is wanted and the last asking lies half a second back. */
bool stream_take_pli(struct stream *stream, int64_t now);
/* Numbers to ask for again now; room for MAX_MISSING. */
size_t stream_due_nacks(struct stream *stream, int64_t now, uint16_t *numbers);
void stream_sender_report(struct stream *stream, const uint8_t *packet, size_t size, double ntp,
                          uint32_t timestamp, int64_t now);
bool stream_report_block(struct stream *stream, double now, struct rtcp_block *block);

/* ---- publications ------------------------------------------------------------------------ */

/* What of a publication goes into its capture file: the highest live layer, from a keyframe. */
struct feed {
    struct capture_file *file;
    struct stream *current, *wanted;
    uint32_t capture, header_ssrc;
    int64_t keyframe_at_ns;
    bool is_in_gap;
};

/* A participant's track as it arrives. */
struct publication {
    uint32_t id, turn;
    struct plane *plane;
    struct transport *transport;
    bool is_video, is_microphone, is_open, is_started, is_heard;
    uint64_t mark; /* of room.c */
    char mid[17];
    char closed_because[32];
    int8_t codec_of[128];     /* by payload type, -1: none */
    bool is_rtx[128];
    struct {
        char rid[17];
        uint8_t layer;
    } rids[LAYERS];
    uint32_t rid_count;
    uint32_t ssrcs[16], ssrc_count;
    struct {
        uint32_t rtx, media;
    } repairs[16];
    uint32_t repair_count;
    struct stream *streams[LAYERS];
    uint8_t layers; /* bits of the live ones */
    struct level_meter meter;
    struct feed *feed;
};

void publication_free(struct publication *publication);
/* Mute, floor and room, as the server found; one that opens again starts its slots anew. */
void publication_gate(struct publication *publication, bool is_open, const char *reason);
void publication_receive(struct publication *publication, struct stream *stream,
                         const uint8_t *data, const struct rtp_bounds *bounds, bool is_recovered,
                         int64_t now);
/* Look which layers are live and tell when that changed. */
void publication_find_layers(struct publication *publication, int64_t now);
/* The highest live layer, NULL before the first packet. */
struct stream *publication_best(const struct publication *publication);
/* Take a stream out of slots and capture, and free it. */
void publication_forget_stream(struct publication *publication, struct stream *stream);

void feed_start(struct publication *publication, struct capture_file *file, uint32_t capture,
                uint32_t header_ssrc, int64_t now);
void feed_refresh(struct publication *publication, int64_t now);
void feed_packet(struct publication *publication, struct stream *stream, struct packet *packet);
void feed_sender_report(struct publication *publication, struct stream *stream,
                        const uint8_t *packet, size_t size, int64_t now);
void feed_gap(struct publication *publication, const char *reason);
void feed_forget_stream(struct publication *publication, const struct stream *stream);
/* Seal the file and take no more packets. */
void feed_seal(struct publication *publication, const char *reason);

/* ---- repeats (repeat.c) ------------------------------------------------------------------ */

#define DOUBTS 32

/* What a viewer on a lossy link may be missing without a way to say so in time. */
struct doubts {
    uint16_t again[DOUBTS]; /* asked for and sent: once more */
    uint32_t again_count;
    uint16_t guarded; /* the last packet of a picture, and how often it was sent again */
    uint32_t guards;
};

/* How lossy a link is: grows with what is asked for, fades with time. */
struct lossiness {
    float score;
    int64_t at_ns;
};

/* What a viewer asks for. */
void slot_retransmit(struct slot *slot, const uint16_t *numbers, size_t count, int64_t now);
/* On every tick: what may be missing. */
void transport_guard(struct transport *transport, int64_t now);

/* ---- slots ------------------------------------------------------------------------------- */

/* A packet that went out, enough to write it again octet for octet. */
struct sent {
    int64_t source, sent_ns;
    uint32_t stream; /* NO_STREAM: nothing here */
    uint32_t timestamp, send_time, picture;
    uint16_t sequence;
    uint16_t octets; /* of the payload */
    uint8_t second;  /* marker and payload type */
    uint8_t tl0;
    uint16_t number; /* transport-wide */
};

/* A viewer's fixed place: one outgoing RTP stream whose source may change without a seam. */
struct slot {
    uint32_t id;
    struct plane *plane;
    struct transport *transport;
    bool is_video;
    uint32_t rate, ssrc, rtx_ssrc;
    uint8_t payload_type_of[CODEC_COUNT], rtx_of[CODEC_COUNT]; /* 0: not taken */
    char cname[64];
    uint8_t extension[40]; /* the whole block, the send time left open */
    uint8_t extension_length, send_time_at, number_at; /* 0: none */
    struct stream *current, *target;
    struct sequence_map map;
    uint16_t start, rtx_sequence;
    double base_time;
    uint32_t base_timestamp, timestamp_step, picture_step, tl0_step;
    bool has_last;
    uint16_t last_sequence;
    uint32_t last_timestamp, last_picture, last_tl0; /* as sent */
    struct srtp_window sent, rtx_sent;
    struct kept_slot *kept; /* NULL: nothing is kept */
    struct sent *ring;
    uint32_t ring_mask;
    uint32_t packets, octets;
    uint32_t nacked, resent;
    uint64_t told_events;
    float loss;
    double rtt; /* -1: unknown */
    struct doubts doubts;
};

struct slot *slot_new(struct transport *transport, uint32_t id, bool is_video);
void slot_free(struct slot *slot);
/* Go on where a slot of the same number stopped with its process. */
void slot_keep(struct slot *slot, struct kept_slot *kept);
/* Write the extension block; numbers of 0 are left out. */
void slot_set_extensions(struct slot *slot, unsigned mid_number, const char *mid,
                         unsigned send_time_number, unsigned transport_number);
/* Move to `stream` as soon as it can be shown. */
void slot_show(struct slot *slot, struct stream *stream, int64_t now);
void slot_clear(struct slot *slot);
/* The source was shut for a while: begin anew, with its next keyframe. */
void slot_restart(struct slot *slot);
void slot_give_up_old(struct slot *slot);
/* Called by a stream this slot waits for, with a packet a decoder can start from. */
void slot_begin(struct slot *slot, struct stream *stream, struct packet *packet);
/* One packet of the current source. The hot path. */
void slot_forward(struct slot *slot, const struct packet *packet, uint8_t marker);
/* Keys and an address are there: what waited for them may begin. */
void slot_connected(struct slot *slot, int64_t now);
bool slot_is_connected(const struct slot *slot);
bool slot_can_repeat(const struct slot *slot, enum codec codec);
/* A packet that was sent, as RTX where the viewer takes that; else only what `is_asked` for, since
   under its own number it is a repeat to whoever counts. False when it is not there any more. */
bool slot_resend(struct slot *slot, uint16_t number, bool is_asked, int64_t now);
/* An empty packet of the RTX stream, of use to nobody but who measures. */
bool slot_can_pad(const struct slot *slot);
void slot_pad(struct slot *slot);
/* A sender report that ties the slot's timestamps to the one clock. */
void slot_report(struct slot *slot, double now);
void slot_reception(struct slot *slot, const struct rtcp_block *block, double now);

/* ---- transports -------------------------------------------------------------------------- */

struct route {
    uint32_t ssrc;
    bool is_rtx;
    struct stream *stream;
};

struct transport {
    uint32_t id;
    struct plane *plane;
    struct destination destination;
    struct srtp_direction *receiving, *sending;
    uint8_t mid_extension, rid_extension, repaired_extension, level_extension, twcc_extension;
    struct list publications, slots;
    struct hearing hearing;
    char check_name[MAX_CHECK_NAME]; /* our ICE user fragment; empty: none */
    struct list addresses; /* struct address, owned */
    struct route routes[MAX_STREAMS];
    uint32_t route_count;
    struct publisher_clock clock;
    struct twcc twcc;
    struct kept_transport *kept; /* NULL: nothing is kept */
    bool is_held;
    bool is_checked; /* an authentic check was answered here since the server was told */
    char password[65];
    uint8_t *memo;
    size_t memo_length;
    uint64_t octets_up, octets_down;
    uint32_t estimate; /* the peer's own (REMB) */
    int64_t estimate_at_ns, told_estimate_ns;
    bool is_moving; /* had octets, when the server was told last */
    struct lossiness lossiness;
    struct downlink *downlink; /* NULL: the peer does not tell what arrives */
    int64_t repairs_from_ns;   /* what it may ask for again has gathered since then */
};

struct transport *transport_new(struct plane *plane, uint32_t id);
void transport_free(struct transport *transport);
/* An SRTP or SRTCP datagram from one of its addresses. */
void transport_receive(struct transport *transport, uint8_t *data, size_t length, int64_t now);
/* The same, decrypted already. */
void transport_receive_rtp(struct transport *transport, const uint8_t *data, size_t length,
                           int64_t now);
void transport_receive_rtcp(struct transport *transport, const uint8_t *data, size_t length,
                            int64_t now);
/* A packet of at most MAX_DATAGRAM - SRTP_MAX_TRAILER octets. */
void transport_send_rtcp(struct transport *transport, const uint8_t *data, size_t length);
/* Packets from there are the transport's, and for `is_sending` those for it go there. */
void transport_address(struct transport *transport, const struct address *address,
                       bool is_sending);
void transport_forget_address(struct transport *transport, const struct address *address);
void transport_forget_routes(struct transport *transport, const struct stream *stream);
/* Keys and publications are there: go on with the streams a process before this one knew. */
void transport_resume(struct transport *transport);

/* ---- the whole --------------------------------------------------------------------------- */

void plane_init(struct plane *plane, int udp_fd, int control_fd, int event_fd, uint64_t watermark,
                bool wants_gso);
/* Share memory with the process that comes after this one; false when it cannot be mapped. */
bool plane_keep(struct plane *plane, int fd);
/* Seal every capture, wait until it is on disk, say how it went. */
void plane_end(struct plane *plane);
void plane_free(struct plane *plane);
/* Hand up what was counted (report.c). */
void report_tell(struct plane *plane);
/* A udp_handler. */
void plane_datagram(void *plane, uint8_t *data, size_t length, const struct address *from);
/* False when the message cannot be read. */
bool plane_command(struct plane *plane, const uint8_t *message, size_t length);
/* What is due every 20 ms. */
void plane_tick(struct plane *plane);
void plane_captures_ended(struct plane *plane);

/* ---- connectivity checks (checks.c) ------------------------------------------------------ */

enum check { CHECK_OF_NOBODY, CHECK_IS_NEW, CHECK_DONE };
/* Answer one that is a repeat; whether it is, or the server must see it. */
enum check plane_check(struct plane *plane, const uint8_t *data, size_t length,
                       const struct address *from);

/* ---- without a server (away.c) ----------------------------------------------------------- */

/* So long without a server, and the process ends. */
#define PLANE_ALONE_NS (30 * SECOND_NS)
void plane_lost_server(struct plane *plane);
/* Take in the one that knocks; false when it is none. */
bool plane_meet_server(struct plane *plane, int listener);

#define PLANE_TICK_NS (20 * MS_NS)
#define PLANE_PACE_NS (5 * MS_NS)
#define PLANE_GATHER_NS MS_NS

#endif

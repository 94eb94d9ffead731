/* The control protocol: how the server tells the plane what to forward, and hears of it.

   A Unix socket of type SOCK_SEQPACKET: one message a packet, in order, nothing lost. A message is
   a u8 type and the fields below, little-endian, without padding. Addresses are 16 octets (IPv4
   mapped into IPv6) and a u16 port; a text is a u8 length and UTF-8. Numbers of transports,
   publications and slots are chosen by the server and never used twice in a connection; numbers
   of streams (one SSRC: a simulcast layer or a whole track) by the plane. A message about a number
   that is gone is ignored; one that cannot be read ends the plane, since both sides are of one
   version or nothing can be trusted.

   What comes up may be delayed, never reordered. When the server does not read, what may be
   missed (datagrams, levels, sound, statistics) is dropped beyond CONTROL_SOFT octets; beyond
   CONTROL_HARD the plane gives up. server/media/native_protocol.py is the other side. */
#ifndef REPRISE_CONTROL_H
#define REPRISE_CONTROL_H

#include "base.h"

#define CONTROL_VERSION 1
#define CONTROL_MAX 65000
#define CONTROL_SOFT (2 * 1024 * 1024)
#define CONTROL_HARD (16 * 1024 * 1024)

enum { PUBLICATION_SOUND, PUBLICATION_PICTURE, PUBLICATION_MICROPHONE };
enum { SLOT_SOUND, SLOT_PICTURE, SLOT_STAGE, SLOT_LOUDEST };

/* layer: 0 q, 1 h, 2 f. codec: 0 opus, 1 VP8, 2 H264, 3 VP9, 4 AV1. profile: as in srtp.h. */
enum down {
    /* u16 version; the first message */
    DOWN_HELLO = 1,
    /* u32 transport, u8 extension numbers of the peer (0: none): mid, rid, repaired rid, audio
       level, transport-wide sequence number */
    DOWN_TRANSPORT = 2,
    /* u32 transport, u8 profile, key and salt for what we receive, key and salt for what we send */
    DOWN_KEYS = 3,
    /* u32 transport, address, u8 what: 0 forget it, 1 packets from there are the transport's,
       2 and packets for it go there */
    DOWN_ADDRESS = 4,
    /* u32 transport: with its publications and slots */
    DOWN_CLOSE = 5,
    /* u32 transport, u32 publication, u8 kind (0 sound, 1 picture, 2 microphone), text mid,
       u8 n × (u8 payload type, u8 codec), u8 n × u8 payload type of RTX,
       u8 n × (text rid, u8 layer), u8 n × u32 ssrc, u8 n × (u32 RTX ssrc, u32 its media ssrc) */
    DOWN_PUBLICATION = 6,
    /* u32 publication, u8 is open, u32 turn (comes up again with sound heard), text reason for a
       gap in the capture when it closes */
    DOWN_GATE = 7,
    /* u32 transport, u32 slot, u8 kind (0 sound, 1 picture; filled by the plane itself: 2 the
       stage's voice, 3 one of the loudest), u32 ssrc, u32 RTX ssrc (0: none), u8 extension number
       of MID, u8 of the send time, u8 of the transport-wide number (0: none), text mid, text cname,
       u8 n × (u8 codec, u8 payload type, u8 payload type of RTX or 0) */
    DOWN_SLOT = 8,
    /* u32 slot, u32 stream: move there with its next keyframe */
    DOWN_SHOW = 9,
    /* u32 slot: empty it at once */
    DOWN_CLEAR = 10,
    /* u32 slot: rather no picture than the old one, while the new one's keyframe is awaited */
    DOWN_GIVE_UP_OLD = 11,
    /* u32 publication: ask for a keyframe of every layer */
    DOWN_KEYFRAME = 12,
    /* u32 publication, u32 capture, u64 origin on the monotonic clock in ns, u32 ssrc the header
       names, u16 length and path, u16 length and header (JSON) */
    DOWN_CAPTURE = 13,
    /* u32 publication, text reason: seal its capture */
    DOWN_SEAL = 14,
    /* u32 publication, u8 whether its sound is handed up */
    DOWN_LISTEN = 15,
    /* address, the rest is the datagram */
    DOWN_DATAGRAM = 16,
    /* seal everything, say how it ended, exit */
    DOWN_END = 17,
    /* u32 transport, u32 room (0: none), u32 participant: whose sound reaches whom */
    DOWN_PLACE = 24,
    /* u32 room, u16 n × u32 participant with priority, u16 n × u32 publication that is a guest
       there: both are heard beside the loudest */
    DOWN_FAVOUR = 25,
    /* u32 transport, u32 participant on its stage (0: nobody) */
    DOWN_STAGE = 26,
    /* u32 transport, u32 cell of the shared memory (kept.h): right after DOWN_TRANSPORT. A cell
       that has the transport's number already is gone on with */
    DOWN_KEEP = 18,
    /* u32 transport, u32 bit/s that would be used if its link carried them (0: nothing more to
       win): what a probe may go up to */
    DOWN_WANT = 32,
    /* u32 transport, text: connectivity checks for this name are the transport's (checks.c) */
    DOWN_CHECKS = 27,
    /* u32 transport, text password of its checks, which may be answered from now on, the rest is a
       memo for the server that finds it held (away.c) */
    DOWN_HOLD = 19,
    /* n × (u16 length, a message that is no bundle): what was said in one turn of the server's
       loop */
    DOWN_BUNDLE = 20,
};

enum up {
    /* u16 version, u16 UDP port, u8 has GSO; answers DOWN_HELLO */
    UP_READY = 65,
    /* address, the rest is the datagram: checks for a known name that say something new (checks.c),
       DTLS from known addresses */
    UP_DATAGRAM = 66,
    /* u32 publication, u32 stream, u8 layer, u32 ssrc, u8 codec */
    UP_STREAM = 67,
    /* u32 stream: the sender began anew under another SSRC */
    UP_STREAM_GONE = 68,
    /* u32 publication: its first packet that is not a probe has come */
    UP_STARTED = 69,
    /* u32 publication, u8 bits of the live layers */
    UP_LAYERS = 70,
    /* u32 slot, u32 stream (0: empty), u32 timestamp of the first packet that went out */
    UP_SWITCHED = 71,
    /* n × (u32 transport, u8 whether an authentic check was answered here, u64 octets up, u64 octets
       down since the last, f32 loss up, f32 loss down, f32 round trip in s (-1: unknown), u32
       estimate in bit/s, u64 arrival of it in ns (0: none), u8 n × (u32 stream, u32 bit/s)); once a
       second, those that moved */
    UP_STATISTICS = 73,
    /* u32 publication, u32 capture, u8 how (0 sealed, 1 disk full, 2 io error, 3 overflow),
       u64 packets, u64 octets */
    UP_CAPTURE_ENDED = 74,
    /* u32 publication, u32 turn, i64 sequence, u32 timestamp, u64 arrival ns, u8 level as received
       (255: none), the rest is Opus */
    UP_HEARD = 75,
    /* u32 n: to a server that found this process, with the UDP socket and the shared memory
       (SCM_RIGHTS); before anything else, and n × UP_HELD follow */
    UP_LENT = 76,
    /* u32 transport, the rest is its memo */
    UP_HELD = 77,
    /* u32 transport, u32 publication in the stage's place, n × u32 in the others (0: none) */
    UP_SOUND = 88,
    /* u32 room, n × (u32 participant, u8 level): who speaks, loudest first */
    UP_SPEAKERS = 89,
    /* u32 transport, u32 bit/s its link carries (0: no sign of a limit), u32 bit/s that arrived of
       late, f32 loss, u64 moment in ns, u64 octets of padding so far, u32 packets the pacer
       dropped so far; when it changes, the first time with the first feedback */
    UP_ESTIMATE = 96,
    /* n × (u32 stream, u64 packets, u64 octets, u32 numbers asked for again, u32 keyframes asked
       for, u32 keyframes, f32 loss, f32 jitter in s); counts since it began; once a second, those
       that moved */
    UP_STREAM_COUNTERS = 104,
    /* n × (u32 slot, u32 packets, u32 octets, u32 numbers the viewer asked for again, u32 sent again,
       f32 loss, f32 round trip in s, -1: unknown); likewise */
    UP_SLOT_COUNTERS = 106,
    /* u64 datagrams in, u64 out, u64 the kernel did not take, u64 messages to the server dropped,
       u64 ns of processor time of the thread that forwards; since the process began; u64 now in ns;
       once a second */
    UP_LOAD = 105,
};

struct control {
    int fd;
    bool is_broken;
    uint64_t dropped;
    size_t queued;
    struct queued *first, *last;
};

void control_open(struct control *control, int fd);
void control_close(struct control *control);
/* `may_drop`: see above. */
void control_send(struct control *control, const uint8_t *message, size_t length, bool may_drop);
/* Two parts as one message. */
void control_send2(struct control *control, const uint8_t *head, size_t head_length,
                   const uint8_t *rest, size_t rest_length, bool may_drop);
/* Send what waits; call when the socket takes more. */
void control_flush(struct control *control);
/* The length of a message read into `buffer` (CONTROL_MAX octets); 0: nothing now; -1: the other
   side has gone. */
int control_receive(struct control *control, uint8_t *buffer);

#endif

/* Between a viewer's slots and the socket, for viewers who tell what arrives: the estimate, a queue
   that spreads what a narrow link cannot take at once, and probes of whether it takes more.

   A link without a sign of a limit has no queue: packets go straight on, in the same batches as
   for anybody. On a limited one video leaves at PACE times the estimate, so that a keyframe does
   not push the next voice aside; sound never waits, and what goes again waits only for its like. The queue is bounded in octets (what is too
   much is dropped, and asked for again like any loss) and in time (what is too old is dropped
   whole, and keyframes are asked for).

   More that is wanted and not proved is worth a probe: for a third of a second empty packets of the
   RTX stream fill up to one and a half times the estimate, or to what is wanted when that is less.
   One that was carried is followed by the next at once, and after two by one of twice the
   estimate. One that was not makes those after it smaller and rarer, so that a narrow link's queue
   stays short; where nothing more is wanted there are none. */
#ifndef REPRISE_DOWNLINK_H
#define REPRISE_DOWNLINK_H

#include "estimate.h"

#define DOWNLINK_QUEUE (256 * 1024)

/* Why a packet goes: for the first time; again under the same number; again, on the RTX stream. */
enum errand { SEND_NEW, SEND_SAME, SEND_AGAIN };

struct plane;
struct slot;
struct transport;
struct held; /* a packet that waits */

struct downlink {
    struct estimator estimator;
    struct held *first, *last;
    struct held *last_repeat; /* repeats stand first */
    size_t queued; /* octets */
    int64_t credit, credit_at_ns; /* octets that may go now; may be owed */
    uint64_t dropped, padding;    /* packets; octets */
    uint32_t wanted;              /* bit/s that would all be used; 0: nothing more to win */
    int64_t probe_started_ns, probe_next_ns, probe_pause_ns;
    uint64_t probe_sent;
    uint32_t probe_goal; /* an estimate of so much, and it was carried */
    uint32_t probes_to_go; /* small ones that must be carried before one may be large */
    bool is_probing, is_listed;
    uint32_t told;
    int64_t told_ns;
};

struct downlink *downlink_new(int64_t now);
void downlink_free(struct transport *transport);
/* A sealed packet of `length` octets that was written where udp_reserve said. */
void downlink_send(struct slot *slot, const uint8_t *packet, size_t length, uint16_t number,
                   enum errand errand);
/* Nothing waits, and more may go. */
bool downlink_has_room(const struct transport *transport);
/* What the server would use of this link if it could. */
void downlink_want(struct transport *transport, uint32_t wanted);
/* On every tick. */
void downlink_tick(struct transport *transport, int64_t now);
/* Let go what may; soon again while anybody waits (plane->pacing). */
void downlink_pace(struct plane *plane, int64_t now);

#endif

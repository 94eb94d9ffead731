/* What must not be lost with this process: memory shared with the server, which holds it for the
   next process of its kind.

   A process that is killed loses its streams, caches and keys; the server describes them again.
   What only a packet changes stands here, written before the packet leaves: how far each
   outgoing and incoming SRTP index has come, and which track an SSRC is. So a new process goes on
   at the next packet: viewers see no jump, and no index ever seals two packets (which under GCM
   would give the key for authentication away). What a link was found to carry stands here too: a
   narrow one must not be flooded to find that out again. One cell a transport; the server says
   which. */
#ifndef REPRISE_KEPT_H
#define REPRISE_KEPT_H

#include "srtp.h"

#define KEPT_CELLS 4096
#define KEPT_CELL_OCTETS 8192
#define KEPT_HEAD_OCTETS 4096
#define KEPT_OCTETS (KEPT_HEAD_OCTETS + (size_t)KEPT_CELLS * KEPT_CELL_OCTETS)
#define KEPT_SLOTS 64
#define KEPT_ROUTES 32

struct kept_route {
    uint32_t ssrc, stream, publication; /* stream 0: nothing here */
    uint8_t layer, payload_type;
    bool is_rtx;
};

struct kept_slot {
    uint32_t id; /* 0: nothing here */
    uint32_t last_timestamp, last_picture, last_tl0, base_timestamp;
    uint32_t packets, octets;
    bool has_last;
    double base_time;
    uint64_t next, rtx_next; /* SRTP indices, 0: nothing sent */
};

struct kept_transport {
    uint32_t id; /* 0: free */
    uint32_t rtcp_index;
    uint32_t limit;    /* bit/s the viewer's link carries; 0: no sign of a limit */
    uint16_t number;   /* transport-wide, of the last packet out */
    uint8_t feedbacks; /* how many messages have told the publisher of its packets, modulo 256 */
    struct srtp_kept_source sources[SRTP_MAX_SOURCES];
    struct kept_route routes[KEPT_ROUTES];
    struct kept_slot slots[KEPT_SLOTS];
};

struct kept {
    uint32_t last_stream;
    uint8_t unused[KEPT_HEAD_OCTETS - sizeof(uint32_t)];
    union {
        struct kept_transport transport;
        uint8_t octets[KEPT_CELL_OCTETS];
    } cells[KEPT_CELLS];
};

_Static_assert(sizeof(struct kept_transport) <= KEPT_CELL_OCTETS, "a cell is too small");
_Static_assert(sizeof(struct kept) == KEPT_OCTETS, "cells are not where they should be");

#endif

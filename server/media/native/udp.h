/* The one UDP socket: batches in by recvmmsg, batches out by sendmmsg.

   What is sent waits in an arena until the batch that caused it has been handled; then the packets
   of each destination stand together, and runs of equal length go to the kernel as one message
   (UDP GSO). A kernel or device that refuses GSO is noticed at the first try and sent to without
   it from then on; a way too narrow for a packet as it is (a tunnel with a small MTU) costs nobody
   else his messages. What the kernel does not take is dropped and counted: media is not worth
   waiting for. */
#ifndef REPRISE_UDP_H
#define REPRISE_UDP_H

#include "base.h"
#include "table.h"

#define UDP_BATCH 64
#define UDP_OUT_PACKETS 1024
#define UDP_OUT_OCTETS (UDP_OUT_PACKETS * 1300)

/* Where packets go; one in every transport. */
struct destination {
    struct sockaddr_storage where;
    socklen_t length; /* 0: not known yet */
    int32_t first, last; /* of this batch's packets; -1: none */
    bool is_single; /* the kernel takes no runs for there */
};

struct outgoing {
    uint32_t offset;
    uint16_t length;
    int32_t next; /* to the same destination */
};

struct udp {
    int fd, family;
    uint16_t port;
    bool has_gso;
    bool pads; /* had it at the beginning; a repeat must be the same octets, so this stays */
    uint64_t received, sent, dropped, messages;
    uint32_t used; /* octets of the arena */
    int32_t count;
    struct outgoing *packets;
    uint8_t *arena;
    struct list waiting; /* destinations with packets */
    uint8_t (*in)[MAX_DATAGRAM];
};

typedef void udp_handler(void *context, uint8_t *data, size_t length, const struct address *from);

/* `fd` is a bound socket of either family, opened by the server: a plane that is started anew goes
   on with what waits in it. 0, or an errno. */
int udp_open(struct udp *udp, int fd, bool wants_gso);
void udp_close(struct udp *udp);

/* Take in what has come, at most a few batches. */
void udp_receive(struct udp *udp, udp_handler *handle, void *context);

void destination_init(struct destination *destination);
/* Memory for a packet of up to MAX_DATAGRAM octets, valid until udp_commit. */
uint8_t *udp_reserve(struct udp *udp);
void udp_commit(struct udp *udp, struct destination *destination, size_t length);
void udp_flush(struct udp *udp);
/* At once, for the handshake. */
void udp_send(struct udp *udp, const struct address *to, const uint8_t *data, size_t length);

#endif
